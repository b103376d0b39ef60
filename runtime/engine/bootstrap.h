// From an isolate to a world in which builtin JavaScript runs.
#ifndef RUNTIME_ENGINE_BOOTSTRAP_H_
#define RUNTIME_ENGINE_BOOTSTRAP_H_

#include <v8.h>

namespace parley {

class Environment;

// Settings of an isolate that no snapshot keeps: callbacks and the microtask policy.
void ConfigureIsolate(v8::Isolate* isolate);

// The memory of ArrayBuffers: one for all isolates, since what is transferred outlives the one that made it.
v8::ArrayBuffer::Allocator* SharedAllocator();

// Runs the first builtin module (internal/engine/loader) in `context`. False when it threw; the message is on
// stderr.
bool Bootstrap(Environment* env, v8::Local<v8::Context> context);

// Adds to a bare context the standard library that this V8 lacks (internal/engine/newer_vm). False as above.
bool ExtendLibrary(v8::Local<v8::Context> context);

}  // namespace parley

#endif  // RUNTIME_ENGINE_BOOTSTRAP_H_
