// OpenSSL's errors as JavaScript's, and crypto work on libuv's thread pool (Node doc: crypto).
#include "runtime/crypto/crypto.h"

#include <openssl/err.h>

namespace parley {

using v8::Local;
using v8::MaybeLocal;
using v8::Value;

OpenSslErrors TakeOpenSslErrors() {
  OpenSslErrors errors;
  while (const unsigned long number = ERR_get_error()) errors.push_back(number);
  return errors;
}

namespace {

// The part of an error's code that names OpenSSL's library; none for the younger ones.
const char* LibraryPrefix(int library) {
  static constexpr struct {
    int library;
    const char* prefix;
  } kPrefixes[] = {
      {ERR_LIB_SYS, "SYS_"},
      {ERR_LIB_BN, "BN_"},
      {ERR_LIB_RSA, "RSA_"},
      {ERR_LIB_DH, "DH_"},
      {ERR_LIB_EVP, "EVP_"},
      {ERR_LIB_BUF, "BUF_"},
      {ERR_LIB_OBJ, "OBJ_"},
      {ERR_LIB_PEM, "PEM_"},
      {ERR_LIB_DSA, "DSA_"},
      {ERR_LIB_X509, "X509_"},
      {ERR_LIB_ASN1, "ASN1_"},
      {ERR_LIB_CONF, "CONF_"},
      {ERR_LIB_CRYPTO, "CRYPTO_"},
      {ERR_LIB_EC, "EC_"},
      {ERR_LIB_SSL, "SSL_"},
      {ERR_LIB_BIO, "BIO_"},
      {ERR_LIB_PKCS7, "PKCS7_"},
      {ERR_LIB_X509V3, "X509V3_"},
      {ERR_LIB_PKCS12, "PKCS12_"},
      {ERR_LIB_RAND, "RAND_"},
      {ERR_LIB_DSO, "DSO_"},
      {ERR_LIB_ENGINE, "ENGINE_"},
      {ERR_LIB_OCSP, "OCSP_"},
      {ERR_LIB_UI, "UI_"},
      {ERR_LIB_COMP, "COMP_"},
      {ERR_LIB_ECDSA, "ECDSA_"},
      {ERR_LIB_ECDH, "ECDH_"},
      {ERR_LIB_FIPS, "FIPS_"},
      {ERR_LIB_CMS, "CMS_"},
      {ERR_LIB_TS, "TS_"},
      {ERR_LIB_HMAC, "HMAC_"},
      {ERR_LIB_CT, "CT_"},
      {ERR_LIB_ASYNC, "ASYNC_"},
      {ERR_LIB_KDF, "KDF_"},
      {ERR_LIB_SM2, "SM2_"},
      {ERR_LIB_USER, "USER_"},
      {ERR_LIB_OSSL_STORE, "OSSL_STORE_"},
  };
  for (const auto& entry : kPrefixes) {
    if (entry.library == library) return entry.prefix;
  }
  return "";
}

// ERR_OSSL_EVP_BAD_DECRYPT for "bad decrypt" of EVP; TLS's own are ERR_SSL_…
std::string CodeOf(unsigned long number, const char* reason) {
  const int library = ERR_GET_LIB(number);
  std::string code = library == ERR_LIB_SSL ? "ERR_" : "ERR_OSSL_";
  code += LibraryPrefix(library);
  for (const char* c = reason; *c != '\0'; ++c) {
    code += *c == ' ' ? '_' : static_cast<char>(toupper(static_cast<unsigned char>(*c)));
  }
  return code;
}

std::string TextOf(unsigned long number) {
  char text[256];
  ERR_error_string_n(number, text, sizeof(text));
  return text;
}

}  // namespace

MaybeLocal<Value> OpenSslError(v8::Isolate* isolate, const OpenSslErrors& errors, const char* otherwise) {
  if (errors.empty()) return v8::Exception::Error(ToV8(isolate, otherwise));
  const unsigned long number = errors.front();
  Local<v8::Object> error = v8::Exception::Error(ToV8(isolate, TextOf(number))).As<v8::Object>();
  Local<v8::Context> context = isolate->GetCurrentContext();
  // As an ordinary assignment: it may meet a setter.
  const auto set = [&](const char* name, Local<Value> value) {
    return error->Set(context, OneByte(isolate, name), value).IsJust();
  };
  if (errors.size() > 1) {
    std::vector<Local<Value>> stack;
    for (size_t i = errors.size() - 1; i > 0; i--) stack.push_back(ToV8(isolate, TextOf(errors[i])));
    if (!set("opensslErrorStack", v8::Array::New(isolate, stack.data(), stack.size()))) return {};
  }
  const char* library = ERR_lib_error_string(number);
  const char* reason = ERR_reason_error_string(number);
  if (library != nullptr && !set("library", ToV8(isolate, library))) return {};
  if (reason != nullptr) {
    if (!set("reason", ToV8(isolate, reason))) return {};
    if (!set("code", ToV8(isolate, CodeOf(number, reason)))) return {};
  }
  return error;
}

void ThrowOpenSsl(const v8::FunctionCallbackInfo<Value>& args, const char* otherwise) {
  Local<Value> error;
  if (OpenSslError(args.GetIsolate(), TakeOpenSslErrors(), otherwise).ToLocal(&error)) {
    args.GetIsolate()->ThrowException(error);
  }
}

MaybeLocal<Value> CryptoJob::Failure(Environment* env, const OpenSslErrors& errors) {
  return OpenSslError(env->isolate(), errors, "The operation failed");
}

namespace {

// A job on its way over the thread pool.
struct Pending {
  uv_work_t request;
  Environment* env;
  std::unique_ptr<CryptoJob> job;
  bool ok = false;
  OpenSslErrors errors;
  v8::Global<v8::Function> callback;
  AsyncOperation operation;
};

void Finish(uv_work_t* request, int status) {
  std::unique_ptr<Pending> pending(static_cast<Pending*>(request->data));
  Environment* env = pending->env;
  if (env->is_stopping()) return;
  v8::Isolate* isolate = env->isolate();
  v8::HandleScope handles(isolate);
  v8::Context::Scope context_scope(env->context());
  Local<Value> argv[] = {v8::Null(isolate), v8::Undefined(isolate)};
  const bool ok = status == 0 && pending->ok;
  {
    v8::TryCatch caught(isolate);
    MaybeLocal<Value> made = ok ? pending->job->Result(env) : pending->job->Failure(env, pending->errors);
    if (!made.ToLocal(&argv[ok ? 1 : 0])) argv[0] = caught.Exception();
  }
  (void)pending->operation.MakeCallback(v8::Undefined(isolate), pending->callback.Get(isolate), 2, argv);
}

void RunAtOnce(const v8::FunctionCallbackInfo<Value>& args, CryptoJob* job) {
  Environment* env = Environment::From(args);
  Local<Value> value;
  if (job->Run()) {
    ERR_clear_error();
    if (job->Result(env).ToLocal(&value)) args.GetReturnValue().Set(value);
  } else if (job->Failure(env, TakeOpenSslErrors()).ToLocal(&value)) {
    args.GetIsolate()->ThrowException(value);
  }
}

class BytesJob : public CryptoJob {
 public:
  BytesJob(size_t length, std::function<bool(std::span<uint8_t>)> work)
      : bytes_(length), work_(std::move(work)) {}
  bool Run() override { return bytes_.empty() || work_(bytes_); }
  MaybeLocal<Value> Result(Environment* env) override {
    Local<v8::Uint8Array> buffer;
    if (!CopyToBuffer(env->isolate(), bytes_).ToLocal(&buffer)) return {};
    return buffer.As<Value>();
  }

 private:
  std::vector<uint8_t> bytes_;
  std::function<bool(std::span<uint8_t>)> work_;
};

}  // namespace

void StartJob(const v8::FunctionCallbackInfo<Value>& args, const char* type, Local<Value> callback,
              std::unique_ptr<CryptoJob> job) {
  Environment* env = Environment::From(args);
  if (!callback->IsFunction()) return RunAtOnce(args, job.get());
  auto pending = std::make_unique<Pending>();
  pending->request.data = pending.get();
  pending->env = env;
  pending->job = std::move(job);
  pending->callback.Reset(env->isolate(), callback.As<v8::Function>());
  const int error = uv_queue_work(
      env->loop(), &pending->request,
      [](uv_work_t* request) {
        auto* self = static_cast<Pending*>(request->data);
        self->ok = self->job->Run();
        self->errors = TakeOpenSslErrors();
      },
      Finish);
  if (error != 0) return env->ThrowUvException(error, "queue_work");
  pending.release()->operation.Start(env, type);  // Finish() owns it
}

void RunJob(const v8::FunctionCallbackInfo<Value>& args, const char* type, Local<Value> callback,
            size_t length, std::function<bool(std::span<uint8_t>)> work) {
  StartJob(args, type, callback, std::make_unique<BytesJob>(length, std::move(work)));
}

}  // namespace parley
