// The `crypto_sign` binding: signatures, and RSA encryption, with asymmetric keys (Node doc: crypto.sign(),
// "Class: Sign", crypto.publicEncrypt()).
#include <openssl/core_names.h>
#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <cstring>

#include "runtime/crypto/crypto.h"
#include "runtime/crypto/keys.h"
#include "runtime/engine/binding.h"

namespace parley {
namespace {

using v8::Local;
using v8::MaybeLocal;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;
using SignaturePointer = OpenSslPointer<ECDSA_SIG, ECDSA_SIG_free>;

std::vector<uint8_t> CopyOf(Local<Value> value) {
  std::span<uint8_t> bytes = BytesOf(value);
  return {bytes.begin(), bytes.end()};
}

bool IsRsa(const EVP_PKEY* key) {
  const int id = EVP_PKEY_get_id(key);
  return id == EVP_PKEY_RSA || id == EVP_PKEY_RSA_PSS;
}

// ---- signatures of (EC)DSA: a DER sequence of r and s, or both padded one after the other (IEEE P1363) ----

// Bytes of each; 0 for keys whose signatures are no such pair.
size_t NumberSize(const EVP_PKEY* key) {
  const int id = EVP_PKEY_get_id(key);
  BignumPointer order;
  if (id == EVP_PKEY_DSA) order = KeyNumber(key, OSSL_PKEY_PARAM_FFC_Q);
  if (id == EVP_PKEY_EC) order = KeyNumber(key, OSSL_PKEY_PARAM_EC_ORDER);
  return order ? static_cast<size_t>(BN_num_bytes(order.get())) : 0;
}

// DSA_SIG and ECDSA_SIG have one encoding.
std::vector<uint8_t> ToP1363(std::span<const uint8_t> der, size_t size) {
  const unsigned char* at = der.data();
  SignaturePointer pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  std::vector<uint8_t> raw(2 * size);
  if (!pair || BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), raw.data(), static_cast<int>(size)) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), raw.data() + size, static_cast<int>(size)) < 0) {
    raw.clear();
  }
  return raw;
}

// Empty when it has another length than such a pair.
std::vector<uint8_t> FromP1363(std::span<const uint8_t> raw, size_t size) {
  if (raw.size() != 2 * size) return {};
  SignaturePointer pair(ECDSA_SIG_new());
  BignumPointer r = ToBignum(raw.first(size));
  BignumPointer s = ToBignum(raw.last(size));
  if (!pair || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  (void)r.release();  // now the pair's
  (void)s.release();
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(pair.get(), &der);
  std::vector<uint8_t> out(der, der + std::max(length, 0));
  OPENSSL_free(der);
  return out;
}

// ---- how ----

struct SignOptions {
  std::optional<int> padding;
  std::optional<int> salt_length;
  bool p1363 = false;

  // Of arguments: padding, salt length, boolean.
  static SignOptions From(const Args& args, int index) {
    SignOptions options;
    if (args[index]->IsInt32()) options.padding = args[index].As<v8::Int32>()->Value();
    if (args[index + 1]->IsInt32()) options.salt_length = args[index + 1].As<v8::Int32>()->Value();
    options.p1363 = args[index + 2]->IsTrue();
    return options;
  }

  bool Apply(EVP_PKEY_CTX* context, const EVP_PKEY* key) const {
    if (!IsRsa(key)) return true;
    const bool is_pss = EVP_PKEY_get_id(key) == EVP_PKEY_RSA_PSS;
    const int mode = padding.value_or(is_pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING);
    if (EVP_PKEY_CTX_set_rsa_padding(context, mode) <= 0) return false;
    return mode != RSA_PKCS1_PSS_PADDING || !salt_length ||
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, *salt_length) > 0;
  }

  std::vector<uint8_t> Finish(const EVP_PKEY* key, std::vector<uint8_t> der) const {
    const size_t size = p1363 ? NumberSize(key) : 0;
    return size == 0 ? der : ToP1363(der, size);
  }

  std::vector<uint8_t> Prepare(const EVP_PKEY* key, std::span<const uint8_t> signature) const {
    const size_t size = p1363 ? NumberSize(key) : 0;
    if (size == 0) return {signature.begin(), signature.end()};
    return FromP1363(signature, size);
  }
};

// A digest by any of its names. Sets `ok` to false, with an exception pending, when the argument names none.
DigestPointer DigestFrom(const Args& args, int index, bool* ok) {
  *ok = true;
  if (!args[index]->IsString()) return nullptr;
  const std::string name = ToUtf8(args.GetIsolate(), args[index]);
  // By the old table first: it knows names like RSA-SHA256.
  const EVP_MD* known = EVP_get_digestbyname(name.c_str());
  DigestPointer digest(EVP_MD_fetch(nullptr, known ? EVP_MD_get0_name(known) : name.c_str(), nullptr));
  ERR_clear_error();
  if (!digest) {
    *ok = false;
    Environment::From(args)->ThrowError("ERR_CRYPTO_INVALID_DIGEST", "Invalid digest: " + name,
                                        Environment::ErrorType::kTypeError);
  }
  return digest;
}

void ReturnBytes(const Args& args, std::span<const uint8_t> bytes) {
  Local<v8::Uint8Array> buffer;
  if (CopyToBuffer(args.GetIsolate(), bytes).ToLocal(&buffer)) args.GetReturnValue().Set(buffer);
}

// Calls one of OpenSSL's functions that tell the size first.
template <typename Call>
bool Fill(std::vector<uint8_t>& out, Call call) {
  size_t size = 0;
  if (call(nullptr, &size) <= 0) return false;
  out.resize(size);
  if (call(out.data(), &size) <= 0) return false;
  out.resize(size);
  return true;
}

// ---- of digests, for the classes Sign and Verify ----

PkeyContextPointer DigestContext(EVP_PKEY* key, const EVP_MD* digest, const SignOptions& options,
                                 int (*init)(EVP_PKEY_CTX*)) {
  PkeyContextPointer context(EVP_PKEY_CTX_new(key, nullptr));
  if (!context || init(context.get()) <= 0 || !options.Apply(context.get(), key) ||
      EVP_PKEY_CTX_set_signature_md(context.get(), digest) <= 0) {
    context.reset();
  }
  return context;
}

// Keys that sign only whole messages (RFC 8032).
bool RefuseOneShot(const Args& args, const EVP_PKEY* key) {
  const int id = EVP_PKEY_get_id(key);
  if (id != EVP_PKEY_ED25519 && id != EVP_PKEY_ED448) return false;
  Environment::From(args)->ThrowError("ERR_CRYPTO_UNSUPPORTED_OPERATION", "Unsupported crypto operation");
  return true;
}

// signDigest(handle, digest's name, digest, padding, salt length, P1363): Buffer
void SignDigest(const Args& args) {
  Key key = KeyHandle::From(args[0]);
  bool ok = false;
  DigestPointer digest = DigestFrom(args, 1, &ok);
  if (!key || key->pkey() == nullptr || !ok || RefuseOneShot(args, key->pkey())) return;
  const SignOptions options = SignOptions::From(args, 3);
  PkeyContextPointer context = DigestContext(key->pkey(), digest.get(), options, EVP_PKEY_sign_init);
  std::span<uint8_t> data = BytesOf(args[2]);
  std::vector<uint8_t> out;
  if (!context || !Fill(out, [&](uint8_t* to, size_t* size) {
        return EVP_PKEY_sign(context.get(), to, size, data.data(), data.size());
      })) {
    return ThrowOpenSsl(args, "Signing failed");
  }
  ReturnBytes(args, options.Finish(key->pkey(), std::move(out)));
}

// verifyDigest(handle, digest's name, digest, signature, padding, salt length, P1363): boolean
void VerifyDigest(const Args& args) {
  Key key = KeyHandle::From(args[0]);
  bool ok = false;
  DigestPointer digest = DigestFrom(args, 1, &ok);
  if (!key || key->pkey() == nullptr || !ok || RefuseOneShot(args, key->pkey())) return;
  const SignOptions options = SignOptions::From(args, 4);
  PkeyContextPointer context = DigestContext(key->pkey(), digest.get(), options, EVP_PKEY_verify_init);
  if (!context) return ThrowOpenSsl(args, "Verification failed");
  std::span<uint8_t> data = BytesOf(args[2]);
  const std::vector<uint8_t> signature = options.Prepare(key->pkey(), BytesOf(args[3]));
  const int result =
      EVP_PKEY_verify(context.get(), signature.data(), signature.size(), data.data(), data.size());
  ERR_clear_error();
  args.GetReturnValue().Set(result == 1);
}

// ---- of messages, at once or on the thread pool ----

class MessageJob : public CryptoJob {
 public:
  Key key;
  DigestPointer digest;
  std::vector<uint8_t> data;
  SignOptions options;
};

class SignJob : public MessageJob {
 public:
  bool Run() override {
    DigestContextPointer context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* key_context = nullptr;
    if (EVP_DigestSignInit(context.get(), &key_context, digest.get(), nullptr, key->pkey()) != 1 ||
        !options.Apply(key_context, key->pkey()) || !Fill(out_, [&](uint8_t* to, size_t* size) {
          return EVP_DigestSign(context.get(), to, size, data.data(), data.size());
        })) {
      return false;
    }
    out_ = options.Finish(key->pkey(), std::move(out_));
    return true;
  }
  MaybeLocal<Value> Result(Environment* env) override {
    return EncodeBytes(env->isolate(), out_, Encoding::kBuffer);
  }

 private:
  std::vector<uint8_t> out_;
};

class VerifyJob : public MessageJob {
 public:
  std::vector<uint8_t> signature;

  bool Run() override {
    DigestContextPointer context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* key_context = nullptr;
    if (EVP_DigestVerifyInit(context.get(), &key_context, digest.get(), nullptr, key->pkey()) != 1 ||
        !options.Apply(key_context, key->pkey())) {
      return false;
    }
    const std::vector<uint8_t> der = options.Prepare(key->pkey(), signature);
    valid_ = EVP_DigestVerify(context.get(), der.data(), der.size(), data.data(), data.size()) == 1;
    return true;
  }
  MaybeLocal<Value> Result(Environment* env) override {
    return v8::Boolean::New(env->isolate(), valid_).As<Value>();
  }

 private:
  bool valid_ = false;
};

bool FillMessageJob(const Args& args, MessageJob& job, int options) {
  bool ok = false;
  job.key = KeyHandle::From(args[0]);
  job.digest = DigestFrom(args, 1, &ok);
  job.data = CopyOf(args[2]);
  job.options = SignOptions::From(args, options);
  return ok && job.key && job.key->pkey() != nullptr;
}

// sign(handle, digest's name or undefined, message, padding, salt length, P1363, callback): Buffer
void Sign(const Args& args) {
  auto job = std::make_unique<SignJob>();
  if (FillMessageJob(args, *job, 3)) StartJob(args, "SIGNREQUEST", args[6], std::move(job));
}

// verify(handle, digest's name or undefined, message, signature, padding, salt length, P1363, callback):
// boolean
void Verify(const Args& args) {
  auto job = std::make_unique<VerifyJob>();
  job->signature = CopyOf(args[3]);
  if (FillMessageJob(args, *job, 4)) StartJob(args, "SIGNREQUEST", args[7], std::move(job));
}

// ---- RSA encryption ----

enum class RsaOperation { kPublicEncrypt, kPrivateDecrypt, kPrivateEncrypt, kPublicDecrypt };

class RsaJob : public CryptoJob {
 public:
  RsaOperation operation = RsaOperation::kPublicEncrypt;
  Key key;
  int padding = RSA_PKCS1_PADDING;
  DigestPointer oaep_digest;
  std::vector<uint8_t> oaep_label;
  std::vector<uint8_t> data;

  bool Run() override {
    static constexpr struct {
      int (*init)(EVP_PKEY_CTX*);
      int (*run)(EVP_PKEY_CTX*, unsigned char*, size_t*, const unsigned char*, size_t);
    } kOperations[] = {{EVP_PKEY_encrypt_init, EVP_PKEY_encrypt},
                       {EVP_PKEY_decrypt_init, EVP_PKEY_decrypt},
                       {EVP_PKEY_sign_init, EVP_PKEY_sign},
                       {EVP_PKEY_verify_recover_init, EVP_PKEY_verify_recover}};
    const auto& how = kOperations[static_cast<size_t>(operation)];
    PkeyContextPointer context(EVP_PKEY_CTX_new(key->pkey(), nullptr));
    return context && how.init(context.get()) > 0 &&
           EVP_PKEY_CTX_set_rsa_padding(context.get(), padding) > 0 && SetOaep(context.get()) &&
           Fill(out_, [&](uint8_t* to, size_t* size) {
             return how.run(context.get(), to, size, data.data(), data.size());
           });
  }
  MaybeLocal<Value> Result(Environment* env) override {
    return EncodeBytes(env->isolate(), out_, Encoding::kBuffer);
  }

 private:
  bool SetOaep(EVP_PKEY_CTX* context) const {
    if (oaep_digest && EVP_PKEY_CTX_set_rsa_oaep_md(context, oaep_digest.get()) <= 0) return false;
    if (oaep_label.empty()) return true;
    void* label = OPENSSL_memdup(oaep_label.data(), oaep_label.size());  // becomes the context's
    if (EVP_PKEY_CTX_set0_rsa_oaep_label(context, label, static_cast<int>(oaep_label.size())) > 0)
      return true;
    OPENSSL_free(label);
    return false;
  }

  std::vector<uint8_t> out_;
};

// rsa(operation, handle, data, padding, OAEP digest's name, OAEP label, callback): Buffer
void Rsa(const Args& args) {
  auto job = std::make_unique<RsaJob>();
  job->operation = static_cast<RsaOperation>(args[0].As<v8::Int32>()->Value());
  job->key = KeyHandle::From(args[1]);
  job->data = CopyOf(args[2]);
  job->padding = args[3].As<v8::Int32>()->Value();
  if (!job->key || job->key->pkey() == nullptr) return;
  if (args[4]->IsString()) {
    job->oaep_digest.reset(EVP_MD_fetch(nullptr, ToUtf8(args.GetIsolate(), args[4]).c_str(), nullptr));
  }
  job->oaep_label = CopyOf(args[5]);
  StartJob(args, "CIPHERREQUEST", args[6], std::move(job));
}

// checkDigest(name): throws OpenSSL's error when there is none
void CheckDigest(const Args& args) {
  DigestPointer digest(EVP_MD_fetch(nullptr, ToUtf8(args.GetIsolate(), args[0]).c_str(), nullptr));
  if (digest) return;
  ERR_clear_error();
  ERR_raise(ERR_LIB_EVP, EVP_R_INVALID_DIGEST);
  ThrowOpenSsl(args, "");
}

// hasImplicitRejection(): whether OpenSSL gives random bytes, no error, for PKCS #1 padding that is wrong;
// else to decrypt with it tells an attacker too much (the Marvin attack, CVE-2023-46809).
void HasImplicitRejection(const Args& args) {
  PkeyContextPointer generator(EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nullptr));
  EVP_PKEY* key = nullptr;
  bool has = false;
  if (generator && EVP_PKEY_keygen_init(generator.get()) > 0 &&
      EVP_PKEY_CTX_set_rsa_keygen_bits(generator.get(), 512) > 0 &&
      EVP_PKEY_keygen(generator.get(), &key) > 0) {
    PkeyPointer owned(key);
    PkeyContextPointer context(EVP_PKEY_CTX_new(key, nullptr));
    has = context && EVP_PKEY_decrypt_init(context.get()) > 0 &&
          EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) > 0 &&
          EVP_PKEY_CTX_ctrl_str(context.get(), "rsa_pkcs1_implicit_rejection", "1") > 0;
  }
  ERR_clear_error();
  args.GetReturnValue().Set(has);
}

constexpr BindingFunction kFunctions[] = {{"signDigest", SignDigest},
                                          {"verifyDigest", VerifyDigest},
                                          {"sign", Sign},
                                          {"verify", Verify},
                                          {"rsa", Rsa},
                                          {"checkDigest", CheckDigest},
                                          {"hasImplicitRejection", HasImplicitRejection}};

PARLEY_BINDING(crypto_sign, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
