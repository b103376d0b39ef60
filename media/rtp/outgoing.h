// An RTP packet about to be protected and sent: a header of its own, a payload that may be shared.
#pragma once

#include <cstdint>
#include <span>

namespace parley::media::rtp {

// What goes first when not everything can go: RTCP and audio at once, then this order.
enum class SendClass : uint8_t { kAudio, kRetransmission, kVideo, kPadding };

struct Outgoing {
  std::span<uint8_t> header;        // whole, with its extensions; stamped when the packet leaves
  std::span<const uint8_t> prefix;  // e.g. RTX's original sequence number
  std::span<const uint8_t> payload;
  SendClass kind = SendClass::kVideo;
  // Where in the header the values of these extensions are; 0: not there.
  uint16_t transport_cc_at = 0;
  uint16_t abs_send_time_at = 0;

  size_t size() const { return header.size() + prefix.size() + payload.size(); }
};

}  // namespace parley::media::rtp
