// Compiling builtin modules. Their text stays where the program file maps it: V8 gets external strings.
#include "runtime/engine/builtins.h"

#include <algorithm>
#include <memory>
#include <string>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/engine/snapshot.h"

extern "C" const parley::BuiltinSource parley_builtin_table[];
extern "C" const size_t parley_builtin_count;

namespace parley {
namespace {

class Resource : public v8::String::ExternalOneByteStringResource {
 public:
  const char* data() const override { return source_->data; }
  size_t length() const override { return source_->size; }
  void Dispose() override {}
  void set_source(const BuiltinSource* source) { source_ = source; }

 private:
  const BuiltinSource* source_ = nullptr;
};

Resource* Resources() {
  static Resource* const resources = [] {
    auto* all =
        new Resource[parley_builtin_count];  // for the whole process: strings of any isolate point into it
    for (size_t i = 0; i < parley_builtin_count; i++) all[i].set_source(&parley_builtin_table[i]);
    return all;
  }();
  return resources;
}

bool IsAscii(const BuiltinSource* source) {
  return std::all_of(source->data, source->data + source->size,
                     [](char c) { return static_cast<signed char>(c) >= 0; });
}

v8::MaybeLocal<v8::String> SourceText(v8::Isolate* isolate, const BuiltinSource* source) {
  if (!IsAscii(source)) {
    return v8::String::NewFromUtf8(isolate, source->data, v8::NewStringType::kNormal,
                                   static_cast<int>(source->size));
  }
  return v8::String::NewExternalOneByte(isolate, &Resources()[source - parley_builtin_table]);
}

// compile(id) -> wrapper function, or undefined when there is no such builtin.
void Compile(const v8::FunctionCallbackInfo<v8::Value>& args) {
  v8::Isolate* isolate = args.GetIsolate();
  const BuiltinSource* source = FindBuiltin(ToUtf8(isolate, args[0]));
  if (source == nullptr) return;
  v8::Local<v8::Function> function;
  if (CompileBuiltin(isolate->GetCurrentContext(), source).ToLocal(&function))
    args.GetReturnValue().Set(function);
}

// source(id) -> the text of a builtin module, or undefined.
void SourceOf(const v8::FunctionCallbackInfo<v8::Value>& args) {
  v8::Isolate* isolate = args.GetIsolate();
  const BuiltinSource* source = FindBuiltin(ToUtf8(isolate, args[0]));
  v8::Local<v8::String> text;
  if (source != nullptr && SourceText(isolate, source).ToLocal(&text)) args.GetReturnValue().Set(text);
}

void Has(const v8::FunctionCallbackInfo<v8::Value>& args) {
  args.GetReturnValue().Set(FindBuiltin(ToUtf8(args.GetIsolate(), args[0])) != nullptr);
}

void Ids(const v8::FunctionCallbackInfo<v8::Value>& args) {
  v8::Isolate* isolate = args.GetIsolate();
  std::vector<v8::Local<v8::Value>> ids;
  for (const BuiltinSource& source : Builtins()) ids.push_back(OneByte(isolate, source.id));
  args.GetReturnValue().Set(v8::Array::New(isolate, ids.data(), ids.size()));
}

constexpr BindingFunction kFunctions[] = {
    {"compile", Compile}, {"has", Has}, {"ids", Ids}, {"source", SourceOf}};
PARLEY_BINDING(builtins, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace

std::span<const BuiltinSource> Builtins() { return {parley_builtin_table, parley_builtin_count}; }

const BuiltinSource* FindBuiltin(std::string_view id) {
  auto all = Builtins();
  auto it = std::lower_bound(all.begin(), all.end(), id,
                             [](const BuiltinSource& s, std::string_view wanted) { return s.id < wanted; });
  return it != all.end() && it->id == id ? &*it : nullptr;
}

v8::MaybeLocal<v8::Function> CompileBuiltin(v8::Local<v8::Context> context, const BuiltinSource* source) {
  v8::Isolate* isolate = context->GetIsolate();
  v8::EscapableHandleScope handles(isolate);
  v8::Local<v8::String> text;
  if (!SourceText(isolate, source).ToLocal(&text)) return {};
  v8::ScriptOrigin origin(isolate, ToV8(isolate, std::string("node:") + source->id), 0, 0, true);
  CodeCache cache = EmbeddedCodeCache(static_cast<size_t>(source - parley_builtin_table));
  v8::ScriptCompiler::CachedData* cached = nullptr;
  if (cache.size > 0) cached = new v8::ScriptCompiler::CachedData(cache.data, static_cast<int>(cache.size));
  v8::ScriptCompiler::Source script(text, origin, cached);  // owns `cached`
  v8::Local<v8::String> parameters[] = {OneByte(isolate, "exports"), OneByte(isolate, "require"),
                                        OneByte(isolate, "module"), OneByte(isolate, "process"),
                                        OneByte(isolate, "internalBinding")};
  v8::Local<v8::Function> function;
  if (!v8::ScriptCompiler::CompileFunctionInContext(context, &script, std::size(parameters), parameters, 0,
                                                    nullptr)
           .ToLocal(&function)) {
    return {};
  }
  return handles.Escape(function);
}

void AddBuiltinReferences(std::vector<intptr_t>* references) {
  for (size_t i = 0; i < parley_builtin_count; i++)
    references->push_back(reinterpret_cast<intptr_t>(&Resources()[i]));
}

}  // namespace parley
