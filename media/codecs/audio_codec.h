// Encoders and decoders of audio: Opus by libopus; G.711 (RFC 3551 section 4.5.14) by its tables. Samples are
// 16 bits, channels interleaved.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace parley::media::codecs {

inline constexpr uint32_t kAudioRate = 48000;  // of all PCM here
inline constexpr size_t kPacketSamples = 960;  // 20 ms of it

class AudioEncoder {
 public:
  virtual ~AudioEncoder() = default;
  // 20 ms: kPacketSamples of each channel. Empty when it failed.
  virtual std::vector<uint8_t> encode(std::span<const int16_t> samples) = 0;
};

class AudioDecoder {
 public:
  virtual ~AudioDecoder() = default;
  virtual std::vector<int16_t> decode(std::span<const uint8_t> packet) = 0;
  // What a lost packet probably said: from the one after it where that repeats it (Opus's in-band FEC), else
  // from the ones before. `next` may be empty.
  virtual std::vector<int16_t> conceal(std::span<const uint8_t> next) = 0;
};

// `name` as in SDP; null when it cannot be had. Mono or stereo.
std::unique_ptr<AudioEncoder> make_audio_encoder(std::string_view name, unsigned channels,
                                                 uint32_t bitrate_bps);
std::unique_ptr<AudioDecoder> make_audio_decoder(std::string_view name, unsigned channels);

}  // namespace parley::media::codecs
