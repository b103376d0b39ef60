// What V8 asks of the program around it: threads for background work, started when there is some, and tasks
// for the thread of an isolate, which run on its libuv loop.
#ifndef RUNTIME_ENGINE_PLATFORM_H_
#define RUNTIME_ENGINE_PLATFORM_H_

#include <uv.h>
#include <v8.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace parley {

class Environment;

// The tasks of one isolate's own thread.
class ForegroundRunner : public v8::TaskRunner, public std::enable_shared_from_this<ForegroundRunner> {
 public:
  void PostTask(std::unique_ptr<v8::Task> task) override;
  void PostNonNestableTask(std::unique_ptr<v8::Task> task) override { PostTask(std::move(task)); }
  void PostDelayedTask(std::unique_ptr<v8::Task> task, double delay_in_seconds) override;
  void PostNonNestableDelayedTask(std::unique_ptr<v8::Task> task, double delay_in_seconds) override {
    PostDelayedTask(std::move(task), delay_in_seconds);
  }
  void PostIdleTask(std::unique_ptr<v8::IdleTask>) override {}  // never: IdleTasksEnabled() is false
  bool IdleTasksEnabled() override { return false; }
  bool NonNestableTasksEnabled() const override { return true; }
  bool NonNestableDelayedTasksEnabled() const override { return true; }

  // From now on tasks run on the environment's loop. They do not keep it alive.
  void Attach(Environment* env);
  // No more, and the loop is free of the runner once it has run its close callbacks.
  void Detach();
  // Runs what waits. True when there was anything.
  bool RunTasks();

 private:
  void Run(std::unique_ptr<v8::Task> task);
  void StartDelayed(std::unique_ptr<v8::Task> task, double delay_in_seconds);

  std::mutex mutex_;
  std::vector<std::unique_ptr<v8::Task>> tasks_;
  std::vector<std::pair<double, std::unique_ptr<v8::Task>>>
      delayed_;  // seconds; not on the loop's timers yet
  Environment* env_ = nullptr;
  uv_async_t wake_;
};

class Platform : public v8::Platform {
 public:
  // Of 0 workers the platform makes as many as the machine has processors. At most 4.
  explicit Platform(int worker_count = 0);
  ~Platform() override;

  int NumberOfWorkerThreads() override { return worker_count_; }
  std::shared_ptr<v8::TaskRunner> GetForegroundTaskRunner(v8::Isolate* isolate) override {
    return RunnerOf(isolate);
  }
  void CallOnWorkerThread(std::unique_ptr<v8::Task> task) override;
  void CallDelayedOnWorkerThread(std::unique_ptr<v8::Task> task, double delay_in_seconds) override;
  std::unique_ptr<v8::JobHandle> PostJob(v8::TaskPriority priority,
                                         std::unique_ptr<v8::JobTask> job_task) override;
  double MonotonicallyIncreasingTime() override { return static_cast<double>(uv_hrtime()) / 1e9; }
  double CurrentClockTimeMillis() override { return SystemClockTimeMillis(); }
  v8::TracingController* GetTracingController() override { return &tracing_; }

  std::shared_ptr<ForegroundRunner> RunnerOf(v8::Isolate* isolate);
  // The isolate ends: what is left of its tasks is dropped.
  void Forget(v8::Isolate* isolate);
  // Waits for background work and runs what it leads to on the isolate's thread, until there is neither.
  // True when there was anything.
  bool DrainTasks(v8::Isolate* isolate);

 private:
  using Clock = std::chrono::steady_clock;
  void Work();
  void StartWorkersLocked();

  const int worker_count_;
  v8::TracingController tracing_;
  std::mutex mutex_;
  std::condition_variable available_;
  std::condition_variable idle_;
  std::deque<std::unique_ptr<v8::Task>> tasks_;
  std::multimap<Clock::time_point, std::unique_ptr<v8::Task>> delayed_;
  int running_ = 0;
  bool ending_ = false;
  std::vector<std::thread> workers_;
  std::mutex runners_mutex_;
  std::unordered_map<v8::Isolate*, std::shared_ptr<ForegroundRunner>> runners_;
};

}  // namespace parley

#endif  // RUNTIME_ENGINE_PLATFORM_H_
