// Polling for an answer without sleeping. See busy_wait.h.
#include "runtime/child_process/busy_wait.h"

#include <sched.h>

#include <algorithm>

#include "runtime/engine/environment.h"

namespace parley {

void BusyWait::Sent(Environment* env) {
  if (!is_ready_) {
    is_ready_ = true;
    is_useful_ = uv_available_parallelism() > 1;
    uv_idle_init(env->loop(), &idle_);
    idle_.data = this;
    uv_unref(reinterpret_cast<uv_handle_t*>(&idle_));
  }
  if (!is_useful_ || is_polling_) return;
  if (to_skip_ > 0) {
    to_skip_--;
    return;
  }
  is_polling_ = true;
  since_ = 0;  // what JavaScript does before the loop's next turn is no waiting
  uv_idle_start(&idle_, [](uv_idle_t* handle) { static_cast<BusyWait*>(handle->data)->Poll(); });
}

void BusyWait::Poll() {
  const uint64_t now = uv_hrtime();
  if (since_ == 0) {
    since_ = now;
  } else if (now - since_ > kLimit || now - last_poll_ > kLost) {
    return End(false);
  } else {
    sched_yield();  // the other process may wait for this very processor
  }
  last_poll_ = now;
}

void BusyWait::Received() {
  if (is_polling_) End(since_ == 0 || uv_hrtime() - last_poll_ <= kLost);
}

void BusyWait::End(bool was_good) {
  is_polling_ = false;
  uv_idle_stop(&idle_);
  if (was_good) {
    last_skipped_ -= last_skipped_ / 8;
  } else {
    last_skipped_ = std::min(std::max(last_skipped_ * 2, 8u), kMostSkipped);
    to_skip_ = last_skipped_;
  }
}

}  // namespace parley
