// RTP packets (RFC 3550 section 5.1) with header extensions in their one-byte and two-byte forms (RFC 8285):
// a parsed view, and a writer of new headers.
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
  uint8_t padding = 0;               // bytes of it, after the payload
  uint16_t extension_profile = 0;    // 0xBEDE, 0x100x; 0: none
  std::span<const uint8_t> extensions;
  bool red = false;        // the payload has its redundancy around it (RFC 2198)
  bool recovered = false;  // it never came: made of redundancy or parity

  static std::optional<Packet> parse(std::span<const uint8_t> bytes);
  // The bytes of one extension element; empty when it is not there.
  std::span<const uint8_t> extension(uint8_t id) const;
  // Calls fn(uint8_t id, std::span<const uint8_t> value) for each element, in order, up to where the block
  // stops making sense. A true result ends the walk.
  template <typename Fn>
  void for_each_extension(Fn&& fn) const;
};

struct HeaderFields {
  uint8_t payload_type = 0;
  bool marker = false;
  SeqNumber seq;
  RtpTimestamp timestamp;
  Ssrc ssrc;
};

// Writes one header into a buffer on the stack:
//   HeaderWriter header(fields); header.add_extension(4, mid); send(header.finish(), payload);
// Elements are written in the one-byte form until one does not fit that; then all are in the two-byte form,
// where the receiver has agreed to it (a=extmap-allow-mixed).
class HeaderWriter {
 public:
  static constexpr size_t kMaxExtensionBytes = 256;  // of the whole block

  explicit HeaderWriter(const HeaderFields& fields, bool allow_two_byte = false);
  // Ignored when `id` is 0 or the value does not fit. Where the value is in the header, if nothing is added
  // after it; 0 when it was ignored.
  size_t add_extension(uint8_t id, std::span<const uint8_t> value);
  std::span<uint8_t> finish();

 private:
  static constexpr size_t kFirstElement = kFixedHeaderSize + 4;
  static constexpr size_t kMaxSize = kFirstElement + kMaxExtensionBytes;
  size_t append(uint8_t id, std::span<const uint8_t> value);
  void change_to_two_byte();

  bool allow_two_byte_;
  bool two_byte_ = false;
  size_t size_ = kFirstElement;
  uint8_t bytes_[kMaxSize];
};

inline constexpr size_t kMaxHeaderSize = kFixedHeaderSize + 4 + HeaderWriter::kMaxExtensionBytes;
inline constexpr uint16_t kOneByteProfile = 0xBEDE;
inline constexpr uint16_t kTwoByteProfile = 0x1000;  // the lower four bits are the application's

template <typename Fn>
void Packet::for_each_extension(Fn&& fn) const {
  const bool one_byte = extension_profile == kOneByteProfile;
  if (!one_byte && (extension_profile & 0xFFF0) != kTwoByteProfile) return;
  for (size_t at = 0; at < extensions.size();) {
    const uint8_t first = extensions[at++];
    if (first == 0) continue;  // padding
    uint8_t id = first;
    size_t length = 0;
    if (one_byte) {
      id = first >> 4;
      if (id == 15) return;  // section 4.2: stop here
      length = (first & 0x0F) + size_t{1};
    } else {
      if (at == extensions.size()) return;
      length = extensions[at++];
    }
    if (length > extensions.size() - at) return;
    if (fn(id, extensions.subspan(at, length))) return;
    at += length;
  }
}

}  // namespace parley::media::rtp
