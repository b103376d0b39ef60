// Small helpers over OpenSSL 3 (OpenSSL doc: BIO_s_mem(3), BN_bn2bin(3), EVP_PKEY_fromdata(3)).
#include "runtime/crypto/openssl.h"

namespace parley {

BioPointer ReadBio(std::span<const uint8_t> bytes) {
  // A null pointer is an error to OpenSSL, an empty text is not.
  const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
  return BioPointer(BIO_new_mem_buf(data, static_cast<int>(bytes.size())));
}

BioPointer MemoryBio() { return BioPointer(BIO_new(BIO_s_mem())); }

std::span<const uint8_t> BioBytes(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {reinterpret_cast<const uint8_t*>(data), static_cast<size_t>(size)};
}

BignumPointer ToBignum(std::span<const uint8_t> big_endian) {
  return BignumPointer(BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), nullptr));
}

std::vector<uint8_t> FromBignum(const BIGNUM* number, size_t size) {
  if (size == 0) size = static_cast<size_t>(BN_num_bytes(number));
  std::vector<uint8_t> bytes(size);
  if (BN_bn2binpad(number, bytes.data(), static_cast<int>(size)) < 0) bytes.clear();
  return bytes;
}

BignumPointer KeyNumber(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return nullptr;
  return BignumPointer(number);
}

std::optional<std::string> KeyText(const EVP_PKEY* key, const char* name) {
  char text[80];
  size_t size = 0;
  if (EVP_PKEY_get_utf8_string_param(key, name, text, sizeof(text), &size) != 1) return {};
  return std::string(text, size);
}

PkeyPointer KeyFromParams(const char* type, int selection, OSSL_PARAM_BLD* build) {
  ParamsPointer params(OSSL_PARAM_BLD_to_param(build));
  PkeyContextPointer context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, selection, params.get()) != 1) {
    return nullptr;
  }
  return PkeyPointer(key);
}

}  // namespace parley
