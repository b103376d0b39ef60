// See packet.h.
#include "media/rtp/packet.h"

#include <cstring>

#include "media/core/bytes.h"

namespace parley::media::rtp {
namespace {
constexpr uint16_t kOneByteProfile = 0xBEDE;
}

std::optional<Packet> Packet::parse(std::span<const uint8_t> b) {
  if (b.size() < kFixedHeaderSize || (b[0] >> 6) != 2) return std::nullopt;
  Packet p;
  size_t header = kFixedHeaderSize + size_t{4} * (b[0] & 0x0F);
  if (header > b.size()) return std::nullopt;
  if ((b[0] & 0x10) != 0) {
    if (header + 4 > b.size()) return std::nullopt;
    p.extension_profile = load_be16(&b[header]);
    const size_t length = size_t{4} * load_be16(&b[header + 2]);
    if (header + 4 + length > b.size()) return std::nullopt;
    p.extensions = b.subspan(header + 4, length);
    header += 4 + length;
  }
  size_t padding = 0;
  if ((b[0] & 0x20) != 0) {
    padding = b.back();
    if (padding == 0 || header + padding > b.size()) return std::nullopt;
  }
  p.marker = (b[1] & 0x80) != 0;
  p.payload_type = b[1] & 0x7F;
  p.seq = {load_be16(&b[2])};
  p.timestamp = {load_be32(&b[4])};
  p.ssrc = {load_be32(&b[8])};
  p.header = b.first(header);
  p.payload = b.subspan(header, b.size() - header - padding);
  return p;
}

std::span<const uint8_t> Packet::extension(uint8_t id) const {
  if (id == 0) return {};
  const bool one_byte = extension_profile == kOneByteProfile;
  if (!one_byte && (extension_profile & 0xFFF0) != 0x1000) return {};
  for (size_t at = 0; at < extensions.size();) {
    const uint8_t first = extensions[at];
    if (first == 0) {  // padding
      ++at;
      continue;
    }
    uint8_t this_id;
    size_t length;
    if (one_byte) {
      this_id = first >> 4;
      if (this_id == 15) return {};  // RFC 8285 section 4.2: stop here
      length = (first & 0x0F) + size_t{1};
      at += 1;
    } else {
      if (at + 2 > extensions.size()) return {};
      this_id = first;
      length = extensions[at + 1];
      at += 2;
    }
    if (at + length > extensions.size()) return {};
    if (this_id == id) return extensions.subspan(at, length);
    at += length;
  }
  return {};
}

HeaderWriter::HeaderWriter(const HeaderFields& f) {
  bytes_[0] = 0x80;
  bytes_[1] = static_cast<uint8_t>((f.marker ? 0x80 : 0) | f.payload_type);
  store_be16(&bytes_[2], f.seq.value);
  store_be32(&bytes_[4], f.timestamp.value);
  store_be32(&bytes_[8], f.ssrc.value);
}

void HeaderWriter::add_extension(uint8_t id, std::span<const uint8_t> value) {
  if (id == 0 || id > 14 || value.empty() || value.size() > 16) return;
  const size_t at = size_ == kFixedHeaderSize ? kFixedHeaderSize + 4 : size_;
  if (at + 1 + value.size() > kMaxSize) return;
  bytes_[at] = static_cast<uint8_t>(id << 4 | (value.size() - 1));
  std::memcpy(&bytes_[at + 1], value.data(), value.size());
  size_ = at + 1 + value.size();
}

std::span<const uint8_t> HeaderWriter::finish() {
  if (size_ > kFixedHeaderSize) {
    while (size_ % 4 != 0) bytes_[size_++] = 0;
    bytes_[0] |= 0x10;
    store_be16(&bytes_[kFixedHeaderSize], kOneByteProfile);
    store_be16(&bytes_[kFixedHeaderSize + 2], static_cast<uint16_t>((size_ - kFixedHeaderSize - 4) / 4));
  }
  return {bytes_, size_};
}

}  // namespace parley::media::rtp
