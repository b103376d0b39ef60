// internalBinding('tcp_wrap'): TCP sockets and servers over uv_tcp_t. What JavaScript sees: native_stream.h
// and
//   new TCP(type)   type: 0 a socket, 1 a server
//   open(fd) bind(address, port) bind6(address, port, flags) listen(backlog) connect(req, address, port)
//   connect6(...) getsockname(out) getpeername(out) setNoDelay(on) setKeepAlive(on, seconds) reset(callback)
//   onconnection(status, client) is called on a listening handle.
#include <memory>

#include "runtime/engine/binding.h"
#include "runtime/net/address.h"
#include "runtime/net/native_stream.h"
#include "runtime/net/stream_state.h"

namespace parley {
namespace {

using v8::FunctionCallbackInfo;
using v8::Local;
using v8::Object;
using v8::Value;

constexpr int kSocketType = 0;

class TcpWrap : public NativeStream {
 public:
  TcpWrap(Environment* env, Local<Object> object, bool server)
      : NativeStream(env, object, reinterpret_cast<uv_stream_t*>(&handle_),
                     server ? "TCPSERVERWRAP" : "TCPWRAP") {
    uv_tcp_init(env->loop(), &handle_);
    handle_.data = static_cast<HandleWrap*>(this);
  }
  uv_tcp_t* handle() { return &handle_; }

 private:
  uv_tcp_t handle_;
};

TcpWrap* This(const FunctionCallbackInfo<Value>& args) { return HandleWrap::OpenOrError<TcpWrap>(args); }

void New(const FunctionCallbackInfo<Value>& args) {
  new TcpWrap(Environment::From(args), args.This(), ToInt(args[0]) != kSocketType);
}

void Open(const FunctionCallbackInfo<Value>& args) {
  TcpWrap* self = This(args);
  if (self != nullptr) args.GetReturnValue().Set(uv_tcp_open(self->handle(), ToInt(args[0])));
}

int ParseAddress(Local<Value> host, int port, bool six, v8::Isolate* isolate, sockaddr_storage* out) {
  std::string text = ToUtf8(isolate, host);
  return six ? uv_ip6_addr(text.c_str(), port, reinterpret_cast<sockaddr_in6*>(out))
             : uv_ip4_addr(text.c_str(), port, reinterpret_cast<sockaddr_in*>(out));
}

template <bool six>
void Bind(const FunctionCallbackInfo<Value>& args) {
  TcpWrap* self = This(args);
  if (self == nullptr) return;
  sockaddr_storage address;
  int error = ParseAddress(args[0], ToInt(args[1]), six, args.GetIsolate(), &address);
  if (error == 0) {
    error = uv_tcp_bind(self->handle(), reinterpret_cast<sockaddr*>(&address),
                        six ? static_cast<unsigned>(ToInt(args[2])) : 0);
  }
  args.GetReturnValue().Set(error);
}

void Listen(const FunctionCallbackInfo<Value>& args) {
  TcpWrap* self = This(args);
  if (self == nullptr) return;
  args.GetReturnValue().Set(uv_listen(self->stream(), ToInt(args[0]), [](uv_stream_t* server, int status) {
    OnConnection(server, status, StreamClass::kTcp, kSocketType);
  }));
}

template <bool six>
void Connect(const FunctionCallbackInfo<Value>& args) {
  TcpWrap* self = This(args);
  if (self == nullptr || !args[0]->IsObject()) return;
  sockaddr_storage address;
  int error = ParseAddress(args[1], ToInt(args[2]), six, args.GetIsolate(), &address);
  if (error == 0) {
    auto pending = std::make_unique<ConnectRequest>();
    pending->owner = self;
    pending->object.Reset(args.GetIsolate(), args[0].As<Object>());
    error = uv_tcp_connect(&pending->req, self->handle(), reinterpret_cast<sockaddr*>(&address), OnConnected);
    if (error == 0) {
      AsyncOperation& operation = pending.release()->operation;  // OnConnected's
      operation.Start(self->env(), "TCPCONNECTWRAP", args[0].As<Object>());
    }
  }
  args.GetReturnValue().Set(error);
}

template <int (*get)(const uv_tcp_t*, sockaddr*, int*)>
void GetName(const FunctionCallbackInfo<Value>& args) {
  TcpWrap* self = This(args);
  if (self == nullptr || !args[0]->IsObject()) return;
  sockaddr_storage address;
  int size = sizeof address;
  int error = get(self->handle(), reinterpret_cast<sockaddr*>(&address), &size);
  if (error == 0) AddressToObject(self->env(), address, args[0].As<Object>());
  args.GetReturnValue().Set(error);
}

void SetNoDelay(const FunctionCallbackInfo<Value>& args) {
  TcpWrap* self = This(args);
  if (self != nullptr) args.GetReturnValue().Set(uv_tcp_nodelay(self->handle(), args[0]->IsTrue() ? 1 : 0));
}

void SetKeepAlive(const FunctionCallbackInfo<Value>& args) {
  TcpWrap* self = This(args);
  if (self == nullptr) return;
  args.GetReturnValue().Set(
      uv_tcp_keepalive(self->handle(), args[0]->IsTrue() ? 1 : 0, static_cast<unsigned>(ToInt(args[1]))));
}

// Closes with RST instead of FIN.
void Reset(const FunctionCallbackInfo<Value>& args) {
  TcpWrap* self = This(args);
  if (self == nullptr) return;
  uv_os_fd_t fd;
  linger no_linger = {1, 0};
  if (uv_fileno(self->uv_handle(), &fd) == 0)
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &no_linger, sizeof no_linger);
  self->Close(args[0]);
  args.GetReturnValue().Set(0);
}

void Initialize(Environment* env, Local<Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::Context> context = env->context();
  Local<v8::FunctionTemplate> t = NativeStream::MakeStreamTemplate(env, "TCP", New);
  BaseObject::SetMethod(isolate, t, "open", Open);
  BaseObject::SetMethod(isolate, t, "bind", Bind<false>);
  BaseObject::SetMethod(isolate, t, "bind6", Bind<true>);
  BaseObject::SetMethod(isolate, t, "listen", Listen);
  BaseObject::SetMethod(isolate, t, "connect", Connect<false>);
  BaseObject::SetMethod(isolate, t, "connect6", Connect<true>);
  BaseObject::SetMethod(isolate, t, "getsockname", GetName<uv_tcp_getsockname>);
  BaseObject::SetMethod(isolate, t, "getpeername", GetName<uv_tcp_getpeername>);
  BaseObject::SetMethod(isolate, t, "setNoDelay", SetNoDelay);
  BaseObject::SetMethod(isolate, t, "setKeepAlive", SetKeepAlive);
  BaseObject::SetMethod(isolate, t, "reset", Reset);
  env->Slot<StreamState>()->tcp.Reset(isolate, t);
  BaseObject::Export(isolate, target, "TCP", t);
  Local<Object> constants = Object::New(isolate);
  constants->Set(context, OneByte(isolate, "SOCKET"), v8::Integer::New(isolate, 0)).Check();
  constants->Set(context, OneByte(isolate, "SERVER"), v8::Integer::New(isolate, 1)).Check();
  constants->Set(context, OneByte(isolate, "UV_TCP_IPV6ONLY"), v8::Integer::New(isolate, UV_TCP_IPV6ONLY))
      .Check();
  target->Set(context, OneByte(isolate, "constants"), constants).Check();
}

}  // namespace

PARLEY_BINDING(tcp_wrap, BindingKind::kInternal, {}, Initialize, {});

}  // namespace parley
