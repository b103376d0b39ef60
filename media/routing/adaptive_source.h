// What feeds a local track and can do so at any rate: an encoder. The sending side of congestion control
// (session/send_side.h) reads what it wishes and tells it what it may use, instead of holding its stream
// back.
#pragma once

#include <cstdint>

#include "media/core/time.h"

namespace parley::media {

class AdaptiveSource {
 public:
  struct Claim {
    int64_t wanted_bps = 0;  // for its best quality; 0: it sends nothing, or not by itself
    int64_t least_bps = 0;   // with less it had better send nothing
    uint8_t rank = 0;        // among the encodings of simulcast: 0 is the smallest and has its rate first
    uint8_t weight = 1;      // of its share among those of one rank
  };

  virtual ~AdaptiveSource() = default;
  // Called on the media thread.
  virtual Claim claim(TimePoint now) const = 0;
  // 0: there is no room for it.
  virtual void set_available(int64_t bps) = 0;
};

}  // namespace parley::media
