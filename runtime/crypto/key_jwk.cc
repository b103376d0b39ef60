// Keys as the numbers and bytes of a JSON Web Key (RFC 7517, RFC 7518 section 6, RFC 8037).
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include "runtime/crypto/crypto.h"
#include "runtime/crypto/keys.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

struct Curve {
  int nid;
  const char* jwk_name;
  size_t field_size;  // bytes
};
constexpr Curve kCurves[] = {{NID_X9_62_prime256v1, "P-256", 32},
                             {NID_secp256k1, "secp256k1", 32},
                             {NID_secp384r1, "P-384", 48},
                             {NID_secp521r1, "P-521", 66}};

class JwkWriter {
 public:
  explicit JwkWriter(Environment* env) : env_(env), object_(v8::Object::New(env->isolate())) {}

  bool Set(const char* name, Local<Value> value) {
    return object_->Set(env_->isolate()->GetCurrentContext(), OneByte(env_->isolate(), name), value)
        .FromMaybe(false);
  }
  bool Text(const char* name, const char* text) { return Set(name, ToV8(env_->isolate(), text)); }
  bool Bytes(const char* name, std::span<const uint8_t> bytes) {
    Local<Value> text;
    return EncodeBytes(env_->isolate(), bytes, Encoding::kBase64Url).ToLocal(&text) && Set(name, text);
  }
  bool Number(const char* name, const EVP_PKEY* key, const char* param, size_t size = 0) {
    BignumPointer number = KeyNumber(key, param);
    return number && Bytes(name, FromBignum(number.get(), size));
  }
  Local<v8::Object> object() const { return object_; }

 private:
  Environment* env_;
  Local<v8::Object> object_;
};

bool WriteRsa(JwkWriter& jwk, const EVP_PKEY* key, bool is_private) {
  if (!jwk.Text("kty", "RSA") || !jwk.Number("n", key, OSSL_PKEY_PARAM_RSA_N) ||
      !jwk.Number("e", key, OSSL_PKEY_PARAM_RSA_E)) {
    return false;
  }
  return !is_private ||
         (jwk.Number("d", key, OSSL_PKEY_PARAM_RSA_D) && jwk.Number("p", key, OSSL_PKEY_PARAM_RSA_FACTOR1) &&
          jwk.Number("q", key, OSSL_PKEY_PARAM_RSA_FACTOR2) &&
          jwk.Number("dp", key, OSSL_PKEY_PARAM_RSA_EXPONENT1) &&
          jwk.Number("dq", key, OSSL_PKEY_PARAM_RSA_EXPONENT2) &&
          jwk.Number("qi", key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1));
}

bool WriteEc(Environment* env, JwkWriter& jwk, const EVP_PKEY* key, bool is_private) {
  const std::string name = KeyText(key, OSSL_PKEY_PARAM_GROUP_NAME).value_or("");
  const int nid = OBJ_txt2nid(name.c_str());
  for (const Curve& curve : kCurves) {
    if (curve.nid != nid) continue;
    return jwk.Text("kty", "EC") && jwk.Number("x", key, OSSL_PKEY_PARAM_EC_PUB_X, curve.field_size) &&
           jwk.Number("y", key, OSSL_PKEY_PARAM_EC_PUB_Y, curve.field_size) &&
           jwk.Text("crv", curve.jwk_name) &&
           (!is_private || jwk.Number("d", key, OSSL_PKEY_PARAM_PRIV_KEY, curve.field_size));
  }
  env->ThrowError("ERR_CRYPTO_JWK_UNSUPPORTED_CURVE", "Unsupported JWK EC curve: " + name + ".");
  return false;
}

bool WriteOkp(JwkWriter& jwk, const EVP_PKEY* key, const char* curve, bool is_private) {
  uint8_t bytes[64];
  size_t size = sizeof(bytes);
  if (!jwk.Text("crv", curve)) return false;
  if (is_private &&
      (EVP_PKEY_get_raw_private_key(key, bytes, &size) != 1 || !jwk.Bytes("d", {bytes, size}))) {
    return false;
  }
  size = sizeof(bytes);
  return EVP_PKEY_get_raw_public_key(key, bytes, &size) == 1 && jwk.Bytes("x", {bytes, size}) &&
         jwk.Text("kty", "OKP");
}

PkeyPointer RsaFromNumbers(const Args& args) {
  static constexpr const char* kNames[] = {OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
                                           OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
                                           OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
                                           OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};
  ParamBuildPointer build(OSSL_PARAM_BLD_new());
  std::vector<BignumPointer> numbers;  // must outlive the builder's use
  const bool is_private = HasBytes(args[2]);
  for (int i = 0; i < (is_private ? 8 : 2); i++) {
    numbers.push_back(ToBignum(BytesOf(args[i])));
    if (!numbers.back() || OSSL_PARAM_BLD_push_BN(build.get(), kNames[i], numbers.back().get()) != 1) {
      return nullptr;
    }
  }
  return KeyFromParams("RSA", is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, build.get());
}

void ReturnHandle(const Args& args, KeyData::Kind kind, PkeyPointer pkey) {
  ERR_clear_error();
  Local<v8::Object> handle;
  if (!pkey) return;
  Key key = std::make_shared<KeyData>(kind, std::move(pkey));
  if (KeyHandle::Create(Environment::From(args), std::move(key)).ToLocal(&handle)) {
    args.GetReturnValue().Set(handle);
  }
}

}  // namespace

// jwk(handle): a new JWK
void JwkOfKey(const Args& args) {
  Key key = KeyHandle::From(args[0]);
  if (!key || key->pkey() == nullptr) return;
  Environment* env = Environment::From(args);
  JwkWriter jwk(env);
  const bool is_private = key->kind() == KeyData::Kind::kPrivate;
  bool ok = false;
  switch (EVP_PKEY_get_id(key->pkey())) {
    case EVP_PKEY_RSA:
      ok = WriteRsa(jwk, key->pkey(), is_private);
      break;
    case EVP_PKEY_EC:
      ok = WriteEc(env, jwk, key->pkey(), is_private);
      break;
    case EVP_PKEY_ED25519:
      ok = WriteOkp(jwk, key->pkey(), "Ed25519", is_private);
      break;
    case EVP_PKEY_ED448:
      ok = WriteOkp(jwk, key->pkey(), "Ed448", is_private);
      break;
    case EVP_PKEY_X25519:
      ok = WriteOkp(jwk, key->pkey(), "X25519", is_private);
      break;
    case EVP_PKEY_X448:
      ok = WriteOkp(jwk, key->pkey(), "X448", is_private);
      break;
    default:
      return env->ThrowError("ERR_CRYPTO_JWK_UNSUPPORTED_KEY_TYPE", "Unsupported JWK Key Type.");
  }
  if (ok) args.GetReturnValue().Set(jwk.object());
}

// fromRsa(n, e[, d, p, q, dp, dq, qi], all bytes): handle, or undefined when that is no key
void KeyFromRsaNumbers(const Args& args) {
  ReturnHandle(args, HasBytes(args[2]) ? KeyData::Kind::kPrivate : KeyData::Kind::kPublic,
               RsaFromNumbers(args));
}

// fromEc(curve, the public point's bytes[, private number]): handle, or undefined when that is no key
void KeyFromEcPoint(const Args& args) {
  const std::string curve = ToUtf8(args.GetIsolate(), args[0]);
  std::span<uint8_t> point = BytesOf(args[1]);
  const bool is_private = HasBytes(args[2]);
  BignumPointer number;
  ParamBuildPointer build(OSSL_PARAM_BLD_new());
  bool ok =
      OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.c_str(), 0) == 1 &&
      OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1;
  if (is_private) {
    number = ToBignum(BytesOf(args[2]));
    ok = ok && OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get()) == 1;
  }
  if (!ok) return;
  ReturnHandle(args, is_private ? KeyData::Kind::kPrivate : KeyData::Kind::kPublic,
               KeyFromParams("EC", is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, build.get()));
}

// fromRaw('ED25519' | 'ED448' | 'X25519' | 'X448', bytes, is private): handle, or undefined
void KeyFromRaw(const Args& args) {
  const std::string type = ToUtf8(args.GetIsolate(), args[0]);
  std::span<uint8_t> bytes = BytesOf(args[1]);
  const bool is_private = args[2]->IsTrue();
  EVP_PKEY* key =
      is_private ? EVP_PKEY_new_raw_private_key_ex(nullptr, type.c_str(), nullptr, bytes.data(), bytes.size())
                 : EVP_PKEY_new_raw_public_key_ex(nullptr, type.c_str(), nullptr, bytes.data(), bytes.size());
  ReturnHandle(args, is_private ? KeyData::Kind::kPrivate : KeyData::Kind::kPublic, PkeyPointer(key));
}

}  // namespace parley
