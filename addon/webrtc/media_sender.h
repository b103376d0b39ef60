// One encoding of an RTCRtpSender that is fed with raw frames: encodes them on a worker thread and hands the
// packets to the media thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "addon/webrtc/outlet.h"
#include "addon/webrtc/worker_pool.h"
#include "media/codecs/audio_codec.h"
#include "media/codecs/packetizer.h"
#include "media/codecs/video_codec.h"
#include "media/routing/adaptive_source.h"
#include "media/session/negotiation.h"

namespace parley::addon {

// RTCRtpEncodingParameters, as far as they are the encoder's.
struct EncodingSettings {
  bool active = true;
  uint32_t max_bitrate = 0;  // 0: none
  double scale_down = 1;
  double max_framerate = 0;  // 0: none
  uint8_t rank = 0;          // as of media::AdaptiveSource
  uint8_t weight = 1;
};

class MediaSender final : public media::AdaptiveSource, public std::enable_shared_from_this<MediaSender> {
 public:
  MediaSender(std::shared_ptr<Outlet> outlet, uint32_t peer, uint32_t track, media::ChosenCodec codec,
              uint8_t audio_level_id);

  // On JavaScript's thread. False when the frame was left out: inactive, or the encoder has too much to do.
  bool send_picture(std::shared_ptr<const media::codecs::Picture> picture, int64_t timestamp_us);
  // Any number of samples at 48 kHz.
  bool send_samples(std::span<const int16_t> samples, unsigned channels);
  void configure(const EncodingSettings& settings);
  void force_key_frame() { key_wanted_ = true; }
  uint32_t target_bitrate() const;
  uint64_t frames_encoded() const { return frames_; }
  uint64_t key_frames_encoded() const { return key_frames_; }
  struct Size {
    uint32_t width = 0, height = 0;  // 0: nothing is encoded yet
  };
  Size encoded_size() const { return encoded_size_; }
  std::chrono::microseconds encode_time() const { return std::chrono::microseconds(encode_time_us_); }

  // On the media thread.
  Claim claim(media::TimePoint now) const override;
  void set_available(int64_t bps) override;

 private:
  // On a worker thread.
  void encode_picture(const media::codecs::Picture& picture, int64_t timestamp_us, double scale);
  void encode_samples(const std::vector<int16_t>& samples, unsigned channels, uint32_t timestamp);
  void dispatch(media::codecs::Payloads payloads, uint32_t timestamp, std::vector<uint8_t> extensions);
  // What looks good, within what the program allows.
  uint32_t wanted_bitrate() const;
  bool too_soon(int64_t timestamp_us, double max_framerate);

  const std::shared_ptr<Outlet> outlet_;
  const uint32_t peer_;
  const uint32_t track_;
  const media::ChosenCodec codec_;
  const uint8_t audio_level_id_;
  const std::shared_ptr<Strand> strand_;
  std::atomic<bool> key_wanted_{true};
  std::atomic<uint32_t> max_bitrate_{0};
  static constexpr int64_t kNotKnown = -1;
  std::atomic<int64_t> available_bitrate_{kNotKnown};  // by congestion control; 0: stop
  std::atomic<uint32_t> fitting_bitrate_{0};           // for the pictures that come; 0: none came
  std::atomic<uint8_t> rank_{0};
  std::atomic<uint8_t> weight_{1};
  std::atomic<bool> active_{true};
  media::TimePoint fed_;  // the media thread's: a picture came
  std::atomic<uint64_t> frames_{0};
  std::atomic<uint64_t> key_frames_{0};
  std::atomic<Size> encoded_size_{Size()};
  std::atomic<int64_t> encode_time_us_{0};  // of all frames
  EncodingSettings settings_;               // JavaScript's thread
  std::vector<int16_t> samples_;            // JavaScript's thread: less than a packet
  unsigned channels_ = 0;                   // JavaScript's thread
  uint32_t audio_timestamp_ = 0;            // JavaScript's thread
  media::codecs::Packetizer packetizer_;    // the strand's, as all below
  std::optional<int64_t> last_picture_us_;
  std::unique_ptr<media::codecs::VideoEncoder> video_encoder_;
  media::codecs::VideoSettings video_settings_;
  std::unique_ptr<media::codecs::AudioEncoder> audio_encoder_;
  unsigned encoder_channels_ = 0;
};

}  // namespace parley::addon
