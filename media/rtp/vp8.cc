// See vp8.h.
#include "media/rtp/vp8.h"

#include <algorithm>

#include "media/core/bytes.h"

namespace parley::media::rtp {

std::optional<Vp8Descriptor> Vp8Descriptor::parse(std::span<const uint8_t> payload) {
  ByteReader r(payload);
  Vp8Descriptor d;
  const uint8_t first = r.u8();
  d.non_reference = (first & 0x20) != 0;
  d.starts_frame = (first & 0x10) != 0 && (first & 0x07) == 0;
  if ((first & 0x80) != 0) {
    const uint8_t extensions = r.u8();
    if ((extensions & 0x80) != 0) {
      d.numbers.read_picture_id(r);
    }
    if ((extensions & 0x40) != 0) d.numbers.read_tl0(r);
    if ((extensions & 0x30) != 0) {
      const uint8_t layers = r.u8();
      if ((extensions & 0x20) != 0) {
        d.temporal = layers >> 6;
        d.layer_sync = (layers & 0x20) != 0;
      }
      if ((extensions & 0x10) != 0) d.key_index = layers & 0x1F;
    }
  }
  d.size = static_cast<uint8_t>(r.position());
  const uint8_t frame_header = r.u8();
  if (!r.ok()) return std::nullopt;                            // a descriptor alone carries nothing
  d.key_frame = d.starts_frame && (frame_header & 0x01) == 0;  // the P bit, RFC 7741 section 4.3
  return d;
}

}  // namespace parley::media::rtp
