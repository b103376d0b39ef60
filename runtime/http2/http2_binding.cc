// internalBinding('http2'): the session and stream classes and what nghttp2 says of its errors.
#include "runtime/engine/binding.h"
#include "runtime/http2/session.h"
#include "runtime/http2/stream.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;

// setCallbacks(...functions): in the order of enum Http2Callback.
void SetCallbacks(const v8::FunctionCallbackInfo<Value>& args) {
  auto* state = Environment::From(args)->Slot<Http2State>();
  for (int i = 0; i < static_cast<int>(Http2Callback::kCount); i++) {
    if (args[i]->IsFunction())
      state->callbacks[static_cast<size_t>(i)].Reset(args.GetIsolate(), args[i].As<v8::Function>());
  }
}

// nghttp2ErrorString(code)
void ErrorString(const v8::FunctionCallbackInfo<Value>& args) {
  args.GetReturnValue().Set(OneByte(args.GetIsolate(), nghttp2_strerror(ToInt32(args[0]))));
}

void Initialize(Environment* env, Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::Function> stream_class = Http2Stream::Define(env);
  env->Slot<Http2State>()->stream_class.Reset(isolate, stream_class);
  target->Set(env->context(), OneByte(isolate, "Http2Session"), Http2Session::Define(env)).Check();
  target->Set(env->context(), OneByte(isolate, "Http2Stream"), stream_class).Check();
}

constexpr BindingFunction kFunctions[] = {{"setCallbacks", SetCallbacks},
                                          {"nghttp2ErrorString", ErrorString}};

}  // namespace

PARLEY_BINDING(http2, BindingKind::kInternal, kFunctions, Initialize, {});

}  // namespace parley
