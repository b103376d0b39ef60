// One RTCPeerConnection of the program, as the engine keeps it: its JSEP session, and what the media thread
// knows of it. An RTCRtpSender's encodings are subscriptions to tracks that the program feeds, an
// RTCRtpReceiver is a track that it listens to.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "addon/webrtc/media_sender.h"
#include "media/routing/track_sink.h"
#include "media/session/jsep.h"

namespace parley::addon {

// Makes the ear of a receiver for the codec that was negotiated. On JavaScript's thread.
using SinkFactory = std::function<std::unique_ptr<media::TrackSink>(const media::ChosenCodec& codec)>;

struct Connection {
  struct Sent {
    uint32_t track = 0;         // the local track
    uint32_t subscription = 0;  // to it
    std::shared_ptr<MediaSender> sender;
    media::ChosenCodec codec;
    std::string rid;
  };
  struct Received {
    uint32_t track = 0;
    media::ChosenCodec codec;
  };
  using Encoding = std::pair<uint32_t, size_t>;  // transceiver, index

  media::jsep::Session session;
  std::function<void(uint32_t transceiver, size_t encoding)> key_frame_wanted;  // on the media thread
  std::map<Encoding, EncodingSettings> settings{};
  std::map<Encoding, Sent> sent{};
  std::map<uint32_t, Received> received{};  // by transceiver
  std::map<uint32_t, SinkFactory> sinks{};  // by transceiver
  media::FullIce ice{};                     // as the configuration says, without addresses
  bool ice_changed = false;                 // since the media thread was told
  std::string remote_ufrag = "";            // whose candidates the media thread takes
};

}  // namespace parley::addon
