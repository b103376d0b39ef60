// Who takes every packet of a track, of all its encodings, with the source's own numbers: a pipe to another
// engine.
#pragma once

#include <cstddef>
#include <cstdint>

#include "media/core/send_slab.h"
#include "media/core/time.h"
#include "media/rtp/packet.h"

namespace parley::media {

class PacketTap {
 public:
  virtual ~PacketTap() = default;
  // `seq` is unwrapped and keeps growing when the source begins anew; its lower 16 bits are the source's.
  virtual void on_packet(size_t encoding, const rtp::Packet& packet, int64_t seq, TimePoint now,
                         SendSlab& out) = 0;
  // Those it wants, a bit each; the others need not come.
  virtual uint8_t wanted_encodings() const = 0;
  // The track is gone.
  virtual void on_track_end() = 0;
};

}  // namespace parley::media
