// Polling for an answer without sleeping. See busy_wait.h.
#include "runtime/child_process/busy_wait.h"

#include <sched.h>

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
    return End(now - since_);
  } else {
    sched_yield();  // the other process may wait for this very processor
  }
  last_poll_ = now;
}

void BusyWait::Received() {
  if (!is_polling_) return;
  const uint64_t lost = since_ == 0 ? 0 : uv_hrtime() - last_poll_;
  End(lost > kLost ? lost : 0);
}

void BusyWait::End(uint64_t wasted) {
  is_polling_ = false;
  uv_idle_stop(&idle_);
  to_skip_ = wasted / kPrice;
}

}  // namespace parley
