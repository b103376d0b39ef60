// Native byte streams: reads to the listener stack, writes by uv_try_write first. See native_stream.h.
#include "runtime/net/native_stream.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "runtime/engine/binding.h"
#include "runtime/net/stream_state.h"

namespace parley {
namespace {

using v8::FunctionCallbackInfo;
using v8::FunctionTemplate;
using v8::HandleScope;
using v8::Local;
using v8::Object;
using v8::Value;

// Reads up to this size share a slab; larger ones get memory of their own.
constexpr size_t kSharedRead = 2048;
constexpr size_t kSlabSize = 16 * 1024;
constexpr size_t kStackWrite = 16 * 1024;
constexpr size_t kMaxVectors = 1024;  // IOV_MAX on Linux

struct PendingWrite {
  uv_write_t req;
  NativeStream* stream;
  AsyncOperation operation;
  v8::Global<Object> object;
  v8::Global<Value> keep;
  std::unique_ptr<char[]> copy;
};

struct PendingShutdown {
  uv_shutdown_t req;
  NativeStream* stream;
  AsyncOperation operation;
  v8::Global<Object> object;
};

void CallComplete(Environment* env, AsyncOperation* operation, const v8::Global<Object>& object, int status) {
  v8::Isolate* isolate = env->isolate();
  Local<Object> req = object.Get(isolate);
  Local<Value> callback;
  if (!req->Get(env->context(), OneByte(isolate, "oncomplete")).ToLocal(&callback) || !callback->IsFunction())
    return;
  Local<Value> argv[] = {v8::Integer::New(isolate, status), req};
  (void)operation->MakeCallback(req, callback.As<v8::Function>(), 2, argv);
}

void AfterWrite(uv_write_t* req, int status) {
  std::unique_ptr<PendingWrite> pending(reinterpret_cast<PendingWrite*>(req));
  Environment* env = pending->stream->env();
  if (env->is_stopping()) return;
  HandleScope scope(env->isolate());
  v8::Context::Scope context_scope(env->context());
  CallComplete(env, &pending->operation, pending->object, status);
}

void AfterShutdown(uv_shutdown_t* req, int status) {
  std::unique_ptr<PendingShutdown> pending(reinterpret_cast<PendingShutdown*>(req));
  Environment* env = pending->stream->env();
  if (env->is_stopping()) return;
  HandleScope scope(env->isolate());
  v8::Context::Scope context_scope(env->context());
  CallComplete(env, &pending->operation, pending->object, status);
}

NativeStream* This(const FunctionCallbackInfo<Value>& args) {
  return BaseObject::Unwrap<NativeStream>(args.This());
}

std::span<char> BytesOf(Local<Value> value) {
  if (!value->IsArrayBufferView()) return {};
  Local<v8::ArrayBufferView> view = value.As<v8::ArrayBufferView>();
  return {static_cast<char*>(view->Buffer()->Data()) + view->ByteOffset(), view->ByteLength()};
}

Local<Object> ReqOf(const FunctionCallbackInfo<Value>& args) {
  return args[0]->IsObject() ? args[0].As<Object>() : Object::New(args.GetIsolate());
}

}  // namespace

StreamListener::~StreamListener() {
  if (stream_ != nullptr) stream_->RemoveListener(this);
}

NativeStream::NativeStream(Environment* env, Local<Object> object, uv_stream_t* stream, const char* type)
    : HandleWrap(env, object, reinterpret_cast<uv_handle_t*>(stream), type), stream_(stream) {
  PushListener(&script_);
}

NativeStream::~NativeStream() {
  while (top_ != nullptr) {
    StreamListener* listener = top_;
    RemoveListener(listener);
    listener->OnStreamGone();
  }
}

void NativeStream::PushListener(StreamListener* listener) {
  if (listener->stream_ != nullptr) listener->stream_->RemoveListener(listener);
  listener->stream_ = this;
  listener->below_ = top_;
  top_ = listener;
}

void NativeStream::RemoveListener(StreamListener* listener) {
  for (StreamListener** at = &top_; *at != nullptr; at = &(*at)->below_) {
    if (*at != listener) continue;
    *at = listener->below_;
    listener->stream_ = nullptr;
    listener->below_ = nullptr;
    return;
  }
}

void NativeStream::PassDown(StreamListener* listener, ssize_t nread, const char* data) {
  if (listener->below_ != nullptr) listener->below_->OnStreamRead(nread, data);
}

int NativeStream::ReadStart() {
  if (!is_alive()) return UV_EBADF;
  auto allocate = [](uv_handle_t* handle, size_t, uv_buf_t* buffer) {
    Environment* env = static_cast<HandleWrap*>(handle->data)->env();
    *buffer = env->Slot<StreamState>()->read_buffer.Next(env);
  };
  auto read = [](uv_stream_t* handle, ssize_t nread, const uv_buf_t* buffer) {
    if (nread == 0) return;  // EAGAIN
    NativeStream* self = static_cast<NativeStream*>(static_cast<HandleWrap*>(handle->data));
    Environment* env = self->env();
    if (env->is_stopping()) return;
    HandleScope scope(env->isolate());
    v8::Context::Scope context_scope(env->context());
    if (nread > 0) self->bytes_read_ += static_cast<double>(nread);
    if (self->top_ != nullptr) self->top_->OnStreamRead(nread, buffer->base);
  };
  int error = uv_read_start(stream_, allocate, read);
  return error == UV_EALREADY ? 0 : error;
}

int NativeStream::ReadStop() { return is_alive() ? uv_read_stop(stream_) : UV_EBADF; }

void NativeStream::ScriptListener::OnStreamRead(ssize_t nread, const char* data) {
  Environment* env = owner_->env();
  v8::Isolate* isolate = env->isolate();
  StreamState* state = env->Slot<StreamState>();
  Local<Value> argv[3] = {v8::Number::New(isolate, static_cast<double>(nread)), v8::Undefined(isolate),
                          v8::Integer::New(isolate, 0)};
  if (nread > 0) {
    size_t size = static_cast<size_t>(nread);
    if (size <= kSharedRead) {
      if (state->slab.IsEmpty() || state->slab_used + size > kSlabSize) {
        state->slab.Reset(isolate, v8::ArrayBuffer::New(isolate, kSlabSize));
        state->slab_used = 0;
      }
      Local<v8::ArrayBuffer> slab = state->slab.Get(isolate);
      memcpy(static_cast<char*>(slab->Data()) + state->slab_used, data, size);
      argv[1] = slab;
      argv[2] = v8::Integer::New(isolate, static_cast<int>(state->slab_used));
      state->slab_used += (size + 7) & ~size_t{7};
    } else {
      size_t offset;
      Local<v8::ArrayBuffer> memory;
      if (!state->read_buffer.Keep(isolate, {data, size}, &offset).ToLocal(&memory)) return;
      argv[1] = memory;
      argv[2] = v8::Integer::New(isolate, static_cast<int>(offset));
    }
  }
  const v8::Global<v8::Function>& callback =
      owner_->on_read_.IsEmpty() ? state->read_callback : owner_->on_read_;
  if (!callback.IsEmpty()) owner_->MakeCallback(callback.Get(isolate), 3, argv);
}

int NativeStream::Write(Local<Object> req, uv_buf_t* buffers, size_t count, Local<Value> keep, bool copy,
                        uv_stream_t* send_handle) {
  if (!is_alive()) return UV_EBADF;
  size_t total = 0;
  for (size_t i = 0; i < count; i++) total += buffers[i].len;
  bytes_written_ += static_cast<double>(total);
  if (send_handle == nullptr && uv_stream_get_write_queue_size(stream_) == 0) {
    int written = uv_try_write(stream_, buffers, static_cast<unsigned>(std::min(count, kMaxVectors)));
    if (written < 0 && written != UV_EAGAIN && written != UV_ENOSYS) return written;
    size_t done = written > 0 ? static_cast<size_t>(written) : 0;
    if (done == total) return 0;
    while (count > 0 && done >= buffers->len) {
      done -= buffers->len;
      buffers++;
      count--;
    }
    if (count > 0) {
      buffers->base += done;
      buffers->len -= done;
    }
  }
  auto pending = std::make_unique<PendingWrite>();
  pending->stream = this;
  pending->object.Reset(env()->isolate(), req);
  uv_buf_t joined;
  if (copy) {
    size_t left = 0;
    for (size_t i = 0; i < count; i++) left += buffers[i].len;
    pending->copy = std::make_unique<char[]>(left);
    char* at = pending->copy.get();
    for (size_t i = 0; i < count; i++) {
      memcpy(at, buffers[i].base, buffers[i].len);
      at += buffers[i].len;
    }
    joined = uv_buf_init(pending->copy.get(), static_cast<unsigned>(left));
    buffers = &joined;
    count = 1;
  } else {
    pending->keep.Reset(env()->isolate(), keep);
  }
  int error =
      send_handle == nullptr
          ? uv_write(&pending->req, stream_, buffers, static_cast<unsigned>(count), AfterWrite)
          : uv_write2(&pending->req, stream_, buffers, static_cast<unsigned>(count), send_handle, AfterWrite);
  if (error != 0) return error;
  pending.release()->operation.Start(env(), "WRITEWRAP", req);  // AfterWrite's
  return 1;
}

void NativeStream::ReadStartJs(const FunctionCallbackInfo<Value>& args) {
  NativeStream* self = This(args);
  args.GetReturnValue().Set(self == nullptr ? UV_EBADF : self->ReadStart());
}

void NativeStream::ReadStopJs(const FunctionCallbackInfo<Value>& args) {
  NativeStream* self = This(args);
  args.GetReturnValue().Set(self == nullptr ? UV_EBADF : self->ReadStop());
}

void NativeStream::WriteBuffer(const FunctionCallbackInfo<Value>& args) {
  NativeStream* self = This(args);
  if (self == nullptr) return args.GetReturnValue().Set(UV_EBADF);
  std::span<char> bytes = BytesOf(args[1]);
  uv_buf_t buffer = uv_buf_init(bytes.data(), static_cast<unsigned>(bytes.size()));
  args.GetReturnValue().Set(self->Write(ReqOf(args), &buffer, 1, args[1], false));
}

void NativeStream::WriteUtf8String(const FunctionCallbackInfo<Value>& args) {
  NativeStream* self = This(args);
  if (self == nullptr || !args[1]->IsString()) return args.GetReturnValue().Set(UV_EBADF);
  v8::Isolate* isolate = args.GetIsolate();
  Local<v8::String> string = args[1].As<v8::String>();
  const int options = v8::String::NO_NULL_TERMINATION | v8::String::REPLACE_INVALID_UTF8;
  char stack[kStackWrite];
  std::unique_ptr<char[]> heap;
  char* data = stack;
  int capacity = kStackWrite;
  if (string->Length() > capacity / 3) {
    capacity = string->Utf8Length(isolate);
    heap = std::make_unique<char[]>(static_cast<size_t>(capacity) + 1);
    data = heap.get();
  }
  int size = string->WriteUtf8(isolate, data, capacity, nullptr, options);
  uv_buf_t buffer = uv_buf_init(data, static_cast<unsigned>(size));
  args.GetReturnValue().Set(self->Write(ReqOf(args), &buffer, 1, {}, true));
}

void NativeStream::WriteLatin1String(const FunctionCallbackInfo<Value>& args) {
  NativeStream* self = This(args);
  if (self == nullptr || !args[1]->IsString()) return args.GetReturnValue().Set(UV_EBADF);
  Local<v8::String> string = args[1].As<v8::String>();
  size_t size = static_cast<size_t>(string->Length());
  char stack[kStackWrite];
  std::unique_ptr<char[]> heap;
  char* data = stack;
  if (size > kStackWrite) {
    heap = std::make_unique<char[]>(size);
    data = heap.get();
  }
  string->WriteOneByte(args.GetIsolate(), reinterpret_cast<uint8_t*>(data), 0, static_cast<int>(size),
                       v8::String::NO_NULL_TERMINATION);
  uv_buf_t buffer = uv_buf_init(data, static_cast<unsigned>(size));
  args.GetReturnValue().Set(self->Write(ReqOf(args), &buffer, 1, {}, true));
}

void NativeStream::Writev(const FunctionCallbackInfo<Value>& args) {
  NativeStream* self = This(args);
  if (self == nullptr || !args[1]->IsArray()) return args.GetReturnValue().Set(UV_EBADF);
  Local<v8::Context> context = args.GetIsolate()->GetCurrentContext();
  Local<v8::Array> chunks = args[1].As<v8::Array>();
  std::vector<uv_buf_t> buffers;
  buffers.reserve(chunks->Length());
  for (uint32_t i = 0; i < chunks->Length(); i++) {
    Local<Value> chunk;
    if (!chunks->Get(context, i).ToLocal(&chunk)) return;
    std::span<char> bytes = BytesOf(chunk);
    if (!bytes.empty()) buffers.push_back(uv_buf_init(bytes.data(), static_cast<unsigned>(bytes.size())));
  }
  args.GetReturnValue().Set(
      buffers.empty() ? 0 : self->Write(ReqOf(args), buffers.data(), buffers.size(), chunks, false));
}

// writeHead(req, head, body, withLength): `head` is latin1, `body` a UTF-8 string or a view. `withLength`:
// the head lacks its Content-Length line and the empty line; both are added here, where the body's length is
// known anyway.
void NativeStream::WriteHead(const FunctionCallbackInfo<Value>& args) {
  NativeStream* self = This(args);
  if (self == nullptr || !args[1]->IsString()) return args.GetReturnValue().Set(UV_EBADF);
  v8::Isolate* isolate = args.GetIsolate();
  Local<v8::String> head = args[1].As<v8::String>();
  std::span<char> view = BytesOf(args[2]);
  Local<v8::String> text = args[2]->IsString() ? args[2].As<v8::String>() : v8::String::Empty(isolate);
  const size_t head_size = static_cast<size_t>(head->Length());
  constexpr size_t kLengthLine = 48;
  size_t text_room = static_cast<size_t>(text->Length()) * 3;
  if (text_room > kStackWrite) text_room = static_cast<size_t>(text->Utf8Length(isolate));
  const size_t room = head_size + kLengthLine + text_room;
  char stack[kStackWrite];
  std::unique_ptr<char[]> heap;
  char* data = stack;
  if (room > kStackWrite) {
    heap = std::make_unique<char[]>(room);
    data = heap.get();
  }
  head->WriteOneByte(isolate, reinterpret_cast<uint8_t*>(data), 0, static_cast<int>(head_size),
                     v8::String::NO_NULL_TERMINATION);
  size_t used = head_size;
  size_t text_size = 0;
  if (args[3]->IsTrue()) {
    // The body goes after the longest possible length line first, then moves back by what was not needed.
    char* body_at = data + head_size + kLengthLine;
    if (text->Length() > 0) {
      text_size = static_cast<size_t>(
          text->WriteUtf8(isolate, body_at, static_cast<int>(text_room), nullptr,
                          v8::String::NO_NULL_TERMINATION | v8::String::REPLACE_INVALID_UTF8));
    }
    used += static_cast<size_t>(
        snprintf(data + used, kLengthLine, "Content-Length: %zu\r\n\r\n", text_size + view.size()));
    memmove(data + used, body_at, text_size);
  } else if (text->Length() > 0) {
    text_size = static_cast<size_t>(
        text->WriteUtf8(isolate, data + used, static_cast<int>(text_room), nullptr,
                        v8::String::NO_NULL_TERMINATION | v8::String::REPLACE_INVALID_UTF8));
  }
  used += text_size;
  uv_buf_t buffers[2] = {uv_buf_init(data, static_cast<unsigned>(used)),
                         uv_buf_init(view.data(), static_cast<unsigned>(view.size()))};
  args.GetReturnValue().Set(self->Write(ReqOf(args), buffers, view.empty() ? 1 : 2, {}, true));
}

void NativeStream::Shutdown(const FunctionCallbackInfo<Value>& args) {
  NativeStream* self = This(args);
  if (self == nullptr || !self->is_alive()) return args.GetReturnValue().Set(UV_ENOTCONN);
  auto pending = std::make_unique<PendingShutdown>();
  pending->stream = self;
  pending->object.Reset(args.GetIsolate(), ReqOf(args));
  int error = uv_shutdown(&pending->req, self->stream_, AfterShutdown);
  if (error == 0)
    pending.release()->operation.Start(self->env(), "SHUTDOWNWRAP", ReqOf(args));  // AfterShutdown's
  args.GetReturnValue().Set(error == 0 ? 1 : error);
}

void NativeStream::SetBlocking(const FunctionCallbackInfo<Value>& args) {
  NativeStream* self = This(args);
  if (self == nullptr || !self->is_alive()) return args.GetReturnValue().Set(UV_EBADF);
  args.GetReturnValue().Set(uv_stream_set_blocking(self->stream_, args[0]->IsTrue() ? 1 : 0));
}

void NativeStream::GetFd(Local<v8::String>, const v8::PropertyCallbackInfo<Value>& info) {
  NativeStream* self = Unwrap<NativeStream>(info.This());
  uv_os_fd_t fd = -1;
  if (self != nullptr && self->is_alive()) uv_fileno(self->uv_handle(), &fd);
  info.GetReturnValue().Set(fd);
}

void NativeStream::GetBytesRead(Local<v8::String>, const v8::PropertyCallbackInfo<Value>& info) {
  NativeStream* self = Unwrap<NativeStream>(info.This());
  if (self != nullptr) info.GetReturnValue().Set(self->bytes_read_);
}

void NativeStream::GetBytesWritten(Local<v8::String>, const v8::PropertyCallbackInfo<Value>& info) {
  NativeStream* self = Unwrap<NativeStream>(info.This());
  if (self != nullptr) info.GetReturnValue().Set(self->bytes_written_);
}

void NativeStream::GetWriteQueueSize(Local<v8::String>, const v8::PropertyCallbackInfo<Value>& info) {
  NativeStream* self = Unwrap<NativeStream>(info.This());
  if (self == nullptr || !self->is_alive()) return info.GetReturnValue().Set(0);
  info.GetReturnValue().Set(static_cast<double>(uv_stream_get_write_queue_size(self->stream_)));
}

void NativeStream::GetOnRead(Local<v8::String>, const v8::PropertyCallbackInfo<Value>& info) {
  NativeStream* self = Unwrap<NativeStream>(info.This());
  if (self != nullptr && !self->on_read_.IsEmpty()) info.GetReturnValue().Set(self->on_read_);
}

void NativeStream::SetOnRead(Local<v8::String>, Local<Value> value,
                             const v8::PropertyCallbackInfo<void>& info) {
  NativeStream* self = Unwrap<NativeStream>(info.This());
  if (self == nullptr) return;
  self->on_read_.Reset();
  if (value->IsFunction()) self->on_read_.Reset(info.GetIsolate(), value.As<v8::Function>());
}

Local<FunctionTemplate> NativeStream::MakeStreamTemplate(Environment* env, const char* class_name,
                                                         v8::FunctionCallback constructor) {
  v8::Isolate* isolate = env->isolate();
  Local<FunctionTemplate> t = MakeTemplate(env, class_name, constructor);
  HandleWrap::AddMethods(isolate, t);
  SetMethod(isolate, t, "readStart", ReadStartJs);
  SetMethod(isolate, t, "readStop", ReadStopJs);
  SetMethod(isolate, t, "writeBuffer", WriteBuffer);
  SetMethod(isolate, t, "writeUtf8String", WriteUtf8String);
  SetMethod(isolate, t, "writeLatin1String", WriteLatin1String);
  SetMethod(isolate, t, "writev", Writev);
  SetMethod(isolate, t, "writeHead", WriteHead);
  SetMethod(isolate, t, "shutdown", Shutdown);
  SetMethod(isolate, t, "setBlocking", SetBlocking);
  Local<v8::ObjectTemplate> prototype = t->InstanceTemplate();
  prototype->SetAccessor(OneByte(isolate, "onread"), GetOnRead, SetOnRead);
  prototype->SetAccessor(OneByte(isolate, "fd"), GetFd);
  prototype->SetAccessor(OneByte(isolate, "bytesRead"), GetBytesRead);
  prototype->SetAccessor(OneByte(isolate, "bytesWritten"), GetBytesWritten);
  prototype->SetAccessor(OneByte(isolate, "writeQueueSize"), GetWriteQueueSize);
  return t;
}

v8::MaybeLocal<Object> NewStreamObject(Environment* env, StreamClass kind, int type) {
  StreamState* state = env->Slot<StreamState>();
  v8::Global<FunctionTemplate>& t = kind == StreamClass::kTcp ? state->tcp : state->pipe;
  if (t.IsEmpty()) return {};
  Local<v8::Function> constructor;
  if (!t.Get(env->isolate())->GetFunction(env->context()).ToLocal(&constructor)) return {};
  Local<Value> argv[] = {v8::Integer::New(env->isolate(), type)};
  return constructor->NewInstance(env->context(), 1, argv);
}

void OnConnection(uv_stream_t* server, int status, StreamClass kind, int type) {
  NativeStream* self = static_cast<NativeStream*>(static_cast<HandleWrap*>(server->data));
  Environment* env = self->env();
  if (env->is_stopping()) return;
  v8::Isolate* isolate = env->isolate();
  HandleScope scope(isolate);
  v8::Context::Scope context_scope(env->context());
  Local<Value> argv[] = {v8::Integer::New(isolate, status), v8::Undefined(isolate)};
  Local<Object> client;
  if (status == 0) {
    if (!NewStreamObject(env, kind, type).ToLocal(&client)) return;
    NativeStream* stream = BaseObject::Unwrap<NativeStream>(client);
    int error = uv_accept(server, stream->stream());
    if (error == UV_EAGAIN) return stream->Close({});
    argv[0] = v8::Integer::New(isolate, error);
    argv[1] = client;
  }
  self->MakeCallback("onconnection", 2, argv);
}

void OnConnected(uv_connect_t* req, int status) {
  std::unique_ptr<ConnectRequest> pending(reinterpret_cast<ConnectRequest*>(req));
  Environment* env = pending->owner->env();
  if (env->is_stopping()) return;
  HandleScope scope(env->isolate());
  v8::Context::Scope context_scope(env->context());
  CallComplete(env, &pending->operation, pending->object, status);
}

namespace {

void SetReadCallback(const FunctionCallbackInfo<Value>& args) {
  if (args[0]->IsFunction()) {
    Environment::From(args)->Slot<StreamState>()->read_callback.Reset(args.GetIsolate(),
                                                                      args[0].As<v8::Function>());
  }
}

constexpr BindingFunction kFunctions[] = {{"setReadCallback", SetReadCallback}};

}  // namespace

PARLEY_BINDING(stream_wrap, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace parley
