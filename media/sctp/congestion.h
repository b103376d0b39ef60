// Congestion control of one path (RFC 9260 section 7.2), the number of bytes that may be on the way; and its
// round-trip time and retransmission time-out (section 6.3.1).
#pragma once

#include <algorithm>
#include <cstddef>

#include "media/sctp/config.h"
#include "media/sctp/serial.h"

namespace parley::media::sctp {

class CongestionWindow {
 public:
  explicit CongestionWindow(size_t mtu)
      : mtu_(mtu), window_(std::min(4 * mtu, std::max(2 * mtu, size_t{4404}))) {}

  size_t window() const { return window_; }
  size_t slow_start_threshold() const { return threshold_; }
  bool in_recovery() const { return in_recovery_; }
  void set_slow_start_threshold(size_t bytes) { threshold_ = bytes; }

  // `acked` bytes left the network; `was_full`: the window, not a lack of data, had held sending up.
  void on_ack(size_t acked, bool cumulative_advanced, bool was_full, Serial cumulative) {
    if (in_recovery_ && cumulative >= recovery_point_) in_recovery_ = false;
    if (!cumulative_advanced || in_recovery_ || !was_full) return;
    if (window_ < threshold_) {
      window_ += std::min(acked, 2 * mtu_);  // two: a SACK comes for every second packet (RFC 3465)
      return;
    }
    partial_acked_ += acked;
    if (partial_acked_ < window_) return;
    partial_acked_ -= window_;
    window_ += mtu_;
  }

  // Chunks were found missing; `highest` is the last TSN sent. Once for each window of loss. True when
  // recovery began.
  bool on_loss(Serial highest) {
    if (in_recovery_) return false;
    in_recovery_ = true;
    recovery_point_ = highest;
    threshold_ = std::max(window_ / 2, 4 * mtu_);
    window_ = threshold_;
    partial_acked_ = 0;
    return true;
  }

  void on_timeout() {
    in_recovery_ = false;
    threshold_ = std::max(window_ / 2, 4 * mtu_);
    window_ = mtu_;
    partial_acked_ = 0;
  }

 private:
  size_t mtu_;
  size_t window_;
  size_t threshold_ = SIZE_MAX;
  size_t partial_acked_ = 0;
  bool in_recovery_ = false;
  Serial recovery_point_ = 0;
};

class RetransmissionTimeout {
 public:
  explicit RetransmissionTimeout(const Config& config)
      : min_(config.rto_min), max_(config.rto_max), timeout_(config.rto_initial) {}

  void on_sample(Duration rtt) {
    if (smoothed_ == Duration::zero()) {
      smoothed_ = rtt;
      variation_ = rtt / 2;
    } else {
      const Duration off = smoothed_ > rtt ? smoothed_ - rtt : rtt - smoothed_;
      variation_ = (variation_ * 3 + off) / 4;
      smoothed_ = (smoothed_ * 7 + rtt) / 8;
    }
    timeout_ = std::clamp(smoothed_ + 4 * std::max(variation_, Duration(1000)), min_, max_);
  }
  void back_off() { timeout_ = std::min(timeout_ * 2, max_); }

  Duration timeout() const { return timeout_; }
  Duration smoothed() const { return smoothed_; }  // zero before the first sample

 private:
  Duration min_, max_, timeout_;
  Duration smoothed_{};
  Duration variation_{};
};

}  // namespace parley::media::sctp
