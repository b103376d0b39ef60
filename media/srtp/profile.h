// SRTP protection profiles as DTLS negotiates them: RFC 5764 section 4.1.2 and RFC 7714 section 14.2.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace parley::media::srtp {

enum class Profile : uint16_t {
  kAes128CmSha1_80 = 0x0001,
  kAeadAes128Gcm = 0x0007,
  kAeadAes256Gcm = 0x0008,
};

constexpr bool is_gcm(Profile p) { return p != Profile::kAes128CmSha1_80; }
constexpr size_t key_size(Profile p) { return p == Profile::kAeadAes256Gcm ? 32 : 16; }
constexpr size_t salt_size(Profile p) { return is_gcm(p) ? 12 : 14; }
constexpr size_t tag_size(Profile p) { return is_gcm(p) ? 16 : 10; }

// The master key and salt of one direction; how much of each counts is the profile's.
struct MasterKey {
  std::array<uint8_t, 32> key{};
  std::array<uint8_t, 14> salt{};
};

}  // namespace parley::media::srtp
