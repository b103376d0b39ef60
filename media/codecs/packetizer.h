// Pictures into RTP payloads and back: VP8 (RFC 7741), VP9 in non-flexible mode without layers of its own
// (RFC 9628), H.264 in packetization mode 1 (RFC 6184).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "media/codecs/frame.h"
#include "media/rtp/codec_kind.h"

namespace parley::media::codecs {

using Payloads = std::vector<std::vector<uint8_t>>;

class Packetizer {
 public:
  static constexpr size_t kMaxPayload = 1150;  // leaves room for headers, RTX and SRTP within 1200

  Packetizer(CodecKind kind, uint16_t first_picture_id) : kind_(kind), picture_id_(first_picture_id) {}
  // In order; the last one has the marker. Empty for a codec of another kind.
  Payloads split(const EncodedPicture& picture);

 private:
  Payloads split_vp8(const EncodedPicture& picture);
  Payloads split_vp9(const EncodedPicture& picture);

  CodecKind kind_;
  uint16_t picture_id_;  // 15 bits
};

// Appends one packet's share of the picture; packets come in order. False when it is malformed.
bool unpack(CodecKind kind, std::span<const uint8_t> payload, std::vector<uint8_t>* picture);

}  // namespace parley::media::codecs
