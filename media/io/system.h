// The operating system's clock and randomness, for those who drive the engine.
#pragma once

#include "media/core/random.h"
#include "media/core/time.h"

namespace parley::media::io {

// CLOCK_MONOTONIC.
TimePoint monotonic_now();
// Microseconds since 1970, for NTP timestamps.
int64_t wall_clock_us();

// getrandom(2): for secrets. Stateless, so one may be made anywhere.
class SystemRandom final : public Random {
 public:
  void fill(std::span<uint8_t> out) override;
};

}  // namespace parley::media::io
