#include "addon/webrtc/peer_object.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "addon/webrtc/data_channel_object.h"
#include "addon/webrtc/instance.h"
#include "addon/webrtc/napi_support.h"
#include "addon/webrtc/native_class.h"
#include "addon/webrtc/stats.h"

namespace parley::addon {
namespace {

constexpr NativeClass::Property kProperties[] = {{"id", napi_enumerable}, {"engine", napi_default}};
constexpr NativeClass kClass = {"Peer", &kPeerTag, "a Peer is made by Engine.createPeer()", kProperties};

}  // namespace

napi_value PeerObject::define(napi_env env) {
  const napi_property_descriptor properties[] = {
      method("acceptOffer", accept_offer),
      method("createOffer", create_offer),
      method("acceptAnswer", accept_answer),
      method("addRemoteCandidate", add_remote_candidate),
      method("subscribe", subscribe),
      method("unsubscribe", unsubscribe),
      method("pause", pause),
      method("setPreferredLayers", set_preferred_layers),
      method("setPriority", set_priority),
      method("requestKeyFrame", request_key_frame),
      method("restartIce", restart_ice),
      method("createDataChannel", create_data_channel),
      method("getStats", get_stats),
      method("close", close),
  };
  return define_class(env, kClass, properties);
}

napi_value PeerObject::make(napi_env env, napi_value engine_value, EngineObject& owner, Engine::PeerId id,
                            const std::string& name) {
  const napi_value values[] = {make_string(env, name), engine_value};
  return make_native(env, Instance::of(env)->class_of(env, Instance::Class::kPeer),
                     std::unique_ptr<PeerObject>(new PeerObject(owner, id)), values);
}

napi_value PeerObject::accept_offer(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 1> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const auto offer = read_string(env, arguments.values[0]);
  if (!offer) return throw_type_error(env, "sdp must be a string");
  const auto answer = arguments.self->engine().accept_offer(arguments.self->id(), *offer);
  if (!answer) return throw_failure(env, answer.error());
  const napi_value tracks = make_array(env);
  for (const TrackInfo& track : answer->tracks) append(env, tracks, make_track(env, track));
  const napi_value result = make_object(env);
  set(env, result, "answer", make_string(env, answer->sdp));
  set(env, result, "tracks", tracks);
  return result;
}

napi_value PeerObject::create_offer(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 0> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const auto offer = arguments.self->engine().create_offer(arguments.self->id());
  return offer ? make_string(env, *offer) : throw_failure(env, offer.error());
}

napi_value PeerObject::accept_answer(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 1> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const auto answer = read_string(env, arguments.values[0]);
  if (!answer) return throw_type_error(env, "sdp must be a string");
  const auto refused = arguments.self->engine().accept_answer(arguments.self->id(), *answer);
  if (!refused) return throw_failure(env, refused.error());
  const napi_value list = make_array(env);
  for (const auto& one : *refused) {
    const napi_value object = make_object(env);
    set(env, object, "subscriptionId", make_string(env, subscription_name(one.subscription)));
    set(env, object, "reason", make_string(env, one.reason));
    append(env, list, object);
  }
  const napi_value result = make_object(env);
  set(env, result, "refused", list);
  return result;
}

napi_value PeerObject::add_remote_candidate(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 1> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const auto candidate = read_string(env, arguments.values[0]);
  if (!candidate) return throw_type_error(env, "candidate must be a string");
  return finish(env, arguments.self->engine().add_remote_candidate(arguments.self->id(), *candidate));
}

napi_value PeerObject::subscribe(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 1> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const auto track = parse_name('t', read_string(env, arguments.values[0]).value_or(""));
  if (!track) return throw_type_error(env, "trackId must be a track's id");
  const auto subscription = arguments.self->engine().subscribe(arguments.self->id(), *track);
  return subscription ? make_string(env, subscription_name(*subscription))
                      : throw_failure(env, subscription.error());
}

napi_value PeerObject::unsubscribe(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 1> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const auto subscription = parse_name('s', read_string(env, arguments.values[0]).value_or(""));
  if (!subscription) return throw_type_error(env, "subscriptionId must be a subscription's id");
  return finish(env, arguments.self->engine().unsubscribe(arguments.self->id(), *subscription));
}

napi_value PeerObject::pause(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 2> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const std::string name = read_string(env, arguments.values[0]).value_or("");
  const auto paused = read_boolean(env, arguments.values[1]);
  if (!paused) return throw_type_error(env, "paused must be a boolean");
  Engine& engine = arguments.self->engine();
  if (const auto track = parse_name('t', name)) {
    return finish(env, engine.pause_track(arguments.self->id(), *track, *paused));
  }
  if (const auto subscription = parse_name('s', name)) {
    return finish(env, engine.pause_subscription(arguments.self->id(), *subscription, *paused));
  }
  return throw_type_error(env, "id must be a track's or a subscription's id");
}

napi_value PeerObject::set_preferred_layers(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 2> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const auto subscription = parse_name('s', read_string(env, arguments.values[0]).value_or(""));
  if (!subscription) return throw_type_error(env, "subscriptionId must be a subscription's id");
  if (!is_type(env, arguments.values[1], napi_object)) {
    return throw_type_error(env, "layers must be {spatial?, temporal?}");
  }
  media::LayerTarget layers;
  const std::pair<const char*, uint8_t*> members[] = {{"spatial", &layers.spatial},
                                                      {"temporal", &layers.temporal}};
  for (const auto& [name, member] : members) {
    const napi_value value = get(env, arguments.values[1], name);
    if (is_type(env, value, napi_undefined)) continue;  // as high as there is
    const auto number = read_uint32(env, value);
    if (!number) return throw_type_error(env, "layers are numbers of 0 and more");
    *member = static_cast<uint8_t>(std::min<uint32_t>(*number, *member));
  }
  Engine& engine = arguments.self->engine();
  return finish(env, engine.set_preferred_layers(arguments.self->id(), *subscription, layers));
}

napi_value PeerObject::set_priority(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 2> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const auto subscription = parse_name('s', read_string(env, arguments.values[0]).value_or(""));
  if (!subscription) return throw_type_error(env, "subscriptionId must be a subscription's id");
  const auto priority = read_uint32(env, arguments.values[1]);
  if (!priority || *priority > UINT8_MAX)
    return throw_type_error(env, "priority must be a number of 0 to 255");
  return finish(env, arguments.self->engine().set_priority(arguments.self->id(), *subscription,
                                                           static_cast<uint8_t>(*priority)));
}

napi_value PeerObject::request_key_frame(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 1> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const auto track = parse_name('t', read_string(env, arguments.values[0]).value_or(""));
  if (!track) return throw_type_error(env, "trackId must be a track's id");
  return finish(env, arguments.self->engine().request_key_frame(*track));
}

napi_value PeerObject::restart_ice(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 0> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  return finish(env, arguments.self->engine().restart_ice(arguments.self->id()));
}

napi_value PeerObject::create_data_channel(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 2> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const auto config = DataChannelObject::read_config(env, arguments.values[0], arguments.values[1]);
  if (!config) return nullptr;
  const auto channel = arguments.self->engine().create_channel(arguments.self->id(), *config);
  if (!channel) return throw_failure(env, channel.error());
  return arguments.self->owner().add_channel(arguments.self->id(), *channel, *config, false);
}

napi_value PeerObject::get_stats(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 0> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  PeerObject& self = *arguments.self;
  return self.promise<media::PeerStats>(
      env, [&](auto sink) { return self.engine().peer_stats(self.id(), std::move(sink)); }, make_peer_stats);
}

napi_value PeerObject::close(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 0> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  arguments.self->engine().close_peer(arguments.self->id());
  arguments.self->owner().forget_peer(arguments.self->id());
  return make_undefined(env);
}

}  // namespace parley::addon
