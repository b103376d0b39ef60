// internalBinding('process_wrap'): a child process over uv_process_t.
//   new Process()   spawn(options) → 0 or a libuv error; sets .pid     kill(signal)     onexit(code,
//   signalName) options.stdio: [{type: 'ignore' | 'pipe' | 'overlapped' | 'wrap' | 'fd' | 'inherit', handle,
//   fd}]
#include <csignal>
#include <vector>

#include "runtime/child_process/children.h"
#include "runtime/child_process/spawn_options.h"
#include "runtime/engine/binding.h"
#include "runtime/net/native_stream.h"
#include "runtime/process/permission.h"

namespace parley {
namespace {

using v8::FunctionCallbackInfo;
using v8::Local;
using v8::Object;
using v8::Value;

class ProcessWrap : public HandleWrap {
 public:
  ProcessWrap(Environment* env, Local<Object> object)
      : HandleWrap(env, object, reinterpret_cast<uv_handle_t*>(&handle_), "PROCESSWRAP") {
    // Closing is possible before spawning: an inactive handle of the loop.
    handle_ = {};
    handle_.data = static_cast<HandleWrap*>(this);
  }
  ~ProcessWrap() override {
    if (waiting_) ForgetChild(handle_.pid);
  }

  int Spawn(Local<Object> object);
  int Kill(int signal) { return spawned_ && is_alive() ? uv_process_kill(&handle_, signal) : UV_ESRCH; }
  bool spawned() const { return spawned_; }

 private:
  static void OnExit(uv_process_t* handle, int64_t status, int signal);
  uv_process_t handle_;
  bool spawned_ = false;
  bool waiting_ = false;  // for the child's end
};

int ProcessWrap::Spawn(Local<Object> object) {
  v8::Isolate* isolate = env()->isolate();
  SpawnOptions spawn(env(), object);
  std::vector<uv_stdio_container_t> stdio;
  Local<Value> list = spawn.Member("stdio");
  if (list->IsArray()) {
    Local<v8::Array> array = list.As<v8::Array>();
    for (uint32_t i = 0; i < array->Length(); i++) {
      uv_stdio_container_t container = {};
      container.flags = UV_IGNORE;
      Local<Value> item;
      if (array->Get(env()->context(), i).ToLocal(&item) && item->IsObject()) {
        const std::string type = ToUtf8(isolate, spawn.MemberOf(item.As<Object>(), "type"));
        auto* stream = Unwrap<NativeStream>(spawn.MemberOf(item.As<Object>(), "handle"));
        if ((type == "pipe" || type == "overlapped") && stream != nullptr) {
          container.flags = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | UV_READABLE_PIPE | UV_WRITABLE_PIPE);
          container.data.stream = stream->stream();
        } else if (type == "wrap" && stream != nullptr) {
          container.flags = UV_INHERIT_STREAM;
          container.data.stream = stream->stream();
        } else if (type == "fd" || type == "inherit") {
          container.flags = UV_INHERIT_FD;
          container.data.fd = ToInt(spawn.MemberOf(item.As<Object>(), "fd"));
        }
      }
      stdio.push_back(container);
    }
  }
  spawn.options.stdio = stdio.data();
  spawn.options.stdio_count = static_cast<int>(stdio.size());
  spawn.options.exit_cb = OnExit;
  int error = SpawnChild(env()->loop(), &handle_, &spawn.options);
  spawned_ = true;  // libuv has initialised the handle either way; it must be closed
  waiting_ = error == 0;
  if (waiting_) {
    this->object()
        ->Set(env()->context(), OneByte(isolate, "pid"), v8::Integer::New(isolate, handle_.pid))
        .Check();
  }
  return error;
}

void ProcessWrap::OnExit(uv_process_t* handle, int64_t status, int signal) {
  auto* self = static_cast<ProcessWrap*>(static_cast<HandleWrap*>(handle->data));
  ForgetChild(handle->pid);
  self->waiting_ = false;
  Environment* env = self->env();
  if (env->is_stopping()) return;
  v8::Isolate* isolate = env->isolate();
  v8::HandleScope scope(isolate);
  v8::Context::Scope context_scope(env->context());
  Local<Value> argv[] = {v8::Number::New(isolate, static_cast<double>(status)),
                         v8::Integer::New(isolate, signal)};
  self->MakeCallback("onexit", 2, argv);
}

void New(const FunctionCallbackInfo<Value>& args) { new ProcessWrap(Environment::From(args), args.This()); }

void Spawn(const FunctionCallbackInfo<Value>& args) {
  if (IsDenied(Environment::From(args), Permission::kChildProcess)) return;
  auto* self = BaseObject::Unwrap<ProcessWrap>(args.This());
  if (self == nullptr || self->spawned() || !args[0]->IsObject()) return args.GetReturnValue().Set(UV_EINVAL);
  args.GetReturnValue().Set(self->Spawn(args[0].As<Object>()));
}

void Kill(const FunctionCallbackInfo<Value>& args) {
  auto* self = BaseObject::Unwrap<ProcessWrap>(args.This());
  args.GetReturnValue().Set(self == nullptr ? UV_ESRCH : self->Kill(ToInt(args[0])));
}

void Initialize(Environment* env, Local<Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "Process", New);
  HandleWrap::AddMethods(isolate, t);
  BaseObject::SetMethod(isolate, t, "spawn", Spawn);
  BaseObject::SetMethod(isolate, t, "kill", Kill);
  BaseObject::Export(isolate, target, "Process", t);
}

}  // namespace

PARLEY_BINDING(process_wrap, BindingKind::kInternal, {}, Initialize, {});

}  // namespace parley
