// Redundant audio (RFC 2198) and parity packets (FlexFEC) in SDP. See codecs.h.
#include "media/session/codecs.h"

namespace parley::media {
namespace {

constexpr std::string_view kFlexFecName = "flexfec-03";
constexpr uint32_t kVideoClock = 90000;

}  // namespace

void choose_protection(const sdp::MediaSection& offered, ChosenCodec* chosen) {
  const sdp::Codec& of = chosen->codec;
  // Of each redundant block the format is given: "111/111", "111/111/111".
  const std::string one = std::to_string(of.payload_type);
  bool before = true;
  for (const sdp::Codec& c : offered.codecs) {
    if (c.payload_type == of.payload_type) before = false;
    if (chosen->kind == CodecKind::kOpus && c.is("red") && c.clock_rate == of.clock_rate &&
        !chosen->red_payload_type) {
      const bool of_it = c.parameters == one || c.parameters.starts_with(one + '/');
      if (!of_it) continue;
      chosen->red_payload_type = c.payload_type;
      chosen->red_first = before;
    }
    if (offered.kind == sdp::MediaKind::kVideo && c.is(kFlexFecName) && c.clock_rate == kVideoClock) {
      chosen->fec_payload_type = c.payload_type;
    }
  }
}

sdp::Codec red_codec(uint8_t red_payload_type, const sdp::Codec& of) {
  sdp::Codec red;
  red.payload_type = red_payload_type;
  red.name = "red";
  red.clock_rate = of.clock_rate;
  red.channels = of.channels;
  const std::string one = std::to_string(of.payload_type);
  red.parameters = one + '/' + one;
  return red;
}

sdp::Codec flexfec_codec(uint8_t payload_type) {
  sdp::Codec fec;
  fec.payload_type = payload_type;
  fec.name = kFlexFecName;
  fec.clock_rate = kVideoClock;
  fec.parameters = "repair-window=10000000";  // microseconds
  return fec;
}

}  // namespace parley::media
