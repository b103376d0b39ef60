// TURN's ChannelData messages (RFC 8656 section 12.4).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

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

}  // namespace parley::media::turn
