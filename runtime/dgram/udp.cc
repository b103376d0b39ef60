// internalBinding('udp_wrap'): datagram sockets over uv_udp_t (https://docs.libuv.org/en/v1.x/udp.html).
//   new UDP(shared)
//   open(fd) bind(address, port, flags) bind6(...) connect(address, port) connect6(...) disconnect()
//   send(req, chunks, port, address) send6(...)  to there, or to the connected peer without address: bytes +
//   1
//                                    when the kernel has taken them, 0 pending: req.oncomplete(status, bytes)
//                                    will be called, < 0 error
//   recvStart() recvStop()           onmessage(nread, arrayBuffer, rinfo) is called on the handle
//   getsockname(out) getpeername(out) bufferSize(bytes, receive): the size, or < 0
//   addMembership(group, interface) dropMembership(...) addSourceSpecificMembership(source, group, interface)
//   dropSourceSpecificMembership(...) setMulticastInterface(address) setMulticastTTL(n) setTTL(n)
//   setMulticastLoopback(on) setBroadcast(on)
//   fd, queueSize, queueCount
#include "runtime/dgram/udp.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "runtime/engine/binding.h"
#include "runtime/net/address.h"

namespace parley {
namespace {

using v8::FunctionCallbackInfo;
using v8::HandleScope;
using v8::Integer;
using v8::Local;
using v8::Object;
using v8::Value;

// What one recvmmsg() may bring: libuv takes 64 KiB for each datagram.
constexpr size_t kDatagrams = 8;
constexpr size_t kScratchSize = kDatagrams * 64 * 1024;
constexpr size_t kStackChunks = 16;

struct UdpState {
  std::unique_ptr<char[]> scratch;
  v8::Global<v8::FunctionTemplate> constructor;
};

struct PendingSend {
  uv_udp_send_t req;
  UdpWrap* socket;
  size_t bytes;
  AsyncOperation operation;
  v8::Global<Object> object;
  v8::Global<Value> chunks;  // whose memory the kernel has yet to read
};

UdpWrap* This(const FunctionCallbackInfo<Value>& args) { return HandleWrap::OpenOrError<UdpWrap>(args); }

// Null for no text: "any interface".
class OptionalText {
 public:
  OptionalText(v8::Isolate* isolate, Local<Value> value) : there_(value->IsString()) {
    if (there_) text_ = ToUtf8(isolate, value);
  }
  const char* get() const { return there_ ? text_.c_str() : nullptr; }

 private:
  bool there_;
  std::string text_;
};

int ParseAddress(v8::Isolate* isolate, Local<Value> host, Local<Value> port, bool six,
                 sockaddr_storage* out) {
  std::string text = ToUtf8(isolate, host);
  return six ? uv_ip6_addr(text.c_str(), ToInt(port), reinterpret_cast<sockaddr_in6*>(out))
             : uv_ip4_addr(text.c_str(), ToInt(port), reinterpret_cast<sockaddr_in*>(out));
}

void New(const FunctionCallbackInfo<Value>& args) {
  new UdpWrap(Environment::From(args), args.This(), args[0]->IsTrue());
}

void Open(const FunctionCallbackInfo<Value>& args) {
  if (UdpWrap* self = This(args)) args.GetReturnValue().Set(uv_udp_open(self->handle(), ToInt(args[0])));
}

template <bool six>
void Bind(const FunctionCallbackInfo<Value>& args) {
  UdpWrap* self = This(args);
  if (self == nullptr) return;
  sockaddr_storage address;
  int error = ParseAddress(args.GetIsolate(), args[0], args[1], six, &address);
  if (error == 0) {
    error = uv_udp_bind(self->handle(), reinterpret_cast<sockaddr*>(&address),
                        static_cast<unsigned>(ToInt(args[2])));
  }
  args.GetReturnValue().Set(error);
}

template <bool six>
void Connect(const FunctionCallbackInfo<Value>& args) {
  UdpWrap* self = This(args);
  if (self == nullptr) return;
  sockaddr_storage address;
  int error = ParseAddress(args.GetIsolate(), args[0], args[1], six, &address);
  if (error == 0) error = uv_udp_connect(self->handle(), reinterpret_cast<sockaddr*>(&address));
  args.GetReturnValue().Set(error);
}

void Disconnect(const FunctionCallbackInfo<Value>& args) {
  if (UdpWrap* self = This(args)) args.GetReturnValue().Set(uv_udp_connect(self->handle(), nullptr));
}

void OnSent(uv_udp_send_t* req, int status) {
  std::unique_ptr<PendingSend> pending(reinterpret_cast<PendingSend*>(req));
  Environment* env = pending->socket->env();
  if (env->is_stopping()) return;
  v8::Isolate* isolate = env->isolate();
  HandleScope scope(isolate);
  v8::Context::Scope context_scope(env->context());
  Local<Object> object = pending->object.Get(isolate);
  Local<Value> callback;
  if (!object->Get(env->context(), OneByte(isolate, "oncomplete")).ToLocal(&callback) ||
      !callback->IsFunction()) {
    return;
  }
  Local<Value> argv[] = {Integer::New(isolate, status),
                         v8::Number::New(isolate, static_cast<double>(pending->bytes))};
  (void)pending->operation.MakeCallback(object, callback.As<v8::Function>(), 2, argv);
}

// The memory of `chunks`, an array of ArrayBufferViews. Their sum is what is returned.
size_t CollectBuffers(Environment* env, Local<v8::Array> chunks, std::vector<uv_buf_t>* out) {
  size_t total = 0;
  for (uint32_t i = 0; i < chunks->Length(); i++) {
    Local<Value> chunk;
    if (!chunks->Get(env->context(), i).ToLocal(&chunk) || !chunk->IsArrayBufferView()) continue;
    Local<v8::ArrayBufferView> view = chunk.As<v8::ArrayBufferView>();
    char* data = static_cast<char*>(view->Buffer()->Data()) + view->ByteOffset();
    out->push_back(uv_buf_init(data, static_cast<unsigned>(view->ByteLength())));
    total += view->ByteLength();
  }
  if (out->empty()) out->push_back(uv_buf_init(nullptr, 0));
  return total;
}

template <bool six>
void Send(const FunctionCallbackInfo<Value>& args) {
  UdpWrap* self = This(args);
  if (self == nullptr || !args[0]->IsObject() || !args[1]->IsArray()) return;
  Environment* env = self->env();
  std::vector<uv_buf_t> buffers;
  buffers.reserve(kStackChunks);
  const size_t bytes = CollectBuffers(env, args[1].As<v8::Array>(), &buffers);
  sockaddr_storage storage;
  const sockaddr* address = nullptr;
  if (args[3]->IsString()) {
    int error = ParseAddress(env->isolate(), args[3], args[2], six, &storage);
    if (error != 0) return args.GetReturnValue().Set(error);
    address = reinterpret_cast<sockaddr*>(&storage);
  }
  const auto count = static_cast<unsigned>(buffers.size());
  if (uv_udp_get_send_queue_count(self->handle()) == 0) {
    int sent = uv_udp_try_send(self->handle(), buffers.data(), count, address);
    if (sent >= 0) return args.GetReturnValue().Set(sent + 1);
    if (sent != UV_EAGAIN && sent != UV_ENOSYS) return args.GetReturnValue().Set(sent);
  }
  auto pending = std::make_unique<PendingSend>();
  pending->socket = self;
  pending->bytes = bytes;
  pending->object.Reset(env->isolate(), args[0].As<Object>());
  pending->chunks.Reset(env->isolate(), args[1]);
  int error = uv_udp_send(&pending->req, self->handle(), buffers.data(), count, address, OnSent);
  if (error == 0) {
    AsyncOperation& operation = pending.release()->operation;  // OnSent's
    operation.Start(env, "UDPSENDWRAP", args[0].As<Object>());
  }
  args.GetReturnValue().Set(error);
}

void OnReceived(uv_udp_t* handle, ssize_t nread, const uv_buf_t* buffer, const sockaddr* from, unsigned) {
  // Without bytes and sender: nothing to read now, or the whole scratch buffer is free again.
  if (nread == 0 && from == nullptr) return;
  auto* self = static_cast<UdpWrap*>(static_cast<HandleWrap*>(handle->data));
  Environment* env = self->env();
  if (env->is_stopping()) return;
  v8::Isolate* isolate = env->isolate();
  HandleScope scope(isolate);
  v8::Context::Scope context_scope(env->context());
  Local<Value> argv[3] = {v8::Number::New(isolate, static_cast<double>(nread)), v8::Undefined(isolate),
                          v8::Undefined(isolate)};
  if (nread >= 0) {
    const auto size = static_cast<size_t>(nread);
    Local<v8::ArrayBuffer> memory = v8::ArrayBuffer::New(isolate, size);
    if (size > 0) memcpy(memory->Data(), buffer->base, size);
    argv[1] = memory;
    sockaddr_storage address = {};
    memcpy(&address, from, from->sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
    Local<Object> rinfo = Object::New(isolate);
    AddressToObject(env, address, rinfo);
    rinfo->Set(env->context(), OneByte(isolate, "size"), argv[0]).Check();
    argv[2] = rinfo;
  }
  self->MakeCallback("onmessage", 3, argv);
}

void ReceiveStart(const FunctionCallbackInfo<Value>& args) {
  UdpWrap* self = This(args);
  if (self == nullptr) return;
  auto allocate = [](uv_handle_t* handle, size_t, uv_buf_t* buffer) {
    auto* state = static_cast<HandleWrap*>(handle->data)->env()->Slot<UdpState>();
    if (state->scratch == nullptr) state->scratch.reset(new char[kScratchSize]);  // touched as it is used
    *buffer = uv_buf_init(state->scratch.get(), kScratchSize);
  };
  int error = uv_udp_recv_start(self->handle(), allocate, OnReceived);
  args.GetReturnValue().Set(error == UV_EALREADY ? 0 : error);
}

void ReceiveStop(const FunctionCallbackInfo<Value>& args) {
  if (UdpWrap* self = This(args)) args.GetReturnValue().Set(uv_udp_recv_stop(self->handle()));
}

template <int (*get)(const uv_udp_t*, sockaddr*, int*)>
void GetName(const FunctionCallbackInfo<Value>& args) {
  UdpWrap* self = This(args);
  if (self == nullptr || !args[0]->IsObject()) return;
  sockaddr_storage address;
  int size = sizeof address;
  int error = get(self->handle(), reinterpret_cast<sockaddr*>(&address), &size);
  if (error == 0) AddressToObject(self->env(), address, args[0].As<Object>());
  args.GetReturnValue().Set(error);
}

template <uv_membership membership>
void SetMembership(const FunctionCallbackInfo<Value>& args) {
  UdpWrap* self = This(args);
  if (self == nullptr) return;
  OptionalText interface(args.GetIsolate(), args[1]);
  args.GetReturnValue().Set(uv_udp_set_membership(self->handle(), ToUtf8(args.GetIsolate(), args[0]).c_str(),
                                                  interface.get(), membership));
}

template <uv_membership membership>
void SetSourceMembership(const FunctionCallbackInfo<Value>& args) {
  UdpWrap* self = This(args);
  if (self == nullptr) return;
  v8::Isolate* isolate = args.GetIsolate();
  OptionalText interface(isolate, args[2]);
  args.GetReturnValue().Set(uv_udp_set_source_membership(self->handle(), ToUtf8(isolate, args[1]).c_str(),
                                                         interface.get(), ToUtf8(isolate, args[0]).c_str(),
                                                         membership));
}

void SetMulticastInterface(const FunctionCallbackInfo<Value>& args) {
  UdpWrap* self = This(args);
  if (self == nullptr) return;
  args.GetReturnValue().Set(
      uv_udp_set_multicast_interface(self->handle(), ToUtf8(args.GetIsolate(), args[0]).c_str()));
}

template <int (*set)(uv_udp_t*, int)>
void SetNumber(const FunctionCallbackInfo<Value>& args) {
  UdpWrap* self = This(args);
  if (self == nullptr) return;
  const int value = args[0]->IsBoolean() ? (args[0]->IsTrue() ? 1 : 0) : ToInt(args[0]);
  args.GetReturnValue().Set(set(self->handle(), value));
}

// bufferSize(bytes, receive): sets the size unless bytes is 0; the size there is.
void BufferSize(const FunctionCallbackInfo<Value>& args) {
  UdpWrap* self = This(args);
  if (self == nullptr) return;
  int value = ToInt(args[0]);
  auto* handle = reinterpret_cast<uv_handle_t*>(self->handle());
  int error = args[1]->IsTrue() ? uv_recv_buffer_size(handle, &value) : uv_send_buffer_size(handle, &value);
  args.GetReturnValue().Set(error != 0 ? error : value);
}

void GetFd(Local<v8::String>, const v8::PropertyCallbackInfo<Value>& info) {
  auto* self = BaseObject::Unwrap<UdpWrap>(info.This());
  uv_os_fd_t fd = UV_EBADF;
  if (self != nullptr && self->is_alive()) uv_fileno(self->uv_handle(), &fd);
  info.GetReturnValue().Set(fd);
}

template <size_t (*get)(const uv_udp_t*)>
void GetQueue(Local<v8::String>, const v8::PropertyCallbackInfo<Value>& info) {
  auto* self = BaseObject::Unwrap<UdpWrap>(info.This());
  const size_t size = self != nullptr && self->is_alive() ? get(self->handle()) : 0;
  info.GetReturnValue().Set(static_cast<double>(size));
}

// One class an environment, whoever needs it first: script, or a channel that a socket came through.
Local<v8::FunctionTemplate> Class(Environment* env) {
  v8::Isolate* isolate = env->isolate();
  v8::Global<v8::FunctionTemplate>& made = env->Slot<UdpState>()->constructor;
  if (!made.IsEmpty()) return made.Get(isolate);
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "UDP", New);
  HandleWrap::AddMethods(isolate, t);
  const std::pair<const char*, v8::FunctionCallback> methods[] = {
      {"open", Open},
      {"bind", Bind<false>},
      {"bind6", Bind<true>},
      {"connect", Connect<false>},
      {"connect6", Connect<true>},
      {"disconnect", Disconnect},
      {"send", Send<false>},
      {"send6", Send<true>},
      {"recvStart", ReceiveStart},
      {"recvStop", ReceiveStop},
      {"getsockname", GetName<uv_udp_getsockname>},
      {"getpeername", GetName<uv_udp_getpeername>},
      {"addMembership", SetMembership<UV_JOIN_GROUP>},
      {"dropMembership", SetMembership<UV_LEAVE_GROUP>},
      {"addSourceSpecificMembership", SetSourceMembership<UV_JOIN_GROUP>},
      {"dropSourceSpecificMembership", SetSourceMembership<UV_LEAVE_GROUP>},
      {"setMulticastInterface", SetMulticastInterface},
      {"setMulticastTTL", SetNumber<uv_udp_set_multicast_ttl>},
      {"setMulticastLoopback", SetNumber<uv_udp_set_multicast_loop>},
      {"setBroadcast", SetNumber<uv_udp_set_broadcast>},
      {"setTTL", SetNumber<uv_udp_set_ttl>},
      {"bufferSize", BufferSize},
  };
  for (const auto& [name, callback] : methods) BaseObject::SetMethod(isolate, t, name, callback);
  Local<v8::ObjectTemplate> instance = t->InstanceTemplate();
  instance->SetAccessor(OneByte(isolate, "fd"), GetFd);
  instance->SetAccessor(OneByte(isolate, "queueSize"), GetQueue<uv_udp_get_send_queue_size>);
  instance->SetAccessor(OneByte(isolate, "queueCount"), GetQueue<uv_udp_get_send_queue_count>);
  made.Reset(isolate, t);
  return t;
}

void Initialize(Environment* env, Local<Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::Context> context = env->context();
  BaseObject::Export(isolate, target, "UDP", Class(env));
  Local<Object> constants = Object::New(isolate);
  const std::pair<const char*, int> numbers[] = {{"UV_UDP_IPV6ONLY", UV_UDP_IPV6ONLY},
                                                 {"UV_UDP_REUSEADDR", UV_UDP_REUSEADDR}};
  for (const auto& [name, value] : numbers)
    constants->Set(context, OneByte(isolate, name), Integer::New(isolate, value)).Check();
  target->Set(context, OneByte(isolate, "constants"), constants).Check();
}

}  // namespace

UdpWrap::UdpWrap(Environment* env, Local<Object> object, bool shared)
    : HandleWrap(env, object, reinterpret_cast<uv_handle_t*>(&handle_), "UDPWRAP") {
  // One that shares its descriptor with other processes takes no more than it can give to its program at
  // once.
  uv_udp_init_ex(env->loop(), &handle_, AF_UNSPEC | (shared ? 0 : UV_UDP_RECVMMSG));
  handle_.data = static_cast<HandleWrap*>(this);
}

v8::MaybeLocal<Object> NewUdpObject(Environment* env) {
  Local<v8::Function> constructor;
  if (!Class(env)->GetFunction(env->context()).ToLocal(&constructor)) return {};
  Local<Value> shared[] = {v8::True(env->isolate())};
  return constructor->NewInstance(env->context(), 1, shared);
}

PARLEY_BINDING(udp_wrap, BindingKind::kInternal, {}, Initialize, {});

}  // namespace parley
