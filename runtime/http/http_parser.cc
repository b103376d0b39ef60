// internalBinding('http_parser'): HTTP/1.1 messages (RFC 9112) by llhttp, strict, on the listener stack of a
// native stream.
//
// What crosses into JavaScript is small. A message's headers travel as one string,
// "name\nvalue\nname\nvalue\n", which JavaScript splits only when a program asks for them; what every server
// needs to know of them comes as flag bits. A request without a body is one call (kComplete).
//
// setCallbacks(onHeaders, onBody, onComplete, onEvent), all called on the parser:
//   onHeaders(flags, method or status, url or status text, headers) → 1: no body follows, 2: another protocol
//   follows onBody(buffer)        onComplete(trailers or undefined) onEvent(nread, error) nread < 0: the
//   stream ended or broke; error: a parse error {code, reason, bytesParsed, rawPacket};
//                         neither: an upgrade, the bytes after the head are in parser.upgradeHead
#include <llhttp.h>

#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/buffer/buffer.h"
#include "runtime/engine/binding.h"
#include "runtime/http/line_ends.h"
#include "runtime/http/message_flags.h"
#include "runtime/net/native_stream.h"
#include "runtime/net/stream_state.h"

namespace parley {
namespace {

using v8::FunctionCallbackInfo;
using v8::HandleScope;
using v8::Local;
using v8::Object;
using v8::Value;

struct ParserState {
  v8::Global<v8::Function> on_headers, on_body, on_complete, on_event;
};

bool EqualsIgnoringCase(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size()) return false;
  for (size_t i = 0; i < a.size(); i++) {
    if ((a[i] | 0x20) != lower[i]) return false;
  }
  return true;
}

class HttpParser : public BaseObject, public StreamListener {
 public:
  HttpParser(Environment* env, Local<Object> object)
      : BaseObject(env, object), state_(env->Slot<ParserState>()) {
    Initialize(HTTP_REQUEST, max_header_size_, false);
    MakeWeak();
  }

  // `lenient`: insecureHTTPParser, everything that llhttp can be told to overlook.
  void Initialize(llhttp_type_t type, size_t max_header_size, bool lenient) {
    llhttp_init(&parser_, type, &Settings());
    parser_.data = this;
    max_header_size_ = max_header_size;
    lenient_ = lenient;
    if (lenient) {
      llhttp_set_lenient_headers(&parser_, 1);
      llhttp_set_lenient_chunked_length(&parser_, 1);
      llhttp_set_lenient_keep_alive(&parser_, 1);
      llhttp_set_lenient_transfer_encoding(&parser_, 1);
    }
    stopped_ = false;
    refused_ = {};
    StartMessage();
    message_start_ = 0;
  }
  // Parses; whatever happens is told through the callbacks.
  void Execute(const char* data, size_t size);
  void Finish();
  void Stop() {
    stopped_ = true;
    message_start_ = 0;
    EndAsync();
    if (stream() != nullptr) stream()->RemoveListener(this);
  }
  void OnStreamRead(ssize_t nread, const char* data) override;
  uint64_t message_start() const { return message_start_; }
  bool in_headers() const { return message_start_ != 0 && !headers_done_; }
  void MarkStart() { message_start_ = uv_now(env()->loop()); }

 private:
  static HttpParser* Of(llhttp_t* p) { return static_cast<HttpParser*>(p->data); }
  static llhttp_settings_t& Settings();
  void StartMessage();
  int Grow(std::string* to, const char* at, size_t length);
  int EndHeader();
  int HeadersComplete();
  int MessageComplete();
  void ExecutePacket(Local<Object> self, const char* at, const char* end);
  int CallHeaders(bool complete);
  int GrowChunkExtension(size_t length);
  int Refuse(HttpFault fault) {
    refused_ = fault;
    return HPE_USER;
  }
  int CheckLineEnd();
  void ReadGap(const char* to) { gap_from_ += gap_.Read({gap_from_, static_cast<size_t>(to - gap_from_)}); }
  // Names and values tell where they end: what follows is looked at before the next one.
  void EndSpan(const char* at) {
    gap_.Clear();
    gap_from_ = at;
  }
  void ReportError(llhttp_errno_t error, size_t parsed, std::string_view packet);
  Local<v8::String> Latin1(std::string_view text) const {
    return v8::String::NewFromOneByte(env()->isolate(), reinterpret_cast<const uint8_t*>(text.data()),
                                      v8::NewStringType::kNormal, static_cast<int>(text.size()))
        .ToLocalChecked();
  }
  v8::MaybeLocal<v8::Uint8Array> KeepBytes(const char* at, size_t length);
  template <size_t n>
  v8::MaybeLocal<Value> Call(const v8::Global<v8::Function>& function, Local<Value> (&argv)[n]) {
    if (function.IsEmpty()) return {};
    return MakeCallback(function.Get(env()->isolate()), static_cast<int>(n), argv);
  }

  llhttp_t parser_;
  ParserState* state_;
  std::string url_;      // or a response's status text
  std::string headers_;  // "name\nvalue\n..."
  size_t name_at_ = 0;   // where the current header starts in headers_
  size_t value_at_ = 0;
  bool in_value_ = false;
  bool headers_done_ = false;
  bool delayed_headers_ = false;  // headers are given together with the message's end
  bool stopped_ = false;
  bool lenient_ = false;
  bool wants_upgrade_ = false;
  std::string_view packet_;  // what llhttp is working on
  LineEnds gap_;
  const char* gap_from_ = nullptr;  // within packet_: where gap_ goes on reading
  HttpFault refused_{};             // why we gave up, when llhttp did not
  int flags_ = 0;
  int hosts_ = 0;
  size_t header_bytes_ = 0;
  size_t max_header_size_ = 16384;
  uint64_t message_start_ = 0;  // loop time of the first byte of the current message; 0 between messages
};

llhttp_settings_t& HttpParser::Settings() {
  static llhttp_settings_t settings = [] {
    llhttp_settings_t s;
    llhttp_settings_init(&s);
    s.on_message_begin = [](llhttp_t* p) {
      Of(p)->StartMessage();
      return 0;
    };
    s.on_url = [](llhttp_t* p, const char* at, size_t n) {
      Of(p)->EndSpan(at + n);
      return Of(p)->Grow(&Of(p)->url_, at, n);
    };
    s.on_status = s.on_url;
    s.on_header_field = [](llhttp_t* p, const char* at, size_t n) {
      HttpParser* self = Of(p);
      self->ReadGap(at);
      if (int error = self->CheckLineEnd()) return error;
      self->EndSpan(at + n);
      return self->Grow(&self->headers_, at, n);
    };
    s.on_header_field_complete = [](llhttp_t* p) {
      HttpParser* self = Of(p);
      if (self->headers_.size() == self->name_at_ && !self->lenient_)
        return self->Refuse({"HPE_INVALID_HEADER_TOKEN", "Invalid header token"});
      self->headers_.push_back('\n');
      self->value_at_ = self->headers_.size();
      self->in_value_ = true;
      return 0;
    };
    s.on_header_value = [](llhttp_t* p, const char* at, size_t n) {
      if (n == 0) return 0;  // told at the end of the line
      Of(p)->ReadGap(at);
      Of(p)->gap_.ExpectSameLine();
      if (int error = Of(p)->CheckLineEnd()) return error;
      Of(p)->EndSpan(at + n);
      return Of(p)->Grow(&Of(p)->headers_, at, n);
    };
    s.on_header_value_complete = [](llhttp_t* p) { return Of(p)->EndHeader(); };
    s.on_headers_complete = [](llhttp_t* p) { return Of(p)->HeadersComplete(); };
    s.on_chunk_header = [](llhttp_t* p) {
      Of(p)->header_bytes_ = 0;
      return 0;
    };
    s.on_chunk_extension_name = [](llhttp_t* p, const char* at, size_t n) {
      Of(p)->EndSpan(at + n);
      return Of(p)->GrowChunkExtension(n);
    };
    s.on_chunk_extension_value = s.on_chunk_extension_name;
    s.on_body = [](llhttp_t* p, const char* at, size_t n) {
      HttpParser* self = Of(p);
      self->EndSpan(at + n);
      HandleScope scope(self->env()->isolate());
      Local<v8::Uint8Array> body;
      if (!self->KeepBytes(at, n).ToLocal(&body)) return -1;
      Local<Value> argv[] = {body};
      self->Call(self->state_->on_body, argv);
      return self->stopped_ ? -1 : 0;
    };
    s.on_message_complete = [](llhttp_t* p) { return Of(p)->MessageComplete(); };
    return s;
  }();
  return settings;
}

void HttpParser::StartMessage() {
  url_.clear();
  headers_.clear();
  name_at_ = value_at_ = header_bytes_ = 0;
  in_value_ = headers_done_ = delayed_headers_ = wants_upgrade_ = false;
  flags_ = hosts_ = 0;
  if (message_start_ == 0) MarkStart();
}

int HttpParser::Grow(std::string* to, const char* at, size_t length) {
  header_bytes_ += length;
  if (header_bytes_ >= max_header_size_) return Refuse({"HPE_HEADER_OVERFLOW", "Header overflow"});
  if (to != nullptr) to->append(at, length);
  return 0;
}

// A name starts behind CR LF and nothing else. A value stands on its name's line in a request; a folded
// response's lines are joined (RFC 9112, 5.2).
int HttpParser::CheckLineEnd() {
  if (lenient_) return 0;
  if (gap_.fault() != nullptr) return Refuse(*gap_.fault());
  return gap_.folded() && parser_.type == HTTP_REQUEST ? Refuse(LineEnds::kFolded) : 0;
}

// Extensions of chunks mean nothing to anyone: a body of them is an attack.
int HttpParser::GrowChunkExtension(size_t length) {
  constexpr size_t kMaxChunkExtensions = 16384;
  header_bytes_ += length;
  if (header_bytes_ <= kMaxChunkExtensions) return 0;
  return Refuse({"HPE_CHUNK_EXTENSIONS_OVERFLOW", "Chunk extensions overflow"});
}

int HttpParser::EndHeader() {
  // A folded value (obs-fold) may hold line ends, which separate headers here.
  for (size_t i = value_at_; i < headers_.size(); i++) {
    if (headers_[i] == '\n' || headers_[i] == '\r') headers_[i] = ' ';
  }
  while (headers_.size() > value_at_ && (headers_.back() == ' ' || headers_.back() == '\t'))
    headers_.pop_back();
  std::string_view name(headers_.data() + name_at_, value_at_ - name_at_ - 1);
  if (name.size() == 4 && EqualsIgnoringCase(name, "host")) hosts_++;
  if (name.size() == 6 && EqualsIgnoringCase(name, "expect")) flags_ |= kExpect;
  if (name.size() == 10 && EqualsIgnoringCase(name, "connection")) flags_ |= kConnectionSet;
  if (headers_done_ && !lenient_ && EqualsIgnoringCase(name, "content-length"))
    return Refuse({"HPE_INVALID_CONTENT_LENGTH", "Content-Length can't be present with Transfer-Encoding"});
  headers_.push_back('\n');
  name_at_ = headers_.size();
  in_value_ = false;
  return 0;
}

int HttpParser::CallHeaders(bool complete) {
  v8::Isolate* isolate = env()->isolate();
  HandleScope scope(isolate);
  int flags = flags_ | (complete ? kComplete : 0);
  if (hosts_ > 0) flags |= kHost;
  if (hosts_ > 1) flags |= kManyHosts;
  if (llhttp_should_keep_alive(&parser_)) flags |= kKeepAlive;
  if (parser_.upgrade) flags |= kUpgrade;
  if (parser_.flags & F_CHUNKED) flags |= kChunked;
  if (parser_.http_major == 1 && parser_.http_minor == 0) flags |= kHttp10;
  if (parser_.http_major < 1) flags |= kOldVersion;
  const bool request = parser_.type == HTTP_REQUEST;
  Local<Value> argv[] = {v8::Integer::New(isolate, flags),
                         v8::Integer::New(isolate, request ? parser_.method : parser_.status_code),
                         Latin1(url_), Latin1(headers_)};
  headers_.clear();
  name_at_ = value_at_ = 0;
  Local<Value> result;
  if (!Call(state_->on_headers, argv).ToLocal(&result) || stopped_) return -1;
  return result->IsInt32() ? result.As<v8::Int32>()->Value() : 0;
}

int HttpParser::HeadersComplete() {
  ReadGap(packet_.data() + packet_.size());
  if (CheckLineEnd()) return -1;
  EndSpan(gap_from_);
  headers_done_ = true;
  header_bytes_ = 0;
  const bool no_body = parser_.type == HTTP_REQUEST && !parser_.upgrade &&
                       !(parser_.flags & F_TRANSFER_ENCODING) &&
                       ((parser_.flags & F_CONTENT_LENGTH) == 0 || parser_.content_length == 0);
  if (no_body) {
    delayed_headers_ = true;
    return 0;
  }
  int answer = CallHeaders(false);
  wants_upgrade_ = answer == 2;
  return answer;
}

int HttpParser::MessageComplete() {
  message_start_ = 0;
  if (parser_.flags & F_CHUNKED) {
    ReadGap(packet_.data() + packet_.size());
    if (CheckLineEnd()) return -1;
  }
  if (delayed_headers_) {
    delayed_headers_ = false;
    return CallHeaders(true) < 0 ? -1 : 0;
  }
  HandleScope scope(env()->isolate());
  Local<Value> argv[] = {headers_.empty() ? Local<Value>(v8::Undefined(env()->isolate()))
                                          : Local<Value>(Latin1(headers_))};
  Call(state_->on_complete, argv);
  return stopped_ ? -1 : 0;
}

v8::MaybeLocal<v8::Uint8Array> HttpParser::KeepBytes(const char* at, size_t length) {
  size_t offset;
  Local<v8::ArrayBuffer> memory;
  ReadBuffer& read = env()->Slot<StreamState>()->read_buffer;
  if (!read.Keep(env()->isolate(), {at, length}, &offset).ToLocal(&memory)) return {};
  return BufferOver(memory, offset, length);
}

void HttpParser::ReportError(llhttp_errno_t error, size_t parsed, std::string_view packet) {
  v8::Isolate* isolate = env()->isolate();
  Local<v8::Context> context = env()->context();
  const HttpFault fault =
      refused_.code != nullptr ? refused_ : HttpFault{llhttp_errno_name(error), parser_.reason};
  Local<Object> object = Object::New(isolate);
  object->Set(context, OneByte(isolate, "code"), OneByte(isolate, fault.code)).Check();
  object
      ->Set(context, OneByte(isolate, "reason"),
            OneByte(isolate, fault.reason != nullptr ? fault.reason : ""))
      .Check();
  object->Set(context, OneByte(isolate, "bytesParsed"), v8::Number::New(isolate, static_cast<double>(parsed)))
      .Check();
  object
      ->Set(context, OneByte(isolate, "rawPacket"), KeepBytes(packet.data(), packet.size()).ToLocalChecked())
      .Check();
  Local<Value> argv[] = {v8::Integer::New(isolate, 0), object};
  Call(state_->on_event, argv);
}

void HttpParser::Execute(const char* data, size_t size) {
  HandleScope scope(env()->isolate());
  Local<Object> alive = object();  // callbacks may drop the last reference
  // A callback may come with more bytes while it runs.
  const std::string_view outer_packet = std::exchange(packet_, {data, size});
  const char* outer_gap = std::exchange(gap_from_, data);
  ExecutePacket(alive, data, data + size);
  packet_ = outer_packet;
  gap_from_ = outer_gap;
}

void HttpParser::ExecutePacket(Local<Object> self, const char* at, const char* end) {
  v8::Isolate* isolate = env()->isolate();
  while (!stopped_) {
    gap_from_ = at;
    llhttp_errno_t error = llhttp_execute(&parser_, at, static_cast<size_t>(end - at));
    if (stopped_) return;
    if (error == HPE_OK) return ReadGap(end);
    const char* stop = llhttp_get_error_pos(&parser_);
    if (stop == nullptr || stop < packet_.data() || stop > end) stop = end;
    if (error != HPE_PAUSED_UPGRADE)
      return ReportError(error, static_cast<size_t>(stop - packet_.data()), packet_);
    llhttp_resume_after_upgrade(&parser_);
    if (wants_upgrade_) {
      // The rest of the bytes, and of the stream, is another protocol's.
      if (stream() != nullptr) stream()->RemoveListener(this);
      self->Set(env()->context(), OneByte(isolate, "upgradeHead"),
                KeepBytes(stop, static_cast<size_t>(end - stop)).ToLocalChecked())
          .Check();
      Local<Value> argv[] = {v8::Integer::New(isolate, 0), v8::Undefined(isolate)};
      Call(state_->on_event, argv);
      return;
    }
    // Nobody here upgrades: the next request follows in the same protocol.
    at = stop;
    if (at == end) return;
  }
}

void HttpParser::Finish() {
  if (stopped_ || message_start_ == 0) return;
  HandleScope scope(env()->isolate());
  llhttp_errno_t error = llhttp_finish(&parser_);
  if (error != HPE_OK && !stopped_) ReportError(error, 0, {});
}

void HttpParser::OnStreamRead(ssize_t nread, const char* data) {
  if (nread > 0) return Execute(data, static_cast<size_t>(nread));
  v8::Isolate* isolate = env()->isolate();
  Local<Value> argv[] = {v8::Integer::New(isolate, static_cast<int>(nread)), v8::Undefined(isolate)};
  NativeStream* from = stream();
  // The socket learns of it too; the parser hears first, as a message may end with its connection.
  Call(state_->on_event, argv);
  if (from != nullptr && stream() == from) from->PassDown(this, nread, data);
}

HttpParser* This(const FunctionCallbackInfo<Value>& args) {
  return BaseObject::Unwrap<HttpParser>(args.This());
}

void New(const FunctionCallbackInfo<Value>& args) { new HttpParser(Environment::From(args), args.This()); }

void InitializeParser(const FunctionCallbackInfo<Value>& args) {
  HttpParser* self = This(args);
  if (self == nullptr || !args[0]->IsInt32()) return;
  size_t max = args[1]->IsNumber() ? static_cast<size_t>(args[1].As<v8::Number>()->Value()) : 0;
  self->Initialize(args[0].As<v8::Int32>()->Value() == HTTP_RESPONSE ? HTTP_RESPONSE : HTTP_REQUEST,
                   max > 0 ? max : 16384, args[3]->IsTrue());
  // Whose callbacks these are, for async hooks; only when somebody asks.
  if (!args[2]->IsObject()) return;
  bool client = args[0].As<v8::Int32>()->Value() == HTTP_RESPONSE;
  self->StartAsync(client ? "HTTPCLIENTREQUEST" : "HTTPINCOMINGMESSAGE", args[2].As<Object>());
}

void Execute(const FunctionCallbackInfo<Value>& args) {
  HttpParser* self = This(args);
  if (self == nullptr || !args[0]->IsArrayBufferView()) return;
  Local<v8::ArrayBufferView> view = args[0].As<v8::ArrayBufferView>();
  // The view's memory must outlive callbacks that may transfer or detach it.
  std::string copy(view->ByteLength(), '\0');
  view->CopyContents(copy.data(), copy.size());
  self->Execute(copy.data(), copy.size());
}

void Finish(const FunctionCallbackInfo<Value>& args) {
  if (HttpParser* self = This(args)) self->Finish();
}

void Consume(const FunctionCallbackInfo<Value>& args) {
  HttpParser* self = This(args);
  auto* stream = BaseObject::Unwrap<NativeStream>(args[0]);
  if (self != nullptr && stream != nullptr) stream->PushListener(self);
}

void Unconsume(const FunctionCallbackInfo<Value>& args) {
  HttpParser* self = This(args);
  if (self != nullptr && self->stream() != nullptr) self->stream()->RemoveListener(self);
}

void Stop(const FunctionCallbackInfo<Value>& args) {
  if (HttpParser* self = This(args)) self->Stop();
}

// Milliseconds since the first byte of the message being read, -1 when none is; negative below -1: its
// headers are complete since -(result) - 2.
void Age(const FunctionCallbackInfo<Value>& args) {
  HttpParser* self = This(args);
  if (self == nullptr || self->message_start() == 0) return args.GetReturnValue().Set(-1);
  uv_loop_t* loop = self->env()->loop();
  uv_update_time(loop);
  const double age = static_cast<double>(uv_now(loop) - self->message_start());
  args.GetReturnValue().Set(self->in_headers() ? age : -age - 2);
}

void MarkStart(const FunctionCallbackInfo<Value>& args) {
  if (HttpParser* self = This(args)) self->MarkStart();
}

void SetCallbacks(const FunctionCallbackInfo<Value>& args) {
  ParserState* state = Environment::From(args)->Slot<ParserState>();
  v8::Global<v8::Function>* slots[] = {&state->on_headers, &state->on_body, &state->on_complete,
                                       &state->on_event};
  for (int i = 0; i < 4; i++) {
    if (args[i]->IsFunction()) slots[i]->Reset(args.GetIsolate(), args[i].As<v8::Function>());
  }
}

void Initialize(Environment* env, Local<Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::Context> context = env->context();
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "HTTPParser", New);
  BaseObject::SetMethod(isolate, t, "initialize", InitializeParser);
  BaseObject::SetMethod(isolate, t, "execute", Execute);
  BaseObject::SetMethod(isolate, t, "finish", Finish);
  BaseObject::SetMethod(isolate, t, "consume", Consume);
  BaseObject::SetMethod(isolate, t, "unconsume", Unconsume);
  BaseObject::SetMethod(isolate, t, "free", Stop);
  BaseObject::SetMethod(isolate, t, "close", Stop);
  BaseObject::SetMethod(isolate, t, "age", Age);
  BaseObject::SetMethod(isolate, t, "markStart", MarkStart);
  BaseObject::Export(isolate, target, "HTTPParser", t);
  Local<v8::Array> methods = v8::Array::New(isolate);
#define PARLEY_METHOD(number, name, string) methods->Set(context, number, OneByte(isolate, #string)).Check();
  HTTP_METHOD_MAP(PARLEY_METHOD)
#undef PARLEY_METHOD
  target->Set(context, OneByte(isolate, "methods"), methods).Check();
}

constexpr BindingFunction kFunctions[] = {{"setCallbacks", SetCallbacks}};

}  // namespace

PARLEY_BINDING(http_parser, BindingKind::kInternal, kFunctions, Initialize, {});

}  // namespace parley
