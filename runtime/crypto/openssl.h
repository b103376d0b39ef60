// Owners of OpenSSL's objects, and the few calls that all users of OpenSSL 3 repeat.
#ifndef RUNTIME_CRYPTO_OPENSSL_H_
#define RUNTIME_CRYPTO_OPENSSL_H_

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace parley {

template <auto Free>
struct OpenSslDeleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <typename T, auto Free>
using OpenSslPointer = std::unique_ptr<T, OpenSslDeleter<Free>>;

using BignumPointer = OpenSslPointer<BIGNUM, BN_clear_free>;
using BioPointer = OpenSslPointer<BIO, BIO_free_all>;
using DigestContextPointer = OpenSslPointer<EVP_MD_CTX, EVP_MD_CTX_free>;
using DigestPointer = OpenSslPointer<EVP_MD, EVP_MD_free>;
using ParamBuildPointer = OpenSslPointer<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using ParamsPointer = OpenSslPointer<OSSL_PARAM, OSSL_PARAM_free>;
using PkeyContextPointer = OpenSslPointer<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using PkeyPointer = OpenSslPointer<EVP_PKEY, EVP_PKEY_free>;
using X509Pointer = OpenSslPointer<X509, X509_free>;

// A BIO that reads `bytes` (not copied).
BioPointer ReadBio(std::span<const uint8_t> bytes);
BioPointer MemoryBio();
std::span<const uint8_t> BioBytes(BIO* bio);

BignumPointer ToBignum(std::span<const uint8_t> big_endian);
// Big-endian; padded with zeros to `size` bytes when that is not 0.
std::vector<uint8_t> FromBignum(const BIGNUM* number, size_t size = 0);

// A number or a text of a key by its OSSL_PKEY_PARAM name; nothing when the key has none.
BignumPointer KeyNumber(const EVP_PKEY* key, const char* name);
std::optional<std::string> KeyText(const EVP_PKEY* key, const char* name);

// A key of `type` from its parameters; null when they are none. `selection`: EVP_PKEY_KEYPAIR, …
PkeyPointer KeyFromParams(const char* type, int selection, OSSL_PARAM_BLD* build);

}  // namespace parley

#endif  // RUNTIME_CRYPTO_OPENSSL_H_
