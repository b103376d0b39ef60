// One file system operation, run in any of the three ways of Node's fs (Node doc: fs): synchronous (it
// throws), with a callback (error, result), or as a promise. Which one is told by the call's `req` argument:
// undefined, a function, or kUsePromises.
#ifndef RUNTIME_FS_REQUEST_H_
#define RUNTIME_FS_REQUEST_H_

#include <memory>
#include <string>
#include <vector>

#include "runtime/buffer/buffer.h"
#include "runtime/engine/environment.h"

namespace parley {

class FsRequest {
 public:
  using Args = v8::FunctionCallbackInfo<v8::Value>;
  // Makes the result of a successful operation.
  using ToResult = v8::MaybeLocal<v8::Value> (*)(FsRequest& request);

  FsRequest(Environment* env, const char* syscall, ToResult to_result);
  ~FsRequest();
  FsRequest(const FsRequest&) = delete;
  FsRequest& operator=(const FsRequest&) = delete;

  // Starts `operation(loop, uv_fs_t*, uv_fs_cb)`, a libuv call with its arguments bound, in the way `req`
  // says. `request` is filled (paths, buffers, encoding) before. A synchronous error that is 'no entry' gives
  // undefined instead of an exception when `quiet_no_entry` is set.
  template <typename Operation>
  static void Run(const Args& args, v8::Local<v8::Value> req, std::unique_ptr<FsRequest> request,
                  Operation operation, bool quiet_no_entry = false) {
    if (req->IsNull()) return;  // the caller only wanted its arguments checked
    uv_loop_t* loop = request->env_->loop();
    if (req->IsUndefined()) {
      int error = operation(loop, &request->uv, nullptr);
      request->FinishSync(args, error, quiet_no_entry);
      return;
    }
    if (!request->Prepare(args, req)) return;
    int error = operation(loop, &request->uv, OnDone);
    // From here the request owns itself; what libuv refuses at once is told like any other failure.
    FsRequest* raw = request.release();
    if (error < 0) raw->FailSoon(error);
  }

  Environment* env() const { return env_; }
  v8::Isolate* isolate() const { return env_->isolate(); }
  // Keeps the memory of a view alive (and in place) while the thread pool works on it.
  std::span<uint8_t> Hold(v8::Local<v8::Value> view);

  uv_fs_t uv;
  std::string path;  // for messages; empty when the operation has none
  std::string dest;
  Encoding encoding = Encoding::kUtf8;
  bool flag = false;  // the operation's own: bigint results, or entries with their types
  std::vector<uv_buf_t> buffers;

 private:
  static void OnDone(uv_fs_t* uv);
  bool Prepare(const Args& args, v8::Local<v8::Value> req);
  void FinishSync(const Args& args, int error, bool quiet_no_entry);
  void FailSoon(int error);
  void Complete(ssize_t code);
  v8::Local<v8::Value> MakeError(int error);

  Environment* env_;
  const char* syscall_;
  ToResult to_result_;
  v8::Global<v8::Function> callback_;
  v8::Global<v8::Promise::Resolver> resolver_;
  AsyncOperation operation_;
  std::vector<std::shared_ptr<v8::BackingStore>> held_;
};

// Results.
v8::MaybeLocal<v8::Value> FsUndefined(FsRequest& request);
v8::MaybeLocal<v8::Value> FsNumber(FsRequest& request);   // uv.result
v8::MaybeLocal<v8::Value> FsStat(FsRequest& request);     // 18 numbers, see StatNumbers in request.cc
v8::MaybeLocal<v8::Value> FsStatFs(FsRequest& request);   // 7 numbers
v8::MaybeLocal<v8::Value> FsPath(FsRequest& request);     // uv.path: mkdtemp
v8::MaybeLocal<v8::Value> FsPointer(FsRequest& request);  // uv.ptr as a path: readlink, realpath
v8::MaybeLocal<v8::Value> FsEntries(FsRequest& request);  // names, or [names, types]

}  // namespace parley

#endif  // RUNTIME_FS_REQUEST_H_
