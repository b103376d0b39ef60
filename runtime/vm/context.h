// Contexts whose global object is a view of an ordinary object (Node doc: vm, "What does it mean to
// contextify an object?").
#ifndef RUNTIME_VM_CONTEXT_H_
#define RUNTIME_VM_CONTEXT_H_

#include <v8.h>

#include <string>
#include <utility>

namespace parley {

struct ContextOptions {
  v8::Local<v8::Value> name;    // what tools show; a string
  v8::Local<v8::Value> origin;  // likewise; a string or undefined
  bool allow_eval = true;
  bool allow_wasm = true;
  v8::Local<v8::Value> import_id;  // for code that no script or module made (host_options.h)
  bool own_microtasks =
      false;  // they run at the end of each run in the context (microtaskMode: 'afterEvaluate')
};

// Makes a context for `sandbox`. Object and context keep each other alive inside the heap; nothing outside
// does.
v8::MaybeLocal<v8::Context> ContextifyObject(v8::Isolate* isolate, v8::Local<v8::Object> sandbox,
                                             const ContextOptions& options);

// The import id a context was made with; undefined for contexts that are not vm's.
v8::Local<v8::Value> ImportIdOf(v8::Local<v8::Context> context);

// The context's own microtask queue; null when it shares the environment's.
v8::MicrotaskQueue* OwnMicrotasks(v8::Local<v8::Context> context);

// What tools show of a context: its name and its origin, both empty for contexts that are not vm's.
std::pair<std::string, std::string> NamesOf(v8::Local<v8::Context> context);

// The context made for `sandbox`; empty when there is none.
v8::MaybeLocal<v8::Context> ContextOfSandbox(v8::Isolate* isolate, v8::Local<v8::Object> sandbox);

}  // namespace parley

#endif  // RUNTIME_VM_CONTEXT_H_
