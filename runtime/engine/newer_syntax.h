// Compiling sources that use syntax V8 10.2 does not know and Node.js 20's V8 does. Import attributes are
// behind a flag (SetEngineFlags); what is left is the flag `v` of regular expressions (ECMA-262 2024), which
// packages that measure text use. Such literals are rewritten; their `flags` say "u" and `unicodeSets` is not
// there.
#ifndef RUNTIME_ENGINE_NEWER_SYNTAX_H_
#define RUNTIME_ENGINE_NEWER_SYNTAX_H_

#include <v8.h>

namespace parley {

// After a failed compilation of `source`: false when it is to fail, true when `source` is to be tried again,
// now without the literal at which V8 stopped.
bool RewriteNewerSyntax(v8::Local<v8::Context> context, const v8::TryCatch& failure,
                        v8::Local<v8::String>* source);

// compile(source) → v8::MaybeLocal, called again as long as the source can be rewritten. Costs nothing where
// the first call succeeds.
template <typename Compile>
auto CompileWithNewerSyntax(v8::Local<v8::Context> context, v8::Local<v8::String> source, Compile compile) {
  for (;;) {
    v8::TryCatch failure(context->GetIsolate());
    auto result = compile(source);
    if (!result.IsEmpty()) return result;
    if (!RewriteNewerSyntax(context, failure, &source)) {
      failure.ReThrow();
      return result;
    }
  }
}

}  // namespace parley

#endif  // RUNTIME_ENGINE_NEWER_SYNTAX_H_
