#include "runtime/engine/stack_trace.h"

#include <string>

#include "runtime/engine/environment.h"

namespace parley {
namespace {

using v8::Context;
using v8::Local;
using v8::Value;

struct StackWriter {
  v8::Global<v8::Function> function;
  v8::Global<v8::Function> headline;  // Error.prototype.toString
};

// A property of the realm's Error, when it is a function.
Local<v8::Function> FunctionOfError(Local<Context> realm, const char* of, const char* name) {
  v8::Isolate* isolate = realm->GetIsolate();
  v8::TryCatch as_if_there_were_none(isolate);
  Local<Value> value;
  if (!realm->Global()->Get(realm, OneByte(isolate, "Error")).ToLocal(&value) || !value->IsObject())
    return {};
  if (of != nullptr &&
      (!value.As<v8::Object>()->Get(realm, OneByte(isolate, of)).ToLocal(&value) || !value->IsObject())) {
    return {};
  }
  if (!value.As<v8::Object>()->Get(realm, OneByte(isolate, name)).ToLocal(&value) || !value->IsFunction()) {
    return {};
  }
  return value.As<v8::Function>();
}

// What V8 writes.
Local<v8::String> Format(Environment* env, Local<Context> realm, Local<Value> error, Local<v8::Array> sites) {
  v8::Isolate* isolate = env->isolate();
  v8::TryCatch never_fails(isolate);
  Local<v8::Function> headline = env->Slot<StackWriter>()->headline.Get(isolate);
  Local<Value> value;
  std::string text = "<error>";
  if (!headline.IsEmpty() && headline->Call(realm, error, 0, nullptr).ToLocal(&value))
    text = ToUtf8(isolate, value);
  for (uint32_t i = 0; i < sites->Length(); i++) {
    if (sites->Get(realm, i).ToLocal(&value)) text += "\n    at " + ToUtf8(isolate, value);
  }
  return ToV8(isolate, text);
}

v8::MaybeLocal<Value> PrepareStackTrace(Local<Context> realm, Local<Value> error, Local<v8::Array> sites) {
  Environment* env = Environment::From(realm->GetIsolate());
  v8::EscapableHandleScope handles(env->isolate());
  Local<v8::Function> function = FunctionOfError(realm, nullptr, "prepareStackTrace");
  if (function.IsEmpty() && realm != env->context())
    function = FunctionOfError(env->context(), nullptr, "prepareStackTrace");
  if (function.IsEmpty()) function = env->Slot<StackWriter>()->function.Get(env->isolate());
  if (function.IsEmpty()) return handles.Escape(Format(env, realm, error, sites).As<Value>());
  Local<Value> argv[] = {error, sites};
  // V8 wants a value or a scheduled exception. Where no JavaScript called, Call() itself keeps none.
  v8::TryCatch try_catch(env->isolate());
  Local<Value> stack;
  if (function->Call(realm, v8::Undefined(env->isolate()), 2, argv).ToLocal(&stack))
    return handles.Escape(stack);
  if (try_catch.HasTerminated()) {
    env->isolate()->TerminateExecution();
    return v8::Undefined(env->isolate());
  }
  try_catch.ReThrow();
  return {};
}

}  // namespace

void WatchStackTraces(Environment* env) {
  auto* writer = env->Slot<StackWriter>();
  if (!writer->headline.IsEmpty()) return;
  v8::HandleScope handles(env->isolate());
  Local<v8::Function> headline = FunctionOfError(env->context(), "prototype", "toString");
  if (!headline.IsEmpty()) writer->headline.Reset(env->isolate(), headline);
  env->isolate()->SetPrepareStackTraceCallback(PrepareStackTrace);
}

void SetStackWriter(Environment* env, Local<v8::Function> writer) {
  env->Slot<StackWriter>()->function.Reset(env->isolate(), writer);
  WatchStackTraces(env);
}

}  // namespace parley
