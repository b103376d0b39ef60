// Strong types for the numbers of RTP (RFC 3550), so that they cannot be mixed up; comparisons know about
// wrap-around.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace parley::media {

// Synchronisation source, RFC 3550 section 3.
struct Ssrc {
  uint32_t value = 0;
  constexpr auto operator<=>(const Ssrc&) const = default;
};

// RTP sequence number. Order is modulo 2^16 and only meaningful within half of the space.
struct SeqNumber {
  uint16_t value = 0;
  constexpr bool operator==(const SeqNumber&) const = default;
  // Signed distance from `other` to this one, in (-32768, 32767]; positive when this one is later.
  constexpr int distance_from(SeqNumber other) const {
    return static_cast<int16_t>(static_cast<uint16_t>(value - other.value));
  }
  constexpr bool newer_than(SeqNumber other) const { return distance_from(other) > 0; }
  constexpr SeqNumber operator+(int n) const { return {static_cast<uint16_t>(value + n)}; }
  constexpr SeqNumber operator-(int n) const { return {static_cast<uint16_t>(value - n)}; }
  constexpr SeqNumber& operator++() {
    ++value;
    return *this;
  }
};

// RTP media timestamp, in units of the codec's clock. Order is modulo 2^32.
struct RtpTimestamp {
  uint32_t value = 0;
  constexpr bool operator==(const RtpTimestamp&) const = default;
  constexpr int32_t distance_from(RtpTimestamp other) const {
    return static_cast<int32_t>(value - other.value);
  }
  constexpr bool newer_than(RtpTimestamp other) const { return distance_from(other) > 0; }
  constexpr RtpTimestamp operator+(uint32_t n) const { return {value + n}; }
};

// Turns a 16-bit sequence number into a 64-bit one that never wraps, following the stream in either
// direction.
class SeqUnwrapper {
 public:
  int64_t unwrap(SeqNumber seq) {
    if (!started_) {
      started_ = true;
      last_ = seq.value;
    } else {
      last_ += seq.distance_from({static_cast<uint16_t>(last_)});
    }
    return last_;
  }

 private:
  bool started_ = false;
  int64_t last_ = 0;
};

}  // namespace parley::media

template <>
struct std::hash<parley::media::Ssrc> {
  size_t operator()(parley::media::Ssrc s) const noexcept {
    return static_cast<size_t>((s.value * 0x9E3779B97F4A7C15ull) >> 16);
  }
};
