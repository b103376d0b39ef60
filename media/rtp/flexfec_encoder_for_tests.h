// FlexFEC's other side, which the engine has no use for: towards subscribers retransmissions bring packets
// back. Publishers in tests send by it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "media/core/bytes.h"
#include "media/rtp/flexfec.h"

namespace parley::media::rtp {

// Makes repair packets for what is sent to one receiver: one after each group of packets, the smaller the
// more is being lost. Holds one packet's worth of parity.
class FlexFecEncoder {
 public:
  static constexpr size_t kMaxMediaBytes = 1452;

  FlexFecEncoder(Ssrc media, MutableExtensions ignored) : media_(media), ignored_(ignored) {}

  // The receiver's reports: which part of the packets is lost.
  void set_loss(double fraction);
  // Packets in a group; 0: none are made.
  size_t group_size() const { return group_size_; }

  // A packet as it leaves.
  void on_media(std::span<const uint8_t> header, std::span<const uint8_t> payload);
  // Whether the group is full. Its repair payload must then be taken.
  bool ready() const { return count_ > 0 && count_ >= group_size_; }
  // Writes the repair payload and begins the next group; 0 when there is nothing or no room.
  size_t take(std::span<uint8_t> out);

 private:
  void reset();

  Ssrc media_;
  MutableExtensions ignored_;
  size_t group_size_ = 0;
  size_t count_ = 0;
  SeqNumber base_;
  std::array<bool, FlexFecHeader::kMaskBits> mask_{};
  std::array<uint8_t, 8> recovery_{};
  size_t parity_size_ = 0;
  std::array<uint8_t, kMaxMediaBytes> parity_{};
};

inline void FlexFecEncoder::set_loss(double fraction) {
  const size_t wanted = fraction >= 0.20   ? 3
                        : fraction >= 0.10 ? 5
                        : fraction >= 0.05 ? 10
                        : fraction >= 0.01 ? 20
                                           : 0;
  group_size_ = wanted;
  if (wanted == 0) reset();
}

inline void FlexFecEncoder::reset() {
  count_ = 0;
  parity_size_ = 0;
  mask_.fill(false);
  recovery_.fill(0);
  parity_.fill(0);
}

inline void FlexFecEncoder::on_media(std::span<const uint8_t> header, std::span<const uint8_t> payload) {
  std::array<uint8_t, kMaxHeaderSize> plain;
  const size_t body = header.size() - kFixedHeaderSize + payload.size();
  if (group_size_ == 0 || header.size() > plain.size() || body > parity_.size()) return;
  const SeqNumber seq{load_be16(&header[2])};
  const int at = seq.distance_from(base_);
  if (count_ > 0 && (at < 0 || at >= static_cast<int>(mask_.size()))) reset();
  if (count_ == 0) base_ = seq;
  const auto index = static_cast<size_t>(seq.distance_from(base_));
  if (mask_[index]) return;
  mask_[index] = true;
  std::memcpy(plain.data(), header.data(), header.size());
  const auto fixed = std::span(plain).first(header.size());
  zero_mutable(fixed, ignored_);
  std::array<uint8_t, 8> recovery;
  std::memcpy(recovery.data(), plain.data(), 8);
  store_be16(&recovery[2], static_cast<uint16_t>(body));
  xor_into(recovery_, recovery);
  const auto extensions = fixed.subspan(kFixedHeaderSize);
  xor_into(parity_, extensions);
  xor_into(std::span(parity_).subspan(extensions.size()), payload);
  parity_size_ = std::max(parity_size_, body);
  ++count_;
}

inline size_t FlexFecEncoder::take(std::span<uint8_t> out) {
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
