// The rate that the delay allows (draft-ietf-rmcat-gcc-02 section 5.5): grows by 8 % a second while it is far
// from where the network was full last; near that by a fixed step, less what the queue takes back (as in
// NADA, RFC 8698: rivals see the same queue and end with the same rate); and is cut to 0.85 of what arrives
// when a queue grows.
#pragma once

#include <cstdint>
#include <optional>

#include "media/congestion/delay_detector.h"
#include "media/core/time.h"

namespace parley::media::congestion {

class RateControl {
 public:
  RateControl(int64_t start_bps, int64_t least_bps, int64_t most_bps)
      : rate_(start_bps), least_(least_bps), most_(most_bps) {}

  struct Input {
    Usage usage = Usage::kNormal;
    std::optional<int64_t> acknowledged_bps;  // over half a second
    std::optional<int64_t> carried_bps;       // by the path: where a queue shows it
    Duration standing_queue{0};               // without bursts and jitter
    Duration round_trip{0};
    int64_t harmless_bps = 0;  // the queue is no reason to go below this, or to stay below what arrives of it
    bool sudden = false;       // the path has just become slow: no cut waits for an older one's effect
    bool draining = false;     // a queue that grew before is still there: wait until it is gone
  };
  // From here on it is a queue, and not what is left of jitter.
  static constexpr Duration kQueue = std::chrono::milliseconds(10);

  // Called with every feedback. Returns the rate in bit/s.
  int64_t update(const Input& input, TimePoint now);
  int64_t rate() const { return rate_; }
  // Whether the path carries so little of the rate that a queue must be growing fast.
  bool is_far_above(int64_t carried_bps) const { return carried_bps * 5 < rate_ * 3; }
  // What a probe measured, or a bound that came from elsewhere.
  void set(int64_t bps, TimePoint now);
  std::optional<TimePoint> last_decrease() const { return last_decrease_; }

 private:
  enum class State : uint8_t { kHold, kIncrease };
  void increase(const Input& input, TimePoint now);
  void decrease(const Input& input, TimePoint now);
  // Where the network was full the last times, and how much that varied.
  bool near_capacity(int64_t bps) const;
  void learn_capacity(int64_t bps);

  int64_t rate_;
  int64_t least_;
  int64_t most_;
  State state_ = State::kIncrease;
  std::optional<TimePoint> last_update_;
  std::optional<TimePoint> last_decrease_;
  double capacity_kbps_ = 0;  // 0: not known
  double deviation_ = 0.4;    // of capacity, squared, over capacity
};

}  // namespace parley::media::congestion
