// See packet.h.
#include "media/rtp/packet.h"

#include <cstring>

#include "media/core/bytes.h"

namespace parley::media::rtp {

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
  p.padding = static_cast<uint8_t>(padding);
  p.payload = b.subspan(header, b.size() - header - padding);
  return p;
}

std::span<const uint8_t> Packet::extension(uint8_t id) const {
  std::span<const uint8_t> found;
  if (id == 0) return found;
  for_each_extension([&](uint8_t this_id, std::span<const uint8_t> value) {
    if (this_id != id) return false;
    found = value;
    return true;
  });
  return found;
}

HeaderWriter::HeaderWriter(const HeaderFields& f, bool allow_two_byte) : allow_two_byte_(allow_two_byte) {
  bytes_[0] = 0x80;
  bytes_[1] = static_cast<uint8_t>((f.marker ? 0x80 : 0) | f.payload_type);
  store_be16(&bytes_[2], f.seq.value);
  store_be32(&bytes_[4], f.timestamp.value);
  store_be32(&bytes_[8], f.ssrc.value);
}

size_t HeaderWriter::add_extension(uint8_t id, std::span<const uint8_t> value) {
  if (id == 0 || value.empty() || value.size() > 255) return 0;
  if (!two_byte_ && (id > 14 || value.size() > 16)) {
    if (!allow_two_byte_) return 0;
    change_to_two_byte();
  }
  return append(id, value);
}

size_t HeaderWriter::append(uint8_t id, std::span<const uint8_t> value) {
  if (size_ + (two_byte_ ? 2 : 1) + value.size() > kMaxSize) return 0;
  if (two_byte_) {
    bytes_[size_++] = id;
    bytes_[size_++] = static_cast<uint8_t>(value.size());
  } else {
    bytes_[size_++] = static_cast<uint8_t>(id << 4 | (value.size() - 1));
  }
  std::memcpy(&bytes_[size_], value.data(), value.size());
  size_ += value.size();
  return size_ - value.size();
}

void HeaderWriter::change_to_two_byte() {
  uint8_t written[kMaxExtensionBytes];
  const size_t n = size_ - kFirstElement;
  std::memcpy(written, &bytes_[kFirstElement], n);
  two_byte_ = true;
  size_ = kFirstElement;
  Packet view;
  view.extension_profile = kOneByteProfile;
  view.extensions = std::span<const uint8_t>(written).first(n);
  view.for_each_extension([&](uint8_t id, std::span<const uint8_t> value) {
    append(id, value);
    return false;
  });
}

std::span<uint8_t> HeaderWriter::finish() {
  if (size_ == kFirstElement) return {bytes_, kFixedHeaderSize};
  while (size_ % 4 != 0) bytes_[size_++] = 0;
  bytes_[0] |= 0x10;
  store_be16(&bytes_[kFixedHeaderSize], two_byte_ ? kTwoByteProfile : kOneByteProfile);
  store_be16(&bytes_[kFixedHeaderSize + 2], static_cast<uint16_t>((size_ - kFirstElement) / 4));
  return {bytes_, size_};
}

}  // namespace parley::media::rtp
