// What a receiver reports about one source: loss and jitter as in RFC 3550 appendix A.3 and A.8.
#pragma once

#include <algorithm>
#include <cstdint>

#include "media/core/time.h"
#include "media/core/types.h"

namespace parley::media::rtp {

class ReceiveStatistics {
 public:
  explicit ReceiveStatistics(uint32_t clock_rate) : clock_rate_(clock_rate) {}

  // `seq` is unwrapped; duplicates must not come here.
  void on_packet(int64_t seq, RtpTimestamp timestamp, size_t bytes, TimePoint now) {
    if (packets_ == 0) base_ = highest_ = seq;
    base_ = std::min(base_, seq);
    // Jitter only of packets in order: a retransmission's transit time says nothing about the path.
    if (packets_ == 0 || seq > highest_) {
      const int64_t arrival = to_us(now) * clock_rate_ / 1'000'000;
      const int32_t transit = static_cast<int32_t>(static_cast<uint32_t>(arrival) - timestamp.value);
      if (packets_ > 0) {
        const int64_t d = std::abs(static_cast<int64_t>(
            static_cast<int32_t>(static_cast<uint32_t>(transit) - static_cast<uint32_t>(last_transit_))));
        // A jump of more than ten seconds is a new timeline, not jitter.
        if (d < int64_t{10} * clock_rate_) jitter_x16_ += d - ((jitter_x16_ + 8) >> 4);
      }
      last_transit_ = transit;
      highest_ = seq;
    }
    ++packets_;
    bytes_ += bytes;
  }

  struct Report {
    uint8_t fraction_lost = 0;
    int32_t cumulative_lost = 0;
    uint32_t highest_seq = 0;
    uint32_t jitter = 0;
  };
  // Begins the next interval.
  Report report() {
    Report r;
    const int64_t expected = packets_ == 0 ? 0 : highest_ - base_ + 1;
    const int64_t expected_now = expected - expected_before_;
    const int64_t lost_now = expected_now - (static_cast<int64_t>(packets_) - received_before_);
    expected_before_ = expected;
    received_before_ = static_cast<int64_t>(packets_);
    if (expected_now > 0 && lost_now > 0) {
      r.fraction_lost = static_cast<uint8_t>(std::min<int64_t>(255, (lost_now << 8) / expected_now));
    }
    r.cumulative_lost = static_cast<int32_t>(lost());
    r.highest_seq = static_cast<uint32_t>(highest_);
    r.jitter = static_cast<uint32_t>(jitter_x16_ >> 4);
    return r;
  }

  int64_t lost() const {
    if (packets_ == 0) return 0;
    return std::clamp<int64_t>(highest_ - base_ + 1 - static_cast<int64_t>(packets_), -0x800000, 0x7FFFFF);
  }
  uint64_t packets() const { return packets_; }
  uint64_t bytes() const { return bytes_; }
  double jitter_seconds() const { return static_cast<double>(jitter_x16_ >> 4) / clock_rate_; }

 private:
  uint32_t clock_rate_;
  int64_t base_ = 0;
  int64_t highest_ = 0;
  uint64_t packets_ = 0;
  uint64_t bytes_ = 0;
  int64_t expected_before_ = 0;
  int64_t received_before_ = 0;
  int32_t last_transit_ = 0;
  int64_t jitter_x16_ = 0;
};

}  // namespace parley::media::rtp
