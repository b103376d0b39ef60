// Decides for one peer when a packet leaves: at once where the estimate and the pacer let it, otherwise after
// waiting in the pacer; stamps it as it leaves (transport-wide sequence number, abs-send-time).
//
// Egress asks; whoever owns the peer feeds what it hears and calls release() when it is due.
#pragma once

#include <algorithm>
#include <cstdint>

#include "media/congestion/pace_list.h"
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
  bool hold(const rtp::Outgoing& packet, TimePoint now) {
    if (list_ != nullptr) list_->add(*member_, now);
    return pacer_.hold(packet, now);
  }
  // Retransmissions may take a quarter of the estimate, and a little more for a moment.
  bool may_retransmit(size_t size, TimePoint now) {
    const int64_t bps = std::max<int64_t>(estimator_.target_bps() / 4, 64'000);
    const int64_t elapsed = std::clamp<int64_t>((now - retransmission_filled_).count(), 0, 1'000'000);
    retransmission_filled_ = now;
    retransmission_bits_ = std::min(retransmission_bits_ + static_cast<double>(elapsed * bps) / 1e6,
                                    static_cast<double>(bps) / 2);
    if (retransmission_bits_ <= 0) return false;
    retransmission_bits_ -= static_cast<double>(size * 8);
    return true;
  }
  // Where this says that it has something waiting.
  void set_list(PaceList* list, PaceList::Member* member) {
    list_ = list;
    member_ = member;
  }
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

  // Lets go of what may leave by now, and in any case of `at_least` bytes (a probe's): calls send(Outgoing&),
  // which stamps it and sends it. What went.
  template <typename Send>
  size_t release(TimePoint now, size_t at_least, Send&& send) {
    size_t released = 0;
    while (Pacer::Held* held = pacer_.front()) {
      const bool free = pacer_.has_budget(now) && estimator_.may_send(now);
      if (!free && released >= at_least) break;
      const auto bytes = held->bytes.bytes();
      rtp::Outgoing packet;
      packet.header = bytes.first(held->header_size);
      packet.prefix = bytes.subspan(held->header_size, held->prefix_size);
      packet.payload = bytes.subspan(size_t{held->header_size} + held->prefix_size);
      packet.kind = held->kind;
      packet.transport_cc_at = held->transport_cc_at;
      packet.abs_send_time_at = held->abs_send_time_at;
      released += packet.size();
      send(packet);
      pacer_.pop();
    }
    return released;
  }

  bool has_waiting() const { return pacer_.packets() > 0; }
  // After anything that may have changed the estimate.
  void follow_rate() { pacer_.set_rate(estimator_.target_bps() * kPacingPercent / 100); }

 private:
  SendEstimator estimator_;
  Pacer pacer_;
  PaceList* list_ = nullptr;
  PaceList::Member* member_ = nullptr;
  double retransmission_bits_ = 0;
  TimePoint retransmission_filled_;
};

}  // namespace parley::media::congestion
