// Somebody who is given everything that a track is given, as it came: the other media threads, on which the
// track has mirrors.
#pragma once

#include <array>
#include <cstdint>

#include "media/core/types.h"
#include "media/routing/encoding.h"
#include "media/routing/layers.h"
#include "media/rtcp/packets.h"
#include "media/rtp/packet.h"

namespace parley::media {

// Of each encoding.
using ToldEncodings = std::array<Encoding::Told, kMaxSpatialLayers>;

using EncodingSources = std::array<Encoding::Sources, kMaxSpatialLayers>;

class TrackTap {
 public:
  virtual ~TrackTap() = default;
  // `threads` has a bit for each that has asked.
  virtual void on_tapped_packet(uint32_t track, uint64_t threads, const rtp::Packet& packet) = 0;
  virtual void on_tapped_report(uint32_t track, uint64_t threads, const rtcp::SenderReport& report) = 0;
  virtual void on_tapped_bye(uint32_t track, uint64_t threads, Ssrc source) = 0;
  virtual void on_tapped_pause(uint32_t track, uint64_t threads, bool paused) = 0;
  virtual void on_tapped_layers(uint32_t track, uint64_t threads, const ToldEncodings& told) = 0;
};

}  // namespace parley::media
