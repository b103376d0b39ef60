// JSEP's values and a connection's statistics as JavaScript objects, and back.
#pragma once

#include <node_api.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "addon/webrtc/media_sender.h"
#include "media/session/jsep_types.h"
#include "media/session/peer.h"

namespace parley::addon {

std::vector<std::string> read_strings(napi_env env, napi_value array);
media::sdp::Direction read_direction(std::string_view text);
media::TrackKind read_kind(std::string_view text);
// From RTCRtpCodec: {mimeType, clockRate, channels, sdpFmtpLine}.
std::vector<media::sdp::Codec> read_codecs(napi_env env, napi_value array);

napi_value make_transceivers(napi_env env, const std::vector<media::jsep::Transceiver>& transceivers);
napi_value make_changes(napi_env env, const media::jsep::Changes& changes);
// {audio: RTCRtpCodec[], video: …} and the header extensions, for getCapabilities().
napi_value make_capabilities(napi_env env);

// What a track or a subscription is to the connection.
struct StreamOwner {
  uint32_t transceiver = 0;
  size_t encoding = 0;
  media::ChosenCodec codec;
  std::shared_ptr<const MediaSender> sender;  // of a stream that is sent
};
struct StreamOwners {
  std::map<uint32_t, StreamOwner> tracks;
  std::map<uint32_t, StreamOwner> subscriptions;
};
// {peer: PeerStats, receiving: […], sending: […]}, the latter two by transceiver, with codecs.
napi_value make_connection_stats(napi_env env, const media::PeerStats& stats, const StreamOwners& owners);

}  // namespace parley::addon
