// One file system operation, run in any of the three ways of Node's fs (Node doc: fs): synchronous (it
// throws), with a callback (error, result), or as a promise. Which one is told by the call's `req` argument:
// undefined, a function, or kUsePromises.
#ifndef RUNTIME_FS_REQUEST_H_
#define RUNTIME_FS_REQUEST_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/buffer/buffer.h"
#include "runtime/engine/environment.h"
#include "runtime/loop/thread_pool.h"

namespace parley {

// A path as the operating system takes it. Short ones, nearly all, need no memory of their own.
class PathText {
 public:
  PathText() { inline_[0] = '\0'; }
  PathText(const PathText&) = delete;
  PathText& operator=(const PathText&) = delete;

  // A string, or bytes.
  void Set(v8::Isolate* isolate, v8::Local<v8::Value> value);
  void Append(std::string_view text);
  const char* c_str() const { return heap_ ? heap_.get() : inline_; }
  std::string_view view() const { return {c_str(), size_}; }
  const char* c_str_or_null() const { return set_ ? c_str() : nullptr; }

 private:
  char* Reserve(size_t size);  // bytes without the final zero; keeps the text
  static constexpr size_t kInline = 256;
  size_t size_ = 0;
  bool set_ = false;
  char inline_[kInline];
  std::unique_ptr<char[]> heap_;
};

// How an asynchronous operation tells its end.
class FsCompletion {
 public:
  using Args = v8::FunctionCallbackInfo<v8::Value>;

  // From the call's `req`; a promise becomes what the call returns. `convert`, when it is a function, makes
  // what the program gets of the binding's result.
  bool Prepare(Environment* env, const Args& args, v8::Local<v8::Value> req, v8::Local<v8::Value> convert);
  // `error` is null when the operation succeeded.
  void Deliver(Environment* env, v8::Local<v8::Value> error, v8::Local<v8::Value> result);

 private:
  v8::Global<v8::Function> callback_;
  v8::Global<v8::Function> convert_;
  v8::Global<v8::Promise::Resolver> resolver_;
  AsyncOperation operation_;
};

class FsRequest : public PoolJob {
 public:
  using Args = v8::FunctionCallbackInfo<v8::Value>;
  // Makes the result of a successful operation.
  using ToResult = v8::MaybeLocal<v8::Value> (*)(FsRequest& request);

  FsRequest(Environment* env, const char* syscall, ToResult to_result);
  ~FsRequest() override;
  FsRequest(const FsRequest&) = delete;
  FsRequest& operator=(const FsRequest&) = delete;

  // Fills a request from its arguments (`fill(request)`: paths, buffers, encoding; false with an exception
  // pending) and runs `operation(request)`, a libuv call without a loop, in the way `req` says: on the stack
  // when it is synchronous, else on another thread, with a copy of what it captured. `convert`: see
  // FsCompletion.
  template <typename Fill, typename Operation>
  static void Run(const Args& args, v8::Local<v8::Value> req, v8::Local<v8::Value> convert,
                  const char* syscall, ToResult to_result, Fill fill, Operation operation);

  Environment* env() const { return env_; }
  v8::Isolate* isolate() const { return env_->isolate(); }
  // Keeps the memory of a view alive (and in place) while the thread pool works on it.
  std::span<uint8_t> Hold(v8::Local<v8::Value> view);

  uv_fs_t uv;
  PathText path;  // for messages, too; empty when the operation has none
  PathText dest;
  Encoding encoding = Encoding::kUtf8;
  bool flag = false;              // the operation's own: bigint results
  bool quiet = false;             // a synchronous 'no entry' gives undefined instead of an exception
  uv_buf_t buffer{};              // of an operation on one
  std::vector<uv_buf_t> buffers;  // of one on several

 protected:
  int error_ = 0;  // negative

 private:
  void Work() override {}
  void Finish() override;
  void FinishSync(const Args& args);
  v8::Local<v8::Value> MakeError();

  Environment* env_;
  const char* syscall_;
  ToResult to_result_;
  FsCompletion completion_;
  std::vector<std::shared_ptr<v8::BackingStore>> held_;
};

// One that another thread runs.
template <typename Operation>
class FsPoolRequest final : public FsRequest {
 public:
  FsPoolRequest(Environment* env, const char* syscall, ToResult to_result, Operation operation)
      : FsRequest(env, syscall, to_result), operation_(operation) {}

 private:
  void Work() override { error_ = operation_(*this); }
  Operation operation_;
};

template <typename Fill, typename Operation>
void FsRequest::Run(const Args& args, v8::Local<v8::Value> req, v8::Local<v8::Value> convert,
                    const char* syscall, ToResult to_result, Fill fill, Operation operation) {
  if (req->IsNull()) return;  // the caller only wanted its arguments checked
  Environment* env = Environment::From(args);
  if (req->IsUndefined()) {
    FsRequest request(env, syscall, to_result);
    if (!fill(request)) return;
    request.error_ = operation(request);
    request.FinishSync(args);
    return;
  }
  auto request = std::make_unique<FsPoolRequest<Operation>>(env, syscall, to_result, operation);
  if (!fill(*request) || !static_cast<FsRequest&>(*request).completion_.Prepare(env, args, req, convert))
    return;
  Submit(env, request.release());
}

// Several system calls as one job: one function that any thread can run, instead of a request each.
class FsJob : public PoolJob {
 public:
  using Args = v8::FunctionCallbackInfo<v8::Value>;

  // Runs `job` in the way `req` says; null with an exception pending does nothing.
  static void Run(const Args& args, v8::Local<v8::Value> req, std::unique_ptr<FsJob> job);

 protected:
  virtual v8::MaybeLocal<v8::Value> Result(Environment* env);
  virtual v8::Local<v8::Value> Error(Environment* env);
  // Remembers a failed call. Always false.
  bool Fail(int error, const char* syscall, std::optional<std::string_view> path = {});

  int error_ = 0;  // negative
  const char* syscall_ = "";
  std::optional<std::string> error_path_;

 private:
  void Finish() override;
  Environment* env_ = nullptr;
  FsCompletion completion_;
};

// Results.
v8::MaybeLocal<v8::Value> FsUndefined(FsRequest& request);
v8::MaybeLocal<v8::Value> FsNumber(FsRequest& request);   // uv.result
v8::MaybeLocal<v8::Value> FsStat(FsRequest& request);     // see StatNumbers
v8::MaybeLocal<v8::Value> FsStatFs(FsRequest& request);   // 7 numbers
v8::MaybeLocal<v8::Value> FsPath(FsRequest& request);     // uv.path: mkdtemp
v8::MaybeLocal<v8::Value> FsPointer(FsRequest& request);  // uv.ptr as a path: readlink, realpath

// The numbers of a stat as JavaScript reads them (runtime/fs/stats.js): ten fields, then four times as
// milliseconds, or as pairs of seconds and nanoseconds when they are bigints.
constexpr size_t kStatNumbers = 14;
constexpr size_t kBigStatNumbers = 18;
void WriteStat(const uv_stat_t& stat, double* numbers);
void WriteStat(const uv_stat_t& stat, int64_t* numbers);

}  // namespace parley

#endif  // RUNTIME_FS_REQUEST_H_
