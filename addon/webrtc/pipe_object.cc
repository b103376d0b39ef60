// See pipe_object.h.
#include "addon/webrtc/pipe_object.h"

#include <memory>
#include <utility>

#include "addon/webrtc/instance.h"
#include "addon/webrtc/napi_support.h"
#include "addon/webrtc/native_class.h"

namespace parley::addon {
namespace {

constexpr NativeClass::Property kProperties[] = {
    {"id", napi_enumerable}, {"key", napi_default}, {"engine", napi_default}};
constexpr NativeClass kClass = {"Pipe", &kPipeTag, "a Pipe is made by Engine.createPipe()", kProperties};

constexpr size_t kSaltSize = 12;  // of AES-GCM's master salt (RFC 7714 section 12)

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

napi_value make_pipe_stats(napi_env env, const media::pipe::PipeStats& stats) {
  using State = media::pipe::PipeState;
  const char* state = stats.state == State::kNew         ? "new"
                      : stats.state == State::kConnected ? "connected"
                                                         : "disconnected";
  const napi_value object = make_object(env);
  set(env, object, "state", make_string(env, state));
  const std::pair<const char*, uint64_t> numbers[] = {
      {"packetsReceived", stats.packets_received},
      {"packetsRefused", stats.packets_refused},
      {"packetsSent", stats.packets_sent},
      {"bytesSent", stats.bytes_sent},
      {"availableBitrate", static_cast<uint64_t>(stats.target_bps)},
      {"allocatedBitrate", static_cast<uint64_t>(stats.allocated_bps)},
  };
  for (const auto& [name, value] : numbers)
    set(env, object, name, make_number(env, static_cast<double>(value)));
  return object;
}

}  // namespace

std::string pipe_name(uint32_t id) { return "e" + std::to_string(id); }

napi_value PipeObject::define(napi_env env) {
  const napi_property_descriptor properties[] = {
      method("connect", connect),
      method("send", send),
      method("receive", receive),
      method("stopSending", stop_sending),
      method("stopReceiving", stop_receiving),
      method("getStats", get_stats),
      method("close", close),
  };
  return define_class(env, kClass, properties);
}

napi_value PipeObject::make(napi_env env, napi_value engine_value, EngineObject& owner,
                            const PipeInfo& info) {
  const napi_value values[] = {make_string(env, pipe_name(info.id)), make_string(env, to_text(info.key)),
                               engine_value};
  return make_native(env, Instance::of(env)->class_of(env, Instance::Class::kPipe),
                     std::unique_ptr<PipeObject>(new PipeObject(owner, info.id)), values);
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
  return finish(env, arguments.self->engine().connect_pipe(arguments.self->id(), *address, *key));
}

napi_value PipeObject::send(napi_env env, napi_callback_info info) {
  Arguments<PipeObject, 1> arguments(env, info, kPipeTag);
  if (!arguments.self) return nullptr;
  const auto track = parse_name('t', read_string(env, arguments.values[0]).value_or(""));
  if (!track) return throw_type_error(env, "trackId must be a track's id");
  const auto description = arguments.self->engine().send_into_pipe(arguments.self->id(), *track);
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
  const auto track = arguments.self->engine().receive_from_pipe(arguments.self->id(), *description, affinity);
  return track ? make_track(env, *track) : throw_failure(env, track.error());
}

napi_value PipeObject::stop_sending(napi_env env, napi_callback_info info) {
  Arguments<PipeObject, 1> arguments(env, info, kPipeTag);
  if (!arguments.self) return nullptr;
  const auto track = parse_name('t', read_string(env, arguments.values[0]).value_or(""));
  if (!track) return throw_type_error(env, "trackId must be a track's id");
  return finish(env, arguments.self->engine().stop_sending_into_pipe(arguments.self->id(), *track));
}

napi_value PipeObject::stop_receiving(napi_env env, napi_callback_info info) {
  Arguments<PipeObject, 1> arguments(env, info, kPipeTag);
  if (!arguments.self) return nullptr;
  const auto track = parse_name('t', read_string(env, arguments.values[0]).value_or(""));
  if (!track) return throw_type_error(env, "trackId must be a track's id");
  return finish(env, arguments.self->engine().stop_receiving_from_pipe(arguments.self->id(), *track));
}

napi_value PipeObject::get_stats(napi_env env, napi_callback_info info) {
  Arguments<PipeObject, 0> arguments(env, info, kPipeTag);
  if (!arguments.self) return nullptr;
  PipeObject& self = *arguments.self;
  return self.promise<media::pipe::PipeStats>(
      env, [&](auto sink) { return self.engine().pipe_stats(self.id(), std::move(sink)); }, make_pipe_stats);
}

napi_value PipeObject::close(napi_env env, napi_callback_info info) {
  Arguments<PipeObject, 0> arguments(env, info, kPipeTag);
  if (!arguments.self) return nullptr;
  arguments.self->engine().close_pipe(arguments.self->id());
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
