// internalBinding('vm_module'): class ModuleWrap, what vm.SourceTextModule and vm.SyntheticModule stand on
// (Node doc: vm, "Class: vm.Module").
#include "runtime/vm/module.h"

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/engine/newer_syntax.h"
#include "runtime/engine/source_line.h"
#include "runtime/vm/context.h"
#include "runtime/vm/host_options.h"
#include "runtime/vm/watchdog.h"

namespace parley {
namespace {

using v8::Context;
using v8::FixedArray;
using v8::Local;
using v8::Module;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

class ModuleWrap;

struct VmModules {
  std::unordered_multimap<int, ModuleWrap*> by_hash;  // Module::GetIdentityHash()
  v8::Global<v8::Function> import_meta;               // (wrap, meta)
};

int Int(Local<Value> value) { return value->IsInt32() ? value.As<v8::Int32>()->Value() : 0; }

// The JavaScript object's own properties: `links` ({specifier: ModuleWrap}), and for a synthetic module
// `evaluate`.
class ModuleWrap : public BaseObject {
 public:
  ModuleWrap(Environment* env, Local<v8::Object> object, Local<Context> context, Local<Module> module)
      : BaseObject(env, object) {
    context_.Reset(env->isolate(), context);
    module_.Reset(env->isolate(), module);
    hash_ = module->GetIdentityHash();
    env->Slot<VmModules>()->by_hash.emplace(hash_, this);
    MakeWeak();
  }
  ~ModuleWrap() override {
    if (env()->is_stopping()) return;
    auto& by_hash = env()->Slot<VmModules>()->by_hash;
    auto [begin, end] = by_hash.equal_range(hash_);
    for (auto it = begin; it != end; ++it) {
      if (it->second != this) continue;
      by_hash.erase(it);
      return;
    }
  }

  static ModuleWrap* Find(Environment* env, Local<Module> module) {
    auto [begin, end] = env->Slot<VmModules>()->by_hash.equal_range(module->GetIdentityHash());
    for (auto it = begin; it != end; ++it) {
      if (it->second->module() == module) return it->second;
    }
    return nullptr;
  }

  Local<Module> module() const { return module_.Get(env()->isolate()); }
  Local<Context> context() const { return context_.Get(env()->isolate()); }

  // The wrap linked to `specifier`; null when there is none.
  ModuleWrap* Linked(Local<v8::String> specifier) const {
    Local<Context> main = env()->context();
    Local<Value> links;
    Local<Value> target;
    if (!object()->Get(main, OneByte(env()->isolate(), "links")).ToLocal(&links) || !links->IsObject() ||
        !links.As<v8::Object>()->Get(main, specifier).ToLocal(&target)) {
      return nullptr;
    }
    return Unwrap<ModuleWrap>(target);
  }

 private:
  v8::Global<Context> context_;
  v8::Global<Module> module_;
  int hash_;
};

ModuleWrap* This(const Args& args) { return BaseObject::Unwrap<ModuleWrap>(args.This()); }

v8::MaybeLocal<Module> Resolve(Local<Context> context, Local<v8::String> specifier, Local<FixedArray>,
                               Local<Module> referrer) {
  v8::Isolate* isolate = context->GetIsolate();
  Environment* env = Environment::From(isolate);
  ModuleWrap* from = ModuleWrap::Find(env, referrer);
  ModuleWrap* target = from == nullptr ? nullptr : from->Linked(specifier);
  if (target != nullptr) return target->module();
  env->ThrowError("ERR_VM_MODULE_LINK_FAILURE",
                  "request for '" + ToUtf8(isolate, specifier) + "' is not yet fulfilled");
  return {};
}

v8::MaybeLocal<Value> EvaluateSynthetic(Local<Context> context, Local<Module> module) {
  v8::Isolate* isolate = context->GetIsolate();
  ModuleWrap* wrap = ModuleWrap::Find(Environment::From(isolate), module);
  Local<v8::Promise::Resolver> resolver;
  Local<Value> evaluate;
  if (wrap == nullptr || !v8::Promise::Resolver::New(context).ToLocal(&resolver)) return {};
  if (!wrap->object()->Get(context, OneByte(isolate, "evaluate")).ToLocal(&evaluate)) return {};
  if (evaluate->IsFunction() &&
      evaluate.As<v8::Function>()->Call(context, wrap->object(), 0, nullptr).IsEmpty()) {
    return {};
  }
  if (resolver->Resolve(context, v8::Undefined(isolate)).IsNothing()) return {};
  return resolver->GetPromise();
}

Local<Module> CompileText(const Args& args, Local<Context> context) {
  v8::Isolate* isolate = args.GetIsolate();
  Environment* env = Environment::From(args);
  v8::ScriptOrigin origin(isolate, args[0], Int(args[3]), Int(args[4]), false, -1, Local<Value>(), false,
                          false, true, MakeHostOptions(isolate, args[6]));
  std::optional<v8::ScriptCompiler::Source> source;
  auto compile = [&](Local<v8::String> text) {
    v8::ScriptCompiler::CachedData* cache = nullptr;
    if (args[5]->IsArrayBufferView()) {
      auto view = args[5].As<v8::ArrayBufferView>();
      auto* data = static_cast<uint8_t*>(view->Buffer()->Data()) + view->ByteOffset();
      cache = new v8::ScriptCompiler::CachedData(data, static_cast<int>(view->ByteLength()));
    }
    source.emplace(text, origin, cache);
    return v8::ScriptCompiler::CompileModule(
        isolate, &*source,
        cache ? v8::ScriptCompiler::kConsumeCodeCache : v8::ScriptCompiler::kNoCompileOptions);
  };
  Context::Scope scope(context);
  v8::TryCatch try_catch(isolate);
  Local<Module> module;
  if (!CompileWithNewerSyntax(context, args[2].As<v8::String>(), compile).ToLocal(&module)) {
    DecorateStack(env, try_catch.Exception(), try_catch.Message());
    try_catch.ReThrow();
    return {};
  }
  if (source->GetCachedData() != nullptr && source->GetCachedData()->rejected) {
    env->ThrowError("ERR_VM_MODULE_CACHED_DATA_REJECTED", "cachedData buffer was rejected");
    try_catch.ReThrow();
    return {};
  }
  return module;
}

Local<Module> MakeSynthetic(const Args& args, Local<Context> context) {
  v8::Isolate* isolate = args.GetIsolate();
  Local<v8::Array> array = args[2].As<v8::Array>();
  std::vector<Local<v8::String>> names;
  for (uint32_t i = 0; i < array->Length(); i++) {
    Local<Value> name;
    if (!array->Get(context, i).ToLocal(&name)) return {};
    names.push_back(name.As<v8::String>());
  }
  Context::Scope scope(context);
  return Module::CreateSyntheticModule(isolate, args[0].As<v8::String>(), names, EvaluateSynthetic);
}

// new ModuleWrap(identifier, contextified object or undefined, source, lineOffset, columnOffset, cachedData,
// import id) new ModuleWrap(identifier, contextified object or undefined, export names)
void New(const Args& args) {
  Environment* env = Environment::From(args);
  v8::Isolate* isolate = env->isolate();
  Local<Context> context = isolate->GetCurrentContext();
  if (!args.IsConstructCall()) return;
  if (args[1]->IsObject() && !ContextOfSandbox(isolate, args[1].As<v8::Object>()).ToLocal(&context)) return;
  Local<Module> module = args[2]->IsArray() ? MakeSynthetic(args, context) : CompileText(args, context);
  if (!module.IsEmpty()) new ModuleWrap(env, args.This(), context, module);
}

// requests() -> [specifier, {assertions}, …]
void Requests(const Args& args) {
  ModuleWrap* self = This(args);
  if (self == nullptr) return;
  v8::Isolate* isolate = args.GetIsolate();
  Local<Context> context = isolate->GetCurrentContext();
  Local<FixedArray> requests = self->module()->GetModuleRequests();
  std::vector<Local<Value>> result;
  for (int i = 0; i < requests->Length(); i++) {
    auto request = requests->Get(context, i).As<v8::ModuleRequest>();
    Local<FixedArray> assertions = request->GetImportAssertions();
    Local<v8::Object> attributes = v8::Object::New(isolate, v8::Null(isolate), nullptr, nullptr, 0);
    // Rows of key, value, position.
    for (int j = 0; j + 1 < assertions->Length(); j += 3) {
      attributes
          ->Set(context, assertions->Get(context, j).As<Value>(), assertions->Get(context, j + 1).As<Value>())
          .Check();
    }
    result.push_back(request->GetSpecifier());
    result.push_back(attributes);
  }
  args.GetReturnValue().Set(v8::Array::New(isolate, result.data(), result.size()));
}

void Instantiate(const Args& args) {
  ModuleWrap* self = This(args);
  if (self == nullptr) return;
  v8::TryCatch try_catch(args.GetIsolate());
  if (self->module()->InstantiateModule(self->context(), Resolve).IsNothing()) {
    DecorateStack(self->env(), try_catch.Exception(), try_catch.Message());
    try_catch.ReThrow();
  }
}

// evaluate(timeout, breakOnSigint) -> promise
void Evaluate(const Args& args) {
  ModuleWrap* self = This(args);
  if (self == nullptr) return;
  v8::Isolate* isolate = args.GetIsolate();
  int64_t timeout = args[0]->IsNumber() ? static_cast<int64_t>(args[0].As<v8::Number>()->Value()) : 0;
  RunLimits limits(self->env(), timeout, args[1]->IsTrue());
  {
    Context::Scope scope(self->context());
    v8::TryCatch try_catch(isolate);
    Local<Value> result;
    bool ok = self->module()->Evaluate(self->context()).ToLocal(&result);
    v8::MicrotaskQueue* microtasks = OwnMicrotasks(self->context());
    if (ok && microtasks != nullptr) microtasks->PerformCheckpoint(isolate);
    if (!limits.Stop()) {
      if (ok) args.GetReturnValue().Set(result);
      if (!ok && !try_catch.HasTerminated()) try_catch.ReThrow();
      return;
    }
  }
  limits.Throw();
}

void Status(const Args& args) {
  if (ModuleWrap* self = This(args)) args.GetReturnValue().Set(static_cast<int>(self->module()->GetStatus()));
}

void Error(const Args& args) {
  ModuleWrap* self = This(args);
  if (self != nullptr && self->module()->GetStatus() == Module::kErrored)
    args.GetReturnValue().Set(self->module()->GetException());
}

void Namespace(const Args& args) {
  ModuleWrap* self = This(args);
  if (self != nullptr && self->module()->GetStatus() >= Module::kInstantiated)
    args.GetReturnValue().Set(self->module()->GetModuleNamespace());
}

// setExport(name, value)
void SetExport(const Args& args) {
  ModuleWrap* self = This(args);
  if (self == nullptr || !args[0]->IsString()) return;
  (void)self->module()
      ->SetSyntheticModuleExport(args.GetIsolate(), args[0].As<v8::String>(), args[1])
      .FromMaybe(false);
}

// createCachedData() -> ArrayBuffer
void CreateCachedData(const Args& args) {
  ModuleWrap* self = This(args);
  if (self == nullptr) return;
  v8::Isolate* isolate = args.GetIsolate();
  std::unique_ptr<v8::ScriptCompiler::CachedData> cache(
      v8::ScriptCompiler::CreateCodeCache(self->module()->GetUnboundModuleScript()));
  size_t size = cache ? static_cast<size_t>(cache->length) : 0;
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, size);
  if (size > 0) std::memcpy(buffer->Data(), cache->data, size);
  args.GetReturnValue().Set(buffer);
}

// setImportMeta(function(wrap, meta))
void SetImportMeta(const Args& args) {
  if (!args[0]->IsFunction()) return;
  Environment::From(args)->Slot<VmModules>()->import_meta.Reset(args.GetIsolate(),
                                                                args[0].As<v8::Function>());
}

void Initialize(Environment* env, Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "ModuleWrap", New);
  constexpr BindingFunction kMethods[] = {{"requests", Requests},   {"instantiate", Instantiate},
                                          {"runModule", Evaluate},  {"status", Status},
                                          {"error", Error},         {"namespace", Namespace},
                                          {"setExport", SetExport}, {"createCachedData", CreateCachedData}};
  for (const BindingFunction& m : kMethods) BaseObject::SetMethod(isolate, t, m.name, m.callback);
  BaseObject::Export(isolate, target, "ModuleWrap", t);
}

constexpr BindingFunction kFunctions[] = {{"setImportMeta", SetImportMeta}};
PARLEY_BINDING(vm_module, BindingKind::kInternal, kFunctions, Initialize, {});

}  // namespace

void InitializeVmImportMeta(Local<Context> context, Local<Module> module, Local<v8::Object> meta) {
  v8::Isolate* isolate = context->GetIsolate();
  Environment* env = Environment::From(isolate);
  ModuleWrap* wrap = ModuleWrap::Find(env, module);
  const auto& callback = env->Slot<VmModules>()->import_meta;
  if (wrap == nullptr || callback.IsEmpty()) return;
  Local<Value> argv[] = {wrap->object(), meta};
  v8::TryCatch try_catch(isolate);
  if (callback.Get(isolate)->Call(env->context(), v8::Undefined(isolate), 2, argv).IsEmpty())
    try_catch.ReThrow();
}

}  // namespace parley
