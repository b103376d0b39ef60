// G.711 (RFC 3551 section 4.5.14), for those who have no Opus: audio of no kind that is known more closely.
#pragma once

#include "media/sdp/session_description.h"

namespace parley::media {

inline bool is_g711(const sdp::Codec& codec) {
  return codec.clock_rate == 8000 && (codec.is("PCMU") || codec.is("PCMA"));
}

}  // namespace parley::media
