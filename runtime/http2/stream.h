// One stream of an HTTP/2 session (RFC 9113, 5): the queue of what JavaScript wrote, and the headers being
// received. internalBinding('http2').Http2Stream; made by the session only.
//   respond(headers, options) · info(headers) · trailers(headers) · pushPromise(headers, options)
//   writeBuffer(req, view, last) · writev(req, views, last)     req.oncomplete(status, req) comes later
//   shutdown() · readStart() · readStop() · rst(code) · priority(parent, weight, exclusive, silent)
//   destroy() · getState() · getCounters()
// `headers` is one string, see header_list.h. What can fail gives 0 or nghttp2's error.
#ifndef RUNTIME_HTTP2_STREAM_H_
#define RUNTIME_HTTP2_STREAM_H_

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <deque>
#include <span>
#include <vector>

#include "runtime/engine/environment.h"
#include "runtime/http2/session.h"

namespace parley {

class Http2Stream : public BaseObject {
 public:
  using Arguments = v8::FunctionCallbackInfo<v8::Value>;
  // Bits of `options` of respond(), request() and pushPromise().
  enum Option : int { kEmptyPayload = 1, kTrailers = 2 };

  Http2Stream(Environment* env, v8::Local<v8::Object> object, Http2Session* session, int32_t id);
  ~Http2Stream() override;
  static v8::Local<v8::Function> Define(Environment* env);

  int32_t id() const { return id_; }
  bool is_destroyed() const { return destroyed_; }

  // Receiving a block of headers.
  void StartHeaders(int32_t category);  // also the first time
  bool AddHeader(nghttp2_rcbuf* name, nghttp2_rcbuf* value, uint8_t flags);
  int32_t category() const { return category_; }
  // [name, value, …] and the names of the sensitive ones; forgets them.
  void TakeHeaders(v8::Local<v8::Array>* headers, v8::Local<v8::Array>* sensitive);

  // Receiving data; false when it was refused.
  bool OnData(const uint8_t* data, size_t length);
  void OnEnd();

  // Sending data. The provider for nghttp2, which asks how much there is and then for its bytes.
  static nghttp2_data_provider DataProvider();
  // Gives the next `length` bytes to `take`; writes that end with them are finished.
  template <typename Take>
  void TakeData(size_t length, Take take) {
    while (length > 0 && !queue_.empty()) {
      const size_t n = std::min(length, queue_.front().length - sent_);
      take(queue_.front().data + sent_, n);
      Advance(n);
      length -= n;
    }
  }
  void set_options(int options) { wants_trailers_ = (options & kTrailers) != 0; }
  void MarkFirstByteSent();

  // nghttp2 has closed it.
  void OnClose(uint32_t code);
  // The session resets it now: what was queued has had its chance.
  void OnReset() { DropWrites(); }
  // The session lets go of it: nothing is called any more, and it may be gone.
  void Detach();

 private:
  struct Write {
    v8::Global<v8::Object> req;
    v8::Global<v8::Value> keep;
    const char* data;
    size_t length;
  };
  struct Header {
    nghttp2_rcbuf* name;
    nghttp2_rcbuf* value;
    uint8_t flags;
  };

  static Http2Stream* This(const Arguments& args);
  static void Respond(const Arguments& args);
  static void Info(const Arguments& args);
  static void Trailers(const Arguments& args);
  static void PushPromise(const Arguments& args);
  static void WriteBuffer(const Arguments& args);
  static void Writev(const Arguments& args);
  static void Shutdown(const Arguments& args);
  static void ReadStart(const Arguments& args);
  static void ReadStop(const Arguments& args);
  static void Rst(const Arguments& args);
  static void Priority(const Arguments& args);
  static void Destroy(const Arguments& args);
  static void GetState(const Arguments& args);
  static void GetCounters(const Arguments& args);

  static ssize_t OnRead(nghttp2_session* handle, int32_t id, uint8_t* buffer, size_t length, uint32_t* flags,
                        nghttp2_data_source* source, void* data);
  void Advance(size_t n);
  void Push(v8::Local<v8::Object> req, v8::Local<v8::Value> keep, std::span<const uint8_t> bytes);
  void AfterPush(bool last);
  void DropHeaders();
  void DropWrites();

  Http2Session* session_;  // null: detached
  const int32_t id_;
  int32_t category_ = 0;
  std::vector<Header> headers_;
  size_t header_bytes_ = 0;
  const size_t most_header_bytes_;

  std::deque<Write> queue_;
  size_t sent_ = 0;       // of the first
  size_t available_ = 0;  // bytes in the queue
  bool shutdown_ = false;
  bool wants_trailers_ = false;
  bool ended_ = false;          // the peer has said all
  bool closed_ = false;         // by nghttp2
  bool reset_pending_ = false;  // by this side
  bool destroyed_ = false;
  bool reading_ = false;
  size_t held_ = 0;  // bytes whose window opens when JavaScript reads on

  const uint64_t start_;  // nanoseconds
  uint64_t first_header_ = 0, first_byte_ = 0, first_sent_ = 0;
  double bytes_received_ = 0, bytes_sent_ = 0;
};

}  // namespace parley

#endif  // RUNTIME_HTTP2_STREAM_H_
