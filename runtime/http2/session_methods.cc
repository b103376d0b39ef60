// The methods of internalBinding('http2').Http2Session. See session.h.
#include <cstring>
#include <string>

#include "runtime/buffer/buffer.h"
#include "runtime/http2/header_list.h"
#include "runtime/http2/session.h"
#include "runtime/http2/stream.h"

namespace parley {
namespace {

using v8::Integer;
using v8::Local;
using v8::Number;
using v8::Object;
using v8::Value;

// Null after the session's end.
Http2Session* This(const Http2Session::Arguments& args) {
  auto* self = BaseObject::Unwrap<Http2Session>(args.This());
  return self != nullptr && self->get() != nullptr && !self->is_destroyed() ? self : nullptr;
}

Local<Value> ToNumbers(v8::Isolate* isolate, std::initializer_list<double> numbers) {
  std::vector<Local<Value>> list;
  for (double number : numbers) list.push_back(Number::New(isolate, number));
  return v8::Array::New(isolate, list.data(), list.size());
}

}  // namespace

int ToInt32(Local<Value> value) {
  return value->IsNumber() ? static_cast<int>(static_cast<int64_t>(value.As<Number>()->Value())) : 0;
}

void Http2Session::New(const Arguments& args) {
  Environment* env = Environment::From(args);
  Limits limits{};
  if (args[1]->IsArray()) {
    for (uint32_t i = 0; i < limits.size(); i++) {
      Local<Value> value;
      if (args[1].As<v8::Array>()->Get(env->context(), i).ToLocal(&value) && value->IsNumber())
        limits[i] = value.As<Number>()->Value();
    }
  }
  new Http2Session(env, args.This(), ToInt32(args[0]) == 0, limits);
}

void Http2Session::Consume(const Arguments& args) {
  Http2Session* self = This(args);
  if (self == nullptr || !args[0]->IsObject()) return;
  self->lower_.Reset(args.GetIsolate(), args[0].As<Object>());
  auto* native = Unwrap<NativeStream>(args[0]);
  self->lower_native_ = native != nullptr;
  if (native != nullptr) {
    native->PushListener(self);
    native->ReadStart();
  }
  self->ScheduleFlush();
}

// receive(memory, offset, length)
void Http2Session::ReceiveJs(const Arguments& args) {
  Http2Session* self = This(args);
  if (self == nullptr || !args[0]->IsArrayBuffer()) return;
  Local<v8::ArrayBuffer> memory = args[0].As<v8::ArrayBuffer>();
  const auto offset = static_cast<size_t>(ToInt32(args[1]));
  const auto length = static_cast<size_t>(ToInt32(args[2]));
  if (offset > memory->ByteLength() || length > memory->ByteLength() - offset) return;
  const std::shared_ptr<v8::BackingStore> store =
      memory->GetBackingStore();  // keeps the bytes while they are read
  if (!self->receiving_) {
    self->read_memory_.Reset(args.GetIsolate(), memory);
    self->read_offset_ = offset;
  }
  self->Receive(static_cast<const uint8_t*>(store->Data()) + offset, length);
}

void Http2Session::Destroy(const Arguments& args) {
  auto* self = Unwrap<Http2Session>(args.This());
  if (self != nullptr) self->Close(static_cast<uint32_t>(ToInt32(args[0])), args[1]->IsTrue());
}

// request(headers, options, parent, weight, exclusive): the stream, or an error.
void Http2Session::Request(const Arguments& args) {
  Http2Session* self = This(args);
  if (self == nullptr) return args.GetReturnValue().Set(NGHTTP2_ERR_INVALID_STATE);
  const HeaderList headers(args.GetIsolate(), args[0]);
  const int options = ToInt32(args[1]);
  nghttp2_priority_spec spec;
  nghttp2_priority_spec_init(&spec, ToInt32(args[2]), ToInt32(args[3]), args[4]->IsTrue() ? 1 : 0);
  const nghttp2_data_provider provider = Http2Stream::DataProvider();
  const bool has_data = (options & Http2Stream::kEmptyPayload) == 0;
  const int32_t id = nghttp2_submit_request(self->session_, &spec, headers.data(), headers.size(),
                                            has_data ? &provider : nullptr, nullptr);
  self->ScheduleFlush();
  if (id <= 0) return args.GetReturnValue().Set(id);
  Http2Stream* stream = self->AddStream(id, NGHTTP2_HCAT_HEADERS);
  if (stream == nullptr) return args.GetReturnValue().Set(NGHTTP2_ERR_NOMEM);
  stream->set_options(options);
  args.GetReturnValue().Set(stream->object());
}

// goaway(code, last stream, data): 0 for the last stream means the last one that was begun.
void Http2Session::Goaway(const Arguments& args) {
  Http2Session* self = This(args);
  if (self == nullptr) return;
  self->said_goaway_ = true;
  int32_t last = ToInt32(args[1]);
  if (last <= 0) last = nghttp2_session_get_last_proc_stream_id(self->session_);
  const std::span<const uint8_t> data = BytesOf(args[2]);
  nghttp2_submit_goaway(self->session_, NGHTTP2_FLAG_NONE, last, static_cast<uint32_t>(ToInt32(args[0])),
                        data.data(), data.size());
  self->ScheduleFlush();
}

Http2Session::Waiting Http2Session::StartWaiting(const char* type, Local<v8::Function> callback) {
  Waiting waiting;
  waiting.operation = std::make_unique<AsyncOperation>();
  waiting.operation->Start(env(), type);
  waiting.callback.Reset(env()->isolate(), callback);
  waiting.start = uv_hrtime();
  return waiting;
}

// ping(payload, callback): false, and so is what the callback gets, when too many are under way.
// callback(acknowledged, milliseconds, payload)
void Http2Session::Ping(const Arguments& args) {
  Http2Session* self = This(args);
  if (self == nullptr || !args[1]->IsFunction()) return args.GetReturnValue().Set(false);
  Waiting waiting = self->StartWaiting("HTTP2PING", args[1].As<v8::Function>());
  if (static_cast<double>(self->pings_.size()) >= self->limit(Http2Limit::kOutstandingPings)) {
    self->Answer(waiting, false, 0, nullptr);
    return args.GetReturnValue().Set(false);
  }
  constexpr size_t kPayload = 8;
  uint8_t payload[kPayload];
  const uint64_t now = uv_hrtime();
  const std::span<const uint8_t> given = BytesOf(args[0]);
  std::memcpy(payload, given.size() >= kPayload ? static_cast<const void*>(given.data()) : &now, kPayload);
  nghttp2_submit_ping(self->session_, NGHTTP2_FLAG_NONE, payload);
  self->pings_.push_back(std::move(waiting));
  self->ScheduleFlush();
  args.GetReturnValue().Set(true);
}

// settings([id, value, …], callback): false when too many are under way, an error, or true.
void Http2Session::Settings(const Arguments& args) {
  Http2Session* self = This(args);
  if (self == nullptr || !args[0]->IsArray() || !args[1]->IsFunction())
    return args.GetReturnValue().Set(false);
  if (static_cast<double>(self->settings_.size()) >= self->limit(Http2Limit::kOutstandingSettings))
    return args.GetReturnValue().Set(false);
  Local<v8::Context> context = self->env()->context();
  Local<v8::Array> list = args[0].As<v8::Array>();
  std::vector<nghttp2_settings_entry> entries;
  for (uint32_t i = 0; i + 1 < list->Length(); i += 2) {
    Local<Value> id, value;
    if (!list->Get(context, i).ToLocal(&id) || !list->Get(context, i + 1).ToLocal(&value)) return;
    entries.push_back({ToInt32(id), static_cast<uint32_t>(ToInt32(value))});
  }
  const int error =
      nghttp2_submit_settings(self->session_, NGHTTP2_FLAG_NONE, entries.data(), entries.size());
  if (error != 0) return args.GetReturnValue().Set(error);
  self->settings_.push_back(self->StartWaiting("HTTP2SETTINGS", args[1].As<v8::Function>()));
  self->ScheduleFlush();
  args.GetReturnValue().Set(true);
}

// getSettings(remote): values of the settings with the ids 1 to 6 and 8.
void Http2Session::GetSettings(const Arguments& args) {
  Http2Session* self = This(args);
  if (self == nullptr) return;
  const auto get =
      args[0]->IsTrue() ? nghttp2_session_get_remote_settings : nghttp2_session_get_local_settings;
  const auto value = [&](int id) {
    return static_cast<double>(get(self->session_, static_cast<nghttp2_settings_id>(id)));
  };
  args.GetReturnValue().Set(
      ToNumbers(args.GetIsolate(), {value(1), value(2), value(3), value(4), value(5), value(6),
                                    value(NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL)}));
}

// altsvc(stream, origin, value)
void Http2Session::Altsvc(const Arguments& args) {
  Http2Session* self = This(args);
  if (self == nullptr) return;
  const std::string origin = ToUtf8(args.GetIsolate(), args[1]);
  const std::string value = ToUtf8(args.GetIsolate(), args[2]);
  const auto bytes = [](const std::string& text) { return reinterpret_cast<const uint8_t*>(text.data()); };
  nghttp2_submit_altsvc(self->session_, NGHTTP2_FLAG_NONE, ToInt32(args[0]), bytes(origin), origin.size(),
                        bytes(value), value.size());
  self->ScheduleFlush();
}

// origin([origins])
void Http2Session::Origin(const Arguments& args) {
  Http2Session* self = This(args);
  if (self == nullptr || !args[0]->IsArray()) return;
  Local<v8::Array> list = args[0].As<v8::Array>();
  std::vector<std::string> texts;
  for (uint32_t i = 0; i < list->Length(); i++) {
    Local<Value> text;
    if (!list->Get(self->env()->context(), i).ToLocal(&text)) return;
    texts.push_back(ToUtf8(args.GetIsolate(), text));
  }
  std::vector<nghttp2_origin_entry> entries;
  for (std::string& text : texts) entries.push_back({reinterpret_cast<uint8_t*>(text.data()), text.size()});
  nghttp2_submit_origin(self->session_, NGHTTP2_FLAG_NONE, entries.data(), entries.size());
  self->ScheduleFlush();
}

void Http2Session::GetState(const Arguments& args) {
  Http2Session* self = This(args);
  if (self == nullptr) return;
  nghttp2_session* s = self->session_;
  args.GetReturnValue().Set(ToNumbers(
      args.GetIsolate(), {static_cast<double>(nghttp2_session_get_effective_local_window_size(s)),
                          static_cast<double>(nghttp2_session_get_effective_recv_data_length(s)),
                          static_cast<double>(nghttp2_session_get_next_stream_id(s)),
                          static_cast<double>(nghttp2_session_get_local_window_size(s)),
                          static_cast<double>(nghttp2_session_get_last_proc_stream_id(s)),
                          static_cast<double>(nghttp2_session_get_remote_window_size(s)),
                          static_cast<double>(nghttp2_session_get_outbound_queue_size(s)),
                          static_cast<double>(nghttp2_session_get_hd_deflate_dynamic_table_size(s)),
                          static_cast<double>(nghttp2_session_get_hd_inflate_dynamic_table_size(s))}));
}

// [ping's milliseconds, frames received, frames sent, streams, most streams at once, bytes sent, received]
void Http2Session::GetCounters(const Arguments& args) {
  auto* self = Unwrap<Http2Session>(args.This());
  if (self == nullptr) return;
  args.GetReturnValue().Set(ToNumbers(
      args.GetIsolate(), {self->ping_time_, self->frames_received_, self->frames_sent_, self->streams_made_,
                          self->most_streams_, self->bytes_sent_, self->bytes_received_}));
}

// hasPendingData(): when true, session.onidle() is called as soon as there is none any more.
void Http2Session::HasPendingDataJs(const Arguments& args) {
  Http2Session* self = This(args);
  const bool pending = self != nullptr && self->HasPendingData();
  if (pending) self->idle_wanted_ = true;
  args.GetReturnValue().Set(pending);
}

void Http2Session::SetNextStreamId(const Arguments& args) {
  Http2Session* self = This(args);
  args.GetReturnValue().Set(self != nullptr &&
                            nghttp2_session_set_next_stream_id(self->session_, ToInt32(args[0])) == 0);
}

void Http2Session::SetLocalWindowSize(const Arguments& args) {
  Http2Session* self = This(args);
  if (self == nullptr) return;
  const int result =
      nghttp2_session_set_local_window_size(self->session_, NGHTTP2_FLAG_NONE, 0, ToInt32(args[0]));
  self->ScheduleFlush();
  args.GetReturnValue().Set(result);
}

void Http2Session::GetBytesSent(Local<v8::String>, const v8::PropertyCallbackInfo<Value>& info) {
  auto* self = Unwrap<Http2Session>(info.This());
  if (self != nullptr) info.GetReturnValue().Set(self->bytes_sent_);
}

Local<v8::Function> Http2Session::Define(Environment* env) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = MakeTemplate(env, "Http2Session", New);
  const std::pair<const char*, v8::FunctionCallback> methods[] = {
      {"consume", Consume},
      {"receive", ReceiveJs},
      {"destroy", Destroy},
      {"request", Request},
      {"goaway", Goaway},
      {"ping", Ping},
      {"settings", Settings},
      {"getSettings", GetSettings},
      {"altsvc", Altsvc},
      {"origin", Origin},
      {"getState", GetState},
      {"getCounters", GetCounters},
      {"setNextStreamID", SetNextStreamId},
      {"setLocalWindowSize", SetLocalWindowSize},
      {"hasPendingData", HasPendingDataJs},
      {"oncomplete", AfterWrite},
  };
  for (const auto& [name, method] : methods) SetMethod(isolate, t, name, method);
  t->InstanceTemplate()->SetAccessor(OneByte(isolate, "bytesSent"), GetBytesSent);
  return t->GetFunction(env->context()).ToLocalChecked();
}

}  // namespace parley
