// See av1.h.
#include "media/rtp/av1.h"

#include "media/core/bytes.h"

namespace parley::media::rtp {
namespace {

// AV1 specification section 4.10.5; sizes of RTP elements fit in 32 bits.
size_t read_leb128(ByteReader& r) {
  size_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    const uint8_t byte = r.u8();
    value |= static_cast<size_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  r.skip(r.remaining() + 1);  // endless
  return 0;
}

// AV1 specification section 5.3: the OBU header and its extension.
void read_obu(std::span<const uint8_t> obu, Av1Payload* p) {
  const bool has_extension = (obu[0] & 0x04) != 0;
  if (!has_extension || obu.size() < 2 || p->has_layers) return;
  p->has_layers = true;
  p->temporal = obu[1] >> 5;
  p->spatial = obu[1] >> 3 & 0x03;
}

}  // namespace

std::optional<Av1Payload> Av1Payload::parse(std::span<const uint8_t> payload) {
  ByteReader r(payload);
  Av1Payload p;
  const uint8_t header = r.u8();
  p.continues = (header & 0x80) != 0;
  p.to_be_continued = (header & 0x40) != 0;
  p.new_sequence = (header & 0x08) != 0;
  const unsigned count = header >> 4 & 0x03;
  if (p.continues && p.new_sequence) return std::nullopt;
  for (unsigned i = 0; r.ok() && (count == 0 ? r.remaining() > 0 : i < count); ++i) {
    const bool last_without_size = count != 0 && i == count - 1;
    const auto element = last_without_size ? r.rest() : r.bytes(read_leb128(r));
    if (!r.ok() || element.empty()) return std::nullopt;
    if (i > 0 || !p.continues) read_obu(element, &p);
  }
  if (!r.ok() || payload.size() < 2) return std::nullopt;
  return p;
}

}  // namespace parley::media::rtp
