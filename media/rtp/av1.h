// The AV1 payload's aggregation header and OBU elements ("RTP Payload Format For AV1", section 4.4), as far
// as a forwarder reads them when there is no dependency descriptor.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace parley::media::rtp {

struct Av1Payload {
  bool continues = false;        // Z: the first element goes on from the packet before
  bool to_be_continued = false;  // Y: the last one goes on in the next packet
  bool new_sequence = false;     // N: first packet of a coded video sequence
  bool has_layers = false;       // an OBU that begins here says its layers
  uint8_t spatial = 0;
  uint8_t temporal = 0;

  // Nothing when the elements do not fit the payload.
  static std::optional<Av1Payload> parse(std::span<const uint8_t> payload);
};

}  // namespace parley::media::rtp
