// Where V8 asks how an error's stack is written, for stack traces in terms of original sources
// (internal/modules/source_maps). Nobody is asked unless a program turns source maps on.
#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

using v8::FunctionCallbackInfo;
using v8::Local;
using v8::Value;

struct StackWriter {
  v8::Global<v8::Function> function;
};

v8::MaybeLocal<Value> PrepareStackTrace(Local<v8::Context> context, Local<Value> error,
                                        Local<v8::Array> sites) {
  Environment* env = Environment::From(context->GetIsolate());
  Local<v8::Function> function = env->Slot<StackWriter>()->function.Get(env->isolate());
  Local<Value> argv[] = {error, sites};
  // V8 wants a value or a scheduled exception. Where no JavaScript called, Call() itself keeps none.
  v8::TryCatch try_catch(env->isolate());
  Local<Value> stack;
  if (function->Call(context, v8::Undefined(env->isolate()), 2, argv).ToLocal(&stack)) return stack;
  if (try_catch.HasTerminated()) {
    env->isolate()->TerminateExecution();
    return v8::Undefined(env->isolate());
  }
  try_catch.ReThrow();
  return {};
}

// setPrepareStackTrace(function(error, sites) | undefined)
void SetPrepareStackTrace(const FunctionCallbackInfo<Value>& args) {
  Environment* env = Environment::From(args);
  bool on = args[0]->IsFunction();
  if (on) env->Slot<StackWriter>()->function.Reset(env->isolate(), args[0].As<v8::Function>());
  env->isolate()->SetPrepareStackTraceCallback(on ? PrepareStackTrace : nullptr);
}

// setArrow(error, text): what is printed above the error when nobody catches it.
void SetArrow(const FunctionCallbackInfo<Value>& args) {
  Environment* env = Environment::From(args);
  if (!args[0]->IsObject()) return;
  args[0].As<v8::Object>()->SetPrivate(env->context(), env->ArrowSymbol(), args[1]).Check();
}

constexpr BindingFunction kFunctions[] = {{"setPrepareStackTrace", SetPrepareStackTrace},
                                          {"setArrow", SetArrow}};
PARLEY_BINDING(source_maps, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
