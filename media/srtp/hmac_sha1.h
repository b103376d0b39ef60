// HMAC-SHA1 (RFC 2104) keyed once and computed without allocation, for SRTP's authentication tag (RFC 3711
// section 4.2). The padded key's two first blocks are hashed in advance, so a tag costs one pass over the
// packet and two short blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>

namespace parley::media::srtp {

class HmacSha1 {
 public:
  static constexpr size_t kSize = 20;

  explicit HmacSha1(std::span<const uint8_t> key);  // at most 64 bytes
  HmacSha1(HmacSha1&&) noexcept;
  ~HmacSha1();

  // The MAC of the concatenation of `parts`.
  void compute(std::initializer_list<std::span<const uint8_t>> parts, std::span<uint8_t, kSize> out) const;

 private:
  struct States;
  std::unique_ptr<States> states_;
};

}  // namespace parley::media::srtp
