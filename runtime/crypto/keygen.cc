// The `crypto_keygen` binding: new pairs of asymmetric keys (Node doc: crypto.generateKeyPair()).
#include <openssl/core_names.h>
#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "runtime/crypto/crypto.h"
#include "runtime/crypto/dh_groups.h"
#include "runtime/crypto/keys.h"
#include "runtime/engine/binding.h"

namespace parley {
namespace {

using v8::Local;
using v8::MaybeLocal;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

PkeyContextPointer ContextOf(int type) { return PkeyContextPointer(EVP_PKEY_CTX_new_id(type, nullptr)); }

PkeyPointer Generate(EVP_PKEY_CTX* context) {
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_keygen(context, &key) <= 0) return nullptr;
  return PkeyPointer(key);
}

PkeyPointer GenerateParams(EVP_PKEY_CTX* context) {
  EVP_PKEY* params = nullptr;
  if (EVP_PKEY_paramgen(context, &params) <= 0) return nullptr;
  return PkeyPointer(params);
}

class KeyPairJob : public CryptoJob {
 public:
  bool Run() override {
    key_ = Make();
    return key_ != nullptr;
  }

  // [handle of the public key, of the private key]
  MaybeLocal<Value> Result(Environment* env) override {
    EVP_PKEY_up_ref(key_.get());
    Key keys[] = {std::make_shared<KeyData>(KeyData::Kind::kPublic, PkeyPointer(key_.get())),
                  std::make_shared<KeyData>(KeyData::Kind::kPrivate, std::move(key_))};
    Local<Value> handles[2];
    for (int i = 0; i < 2; i++) {
      Local<v8::Object> handle;
      if (!KeyHandle::Create(env, keys[i]).ToLocal(&handle)) return {};
      handles[i] = handle;
    }
    return v8::Array::New(env->isolate(), handles, 2).As<Value>();
  }

 protected:
  virtual PkeyPointer Make() = 0;
  static PkeyPointer FromParams(PkeyPointer params) {
    if (!params) return nullptr;
    PkeyContextPointer context(EVP_PKEY_CTX_new(params.get(), nullptr));
    if (!context || EVP_PKEY_keygen_init(context.get()) <= 0) return nullptr;
    return Generate(context.get());
  }

 private:
  PkeyPointer key_;
};

// ---- arguments ----

int IntArgument(const Args& args, int index, int otherwise) {
  return args[index]->IsInt32() ? args[index].As<v8::Int32>()->Value() : otherwise;
}

// Null for undefined. Throws "Invalid <what>digest: name" and sets `ok` to false for an unknown one.
DigestPointer DigestArgument(const Args& args, int index, const char* what, bool* ok) {
  if (!args[index]->IsString()) return nullptr;
  const std::string name = ToUtf8(args.GetIsolate(), args[index]);
  DigestPointer digest(EVP_MD_fetch(nullptr, name.c_str(), nullptr));
  ERR_clear_error();
  if (!digest) {
    *ok = false;
    Environment::From(args)->ThrowError("ERR_CRYPTO_INVALID_DIGEST", what + name,
                                        Environment::ErrorType::kTypeError);
  }
  return digest;
}

constexpr char kType[] = "KEYPAIRGENREQUEST";

// ---- RSA ----

class RsaKeyJob : public KeyPairJob {
 public:
  bool is_pss = false;
  int bits = 0;
  uint32_t exponent = 0;
  DigestPointer digest;
  DigestPointer mgf1_digest;
  int salt_length = -1;

 protected:
  PkeyPointer Make() override {
    PkeyContextPointer context = ContextOf(is_pss ? EVP_PKEY_RSA_PSS : EVP_PKEY_RSA);
    BignumPointer e(BN_new());
    if (!context || EVP_PKEY_keygen_init(context.get()) <= 0 ||
        EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), bits) <= 0 || BN_set_word(e.get(), exponent) != 1 ||
        EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), e.get()) <= 0 ||
        (is_pss && !SetPss(context.get()))) {
      return nullptr;
    }
    return Generate(context.get());
  }

 private:
  // RFC 8017 recommends MGF1 with the same digest, and a salt as long as it.
  bool SetPss(EVP_PKEY_CTX* context) {
    if (digest && EVP_PKEY_CTX_set_rsa_pss_keygen_md(context, digest.get()) <= 0) return false;
    const EVP_MD* mgf1 = mgf1_digest ? mgf1_digest.get() : digest.get();
    if (mgf1 != nullptr && EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md(context, mgf1) <= 0) return false;
    const int salt = salt_length < 0 && digest ? EVP_MD_get_size(digest.get()) : salt_length;
    return salt < 0 || EVP_PKEY_CTX_set_rsa_pss_keygen_saltlen(context, salt) > 0;
  }
};

// rsa(is PSS, bits, exponent, digest, MGF1's digest, salt length, callback)
void Rsa(const Args& args) {
  auto job = std::make_unique<RsaKeyJob>();
  bool ok = true;
  job->is_pss = args[0]->IsTrue();
  job->bits = IntArgument(args, 1, 0);
  job->exponent = args[2]->Uint32Value(args.GetIsolate()->GetCurrentContext()).FromMaybe(0);
  job->digest = DigestArgument(args, 3, "Invalid digest: ", &ok);
  if (ok) job->mgf1_digest = DigestArgument(args, 4, "Invalid MGF1 digest: ", &ok);
  job->salt_length = IntArgument(args, 5, -1);
  if (ok) StartJob(args, kType, args[6], std::move(job));
}

// ---- DSA ----

class DsaKeyJob : public KeyPairJob {
 public:
  int bits = 0;
  int divisor_bits = -1;

 protected:
  PkeyPointer Make() override {
    PkeyContextPointer context = ContextOf(EVP_PKEY_DSA);
    if (!context || EVP_PKEY_paramgen_init(context.get()) <= 0 ||
        EVP_PKEY_CTX_set_dsa_paramgen_bits(context.get(), bits) <= 0 ||
        (divisor_bits != -1 && EVP_PKEY_CTX_set_dsa_paramgen_q_bits(context.get(), divisor_bits) <= 0)) {
      return nullptr;
    }
    return FromParams(GenerateParams(context.get()));
  }
};

// dsa(bits, bits of the divisor or -1, callback)
void Dsa(const Args& args) {
  auto job = std::make_unique<DsaKeyJob>();
  job->bits = IntArgument(args, 0, 0);
  job->divisor_bits = IntArgument(args, 1, -1);
  StartJob(args, kType, args[2], std::move(job));
}

// ---- elliptic curves ----

class EcKeyJob : public KeyPairJob {
 public:
  int curve = 0;
  bool is_explicit = false;

 protected:
  PkeyPointer Make() override {
    PkeyContextPointer context = ContextOf(EVP_PKEY_EC);
    if (!context || EVP_PKEY_paramgen_init(context.get()) <= 0 ||
        EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context.get(), curve) <= 0 ||
        EVP_PKEY_CTX_set_ec_param_enc(
            context.get(), is_explicit ? OPENSSL_EC_EXPLICIT_CURVE : OPENSSL_EC_NAMED_CURVE) <= 0) {
      return nullptr;
    }
    return FromParams(GenerateParams(context.get()));
  }
};

// ec(curve's name, explicit parameters, callback)
void Ec(const Args& args) {
  auto job = std::make_unique<EcKeyJob>();
  job->curve = CurveByName(ToUtf8(args.GetIsolate(), args[0]));
  if (job->curve == NID_undef) {
    return Environment::From(args)->ThrowError("ERR_CRYPTO_INVALID_CURVE", "Invalid EC curve name",
                                               Environment::ErrorType::kTypeError);
  }
  job->is_explicit = args[1]->IsTrue();
  StartJob(args, kType, args[2], std::move(job));
}

// Ed25519, Ed448, X25519, X448: nothing to choose.
class PlainKeyJob : public KeyPairJob {
 public:
  int type = 0;

 protected:
  PkeyPointer Make() override {
    PkeyContextPointer context = ContextOf(type);
    if (!context || EVP_PKEY_keygen_init(context.get()) <= 0) return nullptr;
    return Generate(context.get());
  }
};

// plain('ED25519' | 'ED448' | 'X25519' | 'X448', callback)
void Plain(const Args& args) {
  auto job = std::make_unique<PlainKeyJob>();
  job->type = OBJ_txt2nid(ToUtf8(args.GetIsolate(), args[0]).c_str());
  StartJob(args, kType, args[1], std::move(job));
}

// ---- Diffie-Hellman ----

class DhKeyJob : public KeyPairJob {
 public:
  BignumPointer prime;  // null: a new one of `bits`
  int bits = 0;
  int generator = 2;

 protected:
  PkeyPointer Make() override {
    if (prime) {
      ParamBuildPointer build(OSSL_PARAM_BLD_new());
      BignumPointer g(BN_new());
      if (BN_set_word(g.get(), static_cast<BN_ULONG>(generator)) != 1 ||
          OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_FFC_P, prime.get()) != 1 ||
          OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_FFC_G, g.get()) != 1) {
        return nullptr;
      }
      return FromParams(KeyFromParams("DH", EVP_PKEY_KEY_PARAMETERS, build.get()));
    }
    PkeyContextPointer context = ContextOf(EVP_PKEY_DH);
    if (!context || EVP_PKEY_paramgen_init(context.get()) <= 0 ||
        EVP_PKEY_CTX_set_dh_paramgen_prime_len(context.get(), bits) <= 0 ||
        EVP_PKEY_CTX_set_dh_paramgen_generator(context.get(), generator) <= 0) {
      return nullptr;
    }
    return FromParams(GenerateParams(context.get()));
  }
};

// dh(group's name, prime's bytes or its size in bits, generator, callback)
void Dh(const Args& args) {
  auto job = std::make_unique<DhKeyJob>();
  if (args[0]->IsString()) {
    job->prime = DhGroupPrime(ToUtf8(args.GetIsolate(), args[0]));
    if (!job->prime) {
      return Environment::From(args)->ThrowError("ERR_CRYPTO_UNKNOWN_DH_GROUP", "Unknown DH group");
    }
  } else if (args[0]->IsInt32()) {
    job->bits = IntArgument(args, 0, 0);
  } else {
    job->prime = ToBignum(BytesOf(args[0]));
  }
  job->generator = IntArgument(args, 1, 2);
  StartJob(args, kType, args[2], std::move(job));
}

// isCipher(name): whether a key can be encrypted with it
void IsCipher(const Args& args) {
  args.GetReturnValue().Set(EVP_get_cipherbyname(ToUtf8(args.GetIsolate(), args[0]).c_str()) != nullptr);
}

constexpr BindingFunction kFunctions[] = {{"rsa", Rsa},     {"dsa", Dsa}, {"ec", Ec},
                                          {"plain", Plain}, {"dh", Dh},   {"isCipher", IsCipher}};

PARLEY_BINDING(crypto_keygen, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
