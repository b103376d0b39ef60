// The codecs that the engine knows by more than their name.
#pragma once

#include <cstdint>

namespace parley::media {

enum class CodecKind : uint8_t { kOpus, kVp8, kH264, kVp9, kAv1, kH265, kOther };

}  // namespace parley::media
