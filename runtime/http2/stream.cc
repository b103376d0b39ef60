// One stream of an HTTP/2 session: headers in, data in and out. Its methods are in stream_methods.cc. See
// stream.h.
#include "runtime/http2/stream.h"

#include <algorithm>

#include "runtime/buffer/buffer.h"

namespace parley {
namespace {

using v8::Integer;
using v8::Local;
using v8::Value;

constexpr uint32_t kMaxHeaderBytes = 65535;  // of a block, whatever the settings allow

}  // namespace

Http2Stream::Http2Stream(Environment* env, Local<v8::Object> object, Http2Session* session, int32_t id)
    : BaseObject(env, object),
      session_(session),
      id_(id),
      most_header_bytes_(std::min(
          kMaxHeaderBytes,
          nghttp2_session_get_local_settings(session->get(), NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE))),
      start_(uv_hrtime()) {
  session->AddMemory(sizeof(Http2Stream));
  StartAsync("HTTP2STREAM");
}

Http2Stream::~Http2Stream() { DropHeaders(); }

void Http2Stream::Detach() {
  if (session_ == nullptr) return;
  DropHeaders();
  session_->AddMemory(-static_cast<double>(sizeof(Http2Stream) + available_));
  session_ = nullptr;
  queue_.clear();
  // JavaScript that is done with it, or will be, deletes it: the garbage collector has it cheaper so.
  if (destroyed_) {
    delete this;
  } else {
    MakeWeak();
  }
}

void Http2Stream::OnClose(uint32_t code) {
  closed_ = true;
  v8::Isolate* isolate = env()->isolate();
  Local<Value> argv[] = {Integer::NewFromUnsigned(isolate, code)};
  Local<Value> known;
  const bool told =
      session_->Call(Http2Callback::kStreamClose, this, 1, argv).ToLocal(&known) && known->IsTrue();
  if (!told && !destroyed_) {
    destroyed_ = true;
    DropWrites();
  }
}

// ---- Headers ----

void Http2Stream::DropHeaders() {
  for (const Header& header : headers_) {
    nghttp2_rcbuf_decref(header.name);
    nghttp2_rcbuf_decref(header.value);
  }
  headers_.clear();
  if (session_ != nullptr) session_->AddMemory(-static_cast<double>(header_bytes_));
  header_bytes_ = 0;
}

void Http2Stream::StartHeaders(int32_t category) {
  DropHeaders();
  category_ = category;
}

bool Http2Stream::AddHeader(nghttp2_rcbuf* name, nghttp2_rcbuf* value, uint8_t flags) {
  const nghttp2_vec n = nghttp2_rcbuf_get_buf(name);
  const nghttp2_vec v = nghttp2_rcbuf_get_buf(value);
  if (n.len == 0) return true;   // nghttp2 lets some pass; they mean nothing
  constexpr size_t kEntry = 32;  // what RFC 9113, 6.5.2 adds for each
  const size_t bytes = n.len + v.len + kEntry;
  const auto pairs = static_cast<size_t>(session_->limit(Http2Limit::kHeaderPairs));
  if (headers_.size() >= pairs || header_bytes_ + bytes > most_header_bytes_ ||
      !session_->HasMemory(static_cast<double>(bytes)))
    return false;
  if (first_header_ == 0) first_header_ = uv_hrtime();
  nghttp2_rcbuf_incref(name);
  nghttp2_rcbuf_incref(value);
  headers_.push_back({name, value, flags});
  header_bytes_ += bytes;
  session_->AddMemory(static_cast<double>(bytes));
  return true;
}

void Http2Stream::TakeHeaders(Local<v8::Array>* headers, Local<v8::Array>* sensitive) {
  v8::Isolate* isolate = env()->isolate();
  std::vector<Local<Value>> list, hidden;
  list.reserve(headers_.size() * 2);
  for (const Header& header : headers_) {
    const nghttp2_vec name = nghttp2_rcbuf_get_buf(header.name);
    const nghttp2_vec value = nghttp2_rcbuf_get_buf(header.value);
    const auto string = [isolate](const nghttp2_vec& text, v8::NewStringType type) {
      return v8::String::NewFromOneByte(isolate, text.base, type, static_cast<int>(text.len))
          .ToLocalChecked();
    };
    list.push_back(string(name, v8::NewStringType::kInternalized));
    list.push_back(string(value, v8::NewStringType::kNormal));
    if (header.flags & NGHTTP2_NV_FLAG_NO_INDEX) hidden.push_back(list[list.size() - 2]);
  }
  DropHeaders();
  *headers = v8::Array::New(isolate, list.data(), list.size());
  if (!hidden.empty()) *sensitive = v8::Array::New(isolate, hidden.data(), hidden.size());
}

// ---- Data from the peer ----

bool Http2Stream::OnData(const uint8_t* data, size_t length) {
  if (destroyed_ || session_ == nullptr || session_->is_destroyed()) return false;
  if (length == 0) return false;
  if (first_byte_ == 0) first_byte_ = uv_hrtime();
  bytes_received_ += static_cast<double>(length);
  v8::Isolate* isolate = env()->isolate();
  size_t offset;
  Local<v8::ArrayBuffer> memory;
  if (!session_->Keep(data, length, &offset).ToLocal(&memory)) return false;
  if (!reading_) held_ += length;
  const bool was_reading = reading_;
  Local<Value> argv[] = {Integer::NewFromUnsigned(isolate, static_cast<uint32_t>(length)), memory,
                         Integer::NewFromUnsigned(isolate, static_cast<uint32_t>(offset))};
  session_->Call(Http2Callback::kData, this, 3, argv);
  if (!was_reading) return true;
  // JavaScript has enough for now: the window stays shut by as much.
  if (!reading_ && !destroyed_) {
    held_ += length;
    return true;
  }
  return false;
}

void Http2Stream::OnEnd() {
  if (destroyed_ || ended_) return;
  ended_ = true;
  Local<Value> argv[] = {Integer::New(env()->isolate(), 0)};
  session_->Call(Http2Callback::kData, this, 1, argv);
}

// ---- Data to the peer ----

nghttp2_data_provider Http2Stream::DataProvider() {
  nghttp2_data_provider provider;
  provider.source.ptr = nullptr;
  provider.read_callback = OnRead;
  return provider;
}

ssize_t Http2Stream::OnRead(nghttp2_session*, int32_t id, uint8_t*, size_t length, uint32_t* flags,
                            nghttp2_data_source*, void* data) {
  auto* session = static_cast<Http2Session*>(data);
  Http2Stream* self = session->Find(id);
  if (self == nullptr) return NGHTTP2_ERR_DEFERRED;
  const size_t amount = std::min(length, self->available_);
  if (amount == 0 && !self->shutdown_) return NGHTTP2_ERR_DEFERRED;
  if (amount > 0) *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (self->shutdown_ && amount == self->available_) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (self->wants_trailers_) {
      self->wants_trailers_ = false;
      v8::HandleScope scope(self->env()->isolate());
      Local<Value> follow;
      if (session->Call(Http2Callback::kWantTrailers, self, 0, nullptr).ToLocal(&follow) && follow->IsTrue())
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
    }
  }
  if (amount > 0) self->MarkFirstByteSent();
  return static_cast<ssize_t>(amount);
}

void Http2Stream::MarkFirstByteSent() {
  if (first_sent_ == 0) first_sent_ = uv_hrtime();
}

void Http2Stream::Advance(size_t n) {
  sent_ += n;
  available_ -= n;
  bytes_sent_ += static_cast<double>(n);
  session_->AddMemory(-static_cast<double>(n));
  while (!queue_.empty() && queue_.front().length == sent_) {
    session_->AddFinished(std::move(queue_.front().req), std::move(queue_.front().keep));
    queue_.pop_front();
    sent_ = 0;
  }
}

void Http2Stream::Push(Local<v8::Object> req, Local<Value> keep, std::span<const uint8_t> bytes) {
  Write write;
  if (!req.IsEmpty()) write.req.Reset(env()->isolate(), req);
  write.keep.Reset(env()->isolate(), keep);
  write.data = reinterpret_cast<const char*>(bytes.data());
  write.length = bytes.size();
  available_ += bytes.size();
  session_->AddMemory(static_cast<double>(bytes.size()));
  queue_.push_back(std::move(write));
}

void Http2Stream::AfterPush(bool last) {
  if (last) shutdown_ = true;
  nghttp2_session_resume_data(session_->get(), id_);
  session_->ScheduleFlush();
}

// What has not been sent never will be: JavaScript, which has destroyed the stream, tells its writers.
void Http2Stream::DropWrites() {
  if (session_ != nullptr) {
    session_->AddMemory(-static_cast<double>(available_));
    // Parts of them may lie in what is being gathered.
    for (Write& write : queue_) session_->AddFinished({}, std::move(write.keep));
  }
  queue_.clear();
  sent_ = available_ = 0;
}

}  // namespace parley
