// A TLS connection's bytes. See session.h.
#include "runtime/tls/session.h"

#include <openssl/err.h>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "runtime/crypto/crypto.h"
#include "runtime/engine/binding.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;

constexpr size_t kReadSize = 64 * 1024;
constexpr int kDone = 1;
constexpr int kMore = 0;
constexpr int kAsking = 2;
constexpr int kGoodbye = 3;
constexpr int kFailed = -1;

}  // namespace

Local<v8::String> TlsText(v8::Isolate* isolate, std::string_view text) {
  return v8::String::NewFromUtf8(isolate, text.data(), v8::NewStringType::kNormal,
                                 static_cast<int>(text.size()))
      .ToLocalChecked();
}

Local<v8::ArrayBuffer> CopyBytes(v8::Isolate* isolate, const void* bytes, size_t size) {
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, size);
  if (size > 0) memcpy(buffer->Data(), bytes, size);
  return buffer;
}

TlsSession::TlsSession(Environment* env, Local<v8::Object> object, SslPointer ssl, bool server)
    : BaseObject(env, object),
      ssl_(std::move(ssl)),
      in_(BIO_new(BIO_s_mem())),
      out_(BIO_new(BIO_s_mem())),
      server_(server) {
  MakeWeak();
  BIO_set_mem_eof_return(in_, -1);
  SSL_set_bio(ssl_.get(), in_, out_);
  SSL_set_app_data(ssl_.get(), this);
  if (server_) {
    SSL_set_accept_state(ssl_.get());
    // A client may ask for new handshakes; how many is JavaScript's to say.
    SSL_set_options(ssl_.get(), SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
  } else {
    SSL_set_connect_state(ssl_.get());
  }
  SSL_set_info_callback(ssl_.get(), OnInfo);
}

TlsSession* TlsSession::This(const Arguments& args) { return Unwrap<TlsSession>(args.This()); }
TlsSession* TlsSession::Of(const SSL* ssl) { return static_cast<TlsSession*>(SSL_get_app_data(ssl)); }

// new TlsSession(secureContext, isServer)
void TlsSession::New(const Arguments& args) {
  auto* context = Unwrap<SecureContext>(args[0]);
  if (context == nullptr) return;
  SslPointer ssl(SSL_new(context->context()));
  if (ssl == nullptr) return ThrowOpenSsl(args, "SSL_new");
  new TlsSession(Environment::From(args), args.This(), std::move(ssl), args[1]->IsTrue());
}

bool TlsSession::Rethrow() {
  if (thrown_.IsEmpty()) return false;
  v8::Isolate* isolate = env()->isolate();
  Local<Value> error = thrown_.Get(isolate);
  thrown_.Reset();
  isolate->ThrowException(error);
  return true;
}

v8::MaybeLocal<Value> TlsSession::Call(const char* name, std::vector<Local<Value>> arguments) {
  v8::Isolate* isolate = env()->isolate();
  Local<v8::Context> context = env()->context();
  v8::TryCatch caught(isolate);
  Local<Value> function, result;
  if (object()->Get(context, OneByte(isolate, name)).ToLocal(&function) && function->IsFunction() &&
      function.As<v8::Function>()
          ->Call(context, object(), static_cast<int>(arguments.size()), arguments.data())
          .ToLocal(&result)) {
    return result;
  }
  if (caught.HasCaught() && thrown_.IsEmpty()) thrown_.Reset(isolate, caught.Exception());
  return {};
}

int TlsSession::Status(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE:
      return kDone;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return kMore;
    case SSL_ERROR_WANT_X509_LOOKUP:
    case SSL_ERROR_WANT_CLIENT_HELLO_CB:
      return kAsking;
    case SSL_ERROR_ZERO_RETURN:
      return kGoodbye;
    default:
      break;
  }
  KeepError();
  return kFailed;
}

void TlsSession::KeepError() {
  const char* file = "";
  const char* function = "";
  const char* data = "";
  int line = 0;
  int flags = 0;
  const unsigned long error = ERR_get_error_all(&file, &line, &function, &data, &flags);
  if (error != 0 && error_ == 0) {
    const char* reason = ERR_reason_error_string(error);
    char head[64];
    snprintf(head, sizeof head, "error:%08lX:", error);
    error_ = error;
    error_text_ = std::string(head) + "SSL routines:" + function + ":" + (reason == nullptr ? "" : reason) +
                  ":" + file + ":" + std::to_string(line) + ":" +
                  ((flags & ERR_TXT_STRING) != 0 ? data : "") + "\n";
  }
  ERR_clear_error();
}

void TlsSession::Receive(const Arguments& args) {
  TlsSession* self = This(args);
  const auto bytes = SecureContext::Bytes(args[0]);
  if (args[0]->IsNull())
    BIO_set_mem_eof_return(self->in_, 0);
  else
    BIO_write(self->in_, bytes.data(), static_cast<int>(bytes.size()));
}

void TlsSession::Handshake(const Arguments& args) {
  TlsSession* self = This(args);
  ERR_clear_error();
  const int status = self->Status(SSL_do_handshake(self->ssl_.get()));
  if (!self->Rethrow()) args.GetReturnValue().Set(status);
}

void TlsSession::Read(const Arguments& args) {
  TlsSession* self = This(args);
  thread_local std::vector<char> scratch(kReadSize);
  ERR_clear_error();
  size_t used = 0;
  int result = 0;
  while (used < kReadSize) {
    result = SSL_read(self->ssl_.get(), scratch.data() + used, static_cast<int>(kReadSize - used));
    if (result <= 0) break;
    used += static_cast<size_t>(result);
  }
  self->status_ = result > 0 ? kMore : self->Status(result);
  if (self->Rethrow()) return;
  if (used > 0) args.GetReturnValue().Set(CopyBytes(args.GetIsolate(), scratch.data(), used));
  args.This()
      ->Set(self->env()->context(), OneByte(args.GetIsolate(), "status"),
            v8::Integer::New(args.GetIsolate(), self->status_))
      .Check();
}

void TlsSession::Write(const Arguments& args) {
  TlsSession* self = This(args);
  const auto bytes = SecureContext::Bytes(args[0]);
  if (bytes.empty()) return args.GetReturnValue().Set(true);
  ERR_clear_error();
  const int result = SSL_write(self->ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  if (result > 0) return args.GetReturnValue().Set(true);
  const int status = self->Status(result);
  if (!self->Rethrow() && (status == kMore || status == kAsking)) args.GetReturnValue().Set(false);
}

void TlsSession::TakeEncrypted(const Arguments& args) {
  TlsSession* self = This(args);
  const size_t size = BIO_ctrl_pending(self->out_);
  if (size == 0) return;
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(args.GetIsolate(), size);
  BIO_read(self->out_, buffer->Data(), static_cast<int>(size));
  args.GetReturnValue().Set(buffer);
}

void TlsSession::Shutdown(const Arguments& args) {
  TlsSession* self = This(args);
  ERR_clear_error();
  // Once: a second call would wait for the peer's goodbye, and take what it still says for an error.
  SSL_shutdown(self->ssl_.get());
  ERR_clear_error();
}

void TlsSession::Renegotiate(const Arguments& args) {
  TlsSession* self = This(args);
  ERR_clear_error();
  const int result = SSL_renegotiate(self->ssl_.get());
  if (result == 1) return args.GetReturnValue().Set(true);
  ThrowOpenSsl(args, "SSL_renegotiate");
}

// An Error with OpenSSL's own words for it.
void TlsSession::TakeError(const Arguments& args) {
  TlsSession* self = This(args);
  v8::Isolate* isolate = args.GetIsolate();
  Local<v8::Context> context = self->env()->context();
  if (self->error_ == 0) return;
  Local<v8::Object> error = v8::Exception::Error(TlsText(isolate, self->error_text_)).As<v8::Object>();
  const auto set = [&](const char* name, const std::string& text) {
    error->Set(context, OneByte(isolate, name), TlsText(isolate, text)).Check();
  };
  const char* library = ERR_lib_error_string(self->error_);
  const char* reason = ERR_reason_error_string(self->error_);
  if (library != nullptr) set("library", library);
  if (reason != nullptr) {
    std::string code = reason;
    std::transform(code.begin(), code.end(), code.begin(),
                   [](unsigned char c) { return c == ' ' ? '_' : static_cast<char>(std::toupper(c)); });
    set("reason", reason);
    set("code", (ERR_GET_LIB(self->error_) == ERR_LIB_SSL ? "ERR_SSL_" : "ERR_OSSL_") + code);
  }
  self->error_ = 0;
  args.GetReturnValue().Set(error);
}

Local<v8::Function> TlsSession::Define(Environment* env) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = MakeTemplate(env, "TlsSession", New);
  SetMethod(isolate, t, "receive", Receive);
  SetMethod(isolate, t, "handshake", Handshake);
  SetMethod(isolate, t, "read", Read);
  SetMethod(isolate, t, "write", Write);
  SetMethod(isolate, t, "takeEncrypted", TakeEncrypted);
  SetMethod(isolate, t, "shutdown", Shutdown);
  SetMethod(isolate, t, "takeError", TakeError);
  SetMethod(isolate, t, "renegotiate", Renegotiate);
  AddCallbackMethods(isolate, t);
  AddDetailMethods(isolate, t);
  return t->GetFunction(env->context()).ToLocalChecked();
}

}  // namespace parley
