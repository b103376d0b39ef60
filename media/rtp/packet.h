// RTP packets (RFC 3550 section 5.1) with header extensions (RFC 8285): a parsed view, and a writer of new
// headers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "media/core/types.h"

namespace parley::media::rtp {

inline constexpr size_t kFixedHeaderSize = 12;

// Whether a datagram is RTP or RTCP by its first byte (RFC 7983), and which of the two (RFC 5761 section 4).
inline bool looks_like_rtp_or_rtcp(std::span<const uint8_t> d) { return d.size() >= 8 && (d[0] >> 6) == 2; }
inline bool is_rtcp(std::span<const uint8_t> d) { return d[1] >= 192 && d[1] <= 223; }

// Views into the bytes it was parsed from.
struct Packet {
  uint8_t payload_type = 0;
  bool marker = false;
  SeqNumber seq;
  RtpTimestamp timestamp;
  Ssrc ssrc;
  std::span<const uint8_t> header;   // fixed part, CSRCs and extensions
  std::span<const uint8_t> payload;  // without padding
  uint16_t extension_profile = 0;    // 0xBEDE, 0x100x; 0: none
  std::span<const uint8_t> extensions;

  static std::optional<Packet> parse(std::span<const uint8_t> bytes);
  // The bytes of one extension element; empty when it is not there.
  std::span<const uint8_t> extension(uint8_t id) const;
};

struct HeaderFields {
  uint8_t payload_type = 0;
  bool marker = false;
  SeqNumber seq;
  RtpTimestamp timestamp;
  Ssrc ssrc;
};

// Writes one header with one-byte extensions into a buffer on the stack:
//   HeaderWriter header(fields); header.add_extension(4, mid); send(header.finish(), payload);
class HeaderWriter {
 public:
  explicit HeaderWriter(const HeaderFields& fields);
  // Ignored when `id` is 0 or the value does not fit (1 to 16 bytes, 64 in all).
  void add_extension(uint8_t id, std::span<const uint8_t> value);
  std::span<const uint8_t> finish();

 private:
  static constexpr size_t kMaxSize = kFixedHeaderSize + 4 + 64;
  uint8_t bytes_[kMaxSize];
  size_t size_ = kFixedHeaderSize;
};

}  // namespace parley::media::rtp
