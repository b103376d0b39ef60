// The keyed transforms of one SRTP direction: session keys (RFC 3711 section 4.3, RFC 7714 section 11) and
// the encryption of packets whose index is known. Knows nothing of streams: that is session.cc's.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "media/srtp/hmac_sha1.h"
#include "media/srtp/profile.h"
#include "media/srtp/wide_gcm.h"

struct evp_cipher_ctx_st;

namespace parley::media::srtp {

struct FreeCipherContext {
  void operator()(evp_cipher_ctx_st* context) const;
};
using CipherContext = std::unique_ptr<evp_cipher_ctx_st, FreeCipherContext>;

enum class Direction : uint8_t { kEncrypt, kDecrypt };

// Session keys for either RTP (labels 0..2) or RTCP (labels 3..5).
struct SessionKeys {
  std::array<uint8_t, 32> encryption{};
  std::array<uint8_t, 20> authentication{};
  std::array<uint8_t, 14> salt{};
  // False when OpenSSL fails.
  static bool derive(Profile profile, const MasterKey& master, bool rtcp, SessionKeys& out);
};

class Cipher {
 public:
  using Bytes = std::span<const uint8_t>;

  // Null when OpenSSL fails. GCM is done by the fastest that is there when `fast`, which takes no `aad_b`:
  // for RTP.
  static std::unique_ptr<Cipher> create(Profile profile, const SessionKeys& keys, Direction direction,
                                        bool fast = false);

  // The initialisation vectors differ between RTP and RTCP, and between AES-CM and GCM.
  using Iv = std::array<uint8_t, 16>;
  Iv rtp_iv(uint32_t ssrc, uint64_t index) const;
  Iv rtcp_iv(uint32_t ssrc, uint32_t index) const;

  // GCM: authenticates `aad_a` and `aad_b`, encrypts `prefix` then `text` to `out`, followed by the tag.
  bool seal(const Iv& iv, Bytes aad_a, Bytes aad_b, Bytes prefix, Bytes text, uint8_t* out);
  // GCM: opens `text` in place.
  bool open(const Iv& iv, Bytes aad_a, Bytes aad_b, std::span<uint8_t> text, Bytes tag);
  // AES-CM: the same both ways; `out` may be `text`.
  bool apply_keystream(const Iv& iv, Bytes prefix, Bytes text, uint8_t* out);
  const HmacSha1& mac() const { return mac_; }

 private:
  Cipher(Profile profile, const SessionKeys& keys, CipherContext context, std::unique_ptr<WideGcm> wide);
  Profile profile_;
  std::array<uint8_t, 14> salt_;
  CipherContext context_;  // null where there is the other
  std::unique_ptr<WideGcm> wide_;
  HmacSha1 mac_;
};

}  // namespace parley::media::srtp
