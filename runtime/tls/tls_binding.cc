// internalBinding('tls'): secure contexts, sessions, and which ciphers there are.
#include "runtime/engine/binding.h"
#include "runtime/tls/session.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;

// getCiphers(): the names of all ciphers that connections may use.
void GetCiphers(const v8::FunctionCallbackInfo<Value>& args) {
  v8::Isolate* isolate = args.GetIsolate();
  Local<v8::Array> list = v8::Array::New(isolate);
  const SslContextPointer context(SSL_CTX_new(TLS_method()));
  SSL_CTX_set_cipher_list(context.get(), "ALL:COMPLEMENTOFDEFAULT:@SECLEVEL=0");
  SSL_CTX_set_ciphersuites(context.get(),
                           "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:"
                           "TLS_AES_128_CCM_8_SHA256:TLS_AES_128_CCM_SHA256");
  const SslPointer ssl(SSL_new(context.get()));
  STACK_OF(SSL_CIPHER)* ciphers = SSL_get_ciphers(ssl.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); i++) {
    const char* name = SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i));
    list->Set(isolate->GetCurrentContext(), static_cast<uint32_t>(i), OneByte(isolate, name)).Check();
  }
  args.GetReturnValue().Set(list);
}

void Initialize(Environment* env, Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  target->Set(env->context(), OneByte(isolate, "SecureContext"), SecureContext::Define(env)).Check();
  target->Set(env->context(), OneByte(isolate, "TlsSession"), TlsSession::Define(env)).Check();
}

constexpr BindingFunction kFunctions[] = {{"getCiphers", GetCiphers}};

}  // namespace

PARLEY_BINDING(tls, BindingKind::kInternal, kFunctions, Initialize, {});

}  // namespace parley
