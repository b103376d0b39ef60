// Which header extensions of a publisher's packet a subscriber gets, under its own ids (RFC 8285): what is
// about the media. What is about one hop (send times, transport-wide numbers, mid and rid) is not passed on.
#pragma once

#include "media/routing/config.h"
#include "media/rtp/packet.h"

namespace parley::media {

inline void pass_on_extensions(const rtp::Packet& packet, const ExtensionIds& from, const ExtensionIds& to,
                               rtp::HeaderWriter& header) {
  constexpr uint8_t ExtensionIds::*kPassedOn[] = {
      &ExtensionIds::audio_level, &ExtensionIds::video_orientation, &ExtensionIds::abs_capture_time,
      &ExtensionIds::playout_delay};
  packet.for_each_extension([&](uint8_t id, std::span<const uint8_t> value) {
    for (const auto kind : kPassedOn) {
      if (from.*kind == id) header.add_extension(to.*kind, value);
    }
    return false;
  });
}

}  // namespace parley::media
