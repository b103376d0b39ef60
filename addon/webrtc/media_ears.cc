#include "addon/webrtc/media_ears.h"

#include <utility>

namespace parley::addon {
namespace {

using namespace media::codecs;

constexpr size_t kMostPictures = 30;  // before the decoder
constexpr size_t kMostPackets = 100;

}  // namespace

VideoEar::VideoEar(const media::ChosenCodec& codec, OnPicture on_picture)
    : buffer_(codec.kind),
      decoding_(std::make_shared<Decoding>()),
      strand_(std::make_shared<Strand>(kMostPictures)) {
  decoding_->decoder = make_video_decoder(codec.kind);
  decoding_->on_picture = std::move(on_picture);
}

void VideoEar::on_packet(const media::rtp::Packet& packet, int64_t seq, media::TimePoint now) {
  if (decoding_->failed.exchange(false)) buffer_.on_decoding_failed(now);
  std::vector<EncodedPicture> pictures;
  buffer_.on_packet(packet, seq, now, &pictures);
  decode(std::move(pictures), now);
}

bool VideoEar::on_deadline(media::TimePoint now) {
  std::vector<EncodedPicture> pictures;
  const bool ask = buffer_.on_deadline(now, &pictures);
  decode(std::move(pictures), now);
  return ask;
}

void VideoEar::decode(std::vector<EncodedPicture> pictures, media::TimePoint now) {
  if (!decoding_->decoder) return;  // a codec that nothing here decodes
  for (EncodedPicture& each : pictures) {
    const bool taken = strand_->post([decoding = decoding_, picture = std::move(each)] {
      auto decoded = decoding->decoder->decode(picture);
      if (decoded) {
        decoding->on_picture(std::move(*decoded), picture.timestamp);
      } else {
        decoding->failed = true;
      }
    });
    // Without this one the following cannot be shown either.
    if (!taken) return buffer_.on_decoding_failed(now);
  }
}

AudioEar::AudioEar(const media::ChosenCodec& codec, unsigned channels, OnSamples on_samples)
    : buffer_(codec.codec.clock_rate),
      decoding_(std::make_shared<Decoding>()),
      strand_(std::make_shared<Strand>(kMostPackets)) {
  decoding_->decoder = make_audio_decoder(codec.codec.name, channels);
  decoding_->channels = channels;
  decoding_->on_samples = std::move(on_samples);
}

bool AudioEar::on_deadline(media::TimePoint now) {
  auto step = buffer_.on_deadline(now);
  if (step && decoding_->decoder)
    strand_->post([decoding = decoding_, step = std::move(*step)] { decode(*decoding, step); });
  return false;
}

void AudioEar::decode(Decoding& decoding, const AudioBuffer::Step& step) {
  const auto samples = step.kind == AudioBuffer::Step::Kind::kLost ? decoding.decoder->conceal(step.payload)
                                                                   : decoding.decoder->decode(step.payload);
  std::vector<int16_t>& pending = decoding.pending;
  pending.insert(pending.end(), samples.begin(), samples.end());
  const auto piece = static_cast<ptrdiff_t>(kAudioRate / 100 * decoding.channels);
  while (static_cast<ptrdiff_t>(pending.size()) >= piece) {
    decoding.on_samples(std::vector<int16_t>(pending.begin(), pending.begin() + piece));
    pending.erase(pending.begin(), pending.begin() + piece);
  }
}

}  // namespace parley::addon
