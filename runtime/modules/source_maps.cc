// Stack traces in terms of original sources (internal/modules/source_maps).
#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/engine/stack_trace.h"

namespace parley {
namespace {

using v8::FunctionCallbackInfo;
using v8::Local;
using v8::Value;

// setStackWriter(function(error, sites) | undefined)
void SetWriter(const FunctionCallbackInfo<Value>& args) {
  SetStackWriter(Environment::From(args),
                 args[0]->IsFunction() ? args[0].As<v8::Function>() : Local<v8::Function>());
}

// setArrow(error, text): what is printed above the error when nobody catches it.
void SetArrow(const FunctionCallbackInfo<Value>& args) {
  Environment* env = Environment::From(args);
  if (!args[0]->IsObject()) return;
  args[0].As<v8::Object>()->SetPrivate(env->context(), env->ArrowSymbol(), args[1]).Check();
}

constexpr BindingFunction kFunctions[] = {{"setStackWriter", SetWriter}, {"setArrow", SetArrow}};
PARLEY_BINDING(source_maps, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
