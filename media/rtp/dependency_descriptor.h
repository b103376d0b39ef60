// The dependency descriptor ("RTP Payload Format For AV1", appendix A): which frames a frame needs, and which
// frames each decode target (a choice of spatial and temporal layer) is made of. Bit-exact; the structure of
// templates comes with key frames and is kept by the reader.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace parley::media::rtp {

inline constexpr size_t kMaxDecodeTargets = 32;
inline constexpr size_t kMaxTemplates = 64;
inline constexpr size_t kMaxChains = 32;
inline constexpr size_t kMaxFrameReferences = 8;  // AV1 has as many buffers

// What one frame is to each decode target, as sets of targets.
struct DecodeTargetIndications {
  uint32_t present = 0;      // it belongs to the target
  uint32_t switch_up = 0;    // from it on the target can be decoded
  uint32_t discardable = 0;  // it belongs to the target, but nothing in that needs it
  bool operator==(const DecodeTargetIndications&) const = default;
};

struct FrameReferences {
  uint8_t count = 0;
  std::array<uint16_t, kMaxFrameReferences> back{};  // differences of frame numbers
  bool operator==(const FrameReferences&) const = default;
};

struct FrameTemplate {
  uint8_t spatial = 0;
  uint8_t temporal = 0;
  DecodeTargetIndications targets;
  FrameReferences references;
  std::array<uint8_t, kMaxChains> chains{};  // how many frame numbers back each chain's latest frame is
  bool operator==(const FrameTemplate&) const = default;
};

struct Resolution {
  uint32_t width = 0;
  uint32_t height = 0;
  bool operator==(const Resolution&) const = default;
};

struct DependencyStructure {
  uint8_t template_offset = 0;
  uint8_t template_count = 0;
  uint8_t target_count = 0;
  uint8_t chain_count = 0;
  uint8_t resolution_count = 0;
  std::array<FrameTemplate, kMaxTemplates> templates;
  std::array<uint8_t, kMaxDecodeTargets> protected_by{};  // the chain of each target
  std::array<uint8_t, kMaxDecodeTargets> target_spatial{};
  std::array<uint8_t, kMaxDecodeTargets> target_temporal{};
  std::array<Resolution, 4> resolutions;  // of each spatial layer
  bool operator==(const DependencyStructure&) const = default;

  uint32_t all_targets() const { return target_count >= 32 ? ~0u : (1u << target_count) - 1; }
  // The best target of `active` within these layers; where none is, the lowest of `active`.
  uint8_t target_within(uint8_t spatial, uint8_t temporal, uint32_t active) const;
  // Whether every frame of `part` is also one of `whole`.
  bool contains(uint8_t whole, uint8_t part) const;
};

struct DependencyDescriptor {
  bool starts_frame = false;
  bool ends_frame = false;
  uint8_t template_id = 0;
  uint16_t frame_number = 0;
  bool has_structure = false;
  std::optional<uint32_t> active_targets;  // as written
  uint8_t spatial = 0;
  uint8_t temporal = 0;
  DecodeTargetIndications targets;
  FrameReferences references;
  std::array<uint8_t, kMaxChains> chains{};
  // Where things are, in bits from the front.
  uint16_t flags_at = 0;   // the five flags; 0: only the mandatory fields are there
  uint16_t active_at = 0;  // where the active targets are written, or would be
  uint16_t bits = 0;       // used

  // Of a packet with frame numbers and active targets of its own. With a structure in it that is also parsed
  // into `structure`; otherwise `structure` must be the one in force (null: refused).
  static std::optional<DependencyDescriptor> parse(std::span<const uint8_t> bytes,
                                                   DependencyStructure* structure, bool structure_known);

  static constexpr size_t kMaxSize = 255;
  // The same descriptor with another frame number and, if given, other active targets (of `target_count`).
  // Empty when `out` is too small.
  std::span<const uint8_t> rewrite(std::span<const uint8_t> bytes, uint16_t new_frame_number,
                                   std::optional<uint32_t> new_active_targets, uint8_t target_count,
                                   std::span<uint8_t> out) const;
};

// A frame's descriptor in the fewest bits: what differs from its template is written out. `structure` is
// written too where `with_structure`. Empty when it does not fit, or the template is unknown.
std::span<const uint8_t> write_dependency_descriptor(const DependencyDescriptor& frame,
                                                     const DependencyStructure& structure,
                                                     bool with_structure, std::span<uint8_t> out);

}  // namespace parley::media::rtp
