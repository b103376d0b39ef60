// See jsep_codecs.h.
#include "media/session/jsep_codecs.h"

#include <algorithm>

#include "media/session/negotiation.h"

namespace parley::media::jsep {
namespace {

constexpr uint8_t kRedPayloadType = 63;  // as everybody has it

sdp::Codec make(uint8_t payload_type, const char* name, uint32_t clock_rate, uint8_t channels,
                const char* parameters, std::vector<std::string> feedback) {
  sdp::Codec c;
  c.payload_type = payload_type;
  c.name = name;
  c.clock_rate = clock_rate;
  c.channels = channels;
  c.parameters = parameters;
  c.feedback = std::move(feedback);
  return c;
}

const std::vector<std::string>& video_feedback() {
  static const std::vector<std::string> feedback = {"goog-remb", "transport-cc", "ccm fir", "nack",
                                                    "nack pli"};
  return feedback;
}

std::string value_or(const sdp::Codec& c, std::string_view key, std::string_view otherwise) {
  return std::string(c.parameter(key).value_or(otherwise));
}

// RFC 6184 section 8.1: profile_idc; baseline with and without constraints decode alike here.
bool same_h264(const sdp::Codec& a, const sdp::Codec& b) {
  if (value_or(a, "packetization-mode", "0") != value_or(b, "packetization-mode", "0")) return false;
  const std::string pa = value_or(a, "profile-level-id", "420010");
  const std::string pb = value_or(b, "profile-level-id", "420010");
  return pa.size() == 6 && pb.size() == 6 && sdp::equals_ignoring_case(pa.substr(0, 2), pb.substr(0, 2));
}

}  // namespace

const std::vector<Capability>& capabilities(TrackKind kind) {
  static const std::vector<Capability> audio = {
      {make(111, "opus", 48000, 2, "minptime=10;useinbandfec=1", {"transport-cc"})},
      {make(kRedPayloadType, "red", 48000, 2, "111/111", {})},
      {make(0, "PCMU", 8000, 1, "", {"transport-cc"})},
      {make(8, "PCMA", 8000, 1, "", {"transport-cc"})},
  };
  static const std::vector<Capability> video = {
      {make(96, "VP8", 90000, 1, "", video_feedback())},
      {make(102, "H264", 90000, 1, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
            video_feedback())},
      {make(98, "VP9", 90000, 1, "profile-id=0", video_feedback())},
      {make(45, "AV1", 90000, 1, "", video_feedback()), true},
      {make(49, "H265", 90000, 1, "", video_feedback()), true},
  };
  return kind == TrackKind::kAudio ? audio : video;
}

const std::vector<sdp::Extension>& header_extensions(TrackKind kind) {
  static const std::vector<sdp::Extension> audio = {{1, std::string(kAudioLevelUri)},
                                                    {2, std::string(kAbsSendTimeUri)},
                                                    {3, std::string(kTransportCcUri)},
                                                    {4, std::string(kMidUri)}};
  static const std::vector<sdp::Extension> video = {
      {2, std::string(kAbsSendTimeUri)},  {3, std::string(kTransportCcUri)},
      {4, std::string(kMidUri)},          {10, std::string(kRidUri)},
      {11, std::string(kRepairedRidUri)}, {5, std::string(kVideoOrientationUri)}};
  return kind == TrackKind::kAudio ? audio : video;
}

bool same_format(const sdp::Codec& a, const sdp::Codec& b) {
  if (!sdp::equals_ignoring_case(a.name, b.name) || a.clock_rate != b.clock_rate ||
      a.channels != b.channels) {
    return false;
  }
  if (a.is("H264")) return same_h264(a, b);
  if (a.is("VP9")) return value_or(a, "profile-id", "0") == value_or(b, "profile-id", "0");
  if (a.is("AV1")) return value_or(a, "profile", "0") == value_or(b, "profile", "0");
  return true;
}

bool is_protection(const sdp::Codec& codec) { return codec.is("rtx") || codec.is("red"); }

Protection protection_in(const std::vector<sdp::Codec>& codecs) {
  Protection found;
  bool opus = false;
  for (const sdp::Codec& c : codecs) {
    opus |= c.is("opus");
    found.rtx |= c.is("rtx");
    if (!c.is("red")) continue;
    found.red = true;
    found.red_first |= !opus;
  }
  return found;
}

std::vector<Format> formats_of(const sdp::MediaSection& section) {
  std::vector<Format> formats;
  for (const sdp::Codec& c : section.codecs) {
    if (is_protection(c)) continue;
    ChosenCodec chosen;
    chosen.kind = codec_kind(c.name);
    chosen.codec = c;
    choose_protection(section, &chosen);
    formats.push_back({c, std::nullopt, chosen.red_payload_type, chosen.red_first});
  }
  for (const sdp::Codec& c : section.codecs) {
    if (!c.is("rtx")) continue;
    const std::string apt = value_or(c, "apt", "");
    for (Format& f : formats) {
      if (std::to_string(f.codec.payload_type) == apt) f.rtx_payload_type = c.payload_type;
    }
  }
  return formats;
}

void append_formats(const std::vector<Format>& formats, sdp::MediaSection* section) {
  for (const Format& f : formats) {
    ChosenCodec chosen{codec_kind(f.codec.name), f.codec, f.rtx_payload_type};
    chosen.red_payload_type = f.red_payload_type;
    chosen.red_first = f.red_first;
    negotiation::append_codec(chosen, section);
  }
}

std::vector<Format> intersect(const std::vector<Format>& offered, const std::vector<sdp::Codec>& wanted,
                              bool ours_first) {
  std::vector<Format> common;
  const Protection protection = protection_in(wanted);
  const auto add = [&](const Format& theirs, const sdp::Codec& ours) {
    const bool known = std::any_of(common.begin(), common.end(), [&](const Format& f) {
      return f.codec.payload_type == theirs.codec.payload_type || same_format(f.codec, ours);
    });
    if (known) return;
    Format f = theirs;
    std::erase_if(f.codec.feedback, [&](const std::string& fb) { return !ours.has_feedback(fb); });
    // The H.264 profile is the offerer's, as RFC 6184 section 8.2.2 wants it mirrored.
    if (!ours.is("H264")) f.codec.parameters = ours.parameters;
    if (!protection.rtx) f.rtx_payload_type.reset();
    if (!protection.red) f.red_payload_type.reset();
    if (ours_first) f.red_first = protection.red_first;
    common.push_back(std::move(f));
  };
  if (ours_first) {
    for (const sdp::Codec& ours : wanted) {
      for (const Format& theirs : offered) {
        if (same_format(theirs.codec, ours)) add(theirs, ours);
      }
    }
    return common;
  }
  for (const Format& theirs : offered) {
    for (const sdp::Codec& ours : wanted) {
      if (same_format(theirs.codec, ours)) add(theirs, ours);
    }
  }
  return common;
}

void NumberSpace::learn(const sdp::MediaSection& section) {
  for (const Format& f : formats_of(section)) {
    std::erase_if(formats_, [&](const Format& known) {
      return known.codec.payload_type == f.codec.payload_type || same_format(known.codec, f.codec);
    });
    formats_.push_back(f);
  }
  for (const sdp::Extension& e : section.extensions) {
    std::erase_if(extensions_,
                  [&](const sdp::Extension& known) { return known.id == e.id || known.uri == e.uri; });
    extensions_.push_back(e);
  }
}

std::optional<uint8_t> NumberSpace::free_payload_type(uint8_t preferred) const {
  const auto taken = [&](uint8_t pt) {
    return std::any_of(formats_.begin(), formats_.end(), [&](const Format& f) {
      return f.codec.payload_type == pt || f.rtx_payload_type == pt || f.red_payload_type == pt;
    });
  };
  if (!taken(preferred)) return preferred;
  for (uint8_t pt = 127; pt >= 96; --pt) {
    if (!taken(pt)) return pt;
  }
  for (uint8_t pt = 63; pt >= 35; --pt) {
    if (!taken(pt)) return pt;
  }
  return std::nullopt;
}

std::optional<Format> NumberSpace::assign(const sdp::Codec& codec, const Protection& protection) {
  auto known = std::find_if(formats_.begin(), formats_.end(),
                            [&](const Format& f) { return same_format(f.codec, codec); });
  if (known == formats_.end()) {
    const auto pt = free_payload_type(codec.payload_type);
    if (!pt) return std::nullopt;
    Format fresh{codec, std::nullopt};
    fresh.codec.payload_type = *pt;
    known = formats_.insert(formats_.end(), fresh);
  }
  if (protection.rtx && !known->rtx_payload_type) {
    known->rtx_payload_type = free_payload_type(static_cast<uint8_t>(known->codec.payload_type + 1));
  }
  const bool with_red = protection.red && codec.is("opus");
  if (with_red && !known->red_payload_type) known->red_payload_type = free_payload_type(kRedPayloadType);
  Format out{codec, protection.rtx ? known->rtx_payload_type : std::nullopt,
             with_red ? known->red_payload_type : std::nullopt, protection.red_first};
  out.codec.payload_type = known->codec.payload_type;
  return out;
}

uint8_t NumberSpace::extension_id(const sdp::Extension& wanted) {
  const auto by_uri = std::find_if(extensions_.begin(), extensions_.end(),
                                   [&](const sdp::Extension& e) { return e.uri == wanted.uri; });
  if (by_uri != extensions_.end()) return by_uri->id;
  uint8_t id = wanted.id;
  const auto taken = [&](uint8_t candidate) {
    return std::any_of(extensions_.begin(), extensions_.end(),
                       [&](const sdp::Extension& e) { return e.id == candidate; });
  };
  for (uint8_t i = 1; taken(id) && i <= 14; ++i) id = i;
  if (taken(id)) return 0;
  extensions_.push_back({id, wanted.uri});
  return id;
}

}  // namespace parley::media::jsep
