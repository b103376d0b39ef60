// Which decode target a subscriber is sent of a stream with dependency descriptors ("RTP Payload Format For
// AV1", appendix A), and what of it has been sent: changed only where a decoder can follow.
//
//   up    at a frame that is a switch indication for the target and needs only what was forwarded; in spatial
//         layers only where nothing of the picture has been forwarded: what was may have had the marker
//   down  with the next picture, to a target that the one in force contains, or at such a frame
//
// Everything else needs a key frame. A publisher may stop targets (active_decode_targets_bitmask); the best
// of those that it sends is chosen.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "media/routing/layers.h"
#include "media/rtp/payload_info.h"

namespace parley::media {

class DecodeTargets {
 public:
  struct Place {
    bool new_picture = false;        // nothing of the frame's picture has come before
    bool nothing_forwarded = false;  // nothing of it has been forwarded
  };
  // With the first packet of each frame that has come; `info` has a dependency descriptor.
  void choose(const rtp::PayloadInfo& info, LayerTarget wanted, Place place);
  void remember_forwarded(uint16_t frame_number);

  uint8_t target() const { return target_; }
  LayerTarget layers() const { return layers_; }  // of the target
  // Whether what is wanted can be reached only through a key frame.
  bool needs_key_frame() const { return needs_key_frame_; }
  // The active targets to be told in the dependency descriptor of a frame of `target`, from when on not all
  // that the publisher sends can be decoded from what is forwarded. In each packet: any may be lost.
  std::optional<uint32_t> active_targets(const rtp::DependencyStructure& structure, uint8_t target) const;

 private:
  static constexpr uint16_t kFrameHistory = 256;

  void set(uint8_t target, const rtp::PayloadInfo& info);
  uint32_t within(const rtp::DependencyStructure& s, uint8_t target) const;
  bool still_there(const rtp::DependencyStructure& s) const;
  uint8_t nearest_reachable(const rtp::PayloadInfo& info, uint8_t best, Place place) const;
  bool references_forwarded(const rtp::DependencyDescriptor& d) const;

  uint8_t target_ = 0;
  LayerTarget layers_{0, 0};
  bool chosen_ = false;
  bool needs_key_frame_ = false;
  uint32_t sent_to_us_ = 0;                               // the targets that the publisher sends
  uint32_t active_ = 0;                                   // those of them that are forwarded
  bool limited_ = false;                                  // there were fewer than all
  std::array<uint64_t, kFrameHistory / 64> forwarded_{};  // by frame number
  uint16_t newest_frame_ = 0;
};

}  // namespace parley::media
