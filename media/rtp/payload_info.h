// What a forwarder must know of one video packet, whatever its codec: which frame and layer it belongs to,
// where a receiver can begin with it, and where the numbers are that change on the way.
#pragma once

#include <cstdint>

#include "media/rtp/dependency_descriptor.h"
#include "media/rtp/payload_numbers.h"

namespace parley::media::rtp {

struct PayloadInfo {
  bool starts_frame = true;    // first packet of a layer's frame
  bool ends_frame = false;     // last packet of a layer's frame
  bool key_frame = true;       // a receiver that knows nothing can begin with this packet
  bool spatial_entry = true;   // this layer's frame needs nothing of earlier pictures
  bool switch_up = false;      // of its own temporal layer nothing earlier is needed, now or later
  bool discardable = false;    // no other frame needs it
  bool not_for_upper = false;  // no higher spatial layer of the picture needs it
  bool without_lower = false;  // of a higher spatial layer, and needs no lower one of the picture
  uint8_t spatial = 0;
  uint8_t temporal = 0;
  int64_t picture = -1;  // the picture id, unwrapped; -1: none
  PayloadNumbers numbers;
  // Its dependency descriptor speaks of a structure that has not come yet, or not any more: what it belongs
  // to cannot be told.
  bool unreadable = false;
  // Where the packet has a dependency descriptor that makes sense; good until the parser's next packet.
  const DependencyDescriptor* dependency = nullptr;
  const DependencyStructure* structure = nullptr;
  uint32_t active_targets = 0;  // that the publisher sends at all
};

}  // namespace parley::media::rtp
