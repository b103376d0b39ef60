// Decides for one peer when a packet leaves: at once where the estimate and the pacer let it, otherwise after
// waiting in the pacer; stamps it as it leaves (transport-wide sequence number, abs-send-time).
//
// Egress asks; whoever owns the peer feeds what it hears and calls release() when it is due.
#pragma once

#include <cstdint>

#include "media/congestion/pacer.h"
#include "media/congestion/send_estimator.h"
#include "media/core/bytes.h"
#include "media/core/packet_pool.h"
#include "media/core/time.h"
#include "media/rtp/outgoing.h"

namespace parley::media::congestion {

class SendController {
 public:
  // Bursts go at this many times the estimate: a key frame is not to wait for the average.
  static constexpr int64_t kPacingPercent = 200;
  // UDP and IPv4 headers and the SRTP tag, which the path carries as well.
  static constexpr size_t kOverhead = 28 + 16;

  SendController(const EstimatorConfig& config, PacketPool& pool, TimePoint now)
      : estimator_(config, now), pacer_(pool) {
    follow_rate();
  }

  SendEstimator& estimator() { return estimator_; }
  const SendEstimator& estimator() const { return estimator_; }
  const Pacer& pacer() const { return pacer_; }

  // Whether a packet of this class may leave now, before nothing that waits.
  bool may_leave(rtp::SendClass kind, TimePoint now) {
    if (kind == rtp::SendClass::kAudio) return true;
    if (kind != rtp::SendClass::kPadding && !pacer_.is_empty(kind)) return false;
    return pacer_.has_budget(now) && estimator_.may_send(now);
  }
  bool hold(const rtp::Outgoing& packet, TimePoint now) { return pacer_.hold(packet, now); }
  // The packet leaves now.
  void stamp(rtp::Outgoing& packet, TimePoint now) {
    const size_t size = packet.size() + kOverhead;
    pacer_.spend(size);
    if (packet.abs_send_time_at != 0) {
      // Seconds in 6.18 bits of fixed point.
      const auto us = static_cast<uint64_t>(to_us(now));
      store_be24(&packet.header[packet.abs_send_time_at],
                 static_cast<uint32_t>((us << 18) / 1'000'000 & 0xFFFFFF));
    }
    if (packet.transport_cc_at == 0) {
      estimator_.on_unnumbered(size, now);
      return;
    }
    store_be16(&packet.header[packet.transport_cc_at], estimator_.on_sent(size, now).value);
  }

  // Lets go of what may leave by now: calls send(Outgoing&), which stamps it and sends it.
  template <typename Send>
  void release(TimePoint now, Send&& send) {
    while (Pacer::Held* held = pacer_.front()) {
      if (!pacer_.has_budget(now) || !estimator_.may_send(now)) break;
      const auto bytes = held->bytes.bytes();
      rtp::Outgoing packet;
      packet.header = bytes.first(held->header_size);
      packet.prefix = bytes.subspan(held->header_size, held->prefix_size);
      packet.payload = bytes.subspan(size_t{held->header_size} + held->prefix_size);
      packet.kind = held->kind;
      packet.transport_cc_at = held->transport_cc_at;
      packet.abs_send_time_at = held->abs_send_time_at;
      send(packet);
      pacer_.pop();
    }
  }

  // When release() and padding are due next.
  TimePoint next_deadline(TimePoint now) const {
    const TimePoint pacing = pacer_.packets() > 0 ? now + Pacer::kTick : kNever;
    return std::min(pacing, estimator_.next_deadline());
  }
  // After anything that may have changed the estimate.
  void follow_rate() { pacer_.set_rate(estimator_.target_bps() * kPacingPercent / 100); }

 private:
  SendEstimator estimator_;
  Pacer pacer_;
};

}  // namespace parley::media::congestion
