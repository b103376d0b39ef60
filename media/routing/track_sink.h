// Where a program takes a track's packets: behind the duplicates' removal and the unpacking of
// retransmissions (RFC 4588), in the order of arrival. On the media thread.
#pragma once

#include <cstdint>

#include "media/core/time.h"
#include "media/rtcp/packets.h"
#include "media/rtp/packet.h"

namespace parley::media {

class TrackSink {
 public:
  virtual ~TrackSink() = default;
  // `seq` is unwrapped and keeps growing when the source begins anew.
  virtual void on_packet(const rtp::Packet& packet, int64_t seq, TimePoint now) = 0;
  virtual void on_sender_report(const rtcp::SenderReport& report, TimePoint now) = 0;
  // What waits for packets waits until here; `true` from on_deadline asks the sender for a key frame.
  virtual TimePoint next_deadline() const = 0;
  virtual bool on_deadline(TimePoint now) = 0;
  // Packets that came too late to be of use.
  virtual uint64_t discarded() const { return 0; }
};

}  // namespace parley::media
