// Which packets of one encoding a subscriber gets: up to a target of spatial and temporal layers, changed
// only where a decoder can follow. By the layer ids of payload descriptors, or, where there is a dependency
// descriptor, by decode targets (decode_targets.h).
//
//   up in spatial layers    at a key frame, or where the layer's frame needs nothing of earlier pictures
//   up in temporal layers   one at a time, where the frame needs nothing earlier of its layer
//   down                    with the next picture; where the layers below were left out, at a key frame
//
// What was decided of a frame's first packet holds for all of them; what is late goes by what was in force at
// its place.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "media/core/types.h"
#include "media/routing/decode_targets.h"
#include "media/routing/layers.h"
#include "media/rtp/payload_info.h"

namespace parley::media {

class LayerFilter {
 public:
  void set_target(LayerTarget target) { target_ = target; }
  // The next packet begins a key frame: of a new encoding, or after a pause.
  void begin();

  // Nothing later of the encoding has come.
  bool admits(const rtp::PayloadInfo& info, RtpTimestamp timestamp);
  // Something later has.
  bool admits_late(const rtp::PayloadInfo& info, RtpTimestamp timestamp);

  // Whether the picture ends here for this subscriber: the marker of what is cut off above.
  bool ends_picture(const rtp::PayloadInfo& info, RtpTimestamp timestamp) const;
  // Of what was seen, what is forwarded.
  LayerTarget current() const;
  // Whether the target can only be reached through a key frame.
  bool needs_key_frame() const { return by_targets_ ? targets_.needs_key_frame() : needs_key_frame_; }
  // What a dependency descriptor is to say of a picture; see DecodeTargets.
  std::optional<uint32_t> active_targets(const rtp::DependencyStructure& structure,
                                         RtpTimestamp timestamp) const;

 private:
  // The latest pictures, by timestamp; a bit for each spatial layer.
  struct Picture {
    RtpTimestamp timestamp;
    uint8_t decided = 0;
    uint8_t admitted = 0;
    LayerTarget layers;  // in force
    uint8_t decode_target = 0;
  };
  static constexpr size_t kPictures = 32;
  static constexpr uint8_t kGoneAfter = 8;  // pictures without its layer: the publisher has stopped it

  // The picture of that time, or the one before it; null where that is forgotten.
  const Picture* at_or_before(RtpTimestamp timestamp) const;
  void begin_key_picture(RtpTimestamp timestamp);
  void begin_picture(const rtp::PayloadInfo& info, RtpTimestamp timestamp);
  void enter_layer(const rtp::PayloadInfo& info, const Picture& picture);
  bool fits(const rtp::PayloadInfo& info, const Picture& picture) const;
  bool closes_gap(const rtp::PayloadInfo& info, LayerTarget before, RtpTimestamp timestamp) const;
  void look_for_key_frame();

  LayerTarget target_;
  LayerTarget current_;
  std::array<Picture, kPictures> pictures_{};
  uint8_t latest_ = 0;
  uint8_t count_ = 0;
  uint8_t top_spatial_ = 0;  // of the latest pictures
  uint8_t top_temporal_ = 0;
  uint8_t top_of_picture_ = 0;
  uint8_t top_since_key_ = 0;
  uint8_t pictures_without_top_ = 0;  // in a row, where only the top is forwarded
  RtpTimestamp risen_at_;             // where the temporal layer last rose
  bool lower_left_out_ = false;       // frames of lower spatial layers, since the key frame
  bool needs_key_frame_ = false;
  bool by_targets_ = false;
  DecodeTargets targets_;
};

}  // namespace parley::media
