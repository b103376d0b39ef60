#include "addon/webrtc/engine_object.h"

#include <utility>
#include <vector>

#include "addon/webrtc/certificate_value.h"
#include "addon/webrtc/connection_object.h"
#include "addon/webrtc/napi_support.h"
#include "addon/webrtc/native_class.h"
#include "addon/webrtc/peer_object.h"
#include "addon/webrtc/pipe_object.h"
#include "addon/webrtc/stats.h"
#include "media/ice/candidate.h"
#include "media/sdp/writer.h"

namespace parley::addon {
namespace {

constexpr size_t kMaxPeerName = 256;

// Reads one of `bindings`: {ip, port, announcedIp?: string, announcedIps?: string[]}.
std::optional<Binding> read_binding(napi_env env, napi_value value) {
  if (!is_type(env, value, napi_object)) return {};
  const auto ip = read_string(env, get(env, value, "ip"));
  const napi_value port_value = get(env, value, "port");
  const auto port = is_type(env, port_value, napi_undefined) ? 0 : read_uint32(env, port_value);
  if (!ip || !port || *port > 65535) return {};
  const auto address = media::SocketAddress::parse(*ip, static_cast<uint16_t>(*port));
  if (!address) return {};
  Binding binding{*address, {}};
  if (const auto announced = read_string(env, get(env, value, "announcedIp")))
    binding.announced.push_back(*announced);
  const napi_value list = get(env, value, "announcedIps");
  const uint32_t length = array_length(env, list);
  for (uint32_t i = 0; i < length; i++) {
    const auto announced = read_string(env, element(env, list, i));
    if (!announced) return {};
    binding.announced.push_back(*announced);
  }
  return binding;
}

std::optional<std::vector<Binding>> read_bindings(napi_env env, napi_value options) {
  if (!is_type(env, options, napi_object)) return {};
  const napi_value list = get(env, options, "bindings");
  const uint32_t length = array_length(env, list);
  if (length == 0) return {};
  std::vector<Binding> bindings;
  for (uint32_t i = 0; i < length; i++) {
    auto binding = read_binding(env, element(env, list, i));
    if (!binding) return {};
    bindings.push_back(std::move(*binding));
  }
  return bindings;
}

// Of data channels: what peers may send in one message.
std::optional<size_t> read_max_message_size(napi_env env, napi_value options) {
  const napi_value value = get(env, options, "maxMessageSize");
  if (is_type(env, value, napi_undefined)) return media::LocalEndpoint{}.max_message_size;
  const auto size = read_uint32(env, value);
  if (!size || *size < 1024 || *size > media::sctp::Config{}.max_message_size) return {};
  return *size;
}

std::optional<EngineOptions> read_options(napi_env env, napi_value value) {
  auto bindings = read_bindings(env, value);
  if (!bindings) return {};
  EngineOptions options;
  options.bindings = std::move(*bindings);
  const auto read_flag = [env, value](const char* name, bool& flag) {
    const napi_value given = get(env, value, name);
    if (is_type(env, given, napi_undefined)) return true;
    const auto read = read_boolean(env, given);
    if (read) flag = *read;
    return read.has_value();
  };
  if (!read_flag("udp", options.udp) || !read_flag("tcp", options.tcp)) return {};
  if (!options.udp && !options.tcp) return {};
  const auto max_message_size = read_max_message_size(env, value);
  if (!max_message_size) return {};
  options.max_message_size = *max_message_size;
  const napi_value certificate = get(env, value, "certificate");
  if (!is_type(env, certificate, napi_undefined)) {
    options.certificate = read_certificate(env, certificate);
    if (options.certificate == nullptr) return {};
  }
  const napi_value threads = get(env, value, "threads");
  if (is_type(env, threads, napi_undefined)) return options;
  const auto read = read_uint32(env, threads);
  if (!read || *read < 1 || *read > Engine::kMaxThreads) return {};
  options.threads = *read;
  return options;
}

// The names of video codecs, the preferred one first. Empty for undefined; nothing for anything else.
std::optional<media::CodecPreferences> read_codecs(napi_env env, napi_value list) {
  media::CodecPreferences codecs;
  if (is_type(env, list, napi_undefined)) return codecs;
  const uint32_t length = array_length(env, list);
  if (length == 0 || length > 16) return {};
  for (uint32_t i = 0; i < length; i++) {
    const auto kind = media::codec_kind(read_string(env, element(env, list, i)).value_or(""));
    if (kind == media::CodecKind::kOther || kind == media::CodecKind::kOpus) return {};
    codecs.push_back(kind);
  }
  return codecs;
}

napi_value make_address(napi_env env, const media::SocketAddress& address) {
  const napi_value object = make_object(env);
  set(env, object, "ip", make_string(env, address.ip_string()));
  set(env, object, "port", make_number(env, address.port()));
  return object;
}

napi_value make_error(napi_env env, const char* code, const char* message) {
  napi_value error = nullptr;
  napi_create_error(env, make_string(env, code), make_string(env, message), &error);
  return error;
}

}  // namespace

napi_value EngineObject::define(napi_env env) {
  const napi_property_descriptor properties[] = {
      method("bindings", get_bindings),
      method("candidates", get_candidates),
      method("createPeer", create_peer),
      method("createConnection", create_connection),
      method("createAudioGroup", create_audio_group),
      method("addToAudioGroup", add_to_audio_group),
      method("removeFromAudioGroup", remove_from_audio_group),
      method("closeAudioGroup", close_audio_group),
      method("createPipe", create_pipe),
      method("stats", get_stats),
      method("close", close),
  };
  napi_value constructor = nullptr;
  napi_define_class(env, "Engine", NAPI_AUTO_LENGTH, construct, nullptr, std::size(properties), properties,
                    &constructor);
  return constructor;
}

napi_value EngineObject::construct(napi_env env, napi_callback_info info) {
  napi_value target = nullptr;
  napi_get_new_target(env, info, &target);
  if (target == nullptr)
    return throw_type_error(env, "Class constructor Engine cannot be invoked without 'new'");
  size_t count = 2;
  napi_value values[2], receiver;
  napi_get_cb_info(env, info, &count, values, &receiver, nullptr);

  auto* object = new EngineObject(env);
  if (!object->open(values[0], values[1])) {
    delete object;
    return nullptr;
  }
  napi_type_tag_object(env, receiver, &kEngineTag);
  napi_wrap(
      env, receiver, object, [](napi_env, void* data, void*) { delete static_cast<EngineObject*>(data); },
      nullptr, nullptr);
  napi_create_reference(env, receiver, 1, &object->self_);
  napi_add_env_cleanup_hook(env, end_thread, object);
  return receiver;
}

// The environment ends with the engine open: the thread must not outlive it.
void EngineObject::end_thread(void* object) { static_cast<EngineObject*>(object)->engine_->close(); }

bool EngineObject::open(napi_value options, napi_value on_event) {
  const auto wanted = read_options(env_, options);
  if (!wanted) {
    throw_type_error(
        env_,
        "options.bindings must be an array of {ip, port, announcedIp?, announcedIps?} with "
        "numeric addresses; options.udp and options.tcp are booleans, not both false; "
        "options.maxMessageSize is an integer of 1024 to 16777216; options.threads one of 1 to 26");
    return false;
  }
  if (!is_type(env_, on_event, napi_function)) {
    throw_type_error(env_, "onEvent must be a function (type, peerId, payload)");
    return false;
  }
  dispatcher_ = std::make_unique<Dispatcher>(env_);
  gate_ = std::make_shared<Gate>(*dispatcher_);
  auto engine = Engine::create(
      *wanted,
      [this](const media::HubEvent& event) {
        dispatcher_->dispatch([this, event](napi_env) { emit(event); });
      },
      [this](media::DataEvent&& event) { receive_data(std::move(event)); });
  if (!engine) {
    dispatcher_->close();
    throw_failure(env_, engine.error());
    return false;
  }
  engine_ = std::move(engine).value();
  napi_create_reference(env_, on_event, 1, &on_event_);
  return true;
}

EngineObject::~EngineObject() {
  if (engine_) engine_->close();
  if (gate_) gate_->close();
  if (dispatcher_) dispatcher_->close();
}

// Ends the thread first, so that nothing is dispatched to a closed queue; then lets go of JavaScript.
void EngineObject::shut() {
  if (on_event_ == nullptr) return;
  napi_remove_env_cleanup_hook(env_, end_thread, this);
  engine_->close();
  gate_->close();
  dispatcher_->close();
  for (auto& [id, deferred] : promises_) {
    napi_reject_deferred(env_, deferred, make_error(env_, "ERR_ENGINE_CLOSED", "the engine was closed"));
  }
  promises_.clear();
  detach_channels(std::nullopt);
  for (const auto& [peer, listener] : listeners_) napi_delete_reference(env_, listener);
  listeners_.clear();
  napi_delete_reference(env_, std::exchange(on_event_, nullptr));
  napi_delete_reference(env_, std::exchange(self_, nullptr));
}

// Of a Connection: candidates are shown in its description before the program hears of them.
void EngineObject::emit_ice(const media::HubEvent& event) {
  using Type = media::ice::AgentEvent::Type;
  Connection* connection = engine_->connection(event.peer);
  if (connection == nullptr) return;
  media::jsep::Session& session = connection->session;
  if (event.ice.type == Type::kCandidate) {
    if (event.ice.candidate.ufrag != session.local_credentials().ufrag) return;
    const auto candidate = media::ice::to_sdp(event.ice.candidate);
    session.add_local_candidate(candidate);
    tell(event.peer, "candidate", make_string(env_, "candidate:" + media::sdp::to_text(candidate)), "");
  } else if (event.ice.type == Type::kGatheringState) {
    const bool complete = event.gathering == media::ice::GatheringState::kComplete;
    if (complete) session.add_local_candidate(std::nullopt);
    tell(event.peer, "gathering", make_string(env_, complete ? "complete" : "gathering"), "");
  } else if (event.ice.type == Type::kSelected) {
    tell(event.peer, "selected", make_undefined(env_), "");
  } else if (event.ice.type == Type::kResolve) {
    tell(event.peer, "resolve", make_string(env_, event.ice.name), "");
  } else if (event.ice.type == Type::kCandidateError) {
    const napi_value payload = make_object(env_);
    set(env_, payload, "errorCode", make_number(env_, event.ice.code));
    set(env_, payload, "errorText", make_string(env_, event.ice.text));
    set(env_, payload, "address", make_string(env_, event.ice.from.ip_string()));
    set(env_, payload, "port", make_number(env_, event.ice.from.port()));
    set(env_, payload, "server", make_string(env_, event.ice.to.to_string()));
    tell(event.peer, "candidate-error", payload, "");
  }
}

void EngineObject::emit(const media::HubEvent& event) {
  if (event.type == media::HubEvent::Type::kIce) return emit_ice(event);
  if (emit_speakers(event)) return;
  if (event.type == media::HubEvent::Type::kPipeState) {
    return tell_of(pipe_name(event.pipe), "pipe-state", make_string(env_, to_string(event.state)), "");
  }
  const char* type = "state";
  napi_value payload;
  if (event.type == media::HubEvent::Type::kPeerState) {
    payload = make_string(env_, to_string(event.state));
  } else if (event.type == media::HubEvent::Type::kLayersChanged) {
    type = "layers-changed";
    payload = make_layers(env_, event.layers);
    set(env_, payload, "subscriptionId", make_string(env_, subscription_name(event.subscription)));
  } else {
    type = event.type == media::HubEvent::Type::kTrackActive ? "track-active" : "track-inactive";
    payload = make_object(env_);
    set(env_, payload, "trackId", make_string(env_, track_name(event.track)));
  }
  tell(event.peer, type, payload, event.reason);
}

void EngineObject::tell(Engine::PeerId peer, const char* type, napi_value payload, std::string_view reason) {
  if (const auto listener = listeners_.find(peer); listener != listeners_.end()) {
    const napi_value arguments[] = {make_string(env_, type), payload, make_string(env_, reason)};
    return call(listener->second, arguments);
  }
  const auto name = peer_names_.find(peer);
  if (name != peer_names_.end()) tell_of(name->second, type, payload, reason);
}

void EngineObject::tell_of(const std::string& name, const char* type, napi_value payload,
                           std::string_view reason) {
  if (on_event_ == nullptr) return;  // closed meanwhile
  const napi_value arguments[] = {make_string(env_, type), make_string(env_, name), payload,
                                  make_string(env_, reason)};
  call(on_event_, arguments);
}

void EngineObject::call(napi_ref callback, std::span<const napi_value> arguments) {
  napi_value function = nullptr;
  napi_get_reference_value(env_, callback, &function);
  napi_call_function(env_, make_undefined(env_), function, arguments.size(), arguments.data(), nullptr);
}

napi_value EngineObject::make_promise(uint64_t* id) {
  napi_deferred deferred = nullptr;
  napi_value promise = nullptr;
  napi_create_promise(env_, &deferred, &promise);
  *id = next_promise_++;
  promises_.emplace(*id, deferred);
  return promise;
}

void EngineObject::settle(uint64_t id, napi_value value) {
  const auto it = promises_.find(id);
  if (it == promises_.end()) return;
  napi_resolve_deferred(env_, it->second, value);
  promises_.erase(it);
}

void EngineObject::forget_peer(Engine::PeerId peer) {
  const auto it = peer_names_.find(peer);
  if (it == peer_names_.end()) return;
  peers_by_name_.erase(it->second);
  peer_names_.erase(it);
  const auto listener = listeners_.find(peer);
  if (listener == listeners_.end()) return;
  napi_delete_reference(env_, listener->second);
  listeners_.erase(listener);
  detach_channels(peer);
}

napi_value EngineObject::get_bindings(napi_env env, napi_callback_info info) {
  Arguments<EngineObject, 0> arguments(env, info, kEngineTag);
  if (!arguments.self) return nullptr;
  const napi_value array = make_array(env);
  for (const auto& address : arguments.self->engine_->bindings())
    append(env, array, make_address(env, address));
  return array;
}

napi_value EngineObject::get_candidates(napi_env env, napi_callback_info info) {
  Arguments<EngineObject, 0> arguments(env, info, kEngineTag);
  if (!arguments.self) return nullptr;
  const napi_value array = make_array(env);
  for (const auto& address : arguments.self->engine_->candidates())
    append(env, array, make_address(env, address));
  return array;
}

std::optional<std::string> EngineObject::read_peer_name(napi_value value) {
  auto name = read_string(env_, value);
  if (!name || name->empty() || name->size() > kMaxPeerName) {
    throw_type_error(env_, "id must be a string of 1 to 256 bytes");
    return {};
  }
  if (peers_by_name_.contains(*name)) {
    throw_failure(env_, {"ERR_PEER_EXISTS", "there is a peer \"" + *name + "\" already"});
    return {};
  }
  return name;
}

// createConnection(id, {bundlePolicy?, affinity?}, (type, payload, reason) => …): for lib/ only.
napi_value EngineObject::create_connection(napi_env env, napi_callback_info info) {
  Arguments<EngineObject, 3> arguments(env, info, kEngineTag);
  EngineObject* self = arguments.self;
  if (!self) return nullptr;
  const auto name = self->read_peer_name(arguments.values[0]);
  if (!name) return nullptr;
  if (!is_type(env, arguments.values[2], napi_function))
    return throw_type_error(env, "a listener must be given");
  media::jsep::Session::Options options;
  const bool has_options = is_type(env, arguments.values[1], napi_object);
  if (has_options && read_string(env, get(env, arguments.values[1], "bundlePolicy")) == "max-bundle")
    options.bundle_policy = media::jsep::BundlePolicy::kMaxBundle;
  const auto affinity =
      has_options ? read_string(env, get(env, arguments.values[1], "affinity")) : std::nullopt;
  // The peer's id is known when the handler is called, not when it is made.
  auto id = std::make_shared<std::atomic<Engine::PeerId>>(0);
  const auto peer = self->engine_->create_connection(
      options,
      [self, id](uint32_t transceiver, size_t encoding) {
        self->dispatch([self, id, transceiver, encoding](napi_env e) {
          const napi_value payload = make_object(e);
          set(e, payload, "transceiver", make_number(e, transceiver));
          set(e, payload, "encoding", make_number(e, static_cast<double>(encoding)));
          self->tell(*id, "key-frame-wanted", payload, "");
        });
      },
      affinity);
  if (!peer) return throw_failure(env, peer.error());
  *id = *peer;
  napi_create_reference(env, arguments.values[2], 1, &self->listeners_[*peer]);
  self->peer_names_.emplace(*peer, *name);
  self->peers_by_name_.emplace(*name, *peer);
  return ConnectionObject::make(env, arguments.receiver, *self, *peer);
}

napi_value EngineObject::create_peer(napi_env env, napi_callback_info info) {
  Arguments<EngineObject, 2> arguments(env, info, kEngineTag);
  EngineObject* self = arguments.self;
  if (!self) return nullptr;
  const auto name = self->read_peer_name(arguments.values[0]);
  if (!name) return nullptr;
  std::optional<std::string> role;
  if (is_type(env, arguments.values[1], napi_object))
    role = read_string(env, get(env, arguments.values[1], "role"));
  if (role != "publisher" && role != "subscriber") {
    return throw_type_error(env, "options.role must be 'publisher' or 'subscriber'");
  }
  const auto codecs = read_codecs(env, get(env, arguments.values[1], "codecs"));
  if (!codecs) {
    return throw_type_error(env, "options.codecs must be an array of 'VP8', 'VP9', 'H264', 'AV1', 'H265'");
  }
  const napi_value affinity_value = get(env, arguments.values[1], "affinity");
  const auto affinity = read_string(env, affinity_value);
  if (!affinity && !is_type(env, affinity_value, napi_undefined))
    return throw_type_error(env, "options.affinity must be a string");
  const napi_value flexfec_value = get(env, arguments.values[1], "flexfec");
  const auto flexfec = read_string(env, flexfec_value);
  if (flexfec ? flexfec != "auto" && flexfec != "off" : !is_type(env, flexfec_value, napi_undefined))
    return throw_type_error(env, "options.flexfec must be 'auto' or 'off'");
  const auto peer = self->engine_->create_peer(role == "publisher" ? Role::kPublisher : Role::kSubscriber,
                                               *codecs, affinity, flexfec != "off");
  if (!peer) return throw_failure(env, peer.error());
  self->peer_names_.emplace(*peer, *name);
  self->peers_by_name_.emplace(*name, *peer);
  return PeerObject::make(env, arguments.receiver, *self, *peer, *name);
}

napi_value EngineObject::get_stats(napi_env env, napi_callback_info info) {
  Arguments<EngineObject, 0> arguments(env, info, kEngineTag);
  EngineObject* self = arguments.self;
  if (!self) return nullptr;
  uint64_t promise_id = 0;
  const napi_value promise = self->make_promise(&promise_id);
  auto sink = [self, promise_id](media::HubStats hub, media::io::UdpCounters io) {
    self->dispatch([self, promise_id, hub, io](napi_env e) {
      const napi_value object = make_object(e);
      const std::pair<const char*, uint64_t> numbers[] = {
          {"peers", hub.peers},
          {"tracks", hub.tracks},
          {"bufferedPackets", hub.buffered_packets},
          {"unknownSource", hub.unknown_source},
          {"refusedChecks", hub.refused_checks},
          {"datagramsReceived", io.received_datagrams},
          {"bytesReceived", io.received_bytes},
          {"datagramsSent", io.sent_datagrams},
          {"bytesSent", io.sent_bytes},
          {"datagramsDropped", io.truncated + io.send_would_block + io.send_errors},
          {"eventsDropped", self->dispatcher_->dropped()},
      };
      for (const auto& [key, value] : numbers)
        set(e, object, key, make_number(e, static_cast<double>(value)));
      self->settle(promise_id, object);
    });
  };
  if (auto asked = self->engine_->stats(std::move(sink)); !asked) {
    self->settle(promise_id, make_undefined(env));
    return throw_failure(env, asked.error());
  }
  return promise;
}

napi_value EngineObject::close(napi_env env, napi_callback_info info) {
  Arguments<EngineObject, 0> arguments(env, info, kEngineTag);
  if (!arguments.self) return nullptr;
  arguments.self->shut();
  napi_deferred deferred = nullptr;
  napi_value promise = nullptr;
  napi_create_promise(env, &deferred, &promise);
  napi_resolve_deferred(env, deferred, make_undefined(env));
  return promise;
}

}  // namespace parley::addon
