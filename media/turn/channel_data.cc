// Implements media/turn/channel_data.h.
#include "media/turn/channel_data.h"

#include <algorithm>

#include "media/core/bytes.h"

namespace parley::media::turn {
namespace {

constexpr size_t padded(size_t n) { return (n + 3) & ~size_t{3}; }

bool is_channel(uint16_t number) { return number >= kFirstChannel && number <= kLastChannel; }

}  // namespace

std::optional<ChannelData> ChannelData::parse(std::span<uint8_t> bytes) {
  if (bytes.size() < kChannelHeaderSize) return std::nullopt;
  const uint16_t channel = load_be16(bytes.data());
  const size_t size = load_be16(bytes.data() + 2);
  if (!is_channel(channel) || size > bytes.size() - kChannelHeaderSize) return std::nullopt;
  return ChannelData{channel, bytes.subspan(kChannelHeaderSize, size)};
}

size_t write_channel_data(uint16_t channel, std::span<const uint8_t> payload, bool is_padded,
                          std::span<uint8_t> out) {
  const size_t size = kChannelHeaderSize + (is_padded ? padded(payload.size()) : payload.size());
  if (payload.size() > 0xFFFF || out.size() < size) return 0;
  store_be16(out.data(), channel);
  store_be16(out.data() + 2, static_cast<uint16_t>(payload.size()));
  std::copy(payload.begin(), payload.end(), out.begin() + kChannelHeaderSize);
  std::fill(out.begin() + static_cast<ptrdiff_t>(kChannelHeaderSize + payload.size()),
            out.begin() + static_cast<ptrdiff_t>(size), uint8_t{0});
  return size;
}

}  // namespace parley::media::turn
