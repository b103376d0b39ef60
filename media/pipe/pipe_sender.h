// The sending side of a pipe's congestion control (routing/paced_sender.h): the estimate is divided among the
// tracks by their priority; an encoding that the way has no room for is not sent, and the other side is told
// so. As on the way to a subscriber (session/send_side.h), but between servers: it begins high, and takes
// nothing away before the way has shown that it is too narrow.
#pragma once

#include <memory>
#include <vector>

#include "media/congestion/allocator.h"
#include "media/core/packet_pool.h"
#include "media/core/send_slab.h"
#include "media/core/time.h"
#include "media/pipe/piped_track.h"
#include "media/routing/egress.h"
#include "media/routing/paced_sender.h"

namespace parley::media::pipe {

class PipeSender final : public PacedSender {
 public:
  using Tracks = std::vector<std::unique_ptr<TrackIntoPipe>>;
  static constexpr int64_t kStartBps = 10'000'000, kMostBps = 200'000'000;

  // All must outlive it.
  PipeSender(Egress& egress, Tracks& tracks, PacketPool& pool, congestion::PaceList& pacing)
      : PacedSender(egress, pool, pacing), tracks_(tracks) {}

  // The egress is open.
  void start(TimePoint now);

  // Bit/s that the way carries, and that the tracks take of it.
  int64_t target_bps() const { return paced() ? controller().estimator().target_bps() : 0; }
  int64_t allocated_bps() const { return allocator_.allocated_bps(); }

 private:
  void pad(size_t bytes, TimePoint now, SendSlab& out) override { pad_with(tracks_, bytes, now, out); }
  void begin_anew(TimePoint now, SendSlab& out) override;
  void allocate(TimePoint now, SendSlab& out) override;

  Tracks& tracks_;
  congestion::Allocator allocator_;
  std::vector<congestion::Allocator::Demand> demands_;
};

}  // namespace parley::media::pipe
