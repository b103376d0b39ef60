// Isolate callbacks and the first JavaScript.
#include "runtime/engine/bootstrap.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "runtime/engine/binding.h"
#include "runtime/engine/builtins.h"
#include "runtime/engine/environment.h"
#include "runtime/engine/fatal.h"
#include "runtime/main/options.h"
#include "runtime/modules/dynamic_import.h"

namespace parley {
namespace {

void OnPromiseReject(v8::PromiseRejectMessage message) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  Environment* env = Environment::From(isolate);
  if (env == nullptr || env->is_stopping() || !env->HasHook(Hook::kPromiseReject)) return;
  v8::HandleScope handles(isolate);
  v8::Local<v8::Value> value = message.GetValue();
  if (value.IsEmpty()) value = v8::Undefined(isolate);
  v8::Local<v8::Value> args[] = {v8::Integer::New(isolate, message.GetEvent()), message.GetPromise(), value};
  v8::TryCatch try_catch(isolate);
  bool failed =
      env->GetHook(Hook::kPromiseReject)->Call(env->context(), v8::Undefined(isolate), 3, args).IsEmpty();
  if (failed && try_catch.HasCaught() && !try_catch.HasTerminated()) {
    std::fprintf(stderr, "Exception in PromiseRejectCallback:\n");
    env->PrintException(try_catch.Exception(), try_catch.Message());
  }
}

// --abort-on-uncaught-exception: asked by V8 when it sees that nobody is going to catch.
bool MayAbort(v8::Isolate* isolate) {
  Environment* env = Environment::From(isolate);
  return env != nullptr && !env->is_stopping() && !env->is_worker() && env->may_abort();
}

// Zeroed but where Buffer says that it is going to write all of it, or reveals what was there as documented.
class Memory final : public v8::ArrayBuffer::Allocator {
 public:
  void* Allocate(size_t length) override {
    static const bool always_zero = ProcessOptions().Flag("--zero-fill-buffers");
    v8::Isolate* isolate = v8::Isolate::TryGetCurrent();
    Environment* env = isolate == nullptr ? nullptr : Environment::From(isolate);
    const bool zero = always_zero || env == nullptr || env->field(kUninitialized) == 0;
    return zero ? std::calloc(length, 1) : std::malloc(length);
  }
  void* AllocateUninitialized(size_t length) override { return std::malloc(length); }
  void Free(void* data, size_t) override { std::free(data); }
};

// Exceptions of microtasks: nobody else's TryCatch is around them.
void OnMessage(v8::Local<v8::Message> message, v8::Local<v8::Value> error) {
  if (message->ErrorLevel() != v8::Isolate::kMessageError) return;
  if (Environment* env = Environment::From(v8::Isolate::GetCurrent()))
    env->TriggerUncaughtException(error, message);
}

// Calls a builtin module that gets the `engine` binding and nothing else.
bool RunFirstModule(v8::Local<v8::Context> context, const char* id) {
  v8::Isolate* isolate = context->GetIsolate();
  v8::HandleScope handles(isolate);
  v8::Context::Scope scope(context);
  v8::TryCatch try_catch(isolate);
  const BuiltinSource* first = FindBuiltin(id);
  v8::Local<v8::Function> wrapper;
  v8::Local<v8::Value> undefined = v8::Undefined(isolate);
  v8::Local<v8::Object> engine;
  bool ok = first != nullptr && CompileBuiltin(context, first).ToLocal(&wrapper) &&
            InstantiateBinding(context, FindBinding("engine")).ToLocal(&engine);
  if (ok) {
    v8::Local<v8::Value> args[] = {v8::Object::New(isolate), undefined, undefined, undefined, engine};
    ok = !wrapper->Call(context, undefined, std::size(args), args).IsEmpty();
  }
  if (ok) return true;
  std::string text = "builtin JavaScript failed to start";
  if (try_catch.HasCaught()) {
    v8::Local<v8::Value> stack;
    text = try_catch.StackTrace(context).ToLocal(&stack) ? ToUtf8(isolate, stack)
                                                         : ToUtf8(isolate, try_catch.Exception());
    if (!try_catch.Message().IsEmpty()) {
      text = ToUtf8(isolate, try_catch.Message()->GetScriptResourceName()) + ":" +
             std::to_string(try_catch.Message()->GetLineNumber(context).FromMaybe(0)) + "\n" + text;
    }
  }
  std::fprintf(stderr, "%s\n", text.c_str());
  return false;
}

}  // namespace

void ConfigureIsolate(v8::Isolate* isolate) {
  isolate->SetMicrotasksPolicy(v8::MicrotasksPolicy::kExplicit);
  isolate->SetPromiseRejectCallback(OnPromiseReject);
  isolate->SetHostImportModuleDynamicallyCallback(ImportModuleDynamically);
  InstallFatalHandlers(isolate);
  isolate->AddMessageListenerWithErrorLevel(OnMessage, v8::Isolate::kMessageError);
  isolate->SetCaptureStackTraceForUncaughtExceptions(ProcessOptions().Flag("--trace-uncaught"));
  isolate->SetAbortOnUncaughtExceptionCallback(MayAbort);
}

v8::ArrayBuffer::Allocator* SharedAllocator() {
  static Memory memory;
  return &memory;
}

bool Bootstrap(Environment*, v8::Local<v8::Context> context) {
  return RunFirstModule(context, "internal/engine/loader");
}

bool ExtendLibrary(v8::Local<v8::Context> context) {
  return RunFirstModule(context, "internal/engine/newer_vm");
}

}  // namespace parley
