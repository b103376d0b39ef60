// What a forwarder must know of one video packet, whatever its codec: which frame and layer it belongs to,
// where a receiver can begin with it, and where the numbers are that change on the way.
#pragma once

#include <cstdint>

namespace parley::media::rtp {

struct PayloadInfo {
  bool starts_frame = true;    // first packet of a layer's frame
  bool ends_frame = false;     // last packet of a layer's frame
  bool key_frame = true;       // nothing before this picture is needed to decode it
  bool switch_up = false;      // of its own temporal layer nothing earlier is needed, now or later
  bool spatial_entry = false;  // this layer's frame needs nothing of earlier pictures
  bool discardable = false;    // no other frame needs it
  // Between key frames no spatial layer needs the ones below it ("K-SVC"): only one of them is sent on.
  bool spatially_independent = false;
  uint8_t spatial = 0;
  uint8_t temporal = 0;
};

}  // namespace parley::media::rtp
