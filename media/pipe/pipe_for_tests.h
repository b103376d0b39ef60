// What goes through pipes in their tests: a camera, and keys.
#pragma once

#include <utility>
#include <vector>

#include "media/pipe/description.h"
#include "media/srtp/session.h"

namespace parley::media::pipe {

inline srtp::MasterKey key(uint8_t n) {
  srtp::MasterKey k;
  k.key.fill(n);
  k.salt.fill(static_cast<uint8_t>(n + 1));
  return k;
}

inline PipedTrack camera(std::vector<EncodingConfig> encodings = {{"", Ssrc{501}, Ssrc{502}}}) {
  PipedTrack t;
  t.kind = TrackKind::kVideo;
  t.codec.kind = CodecKind::kVp8;
  t.codec.codec.name = "VP8";
  t.codec.codec.payload_type = 96;
  t.codec.codec.clock_rate = 90000;
  t.codec.rtx_payload_type = 97;
  t.stream = "stream";
  t.name = "camera";
  t.encodings = std::move(encodings);
  return t;
}

// The same as it is published, on this side.
inline TrackConfig published_camera(uint32_t id) {
  TrackConfig config;
  config.id = id;
  config.kind = TrackKind::kVideo;
  config.codec = CodecKind::kVp8;
  config.payload_type = 96;
  config.rtx_payload_type = 97;
  return config;
}

}  // namespace parley::media::pipe
