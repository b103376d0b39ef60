#include "addon/webrtc/media_sender.h"

#include <algorithm>
#include <cmath>

namespace parley::addon {
namespace {

using namespace media::codecs;

constexpr size_t kMostWaiting = 3;          // frames before the encoder
constexpr uint32_t kAudioBitrate = 32'000;  // of each channel
constexpr uint32_t kLeastVideoBitrate = 50'000;
constexpr media::Duration kIdle = std::chrono::seconds(2);  // without pictures nothing is asked for

// What a picture of this size looks good at, in conversation.
uint32_t fitting_bitrate(uint32_t width, uint32_t height) {
  const double pixels = static_cast<double>(width) * height;
  return static_cast<uint32_t>(std::clamp(pixels * 2.5, 100'000.0, 3'000'000.0));
}

// RFC 6464: the level below digital full scale, 0 to 127, and whether that sounds like a voice.
uint8_t audio_level(const std::vector<int16_t>& samples) {
  double sum = 0;
  for (const int16_t s : samples) sum += static_cast<double>(s) * s;
  const double rms = samples.empty() ? 0 : std::sqrt(sum / static_cast<double>(samples.size())) / 32768;
  const double db = rms > 0 ? -20 * std::log10(rms) : 127;
  const auto level = static_cast<uint8_t>(std::clamp(db, 0.0, 127.0));
  return static_cast<uint8_t>(level | (level < 50 ? 0x80 : 0));
}

}  // namespace

MediaSender::MediaSender(std::shared_ptr<Outlet> outlet, uint32_t peer, uint32_t track,
                         media::ChosenCodec codec, uint8_t audio_level_id)
    : outlet_(std::move(outlet)),
      peer_(peer),
      track_(track),
      codec_(std::move(codec)),
      audio_level_id_(audio_level_id),
      strand_(std::make_shared<Strand>(kMostWaiting)),
      packetizer_(codec_.kind, 1) {}

void MediaSender::configure(const EncodingSettings& settings) {
  if (settings.active && !settings_.active) key_wanted_ = true;
  settings_ = settings;
  max_bitrate_ = settings.max_bitrate;
  rank_ = settings.rank;
  weight_ = settings.weight;
  active_ = settings.active;
}

media::AdaptiveSource::Claim MediaSender::claim(media::TimePoint now) const {
  const uint32_t wanted = wanted_bitrate();
  if (wanted == 0 || !active_ || now - fed_ > kIdle) return {};
  const uint8_t rank = rank_;
  const int64_t least = rank == 0 ? kLeastVideoBitrate : std::max(kLeastVideoBitrate, wanted / 4);
  return {std::max(wanted, kLeastVideoBitrate), least, rank, weight_};
}

void MediaSender::set_available(int64_t bps) {
  if (available_bitrate_.exchange(bps) == 0 && bps > 0) key_wanted_ = true;
}

bool MediaSender::send_picture(std::shared_ptr<const Picture> picture, int64_t timestamp_us) {
  if (!settings_.active) return false;
  return strand_->post([self = shared_from_this(), picture = std::move(picture), timestamp_us,
                        scale = settings_.scale_down, framerate = settings_.max_framerate] {
    if (!self->too_soon(timestamp_us, framerate)) self->encode_picture(*picture, timestamp_us, scale);
  });
}

bool MediaSender::send_samples(std::span<const int16_t> samples, unsigned channels) {
  if (!settings_.active || channels == 0 || channels > 2) return false;
  if (channels != channels_) samples_.clear();
  channels_ = channels;
  samples_.insert(samples_.end(), samples.begin(), samples.end());
  const size_t packet = kPacketSamples * channels;
  bool sent = true;
  size_t at = 0;
  for (; samples_.size() - at >= packet; at += packet) {
    std::vector<int16_t> one(samples_.begin() + static_cast<ptrdiff_t>(at),
                             samples_.begin() + static_cast<ptrdiff_t>(at + packet));
    sent = strand_->post([self = shared_from_this(), one = std::move(one), channels,
                          timestamp = audio_timestamp_] {
      self->encode_samples(one, channels, timestamp);
    }) && sent;
    audio_timestamp_ += static_cast<uint32_t>(kPacketSamples * codec_.codec.clock_rate / kAudioRate);
  }
  samples_.erase(samples_.begin(), samples_.begin() + static_cast<ptrdiff_t>(at));
  return sent;
}

uint32_t MediaSender::wanted_bitrate() const {
  const uint32_t most = max_bitrate_;
  return most != 0 ? std::min<uint32_t>(fitting_bitrate_, most) : fitting_bitrate_.load();
}

uint32_t MediaSender::target_bitrate() const {
  int64_t target = wanted_bitrate();
  if (const int64_t available = available_bitrate_; available > 0) target = std::min(target, available);
  return static_cast<uint32_t>(std::max<int64_t>(target, kLeastVideoBitrate));
}

// A little early is in time: sources are not exact.
bool MediaSender::too_soon(int64_t timestamp_us, double max_framerate) {
  if (max_framerate > 0 && last_picture_us_) {
    const double since = static_cast<double>(timestamp_us - *last_picture_us_);
    if (since >= 0 && since * max_framerate < 0.9e6) return true;
  }
  last_picture_us_ = timestamp_us;
  return false;
}

void MediaSender::encode_picture(const Picture& picture, int64_t timestamp_us, double scale) {
  const auto side = [&](uint32_t pixels) {
    const auto small = static_cast<uint32_t>(pixels / std::max(scale, 1.0));
    return std::max(codec_.kind == media::CodecKind::kH264 ? small & ~1u : small, 2u);
  };
  const uint32_t width = side(picture.width), height = side(picture.height);
  fitting_bitrate_ = fitting_bitrate(width, height);
  if (available_bitrate_ == 0) {
    outlet_->post([self = shared_from_this()](media::Hub&, media::TimePoint now, media::SendSlab&) {
      self->fed_ = now;
    });
    return;
  }
  const Picture* source = &picture;
  std::optional<Picture> small;
  if (width != picture.width || height != picture.height) {
    small = scaled(picture, width, height);
    if (!small) return;
    source = &*small;
  }
  if (!video_encoder_ || width != video_settings_.width || height != video_settings_.height) {
    video_settings_.width = width;
    video_settings_.height = height;
    video_settings_.bitrate_bps = target_bitrate();
    video_encoder_ = make_video_encoder(codec_.kind, video_settings_);
    key_wanted_ = true;
    if (!video_encoder_) return;
  }
  video_encoder_->set_bitrate(target_bitrate());
  const auto timestamp = static_cast<uint32_t>(timestamp_us * 9 / 100);
  const bool key = key_wanted_.exchange(false);
  const auto began = std::chrono::steady_clock::now();
  const auto encoded = video_encoder_->encode(*source, timestamp, key);
  encode_time_us_ +=
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began).count();
  if (!encoded) {
    if (key) key_wanted_ = true;
    return;
  }
  ++frames_;
  encoded_size_ = Size{width, height};
  if (encoded->key) ++key_frames_;
  dispatch(packetizer_.split(*encoded), timestamp, {});
}

void MediaSender::encode_samples(const std::vector<int16_t>& samples, unsigned channels, uint32_t timestamp) {
  if (!audio_encoder_ || channels != encoder_channels_) {
    audio_encoder_ = make_audio_encoder(codec_.codec.name, channels, kAudioBitrate * channels);
    encoder_channels_ = channels;
    if (!audio_encoder_) return;
  }
  auto packet = audio_encoder_->encode(samples);
  if (packet.empty()) return;
  ++frames_;
  std::vector<uint8_t> extensions;
  if (audio_level_id_ != 0)
    extensions = {static_cast<uint8_t>(audio_level_id_ << 4), audio_level(samples), 0, 0};
  dispatch({std::move(packet)}, timestamp, std::move(extensions));
}

void MediaSender::dispatch(Payloads payloads, uint32_t timestamp, std::vector<uint8_t> extensions) {
  const bool video = video_encoder_ != nullptr;
  outlet_->post([self = shared_from_this(), payloads = std::move(payloads), timestamp,
                 extensions = std::move(extensions),
                 video](media::Hub& hub, media::TimePoint now, media::SendSlab& out) {
    self->fed_ = now;
    for (size_t i = 0; i < payloads.size(); ++i) {
      const bool last = i + 1 == payloads.size();
      hub.send_local(self->track_, {payloads[i], {timestamp}, video && last, extensions}, now, out);
    }
  });
}

}  // namespace parley::addon
