#include "addon/webrtc/connection_object.h"

#include <atomic>
#include <cstring>
#include <iterator>
#include <memory>
#include <utility>

#include "addon/webrtc/connection_values.h"
#include "addon/webrtc/data_channel_object.h"
#include "addon/webrtc/engine_object.h"
#include "addon/webrtc/instance.h"
#include "addon/webrtc/media_ears.h"
#include "addon/webrtc/napi_support.h"
#include "addon/webrtc/rtp_tap.h"
#include "addon/webrtc/stats.h"

namespace parley::addon {
namespace {

namespace jsep = media::jsep;

// A callback's object and arguments; `connection` is null when something has been thrown.
template <size_t N>
struct Call : Arguments<ConnectionObject, N> {
  Call(napi_env e, napi_callback_info info)
      : Arguments<ConnectionObject, N>(e, info, kConnectionTag), env(e) {
    if (this->self) connection = this->self->open(e);
  }
  jsep::Session& session() { return connection->session; }
  uint32_t transceiver() { return read_uint32(env, this->values[0]).value_or(0); }
  std::string text(size_t i) { return read_string(env, this->values[i]).value_or(""); }
  napi_value nothing() { return make_undefined(env); }

  napi_env env;
  Connection* connection = nullptr;
};

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

// setIceServers([{type: 'stun' | 'turn', ip, port, transport: 'udp' | 'tcp', username, credential}],
// relayOnly): before the first description is set.
napi_value set_ice_servers(napi_env env, napi_callback_info info) {
  Call<2> call(env, info);
  if (!call.connection) return nullptr;
  media::FullIce& ice = call.connection->ice;
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
      const auto via = text("transport") == "tcp" ? media::ice::TurnVia::kTcp : media::ice::TurnVia::kUdp;
      ice.turn_servers.push_back({*address, {text("username"), text("credential")}, via, ""});
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

napi_value send_rtp(napi_env env, napi_callback_info info) {
  Call<3> call(env, info);
  if (!call.connection) return nullptr;
  void* data = nullptr;
  size_t size = 0;
  if (napi_get_buffer_info(env, call.values[2], &data, &size) != napi_ok)
    return throw_type_error(env, "the packet must be a Buffer");
  const auto sent = call.self->engine().send_rtp(call.self->id(), call.transceiver(),
                                                 read_uint32(env, call.values[1]).value_or(0),
                                                 {static_cast<const uint8_t*>(data), size});
  return sent ? make_boolean(env, *sent) : throw_failure(env, sent.error());
}

// A piece of received media on its way to JavaScript; at most kMostUnfetched of a receiver wait there.
class Delivery {
 public:
  static constexpr int kMostUnfetched = 12;
  using Fill = std::function<void(napi_env env, napi_value payload)>;

  Delivery(EngineObject& owner, Engine::PeerId peer, uint32_t transceiver, const char* type)
      : owner_(owner), gate_(owner.gate()), peer_(peer), transceiver_(transceiver), type_(type) {}

  // From any thread.
  static void send(const std::shared_ptr<Delivery>& self, Fill fill) {
    if (self->waiting_ >= kMostUnfetched) return;
    ++self->waiting_;
    self->gate_->dispatch([self, fill = std::move(fill)](napi_env env) {
      --self->waiting_;
      const napi_value payload = make_object(env);
      set(env, payload, "transceiver", make_number(env, self->transceiver_));
      fill(env, payload);
      self->owner_.tell(self->peer_, self->type_, payload, "");
    });
  }

 private:
  EngineObject& owner_;  // for calls through the gate only
  const std::shared_ptr<Gate> gate_;
  const Engine::PeerId peer_;
  const uint32_t transceiver_;
  const char* const type_;
  std::atomic<int> waiting_{0};
};

napi_value make_buffer(napi_env env, const void* data, size_t size) {
  napi_value buffer = nullptr;
  napi_create_buffer_copy(env, size, data, nullptr, &buffer);
  return buffer;
}

SinkFactory rtp_sinks(std::shared_ptr<Delivery> delivery) {
  return [delivery](const media::ChosenCodec&) {
    auto queue = std::make_shared<RtpTap::Queue>();
    return std::make_unique<RtpTap>(queue, [delivery, queue] {
      Delivery::send(delivery, [queue](napi_env env, napi_value payload) {
        const napi_value packets = make_array(env);
        for (const auto& packet : queue->take())
          append(env, packets, make_buffer(env, packet.data(), packet.size()));
        set(env, payload, "packets", packets);
      });
    });
  };
}

SinkFactory picture_sinks(std::shared_ptr<Delivery> delivery) {
  return [delivery](const media::ChosenCodec& codec) {
    return std::make_unique<VideoEar>(codec, [delivery](media::codecs::Picture picture, uint32_t timestamp) {
      Delivery::send(delivery, [picture = std::move(picture), timestamp](napi_env env, napi_value payload) {
        set(env, payload, "width", make_number(env, picture.width));
        set(env, payload, "height", make_number(env, picture.height));
        set(env, payload, "rtpTimestamp", make_number(env, timestamp));
        set(env, payload, "data", make_buffer(env, picture.bytes.data(), picture.bytes.size()));
      });
    });
  };
}

SinkFactory sample_sinks(std::shared_ptr<Delivery> delivery, unsigned channels) {
  return [delivery, channels](const media::ChosenCodec& codec) {
    return std::make_unique<AudioEar>(codec, channels, [delivery, channels](std::vector<int16_t> samples) {
      Delivery::send(delivery, [samples = std::move(samples), channels](napi_env env, napi_value payload) {
        set(env, payload, "channels", make_number(env, channels));
        set(env, payload, "data", make_buffer(env, samples.data(), samples.size() * sizeof(int16_t)));
      });
    });
  };
}

// setSink(transceiver, 'rtp' | 'video' | 'audio' | '', channels): media comes as an event of that name.
napi_value set_sink(napi_env env, napi_callback_info info) {
  Call<3> call(env, info);
  if (!call.connection) return nullptr;
  const std::string kind = call.text(1);
  const auto delivery = [&](const char* type) {
    return std::make_shared<Delivery>(call.self->owner(), call.self->id(), call.transceiver(), type);
  };
  SinkFactory factory;
  if (kind == "rtp") factory = rtp_sinks(delivery("rtp"));
  if (kind == "video") factory = picture_sinks(delivery("video"));
  if (kind == "audio")
    factory = sample_sinks(delivery("audio"), read_uint32(env, call.values[2]).value_or(1));
  const auto done = call.self->engine().set_sink(call.self->id(), call.transceiver(), std::move(factory));
  return done ? call.nothing() : throw_failure(env, done.error());
}

// sendVideo(transceiver, data, width, height, timestamp in microseconds)
napi_value send_video(napi_env env, napi_callback_info info) {
  Call<5> call(env, info);
  if (!call.connection) return nullptr;
  void* data = nullptr;
  size_t size = 0;
  napi_get_buffer_info(env, call.values[1], &data, &size);
  media::codecs::Picture picture;
  picture.width = read_uint32(env, call.values[2]).value_or(0);
  picture.height = read_uint32(env, call.values[3]).value_or(0);
  const auto* bytes = static_cast<const uint8_t*>(data);
  if (bytes != nullptr) picture.bytes.assign(bytes, bytes + size);
  if (!picture.valid()) return throw_type_error(env, "not an I420 picture of that width and height");
  int64_t timestamp = 0;
  napi_get_value_int64(env, call.values[4], &timestamp);
  return make_boolean(env, call.self->engine().send_picture(call.self->id(), call.transceiver(),
                                                            std::move(picture), timestamp));
}

// sendAudio(transceiver, data, channels)
napi_value send_audio(napi_env env, napi_callback_info info) {
  Call<3> call(env, info);
  if (!call.connection) return nullptr;
  void* data = nullptr;
  size_t size = 0;
  napi_get_buffer_info(env, call.values[1], &data, &size);
  std::vector<int16_t> samples(size / sizeof(int16_t));
  if (!samples.empty()) std::memcpy(samples.data(), data, samples.size() * sizeof(int16_t));
  return make_boolean(env, call.self->engine().send_samples(call.self->id(), call.transceiver(), samples,
                                                            read_uint32(env, call.values[2]).value_or(1)));
}

// configureEncoding(transceiver, encoding, active, maxBitrate, scaleResolutionDownBy)
napi_value configure_encoding(napi_env env, napi_callback_info info) {
  Call<5> call(env, info);
  if (!call.connection) return nullptr;
  EncodingSettings settings;
  settings.active = read_boolean(env, call.values[2]).value_or(true);
  settings.max_bitrate = read_uint32(env, call.values[3]).value_or(0);
  napi_get_value_double(env, call.values[4], &settings.scale_down);
  call.self->engine().configure_encoding(call.self->id(), call.transceiver(),
                                         read_uint32(env, call.values[1]).value_or(0), settings);
  return call.nothing();
}

napi_value request_key_frame(napi_env env, napi_callback_info info) {
  Call<1> call(env, info);
  if (!call.connection) return nullptr;
  const auto done = call.self->engine().request_receiver_key_frame(call.self->id(), call.transceiver());
  return done ? call.nothing() : throw_failure(env, done.error());
}

napi_value get_stats(napi_env env, napi_callback_info info) {
  Call<0> call(env, info);
  if (!call.connection) return nullptr;
  EngineObject& owner = call.self->owner();
  uint64_t promise_id = 0;
  const napi_value promise = owner.make_promise(&promise_id);
  // Which transceiver each number belongs to, as it is now.
  StreamOwners owners;
  for (const auto& [transceiver, r] : call.connection->received)
    owners.tracks[r.track] = {transceiver, 0, r.codec, 0, 0};
  for (const auto& [key, s] : call.connection->sent)
    owners.subscriptions[s.subscription] = {key.first, key.second, s.codec,
                                            s.sender ? s.sender->frames_encoded() : 0,
                                            s.sender ? s.sender->key_frames_encoded() : 0};
  auto asked = owner.engine().peer_stats(
      call.self->id(), [&owner, promise_id, owners](std::optional<media::PeerStats> stats) {
        owner.dispatch([&owner, promise_id, owners, stats = std::move(stats)](napi_env e) {
          const napi_value result = make_connection_stats(e, stats.value_or(media::PeerStats{}), owners);
          set(e, result, "localCertificate", make_string(e, owner.engine().certificate_base64()));
          owner.settle(promise_id, result);
        });
      });
  if (!asked) {
    owner.settle(promise_id, make_undefined(env));
    return throw_failure(env, asked.error());
  }
  return promise;
}

napi_value close(napi_env env, napi_callback_info info) {
  Arguments<ConnectionObject, 0> arguments(env, info, kConnectionTag);
  if (!arguments.self) return nullptr;
  arguments.self->engine().close_peer(arguments.self->id());
  arguments.self->owner().forget_peer(arguments.self->id());
  return make_undefined(env);
}

}  // namespace

Engine& ConnectionObject::engine() { return owner_.engine(); }

Connection* ConnectionObject::open(napi_env env) {
  Connection* connection = engine().connection(id_);
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
      {"addRemoteCandidate", add_remote_candidate},
      {"resolved", resolved},
      {"setIceServers", set_ice_servers},
      {"sendRtp", send_rtp},
      {"setSink", set_sink},
      {"sendVideo", send_video},
      {"sendAudio", send_audio},
      {"configureEncoding", configure_encoding},
      {"requestKeyFrame", request_key_frame},
      {"getStats", get_stats},
      {"close", close},
  };
  std::vector<napi_property_descriptor> properties;
  for (const auto& [name, callback] : kMethods) {
    properties.push_back({name, nullptr, callback, nullptr, nullptr, nullptr, napi_default_method, nullptr});
  }
  napi_value constructor = nullptr;
  napi_define_class(env, "Connection", NAPI_AUTO_LENGTH, construct, nullptr, properties.size(),
                    properties.data(), &constructor);
  return constructor;
}

napi_value ConnectionObject::make(napi_env env, napi_value engine_value, EngineObject& owner,
                                  Engine::PeerId id) {
  napi_value external = nullptr;
  napi_create_external(env, new ConnectionObject(owner, id), nullptr, nullptr, &external);
  napi_value arguments[] = {external, engine_value};
  napi_value made = nullptr;
  napi_new_instance(env, Instance::of(env)->connection_class(env), std::size(arguments), arguments, &made);
  return made;
}

napi_value ConnectionObject::construct(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value values[2], receiver;
  napi_get_cb_info(env, info, &count, values, &receiver, nullptr);
  void* data = nullptr;
  if (!is_type(env, values[0], napi_external) || napi_get_value_external(env, values[0], &data) != napi_ok) {
    return throw_type_error(env, "a Connection is made by Engine.createConnection()");
  }
  napi_type_tag_object(env, receiver, &kConnectionTag);
  napi_wrap(
      env, receiver, data,
      [](napi_env, void* object, void*) { delete static_cast<ConnectionObject*>(object); }, nullptr, nullptr);
  const napi_property_descriptor engine = {"engine", nullptr,   nullptr,      nullptr,
                                           nullptr,  values[1], napi_default, nullptr};
  napi_define_properties(env, receiver, 1, &engine);
  return receiver;
}

}  // namespace parley::addon
