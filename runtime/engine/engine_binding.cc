// internalBinding('engine'): what builtin JavaScript needs of the engine itself: bindings, hooks, shared
// fields, the async context, microtasks.
#include <string>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

using Args = v8::FunctionCallbackInfo<v8::Value>;

// binding(name) -> {object, kind}, or undefined when there is none. JavaScript caches.
void GetBinding(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  const BindingDescriptor* descriptor = FindBinding(ToUtf8(isolate, args[0]).c_str());
  v8::Local<v8::Object> target;
  if (descriptor == nullptr || !InstantiateBinding(context, descriptor).ToLocal(&target)) return;
  v8::Local<v8::Object> result = v8::Object::New(isolate);
  result->Set(context, OneByte(isolate, "object"), target).Check();
  result
      ->Set(context, OneByte(isolate, "kind"), v8::Integer::New(isolate, static_cast<int>(descriptor->kind)))
      .Check();
  args.GetReturnValue().Set(result);
}

void SetHook(const Args& args) {
  int index = args[0].As<v8::Int32>()->Value();
  if (index < 0 || index >= static_cast<int>(Hook::kCount) || !args[1]->IsFunction()) return;
  Environment::From(args)->SetHook(static_cast<Hook>(index), args[1].As<v8::Function>());
}

void SetFields(const Args& args) {
  auto array = args[0].As<v8::Int32Array>();
  if (array->Length() >= kFieldCount) Environment::From(args)->SetFields(array);
}

void GetAsyncContext(const Args& args) {
  args.GetReturnValue().Set(Environment::From(args)->async().context_value());
}

void SetAsyncContext(const Args& args) { Environment::From(args)->async().set_context_value(args[0]); }

void RunMicrotasks(const Args& args) { args.GetIsolate()->PerformMicrotaskCheckpoint(); }

void EnqueueMicrotask(const Args& args) { args.GetIsolate()->EnqueueMicrotask(args[0].As<v8::Function>()); }

// triggerUncaughtException(error, fromPromise)
void TriggerUncaught(const Args& args) {
  v8::Local<v8::Message> message = v8::Exception::CreateMessage(args.GetIsolate(), args[0]);
  Environment::From(args)->TriggerUncaughtException(args[0], message, args[1]->IsTrue());
}

// detailString(value): a text for messages that runs none of the program's code.
void DetailString(const Args& args) {
  v8::Local<v8::String> text;
  if (args[0]->ToDetailString(args.GetIsolate()->GetCurrentContext()).ToLocal(&text))
    args.GetReturnValue().Set(text);
}

constexpr BindingFunction kFunctions[] = {{"binding", GetBinding},
                                          {"setHook", SetHook},
                                          {"setFields", SetFields},
                                          {"getAsyncContext", GetAsyncContext},
                                          {"setAsyncContext", SetAsyncContext},
                                          {"runMicrotasks", RunMicrotasks},
                                          {"enqueueMicrotask", EnqueueMicrotask},
                                          {"triggerUncaughtException", TriggerUncaught},
                                          {"detailString", DetailString}};
PARLEY_BINDING(engine, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
