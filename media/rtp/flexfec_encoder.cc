// See flexfec_encoder.h.
#include "media/rtp/flexfec_encoder.h"

#include <algorithm>
#include <cstring>

#include "media/core/bytes.h"

namespace parley::media::rtp {

void FlexFecEncoder::set_group_size(size_t packets) {
  group_size_ = packets;
  if (packets == 0) reset();
}

void FlexFecEncoder::reset() {
  std::fill_n(parity_.begin(), parity_size_, uint8_t{0});
  count_ = 0;
  parity_size_ = 0;
  mask_.fill(false);
  recovery_.fill(0);
}

void FlexFecEncoder::on_media(std::span<const uint8_t> header, std::span<const uint8_t> prefix,
                              std::span<const uint8_t> payload) {
  std::array<uint8_t, kMaxHeaderSize> plain;
  if (group_size_ == 0 || header.size() < kFixedHeaderSize || header.size() > plain.size()) return;
  const size_t body = header.size() - kFixedHeaderSize + prefix.size() + payload.size();
  if (body > parity_.size()) return;
  const SeqNumber seq{load_be16(&header[2])};
  if (count_ > 0 && seq.distance_from(base_) >= static_cast<int>(mask_.size())) reset();
  if (count_ == 0) base_ = seq;
  const int at = seq.distance_from(base_);
  if (at < 0 || mask_[static_cast<size_t>(at)]) return;
  mask_[static_cast<size_t>(at)] = true;
  std::memcpy(plain.data(), header.data(), header.size());
  const auto fixed = std::span(plain).first(header.size());
  zero_mutable(fixed, ignored_);
  std::array<uint8_t, 8> recovery;
  std::memcpy(recovery.data(), plain.data(), 8);
  store_be16(&recovery[2], static_cast<uint16_t>(body));
  xor_into(recovery_, recovery);
  const auto extensions = fixed.subspan(kFixedHeaderSize);
  const auto rest = std::span(parity_).subspan(extensions.size());
  xor_into(parity_, extensions);
  xor_into(rest, prefix);
  xor_into(rest.subspan(prefix.size()), payload);
  parity_size_ = std::max(parity_size_, body);
  ++count_;
}

size_t FlexFecEncoder::take(std::span<uint8_t> out) {
  if (count_ == 0) return 0;
  size_t last = mask_.size() - 1;
  while (!mask_[last]) --last;
  const auto bits = [&](size_t first, size_t n) {
    uint64_t value = 0;
    for (size_t i = 0; i < n; ++i) value = value << 1 | (mask_[first + i] ? 1 : 0);
    return value;
  };
  ByteWriter w(out);
  recovery_[0] &= 0x3F;
  w.bytes(recovery_);
  w.u8(1);
  w.zeros(3);
  w.u32(media_.value);
  w.u16(base_.value);
  w.u16(static_cast<uint16_t>(uint64_t{last < 15} << 15 | bits(0, 15)));
  if (last >= 15) w.u32(static_cast<uint32_t>(uint64_t{last < 46} << 31 | bits(15, 31)));
  if (last >= 46) w.u64(uint64_t{1} << 63 | bits(46, 63));
  w.bytes(std::span(parity_).first(parity_size_));
  reset();
  return w.ok() ? w.size() : 0;
}

}  // namespace parley::media::rtp
