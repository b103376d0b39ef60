// Time limits and SIGINT around a run. See watchdog.h.
#include "runtime/vm/watchdog.h"

#include <semaphore.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include "runtime/engine/environment.h"

namespace parley {

TimeLimit::TimeLimit(v8::Isolate* isolate, int64_t milliseconds) : isolate_(isolate) {
  if (milliseconds <= 0) return;
  thread_ = std::thread([this, milliseconds] {
    std::unique_lock lock(mutex_);
    if (done_.wait_for(lock, std::chrono::milliseconds(milliseconds), [this] { return finished_; })) return;
    fired_ = true;
    isolate_->TerminateExecution();
  });
}

bool TimeLimit::Stop() {
  if (!thread_.joinable()) return fired_;
  {
    std::lock_guard lock(mutex_);
    finished_ = true;
  }
  done_.notify_one();
  thread_.join();
  return fired_;
}

// The process's one SIGINT handler while somebody wants it, and the thread it wakes: a handler may do nothing
// but post.
class SigintListener {
 public:
  static SigintListener& Get() {
    static SigintListener listener;
    return listener;
  }

  void Add(SigintLimit* limit) {
    std::lock_guard lock(mutex_);
    limits_.push_back(limit);
    if (limits_.size() > 1) return;
    sem_init(&wake_, 0, 0);
    stopping_ = false;
    struct sigaction action = {};
    action.sa_handler = [](int) { sem_post(&Get().wake_); };
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, &outer_);
    thread_ = std::thread([this] { Listen(); });
  }

  void Remove(SigintLimit* limit) {
    std::unique_lock lock(mutex_);
    limits_.erase(std::find(limits_.begin(), limits_.end(), limit));
    if (!limits_.empty()) return;
    sigaction(SIGINT, &outer_, nullptr);
    stopping_ = true;
    sem_post(&wake_);
    lock.unlock();
    thread_.join();
    sem_destroy(&wake_);
  }

 private:
  void Listen() {
    while (true) {
      while (sem_wait(&wake_) != 0) {
      }
      std::lock_guard lock(mutex_);
      if (stopping_) return;
      // The innermost run is the one to end.
      if (limits_.empty()) continue;
      limits_.back()->fired_ = true;
      limits_.back()->isolate_->TerminateExecution();
    }
  }

  std::mutex mutex_;
  std::vector<SigintLimit*> limits_;
  sem_t wake_;
  bool stopping_ = false;
  struct sigaction outer_ = {};
  std::thread thread_;
};

SigintLimit::SigintLimit(v8::Isolate* isolate, bool active) : isolate_(isolate), active_(active) {
  if (active_) SigintListener::Get().Add(this);
}

bool SigintLimit::Stop() {
  if (active_) SigintListener::Get().Remove(this);
  active_ = false;
  return fired_;
}

RunLimits::RunLimits(Environment* env, int64_t timeout, bool break_on_sigint)
    : env_(env),
      timeout_(timeout),
      time_(env->isolate(), timeout),
      sigint_(env->isolate(), break_on_sigint) {}

bool RunLimits::Stop() {
  timed_out_ = time_.Stop();
  interrupted_ = sigint_.Stop();
  if (!timed_out_ && !interrupted_) return false;
  env_->isolate()->CancelTerminateExecution();
  return true;
}

void RunLimits::Throw() {
  if (timed_out_) {
    env_->ThrowError("ERR_SCRIPT_EXECUTION_TIMEOUT",
                     "Script execution timed out after " + std::to_string(timeout_) + "ms");
  } else {
    env_->ThrowError("ERR_SCRIPT_EXECUTION_INTERRUPTED", "Script execution was interrupted by `SIGINT`");
  }
}

}  // namespace parley
