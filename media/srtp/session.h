// SRTP and SRTCP (RFC 3711; AES-GCM: RFC 7714) on OpenSSL's ciphers, one object for each direction of a
// transport. Cipher contexts are made once; protecting or opening a packet allocates nothing, except the
// state of a new SSRC.
//
// The sender writes straight into the send slab, from a header and a payload in different memory, so that one
// payload is shared by every subscriber. One thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "media/core/result.h"
#include "media/core/types.h"
#include "media/srtp/profile.h"

namespace parley::media::srtp {

// What protecting adds at most: tag and SRTCP index.
inline constexpr size_t kMaxOverhead = 20;
// SSRCs a session keeps state for; packets of more are refused.
inline constexpr size_t kMaxSources = 512;
// How far behind the newest packet of an SSRC one may be.
inline constexpr int kReplayWindow = 1024;

class Sender {
 public:
  static Result<Sender> create(Profile profile, const MasterKey& key);
  Sender(Sender&&) noexcept;
  Sender& operator=(Sender&&) noexcept;
  ~Sender();

  // `header` is a whole RTP header with its CSRCs and extensions. Writes header and encrypted payload to
  // `out`, which must have room for both and kMaxOverhead, and must not overlap them. The size written; 0
  // when refused: malformed, too little room, or a sequence number already used (that would reuse a nonce:
  // retransmit through RTX, RFC 4588).
  size_t protect_rtp(std::span<const uint8_t> header, std::span<const uint8_t> payload,
                     std::span<uint8_t> out) {
    return protect_rtp(header, {}, payload, out);
  }
  // The same with the payload in two parts, e.g. RTX's original sequence number and the shared payload.
  size_t protect_rtp(std::span<const uint8_t> header, std::span<const uint8_t> prefix,
                     std::span<const uint8_t> payload, std::span<uint8_t> out);
  // A compound RTCP packet.
  size_t protect_rtcp(std::span<const uint8_t> packet, std::span<uint8_t> out);
  // Gives up the state of an SSRC, which must never be used again with this key: its numbers would be, too.
  void forget(Ssrc ssrc);

 private:
  struct Impl;
  explicit Sender(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class Receiver {
 public:
  static Result<Receiver> create(Profile profile, const MasterKey& key);
  Receiver(Receiver&&) noexcept;
  Receiver& operator=(Receiver&&) noexcept;
  ~Receiver();

  // Opens in place; the plain packet is a prefix of `packet`. On error the bytes are unspecified.
  Result<std::span<uint8_t>> unprotect_rtp(std::span<uint8_t> packet);
  Result<std::span<uint8_t>> unprotect_rtcp(std::span<uint8_t> packet);
  // Gives up the state of an SSRC that ended. Its packets could be replayed: the caller takes no more of
  // them.
  void forget(Ssrc ssrc);

 private:
  struct Impl;
  explicit Receiver(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::media::srtp
