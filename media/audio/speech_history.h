// What one source's audio levels (RFC 6464) tell of whether it speaks: two seconds in slots of 20 ms, each
// active or not, and a loudness that falls slowly. A slot is active when it is clearly above the source's own
// noise floor, so that a fan or a tone that never changes does not speak.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "media/core/time.h"

namespace parley::media::audio {

// In dB above silence (-127 dBov): 127 is the loudest.
using Loudness = float;

class SpeechHistory {
 public:
  static constexpr Duration kSlot = std::chrono::milliseconds(20);
  static constexpr int kImmediate = 5;  // slots: 100 ms
  static constexpr int kMedium = 25;    // 500 ms
  static constexpr int kLong = 100;     // 2 s

  // One packet's level; the loudest of a slot counts.
  void on_level(uint8_t below_overload) {
    current_ = std::max(current_, static_cast<Loudness>(127 - std::min<int>(below_overload, 127)));
  }

  // Ends a slot. One without a packet was silent.
  void end_slot() {
    const bool active = current_ > kLeast && current_ > std::min(floor_, floor_before_) + kAboveFloor;
    slots_[1] = slots_[1] << 1 | slots_[0] >> 63;
    slots_[0] = slots_[0] << 1 | (active ? 1 : 0);
    if (current_ >= 0) follow_floor();
    loudness_ = std::max({current_, loudness_ - kLoudnessFall, Loudness{0}});
    current_ = kNoPacket;
  }

  // Active slots among the latest.
  int immediate() const { return count(kImmediate); }
  int medium() const { return count(kMedium); }
  int in_long() const { return std::popcount(slots_[0]) + count_second(kLong - 64); }
  Loudness loudness() const { return std::max(loudness_, current_); }

 private:
  static constexpr Loudness kNoPacket = -1;   // digital silence, at 0, is a level like others
  static constexpr Loudness kLeast = 57;      // -70 dBov
  static constexpr Loudness kAboveFloor = 8;  // dB
  static constexpr int kFloorSlots = 75;      // 1.5 s: speech has a gap in that
  static constexpr Loudness kLoudnessFall = 0.5f;

  // The floor is the quietest slot of the last one and a half to three seconds. No packet says nothing of it.
  void follow_floor() {
    floor_ = std::min(floor_, current_);
    if (++floor_slots_ < kFloorSlots) return;
    floor_slots_ = 0;
    floor_before_ = floor_;
    floor_ = 127;
  }

  static constexpr uint64_t low_bits(int n) { return n >= 64 ? ~uint64_t{0} : (uint64_t{1} << n) - 1; }
  int count(int n) const { return std::popcount(slots_[0] & low_bits(n)); }
  int count_second(int n) const { return std::popcount(slots_[1] & low_bits(n)); }

  std::array<uint64_t, 2> slots_{};  // bit 0 of the first is the latest
  Loudness current_ = kNoPacket;
  Loudness floor_ = 127;
  Loudness floor_before_ = 127;
  int floor_slots_ = 0;
  Loudness loudness_ = 0;
};

}  // namespace parley::media::audio
