// Does this RTP payload begin a key frame? Read from the payload descriptors: VP8 (RFC 7741), VP9 (RFC 9628),
// H.264 (RFC 6184), H.265 (RFC 7798), AV1 (the AV1 RTP payload specification).
#pragma once

#include <cstdint>
#include <span>

#include "media/rtp/codec_kind.h"

namespace parley::media::rtp {

// Audio codecs, and codecs that cannot be looked into, always begin one: nothing waits for them.
bool starts_key_frame(CodecKind codec, std::span<const uint8_t> payload);

}  // namespace parley::media::rtp
