// Tells a path that has become longer from a queue, where a queue would have gone: far less gets through than
// when the delay came, for a second, and the delay is the same. A queue of our own would have emptied in that
// time, and in one that others keep full nobody has less than we, so it is no reason to stay away.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "media/core/time.h"

namespace parley::media::congestion {

class LastingDelay {
 public:
  // Called after each feedback. True when the delay is the path's.
  bool look(Duration standing_queue, int64_t acknowledged_bps, TimePoint now) {
    if (standing_queue < kNone) {
      *this = LastingDelay();
      return false;
    }
    most_bps_ = std::max(most_bps_, acknowledged_bps);
    if (acknowledged_bps * kFarLess > most_bps_) {
      since_.reset();
      with_much_ = standing_queue;
      return false;
    }
    if (!since_) {
      since_ = now;
      least_ = standing_queue;
    }
    least_ = std::min(least_, standing_queue);
    if (now - *since_ < kLongEnough) return false;
    const bool lasts = least_ * 2 > with_much_;
    *this = LastingDelay();
    return lasts;
  }

 private:
  static constexpr Duration kNone = std::chrono::milliseconds(15);
  static constexpr Duration kLongEnough = std::chrono::seconds(1);
  static constexpr int64_t kFarLess = 3;

  int64_t most_bps_ = 0;            // since the delay came
  Duration with_much_{0};           // the delay when much was sent
  std::optional<TimePoint> since_;  // far less is sent
  Duration least_{0};               // since then
};

}  // namespace parley::media::congestion
