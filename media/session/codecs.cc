// See codecs.h.
#include "media/session/codecs.h"

#include <algorithm>

namespace parley::media {
namespace {

constexpr std::string_view kVideoFeedback[] = {"nack", "nack pli", "ccm fir", "transport-cc", "rrtr"};
constexpr std::string_view kAudioFeedback[] = {"transport-cc", "rrtr"};

// Lower is better; negative is "not at all".
int rank(const sdp::Codec& c, sdp::MediaKind section) {
  switch (codec_kind(c.name)) {
    case CodecKind::kOpus:
      return section == sdp::MediaKind::kAudio && c.clock_rate == 48000 ? 0 : -1;
    case CodecKind::kVp8:
      return section == sdp::MediaKind::kVideo ? 0 : -1;
    case CodecKind::kH264: {
      // Mode 0 forbids fragments: nothing a browser sends above a postage stamp.
      if (section != sdp::MediaKind::kVideo || c.parameter("packetization-mode") != "1") return -1;
      const auto profile = c.parameter("profile-level-id");
      const bool constrained_baseline = profile && sdp::equals_ignoring_case(profile->substr(0, 4), "42e0");
      return constrained_baseline ? 10 : 11;
    }
    case CodecKind::kVp9: {
      const auto profile = c.parameter("profile-id");
      return section == sdp::MediaKind::kVideo && (!profile || *profile == "0") ? 20 : -1;
    }
    case CodecKind::kAv1:
    case CodecKind::kOther:
      break;
  }
  return -1;
}

template <typename Known>
void keep_known_feedback(sdp::Codec& c, const Known& known) {
  std::erase_if(c.feedback, [&](const std::string& f) {
    return std::find(std::begin(known), std::end(known), f) == std::end(known);
  });
}

}  // namespace

CodecKind codec_kind(std::string_view name) {
  if (sdp::equals_ignoring_case(name, "opus")) return CodecKind::kOpus;
  if (sdp::equals_ignoring_case(name, "VP8")) return CodecKind::kVp8;
  if (sdp::equals_ignoring_case(name, "H264")) return CodecKind::kH264;
  return sdp::equals_ignoring_case(name, "VP9") ? CodecKind::kVp9 : CodecKind::kOther;
}

std::optional<ChosenCodec> choose_codec(const sdp::MediaSection& offered) {
  const sdp::Codec* best = nullptr;
  int best_rank = 0;
  for (const sdp::Codec& c : offered.codecs) {
    const int r = rank(c, offered.kind);
    if (r >= 0 && (best == nullptr || r < best_rank)) {
      best = &c;
      best_rank = r;
    }
  }
  if (best == nullptr) return std::nullopt;
  ChosenCodec chosen{codec_kind(best->name), *best, std::nullopt};
  if (chosen.kind == CodecKind::kOpus) {
    chosen.codec.parameters = "minptime=10;useinbandfec=1";
    keep_known_feedback(chosen.codec, kAudioFeedback);
  } else {
    keep_known_feedback(chosen.codec, kVideoFeedback);
    const std::string apt = std::to_string(best->payload_type);
    for (const sdp::Codec& c : offered.codecs) {
      if (c.is("rtx") && c.parameter("apt") == apt) chosen.rtx_payload_type = c.payload_type;
    }
  }
  return chosen;
}

sdp::Codec rtx_codec(uint8_t rtx_payload_type, uint8_t payload_type, uint32_t clock_rate) {
  sdp::Codec rtx;
  rtx.payload_type = rtx_payload_type;
  rtx.name = "rtx";
  rtx.clock_rate = clock_rate;
  rtx.parameters = "apt=" + std::to_string(payload_type);
  return rtx;
}

}  // namespace parley::media
