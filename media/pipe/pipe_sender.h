// The sending side of a pipe's congestion control: transport-wide feedback goes into an estimate, and that is
// divided among the tracks by their priority; an encoding that the way has no room for is not sent, and the
// other side is told so. As on the way to a subscriber (session/send_side.h), but between servers: it begins
// high, and takes nothing away before the way has shown that it is too narrow.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "media/congestion/allocator.h"
#include "media/congestion/pace_list.h"
#include "media/congestion/send_controller.h"
#include "media/core/packet_pool.h"
#include "media/core/send_slab.h"
#include "media/core/time.h"
#include "media/pipe/piped_track.h"
#include "media/routing/egress.h"
#include "media/rtcp/packets.h"

namespace parley::media::pipe {

class PipeSender final : public congestion::PaceList::Member {
 public:
  using Tracks = std::vector<std::unique_ptr<TrackIntoPipe>>;
  static constexpr Duration kAllocationInterval = std::chrono::milliseconds(100);
  static constexpr int64_t kStartBps = 10'000'000, kMostBps = 200'000'000;

  // All must outlive it.
  PipeSender(Egress& egress, Tracks& tracks, PacketPool& pool, congestion::PaceList& pacing)
      : egress_(egress), tracks_(tracks), pool_(pool), pacing_(pacing) {}
  ~PipeSender() override;
  PipeSender(const PipeSender&) = delete;
  PipeSender& operator=(const PipeSender&) = delete;

  // The egress is open.
  void start(TimePoint now);
  void on_transport_feedback(const rtcp::Header& header, TimePoint now, SendSlab& out);
  // Called every few milliseconds.
  void on_deadline(TimePoint now, SendSlab& out);
  bool on_pace(TimePoint now, SendSlab& out) override;
  // What is wanted has changed: divided anew with the next deadline.
  void allocate_soon() { next_allocation_ = TimePoint(); }

  // Bit/s that the way carries, and that the tracks take of it.
  int64_t target_bps() const { return controller_ ? controller_->estimator().target_bps() : 0; }
  int64_t allocated_bps() const { return allocator_.allocated_bps(); }

 private:
  void release(size_t at_least, TimePoint now, SendSlab& out);
  void pad(size_t bytes, TimePoint now, SendSlab& out);
  void allocate(TimePoint now, SendSlab& out);

  Egress& egress_;
  Tracks& tracks_;
  PacketPool& pool_;
  congestion::PaceList& pacing_;
  std::unique_ptr<congestion::SendController> controller_;
  congestion::Allocator allocator_;
  std::vector<congestion::Allocator::Demand> demands_;
  TimePoint next_allocation_;
};

}  // namespace parley::media::pipe
