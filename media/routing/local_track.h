// A track that the program itself feeds: what an RTCRtpSender sends, or a file that a server plays. To its
// subscriptions it is a track like a publisher's, with its buffer for retransmissions, its sender reports and
// its key frames on request.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "media/core/packet_pool.h"
#include "media/core/random.h"
#include "media/core/send_slab.h"
#include "media/core/time.h"
#include "media/routing/egress.h"
#include "media/routing/track.h"

namespace parley::media {

class LocalTrack {
 public:
  // Called on the media thread, at most once each Track::kKeyFrameInterval.
  using KeyFrameWanted = std::function<void()>;

  // Of one packet; sequence numbers and SSRC are the track's.
  struct Payload {
    std::span<const uint8_t> bytes;
    RtpTimestamp timestamp;  // as the program counts: a random offset is added
    bool marker = false;
    std::span<const uint8_t> extensions;  // elements of one byte headers (RFC 8285), ids as in the config
  };

  LocalTrack(const TrackConfig& config, PacketPool& pool, Random& random, KeyFrameWanted key_frame_wanted);

  Track& track() { return track_; }
  void send(const Payload& payload, TimePoint now, SendSlab& out);

 private:
  Egress nowhere_;  // of the requests that a track sends its publisher: never open
  Ssrc ssrc_;
  SeqNumber next_seq_;
  uint32_t timestamp_offset_;
  TimePoint next_report_;
  Track track_;
};

}  // namespace parley::media
