// An HTTP/2 session's bytes: from the connection to nghttp2, and gathered from nghttp2 to the connection. See
// session.h.
#include "runtime/http2/session.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "runtime/buffer/buffer.h"
#include "runtime/http2/stream.h"
#include "runtime/net/stream_state.h"

namespace parley {
namespace {

using v8::HandleScope;
using v8::Local;
using v8::Object;
using v8::Value;

constexpr size_t kMaxGather = 512 * 1024;  // bytes to write at once
constexpr size_t kSmallData = 1024;        // is copied rather than written from where it lies
constexpr double kMegabyte = 1e6;

void FlushScheduled(Environment* env) {
  auto* state = env->Slot<Http2State>();
  uv_prepare_stop(&state->before_poll);
  std::vector<Http2Session*> sessions;
  sessions.swap(state->scheduled);
  if (env->is_stopping()) return;
  HandleScope scope(env->isolate());
  v8::Context::Scope context_scope(env->context());
  // One that another one's flush destroys stays until the garbage collector finds it.
  std::vector<Local<Object>> alive;
  for (Http2Session* session : sessions) alive.push_back(session->object());
  for (Http2Session* session : sessions) session->FlushNow();
}

}  // namespace

Http2State::Http2State(Environment* env) {
  uv_prepare_init(env->loop(), &before_poll);
  before_poll.data = env;
}

void* Http2Session::Allocate(void* memory, size_t size, void* session) {
  auto* self = static_cast<Http2Session*>(session);
  const auto before = static_cast<double>(malloc_usable_size(memory));
  if (size == 0) {
    self->nghttp2_memory_ -= before;
    std::free(memory);
    return nullptr;
  }
  void* result = std::realloc(memory, size);
  if (result != nullptr) self->nghttp2_memory_ += static_cast<double>(malloc_usable_size(result)) - before;
  return result;
}

Http2Session::Http2Session(Environment* env, Local<Object> object, bool server, const Limits& limits)
    : BaseObject(env, object), server_(server), limits_(limits) {
  memory_functions_.mem_user_data = this;
  memory_functions_.malloc = [](size_t size, void* self) { return Allocate(nullptr, size, self); };
  memory_functions_.free = [](void* memory, void* self) { Allocate(memory, 0, self); };
  memory_functions_.realloc = Allocate;
  memory_functions_.calloc = [](size_t count, size_t size, void* self) {
    void* memory = Allocate(nullptr, count * size, self);  // nghttp2's own numbers: they do not overflow
    if (memory != nullptr) std::memset(memory, 0, count * size);
    return memory;
  };
  nghttp2_option* option;
  if (nghttp2_option_new(&option) != 0) return;
  const auto number = [&](Http2Limit which) { return static_cast<size_t>(limit(which)); };
  nghttp2_option_set_no_closed_streams(option, 1);
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_max_deflate_dynamic_table_size(option, number(Http2Limit::kDeflateTable));
  nghttp2_option_set_max_reserved_remote_streams(
      option, static_cast<uint32_t>(limit(Http2Limit::kReservedRemoteStreams)));
  if (limit(Http2Limit::kSendHeaderBlock) > 0)
    nghttp2_option_set_max_send_header_block_length(option, number(Http2Limit::kSendHeaderBlock));
  nghttp2_option_set_peer_max_concurrent_streams(
      option, static_cast<uint32_t>(limit(Http2Limit::kPeerConcurrentStreams)));
  nghttp2_option_set_max_settings(option, number(Http2Limit::kSettingsEntries));
  if (limit(Http2Limit::kResetBurst) > 0) {
    nghttp2_option_set_stream_reset_rate_limit(option, number(Http2Limit::kResetBurst),
                                               number(Http2Limit::kResetRate));
  }
  if (!server) {
    nghttp2_option_set_builtin_recv_extension_type(option, NGHTTP2_ALTSVC);
    nghttp2_option_set_builtin_recv_extension_type(option, NGHTTP2_ORIGIN);
  }
  const auto make = server ? nghttp2_session_server_new3 : nghttp2_session_client_new3;
  make(&session_, Callbacks(), this, option, &memory_functions_);
  nghttp2_option_del(option);
  StartAsync("HTTP2SESSION");
}

Http2Session::~Http2Session() {
  Dispose();
  auto& scheduled = env()->Slot<Http2State>()->scheduled;
  std::erase(scheduled, this);
}

bool Http2Session::HasMemory(double bytes) const {
  return memory_ + nghttp2_memory_ + bytes <= limit(Http2Limit::kMemory) * kMegabyte;
}

Http2Stream* Http2Session::Find(int32_t id) const {
  const auto at = streams_.find(id);
  return at == streams_.end() ? nullptr : at->second;
}

Http2Stream* Http2Session::AddStream(int32_t id, int32_t category) {
  Local<Object> object;
  Local<v8::Function> stream_class = env()->Slot<Http2State>()->stream_class.Get(env()->isolate());
  if (!stream_class->NewInstance(env()->context()).ToLocal(&object)) return nullptr;
  auto* stream = new Http2Stream(env(), object, this, id);  // the map's, later the garbage collector's
  stream->StartHeaders(category);
  streams_[id] = stream;
  streams_made_++;
  most_streams_ = std::max(most_streams_, static_cast<double>(streams_.size()));
  return stream;
}

void Http2Session::RemoveStream(int32_t id) {
  const auto at = streams_.find(id);
  if (at == streams_.end()) return;
  Http2Stream* stream = at->second;
  streams_.erase(at);
  stream->Detach();
}

v8::MaybeLocal<Value> Http2Session::Call(Http2Callback which, BaseObject* on, int argc, Local<Value>* argv) {
  if (destroyed_ || env()->is_stopping()) return {};
  const auto& function = env()->Slot<Http2State>()->callbacks[static_cast<size_t>(which)];
  if (function.IsEmpty()) return {};
  return on->MakeCallback(function.Get(env()->isolate()), argc, argv);
}

v8::MaybeLocal<v8::ArrayBuffer> Http2Session::Keep(const uint8_t* data, size_t length, size_t* offset) {
  v8::Isolate* isolate = env()->isolate();
  ReadBuffer& memory = env()->Slot<StreamState>()->read_buffer;
  const std::span<const char> bytes(reinterpret_cast<const char*>(data), length);
  const bool inside = data >= read_start_ && data + length <= read_start_ + read_length_;
  // A part that is most of a read keeps all of it; small ones are copied, not to hold what nobody needs.
  if (!inside || (read_memory_.IsEmpty() && length * 4 < read_length_))
    return memory.Keep(isolate, bytes, offset);
  if (read_memory_.IsEmpty()) {
    Local<v8::ArrayBuffer> whole;
    const std::span<const char> read(reinterpret_cast<const char*>(read_start_), read_length_);
    if (!memory.Keep(isolate, read, &read_offset_).ToLocal(&whole)) return {};
    read_memory_.Reset(isolate, whole);
  }
  *offset = read_offset_ + static_cast<size_t>(data - read_start_);
  return read_memory_.Get(isolate);
}

void Http2Session::OnStreamRead(ssize_t nread, const char* data) {
  if (nread > 0) return Receive(reinterpret_cast<const uint8_t*>(data), static_cast<size_t>(nread));
  if (stream() != nullptr) stream()->PassDown(this, nread, data);
}

void Http2Session::OnStreamGone() { lower_.Reset(); }

void Http2Session::Receive(const uint8_t* data, size_t length) {
  if (session_ == nullptr || destroyed_) return;
  if (receiving_) {
    early_.append(reinterpret_cast<const char*>(data), length);
    return;
  }
  HandleScope scope(env()->isolate());
  [[maybe_unused]] const Local<Object> alive = object();
  receiving_ = true;
  bytes_received_ += static_cast<double>(length);
  read_start_ = data;
  read_length_ = length;
  const ssize_t result = nghttp2_session_mem_recv(session_, data, length);
  read_start_ = nullptr;
  read_length_ = 0;
  read_memory_.Reset();
  receiving_ = false;
  if (result < 0 && !destroyed_) ReportError(static_cast<int>(result), receive_error_);
  receive_error_ = nullptr;
  Flush();
  while (!early_.empty() && !destroyed_) {
    const std::string next = std::move(early_);
    early_.clear();
    Receive(reinterpret_cast<const uint8_t*>(next.data()), next.size());
  }
}

void Http2Session::ScheduleFlush() {
  if (scheduled_ || receiving_ || sending_ || write_pending_ || session_ == nullptr) return;
  scheduled_ = true;
  auto* state = env()->Slot<Http2State>();
  state->scheduled.push_back(this);
  uv_prepare_start(&state->before_poll,
                   [](uv_prepare_t* handle) { FlushScheduled(static_cast<Environment*>(handle->data)); });
}

void Http2Session::FlushNow() {
  scheduled_ = false;
  Flush();
}

void Http2Session::ResetLater(int32_t id, uint32_t code) {
  resets_.emplace_back(id, code);
  ScheduleFlush();
}

void Http2Session::Flush() {
  if (receiving_ || sending_ || write_pending_ || session_ == nullptr) return;
  HandleScope scope(env()->isolate());
  [[maybe_unused]] const Local<Object> alive = object();
  sending_ = true;
  while (true) {
    const bool more = Gather();
    if (!more && !resets_.empty()) {
      for (const auto& [id, code] : resets_) nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, code);
      resets_.clear();
      continue;
    }
    if (!more) break;
    write_pending_ = true;  // JavaScript may end the write before it returns
    const int result = WriteOut();
    if (result > 0 && write_pending_) break;
    write_pending_ = false;
    if (result <= 0) FinishWrites(result);
  }
  sending_ = false;
  TellIdle();
  TellTerminated();
  DisposeIfDone();
}

void Http2Session::SubmitResets() {
  std::vector<std::pair<int32_t, uint32_t>> resets;
  resets.swap(resets_);
  for (const auto& [id, code] : resets) {
    Http2Stream* stream = Find(id);
    if (stream == nullptr) continue;  // closed meanwhile
    stream->OnReset();
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, code);
  }
}

bool Http2Session::HasPendingData() const {
  return write_pending_ || sending_ || !resets_.empty() || nghttp2_session_want_write(session_) != 0;
}

// nghttp2 has given up on the peer, as in a flood: nothing more will come of this connection.
void Http2Session::TellTerminated() {
  if (terminated_ == 0 || said_goaway_ || destroyed_ || write_pending_) return;
  if (nghttp2_session_want_read(session_) != 0 || nghttp2_session_want_write(session_) != 0) return;
  v8::Isolate* isolate = env()->isolate();
  Local<Value> argv[] = {v8::Integer::New(isolate, 0), v8::Undefined(isolate),
                         v8::Integer::NewFromUnsigned(isolate, terminated_)};
  Call(Http2Callback::kError, this, 3, argv);
}

// JavaScript waits for the moment when everything has been written.
void Http2Session::TellIdle() {
  if (!idle_wanted_ || destroyed_ || HasPendingData()) return;
  idle_wanted_ = false;
  if (!env()->is_stopping()) MakeCallback("onidle");
}

void Http2Session::AddControl(const void* data, size_t length) {
  if (!segments_.empty() && segments_.back().data == nullptr) {
    segments_.back().length += length;
  } else {
    segments_.push_back({nullptr, control_.size(), length});
  }
  control_.append(static_cast<const char*>(data), length);
  gathered_ += length;
}

void Http2Session::GatherData(Http2Stream* stream, const uint8_t* frame_header, size_t length,
                              size_t padding) {
  constexpr size_t kFrameHeader = 9;
  AddControl(frame_header, kFrameHeader);
  if (padding > 0) {
    const auto size = static_cast<char>(padding - 1);
    AddControl(&size, 1);
  }
  stream->TakeData(length, [this](const char* data, size_t n) {
    if (n <= kSmallData) return AddControl(data, n);
    segments_.push_back({data, 0, n});
    gathered_ += n;
  });
  if (padding > 1) AddControl(std::string(padding - 1, '\0').data(), padding - 1);
}

bool Http2Session::Gather() {
  while (gathered_ < kMaxGather) {
    const uint8_t* data;
    const ssize_t length = nghttp2_session_mem_send(session_, &data);
    if (length < 0) ReportError(static_cast<int>(length));
    if (length <= 0) break;
    AddControl(data, static_cast<size_t>(length));
  }
  return gathered_ > 0;
}

int Http2Session::WriteOut() {
  std::vector<uv_buf_t> buffers;
  buffers.reserve(segments_.size());
  for (const Segment& segment : segments_) {
    char* data = segment.data != nullptr ? const_cast<char*>(segment.data) : control_.data() + segment.offset;
    buffers.push_back(uv_buf_init(data, static_cast<unsigned>(segment.length)));
  }
  const size_t total = gathered_;
  bytes_sent_ += static_cast<double>(total);
  int result = UV_ECANCELED;
  v8::Isolate* isolate = env()->isolate();
  if (!lower_.IsEmpty() && lower_native_) {
    auto* native = Unwrap<NativeStream>(lower_.Get(isolate));
    if (native != nullptr) result = native->Write(object(), buffers.data(), buffers.size(), {}, true);
  } else if (!lower_.IsEmpty()) {
    Local<v8::ArrayBuffer> memory;
    if (!NewMemory(isolate, total).ToLocal(&memory)) return UV_ENOMEM;
    auto* at = static_cast<char*>(memory->Data());
    for (const uv_buf_t& buffer : buffers) {
      std::memcpy(at, buffer.base, buffer.len);
      at += buffer.len;
    }
    Local<Value> argv[] = {object(), v8::Uint8Array::New(memory, 0, total)};
    Local<Object> lower = lower_.Get(isolate);
    Local<Value> method, answer;
    if (lower->Get(env()->context(), OneByte(isolate, "writeBuffer")).ToLocal(&method) &&
        method->IsFunction() &&
        env()->MakeCallback(lower, method.As<v8::Function>(), 2, argv).ToLocal(&answer)) {
      result = ToInt32(answer);
    }
  }
  segments_.clear();
  if (control_.capacity() > kMaxGather) control_.shrink_to_fit();
  control_.clear();
  gathered_ = 0;
  return result;
}

void Http2Session::FinishWrites(int status) {
  std::vector<Finished> finished;
  finished.swap(finished_);
  v8::Isolate* isolate = env()->isolate();
  for (const Finished& one : finished) {
    if (one.req.IsEmpty() || env()->is_stopping()) continue;
    Local<Object> req = one.req.Get(isolate);
    Local<Value> callback;
    if (!req->Get(env()->context(), OneByte(isolate, "oncomplete")).ToLocal(&callback) ||
        !callback->IsFunction())
      continue;
    Local<Value> argv[] = {v8::Integer::New(isolate, status), req};
    (void)env()->MakeCallback(req, callback.As<v8::Function>(), 2, argv);
  }
}

// The write that did not fit the connection at once has ended.
void Http2Session::AfterWrite(const Arguments& args) {
  auto* self = Unwrap<Http2Session>(args.This());
  if (self == nullptr || !self->write_pending_) return;
  self->write_pending_ = false;
  self->FinishWrites(ToInt32(args[0]));
  self->Flush();
  self->DisposeIfDone();
}

void Http2Session::Close(uint32_t code, bool socket_destroyed) {
  if (destroyed_) return;
  destroyed_ = true;
  if (!socket_destroyed && session_ != nullptr) nghttp2_session_terminate_session(session_, code);
  if (socket_destroyed) lower_.Reset();
  AnswerWaiting(&pings_, false, nullptr);
  settings_.clear();
  Flush();
  DisposeIfDone();
}

void Http2Session::DisposeIfDone() {
  if (!destroyed_ || told_done_ || receiving_ || sending_) return;
  if (write_pending_ && !lower_.IsEmpty()) return;
  told_done_ = true;
  HandleScope scope(env()->isolate());
  [[maybe_unused]] const Local<Object> alive = object();
  Dispose();
  MakeWeak();
  MakeCallback("ondone");
}

void Http2Session::Dispose() {
  if (stream() != nullptr) stream()->RemoveListener(this);
  lower_.Reset();
  std::unordered_map<int32_t, Http2Stream*> streams;
  streams.swap(streams_);
  for (const auto& [id, stream] : streams) stream->Detach();
  if (session_ != nullptr) nghttp2_session_del(session_);
  session_ = nullptr;
}

}  // namespace parley
