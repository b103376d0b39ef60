// How native functions become visible to JavaScript: one descriptor per binding.
//
// A binding is a named set of native functions and classes that builtin JavaScript gets with
// `internalBinding(name)`. It is listed in exactly one place, its own source file:
//
//   constexpr BindingFunction kFunctions[] = {{"open", Open}, {"close", Close}};
//   void Initialize(Environment* env, v8::Local<v8::Object> target) { ...classes, constants... }   // may be
//   null const intptr_t kReferences[] = {...};   // callbacks used only by Initialize's templates (class
//   methods, accessors) PARLEY_BINDING(fs, BindingKind::kInternal, kFunctions, Initialize, kReferences);
//
// Registration, the names JavaScript sees and the snapshot's external references all come from that
// descriptor. Rule for bindings used while the startup snapshot is built: functions and plain constants only.
// A binding that makes classes (function templates with internal fields) must be first asked for after
// start-up, or the snapshot build fails.
#ifndef RUNTIME_ENGINE_BINDING_H_
#define RUNTIME_ENGINE_BINDING_H_

#include <v8.h>

#include <cstdint>
#include <span>

namespace parley {

class Environment;

// The three lists of C++ modules (docs: seeds): internal ones are for builtin JavaScript only, builtin ones
// are also reachable through process.binding() and linked ones are an embedder's, reachable through
// process._linkedBinding().
enum class BindingKind { kInternal, kBuiltin, kLinked };

struct BindingFunction {
  const char* name;
  v8::FunctionCallback callback;
};

struct BindingDescriptor {
  const char* name;
  BindingKind kind;
  std::span<const BindingFunction> functions;
  void (*initialize)(Environment* env, v8::Local<v8::Object> target);
  std::span<const intptr_t> references;
};

// Called by PARLEY_BINDING before main(). Descriptors live for ever.
int RegisterBinding(const BindingDescriptor* descriptor);

// All bindings ordered by name, so that every program linked from the same objects sees the same order.
std::span<const BindingDescriptor* const> AllBindings();
const BindingDescriptor* FindBinding(const char* name);

// A new object with the binding's functions, classes and constants.
v8::MaybeLocal<v8::Object> InstantiateBinding(v8::Local<v8::Context> context,
                                              const BindingDescriptor* descriptor);

#define PARLEY_BINDING(name, kind, functions, initialize, references)                                    \
  static const ::parley::BindingDescriptor binding_descriptor_##name{#name, kind, functions, initialize, \
                                                                     references};                        \
  [[maybe_unused]] static const int binding_registered_##name =                                          \
      ::parley::RegisterBinding(&binding_descriptor_##name)

}  // namespace parley

#endif  // RUNTIME_ENGINE_BINDING_H_
