// Implements media/io/thread_links.h.
#include "media/io/thread_links.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

namespace parley::media::io {

Result<std::unique_ptr<ThreadLinks>, IoError> ThreadLinks::create(size_t threads) {
  if (threads == 0 || threads > MessageLinks::kMaxThreads) return IoError{EINVAL, "1 to 26 media threads"};
  auto links = std::make_unique<ThreadLinks>();
  for (size_t i = 0; i < threads; ++i) {
    auto& port = links->ports_.emplace_back(std::make_unique<Port>());
    port->all_ = links.get();
    port->self_ = i;
    port->wake_ = Fd(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    if (!port->wake_.valid()) return IoError{errno, "cannot make an eventfd"};
    for (size_t j = 0; j < threads; ++j) {
      links->rings_.push_back(i == j ? nullptr : std::make_unique<SpscRing>(kRingBytes));
    }
  }
  return links;
}

bool ThreadLinks::Port::send(size_t thread, std::span<const uint8_t> head, std::span<const uint8_t> body,
                             std::span<const uint8_t> tail) {
  if (!all_->ring(self_, thread).push(head, body, tail)) {
    dropped_.store(dropped() + 1, std::memory_order_relaxed);
    return false;
  }
  written_to_ |= uint64_t{1} << thread;
  return true;
}

void ThreadLinks::Port::notify() {
  if (written_to_ == 0) return;
  // Pairs with may_sleep(): either the sleeper sees the message or we see that it sleeps. `sleeping_` is only
  // ever exchanged, so that whoever comes later has seen what was written before; a fence would do the same,
  // and ThreadSanitizer knows none.
  for (size_t i = 0; i < threads(); ++i) {
    if ((written_to_ >> i & 1) == 0) continue;
    Port& other = *all_->ports_[i];
    if (!other.sleeping_.exchange(false, std::memory_order_acq_rel)) continue;
    const uint64_t one = 1;
    if (write(other.wake_.get(), &one, sizeof one) < 0) {
      // A full counter wakes as well.
    }
  }
  written_to_ = 0;
}

bool ThreadLinks::Port::may_sleep() {
  sleeping_.exchange(true, std::memory_order_acq_rel);
  for (size_t from = 0; from < threads(); ++from) {
    if (from == self_ || all_->ring(from, self_).empty()) continue;
    sleeping_.exchange(false, std::memory_order_acq_rel);
    return false;
  }
  return true;
}

void ThreadLinks::Port::awake() {
  sleeping_.exchange(false, std::memory_order_acq_rel);
  uint64_t count;
  if (read(wake_.get(), &count, sizeof count) < 0) {
    // Something else woke it.
  }
}

}  // namespace parley::media::io
