#include "addon/webrtc/connection_values.h"

#include "addon/webrtc/napi_support.h"
#include "addon/webrtc/stats.h"
#include "media/sdp/writer.h"

namespace parley::addon {
namespace {

namespace jsep = media::jsep;

napi_value make_strings(napi_env env, const std::vector<std::string>& strings) {
  const napi_value array = make_array(env);
  for (const std::string& s : strings) append(env, array, make_string(env, s));
  return array;
}

napi_value make_ids(napi_env env, const std::vector<uint32_t>& ids) {
  const napi_value array = make_array(env);
  for (const uint32_t id : ids) append(env, array, make_number(env, id));
  return array;
}

napi_value make_codec(napi_env env, const char* kind, const media::sdp::Codec& codec) {
  const napi_value object = make_object(env);
  set(env, object, "mimeType", make_string(env, std::string(kind) + '/' + codec.name));
  set(env, object, "clockRate", make_number(env, codec.clock_rate));
  if (codec.channels > 1) set(env, object, "channels", make_number(env, codec.channels));
  if (!codec.parameters.empty()) set(env, object, "sdpFmtpLine", make_string(env, codec.parameters));
  return object;
}

napi_value make_stream(napi_env env, uint32_t id, const StreamOwner& owner, media::TrackKind kind) {
  const napi_value object = make_object(env);
  set(env, object, "id", make_number(env, id));
  set(env, object, "transceiver", make_number(env, owner.transceiver));
  set(env, object, "encoding", make_number(env, static_cast<double>(owner.encoding)));
  set(env, object, "payloadType", make_number(env, owner.codec.codec.payload_type));
  set(env, object, "codec", make_codec(env, media::negotiation::kind_name(kind), owner.codec.codec));
  if (!owner.sender) return object;
  const MediaSender& sender = *owner.sender;
  set(env, object, "framesEncoded", make_number(env, static_cast<double>(sender.frames_encoded())));
  set(env, object, "keyFramesEncoded", make_number(env, static_cast<double>(sender.key_frames_encoded())));
  set(env, object, "targetBitrate", make_number(env, sender.target_bitrate()));
  set(env, object, "totalEncodeTime",
      make_number(env, static_cast<double>(sender.encode_time().count()) / 1e6));
  const MediaSender::Size size = sender.encoded_size();
  if (size.width == 0) return object;
  set(env, object, "frameWidth", make_number(env, size.width));
  set(env, object, "frameHeight", make_number(env, size.height));
  return object;
}

media::TrackKind kind_of(const StreamOwner& owner) {
  return owner.codec.codec.clock_rate == 90000 ? media::TrackKind::kVideo : media::TrackKind::kAudio;
}

}  // namespace

std::vector<std::string> read_strings(napi_env env, napi_value array) {
  std::vector<std::string> strings;
  const uint32_t length = array_length(env, array);
  for (uint32_t i = 0; i < length; ++i) {
    if (auto text = read_string(env, element(env, array, i))) strings.push_back(std::move(*text));
  }
  return strings;
}

media::sdp::Direction read_direction(std::string_view text) {
  return media::sdp::direction_of(text == "sendrecv" || text == "sendonly",
                                  text == "sendrecv" || text == "recvonly");
}

media::TrackKind read_kind(std::string_view text) {
  return text == "audio" ? media::TrackKind::kAudio : media::TrackKind::kVideo;
}

std::vector<media::sdp::Codec> read_codecs(napi_env env, napi_value array) {
  std::vector<media::sdp::Codec> codecs;
  const uint32_t length = array_length(env, array);
  for (uint32_t i = 0; i < length; ++i) {
    const napi_value offered = element(env, array, i);
    if (!is_type(env, offered, napi_object)) continue;
    media::sdp::Codec codec;
    const std::string mime = read_string(env, get(env, offered, "mimeType")).value_or("");
    codec.name = mime.substr(mime.find('/') + 1);
    codec.clock_rate = read_uint32(env, get(env, offered, "clockRate")).value_or(0);
    codec.channels = static_cast<uint8_t>(read_uint32(env, get(env, offered, "channels")).value_or(1));
    codec.parameters = read_string(env, get(env, offered, "sdpFmtpLine")).value_or("");
    codecs.push_back(std::move(codec));
  }
  return codecs;
}

napi_value make_transceivers(napi_env env, const std::vector<jsep::Transceiver>& transceivers) {
  const napi_value array = make_array(env);
  for (const jsep::Transceiver& t : transceivers) {
    const napi_value o = make_object(env);
    set(env, o, "id", make_number(env, t.id));
    set(env, o, "kind", make_string(env, media::negotiation::kind_name(t.kind)));
    if (!t.mid.empty()) set(env, o, "mid", make_string(env, t.mid));
    set(env, o, "direction", make_string(env, media::sdp::to_string(t.direction)));
    if (t.current_direction)
      set(env, o, "currentDirection", make_string(env, media::sdp::to_string(*t.current_direction)));
    set(env, o, "streams", make_strings(env, t.remote_streams));
    set(env, o, "trackId", make_string(env, t.remote_track_id));
    set(env, o, "rids", make_strings(env, t.rids));
    append(env, array, o);
  }
  return array;
}

napi_value make_changes(napi_env env, const jsep::Changes& changes) {
  const napi_value o = make_object(env);
  set(env, o, "stateChanged", make_boolean(env, changes.state_changed));
  set(env, o, "removed", make_ids(env, changes.removed));
  set(env, o, "tracksAdded", make_ids(env, changes.tracks_added));
  set(env, o, "tracksRemoved", make_ids(env, changes.tracks_removed));
  set(env, o, "stopped", make_ids(env, changes.stopped));
  set(env, o, "rejected", make_ids(env, changes.rejected));
  set(env, o, "gather", make_boolean(env, changes.local_credentials.has_value()));
  if (changes.plan) {
    set(env, o, "hasTransport", make_boolean(env, changes.plan->has_transport));
    if (changes.plan->data) {
      set(env, o, "maxMessageSize",
          make_number(env, static_cast<double>(changes.plan->data->max_message_size)));
    }
  }
  return o;
}

napi_value make_capabilities(napi_env env) {
  const napi_value result = make_object(env);
  for (const media::TrackKind kind : {media::TrackKind::kAudio, media::TrackKind::kVideo}) {
    const char* name = media::negotiation::kind_name(kind);
    const napi_value codecs = make_array(env);
    for (const jsep::Capability& c : jsep::capabilities(kind))
      append(env, codecs, make_codec(env, name, c.codec));
    const napi_value extensions = make_array(env);
    for (const media::sdp::Extension& e : jsep::header_extensions(kind)) {
      const napi_value o = make_object(env);
      set(env, o, "uri", make_string(env, e.uri));
      append(env, extensions, o);
    }
    const napi_value o = make_object(env);
    set(env, o, "codecs", codecs);
    set(env, o, "headerExtensions", extensions);
    set(env, result, name, o);
  }
  return result;
}

napi_value make_connection_stats(napi_env env, const media::PeerStats& stats, const StreamOwners& owners) {
  const napi_value result = make_object(env);
  set(env, result, "peer", make_peer_stats(env, stats));
  const napi_value receiving = make_array(env), sending = make_array(env);
  for (const auto& [id, owner] : owners.tracks)
    append(env, receiving, make_stream(env, id, owner, kind_of(owner)));
  for (const auto& [id, owner] : owners.subscriptions)
    append(env, sending, make_stream(env, id, owner, kind_of(owner)));
  set(env, result, "receiving", receiving);
  set(env, result, "sending", sending);
  return result;
}

}  // namespace parley::addon
