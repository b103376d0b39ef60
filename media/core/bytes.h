// Bounded readers and writers of big-endian (network order) bytes. Running out of bytes makes ok() false for
// good and every later read gives 0: parse a whole structure, then ask once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace parley::media {

// Unchecked loads and stores, for bytes whose bounds the caller has checked.
inline uint16_t load_be16(const uint8_t* p) { return static_cast<uint16_t>(p[0] << 8 | p[1]); }
inline uint32_t load_be32(const uint8_t* p) {
  return static_cast<uint32_t>(p[0]) << 24 | static_cast<uint32_t>(p[1]) << 16 |
         static_cast<uint32_t>(p[2]) << 8 | p[3];
}
inline uint64_t load_be64(const uint8_t* p) {
  return static_cast<uint64_t>(load_be32(p)) << 32 | load_be32(p + 4);
}
inline void store_be16(uint8_t* p, uint16_t v) {
  p[0] = static_cast<uint8_t>(v >> 8);
  p[1] = static_cast<uint8_t>(v);
}
inline void store_be24(uint8_t* p, uint32_t v) {
  p[0] = static_cast<uint8_t>(v >> 16);
  p[1] = static_cast<uint8_t>(v >> 8);
  p[2] = static_cast<uint8_t>(v);
}
inline void store_be32(uint8_t* p, uint32_t v) {
  store_be16(p, static_cast<uint16_t>(v >> 16));
  store_be16(p + 2, static_cast<uint16_t>(v));
}
inline void store_be64(uint8_t* p, uint64_t v) {
  store_be32(p, static_cast<uint32_t>(v >> 32));
  store_be32(p + 4, static_cast<uint32_t>(v));
}

inline std::span<const uint8_t> as_bytes(std::string_view s) {
  return {reinterpret_cast<const uint8_t*>(s.data()), s.size()};
}
inline std::string_view as_text(std::span<const uint8_t> b) {
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}

class ByteReader {
 public:
  explicit ByteReader(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  size_t remaining() const { return bytes_.size() - at_; }
  size_t position() const { return at_; }

  uint8_t u8() { return take(1) ? bytes_[at_ - 1] : 0; }
  uint16_t u16() { return take(2) ? load_be16(&bytes_[at_ - 2]) : 0; }
  uint32_t u24() {
    if (!take(3)) return 0;
    return static_cast<uint32_t>(bytes_[at_ - 3]) << 16 | load_be16(&bytes_[at_ - 2]);
  }
  uint32_t u32() { return take(4) ? load_be32(&bytes_[at_ - 4]) : 0; }
  uint64_t u64() { return take(8) ? load_be64(&bytes_[at_ - 8]) : 0; }
  // The next `n` bytes as a view of the input; empty when there are fewer.
  std::span<const uint8_t> bytes(size_t n) {
    return take(n) ? bytes_.subspan(at_ - n, n) : std::span<const uint8_t>();
  }
  std::span<const uint8_t> rest() { return bytes(remaining()); }
  void skip(size_t n) { take(n); }

 private:
  bool take(size_t n) {
    if (!ok_ || n > remaining()) {
      ok_ = false;
      at_ = bytes_.size();  // nothing remains: a loop over what remains ends
      return false;
    }
    at_ += n;
    return true;
  }

  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
  bool ok_ = true;
};

class ByteWriter {
 public:
  explicit ByteWriter(std::span<uint8_t> out) : out_(out) {}

  bool ok() const { return ok_; }
  size_t size() const { return at_; }
  size_t room() const { return out_.size() - at_; }
  // What has been written so far.
  std::span<uint8_t> written() const { return out_.first(at_); }

  void u8(uint8_t v) {
    if (take(1)) out_[at_ - 1] = v;
  }
  void u16(uint16_t v) {
    if (take(2)) store_be16(&out_[at_ - 2], v);
  }
  void u24(uint32_t v) {
    if (take(3)) store_be24(&out_[at_ - 3], v);
  }
  void u32(uint32_t v) {
    if (take(4)) store_be32(&out_[at_ - 4], v);
  }
  void u64(uint64_t v) {
    if (take(8)) store_be64(&out_[at_ - 8], v);
  }
  void bytes(std::span<const uint8_t> v) {
    if (take(v.size()) && !v.empty()) std::memcpy(&out_[at_ - v.size()], v.data(), v.size());
  }
  void zeros(size_t n) {
    if (take(n) && n > 0) std::memset(&out_[at_ - n], 0, n);
  }
  // Overwrites two bytes written before, e.g. a length that is known only now.
  void patch_u16(size_t position, uint16_t v) {
    if (ok_ && position + 2 <= at_) store_be16(&out_[position], v);
  }

 private:
  bool take(size_t n) {
    if (!ok_ || n > room()) {
      ok_ = false;
      return false;
    }
    at_ += n;
    return true;
  }

  std::span<uint8_t> out_;
  size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace parley::media
