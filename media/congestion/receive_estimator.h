// How much the way from one peer to us carries, for a sender that leaves the estimate to its receiver (REMB,
// draft-alvestrand-rmcat-remb-03) and gets no transport-wide feedback: by the times its packets left
// (abs-send-time) and came.
#pragma once

#include <cstdint>
#include <optional>

#include "media/congestion/delay_detector.h"
#include "media/congestion/path_delay.h"
#include "media/congestion/rate_control.h"
#include "media/congestion/rate_meter.h"
#include "media/core/time.h"

namespace parley::media::congestion {

class ReceiveEstimator {
 public:
  static constexpr int64_t kStartBps = 1'000'000, kLeastBps = 30'000, kMostBps = 50'000'000;
  static constexpr Duration kInterval = std::chrono::seconds(1);  // a cut is told at once
  static constexpr Duration kUpdate = std::chrono::milliseconds(50);
  static constexpr Duration kSilence = std::chrono::seconds(1);

  // `sent`: modulo kWrap, as the extension says. `size` is the whole datagram's.
  static constexpr Duration kWrap = std::chrono::seconds(64);
  void on_packet(Duration sent, size_t size, TimePoint now);

  // kNever while nothing arrives.
  TimePoint next_deadline() const { return due_; }
  // What the sender is to be told now, in bit/s.
  int64_t take(TimePoint now);
  int64_t rate_bps() const { return rate_.rate(); }

 private:
  int64_t unwrap(Duration sent, TimePoint now);
  void update(TimePoint now);

  DelayDetector detector_;
  PathDelay path_;
  RateControl rate_{kStartBps, kLeastBps, kMostBps};
  RateMeter arrived_;
  std::optional<Duration> last_sent_;
  int64_t sent_us_ = 0;
  TimePoint last_packet_, last_update_;
  TimePoint due_ = kNever;
};

}  // namespace parley::media::congestion
