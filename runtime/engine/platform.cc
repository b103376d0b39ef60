// Background threads and foreground tasks.
#include "runtime/engine/platform.h"

#include <libplatform/libplatform.h>

#include <algorithm>

#include "runtime/engine/environment.h"

namespace parley {

void ForegroundRunner::PostTask(std::unique_ptr<v8::Task> task) {
  std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  if (env_ != nullptr) uv_async_send(&wake_);
}

void ForegroundRunner::PostDelayedTask(std::unique_ptr<v8::Task> task, double delay_in_seconds) {
  std::lock_guard lock(mutex_);
  delayed_.emplace_back(delay_in_seconds, std::move(task));
  if (env_ != nullptr) uv_async_send(&wake_);
}

void ForegroundRunner::Attach(Environment* env) {
  std::lock_guard lock(mutex_);
  uv_async_init(env->loop(), &wake_,
                [](uv_async_t* handle) { static_cast<ForegroundRunner*>(handle->data)->RunTasks(); });
  wake_.data = this;
  uv_unref(reinterpret_cast<uv_handle_t*>(&wake_));
  env_ = env;
  if (!tasks_.empty() || !delayed_.empty()) uv_async_send(&wake_);
}

void ForegroundRunner::Detach() {
  std::lock_guard lock(mutex_);
  if (env_ == nullptr) return;
  env_ = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&wake_), nullptr);
}

bool ForegroundRunner::RunTasks() {
  std::vector<std::unique_ptr<v8::Task>> tasks;
  std::vector<std::pair<double, std::unique_ptr<v8::Task>>> delayed;
  {
    std::lock_guard lock(mutex_);
    if (env_ == nullptr || env_->is_stopping()) return false;
    tasks.swap(tasks_);
    delayed.swap(delayed_);
  }
  for (auto& [delay, task] : delayed) StartDelayed(std::move(task), delay);
  for (auto& task : tasks) Run(std::move(task));
  return !tasks.empty();
}

void ForegroundRunner::Run(std::unique_ptr<v8::Task> task) {
  if (env_ == nullptr || env_->is_stopping()) return;
  v8::HandleScope handles(env_->isolate());
  v8::Context::Scope context_scope(env_->context());
  CallbackScope scope(env_, {});
  task->Run();
}

void ForegroundRunner::StartDelayed(std::unique_ptr<v8::Task> task, double delay_in_seconds) {
  struct Timer {
    uv_timer_t handle;
    std::shared_ptr<ForegroundRunner> runner;
    std::unique_ptr<v8::Task> task;
  };
  auto* timer = new Timer{{}, shared_from_this(), std::move(task)};  // deleted by its close callback
  uv_timer_init(env_->loop(), &timer->handle);
  timer->handle.data = timer;
  uv_timer_start(
      &timer->handle,
      [](uv_timer_t* handle) {
        auto* self = static_cast<Timer*>(handle->data);
        self->runner->Run(std::move(self->task));
        uv_close(reinterpret_cast<uv_handle_t*>(handle),
                 [](uv_handle_t* h) { delete static_cast<Timer*>(h->data); });
      },
      static_cast<uint64_t>(delay_in_seconds * 1000), 0);
  uv_unref(reinterpret_cast<uv_handle_t*>(&timer->handle));
}

Platform::Platform(int worker_count)
    : worker_count_(std::clamp(
          worker_count > 0 ? worker_count : static_cast<int>(std::thread::hardware_concurrency()), 1, 4)) {}

Platform::~Platform() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
    tasks_.clear();
    delayed_.clear();
  }
  available_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

std::shared_ptr<ForegroundRunner> Platform::RunnerOf(v8::Isolate* isolate) {
  std::lock_guard lock(runners_mutex_);
  auto& runner = runners_[isolate];
  if (!runner) runner = std::make_shared<ForegroundRunner>();
  return runner;
}

void Platform::Forget(v8::Isolate* isolate) {
  std::shared_ptr<ForegroundRunner> runner;  // outlives the lock: so do its tasks
  std::lock_guard lock(runners_mutex_);
  if (auto node = runners_.extract(isolate)) runner = std::move(node.mapped());
}

void Platform::StartWorkersLocked() {
  while (workers_.size() < static_cast<size_t>(worker_count_)) workers_.emplace_back([this] { Work(); });
}

void Platform::CallOnWorkerThread(std::unique_ptr<v8::Task> task) {
  {
    std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    StartWorkersLocked();
  }
  available_.notify_one();
}

void Platform::CallDelayedOnWorkerThread(std::unique_ptr<v8::Task> task, double delay_in_seconds) {
  {
    std::lock_guard lock(mutex_);
    auto due = Clock::now() +
               std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(delay_in_seconds));
    delayed_.emplace(due, std::move(task));
    StartWorkersLocked();
  }
  available_.notify_one();
}

std::unique_ptr<v8::JobHandle> Platform::PostJob(v8::TaskPriority priority,
                                                 std::unique_ptr<v8::JobTask> job_task) {
  return v8::platform::NewDefaultJobHandle(this, priority, std::move(job_task),
                                           static_cast<size_t>(NumberOfWorkerThreads()));
}

void Platform::Work() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (!delayed_.empty() && delayed_.begin()->first <= Clock::now()) {
      tasks_.push_back(std::move(delayed_.begin()->second));
      delayed_.erase(delayed_.begin());
    }
    if (tasks_.empty()) {
      if (delayed_.empty()) {
        available_.wait(lock);
      } else {
        available_.wait_until(lock, delayed_.begin()->first);
      }
      continue;
    }
    std::unique_ptr<v8::Task> task = std::move(tasks_.front());
    tasks_.pop_front();
    running_++;
    lock.unlock();
    task->Run();
    task.reset();
    lock.lock();
    running_--;
    if (running_ == 0 && tasks_.empty()) idle_.notify_all();
  }
}

bool Platform::DrainTasks(v8::Isolate* isolate) {
  std::shared_ptr<ForegroundRunner> runner = RunnerOf(isolate);
  bool worked = false;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      idle_.wait(lock, [this] { return running_ == 0 && tasks_.empty(); });
    }
    if (!runner->RunTasks()) return worked;
    worked = true;
  }
}

}  // namespace parley
