// Contexts whose global object is a view of an ordinary object (Node doc: vm, "What does it mean to
// contextify an object?").
#ifndef RUNTIME_VM_CONTEXT_H_
#define RUNTIME_VM_CONTEXT_H_

#include <v8.h>

namespace parley {

// Makes a context for `sandbox`. Object and context keep each other alive inside the heap; nothing outside
// does.
v8::MaybeLocal<v8::Context> ContextifyObject(v8::Isolate* isolate, v8::Local<v8::Object> sandbox,
                                             bool allow_eval, bool allow_wasm);

// The context made for `sandbox`; empty when there is none.
v8::MaybeLocal<v8::Context> ContextOfSandbox(v8::Isolate* isolate, v8::Local<v8::Object> sandbox);

}  // namespace parley

#endif  // RUNTIME_VM_CONTEXT_H_
