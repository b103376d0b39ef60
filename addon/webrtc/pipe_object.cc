// See pipe_object.h.
#include "addon/webrtc/pipe_object.h"

#include <iterator>
#include <utility>

#include "addon/webrtc/engine_object.h"
#include "addon/webrtc/instance.h"
#include "addon/webrtc/napi_support.h"

namespace parley::addon {
namespace {

constexpr size_t kSaltSize = 12;  // of AES-GCM's master salt (RFC 7714 section 12)

napi_value finish(napi_env env, const Outcome<bool>& outcome) {
  return outcome ? make_undefined(env) : throw_failure(env, outcome.error());
}

// Key and salt in hexadecimal.
std::string to_text(const media::srtp::MasterKey& key) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  const auto append = [&](uint8_t byte) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  };
  for (const uint8_t byte : key.key) append(byte);
  for (size_t i = 0; i < kSaltSize; ++i) append(key.salt[i]);
  return text;
}

std::optional<media::srtp::MasterKey> read_key(std::string_view text) {
  media::srtp::MasterKey key;
  if (text.size() != 2 * (key.key.size() + kSaltSize)) return {};
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  for (size_t i = 0; i < text.size() / 2; ++i) {
    const int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return {};
    uint8_t& byte = i < key.key.size() ? key.key[i] : key.salt[i - key.key.size()];
    byte = static_cast<uint8_t>(high << 4 | low);
  }
  return key;
}

}  // namespace

std::string pipe_name(uint32_t id) { return "e" + std::to_string(id); }

napi_value PipeObject::define(napi_env env) {
  auto method = [](const char* name, napi_callback callback) {
    return napi_property_descriptor{name,   nullptr, callback, nullptr, nullptr, nullptr, napi_default_method,
                                    nullptr};
  };
  const napi_property_descriptor properties[] = {
      method("connect", connect),
      method("send", send),
      method("receive", receive),
      method("stopSending", stop_sending),
      method("stopReceiving", stop_receiving),
      method("getStats", get_stats),
      method("close", close),
  };
  napi_value constructor = nullptr;
  napi_define_class(env, "Pipe", NAPI_AUTO_LENGTH, construct, nullptr, std::size(properties), properties,
                    &constructor);
  return constructor;
}

napi_value PipeObject::make(napi_env env, napi_value engine_value, EngineObject& owner,
                            const PipeInfo& info) {
  napi_value external = nullptr;
  napi_create_external(env, new PipeObject(owner, info.id), nullptr, nullptr, &external);
  napi_value arguments[] = {external, make_string(env, pipe_name(info.id)),
                            make_string(env, to_text(info.key)), engine_value};
  napi_value pipe = nullptr;
  napi_new_instance(env, Instance::of(env)->pipe_class(env), std::size(arguments), arguments, &pipe);
  return pipe;
}

napi_value PipeObject::construct(napi_env env, napi_callback_info info) {
  size_t count = 4;
  napi_value values[4], receiver;
  napi_get_cb_info(env, info, &count, values, &receiver, nullptr);
  void* data = nullptr;
  if (!is_type(env, values[0], napi_external) || napi_get_value_external(env, values[0], &data) != napi_ok) {
    return throw_type_error(env, "a Pipe is made by Engine.createPipe()");
  }
  napi_type_tag_object(env, receiver, &kPipeTag);
  napi_wrap(
      env, receiver, data, [](napi_env, void* pipe, void*) { delete static_cast<PipeObject*>(pipe); },
      nullptr, nullptr);
  const napi_property_descriptor properties[] = {
      {"id", nullptr, nullptr, nullptr, nullptr, values[1], napi_enumerable, nullptr},
      {"key", nullptr, nullptr, nullptr, nullptr, values[2], napi_default, nullptr},
      {"engine", nullptr, nullptr, nullptr, nullptr, values[3], napi_default, nullptr},
  };
  napi_define_properties(env, receiver, std::size(properties), properties);
  return receiver;
}

// connect({ ip, port, key })
napi_value PipeObject::connect(napi_env env, napi_callback_info info) {
  Arguments<PipeObject, 1> arguments(env, info, kPipeTag);
  if (!arguments.self) return nullptr;
  std::optional<media::SocketAddress> address;
  std::optional<media::srtp::MasterKey> key;
  if (is_type(env, arguments.values[0], napi_object)) {
    const auto ip = read_string(env, get(env, arguments.values[0], "ip"));
    const auto port = read_uint32(env, get(env, arguments.values[0], "port"));
    if (ip && port && *port <= UINT16_MAX)
      address = media::SocketAddress::parse(*ip, static_cast<uint16_t>(*port));
    key = read_key(read_string(env, get(env, arguments.values[0], "key")).value_or(""));
  }
  if (!address || !key)
    return throw_type_error(env, "remote must be {ip, port, key}, with the key of the other end");
  return finish(env, arguments.self->owner_.engine().connect_pipe(arguments.self->id_, *address, *key));
}

napi_value PipeObject::send(napi_env env, napi_callback_info info) {
  Arguments<PipeObject, 1> arguments(env, info, kPipeTag);
  if (!arguments.self) return nullptr;
  const auto track = parse_name('t', read_string(env, arguments.values[0]).value_or(""));
  if (!track) return throw_type_error(env, "trackId must be a track's id");
  const auto description = arguments.self->owner_.engine().send_into_pipe(arguments.self->id_, *track);
  return description ? make_string(env, *description) : throw_failure(env, description.error());
}

napi_value PipeObject::receive(napi_env env, napi_callback_info info) {
  Arguments<PipeObject, 2> arguments(env, info, kPipeTag);
  if (!arguments.self) return nullptr;
  const auto description = read_string(env, arguments.values[0]);
  if (!description) return throw_type_error(env, "description must be a string");
  std::optional<std::string> affinity;
  if (is_type(env, arguments.values[1], napi_object))
    affinity = read_string(env, get(env, arguments.values[1], "affinity"));
  const auto track =
      arguments.self->owner_.engine().receive_from_pipe(arguments.self->id_, *description, affinity);
  return track ? make_track(env, *track) : throw_failure(env, track.error());
}

napi_value PipeObject::stop_sending(napi_env env, napi_callback_info info) {
  Arguments<PipeObject, 1> arguments(env, info, kPipeTag);
  if (!arguments.self) return nullptr;
  const auto track = parse_name('t', read_string(env, arguments.values[0]).value_or(""));
  if (!track) return throw_type_error(env, "trackId must be a track's id");
  return finish(env, arguments.self->owner_.engine().stop_sending_into_pipe(arguments.self->id_, *track));
}

napi_value PipeObject::stop_receiving(napi_env env, napi_callback_info info) {
  Arguments<PipeObject, 1> arguments(env, info, kPipeTag);
  if (!arguments.self) return nullptr;
  const auto track = parse_name('t', read_string(env, arguments.values[0]).value_or(""));
  if (!track) return throw_type_error(env, "trackId must be a track's id");
  return finish(env, arguments.self->owner_.engine().stop_receiving_from_pipe(arguments.self->id_, *track));
}

napi_value PipeObject::get_stats(napi_env env, napi_callback_info info) {
  Arguments<PipeObject, 0> arguments(env, info, kPipeTag);
  if (!arguments.self) return nullptr;
  EngineObject& owner = arguments.self->owner_;
  uint64_t id = 0;
  const napi_value promise = owner.make_promise(&id);
  auto asked =
      owner.engine().pipe_stats(arguments.self->id_, [&owner, id](std::optional<media::pipe::PipeStats> s) {
        owner.dispatch([&owner, id, stats = s.value_or(media::pipe::PipeStats{})](napi_env e) {
          using State = media::pipe::PipeState;
          const char* state = stats.state == State::kNew         ? "new"
                              : stats.state == State::kConnected ? "connected"
                                                                 : "disconnected";
          const napi_value object = make_object(e);
          set(e, object, "state", make_string(e, state));
          const std::pair<const char*, uint64_t> numbers[] = {
              {"packetsReceived", stats.packets_received},
              {"packetsRefused", stats.packets_refused},
              {"packetsSent", stats.packets_sent},
              {"bytesSent", stats.bytes_sent},
              {"availableBitrate", static_cast<uint64_t>(stats.target_bps)},
              {"allocatedBitrate", static_cast<uint64_t>(stats.allocated_bps)},
          };
          for (const auto& [name, value] : numbers)
            set(e, object, name, make_number(e, static_cast<double>(value)));
          owner.settle(id, object);
        });
      });
  if (!asked) {
    owner.settle(id, make_undefined(env));
    return throw_failure(env, asked.error());
  }
  return promise;
}

napi_value PipeObject::close(napi_env env, napi_callback_info info) {
  Arguments<PipeObject, 0> arguments(env, info, kPipeTag);
  if (!arguments.self) return nullptr;
  arguments.self->owner_.engine().close_pipe(arguments.self->id_);
  return make_undefined(env);
}

// createPipe()
napi_value EngineObject::create_pipe(napi_env env, napi_callback_info info) {
  Arguments<EngineObject, 0> arguments(env, info, kEngineTag);
  if (!arguments.self) return nullptr;
  const auto pipe = arguments.self->engine_->create_pipe();
  if (!pipe) return throw_failure(env, pipe.error());
  return PipeObject::make(env, arguments.receiver, *arguments.self, *pipe);
}

}  // namespace parley::addon
