// Encoders and decoders of video: VP8 and VP9 by libvpx, H.264 by OpenH264. For worker threads: each object
// is used by one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "media/codecs/frame.h"
#include "media/rtp/codec_kind.h"

namespace parley::media::codecs {

struct VideoSettings {
  uint32_t width = 0;
  uint32_t height = 0;
  uint32_t bitrate_bps = 500'000;
  uint32_t frame_rate = 30;
};

class VideoEncoder {
 public:
  virtual ~VideoEncoder() = default;
  // The picture has the settings' size. Nothing when the encoder left it out to keep its bitrate, or failed.
  virtual std::optional<EncodedPicture> encode(const Picture& picture, uint32_t timestamp, bool key) = 0;
  virtual void set_bitrate(uint32_t bits_per_second) = 0;
};

class VideoDecoder {
 public:
  virtual ~VideoDecoder() = default;
  // Nothing when it shows no picture: damaged, or a key frame is missing.
  virtual std::optional<Picture> decode(const EncodedPicture& encoded) = 0;
};

// Null for a codec that cannot be had: another kind, or its library is not installed.
std::unique_ptr<VideoEncoder> make_video_encoder(CodecKind kind, const VideoSettings& settings);
std::unique_ptr<VideoDecoder> make_video_decoder(CodecKind kind);

// The picture at another size (libyuv); nothing when that is not installed or the size is not one.
std::optional<Picture> scaled(const Picture& picture, uint32_t width, uint32_t height);

namespace detail {
std::unique_ptr<VideoEncoder> make_vpx_encoder(CodecKind kind, const VideoSettings& settings);
std::unique_ptr<VideoDecoder> make_vpx_decoder(CodecKind kind);
std::unique_ptr<VideoEncoder> make_openh264_encoder(const VideoSettings& settings);
std::unique_ptr<VideoDecoder> make_openh264_decoder();
}  // namespace detail

}  // namespace parley::media::codecs
