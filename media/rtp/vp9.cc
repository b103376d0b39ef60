// See vp9.h.
#include "media/rtp/vp9.h"

#include <algorithm>

#include "media/core/bytes.h"

namespace parley::media::rtp {
namespace {

// RFC 9628 section 4.2.1.
bool read_structure(ByteReader& r, Vp9Descriptor* d, Vp9PictureGroup* group) {
  const uint8_t first = r.u8();
  d->spatial_layers = static_cast<uint8_t>((first >> 5) + 1);
  if ((first & 0x10) != 0) r.skip(size_t{4} * d->spatial_layers);  // widths and heights
  if ((first & 0x08) == 0) return r.ok();
  const uint8_t pictures = r.u8();
  for (size_t i = 0; i < pictures; ++i) {
    const uint8_t description = r.u8();
    Vp9PictureGroup::Picture p;
    p.temporal = description >> 5;
    p.switch_up = (description & 0x10) != 0;
    p.reference_count = description >> 2 & 0x03;
    for (size_t k = 0; k < p.reference_count; ++k) p.references[k] = r.u8();
    if (!r.ok()) return false;
    if (group != nullptr) group->pictures[i] = p;
  }
  if (group != nullptr) group->size = pictures;
  return r.ok();
}

}  // namespace

std::optional<Vp9Descriptor> Vp9Descriptor::parse(std::span<const uint8_t> payload, Vp9PictureGroup* group) {
  ByteReader r(payload);
  Vp9Descriptor d;
  const uint8_t first = r.u8();
  d.inter_predicted = (first & 0x40) != 0;
  d.has_layers = (first & 0x20) != 0;
  d.flexible = (first & 0x10) != 0;
  d.starts_frame = (first & 0x08) != 0;
  d.ends_frame = (first & 0x04) != 0;
  d.has_structure = (first & 0x02) != 0;
  d.not_for_upper = (first & 0x01) != 0;
  if ((first & 0x80) != 0) {
    d.numbers.read_picture_id(r);
  }
  if (d.has_layers) {
    const uint8_t layer = r.u8();
    d.temporal = layer >> 5;
    d.switch_up = (layer & 0x10) != 0;
    d.spatial = layer >> 1 & 0x07;
    d.inter_layer = (layer & 0x01) != 0;
    if (!d.flexible) d.numbers.read_tl0(r);
  }
  if (d.flexible && d.inter_predicted) {
    for (bool more = true; more;) {
      if (d.reference_count == kMaxReferences) return std::nullopt;
      const uint8_t reference = r.u8();
      d.references[d.reference_count++] = reference >> 1;
      more = (reference & 0x01) != 0;
    }
  }
  if (d.has_structure && !read_structure(r, &d, group)) return std::nullopt;
  if (!r.ok() || r.remaining() == 0) return std::nullopt;
  d.size = static_cast<uint8_t>(std::min<size_t>(r.position(), 255));
  return d;
}

}  // namespace parley::media::rtp
