// TURN's ChannelData framing (RFC 8656 section 12.4), and the cutting of a byte stream from a TURN server
// into messages (section 12.5: STUN messages and padded ChannelData, one after the other).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "media/core/unique_function.h"

namespace parley::media::turn {

inline constexpr uint16_t kFirstChannel = 0x4000;
inline constexpr uint16_t kLastChannel = 0x4FFF;
inline constexpr size_t kChannelHeaderSize = 4;

struct ChannelData {
  uint16_t channel = 0;
  std::span<uint8_t> payload;

  // nullopt: not ChannelData, or cut off. Padding behind it is left out.
  static std::optional<ChannelData> parse(std::span<uint8_t> bytes);
};

// Writes header and payload, padded to four bytes for a stream; the size, or 0 when there is no room.
size_t write_channel_data(uint16_t channel, std::span<const uint8_t> payload, bool padded,
                          std::span<uint8_t> out);

// Cuts what a TCP or TLS connection delivers into whole messages.
class StreamFramer {
 public:
  // Larger than any datagram we would relay; a server that announces more is cut off.
  static constexpr size_t kMaxMessage = 4096;
  using Sink = UniqueFunction<void(std::span<uint8_t> message)>;

  // False: not TURN's framing, the connection is of no use any more.
  bool push(std::span<const uint8_t> bytes, Sink& sink);

 private:
  // The whole size of the message that starts `bytes`, with padding; 0: not known yet; nullopt: not TURN.
  static std::optional<size_t> message_size(std::span<const uint8_t> bytes);

  std::array<uint8_t, kMaxMessage> buffer_;
  size_t filled_ = 0;
  bool broken_ = false;
};

}  // namespace parley::media::turn
