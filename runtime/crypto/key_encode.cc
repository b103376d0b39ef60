// Keys as PEM (RFC 7468) and DER, private ones encrypted on demand (Node doc: crypto, keyObject.export()).
#include <openssl/err.h>
#include <openssl/pem.h>

#include "runtime/crypto/crypto.h"
#include "runtime/crypto/keys.h"

namespace parley {
namespace {

using v8::Local;
using v8::MaybeLocal;
using v8::Value;

MaybeLocal<Value> TextOrBytes(Environment* env, bool ok, BIO* bio, KeyFormat format) {
  v8::Isolate* isolate = env->isolate();
  if (!ok) {
    Local<Value> error;
    if (OpenSslError(isolate, TakeOpenSslErrors(), "Failed to encode key").ToLocal(&error)) {
      isolate->ThrowException(error);
    }
    return {};
  }
  const Encoding encoding = format == KeyFormat::kPem ? Encoding::kLatin1 : Encoding::kBuffer;
  return EncodeBytes(isolate, BioBytes(bio), encoding);
}

bool WritePkcs1Public(BIO* bio, EVP_PKEY* key, KeyFormat format) {
  unsigned char* der = nullptr;
  const int size = i2d_PublicKey(key, &der);
  if (size < 0) return false;
  const bool ok = format == KeyFormat::kPem ? PEM_write_bio(bio, "RSA PUBLIC KEY", "", der, size) > 0
                                            : BIO_write(bio, der, size) == size;
  OPENSSL_free(der);
  return ok;
}

bool WritePkcs8(BIO* bio, EVP_PKEY* key, const KeyEncoding& encoding, char* passphrase, int size) {
  return encoding.format == KeyFormat::kPem
             ? PEM_write_bio_PKCS8PrivateKey(bio, key, encoding.cipher, passphrase, size, nullptr, nullptr) ==
                   1
             : i2d_PKCS8PrivateKey_bio(bio, key, encoding.cipher, passphrase, size, nullptr, nullptr) == 1;
}

bool WriteTraditional(BIO* bio, EVP_PKEY* key, const KeyEncoding& encoding, unsigned char* passphrase,
                      int size) {
  if (encoding.format == KeyFormat::kPem) {
    return PEM_write_bio_PrivateKey_traditional(bio, key, encoding.cipher, passphrase, size, nullptr,
                                                nullptr) == 1;
  }
  unsigned char* der = nullptr;
  const int length = i2d_PrivateKey(key, &der);
  if (length < 0) return false;
  const bool ok = BIO_write(bio, der, length) == length;
  OPENSSL_clear_free(der, static_cast<size_t>(length));
  return ok;
}

}  // namespace

MaybeLocal<Value> EncodePublicKey(Environment* env, EVP_PKEY* key, const KeyEncoding& encoding) {
  BioPointer bio = MemoryBio();
  bool ok;
  if (encoding.structure == KeyStructure::kPkcs1) {
    ok = WritePkcs1Public(bio.get(), key, encoding.format);
  } else if (encoding.format == KeyFormat::kPem) {
    ok = PEM_write_bio_PUBKEY(bio.get(), key) == 1;
  } else {
    ok = i2d_PUBKEY_bio(bio.get(), key) == 1;
  }
  return TextOrBytes(env, ok, bio.get(), encoding.format);
}

MaybeLocal<Value> EncodePrivateKey(Environment* env, EVP_PKEY* key, const KeyEncoding& encoding) {
  BioPointer bio = MemoryBio();
  // Never null: OpenSSL would ask for it on the terminal.
  std::vector<uint8_t> passphrase = encoding.passphrase.value_or(std::vector<uint8_t>());
  const int size = static_cast<int>(passphrase.size());
  passphrase.push_back(0);
  const bool ok = encoding.structure == KeyStructure::kPkcs8
                      ? WritePkcs8(bio.get(), key, encoding, reinterpret_cast<char*>(passphrase.data()), size)
                      : WriteTraditional(bio.get(), key, encoding, passphrase.data(), size);
  OPENSSL_cleanse(passphrase.data(), passphrase.size());
  return TextOrBytes(env, ok, bio.get(), encoding.format);
}

}  // namespace parley
