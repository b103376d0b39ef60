// Packet indices of one SSRC: guessing the 48-bit index from 16 bits (RFC 3711 section 3.3.1 and appendix A)
// and refusing an index seen before or too old (section 3.3.2).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace parley::media::srtp {

// `kSize` indices up to the newest, as a ring of bits.
template <int kSize>
class ReplayWindow {
  static_assert(kSize % 64 == 0);

 public:
  bool is_fresh(int64_t index) const {
    if (index > newest_) return true;
    return newest_ - index < kSize && !bit(index);
  }
  // Marks a fresh index as seen.
  void accept(int64_t index) {
    if (index > newest_) {
      if (newest_ < 0 || index - newest_ >= kSize) {
        bits_.fill(0);
      } else {
        for (int64_t i = newest_ + 1; i < index; ++i) word(i) &= ~mask(i);
      }
      newest_ = index;
    }
    word(index) |= mask(index);
  }
  int64_t newest() const { return newest_; }  // -1 before the first

 private:
  static uint64_t mask(int64_t index) { return uint64_t{1} << (index & 63); }
  uint64_t& word(int64_t index) { return bits_[static_cast<size_t>(index % kSize) / 64]; }
  bool bit(int64_t index) const {
    return (bits_[static_cast<size_t>(index % kSize) / 64] & mask(index)) != 0;
  }

  int64_t newest_ = -1;
  std::array<uint64_t, kSize / 64> bits_{};
};

// The index (roll-over counter * 2^16 + sequence number) nearest to the newest one; none when it would lie
// before the stream's start or after its 2^48 packets.
inline std::optional<int64_t> guess_index(int64_t newest, uint16_t seq) {
  if (newest < 0) return seq;
  const int64_t index =
      newest + static_cast<int16_t>(static_cast<uint16_t>(seq - static_cast<uint16_t>(newest)));
  if (index < 0 || index >= int64_t{1} << 48) return std::nullopt;
  return index;
}

}  // namespace parley::media::srtp
