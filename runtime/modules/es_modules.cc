// ECMAScript modules in V8's terms: compile, link, instantiate, evaluate, and modules made of values
// (builtin, CommonJS, JSON). Document: ECMA-262 "Modules"; the algorithm that finds and orders modules is
// JavaScript (internal/modules/esm). JavaScript names a module by a small number: v8::Module is no JavaScript
// value. Modules live as long as the environment.
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/engine/newer_syntax.h"
#include "runtime/engine/source_line.h"
#include "runtime/modules/compile_cache.h"
#include "runtime/modules/dynamic_import.h"
#include "runtime/vm/module.h"

namespace parley {
namespace {

using v8::FixedArray;
using v8::FunctionCallbackInfo;
using v8::Local;
using v8::Module;
using v8::String;
using v8::Value;

struct ModuleRecord {
  v8::Global<Module> module;
  v8::Global<v8::Function> evaluate;           // synthetic modules: sets the exports
  std::unordered_map<std::string, int> links;  // LinkKey() → module
};

struct ModuleRegistry {
  std::vector<std::unique_ptr<ModuleRecord>> records;
  std::unordered_multimap<int, int> by_hash;  // Module::GetIdentityHash() → index
  v8::Global<v8::Function> import_meta;

  int Find(v8::Isolate* isolate, Local<Module> module) const {
    auto [begin, end] = by_hash.equal_range(module->GetIdentityHash());
    for (auto it = begin; it != end; ++it) {
      if (records[it->second]->module.Get(isolate) == module) return it->second;
    }
    return -1;
  }

  int Add(v8::Isolate* isolate, Local<Module> module) {
    int index = static_cast<int>(records.size());
    records.push_back(std::make_unique<ModuleRecord>());
    records.back()->module.Reset(isolate, module);
    by_hash.emplace(module->GetIdentityHash(), index);
    return index;
  }
};

ModuleRegistry* Registry(v8::Isolate* isolate) { return Environment::From(isolate)->Slot<ModuleRegistry>(); }

// The record args[0] names; throws when there is none.
ModuleRecord* RecordOf(const FunctionCallbackInfo<Value>& args) {
  ModuleRegistry* registry = Registry(args.GetIsolate());
  if (args[0]->IsInt32()) {
    size_t index = static_cast<size_t>(args[0].As<v8::Int32>()->Value());
    if (index < registry->records.size()) return registry->records[index].get();
  }
  Environment::From(args)->ThrowError("ERR_INTERNAL_ASSERTION", "No such module record");
  return nullptr;
}

Local<Module> ModuleOf(const FunctionCallbackInfo<Value>& args) {
  ModuleRecord* record = RecordOf(args);
  return record == nullptr ? Local<Module>() : record->module.Get(args.GetIsolate());
}

// Import attributes, which V8 stores in rows of `stride`: key, value[, offset].
std::string LinkKey(Local<v8::Context> context, Local<String> specifier, Local<FixedArray> attributes,
                    int stride) {
  v8::Isolate* isolate = context->GetIsolate();
  std::string key = ToUtf8(isolate, specifier);
  for (int i = 0; i + 1 < attributes->Length(); i += stride) {
    key += '\0' + ToUtf8(isolate, attributes->Get(context, i).As<Value>());
    key += '\0' + ToUtf8(isolate, attributes->Get(context, i + 1).As<Value>());
  }
  return key;
}

// Keeps with a syntax error where it is: JavaScript catches and throws it again before anybody sees it.
void KeepPlace(Environment* env, const v8::TryCatch& caught) {
  if (!caught.HasCaught() || caught.HasTerminated() || !caught.Exception()->IsNativeError()) return;
  std::string line = SourceLine(env, caught.Message());
  while (line.ends_with('\n')) line.pop_back();
  (void)caught.Exception()
      .As<v8::Object>()
      ->SetPrivate(env->context(), env->ArrowSymbol(), ToV8(env->isolate(), line))
      .FromMaybe(false);
}

// compileModule(url, source) → module
void CompileModule(const FunctionCallbackInfo<Value>& args) {
  v8::Isolate* isolate = args.GetIsolate();
  CompileCache* cache = CompileCache::Of(Environment::From(args));
  v8::ScriptOrigin origin(isolate, args[0], 0, 0, false, -1, Local<Value>(), false, false, true);
  auto compile = [&](Local<String> text) {
    CompileCache::Request request;
    v8::ScriptCompiler::CachedData* cached = cache->Find(text, args[0], 'm', &request);
    v8::ScriptCompiler::Source source(text, origin, cached);  // owns `cached`
    v8::MaybeLocal<Module> result = v8::ScriptCompiler::CompileModule(
        isolate, &source,
        cached ? v8::ScriptCompiler::kConsumeCodeCache : v8::ScriptCompiler::kNoCompileOptions);
    Local<Module> module;
    if (result.ToLocal(&module) && (cached == nullptr || cached->rejected))
      cache->Keep(request, module->GetUnboundModuleScript());
    return result;
  };
  Local<Module> module;
  v8::TryCatch try_catch(isolate);
  if (!CompileWithNewerSyntax(isolate->GetCurrentContext(), args[1].As<String>(), compile).ToLocal(&module)) {
    KeepPlace(Environment::From(args), try_catch);
    try_catch.ReThrow();
    return;
  }
  args.GetReturnValue().Set(Registry(isolate)->Add(isolate, module));
}

// moduleRequests(module) → [specifier, [key, value, …] | undefined, …]
void ModuleRequests(const FunctionCallbackInfo<Value>& args) {
  v8::Isolate* isolate = args.GetIsolate();
  Local<v8::Context> context = isolate->GetCurrentContext();
  Local<Module> module = ModuleOf(args);
  if (module.IsEmpty()) return;
  Local<FixedArray> requests = module->GetModuleRequests();
  std::vector<Local<Value>> result;
  for (int i = 0; i < requests->Length(); i++) {
    auto request = requests->Get(context, i).As<v8::ModuleRequest>();
    result.push_back(request->GetSpecifier());
    result.push_back(ImportAttributes(context, request->GetImportAssertions(), 3));
  }
  args.GetReturnValue().Set(v8::Array::New(isolate, result.data(), result.size()));
}

// link(module, targets): the modules its requests stand for, in the order of moduleRequests().
void Link(const FunctionCallbackInfo<Value>& args) {
  Local<v8::Context> context = args.GetIsolate()->GetCurrentContext();
  ModuleRecord* record = RecordOf(args);
  if (record == nullptr) return;
  Local<FixedArray> requests = record->module.Get(args.GetIsolate())->GetModuleRequests();
  Local<v8::Array> targets = args[1].As<v8::Array>();
  for (int i = 0; i < requests->Length(); i++) {
    auto request = requests->Get(context, i).As<v8::ModuleRequest>();
    Local<Value> target;
    if (!targets->Get(context, static_cast<uint32_t>(i)).ToLocal(&target)) return;
    record->links[LinkKey(context, request->GetSpecifier(), request->GetImportAssertions(), 3)] =
        target.As<v8::Int32>()->Value();
  }
}

v8::MaybeLocal<Module> Resolve(Local<v8::Context> context, Local<String> specifier,
                               Local<FixedArray> attributes, Local<Module> referrer) {
  v8::Isolate* isolate = context->GetIsolate();
  ModuleRegistry* registry = Registry(isolate);
  int index = registry->Find(isolate, referrer);
  if (index >= 0) {
    const auto& links = registry->records[index]->links;
    auto found = links.find(LinkKey(context, specifier, attributes, 3));
    if (found != links.end()) return registry->records[found->second]->module.Get(isolate);
  }
  Environment::From(isolate)->ThrowError("ERR_VM_MODULE_LINK_FAILURE",
                                         "request for '" + ToUtf8(isolate, specifier) + "' is not in cache");
  return {};
}

void Instantiate(const FunctionCallbackInfo<Value>& args) {
  Local<Module> module = ModuleOf(args);
  if (module.IsEmpty()) return;
  // A failure is pending as a JavaScript exception.
  (void)module->InstantiateModule(args.GetIsolate()->GetCurrentContext(), Resolve).FromMaybe(false);
}

void Evaluate(const FunctionCallbackInfo<Value>& args) {
  Local<Module> module = ModuleOf(args);
  Local<Value> result;
  if (!module.IsEmpty() && module->Evaluate(args.GetIsolate()->GetCurrentContext()).ToLocal(&result)) {
    args.GetReturnValue().Set(result);
  }
}

void Namespace(const FunctionCallbackInfo<Value>& args) {
  Local<Module> module = ModuleOf(args);
  if (!module.IsEmpty() && module->GetStatus() >= Module::kInstantiated) {
    args.GetReturnValue().Set(module->GetModuleNamespace());
  }
}

void Status(const FunctionCallbackInfo<Value>& args) {
  Local<Module> module = ModuleOf(args);
  if (!module.IsEmpty()) args.GetReturnValue().Set(static_cast<int>(module->GetStatus()));
}

v8::MaybeLocal<Value> EvaluateSynthetic(Local<v8::Context> context, Local<Module> module) {
  v8::Isolate* isolate = context->GetIsolate();
  ModuleRegistry* registry = Registry(isolate);
  int index = registry->Find(isolate, module);
  Local<v8::Promise::Resolver> resolver;
  if (index < 0 || !v8::Promise::Resolver::New(context).ToLocal(&resolver)) return {};
  Local<Value> argument = v8::Integer::New(isolate, index);
  Local<v8::Function> evaluate = registry->records[index]->evaluate.Get(isolate);
  if (evaluate->Call(context, v8::Undefined(isolate), 1, &argument).IsEmpty()) return {};
  if (resolver->Resolve(context, v8::Undefined(isolate)).IsNothing()) return {};
  return resolver->GetPromise();
}

// isAsync(module): whether it or what it imports awaits at top level. Of instantiated modules only.
void IsAsync(const FunctionCallbackInfo<Value>& args) {
  Local<Module> module = ModuleOf(args);
  if (!module.IsEmpty() && module->GetStatus() >= Module::kInstantiated)
    args.GetReturnValue().Set(module->IsGraphAsync());
}

// exceptionOf(module): why a module whose evaluation failed did.
void ExceptionOf(const FunctionCallbackInfo<Value>& args) {
  Local<Module> module = ModuleOf(args);
  if (!module.IsEmpty() && module->GetStatus() == Module::kErrored)
    args.GetReturnValue().Set(module->GetException());
}

// errorLine(error) → the line of source V8 says the error is in, or undefined.
void ErrorLine(const FunctionCallbackInfo<Value>& args) {
  v8::Isolate* isolate = args.GetIsolate();
  Local<String> line;
  Local<v8::Message> message = v8::Exception::CreateMessage(isolate, args[0]);
  if (message->GetSourceLine(isolate->GetCurrentContext()).ToLocal(&line)) args.GetReturnValue().Set(line);
}

// createSynthetic(url, names, evaluate(module)) → module; `evaluate` calls setExport(module, name, value).
void CreateSynthetic(const FunctionCallbackInfo<Value>& args) {
  v8::Isolate* isolate = args.GetIsolate();
  Local<v8::Context> context = isolate->GetCurrentContext();
  Local<v8::Array> array = args[1].As<v8::Array>();
  std::vector<Local<String>> names;
  for (uint32_t i = 0; i < array->Length(); i++) {
    Local<Value> name;
    if (!array->Get(context, i).ToLocal(&name)) return;
    names.push_back(name.As<String>());
  }
  ModuleRegistry* registry = Registry(isolate);
  int index = registry->Add(
      isolate, Module::CreateSyntheticModule(isolate, args[0].As<String>(), names, EvaluateSynthetic));
  registry->records[index]->evaluate.Reset(isolate, args[2].As<v8::Function>());
  args.GetReturnValue().Set(index);
}

void SetExport(const FunctionCallbackInfo<Value>& args) {
  Local<Module> module = ModuleOf(args);
  if (module.IsEmpty()) return;
  (void)module->SetSyntheticModuleExport(args.GetIsolate(), args[1].As<String>(), args[2]).FromMaybe(false);
}

void OnImportMeta(Local<v8::Context> context, Local<Module> module, Local<v8::Object> meta) {
  v8::Isolate* isolate = context->GetIsolate();
  v8::HandleScope scope(isolate);
  ModuleRegistry* registry = Registry(isolate);
  int index = registry->Find(isolate, module);
  if (index < 0) return InitializeVmImportMeta(context, module, meta);
  if (registry->import_meta.IsEmpty()) return;
  Local<Value> argv[] = {meta, v8::Integer::New(isolate, index)};
  v8::TryCatch try_catch(isolate);
  Local<Value> unused;
  if (!registry->import_meta.Get(isolate)->Call(context, v8::Undefined(isolate), 2, argv).ToLocal(&unused))
    return;
}

// setImportMeta(function(meta, module))
void SetImportMeta(const FunctionCallbackInfo<Value>& args) {
  v8::Isolate* isolate = args.GetIsolate();
  Registry(isolate)->import_meta.Reset(isolate, args[0].As<v8::Function>());
  isolate->SetHostInitializeImportMetaObjectCallback(OnImportMeta);
}

constexpr BindingFunction kFunctions[] = {{"compileModule", CompileModule},
                                          {"moduleRequests", ModuleRequests},
                                          {"link", Link},
                                          {"instantiate", Instantiate},
                                          {"evaluate", Evaluate},
                                          {"namespace", Namespace},
                                          {"status", Status},
                                          {"isAsync", IsAsync},
                                          {"exceptionOf", ExceptionOf},
                                          {"errorLine", ErrorLine},
                                          {"createSynthetic", CreateSynthetic},
                                          {"setExport", SetExport},
                                          {"setImportMeta", SetImportMeta}};
PARLEY_BINDING(es_modules, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
