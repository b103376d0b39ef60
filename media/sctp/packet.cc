// See packet.h.
#include "media/sctp/packet.h"

#include <algorithm>

#include "media/sctp/crc32c.h"

namespace parley::media::sctp {
namespace {

// The checksum stands in the header least significant byte first (RFC 9260 appendix A), and is computed over
// zeros there.
constexpr size_t kChecksumAt = 8;

uint32_t load_le32(const uint8_t* p) {
  return static_cast<uint32_t>(p[3]) << 24 | static_cast<uint32_t>(p[2]) << 16 |
         static_cast<uint32_t>(p[1]) << 8 | p[0];
}

void store_le32(uint8_t* p, uint32_t v) {
  for (int i = 0; i < 4; ++i) p[i] = static_cast<uint8_t>(v >> (8 * i));
}

// Takes one type-length-value with its padding off the front of `rest`; the last one's padding may be
// missing.
template <class Item, class Read>
std::optional<Item> take(std::span<const uint8_t>& rest, bool& malformed, Read read) {
  if (rest.empty() || malformed) return std::nullopt;
  if (rest.size() < 4) {
    malformed = true;
    return std::nullopt;
  }
  const size_t length = load_be16(&rest[2]);
  if (length < 4 || length > rest.size()) {
    malformed = true;
    return std::nullopt;
  }
  const Item item = read(rest.first(length));
  rest = rest.subspan(std::min(padded(length), rest.size()));
  return item;
}

}  // namespace

std::optional<CommonHeader> read_common_header(std::span<const uint8_t> packet) {
  if (packet.size() < kCommonHeader || packet.size() > 65535) return std::nullopt;
  static constexpr uint8_t kZeros[4] = {};
  uint32_t crc = crc32c(packet.first(kChecksumAt));
  crc = crc32c(kZeros, crc);
  crc = crc32c(packet.subspan(kCommonHeader), crc);
  if (crc != load_le32(&packet[kChecksumAt])) return std::nullopt;
  return CommonHeader{load_be16(&packet[0]), load_be16(&packet[2]), load_be32(&packet[4])};
}

std::optional<Chunk> ChunkReader::next() {
  return take<Chunk>(rest_, malformed_, [](std::span<const uint8_t> b) {
    return Chunk{b[0], b[1], b.subspan(kChunkHeader)};
  });
}

std::optional<Parameter> ParameterReader::next() {
  return take<Parameter>(rest_, malformed_, [](std::span<const uint8_t> b) {
    return Parameter{load_be16(b.data()), b.subspan(4)};
  });
}

PacketBuilder::PacketBuilder(const CommonHeader& header, size_t max_packet, PacketSink& sink)
    : header_(header), max_packet_(std::min(max_packet, kLargestPacket)), sink_(sink) {}

size_t PacketBuilder::room() const {
  const size_t used = size_ + kChunkHeader;
  return used < max_packet_ ? (max_packet_ - used) & ~size_t{3} : 0;
}

ByteWriter PacketBuilder::begin_chunk(uint8_t type, uint8_t flags) {
  chunk_ = size_;
  bytes_[chunk_] = type;
  bytes_[chunk_ + 1] = flags;
  return ByteWriter(std::span(bytes_).subspan(chunk_ + kChunkHeader, room()));
}

void PacketBuilder::end_chunk(const ByteWriter& value) {
  const size_t length = kChunkHeader + value.size();
  store_be16(&bytes_[chunk_ + 2], static_cast<uint16_t>(length));
  size_ = chunk_ + padded(length);
  std::fill(bytes_.begin() + static_cast<ptrdiff_t>(chunk_ + length),
            bytes_.begin() + static_cast<ptrdiff_t>(size_), 0);
}

void PacketBuilder::add(uint8_t type, uint8_t flags, std::span<const uint8_t> value) {
  if (value.size() > room()) flush();
  ByteWriter w = begin_chunk(type, flags);
  w.bytes(value);
  if (w.ok()) end_chunk(w);
}

void PacketBuilder::flush() {
  if (empty()) return;
  store_be16(&bytes_[0], header_.source_port);
  store_be16(&bytes_[2], header_.destination_port);
  store_be32(&bytes_[4], header_.tag);
  store_le32(&bytes_[kChecksumAt], 0);
  const auto packet = std::span(bytes_).first(size_);
  store_le32(&bytes_[kChecksumAt], crc32c(packet));
  sink_.send_sctp(packet);
  size_ = kCommonHeader;
  ++packets_;
}

void write_parameter(ByteWriter& out, uint16_t type, std::span<const uint8_t> value) {
  out.u16(type);
  out.u16(static_cast<uint16_t>(4 + value.size()));
  out.bytes(value);
  out.zeros(padded(value.size()) - value.size());
}

}  // namespace parley::media::sctp
