// The `crypto_keys` binding: handles of secret, public and private keys (Node doc: crypto, "Class:
// KeyObject").
#include "runtime/crypto/keys.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "runtime/crypto/crypto.h"
#include "runtime/engine/binding.h"

namespace parley {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

KeyData::KeyData(std::span<const uint8_t> secret)
    : kind_(Kind::kSecret), secret_(secret.begin(), secret.end()) {}

KeyData::KeyData(Kind kind, PkeyPointer pkey) : kind_(kind), pkey_(std::move(pkey)) {}

KeyData::~KeyData() {
  if (!secret_.empty()) OPENSSL_cleanse(secret_.data(), secret_.size());
}

namespace {

struct KeyClass {
  v8::Global<v8::FunctionTemplate> function;
};

}  // namespace

KeyHandle::KeyHandle(Environment* env, Local<v8::Object> object, Key key)
    : BaseObject(env, object), key_(std::move(key)) {
  MakeWeak();
}

v8::MaybeLocal<v8::Object> KeyHandle::Create(Environment* env, Key key) {
  auto* state = env->Slot<KeyClass>();
  if (state->function.IsEmpty()) {
    state->function.Reset(env->isolate(), MakeTemplate(env, "KeyHandle", [](const Args&) {}));
  }
  Local<v8::Object> object;
  Local<v8::FunctionTemplate> function = state->function.Get(env->isolate());
  if (!function->InstanceTemplate()->NewInstance(env->context()).ToLocal(&object)) return {};
  new KeyHandle(env, object, std::move(key));  // owned by the object
  return object;
}

Key KeyHandle::From(Local<Value> value) {
  auto* self = Unwrap<KeyHandle>(value);
  return self == nullptr ? nullptr : self->key_;
}

std::optional<KeyEncoding> EncodingFrom(const Args& args, int index) {
  Local<v8::Context> context = args.GetIsolate()->GetCurrentContext();
  KeyEncoding encoding;
  if (args[index]->IsInt32()) {
    encoding.format = static_cast<KeyFormat>(args[index]->Int32Value(context).FromJust());
  }
  if (args[index + 1]->IsInt32()) {
    encoding.structure = static_cast<KeyStructure>(args[index + 1]->Int32Value(context).FromJust());
  }
  if (args[index + 2]->IsString()) {
    encoding.cipher = EVP_get_cipherbyname(ToUtf8(args.GetIsolate(), args[index + 2]).c_str());
    if (encoding.cipher == nullptr) {
      Environment::From(args)->ThrowError("ERR_CRYPTO_UNKNOWN_CIPHER", "Unknown cipher");
      return {};
    }
  }
  if (HasBytes(args[index + 3])) {
    std::span<uint8_t> bytes = BytesOf(args[index + 3]);
    encoding.passphrase.emplace(bytes.begin(), bytes.end());
  }
  return encoding;
}

namespace {

// OpenSSL asked for a passphrase that was not given.
bool IsPassphraseMissing() {
  const unsigned long error = ERR_peek_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_BAD_PASSWORD_READ;
}

void ReturnKey(const Args& args, KeyData::Kind kind, PkeyPointer pkey, const char* otherwise,
               bool has_passphrase = true) {
  if (!pkey && !has_passphrase && IsPassphraseMissing()) {
    ERR_clear_error();
    return Environment::From(args)->ThrowError("ERR_MISSING_PASSPHRASE",
                                               "Passphrase required for encrypted key",
                                               Environment::ErrorType::kTypeError);
  }
  if (!pkey) return ThrowOpenSsl(args, otherwise);
  ERR_clear_error();  // of the forms that were tried
  Local<v8::Object> handle;
  Key key = std::make_shared<KeyData>(kind, std::move(pkey));
  if (KeyHandle::Create(Environment::From(args), std::move(key)).ToLocal(&handle)) {
    args.GetReturnValue().Set(handle);
  }
}

// createSecret(bytes): handle
void CreateSecret(const Args& args) {
  Local<v8::Object> handle;
  Key key = std::make_shared<KeyData>(BytesOf(args[0]));
  if (KeyHandle::Create(Environment::From(args), std::move(key)).ToLocal(&handle)) {
    args.GetReturnValue().Set(handle);
  }
}

// createPublic(bytes, format, structure, undefined, passphrase): handle, of what contains a public key
void CreatePublic(const Args& args) {
  std::optional<KeyEncoding> encoding = EncodingFrom(args, 1);
  if (!encoding) return;
  ReturnKey(args, KeyData::Kind::kPublic, ParsePublicKey(BytesOf(args[0]), *encoding),
            "Failed to read asymmetric key", encoding->passphrase.has_value());
}

// createPrivate(bytes, format, structure, undefined, passphrase): handle
void CreatePrivate(const Args& args) {
  std::optional<KeyEncoding> encoding = EncodingFrom(args, 1);
  if (!encoding) return;
  ReturnKey(args, KeyData::Kind::kPrivate, ParsePrivateKey(BytesOf(args[0]), *encoding),
            "Failed to read private key", encoding->passphrase.has_value());
}

// toPublic(handle of a private key): handle
void ToPublic(const Args& args) {
  Key key = KeyHandle::From(args[0]);
  if (!key || key->pkey() == nullptr) return;
  EVP_PKEY_up_ref(key->pkey());
  ReturnKey(args, KeyData::Kind::kPublic, PkeyPointer(key->pkey()), "");
}

// asymmetricType(handle): 'rsa', …; undefined for others than Node names
void AsymmetricType(const Args& args) {
  Key key = KeyHandle::From(args[0]);
  if (!key || key->pkey() == nullptr) return;
  static constexpr struct {
    int id;
    const char* name;
  } kNames[] = {
      {EVP_PKEY_RSA, "rsa"},         {EVP_PKEY_RSA_PSS, "rsa-pss"}, {EVP_PKEY_DSA, "dsa"},
      {EVP_PKEY_DH, "dh"},           {EVP_PKEY_DHX, "dh"},          {EVP_PKEY_EC, "ec"},
      {EVP_PKEY_ED25519, "ed25519"}, {EVP_PKEY_ED448, "ed448"},     {EVP_PKEY_X25519, "x25519"},
      {EVP_PKEY_X448, "x448"},
  };
  const int id = EVP_PKEY_get_id(key->pkey());
  for (const auto& entry : kNames) {
    if (entry.id == id) args.GetReturnValue().Set(OneByte(args.GetIsolate(), entry.name));
  }
}

// secretSize(handle): bytes
void SecretSize(const Args& args) {
  Key key = KeyHandle::From(args[0]);
  if (key) args.GetReturnValue().Set(static_cast<double>(key->secret().size()));
}

// exportSecret(handle): Buffer
void ExportSecret(const Args& args) {
  Key key = KeyHandle::From(args[0]);
  Local<v8::Uint8Array> buffer;
  if (key && CopyToBuffer(args.GetIsolate(), key->secret()).ToLocal(&buffer)) {
    args.GetReturnValue().Set(buffer);
  }
}

// exportKey(handle, as private, format, structure, cipher, passphrase): string or Buffer
void ExportKey(const Args& args) {
  Key key = KeyHandle::From(args[0]);
  std::optional<KeyEncoding> encoding = EncodingFrom(args, 2);
  if (!encoding || !key || key->pkey() == nullptr) return;
  Environment* env = Environment::From(args);
  Local<Value> text;
  if ((args[1]->IsTrue() ? EncodePrivateKey(env, key->pkey(), *encoding)
                         : EncodePublicKey(env, key->pkey(), *encoding))
          .ToLocal(&text)) {
    args.GetReturnValue().Set(text);
  }
}

// equals(handle, handle of the same kind): boolean
void Equals(const Args& args) {
  Key a = KeyHandle::From(args[0]);
  Key b = KeyHandle::From(args[1]);
  if (!a || !b || a->kind() != b->kind()) return args.GetReturnValue().Set(false);
  if (a->kind() == KeyData::Kind::kSecret) {
    const bool same = a->secret().size() == b->secret().size() &&
                      CRYPTO_memcmp(a->secret().data(), b->secret().data(), a->secret().size()) == 0;
    return args.GetReturnValue().Set(same);
  }
  const int result = EVP_PKEY_eq(a->pkey(), b->pkey());
  ERR_clear_error();
  if (result == -2) {
    return Environment::From(args)->ThrowError("ERR_CRYPTO_UNSUPPORTED_OPERATION",
                                               "Unsupported crypto operation");
  }
  args.GetReturnValue().Set(result == 1);
}

constexpr BindingFunction kFunctions[] = {
    {"createSecret", CreateSecret},
    {"createPublic", CreatePublic},
    {"createPrivate", CreatePrivate},
    {"toPublic", ToPublic},
    {"asymmetricType", AsymmetricType},
    {"secretSize", SecretSize},
    {"exportSecret", ExportSecret},
    {"exportKey", ExportKey},
    {"equals", Equals},
    {"jwk", JwkOfKey},
    {"fromRsa", KeyFromRsaNumbers},
    {"fromEc", KeyFromEcPoint},
    {"fromRaw", KeyFromRaw},
    {"details", DetailsOfKey},
    {"isSound", IsSoundKey},
};

PARLEY_BINDING(crypto_keys, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
