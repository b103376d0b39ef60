// The event loop of an environment: timers, then libuv's polling, then immediates; 'beforeExit' when nothing
// is left (Node doc: "The Node.js event loop", timers, process event 'beforeExit').
#include <ctime>

#include "runtime/engine/environment.h"

namespace parley {

void Environment::StartLoop() {
  if (loop_started_) return;
  loop_started_ = true;
  uv_timer_init(loop_, &timer_);
  uv_unref(reinterpret_cast<uv_handle_t*>(&timer_));
  timer_.data = this;
  uv_check_init(loop_, &immediate_check_);
  immediate_check_.data = this;
  uv_check_start(&immediate_check_,
                 [](uv_check_t* h) { static_cast<Environment*>(h->data)->RunImmediates(); });
  uv_unref(reinterpret_cast<uv_handle_t*>(&immediate_check_));
  uv_idle_init(loop_, &immediate_idle_);
}

void Environment::ScheduleTimer(uint64_t milliseconds) {
  uv_timer_start(
      &timer_, [](uv_timer_t* h) { static_cast<Environment*>(h->data)->RunTimers(); }, milliseconds, 0);
}

void Environment::RefTimer(bool referenced) {
  auto* handle = reinterpret_cast<uv_handle_t*>(&timer_);
  referenced ? uv_ref(handle) : uv_unref(handle);
}

// An idle handle keeps the loop from sleeping while referenced immediates wait.
void Environment::RefImmediates(bool referenced) {
  if (referenced) {
    uv_idle_start(&immediate_idle_, [](uv_idle_t*) {});
  } else {
    uv_idle_stop(&immediate_idle_);
  }
}

void Environment::RunTimers() {
  if (stopping_ || !HasHook(Hook::kTimers)) return;
  v8::HandleScope handles(isolate_);
  v8::Local<v8::Context> main_context = context();
  v8::Context::Scope context_scope(main_context);
  CallbackScope scope(this, {});
  v8::Local<v8::Value> next;
  while (true) {
    v8::TryCatch try_catch(isolate_);
    v8::Local<v8::Value> now = v8::Number::New(isolate_, static_cast<double>(uv_now(loop_)));
    if (GetHook(Hook::kTimers)->Call(main_context, v8::Undefined(isolate_), 1, &now).ToLocal(&next)) break;
    // A timer's callback threw. The hook is entered again for those still due.
    if (!try_catch.HasCaught() || try_catch.HasTerminated() || stopping_) return;
    TriggerUncaughtException(try_catch.Exception(), try_catch.Message());
  }
  double expiry = next->IsNumber() ? next.As<v8::Number>()->Value() : 0;
  if (expiry == 0) return;
  double delay = (expiry < 0 ? -expiry : expiry) - static_cast<double>(uv_now(loop_));
  ScheduleTimer(delay > 1 ? static_cast<uint64_t>(delay) : 1);
  RefTimer(expiry > 0);
}

void Environment::RunSoonTasks() {
  std::vector<std::function<void()>> tasks;
  tasks.swap(soon_);
  v8::HandleScope handles(isolate_);
  v8::Context::Scope context_scope(context());
  for (const auto& task : tasks) {
    if (!stopping_) task();
  }
}

void Environment::RunImmediates() {
  async_.FlushDestroyed();
  if (!soon_.empty()) RunSoonTasks();
  if (stopping_ || fields_[kImmediates] == 0 || !HasHook(Hook::kImmediates)) return;
  v8::HandleScope handles(isolate_);
  v8::Local<v8::Context> main_context = context();
  v8::Context::Scope context_scope(main_context);
  {
    CallbackScope scope(this, {});
    while (true) {
      v8::TryCatch try_catch(isolate_);
      if (!GetHook(Hook::kImmediates)->Call(main_context, v8::Undefined(isolate_), 0, nullptr).IsEmpty())
        break;
      if (!try_catch.HasCaught() || try_catch.HasTerminated() || stopping_) return;
      TriggerUncaughtException(try_catch.Exception(), try_catch.Message());
    }
  }
  if (fields_[kReferencedImmediates] == 0) RefImmediates(false);
}

namespace {
// Nanoseconds this thread has worked.
uint64_t ThreadTime() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}
}  // namespace

// libuv measures it with one more system call in each round of the loop: only once somebody asks. Up to then
// it is the time in which the thread did not work.
uint64_t Environment::IdleTime() {
  if (!measures_idle_time_) {
    measures_idle_time_ = true;
    uv_loop_configure(loop_, UV_METRICS_IDLE_TIME);
    if (uint64_t start = milestone(Milestone::kLoopStart); start != 0) {
      uint64_t passed = uv_hrtime() - start;
      uint64_t worked = ThreadTime() - loop_start_work_;
      idle_before_ = passed > worked ? passed - worked : 0;
    }
  }
  return idle_before_ + uv_metrics_idle_time(loop_);
}

int Environment::RunLoop() {
  Reach(Milestone::kLoopStart);
  loop_start_work_ = ThreadTime();
  v8::HandleScope handles(isolate_);
  v8::Local<v8::Context> main_context = context();
  v8::Context::Scope context_scope(main_context);
  bool alive = true;
  while (alive && !stopping_) {
    uv_run(loop_, UV_RUN_DEFAULT);
    if (drain_platform) drain_platform();
    async_.FlushDestroyed();
    alive = uv_loop_alive(loop_) != 0;
    if (alive || !HasHook(Hook::kBeforeExit)) continue;
    v8::HandleScope inner(isolate_);
    MakeCallback(v8::Undefined(isolate_), GetHook(Hook::kBeforeExit), 0, nullptr);
    alive = uv_loop_alive(loop_) != 0;
  }
  Reach(Milestone::kLoopExit);
  if (stopping_) return 0;
  if (!HasHook(Hook::kExit)) return 0;
  v8::TryCatch try_catch(isolate_);
  v8::Local<v8::Value> code;
  for (int attempt = 0; attempt < 2; attempt++) {
    if (GetHook(Hook::kExit)->Call(main_context, v8::Undefined(isolate_), 0, nullptr).ToLocal(&code)) {
      return code->IsInt32() ? code.As<v8::Int32>()->Value() : 0;
    }
    // A listener of 'exit' threw. If that is handled the code is still to be asked for.
    if (!try_catch.HasCaught() || try_catch.HasTerminated()) break;
    v8::Local<v8::Value> error = try_catch.Exception();
    v8::Local<v8::Message> message = try_catch.Message();
    try_catch.Reset();
    TriggerUncaughtException(error, message);
  }
  return 7;
}

}  // namespace parley
