// Which packets of one encoding a subscriber gets: up to a target of spatial and temporal layers, changed
// only where a decoder can follow. By the layer ids of payload descriptors, or, where there is a dependency
// descriptor ("RTP Payload Format For AV1", appendix A), by decode targets.
//
//   up in spatial layers    at a key frame, or where the layer's frame needs nothing of earlier pictures
//   up in temporal layers   one at a time, where the frame needs nothing earlier of its layer
//   down                    with the next picture; where the layers below were left out, at a key frame
//
// What was decided of a frame's first packet holds for all of them, the late ones too.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "media/core/types.h"
#include "media/routing/layers.h"
#include "media/rtp/payload_info.h"

namespace parley::media {

class LayerFilter {
 public:
  void set_target(LayerTarget target) { target_ = target; }
  // The next packet begins a key frame: of a new encoding, or after a pause.
  void begin();

  // `newest`: nothing later of the encoding has come.
  bool admits(const rtp::PayloadInfo& info, RtpTimestamp timestamp, bool newest);

  // Whether the picture ends here for this subscriber: the marker of what is cut off above.
  bool ends_picture(const rtp::PayloadInfo& info, RtpTimestamp timestamp) const;
  // Whether a packet that came before was admitted.
  bool admitted(const rtp::PayloadInfo& info, RtpTimestamp timestamp) const;
  // Of what was seen, what is forwarded.
  LayerTarget current() const;
  // Whether the target can only be reached through a key frame.
  bool needs_key_frame() const { return needs_key_frame_; }
  // To be told in the dependency descriptor, where not all that the publisher sends can be decoded from what
  // is forwarded.
  std::optional<uint32_t> active_targets() const { return active_targets_; }

 private:
  // The latest pictures, by timestamp; a bit for each spatial layer.
  struct Picture {
    RtpTimestamp timestamp;
    uint8_t decided = 0;
    uint8_t admitted = 0;
    uint8_t top = 0;  // the layer that ends it
  };
  static constexpr size_t kPictures = 32;
  static constexpr uint16_t kFrameHistory = 256;

  const Picture* find(RtpTimestamp timestamp) const;
  void begin_key_picture(RtpTimestamp timestamp);
  void begin_picture(const rtp::PayloadInfo& info, RtpTimestamp timestamp);
  void enter_layer(const rtp::PayloadInfo& info, const Picture& picture);
  void choose_target(const rtp::PayloadInfo& info, bool new_picture);
  bool references_forwarded(const rtp::DependencyDescriptor& d) const;
  void remember_frame(uint16_t number);
  void describe_active_targets(const rtp::PayloadInfo& info);
  bool fits(const rtp::PayloadInfo& info) const;
  bool closes_gap(const rtp::PayloadInfo& info, RtpTimestamp timestamp) const;
  void look_for_key_frame();

  LayerTarget target_;
  LayerTarget current_;
  std::array<Picture, kPictures> pictures_{};
  uint8_t latest_ = 0;
  bool any_ = false;         // pictures_[latest_] is one
  uint8_t top_spatial_ = 0;  // of the latest pictures
  uint8_t top_temporal_ = 0;
  uint8_t top_of_picture_ = 0;
  RtpTimestamp risen_at_;        // where the temporal layer last rose
  bool lower_left_out_ = false;  // frames of lower spatial layers, since the key frame
  bool needs_key_frame_ = false;
  // --- decode targets
  bool by_targets_ = false;
  uint8_t decode_target_ = 0;
  LayerTarget decode_layers_{0, 0};  // of the decode target
  std::optional<uint32_t> active_targets_;
  std::array<uint64_t, kFrameHistory / 64> forwarded_{};
  uint16_t newest_frame_ = 0;
};

}  // namespace parley::media
