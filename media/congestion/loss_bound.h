// The rate that loss allows (after draft-ietf-rmcat-gcc-02 section 6). Loss alone is a poor sign of
// congestion: radio links lose packets whatever is sent. So up to a tenth is borne, and less than that holds
// the rate only while the delay says that a queue is growing; more than a tenth, and beyond doubt by the
// number of packets it was counted on, cuts it. What was cut comes back quickly when the loss has gone.
#pragma once

#include <cstdint>

#include "media/core/time.h"

namespace parley::media::congestion {

class LossBound {
 public:
  static constexpr int64_t kNoBound = INT64_MAX;

  explicit LossBound(int64_t least_bps) : least_(least_bps) {}

  // What feedback told since the last call. `rate` is the one in force; `queueing`: the delay has been
  // growing lately.
  void on_counts(int received, int lost, int64_t rate, bool queueing, TimePoint now);
  int64_t bound() const { return bound_; }
  double loss() const { return loss_; }  // of the latest window
  void reset();

 private:
  void on_window(int packets, double loss, int64_t rate, bool queueing);

  int64_t least_;
  int64_t bound_ = kNoBound;
  int64_t before_ = 0;  // the rate from which cuts began
  int received_ = 0, lost_ = 0;
  TimePoint window_start_;
  bool counting_ = false;
  double loss_ = 0;
};

}  // namespace parley::media::congestion
