// internalBinding('script'): compiling and running a text as a script of the main context.
#include <cstdio>
#include <memory>
#include <string>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

using Args = v8::FunctionCallbackInfo<v8::Value>;

// runScript(source, filename) -> completion value.
void RunScript(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  v8::ScriptOrigin origin(isolate, args[1]);
  v8::Local<v8::Script> script;
  v8::Local<v8::Value> result;
  if (v8::Script::Compile(context, args[0].As<v8::String>(), &origin).ToLocal(&script) &&
      script->Run(context).ToLocal(&result)) {
    args.GetReturnValue().Set(result);
  }
}

// checkSyntax(source, filename): compiles the text as a CommonJS module would be; throws when it cannot.
void CheckSyntax(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  v8::ScriptOrigin origin(isolate, args[1]);
  v8::ScriptCompiler::Source source(args[0].As<v8::String>(), origin);
  v8::Local<v8::String> names[] = {OneByte(isolate, "exports"), OneByte(isolate, "require"),
                                   OneByte(isolate, "module"), OneByte(isolate, "__filename"),
                                   OneByte(isolate, "__dirname")};
  v8::ScriptCompiler::CompileFunctionInContext(isolate->GetCurrentContext(), &source, std::size(names), names,
                                               0, nullptr)
      .IsEmpty();
}

// readFile(path) -> text; for start-up, before fs is needed.
void ReadFile(const Args& args) {
  Environment* env = Environment::From(args);
  std::string path = ToUtf8(env->isolate(), args[0]);
  std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return env->ThrowUvException(-errno, "open", nullptr, path.c_str());
  std::string text;
  char buffer[65536];
  for (size_t n; (n = std::fread(buffer, 1, sizeof(buffer), file.get())) > 0;) text.append(buffer, n);
  args.GetReturnValue().Set(ToV8(env->isolate(), text));
}

// detach(buffer) -> a new ArrayBuffer with its memory; `buffer` is left with none. Undefined where that
// cannot be (a WebAssembly memory).
void Detach(const Args& args) {
  if (!args[0]->IsArrayBuffer()) return;
  v8::Local<v8::ArrayBuffer> buffer = args[0].As<v8::ArrayBuffer>();
  if (!buffer->IsDetachable()) return;
  std::shared_ptr<v8::BackingStore> store = buffer->GetBackingStore();
  buffer->Detach();
  args.GetReturnValue().Set(v8::ArrayBuffer::New(args.GetIsolate(), std::move(store)));
}

constexpr BindingFunction kFunctions[] = {
    {"runScript", RunScript}, {"checkSyntax", CheckSyntax}, {"detach", Detach}, {"readFile", ReadFile}};
PARLEY_BINDING(script, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
