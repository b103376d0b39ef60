#include "addon/webrtc/connection_object.h"

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "addon/webrtc/connection_call.h"
#include "addon/webrtc/connection_media.h"
#include "addon/webrtc/connection_values.h"
#include "addon/webrtc/data_channel_object.h"
#include "addon/webrtc/instance.h"
#include "addon/webrtc/napi_support.h"
#include "addon/webrtc/native_class.h"
#include "addon/webrtc/stats.h"

namespace parley::addon {
namespace {

constexpr NativeClass::Property kProperties[] = {{"engine", napi_default}};
constexpr NativeClass kClass = {"Connection", &kConnectionTag,
                                "a Connection is made by Engine.createConnection()", kProperties};

namespace jsep = media::jsep;

template <size_t N>
using Call = ConnectionCall<N>;

napi_value throw_jsep(napi_env env, const jsep::Failure& failure) {
  napi_value error = nullptr;
  napi_create_error(env, make_string(env, to_string(failure.name)), make_string(env, failure.message),
                    &error);
  if (failure.line > 0) set(env, error, "sdpLineNumber", make_number(env, failure.line));
  napi_throw(env, error);
  return nullptr;
}

napi_value add_transceiver(napi_env env, napi_callback_info info) {
  Call<5> call(env, info);
  if (!call.connection) return nullptr;
  jsep::Session::TransceiverInit init;
  init.direction = read_direction(call.text(1));
  init.track_id = call.text(2);
  init.streams = read_strings(env, call.values[3]);
  init.rids = read_strings(env, call.values[4]);
  const auto made = call.session().add_transceiver(read_kind(call.text(0)), init);
  return made ? make_number(env, *made) : throw_jsep(env, made.error());
}

napi_value add_track(napi_env env, napi_callback_info info) {
  Call<3> call(env, info);
  if (!call.connection) return nullptr;
  const auto made =
      call.session().add_track(read_kind(call.text(0)), call.text(1), read_strings(env, call.values[2]));
  return made ? make_number(env, *made) : throw_jsep(env, made.error());
}

napi_value remove_track(napi_env env, napi_callback_info info) {
  Call<1> call(env, info);
  if (!call.connection) return nullptr;
  call.session().remove_track(call.transceiver());
  return call.nothing();
}

napi_value replace_track(napi_env env, napi_callback_info info) {
  Call<2> call(env, info);
  if (!call.connection) return nullptr;
  call.session().replace_track(call.transceiver(), read_boolean(env, call.values[1]).value_or(false));
  return call.nothing();
}

napi_value set_streams(napi_env env, napi_callback_info info) {
  Call<2> call(env, info);
  if (!call.connection) return nullptr;
  call.session().set_streams(call.transceiver(), read_strings(env, call.values[1]));
  return call.nothing();
}

napi_value set_direction(napi_env env, napi_callback_info info) {
  Call<2> call(env, info);
  if (!call.connection) return nullptr;
  return make_boolean(env, call.session().set_direction(call.transceiver(), read_direction(call.text(1))));
}

napi_value stop(napi_env env, napi_callback_info info) {
  Call<1> call(env, info);
  if (!call.connection) return nullptr;
  call.session().stop(call.transceiver());
  return call.nothing();
}

napi_value set_codec_preferences(napi_env env, napi_callback_info info) {
  Call<2> call(env, info);
  if (!call.connection) return nullptr;
  const auto done =
      call.session().set_codec_preferences(call.transceiver(), read_codecs(env, call.values[1]));
  return done ? call.nothing() : throw_jsep(env, done.error());
}

napi_value transceivers(napi_env env, napi_callback_info info) {
  Call<0> call(env, info);
  return call.connection ? make_transceivers(env, call.session().transceivers()) : nullptr;
}

napi_value create_offer(napi_env env, napi_callback_info info) {
  Call<1> call(env, info);
  if (!call.connection) return nullptr;
  const auto offer = call.session().create_offer(read_boolean(env, call.values[0]).value_or(false));
  return offer ? make_string(env, *offer) : throw_jsep(env, offer.error());
}

napi_value create_answer(napi_env env, napi_callback_info info) {
  Call<0> call(env, info);
  if (!call.connection) return nullptr;
  const auto answer = call.session().create_answer();
  return answer ? make_string(env, *answer) : throw_jsep(env, answer.error());
}

napi_value carry_out(napi_env env, ConnectionObject& self, const jsep::Outcome<jsep::Changes>& changes) {
  if (!changes) return throw_jsep(env, changes.error());
  const auto applied = self.engine().apply(self.id(), *changes);
  return applied ? make_changes(env, *changes) : throw_failure(env, applied.error());
}

napi_value set_local(napi_env env, napi_callback_info info) {
  Call<2> call(env, info);
  if (!call.connection) return nullptr;
  return carry_out(env, *call.self, call.session().set_local(jsep::parse_type(call.text(0)), call.text(1)));
}

napi_value set_remote(napi_env env, napi_callback_info info) {
  Call<2> call(env, info);
  if (!call.connection) return nullptr;
  const auto type = jsep::parse_type(call.text(0));
  if (!type) return throw_type_error(env, "type must be an RTCSdpType");
  return carry_out(env, *call.self, call.session().set_remote(*type, call.text(1)));
}

napi_value description(napi_env env, napi_callback_info info) {
  Call<1> call(env, info);
  if (!call.connection) return nullptr;
  const std::string which = call.text(0);
  const auto text = which == "currentLocal"    ? call.session().current_local()
                    : which == "pendingLocal"  ? call.session().pending_local()
                    : which == "currentRemote" ? call.session().current_remote()
                                               : call.session().pending_remote();
  if (!text) return call.nothing();
  const napi_value object = make_object(env);
  set(env, object, "type", make_string(env, to_string(text->type)));
  set(env, object, "sdp", make_string(env, text->sdp));
  return object;
}

napi_value signaling_state(napi_env env, napi_callback_info info) {
  Call<0> call(env, info);
  return call.connection ? make_string(env, to_string(call.session().state())) : nullptr;
}

napi_value negotiation_needed(napi_env env, napi_callback_info info) {
  Call<0> call(env, info);
  return call.connection ? make_boolean(env, call.session().negotiation_needed()) : nullptr;
}

napi_value restart_ice(napi_env env, napi_callback_info info) {
  Call<0> call(env, info);
  if (!call.connection) return nullptr;
  call.session().restart_ice();
  return call.nothing();
}

// needIceRestart(): the next offer restarts ICE, but is not asked for.
napi_value need_ice_restart(napi_env env, napi_callback_info info) {
  Call<0> call(env, info);
  if (!call.connection) return nullptr;
  call.session().need_restart();
  return call.nothing();
}

napi_value add_remote_candidate(napi_env env, napi_callback_info info) {
  Call<4> call(env, info);
  if (!call.connection) return nullptr;
  const auto mid = read_string(env, call.values[1]);
  const auto line = read_uint32(env, call.values[2]);
  const auto added = call.session().add_remote_candidate(
      call.text(0), mid, line ? std::optional<size_t>(*line) : std::nullopt, call.text(3));
  if (!added) return throw_jsep(env, added.error());
  const auto done = call.self->engine().add_candidate(call.self->id(), *added);
  return done ? call.nothing() : throw_failure(env, done.error());
}

// resolved(name, ip | ''): what became of the event 'resolve'.
napi_value resolved(napi_env env, napi_callback_info info) {
  Call<2> call(env, info);
  if (!call.connection) return nullptr;
  const auto done = call.self->engine().resolve_candidate(call.self->id(), call.text(0),
                                                          media::SocketAddress::parse(call.text(1), 0));
  return done ? call.nothing() : throw_failure(env, done.error());
}

// setIceServers([{type: 'stun' | 'turn', ip, port, transport: 'udp' | 'tcp' | 'tls', host, username,
// credential}], relayOnly): for the next phase of gathering.
napi_value set_ice_servers(napi_env env, napi_callback_info info) {
  Call<2> call(env, info);
  if (!call.connection) return nullptr;
  media::FullIce& ice = call.connection->ice;
  call.connection->ice_changed = true;
  ice.relay_only = read_boolean(env, call.values[1]).value_or(false);
  ice.stun_servers.clear();
  ice.turn_servers.clear();
  const uint32_t length = array_length(env, call.values[0]);
  for (uint32_t i = 0; i < length; ++i) {
    const napi_value server = element(env, call.values[0], i);
    const auto text = [&](const char* name) { return read_string(env, get(env, server, name)).value_or(""); };
    const auto port = read_uint32(env, get(env, server, "port")).value_or(0);
    const auto address = media::SocketAddress::parse(text("ip"), static_cast<uint16_t>(port));
    if (!address) continue;
    if (text("type") == "stun") {
      ice.stun_servers.push_back(*address);
    } else {
      const std::string transport = text("transport");
      const auto via = transport == "tls"   ? media::ice::TurnVia::kTls
                       : transport == "tcp" ? media::ice::TurnVia::kTcp
                                            : media::ice::TurnVia::kUdp;
      ice.turn_servers.push_back({*address, {text("username"), text("credential")}, via, text("host")});
    }
  }
  return call.nothing();
}

napi_value create_data_channel(napi_env env, napi_callback_info info) {
  Call<2> call(env, info);
  if (!call.connection) return nullptr;
  const auto config = DataChannelObject::read_config(env, call.values[0], call.values[1]);
  if (!config) return nullptr;
  const auto channel = call.self->engine().create_channel(call.self->id(), *config);
  if (!channel) return throw_failure(env, channel.error());
  call.session().want_data_channels();
  return call.self->owner().add_channel(call.self->id(), *channel, *config, false);
}

napi_value get_stats(napi_env env, napi_callback_info info) {
  Call<0> call(env, info);
  if (!call.connection) return nullptr;
  // Which transceiver each number belongs to, as it is now.
  StreamOwners owners;
  for (const auto& [transceiver, r] : call.connection->received)
    owners.tracks[r.track] = {transceiver, 0, r.codec, nullptr};
  for (const auto& [key, s] : call.connection->sent)
    owners.subscriptions[s.subscription] = {key.first, key.second, s.codec, s.sender};
  ConnectionObject& self = *call.self;
  return self.promise<media::PeerStats>(
      env, [&](auto sink) { return self.engine().peer_stats(self.id(), std::move(sink)); },
      [&owner = self.owner(), owners](napi_env e, const media::PeerStats& stats) {
        const napi_value result = make_connection_stats(e, stats, owners);
        set(e, result, "localCertificate", make_string(e, owner.engine().certificate_base64()));
        return result;
      });
}

napi_value close(napi_env env, napi_callback_info info) {
  Arguments<ConnectionObject, 0> arguments(env, info, kConnectionTag);
  if (!arguments.self) return nullptr;
  arguments.self->engine().close_peer(arguments.self->id());
  arguments.self->owner().forget_peer(arguments.self->id());
  return make_undefined(env);
}

}  // namespace

Connection* ConnectionObject::open(napi_env env) {
  Connection* connection = engine().connection(id());
  if (!connection) throw_failure(env, {"InvalidStateError", "the connection is closed"});
  return connection;
}

napi_value ConnectionObject::define(napi_env env) {
  constexpr std::pair<const char*, napi_callback> kMethods[] = {
      {"addTransceiver", add_transceiver},
      {"addTrack", add_track},
      {"removeTrack", remove_track},
      {"replaceTrack", replace_track},
      {"setStreams", set_streams},
      {"setDirection", set_direction},
      {"stop", stop},
      {"setCodecPreferences", set_codec_preferences},
      {"transceivers", transceivers},
      {"createDataChannel", create_data_channel},
      {"createOffer", create_offer},
      {"createAnswer", create_answer},
      {"setLocal", set_local},
      {"setRemote", set_remote},
      {"description", description},
      {"signalingState", signaling_state},
      {"negotiationNeeded", negotiation_needed},
      {"restartIce", restart_ice},
      {"needIceRestart", need_ice_restart},
      {"addRemoteCandidate", add_remote_candidate},
      {"resolved", resolved},
      {"setIceServers", set_ice_servers},
      {"getStats", get_stats},
      {"close", close},
  };
  std::vector<napi_property_descriptor> properties;
  const auto add = [&properties](std::span<const std::pair<const char*, napi_callback>> methods) {
    for (const auto& [name, callback] : methods) properties.push_back(method(name, callback));
  };
  add(kMethods);
  add(connection_media_methods());
  return define_class(env, kClass, properties);
}

napi_value ConnectionObject::make(napi_env env, napi_value engine_value, EngineObject& owner,
                                  Engine::PeerId id) {
  return make_native(env, Instance::of(env)->class_of(env, Instance::Class::kConnection),
                     std::unique_ptr<ConnectionObject>(new ConnectionObject(owner, id)), {&engine_value, 1});
}

}  // namespace parley::addon
