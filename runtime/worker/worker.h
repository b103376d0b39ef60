// A thread with a JavaScript world of its own (Node doc: worker_threads). The parent holds the Worker; the
// thread runs from StartThread() until its loop is empty, process.exit() is called in it, or the parent stops
// it.
#ifndef RUNTIME_WORKER_WORKER_H_
#define RUNTIME_WORKER_WORKER_H_

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/engine/environment.h"
#include "runtime/main/options.h"
#include "runtime/messaging/port.h"
#include "runtime/process/variables.h"

namespace parley {

// In megabytes; 0: V8's own choice. In the order of the array JavaScript sees.
enum WorkerLimit { kMaxYoung, kMaxOld, kCodeRange, kStackSize, kWorkerLimitCount };
using WorkerLimits = std::array<double, kWorkerLimitCount>;

class Worker : public HandleWrap {
 public:
  struct Settings {
    std::unique_ptr<Options> options;  // null: the parent's
    WorkerLimits limits = {};
    std::shared_ptr<Variables> variables;  // null: the process's
  };
  Worker(Environment* env, v8::Local<v8::Object> object, Settings settings);
  ~Worker() override;

  // What the worker in this environment is, in the worker itself; null on the main thread.
  static Worker* Of(Environment* env);

  // The parent's side. 0, or libuv's error.
  int StartThread();
  // Ends the worker's JavaScript where it is; from any thread.
  void Stop(int exit_code, const char* error_code = nullptr, const char* error_message = nullptr);
  uint64_t id() const { return id_; }
  const WorkerLimits& limits() const { return settings_.limits; }
  // Waits for the thread's end.
  void Join();
  // Nanoseconds the worker's loop has been idle; negative when it does not run.
  double IdleTime();
  // When the worker's loop began, on uv_hrtime()'s clock in milliseconds; negative: not yet.
  double LoopStart();

  // The worker's side.
  std::unique_ptr<PortData> TakePort() { return std::move(child_port_); }

 private:
  static uv_handle_t* InitAsync(Environment* env, uv_async_t* async);
  static void OnThreadEnd(uv_async_t* async);
  void Run();
  void RunIsolate(v8::Isolate* isolate, uv_loop_t* loop);
  v8::Isolate* NewIsolate();
  static size_t NearHeapLimit(void* self, size_t current, size_t initial);

  const uint64_t id_;
  Settings settings_;
  Environment* const parent_;
  std::unique_ptr<PortData> child_port_;
  uv_thread_t thread_;
  bool joinable_ = false;
  uv_async_t ended_;
  v8::Isolate* isolate_ = nullptr;  // the worker's

  std::mutex mutex_;  // guards what follows
  Environment* child_ = nullptr;
  uv_async_t stop_;
  bool stopped_ = false;
  int exit_code_ = 0;
  const char* error_code_ = nullptr;
  const char* error_message_ = nullptr;
};

}  // namespace parley

#endif  // RUNTIME_WORKER_WORKER_H_
