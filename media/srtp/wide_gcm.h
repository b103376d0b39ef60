// AES-GCM (NIST SP 800-38D) by Intel's multi-buffer library, where it is installed (Debian's libipsec-mb1;
// the header must have been there at build time) and the processor has AES instructions: one call a packet
// instead of OpenSSL's five, on registers as wide as there are. A quarter of OpenSSL's time for a packet of
// video.
//
// It is found at run time and must agree with OpenSSL on a packet before it is used.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace parley::media::srtp {

class WideGcm {
 public:
  using Bytes = std::span<const uint8_t>;
  static constexpr size_t kIvSize = 12;
  static constexpr size_t kTagSize = 16;

  // Null without the library. `key` is of 16 or 32 bytes.
  static std::unique_ptr<WideGcm> create(Bytes key);
  ~WideGcm();
  WideGcm(const WideGcm&) = delete;
  WideGcm& operator=(const WideGcm&) = delete;

  // Authenticates `aad`, encrypts `prefix` then `text` to `out`, followed by the tag.
  void seal(const uint8_t* iv, Bytes aad, Bytes prefix, Bytes text, uint8_t* out) const;
  // Opens `text` in place. False, with `text` overwritten all the same, when the tag is wrong.
  bool open(const uint8_t* iv, Bytes aad, std::span<uint8_t> text, Bytes tag) const;

 private:
  struct Keyed;
  explicit WideGcm(std::unique_ptr<Keyed> keyed);
  std::unique_ptr<Keyed> keyed_;
};

}  // namespace parley::media::srtp
