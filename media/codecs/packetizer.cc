// See packetizer.h.
#include "media/codecs/packetizer.h"

#include <algorithm>
#include <array>

#include "media/core/bytes.h"

namespace parley::media::codecs {
namespace {

constexpr uint8_t kStapA = 24, kFuA = 28;
constexpr uint8_t kStartCode[] = {0, 0, 0, 1};

// Equal shares, so that the last packet is not a small one.
template <class Header>
Payloads cut(std::span<const uint8_t> bytes, size_t header_size, Header header) {
  Payloads out;
  const size_t room = Packetizer::kMaxPayload - header_size;
  const size_t count = (bytes.size() + room - 1) / room;
  size_t at = 0;
  for (size_t i = 0; i < count; ++i) {
    const size_t size = (bytes.size() - at) / (count - i);
    std::vector<uint8_t> payload(header_size);
    header(payload, i == 0, i + 1 == count);
    payload.insert(payload.end(), bytes.begin() + static_cast<ptrdiff_t>(at),
                   bytes.begin() + static_cast<ptrdiff_t>(at + size));
    out.push_back(std::move(payload));
    at += size;
  }
  return out;
}

// NAL units between start codes (ITU-T H.264 annex B).
std::vector<std::span<const uint8_t>> nal_units(std::span<const uint8_t> stream) {
  std::vector<std::span<const uint8_t>> units;
  size_t begin = stream.size();
  for (size_t i = 0; i + 2 < stream.size(); ++i) {
    if (stream[i] != 0 || stream[i + 1] != 0 || stream[i + 2] != 1) continue;
    if (begin < i) {
      size_t end = i;
      while (end > begin && stream[end - 1] == 0) --end;
      units.push_back(stream.subspan(begin, end - begin));
    }
    begin = i + 3;
    i += 2;
  }
  if (begin < stream.size()) units.push_back(stream.subspan(begin));
  return units;
}

Payloads split_h264(const EncodedPicture& picture) {
  Payloads out;
  for (const auto unit : nal_units(picture.bytes)) {
    if (unit.empty()) continue;
    if (unit.size() <= Packetizer::kMaxPayload) {
      out.emplace_back(unit.begin(), unit.end());
      continue;
    }
    const uint8_t type = unit[0] & 31;
    const auto indicator = static_cast<uint8_t>((unit[0] & 0xE0) | kFuA);
    auto parts = cut(unit.subspan(1), 2, [&](std::vector<uint8_t>& p, bool first, bool last) {
      p[0] = indicator;
      p[1] = static_cast<uint8_t>((first ? 0x80 : 0) | (last ? 0x40 : 0) | type);
    });
    std::move(parts.begin(), parts.end(), std::back_inserter(out));
  }
  return out;
}

// What remains behind the descriptor; `ok` tells whether there was a whole one.
std::span<const uint8_t> behind_vp8(std::span<const uint8_t> payload, bool* ok) {
  ByteReader r(payload);
  const uint8_t first = r.u8();
  if ((first & 0x80) != 0) {
    const uint8_t x = r.u8();
    if ((x & 0x80) != 0 && (r.u8() & 0x80) != 0) r.u8();  // picture id, long form
    if ((x & 0x40) != 0) r.u8();                          // TL0PICIDX
    if ((x & 0x30) != 0) r.u8();                          // TID, KEYIDX
  }
  *ok = r.ok() && r.remaining() > 0;
  return *ok ? r.rest() : std::span<const uint8_t>();
}

void skip_vp9_structure(ByteReader& r) {
  const uint8_t v = r.u8();
  const size_t layers = static_cast<size_t>(v >> 5) + 1;
  if ((v & 0x10) != 0) r.skip(4 * layers);
  if ((v & 0x08) == 0) return;
  const uint8_t pictures = r.u8();
  for (uint8_t i = 0; i < pictures && r.ok(); ++i) r.skip(r.u8() >> 2 & 3);
}

std::span<const uint8_t> behind_vp9(std::span<const uint8_t> payload, bool* ok) {
  ByteReader r(payload);
  const uint8_t first = r.u8();
  const bool flexible = (first & 0x10) != 0;
  if ((first & 0x80) != 0 && (r.u8() & 0x80) != 0) r.u8();  // picture id, long form
  if ((first & 0x20) != 0) {
    r.u8();                 // layer indices
    if (!flexible) r.u8();  // TL0PICIDX
  }
  if (flexible && (first & 0x40) != 0) {
    for (int i = 0; i < 3 && (r.u8() & 1) != 0; ++i) {
    }
  }
  if ((first & 0x02) != 0) skip_vp9_structure(r);
  *ok = r.ok() && r.remaining() > 0;
  return *ok ? r.rest() : std::span<const uint8_t>();
}

void append(std::span<const uint8_t> bytes, std::vector<uint8_t>* to) {
  to->insert(to->end(), bytes.begin(), bytes.end());
}

void append_unit(std::span<const uint8_t> unit, std::vector<uint8_t>* to) {
  append(kStartCode, to);
  append(unit, to);
}

bool unpack_h264(std::span<const uint8_t> payload, std::vector<uint8_t>* picture) {
  const uint8_t type = payload[0] & 31;
  if (type >= 1 && type <= 23) {
    append_unit(payload, picture);
    return true;
  }
  if (type == kStapA) {
    ByteReader r(payload.subspan(1));
    while (r.remaining() > 0) {
      const auto unit = r.bytes(r.u16());
      if (!r.ok() || unit.empty()) return false;
      append_unit(unit, picture);
    }
    return true;
  }
  if (type != kFuA || payload.size() < 3) return false;
  if ((payload[1] & 0x80) != 0) {
    const auto header = static_cast<uint8_t>((payload[0] & 0xE0) | (payload[1] & 31));
    append_unit({&header, 1}, picture);
  }
  append(payload.subspan(2), picture);
  return true;
}

}  // namespace

Payloads Packetizer::split(const EncodedPicture& picture) {
  Payloads payloads;
  if (kind_ == CodecKind::kVp8) payloads = split_vp8(picture);
  if (kind_ == CodecKind::kVp9) payloads = split_vp9(picture);
  if (kind_ == CodecKind::kH264) payloads = split_h264(picture);
  picture_id_ = static_cast<uint16_t>((picture_id_ + 1) & 0x7FFF);
  return payloads;
}

Payloads Packetizer::split_vp8(const EncodedPicture& picture) {
  return cut(picture.bytes, 4, [&](std::vector<uint8_t>& p, bool first, bool) {
    p[0] = first ? 0x90 : 0x80;  // X, S
    p[1] = 0x80;                 // I
    store_be16(&p[2], static_cast<uint16_t>(0x8000 | picture_id_));
  });
}

Payloads Packetizer::split_vp9(const EncodedPicture& picture) {
  return cut(picture.bytes, 3, [&](std::vector<uint8_t>& p, bool first, bool last) {
    // I, P, B, E
    p[0] = static_cast<uint8_t>(0x80 | (picture.key ? 0 : 0x40) | (first ? 0x08 : 0) | (last ? 0x04 : 0));
    store_be16(&p[1], static_cast<uint16_t>(0x8000 | picture_id_));
  });
}

bool unpack(CodecKind kind, std::span<const uint8_t> payload, std::vector<uint8_t>* picture) {
  if (payload.empty()) return false;
  if (kind == CodecKind::kH264) return unpack_h264(payload, picture);
  bool ok = false;
  if (kind == CodecKind::kVp8) append(behind_vp8(payload, &ok), picture);
  if (kind == CodecKind::kVp9) append(behind_vp9(payload, &ok), picture);
  return ok;
}

}  // namespace parley::media::codecs
