// What one engine must be told of a track to receive it through a pipe: its codec, its encodings and the
// SSRCs they have in the pipe, as the text of a session description of one section (RFC 8866). It goes
// through the program's own signalling; what comes in is checked as any description.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "media/core/result.h"
#include "media/routing/config.h"
#include "media/session/negotiation.h"

namespace parley::media::pipe {

// The same in every pipe.
inline constexpr ExtensionIds kExtensions = [] {
  ExtensionIds ids;
  ids.audio_level = 1;
  ids.transport_cc = 3;
  ids.video_orientation = 5;
  ids.abs_capture_time = 6;
  ids.playout_delay = 7;
  ids.dependency_descriptor = 8;
  ids.two_byte = true;
  return ids;
}();

inline constexpr size_t kMaxEncodings = 4;

struct PipedTrack {
  TrackKind kind = TrackKind::kAudio;
  ChosenCodec codec;
  std::string stream;  // as its publisher's subscribers see it
  std::string name;
  // At least one; each with both SSRCs, and with a rid when there are several and they have them.
  std::vector<EncodingConfig> encodings;
};

std::string describe(const PipedTrack& track);
Result<PipedTrack, NegotiationError> parse_description(std::string_view text);
// As a track of the engine that receives it.
TrackConfig to_config(const PipedTrack& track, uint32_t id);

}  // namespace parley::media::pipe
