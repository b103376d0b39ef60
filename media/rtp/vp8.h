// The VP8 payload descriptor (RFC 7741 section 4.2) and the one bit behind it that a forwarder needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "media/rtp/payload_numbers.h"

namespace parley::media::rtp {

struct Vp8Descriptor {
  uint8_t size = 0;  // of the descriptor
  bool non_reference = false;
  bool starts_frame = false;        // S with partition 0
  bool key_frame = false;           // told by a frame's first packet only
  std::optional<uint8_t> temporal;  // TID
  bool layer_sync = false;          // Y
  std::optional<uint8_t> key_index;

  static std::optional<Vp8Descriptor> parse(std::span<const uint8_t> payload);
  PayloadNumbers numbers;  // where the picture id and TL0PICIDX are
};

}  // namespace parley::media::rtp
