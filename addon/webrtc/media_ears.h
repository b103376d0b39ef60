// The ears of a program that takes a receiver's media decoded: pictures, or sound in pieces of 10 ms. On the
// media thread they put packets together; decoding happens on a worker thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "addon/webrtc/worker_pool.h"
#include "media/codecs/audio_buffer.h"
#include "media/codecs/audio_codec.h"
#include "media/codecs/picture_buffer.h"
#include "media/codecs/video_codec.h"
#include "media/routing/track_sink.h"
#include "media/session/codecs.h"

namespace parley::addon {

class VideoEar final : public media::TrackSink {
 public:
  // Called on a worker thread. False: nobody can take it now.
  using OnPicture = std::function<void(media::codecs::Picture picture, uint32_t timestamp)>;
  VideoEar(const media::ChosenCodec& codec, OnPicture on_picture);

  void on_packet(const media::rtp::Packet& packet, int64_t seq, media::TimePoint now) override;
  void on_sender_report(const media::rtcp::SenderReport&, media::TimePoint) override {}
  media::TimePoint next_deadline() const override { return buffer_.next_deadline(); }
  bool on_deadline(media::TimePoint now) override;
  uint64_t discarded() const override { return buffer_.discarded(); }

 private:
  // What the worker thread uses; outlives the track while it is at work.
  struct Decoding {
    std::unique_ptr<media::codecs::VideoDecoder> decoder;
    OnPicture on_picture;
    std::atomic<bool> failed{false};
  };
  void decode(std::vector<media::codecs::EncodedPicture> pictures, media::TimePoint now);

  media::codecs::PictureBuffer buffer_;
  std::shared_ptr<Decoding> decoding_;
  std::shared_ptr<Strand> strand_;
};

class AudioEar final : public media::TrackSink {
 public:
  // 480 samples of each channel at 48 kHz. Called on a worker thread.
  using OnSamples = std::function<void(std::vector<int16_t> samples)>;
  AudioEar(const media::ChosenCodec& codec, unsigned channels, OnSamples on_samples);

  void on_packet(const media::rtp::Packet& packet, int64_t seq, media::TimePoint now) override {
    buffer_.on_packet(packet, seq, now);
  }
  void on_sender_report(const media::rtcp::SenderReport&, media::TimePoint) override {}
  media::TimePoint next_deadline() const override { return buffer_.next_deadline(); }
  bool on_deadline(media::TimePoint now) override;
  uint64_t discarded() const override { return buffer_.discarded(); }

 private:
  struct Decoding {
    std::unique_ptr<media::codecs::AudioDecoder> decoder;
    unsigned channels;
    OnSamples on_samples;
    std::vector<int16_t> pending;  // less than 10 ms
  };
  static void decode(Decoding& decoding, const media::codecs::AudioBuffer::Step& step);

  media::codecs::AudioBuffer buffer_;
  std::shared_ptr<Decoding> decoding_;
  std::shared_ptr<Strand> strand_;
};

}  // namespace parley::addon
