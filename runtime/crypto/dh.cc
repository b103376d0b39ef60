// The `crypto_dh` binding: Diffie-Hellman with finite fields and the agreement of keys of all kinds (Node
// doc: crypto, "Class: DiffieHellman", crypto.diffieHellman()).
//
// DiffieHellman lets programs set and leave out p, g and both keys one by one, which only OpenSSL's DH does,
// not its EVP_PKEY: hence the interface that OpenSSL 3 calls deprecated, in this file alone.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/dh.h>
#include <openssl/err.h>

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
using DhPointer = OpenSslPointer<DH, DH_free>;

void ReturnBytes(const Args& args, std::span<const uint8_t> bytes) {
  Local<v8::Uint8Array> buffer;
  if (CopyToBuffer(args.GetIsolate(), bytes).ToLocal(&buffer)) args.GetReturnValue().Set(buffer);
}

class DiffieHellman : public BaseObject {
 public:
  DiffieHellman(Environment* env, Local<v8::Object> object) : BaseObject(env, object), dh_(DH_new()) {
    MakeWeak();
  }

  // new DiffieHellman(group's name) or new DiffieHellman(prime's bytes or bits, generator's number or bytes)
  static void New(const Args& args) {
    if (!args.IsConstructCall()) return;
    auto* self = new DiffieHellman(Environment::From(args), args.This());
    if (args[0]->IsString()) {
      BignumPointer prime = DhGroupPrime(ToUtf8(args.GetIsolate(), args[0]));
      if (!prime) return self->env()->ThrowError("ERR_CRYPTO_UNKNOWN_DH_GROUP", "Unknown DH group");
      self->SetGroup(std::move(prime), Word(2));
      return;
    }
    const bool ok = args[0]->IsInt32() ? self->Generate(args[0].As<v8::Int32>()->Value(), args[1])
                                       : self->Take(BytesOf(args[0]), args[1]);
    if (!ok) ThrowOpenSsl(args, "Initialization failed");
  }

  // generateKeys(): the public key
  static void GenerateKeys(const Args& args) {
    DH* dh = Of(args);
    if (dh == nullptr) return;
    if (DH_generate_key(dh) != 1) return ThrowOpenSsl(args, "Key generation failed");
    ReturnBytes(args, FromBignum(DH_get0_pub_key(dh)));
  }

  // computeSecret(the other's public key): Buffer, as long as the prime
  static void ComputeSecret(const Args& args) {
    DH* dh = Of(args);
    if (dh == nullptr) return;
    BignumPointer other = ToBignum(BytesOf(args[0]));
    std::vector<uint8_t> secret(static_cast<size_t>(DH_size(dh)));
    if (DH_compute_key_padded(secret.data(), other.get(), dh) < 0) return ThrowBadKey(args, dh, other.get());
    ERR_clear_error();
    ReturnBytes(args, secret);
  }

  // number(which: 0 prime, 1 generator, 2 public key, 3 private key): Buffer, or undefined when there is none
  static void Number(const Args& args) {
    DH* dh = Of(args);
    if (dh == nullptr) return;
    static constexpr const BIGNUM* (*kGet[])(const DH*) = {DH_get0_p, DH_get0_g, DH_get0_pub_key,
                                                           DH_get0_priv_key};
    const BIGNUM* number = kGet[args[0].As<v8::Int32>()->Value() & 3](dh);
    if (number != nullptr) ReturnBytes(args, FromBignum(number));
  }

  // setKey(bytes, is private)
  static void SetKey(const Args& args) {
    DH* dh = Of(args);
    if (dh == nullptr) return;
    BignumPointer number = ToBignum(BytesOf(args[0]));
    const bool is_private = args[1]->IsTrue();
    if (DH_set0_key(dh, is_private ? nullptr : number.get(), is_private ? number.get() : nullptr) == 1) {
      (void)number.release();  // now the DH's
    }
  }

  // check(): what DH_check() finds wrong with the parameters, as bits
  static void Check(const Args& args) {
    DH* dh = Of(args);
    int codes = 0;
    if (dh != nullptr && DH_check(dh, &codes) != 1) codes = 0;
    ERR_clear_error();
    args.GetReturnValue().Set(codes);
  }

 private:
  static DH* Of(const Args& args) {
    auto* self = Unwrap<DiffieHellman>(args.This());
    return self == nullptr ? nullptr : self->dh_.get();
  }

  static BignumPointer Word(BN_ULONG value) {
    BignumPointer number(BN_new());
    BN_set_word(number.get(), value);
    return number;
  }

  bool SetGroup(BignumPointer prime, BignumPointer generator) {
    if (DH_set0_pqg(dh_.get(), prime.get(), nullptr, generator.get()) != 1) return false;
    (void)prime.release();  // now the DH's
    (void)generator.release();
    return true;
  }

  // A new prime.
  bool Generate(int bits, Local<Value> generator) {
    if (bits < 2) {
      ERR_raise(ERR_LIB_DH, DH_R_MODULUS_TOO_SMALL);
      return false;
    }
    const int g = generator->IsInt32() ? generator.As<v8::Int32>()->Value() : 0;
    if (g < 2) {
      ERR_raise(ERR_LIB_DH, DH_R_BAD_GENERATOR);
      return false;
    }
    return DH_generate_parameters_ex(dh_.get(), bits, g, nullptr) == 1;
  }

  bool Take(std::span<const uint8_t> prime, Local<Value> generator) {
    BignumPointer g;
    if (generator->IsInt32()) {
      const int value = generator.As<v8::Int32>()->Value();
      g = Word(value < 0 ? 0 : static_cast<BN_ULONG>(value));
    } else {
      g = ToBignum(BytesOf(generator));
    }
    if (BN_is_zero(g.get()) || BN_is_one(g.get())) {
      ERR_raise(ERR_LIB_DH, DH_R_BAD_GENERATOR);
      return false;
    }
    return SetGroup(ToBignum(prime), std::move(g));
  }

  // Why the other's key is of no use.
  static void ThrowBadKey(const Args& args, DH* dh, const BIGNUM* other) {
    Environment* env = Environment::From(args);
    int codes = 0;
    const OpenSslErrors errors = TakeOpenSslErrors();
    const bool checked = DH_check_pub_key(dh, other, &codes) == 1;
    ERR_clear_error();
    const char* text = "Invalid key";
    if (checked && (codes & DH_CHECK_PUBKEY_TOO_SMALL) != 0) text = "Supplied key is too small";
    if (checked && (codes & DH_CHECK_PUBKEY_TOO_LARGE) != 0) text = "Supplied key is too large";
    if (!checked || codes == 0) {
      Local<Value> error;
      if (OpenSslError(env->isolate(), errors, "Invalid key").ToLocal(&error)) {
        env->isolate()->ThrowException(error);
      }
      return;
    }
    env->ThrowError("ERR_CRYPTO_INVALID_KEYLEN", text, Environment::ErrorType::kRangeError);
  }

  DhPointer dh_;
};

// ---- agreement of key objects: DH, ECDH, X25519 and X448 ----

class AgreeJob : public CryptoJob {
 public:
  Key ours;
  Key theirs;

  bool Run() override {
    PkeyContextPointer context(EVP_PKEY_CTX_new(ours->pkey(), nullptr));
    size_t size = 0;
    if (!context || EVP_PKEY_derive_init(context.get()) <= 0 ||
        EVP_PKEY_derive_set_peer(context.get(), theirs->pkey()) <= 0 ||
        EVP_PKEY_derive(context.get(), nullptr, &size) <= 0) {
      return false;
    }
    secret_.resize(size);
    size_t written = size;
    if (EVP_PKEY_derive(context.get(), secret_.data(), &written) <= 0) return false;
    // Leading zeros belong to it.
    if (written < size) {
      std::copy_backward(secret_.begin(), secret_.begin() + static_cast<ptrdiff_t>(written), secret_.end());
      std::fill_n(secret_.begin(), size - written, uint8_t{0});
    }
    return true;
  }
  MaybeLocal<Value> Result(Environment* env) override {
    return EncodeBytes(env->isolate(), secret_, Encoding::kBuffer);
  }
  MaybeLocal<Value> Failure(Environment* env, const OpenSslErrors& errors) override {
    return OpenSslError(env->isolate(), errors, "diffieHellman failed");
  }

 private:
  std::vector<uint8_t> secret_;
};

// agree(our private key's handle, their public key's handle, callback): Buffer
void Agree(const Args& args) {
  auto job = std::make_unique<AgreeJob>();
  job->ours = KeyHandle::From(args[0]);
  job->theirs = KeyHandle::From(args[1]);
  if (!job->ours || !job->theirs || job->ours->pkey() == nullptr || job->theirs->pkey() == nullptr) return;
  StartJob(args, "DERIVEBITSREQUEST", args[2], std::move(job));
}

constexpr BindingFunction kFunctions[] = {{"agree", Agree}};

struct Method {
  const char* name;
  v8::FunctionCallback callback;
};
constexpr Method kMethods[] = {{"generateKeys", DiffieHellman::GenerateKeys},
                               {"computeSecret", DiffieHellman::ComputeSecret},
                               {"number", DiffieHellman::Number},
                               {"setKey", DiffieHellman::SetKey},
                               {"check", DiffieHellman::Check}};

void Initialize(Environment* env, Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "DiffieHellman", DiffieHellman::New);
  for (const Method& method : kMethods) BaseObject::SetMethod(isolate, t, method.name, method.callback);
  BaseObject::Export(isolate, target, "DiffieHellman", t);
}

const intptr_t kReferences[] = {reinterpret_cast<intptr_t>(DiffieHellman::New),
                                reinterpret_cast<intptr_t>(DiffieHellman::GenerateKeys),
                                reinterpret_cast<intptr_t>(DiffieHellman::ComputeSecret),
                                reinterpret_cast<intptr_t>(DiffieHellman::Number),
                                reinterpret_cast<intptr_t>(DiffieHellman::SetKey),
                                reinterpret_cast<intptr_t>(DiffieHellman::Check)};

PARLEY_BINDING(crypto_dh, BindingKind::kInternal, kFunctions, Initialize, kReferences);

}  // namespace
}  // namespace parley
