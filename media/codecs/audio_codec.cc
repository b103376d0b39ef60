// See audio_codec.h.
#include "media/codecs/audio_codec.h"

#include <opus/opus.h>

#include <algorithm>
#include <array>

#include "media/core/shared_library.h"
#include "media/sdp/session_description.h"

namespace parley::media::codecs {
namespace {

struct Opus {
  decltype(opus_encoder_create)* create_encoder;
  decltype(opus_encoder_destroy)* destroy_encoder;
  decltype(opus_encoder_ctl)* control;
  decltype(opus_encode)* encode;
  decltype(opus_decoder_create)* create_decoder;
  decltype(opus_decoder_destroy)* destroy_decoder;
  decltype(opus_decode)* decode;
  bool ok = false;
};

const Opus& opus() {
  static const Opus loaded = [] {
    const SharedLibrary library("libopus.so.0");
    Opus o{};
    o.ok = library.find("opus_encoder_create", &o.create_encoder) &&
           library.find("opus_encoder_destroy", &o.destroy_encoder) &&
           library.find("opus_encoder_ctl", &o.control) && library.find("opus_encode", &o.encode) &&
           library.find("opus_decoder_create", &o.create_decoder) &&
           library.find("opus_decoder_destroy", &o.destroy_decoder) && library.find("opus_decode", &o.decode);
    return o;
  }();
  return loaded;
}

class OpusEncoderObject final : public AudioEncoder {
 public:
  OpusEncoderObject(unsigned channels, uint32_t bitrate) : channels_(channels) {
    int error = 0;
    encoder_ = opus().create_encoder(kAudioRate, static_cast<int>(channels), OPUS_APPLICATION_VOIP, &error);
    if (encoder_ == nullptr) return;
    opus().control(encoder_, OPUS_SET_BITRATE(static_cast<opus_int32>(bitrate)));
    opus().control(encoder_, OPUS_SET_INBAND_FEC(1));
    opus().control(encoder_, OPUS_SET_PACKET_LOSS_PERC(10));
  }
  ~OpusEncoderObject() override {
    if (encoder_ != nullptr) opus().destroy_encoder(encoder_);
  }
  bool ok() const { return encoder_ != nullptr; }
  std::vector<uint8_t> encode(std::span<const int16_t> samples) override {
    if (samples.size() != kPacketSamples * channels_) return {};
    std::vector<uint8_t> out(1275);
    const int size =
        opus().encode(encoder_, samples.data(), kPacketSamples, out.data(), static_cast<int>(out.size()));
    out.resize(static_cast<size_t>(std::max(size, 0)));
    return out;
  }

 private:
  OpusEncoder* encoder_ = nullptr;
  unsigned channels_;
};

class OpusDecoderObject final : public AudioDecoder {
 public:
  explicit OpusDecoderObject(unsigned channels) : channels_(channels) {
    int error = 0;
    decoder_ = opus().create_decoder(kAudioRate, static_cast<int>(channels), &error);
  }
  ~OpusDecoderObject() override {
    if (decoder_ != nullptr) opus().destroy_decoder(decoder_);
  }
  bool ok() const { return decoder_ != nullptr; }
  std::vector<int16_t> decode(std::span<const uint8_t> packet) override { return run(packet, 5760, false); }
  std::vector<int16_t> conceal(std::span<const uint8_t> next) override {
    return run(next, kPacketSamples, !next.empty());
  }

 private:
  std::vector<int16_t> run(std::span<const uint8_t> packet, size_t most, bool fec) {
    std::vector<int16_t> out(most * channels_);
    const int samples = opus().decode(decoder_, packet.empty() ? nullptr : packet.data(),
                                      static_cast<opus_int32>(packet.size()), out.data(),
                                      static_cast<int>(most), fec ? 1 : 0);
    out.resize(static_cast<size_t>(std::max(samples, 0)) * channels_);
    return out;
  }

  OpusDecoder* decoder_ = nullptr;
  unsigned channels_;
};

// G.711's segments: both laws keep a sign, the position of the highest bit and four bits after it.
uint8_t to_mu_law(int sample) {
  const int sign = sample < 0 ? 0x80 : 0;
  const int magnitude = std::min(sample < 0 ? -sample : sample, 32635) + 132;
  int segment = 7;
  while (segment > 0 && magnitude < (256 << (segment - 1))) --segment;
  return static_cast<uint8_t>(~(sign | segment << 4 | (magnitude >> (segment + 3) & 15)));
}
int16_t from_mu_law(uint8_t code) {
  const int c = ~code & 0xFF;
  const int magnitude = (((c & 15) << 3) + 132) << (c >> 4 & 7);
  return static_cast<int16_t>((c & 0x80) != 0 ? 132 - magnitude : magnitude - 132);
}
uint8_t to_a_law(int sample) {
  const int sign = sample < 0 ? 0 : 0x80;
  const int magnitude = std::min(sample < 0 ? -sample - 1 : sample, 32767) >> 3;
  int segment = 0;
  while (segment < 7 && magnitude >= (32 << segment)) ++segment;
  const int low = segment < 2 ? magnitude >> 1 & 15 : magnitude >> segment & 15;
  return static_cast<uint8_t>((sign | segment << 4 | low) ^ 0x55);
}
int16_t from_a_law(uint8_t code) {
  const int c = code ^ 0x55;
  const int segment = c >> 4 & 7;
  int magnitude = ((c & 15) << 4) + (segment == 0 ? 8 : 264);
  if (segment > 1) magnitude <<= segment - 1;
  return static_cast<int16_t>((c & 0x80) != 0 ? magnitude : -magnitude);
}

constexpr size_t kStep = kAudioRate / 8000;

class G711Encoder final : public AudioEncoder {
 public:
  G711Encoder(bool a_law, unsigned channels) : a_law_(a_law), channels_(channels) {}
  std::vector<uint8_t> encode(std::span<const int16_t> samples) override {
    std::vector<uint8_t> out;
    // Six samples of each channel become one: their mean is a low-pass filter that will do for telephony.
    const size_t group = kStep * channels_;
    for (size_t i = 0; i + group <= samples.size(); i += group) {
      int sum = 0;
      for (size_t j = 0; j < group; ++j) sum += samples[i + j];
      const int mean = sum / static_cast<int>(group);
      out.push_back(a_law_ ? to_a_law(mean) : to_mu_law(mean));
    }
    return out;
  }

 private:
  bool a_law_;
  unsigned channels_;
};

class G711Decoder final : public AudioDecoder {
 public:
  G711Decoder(bool a_law, unsigned channels) : a_law_(a_law), channels_(channels) {}
  std::vector<int16_t> decode(std::span<const uint8_t> packet) override {
    std::vector<int16_t> out;
    out.reserve(packet.size() * kStep * channels_);
    for (const uint8_t code : packet) {
      const int to = a_law_ ? from_a_law(code) : from_mu_law(code);
      for (size_t i = 1; i <= kStep; ++i) {
        const int value = last_ + (to - last_) * static_cast<int>(i) / static_cast<int>(kStep);
        out.insert(out.end(), channels_, static_cast<int16_t>(value));
      }
      last_ = to;
    }
    return out;
  }
  std::vector<int16_t> conceal(std::span<const uint8_t>) override {
    last_ = 0;
    return std::vector<int16_t>(kPacketSamples * channels_, 0);
  }

 private:
  bool a_law_;
  unsigned channels_;
  int last_ = 0;
};

}  // namespace

std::unique_ptr<AudioEncoder> make_audio_encoder(std::string_view name, unsigned channels, uint32_t bitrate) {
  if (channels != 1 && channels != 2) return nullptr;
  if (sdp::equals_ignoring_case(name, "PCMU")) return std::make_unique<G711Encoder>(false, channels);
  if (sdp::equals_ignoring_case(name, "PCMA")) return std::make_unique<G711Encoder>(true, channels);
  if (!sdp::equals_ignoring_case(name, "opus") || !opus().ok) return nullptr;
  auto encoder = std::make_unique<OpusEncoderObject>(channels, bitrate);
  if (!encoder->ok()) return nullptr;
  return encoder;
}

std::unique_ptr<AudioDecoder> make_audio_decoder(std::string_view name, unsigned channels) {
  if (channels != 1 && channels != 2) return nullptr;
  if (sdp::equals_ignoring_case(name, "PCMU")) return std::make_unique<G711Decoder>(false, channels);
  if (sdp::equals_ignoring_case(name, "PCMA")) return std::make_unique<G711Decoder>(true, channels);
  if (!sdp::equals_ignoring_case(name, "opus") || !opus().ok) return nullptr;
  auto decoder = std::make_unique<OpusDecoderObject>(channels);
  if (!decoder->ok()) return nullptr;
  return decoder;
}

}  // namespace parley::media::codecs
