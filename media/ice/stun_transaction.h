// When a STUN request is sent again and when it is given up (RFC 8489 section 6.2.1 over UDP, section 6.2.2
// over reliable transports).
#pragma once

#include <cstdint>

#include "media/core/time.h"

namespace parley::media::stun {

struct Timing {
  Duration rto = std::chrono::milliseconds(500);
  uint8_t tries = 7;       // Rc
  uint8_t last_wait = 16;  // Rm: in units of the RTO
  bool reliable = false;   // sent once, and waited for as long
};

class Retransmission {
 public:
  Retransmission() = default;
  Retransmission(const Timing& timing, TimePoint now) : timing_(timing), due_(now) {}

  TimePoint due() const { return due_; }
  // At due(): whether to send (again), or to give up.
  bool next(TimePoint now) {
    const int tries = timing_.reliable ? 1 : timing_.tries;
    if (sends_ >= tries) return false;
    const bool is_last = sends_ + 1 == tries;
    if (timing_.reliable) {
      due_ = now + timing_.rto * ((1 << (timing_.tries - 1)) - 1 + timing_.last_wait);  // Ti
    } else {
      due_ = now + (is_last ? timing_.rto * timing_.last_wait : timing_.rto * (int64_t{1} << sends_));
    }
    ++sends_;
    return true;
  }

 private:
  Timing timing_;
  TimePoint due_ = kNever;
  uint8_t sends_ = 0;
};

}  // namespace parley::media::stun
