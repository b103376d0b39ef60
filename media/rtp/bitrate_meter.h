// Bits a second over the last second, in ten slots: what was counted, wherever the second began.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "media/core/time.h"

namespace parley::media::rtp {

class BitrateMeter {
 public:
  void add(size_t bytes, TimePoint now) {
    advance(now);
    slots_[static_cast<size_t>(newest_) % kSlots] += static_cast<uint32_t>(bytes);
    sum_ += bytes;
  }

  uint32_t bps(TimePoint now) const {
    BitrateMeter at = *this;
    at.advance(now);
    if (at.sum_ == 0) return 0;
    // The slots reach back over nine whole ones and the begun one; a younger stream is measured over its age,
    // but never over less than two slots.
    const int64_t covered = to_us(now) - (at.newest_ - static_cast<int64_t>(kSlots) + 1) * kSlotUs;
    const int64_t span = std::clamp(to_us(now) - at.first_us_, 2 * kSlotUs, covered);
    return static_cast<uint32_t>(at.sum_ * 8 * 1'000'000 / static_cast<uint64_t>(span));
  }

 private:
  static constexpr size_t kSlots = 10;
  static constexpr int64_t kSlotUs = 100'000;

  void advance(TimePoint now) {
    const int64_t slot = to_us(now) / kSlotUs;
    if (sum_ == 0) {  // never used, or silent for the whole window
      first_us_ = to_us(now);
      newest_ = slot;
      return;
    }
    for (int64_t s = newest_ + 1; s <= slot && s <= newest_ + static_cast<int64_t>(kSlots); ++s) {
      uint32_t& old = slots_[static_cast<size_t>(s) % kSlots];
      sum_ -= old;
      old = 0;
    }
    if (slot > newest_) newest_ = slot;
    if (sum_ == 0) first_us_ = to_us(now);
  }

  std::array<uint32_t, kSlots> slots_{};
  uint64_t sum_ = 0;
  int64_t newest_ = 0;
  int64_t first_us_ = 0;
};

}  // namespace parley::media::rtp
