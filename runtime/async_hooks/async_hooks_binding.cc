// internalBinding('async_hooks'): what hooks need of the engine. See runtime/engine/async_state.h.
#include <memory>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

using Args = v8::FunctionCallbackInfo<v8::Value>;

// setPromiseHooks(init, before, after, settled): functions, or undefined
void SetPromiseHooks(const Args& args) {
  Environment::From(args)->async().SetPromiseHooks(args[0], args[1], args[2], args[3]);
}

// queueDestroy(id)
void QueueDestroy(const Args& args) {
  if (args[0]->IsNumber()) Environment::From(args)->async().QueueDestroy(args[0].As<v8::Number>()->Value());
}

// executionResource() -> the resource native code runs for
void ExecutionResource(const Args& args) {
  AsyncScope* scope = Environment::From(args)->async().innermost();
  if (scope != nullptr && !scope->resource().IsEmpty()) args.GetReturnValue().Set(scope->resource());
}

// Waits for an object's collection.
struct Destroyed {
  Environment* env;
  double id;
  v8::Global<v8::Object> object;
  v8::Global<v8::Object> flag;
};

// registerDestroy(object, id, flag): 'destroy' is told when `object` has been collected, unless
// flag.destroyed.
void RegisterDestroy(const Args& args) {
  if (!args[0]->IsObject() || !args[1]->IsNumber()) return;
  Environment* env = Environment::From(args);
  auto* entry = new Destroyed{env, args[1].As<v8::Number>()->Value(), {}, {}};
  entry->object.Reset(env->isolate(), args[0].As<v8::Object>());
  if (args[2]->IsObject()) entry->flag.Reset(env->isolate(), args[2].As<v8::Object>());
  entry->object.SetWeak(
      entry,
      [](const v8::WeakCallbackInfo<Destroyed>& info) {
        info.GetParameter()->object.Reset();
        info.SetSecondPassCallback([](const v8::WeakCallbackInfo<Destroyed>& second) {
          std::unique_ptr<Destroyed> owned(second.GetParameter());
          v8::Isolate* isolate = second.GetIsolate();
          v8::HandleScope handles(isolate);
          v8::Local<v8::Value> destroyed;
          if (!owned->flag.IsEmpty() &&
              owned->flag.Get(isolate)
                  ->Get(owned->env->context(), OneByte(isolate, "destroyed"))
                  .ToLocal(&destroyed) &&
              destroyed->IsTrue()) {
            return;
          }
          owned->env->async().QueueDestroy(owned->id);
        });
      },
      v8::WeakCallbackType::kParameter);
}

constexpr const char* kProviders[] = {"NONE",
                                      "DIRHANDLE",
                                      "FILEHANDLE",
                                      "FILEHANDLECLOSEREQ",
                                      "FSEVENTWRAP",
                                      "FSREQCALLBACK",
                                      "FSREQPROMISE",
                                      "GETADDRINFOREQWRAP",
                                      "GETNAMEINFOREQWRAP",
                                      "HASHREQUEST",
                                      "HKDFREQUEST",
                                      "HTTP2PING",
                                      "HTTP2SESSION",
                                      "HTTP2SETTINGS",
                                      "HTTP2STREAM",
                                      "HTTPCLIENTREQUEST",
                                      "HTTPINCOMINGMESSAGE",
                                      "JSSTREAM",
                                      "KEYGENREQUEST",
                                      "MESSAGEPORT",
                                      "PBKDF2REQUEST",
                                      "PIPECONNECTWRAP",
                                      "PIPESERVERWRAP",
                                      "PIPEWRAP",
                                      "PROCESSWRAP",
                                      "PROMISE",
                                      "QUERYWRAP",
                                      "RANDOMBYTESREQUEST",
                                      "SCRYPTREQUEST",
                                      "SHUTDOWNWRAP",
                                      "SIGNALWRAP",
                                      "STATWATCHER",
                                      "STREAMPIPE",
                                      "TCPCONNECTWRAP",
                                      "TCPSERVERWRAP",
                                      "TCPWRAP",
                                      "TLSWRAP",
                                      "TTYWRAP",
                                      "UDPSENDWRAP",
                                      "UDPWRAP",
                                      "WORKER",
                                      "WRITEWRAP",
                                      "ZLIB"};

// providers() -> {name: number}
void Providers(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  v8::Local<v8::Object> result = v8::Object::New(isolate);
  int number = 0;
  for (const char* name : kProviders) {
    result->Set(isolate->GetCurrentContext(), OneByte(isolate, name), v8::Integer::New(isolate, number++))
        .Check();
  }
  args.GetReturnValue().Set(result);
}

constexpr BindingFunction kFunctions[] = {{"setPromiseHooks", SetPromiseHooks},
                                          {"queueDestroy", QueueDestroy},
                                          {"executionResource", ExecutionResource},
                                          {"registerDestroy", RegisterDestroy},
                                          {"providers", Providers}};
PARLEY_BINDING(async_hooks, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
