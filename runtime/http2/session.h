// One HTTP/2 connection (RFC 9113): nghttp2 does frames and HPACK, this class moves the bytes and tells
// JavaScript what happened. internalBinding('http2').Http2Session:
//   new Http2Session(type, limits)     type: 0 server, 1 client; limits: an array, enum Limit below
//   consume(handle)      reads and writes a native stream (runtime/net) from now on; or, when the handle is
//                        JavaScript's (TLS, a Duplex), writes with handle.writeBuffer() and is given what
//                        comes with receive(memory, offset, length)
//   destroy(code, socketDestroyed)     ends it; no callback comes afterwards but session.ondone(), when the
//                        last bytes have been written
// What is to be sent is gathered and written once before the loop waits, or when a read has been worked off.
#ifndef RUNTIME_HTTP2_SESSION_H_
#define RUNTIME_HTTP2_SESSION_H_

#include <nghttp2/nghttp2.h>

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/engine/environment.h"
#include "runtime/net/native_stream.h"

namespace parley {

class Http2Session;
class Http2Stream;

// What JavaScript gives setCallbacks(), in this order; each is called on the session or the stream.
enum class Http2Callback : int {
  kError,         // session (nghttp2's error, our code or undefined, the protocol's error or undefined)
  kHeaders,       // session (stream, id, category, flags, [name, value, …], [sensitive names])
  kData,          // stream (nread, memory, offset); nread 0: the end
  kStreamClose,   // stream (error code): false when nobody knows it
  kWantTrailers,  // stream (): true when they follow
  kPriority,      // session (id, parent, weight, exclusive)
  kSettings,      // session ()
  kPing,          // session (payload)
  kFrameError,    // session (id, type, code)
  kGoaway,        // session (code, last stream, data or undefined)
  kAltsvc,        // session (id, origin, value)
  kOrigin,        // session ([origins])
  kCount
};

// What one environment's sessions share.
struct Http2State {
  explicit Http2State(Environment* env);
  std::array<v8::Global<v8::Function>, static_cast<size_t>(Http2Callback::kCount)> callbacks;
  v8::Global<v8::Function> stream_class;
  uv_prepare_t before_poll;  // runs while sessions have something to send; its memory outlives the loop
  std::vector<Http2Session*> scheduled;
};

enum class Http2Limit : int {
  kDeflateTable,
  kReservedRemoteStreams,
  kSendHeaderBlock,
  kPeerConcurrentStreams,
  kPadding,  // enum Http2Padding
  kHeaderPairs,
  kOutstandingPings,
  kOutstandingSettings,
  kMemory,  // megabytes
  kSettingsEntries,
  kInvalidFrames,
  kRejectedStreams,
  kResetBurst,
  kResetRate,  // streams a second
  kCount
};

enum class Http2Padding : int { kNone, kAligned, kMax };

class Http2Session : public BaseObject, public StreamListener {
 public:
  using Arguments = v8::FunctionCallbackInfo<v8::Value>;
  using Limits = std::array<double, static_cast<size_t>(Http2Limit::kCount)>;

  Http2Session(Environment* env, v8::Local<v8::Object> object, bool server, const Limits& limits);
  ~Http2Session() override;
  static v8::Local<v8::Function> Define(Environment* env);

  void OnStreamRead(ssize_t nread, const char* data) override;
  void OnStreamGone() override;

  nghttp2_session* get() const { return session_; }
  bool is_server() const { return server_; }
  bool is_destroyed() const { return destroyed_; }
  double limit(Http2Limit which) const { return limits_[static_cast<size_t>(which)]; }

  Http2Stream* Find(int32_t id) const;
  // The session's until nghttp2 closes it.
  Http2Stream* AddStream(int32_t id, int32_t category);
  void RemoveStream(int32_t id);

  // Sends what there is, before the loop waits.
  void ScheduleFlush();
  void FlushNow();  // whatever was scheduled
  // What is queued for the peer and held for JavaScript counts against the limit kMemory.
  void AddMemory(double bytes) { memory_ += bytes; }
  bool HasMemory(double bytes) const;
  // The bytes of one DATA frame, of writes of `stream`.
  void GatherData(Http2Stream* stream, const uint8_t* frame_header, size_t length, size_t padding);
  // A write whose last byte is among what has been gathered, and what keeps its memory.
  void AddFinished(v8::Global<v8::Object> req, v8::Global<v8::Value> keep) {
    finished_.push_back({std::move(req), std::move(keep)});
  }
  // Resets a stream when what it had to say is on its way.
  void ResetLater(int32_t id, uint32_t code);

  v8::MaybeLocal<v8::Value> Call(Http2Callback which, BaseObject* on, int argc, v8::Local<v8::Value>* argv);
  // The memory that `data`, a part of what is being read, lies in for JavaScript.
  v8::MaybeLocal<v8::ArrayBuffer> Keep(const uint8_t* data, size_t length, size_t* offset);

 private:
  // Methods: session_methods.cc.
  static void New(const Arguments& args);
  static void Consume(const Arguments& args);
  static void ReceiveJs(const Arguments& args);
  static void Destroy(const Arguments& args);
  static void Request(const Arguments& args);
  static void Goaway(const Arguments& args);
  static void Ping(const Arguments& args);
  static void Settings(const Arguments& args);
  static void GetSettings(const Arguments& args);
  static void Altsvc(const Arguments& args);
  static void Origin(const Arguments& args);
  static void GetState(const Arguments& args);
  static void GetCounters(const Arguments& args);
  static void SetNextStreamId(const Arguments& args);
  static void SetLocalWindowSize(const Arguments& args);
  static void HasPendingDataJs(const Arguments& args);
  static void GetBytesSent(v8::Local<v8::String> name, const v8::PropertyCallbackInfo<v8::Value>& info);

  // What nghttp2 calls: session_frames.cc.
  static const nghttp2_session_callbacks* Callbacks();
  static int OnBeginHeaders(nghttp2_session* handle, const nghttp2_frame* frame, void* data);
  static int OnHeader(nghttp2_session* handle, const nghttp2_frame* frame, nghttp2_rcbuf* name,
                      nghttp2_rcbuf* value, uint8_t flags, void* data);
  static int OnFrame(nghttp2_session* handle, const nghttp2_frame* frame, void* data);
  static int OnInvalidFrame(nghttp2_session* handle, const nghttp2_frame* frame, int error, void* data);
  static int OnFrameNotSent(nghttp2_session* handle, const nghttp2_frame* frame, int error, void* data);
  static int OnFrameSent(nghttp2_session* handle, const nghttp2_frame* frame, void* data);
  static int OnDataChunk(nghttp2_session* handle, uint8_t flags, int32_t id, const uint8_t* bytes,
                         size_t length, void* data);
  static int OnStreamClose(nghttp2_session* handle, int32_t id, uint32_t code, void* data);
  static int OnError(nghttp2_session* handle, int error, const char* text, size_t length, void* data);
  static int OnSendData(nghttp2_session* handle, nghttp2_frame* frame, const uint8_t* header, size_t length,
                        nghttp2_data_source* source, void* data);
  static ssize_t SelectPadding(nghttp2_session* handle, const nghttp2_frame* frame, size_t max, void* data);
  bool CountInvalidFrame();
  void HandleHeaders(const nghttp2_frame* frame);
  void HandleSettings(const nghttp2_frame* frame);
  void HandlePing(const nghttp2_frame* frame);
  void HandleGoaway(const nghttp2_frame* frame);
  void HandleAltsvc(const nghttp2_frame* frame);
  void HandleOrigin(const nghttp2_frame* frame);
  void HandlePriority(const nghttp2_frame* frame);
  void ReportError(int error, const char* code = nullptr);

  // Moving bytes: session.cc.
  void Receive(const uint8_t* data, size_t length);
  void Flush();
  void SubmitResets();
  bool Gather();
  void AddControl(const void* data, size_t length);
  int WriteOut();
  void FinishWrites(int status);
  void Close(uint32_t code, bool socket_destroyed);
  void Dispose();  // when nothing of nghttp2 runs
  void DisposeIfDone();
  bool HasPendingData() const;
  void TellIdle();
  void TellTerminated();
  static void* Allocate(void* memory, size_t size, void* session);
  static void AfterWrite(const Arguments& args);

  struct Segment {
    const char* data;  // null: at `offset` of control_
    size_t offset;
    size_t length;
  };
  struct Waiting {  // for an acknowledgement
    std::unique_ptr<AsyncOperation> operation;
    v8::Global<v8::Function> callback;
    uint64_t start;  // nanoseconds
  };
  Waiting StartWaiting(const char* type, v8::Local<v8::Function> callback);
  void Answer(const Waiting& waiting, bool acknowledged, double milliseconds, const uint8_t* payload);
  void AnswerWaiting(std::deque<Waiting>* list, bool acknowledged, const uint8_t* payload);

  nghttp2_session* session_ = nullptr;
  nghttp2_mem memory_functions_;
  const bool server_;
  Limits limits_;
  std::unordered_map<int32_t, Http2Stream*> streams_;
  std::deque<Waiting> pings_;
  std::deque<Waiting> settings_;

  bool receiving_ = false;
  bool sending_ = false;
  bool scheduled_ = false;
  bool write_pending_ = false;
  bool destroyed_ = false;
  bool told_done_ = false;
  bool said_goaway_ = false;  // JavaScript did
  uint32_t terminated_ = 0;   // the error in nghttp2's own last words
  bool idle_wanted_ = false;
  const char* receive_error_ = nullptr;  // our code for what nghttp2 calls a failed callback

  v8::Global<v8::Object> lower_;  // what is written to
  bool lower_native_ = false;
  std::string control_;  // gathered bytes of frames
  std::vector<Segment> segments_;
  size_t gathered_ = 0;
  struct Finished {
    v8::Global<v8::Object> req;  // may be empty
    v8::Global<v8::Value> keep;
  };
  std::vector<Finished> finished_;
  std::vector<std::pair<int32_t, uint32_t>> resets_;
  std::string early_;  // came while a read was worked off

  // The read under way, for JavaScript when somebody keeps a part of it.
  const uint8_t* read_start_ = nullptr;
  size_t read_length_ = 0;
  size_t read_offset_ = 0;
  v8::Global<v8::ArrayBuffer> read_memory_;

  double memory_ = 0;
  double nghttp2_memory_ = 0;
  int invalid_frames_ = 0;
  int rejected_streams_ = 0;
  // For the performance timeline.
  double frames_received_ = 0, frames_sent_ = 0, bytes_received_ = 0, bytes_sent_ = 0;
  double streams_made_ = 0, most_streams_ = 0, ping_time_ = 0;
};

int ToInt32(v8::Local<v8::Value> value);

}  // namespace parley

#endif  // RUNTIME_HTTP2_SESSION_H_
