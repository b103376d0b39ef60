// Media of a Connection to and from JavaScript (addon/webrtc/connection_media.h).
#include "addon/webrtc/connection_media.h"

#include <atomic>
#include <cstring>
#include <memory>
#include <utility>

#include "addon/webrtc/connection_call.h"
#include "addon/webrtc/engine_object.h"
#include "addon/webrtc/media_ears.h"
#include "addon/webrtc/napi_support.h"
#include "addon/webrtc/rtp_tap.h"

namespace parley::addon {
namespace {

template <size_t N>
using Call = ConnectionCall<N>;

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

// Valid during the call; empty when it is no Buffer.
std::span<const uint8_t> read_buffer(napi_env env, napi_value value) {
  void* data = nullptr;
  size_t size = 0;
  if (napi_get_buffer_info(env, value, &data, &size) != napi_ok || data == nullptr) return {};
  return {static_cast<const uint8_t*>(data), size};
}

// sendVideo(transceiver, data, width, height, timestamp in microseconds)
napi_value send_video(napi_env env, napi_callback_info info) {
  Call<5> call(env, info);
  if (!call.connection) return nullptr;
  const auto bytes = read_buffer(env, call.values[1]);
  media::codecs::Picture picture;
  picture.width = read_uint32(env, call.values[2]).value_or(0);
  picture.height = read_uint32(env, call.values[3]).value_or(0);
  picture.bytes.assign(bytes.begin(), bytes.end());
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
  const auto bytes = read_buffer(env, call.values[1]);
  std::vector<int16_t> samples(bytes.size() / sizeof(int16_t));
  if (!samples.empty()) std::memcpy(samples.data(), bytes.data(), samples.size() * sizeof(int16_t));
  return make_boolean(env, call.self->engine().send_samples(call.self->id(), call.transceiver(), samples,
                                                            read_uint32(env, call.values[2]).value_or(1)));
}

// configureEncoding(transceiver, encoding, active, maxBitrate, scaleResolutionDownBy, maxFramerate, rank,
// weight)
napi_value configure_encoding(napi_env env, napi_callback_info info) {
  Call<8> call(env, info);
  if (!call.connection) return nullptr;
  EncodingSettings settings;
  settings.active = read_boolean(env, call.values[2]).value_or(true);
  settings.max_bitrate = read_uint32(env, call.values[3]).value_or(0);
  napi_get_value_double(env, call.values[4], &settings.scale_down);
  napi_get_value_double(env, call.values[5], &settings.max_framerate);
  settings.rank = static_cast<uint8_t>(read_uint32(env, call.values[6]).value_or(0));
  settings.weight = static_cast<uint8_t>(read_uint32(env, call.values[7]).value_or(1));
  call.self->engine().configure_encoding(call.self->id(), call.transceiver(),
                                         read_uint32(env, call.values[1]).value_or(0), settings);
  return call.nothing();
}

// forceKeyFrame(transceiver, encoding): of what we send.
napi_value force_key_frame(napi_env env, napi_callback_info info) {
  Call<2> call(env, info);
  if (!call.connection) return nullptr;
  const auto sent =
      call.connection->sent.find({call.transceiver(), read_uint32(env, call.values[1]).value_or(0)});
  if (sent != call.connection->sent.end()) sent->second.sender->force_key_frame();
  return call.nothing();
}

napi_value request_key_frame(napi_env env, napi_callback_info info) {
  Call<1> call(env, info);
  if (!call.connection) return nullptr;
  const auto done = call.self->engine().request_receiver_key_frame(call.self->id(), call.transceiver());
  return done ? call.nothing() : throw_failure(env, done.error());
}

}  // namespace

std::span<const std::pair<const char*, napi_callback>> connection_media_methods() {
  static constexpr std::pair<const char*, napi_callback> kMethods[] = {
      {"sendRtp", send_rtp},
      {"setSink", set_sink},
      {"sendVideo", send_video},
      {"sendAudio", send_audio},
      {"configureEncoding", configure_encoding},
      {"forceKeyFrame", force_key_frame},
      {"requestKeyFrame", request_key_frame},
  };
  return kMethods;
}

}  // namespace parley::addon
