// See codecs.h.
#include "media/session/codecs.h"

#include <algorithm>

#include "media/session/g711.h"

namespace parley::media {
namespace {

constexpr std::string_view kVideoFeedback[] = {"nack", "nack pli", "ccm fir", "transport-cc", "rrtr"};
constexpr std::string_view kAudioFeedback[] = {"transport-cc", "rrtr"};

std::string_view parameter_or(const sdp::Codec& c, std::string_view key, std::string_view otherwise) {
  return c.parameter(key).value_or(otherwise);
}

// Within one codec; lower is better.
int variant_rank(CodecKind kind, const sdp::Codec& c) {
  if (kind == CodecKind::kH264) {
    // Mode 0 forbids fragments: nothing a browser sends above a postage stamp.
    const int mode = parameter_or(c, "packetization-mode", "0") == "1" ? 0 : 4;
    const auto profile = parameter_or(c, "profile-level-id", "42000a").substr(0, 4);
    return mode + (sdp::equals_ignoring_case(profile, "42e0") ? 0 : 1);
  }
  if (kind == CodecKind::kVp9) return parameter_or(c, "profile-id", "0") == "0" ? 0 : 1;
  if (kind == CodecKind::kAv1) return parameter_or(c, "profile", "0") == "0" ? 0 : 1;
  return 0;
}

int audio_rank(const sdp::Codec& c) {
  if (codec_kind(c.name) == CodecKind::kOpus && c.clock_rate == 48000) return 0;
  return is_g711(c) ? 1 : -1;  // for telephones: either, as offered
}

// Lower is better; negative is "not at all".
int rank(const sdp::Codec& c, sdp::MediaKind section, const CodecPreferences& video) {
  const CodecKind kind = codec_kind(c.name);
  if (section == sdp::MediaKind::kAudio) return audio_rank(c);
  if (section != sdp::MediaKind::kVideo || kind == CodecKind::kOther) return -1;
  const auto preferred = std::find(video.begin(), video.end(), kind);
  if (preferred == video.end()) return -1;
  return static_cast<int>(preferred - video.begin()) * 10 + variant_rank(kind, c);
}

template <typename Known>
void keep_known_feedback(sdp::Codec& c, const Known& known) {
  std::erase_if(c.feedback, [&](const std::string& f) {
    return std::find(std::begin(known), std::end(known), f) == std::end(known);
  });
}

// Senders that know transport-wide feedback are given that. The others need the times of sending.
bool goes_by_remb(const sdp::MediaSection& offered, const sdp::Codec& codec) {
  const bool times = std::any_of(offered.extensions.begin(), offered.extensions.end(),
                                 [](const auto& e) { return e.uri == kAbsSendTimeUri; });
  return times && codec.has_feedback("goog-remb") && !codec.has_feedback("transport-cc");
}

}  // namespace

CodecKind codec_kind(std::string_view name) {
  constexpr std::pair<std::string_view, CodecKind> kNames[] = {
      {"opus", CodecKind::kOpus}, {"VP8", CodecKind::kVp8}, {"H264", CodecKind::kH264},
      {"VP9", CodecKind::kVp9},   {"AV1", CodecKind::kAv1}, {"H265", CodecKind::kH265}};
  for (const auto& [known, kind] : kNames) {
    if (sdp::equals_ignoring_case(name, known)) return kind;
  }
  return CodecKind::kOther;
}

const CodecPreferences& default_video_codecs() {
  static const CodecPreferences order = {CodecKind::kVp8, CodecKind::kH264, CodecKind::kVp9, CodecKind::kAv1,
                                         CodecKind::kH265};
  return order;
}

bool has_layer_extensions(CodecKind kind) {
  return kind == CodecKind::kAv1 || kind == CodecKind::kH264 || kind == CodecKind::kH265;
}

bool same_format(const sdp::Codec& offered, const sdp::Codec& answered) {
  const CodecKind kind = codec_kind(offered.name);
  if (kind == CodecKind::kOther)
    return offered.is(answered.name) && offered.clock_rate == answered.clock_rate;
  if (codec_kind(answered.name) != kind) return false;
  const auto same = [&](std::string_view key, std::string_view otherwise) {
    return sdp::equals_ignoring_case(parameter_or(offered, key, otherwise),
                                     parameter_or(answered, key, otherwise));
  };
  if (kind == CodecKind::kVp9) return same("profile-id", "0");
  if (kind == CodecKind::kAv1) return same("profile", "0");
  if (kind != CodecKind::kH264) return true;
  // The level may differ; profile_idc and the constraint flags are the first four digits. Answers that leave
  // the profile out mean the one that was offered.
  const auto ours = parameter_or(offered, "profile-level-id", "42000a");
  const auto theirs = parameter_or(answered, "profile-level-id", ours);
  return same("packetization-mode", "0") && sdp::equals_ignoring_case(ours.substr(0, 2), theirs.substr(0, 2));
}

std::optional<ChosenCodec> choose_codec(const sdp::MediaSection& offered, const CodecPreferences& video) {
  const sdp::Codec* best = nullptr;
  int best_rank = 0;
  for (const sdp::Codec& c : offered.codecs) {
    const int r = rank(c, offered.kind, video);
    if (r >= 0 && (best == nullptr || r < best_rank)) {
      best = &c;
      best_rank = r;
    }
  }
  if (best == nullptr) return std::nullopt;
  ChosenCodec chosen;
  chosen.kind = codec_kind(best->name);
  chosen.codec = *best;
  if (offered.kind == sdp::MediaKind::kAudio) {
    if (chosen.kind == CodecKind::kOpus) chosen.codec.parameters = "minptime=10;useinbandfec=1";
    keep_known_feedback(chosen.codec, kAudioFeedback);
  } else {
    const bool remb = goes_by_remb(offered, chosen.codec);
    keep_known_feedback(chosen.codec, kVideoFeedback);
    if (remb) chosen.codec.feedback.emplace_back("goog-remb");
    const std::string apt = std::to_string(best->payload_type);
    for (const sdp::Codec& c : offered.codecs) {
      if (c.is("rtx") && c.parameter("apt") == apt) chosen.rtx_payload_type = c.payload_type;
    }
  }
  choose_protection(offered, &chosen);
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
