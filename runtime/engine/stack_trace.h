// Who writes an error's `stack`. V8 does, by itself and fastest, until somebody needs more.
#ifndef RUNTIME_ENGINE_STACK_TRACE_H_
#define RUNTIME_ENGINE_STACK_TRACE_H_

#include <v8.h>

namespace parley {

class Environment;

// From now on V8 asks for every stack. As in Node.js the error's own realm comes first (its
// Error.prepareStackTrace), then the main realm's: tools such as jest set only that one, for errors of vm's
// contexts as well. Then the writer, then V8's own format.
void WatchStackTraces(Environment* env);

// function(error, sites) that writes stacks nobody else does; none when empty.
void SetStackWriter(Environment* env, v8::Local<v8::Function> writer);

}  // namespace parley

#endif  // RUNTIME_ENGINE_STACK_TRACE_H_
