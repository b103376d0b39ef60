// Bounded readers and writers of bit fields, most significant bit first. Running out of bits makes ok() false
// for good and every later read gives 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace parley::media {

class BitReader {
 public:
  explicit BitReader(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  size_t position() const { return at_; }  // in bits
  size_t remaining() const { return bytes_.size() * 8 - at_; }

  // `count` is at most 32.
  uint32_t bits(unsigned count) {
    if (!ok_ || count > remaining()) {
      ok_ = false;
      at_ = bytes_.size() * 8;
      return 0;
    }
    uint32_t value = 0;
    for (unsigned left = count; left > 0;) {
      const unsigned offset = at_ & 7;
      const unsigned take = left < 8 - offset ? left : 8 - offset;
      const uint32_t chunk = static_cast<uint32_t>(bytes_[at_ >> 3]) >> (8 - offset - take);
      value = value << take | (chunk & ((1u << take) - 1));
      at_ += take;
      left -= take;
    }
    return value;
  }
  bool flag() { return bits(1) != 0; }
  void skip(size_t count) {
    for (; count > 32; count -= 32) bits(32);
    bits(static_cast<unsigned>(count));
  }

  // A value below `n` in the fewest bits: ns(n) of the AV1 specification, section 4.10.7.
  uint32_t non_symmetric(uint32_t n) {
    unsigned width = 0;
    for (uint32_t x = n; x != 0; x >>= 1) ++width;
    if (width == 0) return 0;
    const uint32_t shorter = (1u << width) - n;
    const uint32_t value = bits(width - 1);
    if (value < shorter) return value;
    return (value << 1) - shorter + bits(1);
  }

 private:
  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
  bool ok_ = true;
};

class BitWriter {
 public:
  // Clears `out`.
  explicit BitWriter(std::span<uint8_t> out) : out_(out) {
    for (uint8_t& b : out_) b = 0;
  }

  bool ok() const { return ok_; }
  size_t bytes() const { return (at_ + 7) / 8; }

  // `count` is at most 32.
  void bits(uint32_t value, unsigned count) {
    if (!ok_ || count > out_.size() * 8 - at_) {
      ok_ = false;
      return;
    }
    for (unsigned i = count; i > 0; --i, ++at_) {
      if ((value >> (i - 1) & 1) != 0) out_[at_ >> 3] |= static_cast<uint8_t>(0x80 >> (at_ & 7));
    }
  }
  void flag(bool value) { bits(value ? 1 : 0, 1); }

  void non_symmetric(uint32_t value, uint32_t n) {
    unsigned width = 0;
    for (uint32_t x = n; x != 0; x >>= 1) ++width;
    if (width == 0) return;
    const uint32_t shorter = (1u << width) - n;
    if (value < shorter) {
      bits(value, width - 1);
    } else {
      bits(value + shorter, width);
    }
  }

 private:
  std::span<uint8_t> out_;
  size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace parley::media
