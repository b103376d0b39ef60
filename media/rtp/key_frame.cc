// See key_frame.h.
#include "media/rtp/key_frame.h"

#include "media/rtp/av1.h"
#include "media/rtp/h26x.h"
#include "media/rtp/vp8.h"
#include "media/rtp/vp9.h"

namespace parley::media::rtp {

bool starts_key_frame(CodecKind codec, std::span<const uint8_t> payload) {
  switch (codec) {
    case CodecKind::kVp8: {
      const auto d = Vp8Descriptor::parse(payload);
      return d && d->key_frame;
    }
    case CodecKind::kVp9: {
      const auto d = Vp9Descriptor::parse(payload);
      return d && !d->inter_predicted && d->starts_frame && d->spatial == 0;
    }
    case CodecKind::kH264: {
      const auto nal = read_h264(payload);
      return nal && nal->key_frame;
    }
    case CodecKind::kH265: {
      const auto nal = read_h265(payload);
      return nal && nal->key_frame;
    }
    case CodecKind::kAv1: {
      const auto p = Av1Payload::parse(payload);
      return p && p->new_sequence;
    }
    default:
      return true;
  }
}

}  // namespace parley::media::rtp
