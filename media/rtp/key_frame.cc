// See key_frame.h.
#include "media/rtp/key_frame.h"

#include "media/core/bytes.h"

namespace parley::media::rtp {
namespace {

bool vp8(std::span<const uint8_t> p) {
  ByteReader r(p);
  const uint8_t first = r.u8();
  if ((first & 0x10) == 0 || (first & 0x07) != 0) return false;  // not the start of partition 0
  if ((first & 0x80) != 0) {
    const uint8_t extensions = r.u8();
    if ((extensions & 0x80) != 0 && (r.u8() & 0x80) != 0) r.skip(1);  // picture id, 7 or 15 bits
    if ((extensions & 0x40) != 0) r.skip(1);                          // TL0PICIDX
    if ((extensions & 0x30) != 0) r.skip(1);                          // TID, KEYIDX
  }
  const uint8_t frame_header = r.u8();
  return r.ok() && (frame_header & 0x01) == 0;  // the P bit: 0 is a key frame
}

bool vp9(std::span<const uint8_t> p) {
  ByteReader r(p);
  const uint8_t first = r.u8();
  const bool inter_predicted = (first & 0x40) != 0;
  const bool layers = (first & 0x20) != 0;
  const bool begins_frame = (first & 0x08) != 0;
  if (inter_predicted || !begins_frame) return false;
  if ((first & 0x80) != 0 && (r.u8() & 0x80) != 0) r.skip(1);
  const uint8_t layer = layers ? r.u8() : 0;
  return r.ok() && (layer & 0x0E) == 0;  // spatial layer 0
}

bool h264_nal(uint8_t header) {
  const uint8_t type = header & 0x1F;
  return type == 5 || type == 7;  // IDR slice; SPS, which browsers send before each IDR
}

bool h264(std::span<const uint8_t> p) {
  if (p.empty()) return false;
  const uint8_t type = p[0] & 0x1F;
  if (type == 24) {  // STAP-A: sizes and NAL units
    ByteReader r(p);
    r.skip(1);
    while (r.remaining() > 2) {
      const auto nal = r.bytes(r.u16());
      if (!r.ok() || nal.empty()) return false;
      if (h264_nal(nal[0])) return true;
    }
    return false;
  }
  if (type == 28) return p.size() >= 2 && (p[1] & 0x80) != 0 && h264_nal(p[1]);  // FU-A's first fragment
  return h264_nal(p[0]);
}

// The aggregation header's N bit: first packet of a coded video sequence.
bool av1(std::span<const uint8_t> p) { return !p.empty() && (p[0] & 0x08) != 0; }

}  // namespace

bool starts_key_frame(CodecKind codec, std::span<const uint8_t> payload) {
  switch (codec) {
    case CodecKind::kVp8:
      return vp8(payload);
    case CodecKind::kVp9:
      return vp9(payload);
    case CodecKind::kH264:
      return h264(payload);
    case CodecKind::kAv1:
      return av1(payload);
    case CodecKind::kOpus:
    case CodecKind::kOther:
      break;
  }
  return true;
}

}  // namespace parley::media::rtp
