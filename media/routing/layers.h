// The vocabulary of layers between those who measure them (Track), those who divide bandwidth among them (the
// allocator of a subscriber's connection) and those who forward them (Subscription).
//
// A spatial layer is a simulcast encoding (RFC 8853) or a spatial layer of an SVC stream; 0 is the smallest.
// A temporal layer is a share of the frame rate; 0 is the lowest. An audio track, and a video without layers,
// have the one layer {0, 0}.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace parley::media {

inline constexpr size_t kMaxSpatialLayers = 4;
inline constexpr size_t kMaxTemporalLayers = 4;

// The highest layers wanted or allowed; layers that do not exist mean the highest that do.
struct LayerTarget {
  uint8_t spatial = kMaxSpatialLayers - 1;
  uint8_t temporal = kMaxTemporalLayers - 1;
  bool operator==(const LayerTarget&) const = default;
};

constexpr LayerTarget lower_of(LayerTarget a, LayerTarget b) {
  return {std::min(a.spatial, b.spatial), std::min(a.temporal, b.temporal)};
}

// What a subscriber can be sent now: everything up to these layers takes `bitrate_bps` (payload, of the last
// second).
struct LayerOption {
  uint8_t spatial = 0;
  uint8_t temporal = 0;
  uint32_t bitrate_bps = 0;
  bool operator==(const LayerOption&) const = default;
};

// The options of one track, in rising order of {spatial, temporal}: only layers that are being received.
class LayerOptions {
 public:
  void clear() { size_ = 0; }
  void add(LayerOption option) {
    if (size_ < options_.size()) options_[size_++] = option;
  }
  std::span<const LayerOption> all() const { return {options_.data(), size_}; }

 private:
  std::array<LayerOption, kMaxSpatialLayers * kMaxTemporalLayers> options_;
  size_t size_ = 0;
};

}  // namespace parley::media
