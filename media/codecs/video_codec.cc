// See video_codec.h: which library is for which codec; scaling.
#include "media/codecs/video_codec.h"

#include <libyuv/scale.h>

#include "media/core/shared_library.h"

namespace parley::media::codecs {

std::unique_ptr<VideoEncoder> make_video_encoder(CodecKind kind, const VideoSettings& settings) {
  if (settings.width == 0 || settings.height == 0 || settings.width > kMaxPictureSide ||
      settings.height > kMaxPictureSide) {
    return nullptr;
  }
  if (kind == CodecKind::kVp8 || kind == CodecKind::kVp9) return detail::make_vpx_encoder(kind, settings);
  return kind == CodecKind::kH264 ? detail::make_openh264_encoder(settings) : nullptr;
}

std::unique_ptr<VideoDecoder> make_video_decoder(CodecKind kind) {
  if (kind == CodecKind::kVp8 || kind == CodecKind::kVp9) return detail::make_vpx_decoder(kind);
  return kind == CodecKind::kH264 ? detail::make_openh264_decoder() : nullptr;
}

std::optional<Picture> scaled(const Picture& from, uint32_t width, uint32_t height) {
  static const SharedLibrary library("libyuv.so.0");
  decltype(libyuv::I420Scale)* scale = nullptr;
  if (!from.valid() || width == 0 || height == 0 || width > kMaxPictureSide || height > kMaxPictureSide ||
      !library.find("I420Scale", &scale)) {
    return std::nullopt;
  }
  Picture to{width, height, {}};
  to.bytes.resize(Picture::size_of(width, height));
  const auto stride = [](const Picture& p, int i) { return static_cast<int>(p.stride(i)); };
  const int failed = scale(from.plane(0), stride(from, 0), from.plane(1), stride(from, 1), from.plane(2),
                           stride(from, 2), static_cast<int>(from.width), static_cast<int>(from.height),
                           to.plane(0), stride(to, 0), to.plane(1), stride(to, 1), to.plane(2), stride(to, 2),
                           static_cast<int>(width), static_cast<int>(height), libyuv::kFilterBox);
  if (failed != 0) return std::nullopt;
  return to;
}

}  // namespace parley::media::codecs
