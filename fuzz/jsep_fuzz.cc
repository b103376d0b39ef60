// Fuzzes a JSEP session with descriptions: whatever a peer offers is refused or answered, twice, and the
// answer to our own offer likewise; what we write is always SDP.
#include <string_view>

#include "media/core/random.h"
#include "media/sdp/parser.h"
#include "media/session/jsep.h"

using namespace parley::media;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  SeededRandom random(1);
  jsep::Session answerer({}, random);
  answerer.add_track(TrackKind::kVideo, "camera", {"s"}).ok();
  for (int round = 0; round < 2; ++round) {
    if (!answerer.set_remote(jsep::SdpType::kOffer, text)) break;
    if (!answerer.set_local({}, "")) __builtin_trap();
    if (!sdp::parse(answerer.current_local()->sdp)) __builtin_trap();
  }
  answerer.add_remote_candidate(text, "0", {}, "").ok();
  answerer.set_local({}, "").ok();

  jsep::Session offerer({}, random);
  offerer.add_track(TrackKind::kAudio, "microphone", {"s"}).ok();
  offerer.want_data_channels();
  if (!offerer.set_local({}, "")) __builtin_trap();
  offerer.set_remote(jsep::SdpType::kAnswer, text).ok();
  return 0;
}
