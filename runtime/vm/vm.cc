// internalBinding('vm'): class Script, contexts, functions compiled from text (Node doc: vm).
#include <cstring>
#include <memory>
#include <optional>
#include <string>
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
using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

// The cached data of a Buffer or other view, or null. V8 frees the struct; the bytes stay the view's.
v8::ScriptCompiler::CachedData* CacheOf(Local<Value> value) {
  if (!value->IsArrayBufferView()) return nullptr;
  auto view = value.As<v8::ArrayBufferView>();
  auto* data = static_cast<uint8_t*>(view->Buffer()->Data()) + view->ByteOffset();
  return new v8::ScriptCompiler::CachedData(data, static_cast<int>(view->ByteLength()));
}

Local<Value> CacheBytes(v8::Isolate* isolate, v8::ScriptCompiler::CachedData* cache) {
  std::unique_ptr<v8::ScriptCompiler::CachedData> owner(cache);
  if (!cache) return v8::Undefined(isolate);
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, static_cast<size_t>(cache->length));
  std::memcpy(buffer->Data(), cache->data, static_cast<size_t>(cache->length));
  return buffer;
}

int Int(Local<Value> value) { return value->IsInt32() ? value.As<v8::Int32>()->Value() : 0; }

class ScriptWrap : public BaseObject {
 public:
  ScriptWrap(Environment* env, Local<v8::Object> object) : BaseObject(env, object) { MakeWeak(); }

  // new Script(source, filename, lineOffset, columnOffset, cachedData, produceCachedData, import id or
  // undefined): sets cachedDataRejected, cachedData and sourceMapURL on the object.
  static void New(const Args& args) {
    Environment* env = Environment::From(args);
    v8::Isolate* isolate = env->isolate();
    Local<Context> context = isolate->GetCurrentContext();
    if (!args.IsConstructCall() || !args[0]->IsString()) return;
    auto* self = new ScriptWrap(env, args.This());
    v8::ScriptOrigin origin(isolate, args[1], Int(args[2]), Int(args[3]), false, -1, Local<Value>(), false,
                            false, false, MakeHostOptions(isolate, args[6]));
    v8::ScriptCompiler::CachedData* cache = nullptr;
    std::optional<v8::ScriptCompiler::Source> source;
    auto compile = [&](Local<v8::String> text) {
      cache = CacheOf(args[4]);
      source.emplace(text, origin, cache);
      return v8::ScriptCompiler::CompileUnboundScript(
          isolate, &*source,
          cache ? v8::ScriptCompiler::kConsumeCodeCache : v8::ScriptCompiler::kNoCompileOptions);
    };
    Local<v8::UnboundScript> script;
    {
      Environment::NoAbortScope no_abort(env);
      v8::TryCatch try_catch(isolate);
      if (!CompileWithNewerSyntax(context, args[0].As<v8::String>(), compile).ToLocal(&script)) {
        DecorateStack(env, try_catch.Exception(), try_catch.Message());
        try_catch.ReThrow();
        return;
      }
    }
    self->script_.Reset(isolate, script);
    auto set = [&](const char* name, Local<Value> value) {
      args.This()->Set(context, OneByte(isolate, name), value).Check();
    };
    if (cache) set("cachedDataRejected", v8::Boolean::New(isolate, source->GetCachedData()->rejected));
    if (args[5]->IsTrue())
      set("_cachedBytes", CacheBytes(isolate, v8::ScriptCompiler::CreateCodeCache(script)));
    set("sourceMapURL", script->GetSourceMappingURL());
  }

  // run(contextified object or null, timeout in milliseconds or 0, displayErrors, breakOnSigint) ->
  // completion value.
  static void Run(const Args& args) {
    auto* self = Unwrap<ScriptWrap>(args.This());
    if (!self || self->script_.IsEmpty()) return;
    v8::Isolate* isolate = args.GetIsolate();
    Local<Context> context = isolate->GetCurrentContext();
    if (args[0]->IsObject() && !ContextOfSandbox(isolate, args[0].As<v8::Object>()).ToLocal(&context)) return;
    int64_t timeout = args[1]->IsNumber() ? static_cast<int64_t>(args[1].As<v8::Number>()->Value()) : 0;
    RunLimits limits(self->env(), timeout, args[3]->IsTrue());
    Local<Value> result;
    {
      Context::Scope scope(context);
      v8::TryCatch try_catch(isolate);
      bool ok = self->script_.Get(isolate)->BindToCurrentContext()->Run(context).ToLocal(&result);
      v8::MicrotaskQueue* microtasks = OwnMicrotasks(context);
      if (ok && microtasks != nullptr) microtasks->PerformCheckpoint(isolate);
      if (!limits.Stop()) {
        if (ok) {
          args.GetReturnValue().Set(result);
        } else if (!try_catch.HasTerminated()) {
          if (args[2]->IsTrue()) DecorateStack(self->env(), try_catch.Exception(), try_catch.Message());
          try_catch.ReThrow();
        }
        return;
      }
    }
    limits.Throw();
  }

  static void CreateCachedData(const Args& args) {
    auto* self = Unwrap<ScriptWrap>(args.This());
    if (!self || self->script_.IsEmpty()) return;
    args.GetReturnValue().Set(CacheBytes(
        args.GetIsolate(), v8::ScriptCompiler::CreateCodeCache(self->script_.Get(args.GetIsolate()))));
  }

 private:
  v8::Global<v8::UnboundScript> script_;
};

// makeContext(object, allow strings as code, allow WebAssembly, own microtasks, name, import id, origin)
void MakeContext(const Args& args) {
  if (!args[0]->IsObject()) return;
  ContextOptions options{args[4], args[6],          !args[1]->IsFalse(), !args[2]->IsFalse(),
                         args[5], args[3]->IsTrue()};
  (void)ContextifyObject(args.GetIsolate(), args[0].As<v8::Object>(), options).IsEmpty();
}

// measureMemory(detailed, eager) -> promise of V8's estimate for each context
void MeasureMemory(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  Local<Context> context = isolate->GetCurrentContext();
  Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver)) return;
  auto mode = args[0]->IsTrue() ? v8::MeasureMemoryMode::kDetailed : v8::MeasureMemoryMode::kSummary;
  auto when = args[1]->IsTrue() ? v8::MeasureMemoryExecution::kEager : v8::MeasureMemoryExecution::kDefault;
  isolate->MeasureMemory(v8::MeasureMemoryDelegate::Default(isolate, context, resolver, mode), when);
  args.GetReturnValue().Set(resolver->GetPromise());
}

void IsContext(const Args& args) {
  args.GetReturnValue().Set(args[0]->IsObject() &&
                            !ContextOfSandbox(args.GetIsolate(), args[0].As<v8::Object>()).IsEmpty());
}

// The elements of an array JavaScript has checked.
template <typename T>
bool Collect(Local<Context> context, Local<Value> array, std::vector<Local<T>>* into) {
  if (!array->IsArray()) return true;
  for (uint32_t i = 0; i < array.As<v8::Array>()->Length(); i++) {
    Local<Value> item;
    if (!array.As<v8::Array>()->Get(context, i).ToLocal(&item)) return false;
    into->push_back(item.As<T>());
  }
  return true;
}

// compileFunction(code, filename, lineOffset, columnOffset, cachedData, produceCachedData, parsing context or
// undefined, context extensions, parameters, import id or undefined) -> {function, cachedDataRejected?,
// cachedBytes?}
void CompileFunction(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  Local<Context> main = isolate->GetCurrentContext();
  Local<Context> context = main;
  if (args[6]->IsObject() && !ContextOfSandbox(isolate, args[6].As<v8::Object>()).ToLocal(&context)) return;
  std::vector<Local<v8::Object>> extensions;
  std::vector<Local<v8::String>> parameters;
  if (!Collect(main, args[7], &extensions) || !Collect(main, args[8], &parameters)) return;
  v8::ScriptOrigin origin(isolate, args[1], Int(args[2]), Int(args[3]), false, -1, Local<Value>(), false,
                          false, false, MakeHostOptions(isolate, args[9]));
  v8::ScriptCompiler::CachedData* cache = nullptr;
  std::optional<v8::ScriptCompiler::Source> source;
  auto compile = [&](Local<v8::String> text) {
    cache = CacheOf(args[4]);
    source.emplace(text, origin, cache);
    return v8::ScriptCompiler::CompileFunctionInContext(
        context, &*source, parameters.size(), parameters.data(), extensions.size(), extensions.data(),
        cache ? v8::ScriptCompiler::kConsumeCodeCache : v8::ScriptCompiler::kNoCompileOptions);
  };
  Local<v8::Function> function;
  {
    Context::Scope scope(context);
    v8::TryCatch try_catch(isolate);
    if (!CompileWithNewerSyntax(context, args[0].As<v8::String>(), compile).ToLocal(&function)) {
      DecorateStack(Environment::From(args), try_catch.Exception(), try_catch.Message());
      try_catch.ReThrow();
      return;
    }
  }
  Local<v8::Object> result = v8::Object::New(isolate);
  auto set = [&](const char* name, Local<Value> value) {
    result->Set(main, OneByte(isolate, name), value).Check();
  };
  set("function", function);
  if (cache) set("cachedDataRejected", v8::Boolean::New(isolate, source->GetCachedData()->rejected));
  if (args[5]->IsTrue()) {
    set("cachedBytes", CacheBytes(isolate, v8::ScriptCompiler::CreateCodeCacheForFunction(function)));
  }
  args.GetReturnValue().Set(result);
}

void Initialize(Environment* env, Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "ContextifyScript", ScriptWrap::New);
  BaseObject::SetMethod(isolate, t, "_run", ScriptWrap::Run);
  BaseObject::SetMethod(isolate, t, "_createCachedData", ScriptWrap::CreateCachedData);
  BaseObject::Export(isolate, target, "Script", t);
}

constexpr BindingFunction kFunctions[] = {{"makeContext", MakeContext},
                                          {"isContext", IsContext},
                                          {"compileFunction", CompileFunction},
                                          {"measureMemory", MeasureMemory},
                                          {"takeCollectedIds", TakeCollectedIds}};
PARLEY_BINDING(vm, BindingKind::kInternal, kFunctions, Initialize, {});

}  // namespace
}  // namespace parley
