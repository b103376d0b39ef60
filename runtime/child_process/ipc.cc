// internalBinding('ipc'): the framing of messages between a process and the ones it forked, on an IPC pipe.
//
// json: one JSON text a line. advanced: a 4-byte big-endian length and the bytes of the structured clone.
// The framer is the topmost listener of its pipe: it splits and parses here, so that a read costs one call
// into JavaScript, whatever the number of messages in it.
//   new Channel(pipe, advanced)
//   onmessages(messages, handle)   `handle`, when one came along, belongs to the first message of the array
//                                  that announces one
//   onclose(error)                 the other side closed (0) or broke (negative)
//   send(req, message, handle)     json: the text, whose line's end is added; advanced: any value
#include <arpa/inet.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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
  IpcChannel(Environment* env, Local<Object> object, NativeStream* pipe, bool advanced)
      : BaseObject(env, object), advanced_(advanced) {
    pipe->PushListener(this);
    MakeWeak();
  }

  void OnStreamRead(ssize_t nread, const char* data) override;
  bool advanced() const { return advanced_; }

 private:
  using Values = std::vector<Local<Value>>;
  bool TakeLines(std::string_view bytes, Values* out);
  bool TakeFrames(std::string_view bytes, Values* out);
  Local<Value> TakeHandle();
  Local<Value> AcceptHandle();
  Local<Value> AcceptDatagramSocket();
  void Fail(int error);

  bool advanced_;
  std::string rest_;  // the start of a message whose end has not come yet
};

void IpcChannel::Fail(int error) {
  Local<Value> argv[] = {v8::Integer::New(env()->isolate(), error)};
  MakeCallback("onclose", 1, argv);
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
    const bool parsed = line.size() <= kMaxMessage &&
                        v8::String::NewFromUtf8(isolate, line.data(), v8::NewStringType::kNormal,
                                                static_cast<int>(line.size()))
                            .ToLocal(&text) &&
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
  Values messages;
  std::string_view bytes(data, static_cast<size_t>(nread));
  const bool good = advanced_ ? TakeFrames(bytes, &messages) : TakeLines(bytes, &messages);
  Local<Value> handle = TakeHandle();
  if (!messages.empty() || !handle->IsUndefined()) {
    Local<Value> argv[] = {v8::Array::New(isolate, messages.data(), messages.size()), handle};
    MakeCallback("onmessages", 2, argv);
  }
  if (!good) Fail(kUvUnknownMessage);
}

void New(const FunctionCallbackInfo<Value>& args) {
  Environment* env = Environment::From(args);
  auto* pipe = BaseObject::Unwrap<NativeStream>(args[0]);
  if (pipe == nullptr)
    return env->ThrowError("ERR_INVALID_ARG_TYPE", "a pipe is needed", Environment::ErrorType::kTypeError);
  new IpcChannel(env, args.This(), pipe, args[1]->IsTrue());
}

void Send(const FunctionCallbackInfo<Value>& args) {
  auto* self = BaseObject::Unwrap<IpcChannel>(args.This());
  if (self == nullptr || self->stream() == nullptr || !args[0]->IsObject())
    return args.GetReturnValue().Set(UV_EBADF);
  auto* handle = BaseObject::Unwrap<HandleWrap>(args[2]);
  auto* sent = handle != nullptr ? reinterpret_cast<uv_stream_t*>(handle->uv_handle()) : nullptr;
  v8::Isolate* isolate = args.GetIsolate();
  std::unique_ptr<char[]> heap;
  char stack[8192];
  char* data = stack;
  size_t size = 0;
  ClonedMessage clone;
  if (self->advanced()) {
    clone = WriteClone(isolate, args[1]);
    if (clone.bytes == nullptr) return;  // an exception is pending
    data = reinterpret_cast<char*>(clone.bytes.get());
    size = clone.size;
  } else {
    if (!args[1]->IsString()) return args.GetReturnValue().Set(UV_EINVAL);
    Local<v8::String> text = args[1].As<v8::String>();
    size_t room = static_cast<size_t>(text->Length()) * 3 + 1;
    if (room > sizeof stack) {
      room = static_cast<size_t>(text->Utf8Length(isolate)) + 1;
      data = (heap = std::make_unique<char[]>(room)).get();
    }
    size = static_cast<size_t>(
        text->WriteUtf8(isolate, data, static_cast<int>(room) - 1, nullptr,
                        v8::String::NO_NULL_TERMINATION | v8::String::REPLACE_INVALID_UTF8));
    data[size++] = '\n';
  }
  uv_buf_t buffer = uv_buf_init(data, static_cast<unsigned>(size));
  args.GetReturnValue().Set(self->stream()->Write(args[0].As<Object>(), &buffer, 1, {}, true, sent));
}

void Initialize(Environment* env, Local<Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "Channel", New);
  BaseObject::SetMethod(isolate, t, "send", Send);
  BaseObject::Export(isolate, target, "Channel", t);
}

}  // namespace

PARLEY_BINDING(ipc, BindingKind::kInternal, {}, Initialize, {});

}  // namespace parley
