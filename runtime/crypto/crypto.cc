// OpenSSL's errors as JavaScript's, and crypto work on libuv's thread pool (Node doc: crypto).
#include "runtime/crypto/crypto.h"

#include <openssl/err.h>

#include <memory>

namespace parley {

using v8::Local;
using v8::Value;

Local<Value> OpenSslError(v8::Isolate* isolate, const char* otherwise) {
  const unsigned long number = ERR_get_error();
  ERR_clear_error();
  if (number == 0) return v8::Exception::Error(ToV8(isolate, otherwise));
  char text[256];
  ERR_error_string_n(number, text, sizeof(text));
  Local<v8::Object> error = v8::Exception::Error(ToV8(isolate, text)).As<v8::Object>();
  Local<v8::Context> context = isolate->GetCurrentContext();
  const auto set = [&](const char* name, const char* value) {
    if (value != nullptr) error->Set(context, OneByte(isolate, name), ToV8(isolate, value)).Check();
  };
  const char* library = ERR_lib_error_string(number);
  const char* reason = ERR_reason_error_string(number);
  set("library", library);
  set("reason", reason);
  if (reason != nullptr) {
    // "bad decrypt" is ERR_OSSL_EVP_BAD_DECRYPT... in Node: ERR_OSSL_, the library unless it is EVP-wide, the
    // reason.
    std::string code = "ERR_OSSL_";
    if (library != nullptr && std::string(library) == "digital envelope routines") code += "EVP_";
    for (const char* c = reason; *c != '\0'; ++c) {
      code += *c == ' ' ? '_' : static_cast<char>(toupper(static_cast<unsigned char>(*c)));
    }
    set("code", code.c_str());
  }
  return error;
}

void ThrowOpenSsl(const v8::FunctionCallbackInfo<Value>& args, const char* otherwise) {
  args.GetIsolate()->ThrowException(OpenSslError(args.GetIsolate(), otherwise));
}

namespace {

struct Job {
  uv_work_t request;
  Environment* env;
  std::function<bool(std::span<uint8_t>)> work;
  std::vector<uint8_t> out;
  bool ok = false;
  v8::Global<v8::Function> callback;
  AsyncOperation operation;
};

void Finish(uv_work_t* request, int status) {
  std::unique_ptr<Job> job(static_cast<Job*>(request->data));
  Environment* env = job->env;
  if (env->is_stopping()) return;
  v8::Isolate* isolate = env->isolate();
  v8::HandleScope handles(isolate);
  Local<v8::Context> context = env->context();
  v8::Context::Scope context_scope(context);
  Local<Value> argv[] = {v8::Null(isolate), v8::Undefined(isolate)};
  Local<v8::Uint8Array> buffer;
  if (status != 0 || !job->ok) {
    argv[0] = v8::Exception::Error(ToV8(isolate, "The operation failed"));
  } else if (CopyToBuffer(isolate, job->out).ToLocal(&buffer)) {
    argv[1] = buffer;
  }
  (void)job->operation.MakeCallback(v8::Undefined(isolate), job->callback.Get(isolate), 2, argv);
}

}  // namespace

void RunJob(const v8::FunctionCallbackInfo<Value>& args, const char* type, Local<Value> callback,
            size_t length, std::function<bool(std::span<uint8_t>)> work) {
  Environment* env = Environment::From(args);
  if (!callback->IsFunction()) {
    std::vector<uint8_t> out(length);
    Local<v8::Uint8Array> buffer;
    if (length > 0 && !work(out)) return ThrowOpenSsl(args, "The operation failed");
    if (CopyToBuffer(args.GetIsolate(), out).ToLocal(&buffer)) args.GetReturnValue().Set(buffer);
    return;
  }
  auto job = std::make_unique<Job>();
  job->request.data = job.get();
  job->env = env;
  job->work = std::move(work);
  job->out.resize(length);
  job->callback.Reset(env->isolate(), callback.As<v8::Function>());
  const int error = uv_queue_work(
      env->loop(), &job->request,
      [](uv_work_t* request) {
        auto* self = static_cast<Job*>(request->data);
        self->ok = self->out.empty() || self->work(self->out);
        ERR_clear_error();
      },
      Finish);
  if (error != 0) return env->ThrowUvException(error, "queue_work");
  job.release()->operation.Start(env, type);  // Finish() owns it
}

}  // namespace parley
