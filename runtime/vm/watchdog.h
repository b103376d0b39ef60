// What may end JavaScript that runs too long: a time limit, or SIGINT (Node doc: vm, options timeout and
// breakOnSigint).
#ifndef RUNTIME_VM_WATCHDOG_H_
#define RUNTIME_VM_WATCHDOG_H_

#include <v8.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace parley {

class Environment;

// Terminates the isolate's JavaScript when the time is over. Zero or less: never.
class TimeLimit {
 public:
  TimeLimit(v8::Isolate* isolate, int64_t milliseconds);
  ~TimeLimit() { Stop(); }
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;
  // True when the time was over.
  bool Stop();

 private:
  v8::Isolate* isolate_;
  std::mutex mutex_;
  std::condition_variable done_;
  bool finished_ = false;
  bool fired_ = false;
  std::thread thread_;
};

// While it lives, SIGINT terminates the isolate's JavaScript, and nobody else hears of it. Nests.
class SigintLimit {
 public:
  SigintLimit(v8::Isolate* isolate, bool active);
  ~SigintLimit() { Stop(); }
  SigintLimit(const SigintLimit&) = delete;
  SigintLimit& operator=(const SigintLimit&) = delete;
  // True when the signal came.
  bool Stop();

 private:
  friend class SigintListener;
  v8::Isolate* isolate_;
  bool active_;
  bool fired_ = false;
};

// Both around one run, and the exceptions they become.
class RunLimits {
 public:
  RunLimits(Environment* env, int64_t timeout, bool break_on_sigint);
  // Ends the watch. True when the run was cut short: then Throw() after leaving its TryCatch.
  bool Stop();
  void Throw();

 private:
  Environment* env_;
  int64_t timeout_;
  TimeLimit time_;
  SigintLimit sigint_;
  bool timed_out_ = false;
  bool interrupted_ = false;
};

}  // namespace parley

#endif  // RUNTIME_VM_WATCHDOG_H_
