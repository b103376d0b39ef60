// What a forwarder reads of H.264 (RFC 6184) and H.265 (RFC 7798) payloads: whether a key frame begins here,
// and what the NAL unit headers, or frame marking (RFC 9626), say of temporal layers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace parley::media::rtp {

struct NalSummary {
  bool key_frame = false;       // an IDR (H.265: IRAP) picture, or the parameter sets before one
  bool parameter_sets = false;  // SPS, PPS (VPS)
  bool discardable = false;     // no other picture needs it
  uint8_t temporal = 0;         // H.265 only
  bool switch_up = false;       // H.265 only: TSA or STSA
};

// Single NAL units, STAP-A, STAP-B, MTAPs, FU-A and FU-B. Nothing for what is none of these, or cut short.
std::optional<NalSummary> read_h264(std::span<const uint8_t> payload);
// Single NAL units, aggregation packets, fragmentation units; PACI is looked into.
std::optional<NalSummary> read_h265(std::span<const uint8_t> payload);

// RFC 9626 section 3: the long form (with layers) and the short one.
struct FrameMarking {
  bool starts_frame = false;
  bool ends_frame = false;
  bool independent = false;
  bool discardable = false;
  bool base_layer_sync = false;
  uint8_t temporal = 0;

  static std::optional<FrameMarking> parse(std::span<const uint8_t> extension);
};

}  // namespace parley::media::rtp
