// internalBinding('ipc'): the framing of messages between a process and the ones it forked, on an IPC pipe.
//
// json: one JSON text a line. advanced: a 4-byte big-endian length and the bytes of the structured clone.
// The framer is the topmost listener of its pipe: it splits and parses here, so that a read costs one call
// into JavaScript, whatever the number of messages in it.
//   new Channel(pipe, advanced, onMessages, onClose)
//     onMessages(message, more, handle)
//       what one read brought: the first message and an array of the others, or undefined. `handle`, when one
//       came along, belongs to the first of them that announces one; where it came alone `more` is null
//     onClose(error)
//       the other side closed (0) or broke (negative)
//   send(req, message, handle)
//     json: the text, whose line's end is added; advanced: any value
//   sendSoon(message)
//     the same, at the latest when the read that is being delivered has been: goes with what is sent until
//     then in one write
#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/child_process/busy_wait.h"
#include "runtime/child_process/clone.h"
#include "runtime/dgram/udp.h"
#include "runtime/engine/binding.h"
#include "runtime/net/native_stream.h"

namespace parley {
namespace {

using v8::FunctionCallbackInfo;
using v8::Local;
using v8::Object;
using v8::Value;

constexpr int kSocketType = 0;
constexpr int kUvUnknownMessage = UV_EPROTO;
// A message longer than a string can be is no message.
constexpr size_t kMaxMessage = v8::String::kMaxLength;

class IpcChannel : public BaseObject, public StreamListener {
 public:
  IpcChannel(Environment* env, Local<Object> object, NativeStream* pipe, bool advanced,
             Local<v8::Function> on_messages, Local<v8::Function> on_close)
      : BaseObject(env, object),
        advanced_(advanced),
        on_messages_(env->isolate(), on_messages),
        on_close_(env->isolate(), on_close) {
    pipe->PushListener(this);
    MakeWeak();
  }

  void OnStreamRead(ssize_t nread, const char* data) override;
  void OnStreamGone() override {
    on_messages_.Reset();
    on_close_.Reset();
  }

  bool advanced() const { return advanced_; }
  int Send(Local<Object> req, Local<Value> message, uv_stream_t* handle);
  bool SendSoon(Local<Value> message);

 private:
  class Bytes;
  void Flush();
  using Values = std::vector<Local<Value>>;
  bool TakeLines(std::string_view bytes, Values* out);
  bool TakeFrames(std::string_view bytes, Values* out);
  Local<Value> TakeHandle();
  Local<Value> AcceptHandle();
  Local<Value> AcceptDatagramSocket();
  void Fail(int error);

  bool advanced_;
  bool is_delivering_ = false;
  std::string rest_;  // the start of a message whose end has not come yet
  std::string soon_;  // what sendSoon() keeps
  v8::Global<v8::Function> on_messages_;
  v8::Global<v8::Function> on_close_;
};

// A message as it goes over the wire.
class IpcChannel::Bytes {
 public:
  // False when it cannot be: an exception is pending.
  bool Set(v8::Isolate* isolate, Local<Value> message, bool advanced) {
    if (advanced) {
      clone_ = WriteClone(isolate, message);
      if (clone_.bytes == nullptr) return false;
      all_ = {reinterpret_cast<char*>(clone_.bytes.get()), clone_.size};
    } else {
      all_ = Line(isolate, message.As<v8::String>());
    }
    return true;
  }
  std::span<char> all() const { return all_; }

 private:
  std::span<char> Line(v8::Isolate* isolate, Local<v8::String> text);

  char stack_[8192];
  std::unique_ptr<char[]> heap_;
  ClonedMessage clone_;
  std::span<char> all_;
};

bool IsAscii(std::string_view bytes) {
  return std::none_of(bytes.begin(), bytes.end(), [](char c) { return (c & 0x80) != 0; });
}

std::span<char> IpcChannel::Bytes::Line(v8::Isolate* isolate, Local<v8::String> text) {
  const auto length = static_cast<size_t>(text->Length());
  char* data = stack_;
  if (text->IsOneByte() && length < sizeof stack_) {
    text->WriteOneByte(isolate, reinterpret_cast<uint8_t*>(data), 0, static_cast<int>(length),
                       v8::String::NO_NULL_TERMINATION);
    data[length] = '\n';
    if (IsAscii({data, length})) return {data, length + 1};
  }
  size_t room = length * 3 + 1;
  if (room > sizeof stack_) {
    room = static_cast<size_t>(text->Utf8Length(isolate)) + 1;
    data = (heap_ = std::make_unique<char[]>(room)).get();
  }
  const auto size = static_cast<size_t>(
      text->WriteUtf8(isolate, data, static_cast<int>(room) - 1, nullptr,
                      v8::String::NO_NULL_TERMINATION | v8::String::REPLACE_INVALID_UTF8));
  data[size] = '\n';
  return {data, size + 1};
}

void IpcChannel::Fail(int error) {
  if (on_close_.IsEmpty()) return;
  Local<Value> argv[] = {v8::Integer::New(env()->isolate(), error)};
  MakeCallback(on_close_.Get(env()->isolate()), 1, argv);
}

// Our own side sends one handle with a message. Whoever sends more fills no queue with them.
Local<Value> IpcChannel::TakeHandle() {
  auto* pipe = reinterpret_cast<uv_pipe_t*>(stream()->stream());
  Local<Value> first = v8::Undefined(env()->isolate());
  for (int left = uv_pipe_pending_count(pipe); left > 0; left--) {
    Local<Value> handle = AcceptHandle();
    if (first->IsUndefined())
      first = handle;
    else if (handle->IsObject())
      Unwrap<HandleWrap>(handle)->Close({});
  }
  return first;
}

Local<Value> IpcChannel::AcceptHandle() {
  v8::Isolate* isolate = env()->isolate();
  uv_handle_type type = uv_pipe_pending_type(reinterpret_cast<uv_pipe_t*>(stream()->stream()));
  Local<Object> handle;
  if (type == UV_UDP) return AcceptDatagramSocket();
  // A descriptor of another kind has to be taken, too, or none behind it can be.
  StreamClass kind = type == UV_TCP ? StreamClass::kTcp : StreamClass::kPipe;
  if (!NewStreamObject(env(), kind, kSocketType).ToLocal(&handle)) return v8::Undefined(isolate);
  NativeStream* accepted = Unwrap<NativeStream>(handle);
  if (uv_accept(stream()->stream(), accepted->stream()) != 0) {
    accepted->Close({});
    return v8::Undefined(isolate);
  }
  if (type == UV_TCP || type == UV_NAMED_PIPE) return handle;
  accepted->Close({});
  return v8::Undefined(isolate);
}

Local<Value> IpcChannel::AcceptDatagramSocket() {
  Local<Object> handle;
  if (!NewUdpObject(env()).ToLocal(&handle)) return v8::Undefined(env()->isolate());
  auto* accepted = Unwrap<UdpWrap>(handle);
  if (uv_accept(stream()->stream(), reinterpret_cast<uv_stream_t*>(accepted->handle())) == 0) return handle;
  accepted->Close({});
  return v8::Undefined(env()->isolate());
}

v8::MaybeLocal<v8::String> TextOf(v8::Isolate* isolate, std::string_view utf8) {
  const auto size = static_cast<int>(utf8.size());
  if (!IsAscii(utf8)) return v8::String::NewFromUtf8(isolate, utf8.data(), v8::NewStringType::kNormal, size);
  return v8::String::NewFromOneByte(isolate, reinterpret_cast<const uint8_t*>(utf8.data()),
                                    v8::NewStringType::kNormal, size);
}

bool IpcChannel::TakeLines(std::string_view bytes, Values* out) {
  v8::Isolate* isolate = env()->isolate();
  v8::TryCatch try_catch(isolate);
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    if (end == std::string_view::npos) {
      rest_.append(bytes);
      return rest_.size() <= kMaxMessage;
    }
    std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    if (!rest_.empty()) {
      rest_.append(line);
      line = rest_;
    }
    Local<v8::String> text;
    Local<Value> value;
    const bool parsed = line.size() <= kMaxMessage && TextOf(isolate, line).ToLocal(&text) &&
                        v8::JSON::Parse(env()->context(), text).ToLocal(&value);
    rest_.clear();
    if (!parsed) return false;
    out->push_back(value);
  }
  return true;
}

bool IpcChannel::TakeFrames(std::string_view bytes, Values* out) {
  v8::TryCatch try_catch(env()->isolate());
  rest_.append(bytes);
  size_t at = 0;
  while (rest_.size() - at >= 4) {
    uint32_t size;
    memcpy(&size, rest_.data() + at, 4);
    size = ntohl(size);
    if (size > kMaxMessage) return false;
    if (rest_.size() - at - 4 < size) break;
    Local<Value> value;
    const auto* start = reinterpret_cast<const uint8_t*>(rest_.data()) + at + 4;
    if (!ReadClone(env()->isolate(), {start, size}).ToLocal(&value)) return false;
    out->push_back(value);
    at += 4 + size;
  }
  rest_.erase(0, at);
  return true;
}

void IpcChannel::OnStreamRead(ssize_t nread, const char* data) {
  if (nread < 0) return Fail(nread == UV_EOF ? 0 : static_cast<int>(nread));
  v8::Isolate* isolate = env()->isolate();
  env()->Slot<BusyWait>()->Received();
  Values messages;
  std::string_view bytes(data, static_cast<size_t>(nread));
  const bool good = advanced_ ? TakeFrames(bytes, &messages) : TakeLines(bytes, &messages);
  Local<Value> handle = TakeHandle();
  if ((!messages.empty() || !handle->IsUndefined()) && !on_messages_.IsEmpty()) {
    Local<Value> first = v8::Null(isolate);
    Local<Value> more = v8::Null(isolate);
    if (!messages.empty()) {
      first = messages[0];
      more = v8::Undefined(isolate);
    }
    if (messages.size() > 1) more = v8::Array::New(isolate, messages.data() + 1, messages.size() - 1);
    Local<Value> argv[] = {first, more, handle};
    Local<Object> alive = object();  // its pipe may close and let go of it
    is_delivering_ = true;
    MakeCallback(on_messages_.Get(isolate), 3, argv);
    if (Unwrap<IpcChannel>(alive) == nullptr) return;
    is_delivering_ = false;
    Flush();
  }
  if (!good) Fail(kUvUnknownMessage);
}

int IpcChannel::Send(Local<Object> req, Local<Value> message, uv_stream_t* handle) {
  Bytes bytes;
  if (!bytes.Set(env()->isolate(), message, advanced_)) return 0;  // an exception is pending
  uv_buf_t buffers[2];
  size_t count = 0;
  // A descriptor travels with the first byte of its write.
  if (handle != nullptr) Flush();
  std::string before;
  before.swap(soon_);
  if (!before.empty()) buffers[count++] = uv_buf_init(before.data(), static_cast<unsigned>(before.size()));
  buffers[count++] = uv_buf_init(bytes.all().data(), static_cast<unsigned>(bytes.all().size()));
  return stream()->Write(req, buffers, count, {}, true, handle);
}

bool IpcChannel::SendSoon(Local<Value> message) {
  if (!is_delivering_) return false;
  Bytes bytes;
  if (!bytes.Set(env()->isolate(), message, advanced_)) return true;  // an exception is pending
  soon_.append(bytes.all().data(), bytes.all().size());
  return true;
}

// What the other side misses of it when the channel is broken it would not have read either.
void IpcChannel::Flush() {
  if (soon_.empty() || stream() == nullptr || env()->is_stopping()) return;
  std::string bytes;
  bytes.swap(soon_);
  uv_buf_t buffer = uv_buf_init(bytes.data(), static_cast<unsigned>(bytes.size()));
  stream()->Write(Object::New(env()->isolate()), &buffer, 1, {}, true);
}

void New(const FunctionCallbackInfo<Value>& args) {
  Environment* env = Environment::From(args);
  auto* pipe = BaseObject::Unwrap<NativeStream>(args[0]);
  if (pipe == nullptr || !args[2]->IsFunction() || !args[3]->IsFunction())
    return env->ThrowError("ERR_INVALID_ARG_TYPE", "a pipe and two functions are needed",
                           Environment::ErrorType::kTypeError);
  new IpcChannel(env, args.This(), pipe, args[1]->IsTrue(), args[2].As<v8::Function>(),
                 args[3].As<v8::Function>());
}

void Send(const FunctionCallbackInfo<Value>& args) {
  auto* self = BaseObject::Unwrap<IpcChannel>(args.This());
  if (self == nullptr || self->stream() == nullptr || !args[0]->IsObject())
    return args.GetReturnValue().Set(UV_EBADF);
  if (!self->advanced() && !args[1]->IsString()) return args.GetReturnValue().Set(UV_EINVAL);
  auto* handle = BaseObject::Unwrap<HandleWrap>(args[2]);
  auto* sent = handle != nullptr ? reinterpret_cast<uv_stream_t*>(handle->uv_handle()) : nullptr;
  args.GetReturnValue().Set(self->Send(args[0].As<Object>(), args[1], sent));
  if (sent == nullptr) self->env()->Slot<BusyWait>()->Sent(self->env());
}

void SendSoon(const FunctionCallbackInfo<Value>& args) {
  auto* self = BaseObject::Unwrap<IpcChannel>(args.This());
  const bool can = self != nullptr && self->stream() != nullptr && (self->advanced() || args[0]->IsString());
  args.GetReturnValue().Set(can && self->SendSoon(args[0]));
}

void Initialize(Environment* env, Local<Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "Channel", New);
  BaseObject::SetMethod(isolate, t, "send", Send);
  BaseObject::SetMethod(isolate, t, "sendSoon", SendSoon);
  BaseObject::Export(isolate, target, "Channel", t);
}

}  // namespace

PARLEY_BINDING(ipc, BindingKind::kInternal, {}, Initialize, {});

}  // namespace parley
