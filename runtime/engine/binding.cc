// The registry of binding descriptors and the function `internalBinding`.
#include "runtime/engine/binding.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "runtime/engine/environment.h"

namespace parley {
namespace {

// Static constructors of other files add to it, so it must exist before them.
std::vector<const BindingDescriptor*>& Registry() {
  static std::vector<const BindingDescriptor*> registry;
  return registry;
}

bool ByName(const BindingDescriptor* a, const BindingDescriptor* b) {
  return std::strcmp(a->name, b->name) < 0;
}

}  // namespace

int RegisterBinding(const BindingDescriptor* descriptor) {
  auto& all = Registry();
  all.insert(std::upper_bound(all.begin(), all.end(), descriptor, ByName), descriptor);
  return 0;
}

std::span<const BindingDescriptor* const> AllBindings() { return Registry(); }

const BindingDescriptor* FindBinding(const char* name) {
  for (const BindingDescriptor* d : Registry()) {
    if (std::strcmp(d->name, name) == 0) return d;
  }
  return nullptr;
}

v8::MaybeLocal<v8::Object> InstantiateBinding(v8::Local<v8::Context> context,
                                              const BindingDescriptor* descriptor) {
  v8::Isolate* isolate = context->GetIsolate();
  v8::EscapableHandleScope handles(isolate);
  v8::Local<v8::Object> target = v8::Object::New(isolate);
  for (const BindingFunction& f : descriptor->functions) {
    v8::Local<v8::Function> function;
    v8::Local<v8::String> name = OneByte(isolate, f.name);
    if (!v8::Function::New(context, f.callback, v8::Local<v8::Value>(), 0, v8::ConstructorBehavior::kThrow)
             .ToLocal(&function)) {
      return {};
    }
    function->SetName(name);
    target->Set(context, name, function).Check();
  }
  if (descriptor->initialize != nullptr) {
    v8::TryCatch try_catch(isolate);
    descriptor->initialize(Environment::From(isolate), target);
    if (try_catch.HasCaught()) {
      try_catch.ReThrow();
      return {};
    }
  }
  return handles.Escape(target);
}

}  // namespace parley
