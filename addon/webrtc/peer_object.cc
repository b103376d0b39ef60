#include "addon/webrtc/peer_object.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "addon/webrtc/data_channel_object.h"
#include "addon/webrtc/engine_object.h"
#include "addon/webrtc/instance.h"
#include "addon/webrtc/napi_support.h"
#include "addon/webrtc/stats.h"

namespace parley::addon {
namespace {

// What a method that returns nothing returns: undefined, or a throw.
napi_value finish(napi_env env, const Outcome<bool>& outcome) {
  return outcome ? make_undefined(env) : throw_failure(env, outcome.error());
}

}  // namespace

napi_value PeerObject::define(napi_env env) {
  auto method = [](const char* name, napi_callback callback) {
    return napi_property_descriptor{name,   nullptr, callback, nullptr, nullptr, nullptr, napi_default_method,
                                    nullptr};
  };
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
  napi_value constructor = nullptr;
  napi_define_class(env, "Peer", NAPI_AUTO_LENGTH, construct, nullptr, std::size(properties), properties,
                    &constructor);
  return constructor;
}

napi_value PeerObject::make(napi_env env, napi_value engine_value, EngineObject& owner, Engine::PeerId id,
                            const std::string& name) {
  napi_value external = nullptr;
  napi_create_external(env, new PeerObject(owner, id), nullptr, nullptr, &external);
  napi_value arguments[] = {external, make_string(env, name), engine_value};
  napi_value peer = nullptr;
  napi_new_instance(env, Instance::of(env)->peer_class(env), std::size(arguments), arguments, &peer);
  return peer;
}

napi_value PeerObject::construct(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value values[3], receiver;
  napi_get_cb_info(env, info, &count, values, &receiver, nullptr);
  void* data = nullptr;
  if (!is_type(env, values[0], napi_external) || napi_get_value_external(env, values[0], &data) != napi_ok) {
    return throw_type_error(env, "a Peer is made by Engine.createPeer()");
  }
  napi_type_tag_object(env, receiver, &kPeerTag);
  napi_wrap(
      env, receiver, data, [](napi_env, void* peer, void*) { delete static_cast<PeerObject*>(peer); },
      nullptr, nullptr);
  const napi_property_descriptor properties[] = {
      {"id", nullptr, nullptr, nullptr, nullptr, values[1], napi_enumerable, nullptr},
      {"engine", nullptr, nullptr, nullptr, nullptr, values[2], napi_default, nullptr},
  };
  napi_define_properties(env, receiver, std::size(properties), properties);
  return receiver;
}

napi_value PeerObject::accept_offer(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 1> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const auto offer = read_string(env, arguments.values[0]);
  if (!offer) return throw_type_error(env, "sdp must be a string");
  const auto answer = arguments.self->owner_.engine().accept_offer(arguments.self->id_, *offer);
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
  const auto offer = arguments.self->owner_.engine().create_offer(arguments.self->id_);
  return offer ? make_string(env, *offer) : throw_failure(env, offer.error());
}

napi_value PeerObject::accept_answer(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 1> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const auto answer = read_string(env, arguments.values[0]);
  if (!answer) return throw_type_error(env, "sdp must be a string");
  const auto refused = arguments.self->owner_.engine().accept_answer(arguments.self->id_, *answer);
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
  return finish(env, arguments.self->owner_.engine().add_remote_candidate(arguments.self->id_, *candidate));
}

napi_value PeerObject::subscribe(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 1> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const auto track = parse_name('t', read_string(env, arguments.values[0]).value_or(""));
  if (!track) return throw_type_error(env, "trackId must be a track's id");
  const auto subscription = arguments.self->owner_.engine().subscribe(arguments.self->id_, *track);
  return subscription ? make_string(env, subscription_name(*subscription))
                      : throw_failure(env, subscription.error());
}

napi_value PeerObject::unsubscribe(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 1> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const auto subscription = parse_name('s', read_string(env, arguments.values[0]).value_or(""));
  if (!subscription) return throw_type_error(env, "subscriptionId must be a subscription's id");
  return finish(env, arguments.self->owner_.engine().unsubscribe(arguments.self->id_, *subscription));
}

napi_value PeerObject::pause(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 2> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const std::string name = read_string(env, arguments.values[0]).value_or("");
  const auto paused = read_boolean(env, arguments.values[1]);
  if (!paused) return throw_type_error(env, "paused must be a boolean");
  Engine& engine = arguments.self->owner_.engine();
  if (const auto track = parse_name('t', name)) {
    return finish(env, engine.pause_track(arguments.self->id_, *track, *paused));
  }
  if (const auto subscription = parse_name('s', name)) {
    return finish(env, engine.pause_subscription(arguments.self->id_, *subscription, *paused));
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
  Engine& engine = arguments.self->owner_.engine();
  return finish(env, engine.set_preferred_layers(arguments.self->id_, *subscription, layers));
}

napi_value PeerObject::set_priority(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 2> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const auto subscription = parse_name('s', read_string(env, arguments.values[0]).value_or(""));
  if (!subscription) return throw_type_error(env, "subscriptionId must be a subscription's id");
  const auto priority = read_uint32(env, arguments.values[1]);
  if (!priority || *priority > UINT8_MAX)
    return throw_type_error(env, "priority must be a number of 0 to 255");
  return finish(env, arguments.self->owner_.engine().set_priority(arguments.self->id_, *subscription,
                                                                  static_cast<uint8_t>(*priority)));
}

napi_value PeerObject::request_key_frame(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 1> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const auto track = parse_name('t', read_string(env, arguments.values[0]).value_or(""));
  if (!track) return throw_type_error(env, "trackId must be a track's id");
  return finish(env, arguments.self->owner_.engine().request_key_frame(*track));
}

napi_value PeerObject::restart_ice(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 0> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  return finish(env, arguments.self->owner_.engine().restart_ice(arguments.self->id_));
}

napi_value PeerObject::create_data_channel(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 2> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  const auto config = DataChannelObject::read_config(env, arguments.values[0], arguments.values[1]);
  if (!config) return nullptr;
  const auto channel = arguments.self->owner_.engine().create_channel(arguments.self->id_, *config);
  if (!channel) return throw_failure(env, channel.error());
  return arguments.self->owner_.add_channel(arguments.self->id_, *channel, *config, false);
}

napi_value PeerObject::get_stats(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 0> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  EngineObject& owner = arguments.self->owner_;
  uint64_t id = 0;
  const napi_value promise = owner.make_promise(&id);
  auto asked =
      owner.engine().peer_stats(arguments.self->id_, [&owner, id](std::optional<media::PeerStats> stats) {
        owner.dispatch([&owner, id, stats = std::move(stats)](napi_env e) {
          owner.settle(id, stats ? make_peer_stats(e, *stats) : make_peer_stats(e, media::PeerStats{}));
        });
      });
  if (!asked) {
    owner.settle(id, make_undefined(env));
    return throw_failure(env, asked.error());
  }
  return promise;
}

napi_value PeerObject::close(napi_env env, napi_callback_info info) {
  Arguments<PeerObject, 0> arguments(env, info, kPeerTag);
  if (!arguments.self) return nullptr;
  arguments.self->owner_.engine().close_peer(arguments.self->id_);
  arguments.self->owner_.forget_peer(arguments.self->id_);
  return make_undefined(env);
}

}  // namespace parley::addon
