// What nghttp2 tells an HTTP/2 session while it reads and writes frames, on its way to JavaScript. See
// session.h.
#include <algorithm>
#include <cstring>
#include <string_view>

#include "runtime/buffer/buffer.h"
#include "runtime/http2/session.h"
#include "runtime/http2/stream.h"

namespace parley {
namespace {

using v8::HandleScope;
using v8::Integer;
using v8::Local;
using v8::Value;

Http2Session* Self(void* data) { return static_cast<Http2Session*>(data); }

int32_t StreamOf(const nghttp2_frame* frame) {
  return frame->hd.type == NGHTTP2_PUSH_PROMISE ? frame->push_promise.promised_stream_id
                                                : frame->hd.stream_id;
}

// nghttp2's error as one of the protocol's (RFC 9113, 7).
uint32_t ToProtocolError(int error) {
  switch (error) {
    case NGHTTP2_ERR_STREAM_CLOSED:
      return NGHTTP2_STREAM_CLOSED;
    case NGHTTP2_ERR_HEADER_COMP:
      return NGHTTP2_COMPRESSION_ERROR;
    case NGHTTP2_ERR_FRAME_SIZE_ERROR:
      return NGHTTP2_FRAME_SIZE_ERROR;
    case NGHTTP2_ERR_FLOW_CONTROL:
      return NGHTTP2_FLOW_CONTROL_ERROR;
    case NGHTTP2_ERR_REFUSED_STREAM:
      return NGHTTP2_REFUSED_STREAM;
    case NGHTTP2_ERR_PROTO:
    case NGHTTP2_ERR_HTTP_HEADER:
    case NGHTTP2_ERR_HTTP_MESSAGING:
      return NGHTTP2_PROTOCOL_ERROR;
    default:
      return NGHTTP2_INTERNAL_ERROR;
  }
}

Local<Value> Latin1(v8::Isolate* isolate, const uint8_t* text, size_t length) {
  return v8::String::NewFromOneByte(isolate, text, v8::NewStringType::kNormal, static_cast<int>(length))
      .ToLocalChecked();
}

}  // namespace

const nghttp2_session_callbacks* Http2Session::Callbacks() {
  static const nghttp2_session_callbacks* shared = [] {
    nghttp2_session_callbacks* c;
    nghttp2_session_callbacks_new(&c);
    nghttp2_session_callbacks_set_on_begin_headers_callback(c, OnBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback2(c, OnHeader);
    // A header that may not be is left out; the rest of the message stands.
    nghttp2_session_callbacks_set_on_invalid_header_callback2(
        c, [](nghttp2_session*, const nghttp2_frame*, nghttp2_rcbuf*, nghttp2_rcbuf*, uint8_t, void*) {
          return 0;
        });
    nghttp2_session_callbacks_set_on_frame_recv_callback(c, OnFrame);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(c, OnInvalidFrame);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(c, OnFrameNotSent);
    nghttp2_session_callbacks_set_on_frame_send_callback(c, OnFrameSent);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(c, OnDataChunk);
    nghttp2_session_callbacks_set_on_stream_close_callback(c, OnStreamClose);
    nghttp2_session_callbacks_set_error_callback2(c, OnError);
    nghttp2_session_callbacks_set_send_data_callback(c, OnSendData);
    nghttp2_session_callbacks_set_select_padding_callback(c, SelectPadding);
    return c;
  }();
  return shared;
}

void Http2Session::ReportError(int error, const char* code) {
  v8::Isolate* isolate = env()->isolate();
  HandleScope scope(isolate);
  Local<Value> argv[] = {Integer::New(isolate, error), v8::Undefined(isolate)};
  if (code != nullptr) argv[1] = OneByte(isolate, code);
  Call(Http2Callback::kError, this, 2, argv);
}

// ---- Headers ----

int Http2Session::OnBeginHeaders(nghttp2_session* handle, const nghttp2_frame* frame, void* data) {
  Http2Session* self = Self(data);
  if (self->destroyed_) return 0;
  HandleScope scope(self->env()->isolate());
  const int32_t id = StreamOf(frame);
  const int32_t category =
      frame->hd.type == NGHTTP2_HEADERS ? frame->headers.cat : static_cast<int32_t>(NGHTTP2_HCAT_RESPONSE);
  Http2Stream* stream = self->Find(id);
  if (stream != nullptr) {
    if (stream->is_destroyed()) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    stream->StartHeaders(category);
    return 0;
  }
  const double most = nghttp2_session_get_local_settings(handle, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
  const bool room = static_cast<double>(self->streams_.size()) < most && self->HasMemory(sizeof(Http2Stream));
  if (room && self->AddStream(id, category) != nullptr) return 0;
  if (self->rejected_streams_++ > self->limit(Http2Limit::kRejectedStreams))
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  nghttp2_submit_rst_stream(handle, NGHTTP2_FLAG_NONE, id, NGHTTP2_ENHANCE_YOUR_CALM);
  return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

int Http2Session::OnHeader(nghttp2_session* handle, const nghttp2_frame* frame, nghttp2_rcbuf* name,
                           nghttp2_rcbuf* value, uint8_t flags, void* data) {
  Http2Session* self = Self(data);
  Http2Stream* stream = self->Find(StreamOf(frame));
  if (stream == nullptr || stream->is_destroyed()) return 0;
  if (stream->AddHeader(name, value, flags)) return 0;
  nghttp2_submit_rst_stream(handle, NGHTTP2_FLAG_NONE, stream->id(), NGHTTP2_ENHANCE_YOUR_CALM);
  return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
}

void Http2Session::HandleHeaders(const nghttp2_frame* frame) {
  Http2Stream* stream = Find(StreamOf(frame));
  if (stream == nullptr || stream->is_destroyed()) return;
  v8::Isolate* isolate = env()->isolate();
  Local<v8::Array> headers, sensitive;
  stream->TakeHeaders(&headers, &sensitive);
  Local<Value> argv[] = {stream->object(),
                         Integer::New(isolate, stream->id()),
                         Integer::New(isolate, stream->category()),
                         Integer::New(isolate, frame->hd.flags),
                         headers,
                         v8::Undefined(isolate)};
  if (!sensitive.IsEmpty()) argv[5] = sensitive;
  Call(Http2Callback::kHeaders, this, 6, argv);
}

// ---- Frames ----

int Http2Session::OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* data) {
  Http2Session* self = Self(data);
  self->frames_received_++;
  if (self->destroyed_) return 0;
  HandleScope scope(self->env()->isolate());
  switch (frame->hd.type) {
    case NGHTTP2_DATA:
      // Empty frames that end nothing only make work (CVE-2019-9518).
      if (frame->hd.length == 0 && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0)
        return self->CountInvalidFrame() ? 0 : 1;
      if (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) {
        if (Http2Stream* stream = self->Find(frame->hd.stream_id)) stream->OnEnd();
      }
      break;
    case NGHTTP2_PUSH_PROMISE:
    case NGHTTP2_HEADERS:
      self->HandleHeaders(frame);
      break;
    case NGHTTP2_SETTINGS:
      self->HandleSettings(frame);
      break;
    case NGHTTP2_PRIORITY:
      self->HandlePriority(frame);
      break;
    case NGHTTP2_GOAWAY:
      self->HandleGoaway(frame);
      break;
    case NGHTTP2_PING:
      self->HandlePing(frame);
      break;
    case NGHTTP2_ALTSVC:
      self->HandleAltsvc(frame);
      break;
    case NGHTTP2_ORIGIN:
      self->HandleOrigin(frame);
      break;
    default:
      break;
  }
  return 0;
}

void Http2Session::HandlePriority(const nghttp2_frame* frame) {
  v8::Isolate* isolate = env()->isolate();
  const nghttp2_priority_spec& spec = frame->priority.pri_spec;
  Local<Value> argv[] = {Integer::New(isolate, frame->hd.stream_id), Integer::New(isolate, spec.stream_id),
                         Integer::New(isolate, spec.weight), v8::Boolean::New(isolate, spec.exclusive != 0)};
  Call(Http2Callback::kPriority, this, 4, argv);
}

void Http2Session::Answer(const Waiting& waiting, bool acknowledged, double milliseconds,
                          const uint8_t* payload) {
  v8::Isolate* isolate = env()->isolate();
  Local<Value> argv[] = {v8::Boolean::New(isolate, acknowledged), v8::Number::New(isolate, milliseconds),
                         v8::Undefined(isolate)};
  if (payload != nullptr) argv[2] = CopyToBuffer(isolate, {payload, 8}).ToLocalChecked();
  if (!env()->is_stopping())
    waiting.operation->MakeCallback(object(), waiting.callback.Get(isolate), 3, argv);
}

void Http2Session::AnswerWaiting(std::deque<Waiting>* list, bool acknowledged, const uint8_t* payload) {
  v8::Isolate* isolate = env()->isolate();
  HandleScope scope(isolate);
  std::deque<Waiting> answered;
  if (acknowledged) {
    answered.push_back(std::move(list->front()));
    list->pop_front();
  } else {
    answered.swap(*list);
  }
  for (const Waiting& one : answered) {
    const double milliseconds = static_cast<double>(uv_hrtime() - one.start) / 1e6;
    if (list == &pings_ && acknowledged) ping_time_ = milliseconds;
    Answer(one, acknowledged, milliseconds, payload);
  }
}

void Http2Session::HandleSettings(const nghttp2_frame* frame) {
  if ((frame->hd.flags & NGHTTP2_FLAG_ACK) == 0) {
    Call(Http2Callback::kSettings, this, 0, nullptr);
  } else if (settings_.empty()) {
    ReportError(NGHTTP2_ERR_PROTO);  // nobody asked
  } else {
    AnswerWaiting(&settings_, true, nullptr);
  }
}

void Http2Session::HandlePing(const nghttp2_frame* frame) {
  if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) {
    if (pings_.empty()) return ReportError(NGHTTP2_ERR_PROTO);
    return AnswerWaiting(&pings_, true, frame->ping.opaque_data);
  }
  Local<Value> argv[] = {CopyToBuffer(env()->isolate(), frame->ping.opaque_data).ToLocalChecked()};
  Call(Http2Callback::kPing, this, 1, argv);
}

void Http2Session::HandleGoaway(const nghttp2_frame* frame) {
  v8::Isolate* isolate = env()->isolate();
  const nghttp2_goaway& goaway = frame->goaway;
  Local<Value> argv[] = {Integer::NewFromUnsigned(isolate, goaway.error_code),
                         Integer::New(isolate, goaway.last_stream_id), v8::Undefined(isolate)};
  if (goaway.opaque_data_len > 0)
    argv[2] = CopyToBuffer(isolate, {goaway.opaque_data, goaway.opaque_data_len}).ToLocalChecked();
  Call(Http2Callback::kGoaway, this, 3, argv);
}

void Http2Session::HandleAltsvc(const nghttp2_frame* frame) {
  v8::Isolate* isolate = env()->isolate();
  const auto* altsvc = static_cast<const nghttp2_ext_altsvc*>(frame->ext.payload);
  Local<Value> argv[] = {Integer::New(isolate, frame->hd.stream_id),
                         Latin1(isolate, altsvc->origin, altsvc->origin_len),
                         Latin1(isolate, altsvc->field_value, altsvc->field_value_len)};
  Call(Http2Callback::kAltsvc, this, 3, argv);
}

void Http2Session::HandleOrigin(const nghttp2_frame* frame) {
  v8::Isolate* isolate = env()->isolate();
  const auto* list = static_cast<const nghttp2_ext_origin*>(frame->ext.payload);
  std::vector<Local<Value>> origins;
  for (size_t i = 0; i < list->nov; i++)
    origins.push_back(Latin1(isolate, list->ov[i].origin, list->ov[i].origin_len));
  Local<Value> argv[] = {v8::Array::New(isolate, origins.data(), origins.size())};
  Call(Http2Callback::kOrigin, this, 1, argv);
}

// False when there are too many.
bool Http2Session::CountInvalidFrame() {
  if (invalid_frames_++ <= limit(Http2Limit::kInvalidFrames)) return true;
  receive_error_ = "ERR_HTTP2_TOO_MANY_INVALID_FRAMES";
  return false;
}

int Http2Session::OnInvalidFrame(nghttp2_session*, const nghttp2_frame*, int error, void* data) {
  Http2Session* self = Self(data);
  if (!self->CountInvalidFrame()) return 1;
  if (nghttp2_is_fatal(error) || error == NGHTTP2_ERR_STREAM_CLOSED || error == NGHTTP2_ERR_PROTO)
    self->ReportError(error);
  return 0;
}

int Http2Session::OnFrameNotSent(nghttp2_session*, const nghttp2_frame* frame, int error, void* data) {
  Http2Session* self = Self(data);
  if (error == NGHTTP2_ERR_SESSION_CLOSING || error == NGHTTP2_ERR_STREAM_CLOSED ||
      error == NGHTTP2_ERR_STREAM_CLOSING)
    return 0;
  v8::Isolate* isolate = self->env()->isolate();
  HandleScope scope(isolate);
  Local<Value> argv[] = {Integer::New(isolate, frame->hd.stream_id), Integer::New(isolate, frame->hd.type),
                         Integer::NewFromUnsigned(isolate, ToProtocolError(error))};
  self->Call(Http2Callback::kFrameError, self, 3, argv);
  return 0;
}

int Http2Session::OnFrameSent(nghttp2_session*, const nghttp2_frame* frame, void* data) {
  Http2Session* self = Self(data);
  self->frames_sent_++;
  if (frame->hd.type == NGHTTP2_GOAWAY) self->terminated_ = frame->goaway.error_code;
  return 0;
}

int Http2Session::OnError(nghttp2_session*, int, const char* text, size_t length, void* data) {
  // nghttp2 has no number for a peer that speaks another protocol.
  constexpr std::string_view kNoHttp2 =
      "Remote peer returned unexpected data while we expected SETTINGS frame.  Perhaps, peer does not "
      "support HTTP/2 properly.";
  if (std::string_view(text, length) == kNoHttp2) Self(data)->ReportError(NGHTTP2_ERR_PROTO);
  return 0;
}

// ---- Data ----

int Http2Session::OnDataChunk(nghttp2_session* handle, uint8_t, int32_t id, const uint8_t* bytes,
                              size_t length, void* data) {
  Http2Session* self = Self(data);
  // The connection's window opens at once: each stream holds back its own.
  nghttp2_session_consume_connection(handle, length);
  Http2Stream* stream = self->Find(id);
  HandleScope scope(self->env()->isolate());
  if (stream == nullptr || !stream->OnData(bytes, length)) nghttp2_session_consume_stream(handle, id, length);
  return 0;
}

int Http2Session::OnStreamClose(nghttp2_session*, int32_t id, uint32_t code, void* data) {
  Http2Session* self = Self(data);
  HandleScope scope(self->env()->isolate());
  if (Http2Stream* stream = self->Find(id)) {
    [[maybe_unused]] const Local<v8::Object> alive = stream->object();
    stream->OnClose(code);
  }
  self->RemoveStream(id);
  return 0;
}

int Http2Session::OnSendData(nghttp2_session*, nghttp2_frame* frame, const uint8_t* header, size_t length,
                             nghttp2_data_source*, void* data) {
  Http2Session* self = Self(data);
  Http2Stream* stream = self->Find(frame->hd.stream_id);
  if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  self->GatherData(stream, header, length, frame->data.padlen);
  return 0;
}

ssize_t Http2Session::SelectPadding(nghttp2_session*, const nghttp2_frame* frame, size_t max, void* data) {
  const size_t length = frame->hd.length;
  const auto padding = static_cast<Http2Padding>(static_cast<int>(Self(data)->limit(Http2Limit::kPadding)));
  if (padding == Http2Padding::kMax) return static_cast<ssize_t>(max);
  if (padding == Http2Padding::kNone) return static_cast<ssize_t>(length);
  // The whole frame, its header of 9 bytes included, in eights.
  const size_t over = (length + 9) % 8;
  if (over == 0) return static_cast<ssize_t>(length);
  return static_cast<ssize_t>(std::min(max, length + 8 - over));
}

}  // namespace parley
