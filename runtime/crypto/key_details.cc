// What a key says of itself (Node doc: crypto, keyObject.asymmetricKeyDetails).
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include "runtime/crypto/crypto.h"
#include "runtime/crypto/keys.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

class Details {
 public:
  explicit Details(v8::Isolate* isolate) : isolate_(isolate), object_(v8::Object::New(isolate)) {}

  void Set(const char* name, Local<Value> value) {
    object_->Set(isolate_->GetCurrentContext(), OneByte(isolate_, name), value).Check();
  }
  void Integer(const char* name, int value) { Set(name, v8::Integer::New(isolate_, value)); }
  void Text(const char* name, const std::string& value) { Set(name, ToV8(isolate_, value)); }
  void Bits(const char* name, const EVP_PKEY* key, const char* param) {
    if (BignumPointer number = KeyNumber(key, param)) Integer(name, BN_num_bits(number.get()));
  }
  Local<v8::Object> object() const { return object_; }

 private:
  v8::Isolate* isolate_;
  Local<v8::Object> object_;
};

// "sha256" for any of a digest's names.
std::string DigestName(const std::string& name) {
  DigestPointer digest(EVP_MD_fetch(nullptr, name.c_str(), nullptr));
  const char* known = digest ? OBJ_nid2ln(EVP_MD_get_type(digest.get())) : nullptr;
  return known == nullptr ? name : known;
}

void AddExponent(v8::Isolate* isolate, Details& details, const EVP_PKEY* key) {
  BignumPointer exponent = KeyNumber(key, OSSL_PKEY_PARAM_RSA_E);
  if (!exponent) return;
  std::vector<uint64_t> words((static_cast<size_t>(BN_num_bytes(exponent.get())) + 7) / 8);
  if (BN_bn2lebinpad(exponent.get(), reinterpret_cast<uint8_t*>(words.data()),
                     static_cast<int>(words.size() * 8)) < 0) {
    return;
  }
  Local<v8::BigInt> value;
  if (v8::BigInt::NewFromWords(isolate->GetCurrentContext(), 0, static_cast<int>(words.size()), words.data())
          .ToLocal(&value)) {
    details.Set("publicExponent", value);
  }
}

// The restrictions of an RSASSA-PSS key (RFC 4055). OpenSSL gives the salt's length only when there are any,
// and the digests only when they are not SHA-1, the default.
void AddPss(Details& details, const EVP_PKEY* key) {
  int salt = 0;
  if (EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_RSA_PSS_SALTLEN, &salt) != 1) return;
  details.Text("hashAlgorithm", DigestName(KeyText(key, OSSL_PKEY_PARAM_RSA_DIGEST).value_or("SHA1")));
  details.Text("mgf1HashAlgorithm",
               DigestName(KeyText(key, OSSL_PKEY_PARAM_RSA_MGF1_DIGEST).value_or("SHA1")));
  details.Integer("saltLength", salt);
}

}  // namespace

// details(handle): a new object
void DetailsOfKey(const Args& args) {
  Key key = KeyHandle::From(args[0]);
  if (!key || key->pkey() == nullptr) return;
  Details details(args.GetIsolate());
  const EVP_PKEY* pkey = key->pkey();
  switch (const int id = EVP_PKEY_get_id(pkey)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
      details.Bits("modulusLength", pkey, OSSL_PKEY_PARAM_RSA_N);
      AddExponent(args.GetIsolate(), details, pkey);
      if (id == EVP_PKEY_RSA_PSS) AddPss(details, pkey);
      break;
    case EVP_PKEY_DSA:
      details.Bits("modulusLength", pkey, OSSL_PKEY_PARAM_FFC_P);
      details.Bits("divisorLength", pkey, OSSL_PKEY_PARAM_FFC_Q);
      break;
    case EVP_PKEY_EC:
      if (std::optional<std::string> name = KeyText(pkey, OSSL_PKEY_PARAM_GROUP_NAME)) {
        details.Text("namedCurve", *name);
      }
      break;
    default:
      break;
  }
  ERR_clear_error();
  args.GetReturnValue().Set(details.object());
}

// isSound(handle): whether the key's numbers fit each other and their curve
void IsSoundKey(const Args& args) {
  Key key = KeyHandle::From(args[0]);
  if (!key || key->pkey() == nullptr) return;
  PkeyContextPointer context(EVP_PKEY_CTX_new_from_pkey(nullptr, key->pkey(), nullptr));
  const bool is_private = key->kind() == KeyData::Kind::kPrivate;
  const int sound = is_private ? EVP_PKEY_check(context.get()) : EVP_PKEY_public_check(context.get());
  ERR_clear_error();
  args.GetReturnValue().Set(sound == 1);
}

}  // namespace parley
