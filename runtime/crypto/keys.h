// Keys of all kinds in C++ (Node doc: crypto, "Class: KeyObject"): what they are, and how they come and go as
// PEM, DER and JWK.
#ifndef RUNTIME_CRYPTO_KEYS_H_
#define RUNTIME_CRYPTO_KEYS_H_

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/crypto/openssl.h"
#include "runtime/engine/environment.h"

namespace parley {

// Of one key; never changes, so that jobs share it with JavaScript.
class KeyData {
 public:
  enum class Kind { kSecret, kPublic, kPrivate };

  explicit KeyData(std::span<const uint8_t> secret);
  KeyData(Kind kind, PkeyPointer pkey);
  ~KeyData();
  KeyData(const KeyData&) = delete;
  KeyData& operator=(const KeyData&) = delete;

  Kind kind() const { return kind_; }
  std::span<const uint8_t> secret() const { return secret_; }
  EVP_PKEY* pkey() const { return pkey_.get(); }  // null for secret keys

 private:
  Kind kind_;
  std::vector<uint8_t> secret_;
  PkeyPointer pkey_;
};
using Key = std::shared_ptr<const KeyData>;

// The object a KeyObject of JavaScript holds.
class KeyHandle : public BaseObject {
 public:
  // Empty with an exception pending.
  static v8::MaybeLocal<v8::Object> Create(Environment* env, Key key);
  // Null when `value` is no handle.
  static Key From(v8::Local<v8::Value> value);

 private:
  KeyHandle(Environment* env, v8::Local<v8::Object> object, Key key);
  Key key_;
};

// The numbers that JavaScript passes (runtime/crypto/key_encoding.js has the same).
enum class KeyFormat { kDer, kPem };
enum class KeyStructure { kPkcs1, kPkcs8, kSpki, kSec1, kNone = -1 };
struct KeyEncoding {
  KeyFormat format = KeyFormat::kPem;
  KeyStructure structure = KeyStructure::kNone;
  // For private keys: with which cipher they are encrypted, and the passphrase of those that are.
  const EVP_CIPHER* cipher = nullptr;
  std::optional<std::vector<uint8_t>> passphrase;
};

// From arguments: format, structure, cipher's name, passphrase. Nothing with an exception pending.
std::optional<KeyEncoding> EncodingFrom(const v8::FunctionCallbackInfo<v8::Value>& args, int index);

// The public key of PEM or DER text; a private key and a certificate contain one. Null with OpenSSL's error.
PkeyPointer ParsePublicKey(std::span<const uint8_t> bytes, const KeyEncoding& encoding);
PkeyPointer ParsePrivateKey(std::span<const uint8_t> bytes, const KeyEncoding& encoding);

// A string for PEM, a Buffer for DER; empty with an exception pending.
v8::MaybeLocal<v8::Value> EncodePublicKey(Environment* env, EVP_PKEY* key, const KeyEncoding& encoding);
v8::MaybeLocal<v8::Value> EncodePrivateKey(Environment* env, EVP_PKEY* key, const KeyEncoding& encoding);

// Functions of the binding that are told in their own files.
void JwkOfKey(const v8::FunctionCallbackInfo<v8::Value>& args);
void KeyFromRsaNumbers(const v8::FunctionCallbackInfo<v8::Value>& args);
void KeyFromEcPoint(const v8::FunctionCallbackInfo<v8::Value>& args);
void KeyFromRaw(const v8::FunctionCallbackInfo<v8::Value>& args);
void DetailsOfKey(const v8::FunctionCallbackInfo<v8::Value>& args);
void IsSoundKey(const v8::FunctionCallbackInfo<v8::Value>& args);

}  // namespace parley

#endif  // RUNTIME_CRYPTO_KEYS_H_
