// internalBinding('pipe_wrap'): Unix domain sockets and pipes over uv_pipe_t. What JavaScript sees:
// native_stream.h and
//   new Pipe(type)   type: 0 a socket, 1 a server, 2 a socket that can carry handles
//   open(fd) bind(path) listen(backlog) connect(req, path) fchmod(mode)
#include <memory>

#include "runtime/engine/binding.h"
#include "runtime/net/native_stream.h"
#include "runtime/net/stream_state.h"

namespace parley {
namespace {

using v8::FunctionCallbackInfo;
using v8::Local;
using v8::Object;
using v8::Value;

constexpr int kSocketType = 0;
constexpr int kServerType = 1;
constexpr int kIpcType = 2;

class PipeWrap : public NativeStream {
 public:
  PipeWrap(Environment* env, Local<Object> object, int type)
      : NativeStream(env, object, reinterpret_cast<uv_stream_t*>(&handle_),
                     type == kServerType ? "PIPESERVERWRAP" : "PIPEWRAP") {
    uv_pipe_init(env->loop(), &handle_, type == kIpcType ? 1 : 0);
    handle_.data = static_cast<HandleWrap*>(this);
  }
  uv_pipe_t* handle() { return &handle_; }

 private:
  uv_pipe_t handle_;
};

PipeWrap* This(const FunctionCallbackInfo<Value>& args) { return HandleWrap::OpenOrError<PipeWrap>(args); }

void New(const FunctionCallbackInfo<Value>& args) {
  new PipeWrap(Environment::From(args), args.This(), ToInt(args[0]));
}

void Open(const FunctionCallbackInfo<Value>& args) {
  PipeWrap* self = This(args);
  if (self != nullptr) args.GetReturnValue().Set(uv_pipe_open(self->handle(), ToInt(args[0])));
}

void Bind(const FunctionCallbackInfo<Value>& args) {
  PipeWrap* self = This(args);
  if (self == nullptr) return;
  args.GetReturnValue().Set(uv_pipe_bind(self->handle(), ToUtf8(args.GetIsolate(), args[0]).c_str()));
}

void Listen(const FunctionCallbackInfo<Value>& args) {
  PipeWrap* self = This(args);
  if (self == nullptr) return;
  args.GetReturnValue().Set(uv_listen(self->stream(), ToInt(args[0]), [](uv_stream_t* server, int status) {
    OnConnection(server, status, StreamClass::kPipe, kSocketType);
  }));
}

void Connect(const FunctionCallbackInfo<Value>& args) {
  PipeWrap* self = This(args);
  if (self == nullptr || !args[0]->IsObject()) return;
  auto pending = std::make_unique<ConnectRequest>();
  pending->owner = self;
  pending->object.Reset(args.GetIsolate(), args[0].As<Object>());
  pending->operation.Start(self->env(), "PIPECONNECTWRAP", args[0].As<Object>());
  // uv_pipe_connect reports every failure through its callback.
  uv_pipe_connect(&pending.release()->req, self->handle(), ToUtf8(args.GetIsolate(), args[1]).c_str(),
                  OnConnected);
  args.GetReturnValue().Set(0);
}

void Chmod(const FunctionCallbackInfo<Value>& args) {
  PipeWrap* self = This(args);
  if (self != nullptr) args.GetReturnValue().Set(uv_pipe_chmod(self->handle(), ToInt(args[0])));
}

void Initialize(Environment* env, Local<Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::Context> context = env->context();
  Local<v8::FunctionTemplate> t = NativeStream::MakeStreamTemplate(env, "Pipe", New);
  BaseObject::SetMethod(isolate, t, "open", Open);
  BaseObject::SetMethod(isolate, t, "bind", Bind);
  BaseObject::SetMethod(isolate, t, "listen", Listen);
  BaseObject::SetMethod(isolate, t, "connect", Connect);
  BaseObject::SetMethod(isolate, t, "fchmod", Chmod);
  env->Slot<StreamState>()->pipe.Reset(isolate, t);
  BaseObject::Export(isolate, target, "Pipe", t);
  Local<Object> constants = Object::New(isolate);
  const std::pair<const char*, int> numbers[] = {
      {"SOCKET", 0}, {"SERVER", 1}, {"IPC", 2}, {"UV_READABLE", UV_READABLE}, {"UV_WRITABLE", UV_WRITABLE}};
  for (const auto& [name, number] : numbers) {
    constants->Set(context, OneByte(isolate, name), v8::Integer::New(isolate, number)).Check();
  }
  target->Set(context, OneByte(isolate, "constants"), constants).Check();
}

}  // namespace

PARLEY_BINDING(pipe_wrap, BindingKind::kInternal, {}, Initialize, {});

}  // namespace parley
