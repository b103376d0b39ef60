// The sending side of a peer's congestion control (routing/paced_sender.h): divides the estimate among the
// subscriptions: layers of what comes as it comes, rates for those whose encoders can follow one, and what is
// left for parity packets.
//
// A peer without any feedback is sent everything at once, as it comes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "media/congestion/allocator.h"
#include "media/congestion/rate_division.h"
#include "media/congestion/send_estimator.h"
#include "media/core/packet_pool.h"
#include "media/core/send_slab.h"
#include "media/core/time.h"
#include "media/routing/egress.h"
#include "media/routing/paced_sender.h"
#include "media/routing/subscription.h"
#include "media/rtcp/packets.h"

namespace parley::media {

struct SendSideStats {
  congestion::EstimatorStats estimate;
  int64_t allocated_bps = 0;  // by the subscriptions, headers included
  int64_t wanted_bps = 0;     // with one step more
  size_t queued_packets = 0;  // in the pacer
  size_t queued_bytes = 0;
  Duration longest_wait{0};
  uint64_t paced_packets = 0;    // that had to wait
  uint64_t refused_packets = 0;  // found the pacer full
};

class SendSide final : public PacedSender {
 public:
  using Subscriptions = std::vector<std::unique_ptr<Subscription>>;

  // All must outlive it.
  SendSide(Egress& egress, Subscriptions& subscriptions, PacketPool& pool, congestion::PaceList& pacing)
      : PacedSender(egress, pool, pacing), subscriptions_(subscriptions) {}

  // The subscriptions and what was agreed on for them have changed.
  void on_negotiated(TimePoint now);
  void on_remb(uint64_t bps, TimePoint now);
  void on_report(const rtcp::ReportBlock& block, Subscription& about, TimePoint now);

  // Nothing for a peer without feedback.
  std::optional<SendSideStats> stats() const;

 private:
  void start(bool transport_feedback, TimePoint now);
  void pad(size_t bytes, TimePoint now, SendSlab& out) override { pad_with(subscriptions_, bytes, now, out); }
  void begin_anew(TimePoint now, SendSlab& out) override;
  void allocate(TimePoint now, SendSlab& out) override;
  void steer_encoders(int64_t available);
  struct Parity {
    int64_t taken_bps = 0, wanted_bps = 0;
  };
  // Parity packets take of the room that layers leave.
  Parity adapt_protection(int64_t room, TimePoint now);

  Subscriptions& subscriptions_;
  congestion::Allocator allocator_;
  std::vector<congestion::Allocator::Demand> demands_;
  std::vector<congestion::RateShare> shares_;
  std::vector<AdaptiveSource*> adaptive_;
  int64_t steered_bps_ = 0;               // given to encoders, headers included
  int64_t wished_bps_ = 0;                // by them, likewise
  std::vector<AdaptiveSource*> running_;  // that were given a rate the last time; only compared
};

}  // namespace parley::media
