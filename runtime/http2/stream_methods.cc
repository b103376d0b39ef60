// The methods of internalBinding('http2').Http2Stream. See stream.h.
#include "runtime/buffer/buffer.h"
#include "runtime/http2/header_list.h"
#include "runtime/http2/stream.h"

namespace parley {
namespace {

using v8::Integer;
using v8::Local;
using v8::Object;
using v8::Value;

constexpr int kGone = NGHTTP2_ERR_INVALID_STREAM_ID;

}  // namespace

Http2Stream* Http2Stream::This(const Arguments& args) {
  auto* self = Unwrap<Http2Stream>(args.This());
  if (self != nullptr && self->session_ != nullptr && !self->destroyed_ && self->session_->get() != nullptr)
    return self;
  args.GetReturnValue().Set(kGone);
  return nullptr;
}

// respond(headers, options)
void Http2Stream::Respond(const Arguments& args) {
  Http2Stream* self = This(args);
  if (self == nullptr) return;
  const HeaderList headers(args.GetIsolate(), args[0]);
  const int options = ToInt32(args[1]);
  self->set_options(options);
  if (options & kEmptyPayload) self->shutdown_ = true;
  const nghttp2_data_provider provider = DataProvider();
  const bool has_data = (options & kEmptyPayload) == 0;
  const int result = nghttp2_submit_response(self->session_->get(), self->id_, headers.data(), headers.size(),
                                             has_data ? &provider : nullptr);
  self->session_->ScheduleFlush();
  args.GetReturnValue().Set(result);
}

// info(headers): a response with a status of 1xx.
void Http2Stream::Info(const Arguments& args) {
  Http2Stream* self = This(args);
  if (self == nullptr) return;
  const HeaderList headers(args.GetIsolate(), args[0]);
  const int result = nghttp2_submit_headers(self->session_->get(), NGHTTP2_FLAG_NONE, self->id_, nullptr,
                                            headers.data(), headers.size(), nullptr);
  self->session_->ScheduleFlush();
  args.GetReturnValue().Set(result);
}

// trailers(headers): without any, an empty DATA frame ends the stream.
void Http2Stream::Trailers(const Arguments& args) {
  Http2Stream* self = This(args);
  if (self == nullptr) return;
  const HeaderList headers(args.GetIsolate(), args[0]);
  int result;
  if (headers.size() > 0) {
    result = nghttp2_submit_trailer(self->session_->get(), self->id_, headers.data(), headers.size());
  } else {
    const nghttp2_data_provider provider = DataProvider();
    result = nghttp2_submit_data(self->session_->get(), NGHTTP2_FLAG_END_STREAM, self->id_, &provider);
  }
  self->session_->ScheduleFlush();
  args.GetReturnValue().Set(result);
}

// pushPromise(headers, options): the promised stream, or an error.
void Http2Stream::PushPromise(const Arguments& args) {
  Http2Stream* self = This(args);
  if (self == nullptr) return;
  const HeaderList headers(args.GetIsolate(), args[0]);
  const int options = ToInt32(args[1]);
  Http2Session* session = self->session_;
  const int32_t id = nghttp2_submit_push_promise(session->get(), NGHTTP2_FLAG_NONE, self->id_, headers.data(),
                                                 headers.size(), nullptr);
  session->ScheduleFlush();
  if (id <= 0) return args.GetReturnValue().Set(id);
  Http2Stream* pushed = session->AddStream(id, NGHTTP2_HCAT_HEADERS);
  if (pushed == nullptr) return args.GetReturnValue().Set(NGHTTP2_ERR_NOMEM);
  pushed->set_options(options);
  if (options & kEmptyPayload) pushed->shutdown_ = true;
  args.GetReturnValue().Set(pushed->object());
}

// writeBuffer(req, view, last)
void Http2Stream::WriteBuffer(const Arguments& args) {
  Http2Stream* self = This(args);
  if (self == nullptr || !args[0]->IsObject()) return;
  self->Push(args[0].As<Object>(), args[1], BytesOf(args[1]));
  self->AfterPush(args[2]->IsTrue());
  args.GetReturnValue().Set(0);
}

// writev(req, views, last)
void Http2Stream::Writev(const Arguments& args) {
  Http2Stream* self = This(args);
  if (self == nullptr || !args[0]->IsObject() || !args[1]->IsArray()) return;
  Local<v8::Context> context = args.GetIsolate()->GetCurrentContext();
  Local<v8::Array> views = args[1].As<v8::Array>();
  const uint32_t count = views->Length();
  for (uint32_t i = 0; i < count; i++) {
    Local<Value> view;
    if (!views->Get(context, i).ToLocal(&view)) return;
    self->Push(i + 1 == count ? args[0].As<Object>() : Local<Object>(), view, BytesOf(view));
  }
  self->AfterPush(args[2]->IsTrue());
  args.GetReturnValue().Set(0);
}

void Http2Stream::Shutdown(const Arguments& args) {
  Http2Stream* self = This(args);
  if (self == nullptr) return;
  self->AfterPush(true);
  args.GetReturnValue().Set(0);
}

void Http2Stream::ReadStart(const Arguments& args) {
  Http2Stream* self = This(args);
  if (self == nullptr) return;
  self->reading_ = true;
  args.GetReturnValue().Set(0);
  if (self->held_ == 0) return;
  nghttp2_session_consume_stream(self->session_->get(), self->id_, self->held_);
  self->held_ = 0;
  self->session_->ScheduleFlush();
}

void Http2Stream::ReadStop(const Arguments& args) {
  Http2Stream* self = This(args);
  if (self == nullptr) return;
  self->reading_ = false;
  args.GetReturnValue().Set(0);
}

void Http2Stream::Rst(const Arguments& args) {
  Http2Stream* self = This(args);
  if (self == nullptr) return;
  if (!self->closed_) self->session_->ResetLater(self->id_, static_cast<uint32_t>(ToInt32(args[0])));
  self->reset_pending_ = true;
  args.GetReturnValue().Set(0);
}

// priority(parent, weight, exclusive, silent): silent tells nobody.
void Http2Stream::Priority(const Arguments& args) {
  Http2Stream* self = This(args);
  if (self == nullptr) return;
  nghttp2_priority_spec spec;
  nghttp2_priority_spec_init(&spec, ToInt32(args[0]), ToInt32(args[1]), args[2]->IsTrue() ? 1 : 0);
  nghttp2_session* session = self->session_->get();
  const int result = args[3]->IsTrue()
                         ? nghttp2_session_change_stream_priority(session, self->id_, &spec)
                         : nghttp2_submit_priority(session, NGHTTP2_FLAG_NONE, self->id_, &spec);
  self->session_->ScheduleFlush();
  args.GetReturnValue().Set(result);
}

void Http2Stream::Destroy(const Arguments& args) {
  auto* detached = Unwrap<Http2Stream>(args.This());
  if (detached != nullptr && detached->session_ == nullptr) delete detached;
  Http2Stream* self = This(args);
  if (self == nullptr) return;
  // The window of what nobody will read opens; what was written goes out before the reset, if it can.
  if (self->held_ > 0) nghttp2_session_consume_stream(self->session_->get(), self->id_, self->held_);
  self->held_ = 0;
  self->DropHeaders();
  self->destroyed_ = true;
  if (self->closed_) self->DropWrites();
  if (!self->closed_ && !self->reset_pending_) self->session_->ResetLater(self->id_, NGHTTP2_CANCEL);
  args.GetReturnValue().Set(0);
}

// [state, weight, sum of dependency weights, local close, remote close, local window]
void Http2Stream::GetState(const Arguments& args) {
  auto* self = Unwrap<Http2Stream>(args.This());
  if (self == nullptr || self->session_ == nullptr) return;
  v8::Isolate* isolate = args.GetIsolate();
  nghttp2_session* session = self->session_->get();
  nghttp2_stream* stream = nghttp2_session_find_stream(session, self->id_);
  int numbers[6] = {NGHTTP2_STREAM_STATE_IDLE, 0, 0, 0, 0, 0};
  if (stream != nullptr) {
    numbers[0] = nghttp2_stream_get_state(stream);
    numbers[1] = nghttp2_stream_get_weight(stream);
    numbers[2] = nghttp2_stream_get_sum_dependency_weight(stream);
    numbers[3] = nghttp2_session_get_stream_local_close(session, self->id_);
    numbers[4] = nghttp2_session_get_stream_remote_close(session, self->id_);
    numbers[5] = nghttp2_session_get_stream_local_window_size(session, self->id_);
  }
  Local<Value> list[6];
  for (size_t i = 0; i < 6; i++) list[i] = Integer::New(isolate, numbers[i]);
  args.GetReturnValue().Set(v8::Array::New(isolate, list, 6));
}

// [start, first header, first byte received, first byte sent (ms of the loop's clock, 0: never), bytes sent,
// bytes received]
void Http2Stream::GetCounters(const Arguments& args) {
  auto* self = Unwrap<Http2Stream>(args.This());
  if (self == nullptr) return;
  v8::Isolate* isolate = args.GetIsolate();
  const auto ms = [](uint64_t time) { return static_cast<double>(time) / 1e6; };
  const double numbers[] = {ms(self->start_),      ms(self->first_header_), ms(self->first_byte_),
                            ms(self->first_sent_), self->bytes_sent_,       self->bytes_received_};
  Local<Value> list[6];
  for (size_t i = 0; i < 6; i++) list[i] = v8::Number::New(isolate, numbers[i]);
  args.GetReturnValue().Set(v8::Array::New(isolate, list, 6));
}

Local<v8::Function> Http2Stream::Define(Environment* env) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = MakeTemplate(env, "Http2Stream", [](const Arguments&) {});
  const std::pair<const char*, v8::FunctionCallback> methods[] = {
      {"respond", Respond},         {"info", Info},
      {"trailers", Trailers},       {"pushPromise", PushPromise},
      {"writeBuffer", WriteBuffer}, {"writev", Writev},
      {"shutdown", Shutdown},       {"readStart", ReadStart},
      {"readStop", ReadStop},       {"rstStream", Rst},
      {"priority", Priority},       {"destroy", Destroy},
      {"getState", GetState},       {"getCounters", GetCounters}};
  for (const auto& [name, method] : methods) SetMethod(isolate, t, name, method);
  SetMethod(isolate, t, "id", [](const Arguments& args) {
    auto* self = Unwrap<Http2Stream>(args.This());
    args.GetReturnValue().Set(self == nullptr ? 0 : self->id());
  });
  SetMethod(isolate, t, "getAsyncId", [](const Arguments& args) {
    auto* self = Unwrap<Http2Stream>(args.This());
    args.GetReturnValue().Set(self == nullptr ? -1 : self->async_ids().id);
  });
  return t->GetFunction(env->context()).ToLocalChecked();
}

}  // namespace parley
