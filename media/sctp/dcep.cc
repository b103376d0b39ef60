// See dcep.h.
#include "media/sctp/dcep.h"

#include <algorithm>

#include "media/core/bytes.h"

namespace parley::media::sctp {
namespace {
constexpr uint8_t kUnordered = 0x80, kByRetransmits = 1, kByLifeTime = 2;
constexpr size_t kOpenHeader = 12;
}  // namespace

std::optional<ChannelConfig> read_open(std::span<const uint8_t> message) {
  ByteReader r(message);
  if (r.u8() != kDcepOpen) return std::nullopt;
  const uint8_t type = r.u8();
  ChannelConfig c;
  c.priority = r.u16();
  const auto limit = static_cast<uint16_t>(std::min<uint32_t>(r.u32(), UINT16_MAX));
  const size_t label = r.u16(), protocol = r.u16();
  c.label = as_text(r.bytes(label));
  c.protocol = as_text(r.bytes(protocol));
  if (!r.ok()) return std::nullopt;
  c.ordered = (type & kUnordered) == 0;
  switch (type & ~kUnordered) {
    case 0:
      break;
    case kByRetransmits:
      c.max_retransmits = limit;
      break;
    case kByLifeTime:
      c.max_packet_life_time = limit;
      break;
    default:
      return std::nullopt;
  }
  return c;
}

std::vector<uint8_t> write_open(const ChannelConfig& c) {
  std::vector<uint8_t> bytes(kOpenHeader + c.label.size() + c.protocol.size());
  ByteWriter w(bytes);
  w.u8(kDcepOpen);
  const uint8_t reliability = c.max_retransmits ? kByRetransmits : c.max_packet_life_time ? kByLifeTime : 0;
  w.u8(static_cast<uint8_t>(reliability | (c.ordered ? 0 : kUnordered)));
  w.u16(c.priority);
  w.u32(c.max_retransmits ? *c.max_retransmits : c.max_packet_life_time.value_or(0));
  w.u16(static_cast<uint16_t>(c.label.size()));
  w.u16(static_cast<uint16_t>(c.protocol.size()));
  w.bytes(as_bytes(c.label));
  w.bytes(as_bytes(c.protocol));
  return bytes;
}

}  // namespace parley::media::sctp
