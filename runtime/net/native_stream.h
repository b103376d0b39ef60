// Native byte streams over libuv: what TCP sockets, pipes and terminals share.
//
// A read goes to the topmost *listener* of the stream: the HTTP parser, the IPC framer, or, at the bottom,
// JavaScript. What the program need not see therefore never crosses into JavaScript. Reads land in one
// buffer per environment (read_buffer.h); a listener that keeps bytes copies what it keeps, or takes the
// buffer.
//
// What a stream handle looks like from JavaScript:
//   readStart() / readStop()           0 or a negative libuv error
//   onread(nread, arrayBuffer, offset) called on the handle; nread < 0 is an error or UV_EOF. The function
//                                      set here, or else the one given to setReadCallback()
//   writeBuffer(req, view) · writeUtf8String(req, string) · writeLatin1String(req, string) · writev(req,
//   chunks) writeHead(req, head, body, flags)  a latin1 head and a body in one system call (runtime/http)
//                                      all: 0 written at once, 1 pending: req.oncomplete(status, req) will be
//                                      called, < 0 error
//   shutdown(req)                      as writes, always pending
//   bytesRead, bytesWritten, writeQueueSize, fd
#ifndef RUNTIME_NET_NATIVE_STREAM_H_
#define RUNTIME_NET_NATIVE_STREAM_H_

#include <uv.h>
#include <v8.h>

#include "runtime/engine/environment.h"

namespace parley {

class NativeStream;

// Takes what a stream reads. A listener leaves its stream when it is destroyed, and is left when the stream
// is.
class StreamListener {
 public:
  virtual ~StreamListener();
  // `nread` > 0: bytes, valid during the call only. < 0: UV_EOF or another libuv error. A HandleScope is
  // open.
  virtual void OnStreamRead(ssize_t nread, const char* data) = 0;
  virtual void OnStreamGone() {}
  NativeStream* stream() const { return stream_; }

 private:
  friend class NativeStream;
  NativeStream* stream_ = nullptr;
  StreamListener* below_ = nullptr;
};

class NativeStream : public HandleWrap {
 public:
  NativeStream(Environment* env, v8::Local<v8::Object> object, uv_stream_t* stream, const char* type);
  ~NativeStream() override;

  void PushListener(StreamListener* listener);
  void RemoveListener(StreamListener* listener);
  // Gives a read to the listener under `listener`: what a parser does with an end or an error.
  void PassDown(StreamListener* listener, ssize_t nread, const char* data);

  uv_stream_t* stream() const { return stream_; }
  int ReadStart();
  int ReadStop();

  // Writes `buffers`; what does not fit the kernel now is queued. `keep` keeps their memory alive, unless
  // `copy`.
  int Write(v8::Local<v8::Object> req, uv_buf_t* buffers, size_t count, v8::Local<v8::Value> keep, bool copy,
            uv_stream_t* send_handle = nullptr);

  static v8::Local<v8::FunctionTemplate> MakeStreamTemplate(Environment* env, const char* class_name,
                                                            v8::FunctionCallback constructor);

 private:
  // The lowest listener: JavaScript.
  class ScriptListener : public StreamListener {
   public:
    explicit ScriptListener(NativeStream* owner) : owner_(owner) {}
    void OnStreamRead(ssize_t nread, const char* data) override;

   private:
    NativeStream* owner_;
  };

  static void ReadStartJs(const v8::FunctionCallbackInfo<v8::Value>& args);
  static void ReadStopJs(const v8::FunctionCallbackInfo<v8::Value>& args);
  static void WriteBuffer(const v8::FunctionCallbackInfo<v8::Value>& args);
  static void WriteUtf8String(const v8::FunctionCallbackInfo<v8::Value>& args);
  static void WriteLatin1String(const v8::FunctionCallbackInfo<v8::Value>& args);
  static void Writev(const v8::FunctionCallbackInfo<v8::Value>& args);
  static void WriteHead(const v8::FunctionCallbackInfo<v8::Value>& args);
  static void Shutdown(const v8::FunctionCallbackInfo<v8::Value>& args);
  static void SetBlocking(const v8::FunctionCallbackInfo<v8::Value>& args);
  static void GetOnRead(v8::Local<v8::String> name, const v8::PropertyCallbackInfo<v8::Value>& info);
  static void SetOnRead(v8::Local<v8::String> name, v8::Local<v8::Value> value,
                        const v8::PropertyCallbackInfo<void>& info);
  static void GetFd(v8::Local<v8::String> name, const v8::PropertyCallbackInfo<v8::Value>& info);
  static void GetBytesRead(v8::Local<v8::String> name, const v8::PropertyCallbackInfo<v8::Value>& info);
  static void GetBytesWritten(v8::Local<v8::String> name, const v8::PropertyCallbackInfo<v8::Value>& info);
  static void GetWriteQueueSize(v8::Local<v8::String> name, const v8::PropertyCallbackInfo<v8::Value>& info);

  uv_stream_t* stream_;
  ScriptListener script_{this};
  StreamListener* top_ = nullptr;
  v8::Global<v8::Function> on_read_;
  double bytes_read_ = 0;
  double bytes_written_ = 0;
};

// The class of a native stream as script sees it, for handles that native code makes (accept, received over
// IPC). `type` is the constructor's first argument.
enum class StreamClass { kTcp, kPipe };
v8::MaybeLocal<v8::Object> NewStreamObject(Environment* env, StreamClass kind, int type);
// A server's or a socket's connection callbacks, the same for TCP and pipes.
void OnConnection(uv_stream_t* server, int status, StreamClass kind, int type);

// A connect request: calls req.oncomplete(status, req).
struct ConnectRequest {
  uv_connect_t req;
  BaseObject* owner;
  AsyncOperation operation;
  v8::Global<v8::Object> object;
};
void OnConnected(uv_connect_t* req, int status);

}  // namespace parley

#endif  // RUNTIME_NET_NATIVE_STREAM_H_
