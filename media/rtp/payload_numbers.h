// The numbers in a payload descriptor that go on without a gap at the receiver, whatever is left out on the
// way: the picture id and TL0PICIDX of VP8 (RFC 7741) and VP9 (RFC 9628). Both keep them in the first bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "media/core/bytes.h"

namespace parley::media::rtp {

struct PayloadNumbers {
  static constexpr size_t kMaxReach = 6;

  uint8_t reach = 0;  // the bytes up to the last of them; 0: there are none
  uint8_t picture_id_at = 0;
  uint8_t picture_id_bits = 0;  // 0: none; 7 or 15
  uint16_t picture_id = 0;
  uint8_t tl0_at = 0;  // 0: none
  uint8_t tl0 = 0;

  void read_picture_id(ByteReader& r) {
    picture_id_at = static_cast<uint8_t>(r.position());
    picture_id = r.u8();
    picture_id_bits = 7;
    if ((picture_id & 0x80) != 0) {
      picture_id = static_cast<uint16_t>((picture_id & 0x7F) << 8 | r.u8());
      picture_id_bits = 15;
    }
    reach = static_cast<uint8_t>(r.position());
  }
  void read_tl0(ByteReader& r) {
    tl0_at = static_cast<uint8_t>(r.position());
    tl0 = r.u8();
    reach = static_cast<uint8_t>(r.position());
  }

  // The first `reach` bytes of `payload` with other numbers.
  std::span<const uint8_t> rewrite(std::span<const uint8_t> payload, uint16_t new_picture_id, uint8_t new_tl0,
                                   std::span<uint8_t, kMaxReach> out) const {
    std::copy_n(payload.begin(), reach, out.begin());
    if (picture_id_bits == 15) {
      store_be16(&out[picture_id_at], static_cast<uint16_t>(0x8000 | (new_picture_id & 0x7FFF)));
    } else if (picture_id_bits == 7) {
      out[picture_id_at] = new_picture_id & 0x7F;
    }
    if (tl0_at != 0) out[tl0_at] = new_tl0;
    return out.first(reach);
  }
};

}  // namespace parley::media::rtp
