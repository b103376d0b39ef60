// VP8 and VP9 by libvpx, set for conversation: no look-ahead, one pass, constant bitrate, and key frames only
// on request.
#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

#include <algorithm>
#include <cstring>

#include "media/codecs/video_codec.h"
#include "media/core/shared_library.h"

namespace parley::media::codecs {
namespace {

struct Vpx {
  decltype(vpx_codec_vp8_cx)* vp8_encoder;
  decltype(vpx_codec_vp9_cx)* vp9_encoder;
  decltype(vpx_codec_vp8_dx)* vp8_decoder;
  decltype(vpx_codec_vp9_dx)* vp9_decoder;
  decltype(vpx_codec_enc_config_default)* default_config;
  decltype(vpx_codec_enc_init_ver)* init_encoder;
  decltype(vpx_codec_enc_config_set)* set_config;
  decltype(vpx_codec_encode)* encode;
  decltype(vpx_codec_get_cx_data)* next_packet;
  decltype(vpx_codec_control_)* control;
  decltype(vpx_codec_dec_init_ver)* init_decoder;
  decltype(vpx_codec_decode)* decode;
  decltype(vpx_codec_get_frame)* next_frame;
  decltype(vpx_codec_destroy)* destroy;
  decltype(vpx_img_wrap)* wrap;
  bool ok = false;
};

const Vpx& vpx() {
  static const Vpx loaded = [] {
    const SharedLibrary library("libvpx.so.7");
    Vpx v{};
    v.ok = library.find("vpx_codec_vp8_cx", &v.vp8_encoder) &&
           library.find("vpx_codec_vp9_cx", &v.vp9_encoder) &&
           library.find("vpx_codec_vp8_dx", &v.vp8_decoder) &&
           library.find("vpx_codec_vp9_dx", &v.vp9_decoder) &&
           library.find("vpx_codec_enc_config_default", &v.default_config) &&
           library.find("vpx_codec_enc_init_ver", &v.init_encoder) &&
           library.find("vpx_codec_enc_config_set", &v.set_config) &&
           library.find("vpx_codec_encode", &v.encode) &&
           library.find("vpx_codec_get_cx_data", &v.next_packet) &&
           library.find("vpx_codec_control_", &v.control) &&
           library.find("vpx_codec_dec_init_ver", &v.init_decoder) &&
           library.find("vpx_codec_decode", &v.decode) &&
           library.find("vpx_codec_get_frame", &v.next_frame) &&
           library.find("vpx_codec_destroy", &v.destroy) && library.find("vpx_img_wrap", &v.wrap);
    return v;
  }();
  return loaded;
}

class Encoder final : public VideoEncoder {
 public:
  ~Encoder() override {
    if (open_) vpx().destroy(&context_);
  }
  bool open(CodecKind kind, const VideoSettings& settings) {
    vpx_codec_iface_t* interface = kind == CodecKind::kVp8 ? vpx().vp8_encoder() : vpx().vp9_encoder();
    if (vpx().default_config(interface, &config_, 0) != VPX_CODEC_OK) return false;
    config_.g_w = settings.width;
    config_.g_h = settings.height;
    config_.g_timebase = {1, 90000};
    config_.g_threads = 1;
    config_.g_lag_in_frames = 0;
    config_.g_error_resilient = VPX_ERROR_RESILIENT_DEFAULT;
    config_.g_pass = VPX_RC_ONE_PASS;
    config_.rc_end_usage = VPX_CBR;
    config_.rc_target_bitrate = std::max(settings.bitrate_bps / 1000, 1u);
    config_.rc_min_quantizer = 2;
    config_.rc_max_quantizer = 56;
    config_.rc_undershoot_pct = 100;
    config_.rc_overshoot_pct = 15;
    config_.rc_buf_initial_sz = 500;
    config_.rc_buf_optimal_sz = 600;
    config_.rc_buf_sz = 1000;
    config_.rc_dropframe_thresh = 30;
    config_.kf_mode = VPX_KF_DISABLED;
    frame_duration_ = 90000 / std::max(settings.frame_rate, 1u);
    if (vpx().init_encoder(&context_, interface, &config_, 0, VPX_ENCODER_ABI_VERSION) != VPX_CODEC_OK)
      return false;
    open_ = true;
    vpx().control(&context_, VP8E_SET_CPUUSED, kind == CodecKind::kVp8 ? -8 : 8);
    vpx().control(&context_, VP8E_SET_MAX_INTRA_BITRATE_PCT, 900);
    return true;
  }

  std::optional<EncodedPicture> encode(const Picture& picture, uint32_t timestamp, bool key) override {
    if (!picture.valid() || picture.width != config_.g_w || picture.height != config_.g_h)
      return std::nullopt;
    vpx_image_t image;
    // The encoder reads through a pointer that is not const, and does not write.
    auto* bytes = const_cast<uint8_t*>(picture.bytes.data());
    if (vpx().wrap(&image, VPX_IMG_FMT_I420, picture.width, picture.height, 1, bytes) == nullptr)
      return std::nullopt;
    for (int i = 0; i < 3; ++i) {
      image.planes[i] = const_cast<uint8_t*>(picture.plane(i));
      image.stride[i] = static_cast<int>(picture.stride(i));
    }
    const vpx_enc_frame_flags_t flags = key ? VPX_EFLAG_FORCE_KF : 0;
    if (vpx().encode(&context_, &image, at_, frame_duration_, flags, VPX_DL_REALTIME) != VPX_CODEC_OK)
      return std::nullopt;
    at_ += frame_duration_;
    EncodedPicture out;
    out.timestamp = timestamp;
    vpx_codec_iter_t iterator = nullptr;
    while (const vpx_codec_cx_pkt_t* packet = vpx().next_packet(&context_, &iterator)) {
      if (packet->kind != VPX_CODEC_CX_FRAME_PKT) continue;
      const auto* data = static_cast<const uint8_t*>(packet->data.frame.buf);
      out.bytes.insert(out.bytes.end(), data, data + packet->data.frame.sz);
      out.key = (packet->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
    }
    if (out.bytes.empty()) return std::nullopt;
    return out;
  }

  void set_bitrate(uint32_t bits_per_second) override {
    const unsigned kilobits = std::max(bits_per_second / 1000, 1u);
    if (config_.rc_target_bitrate == kilobits) return;
    config_.rc_target_bitrate = kilobits;
    vpx().set_config(&context_, &config_);
  }

 private:
  vpx_codec_ctx_t context_{};
  vpx_codec_enc_cfg_t config_{};
  vpx_codec_pts_t at_ = 0;
  unsigned long frame_duration_ = 3000;
  bool open_ = false;
};

class Decoder final : public VideoDecoder {
 public:
  ~Decoder() override {
    if (open_) vpx().destroy(&context_);
  }
  bool open(CodecKind kind) {
    vpx_codec_iface_t* interface = kind == CodecKind::kVp8 ? vpx().vp8_decoder() : vpx().vp9_decoder();
    const vpx_codec_dec_cfg_t config{1, 0, 0};
    open_ = vpx().init_decoder(&context_, interface, &config, 0, VPX_DECODER_ABI_VERSION) == VPX_CODEC_OK;
    return open_;
  }

  std::optional<Picture> decode(const EncodedPicture& encoded) override {
    const auto size = static_cast<unsigned>(encoded.bytes.size());
    if (vpx().decode(&context_, encoded.bytes.data(), size, nullptr, 0) != VPX_CODEC_OK) return std::nullopt;
    vpx_codec_iter_t iterator = nullptr;
    const vpx_image_t* last = nullptr;
    while (const vpx_image_t* image = vpx().next_frame(&context_, &iterator)) last = image;
    if (last == nullptr || last->fmt != VPX_IMG_FMT_I420) return std::nullopt;
    Picture picture{last->d_w, last->d_h, {}};
    if (picture.width > kMaxPictureSide || picture.height > kMaxPictureSide) return std::nullopt;
    picture.bytes.resize(Picture::size_of(picture.width, picture.height));
    for (int i = 0; i < 3; ++i) {
      const uint32_t rows = i == 0 ? picture.height : picture.chroma_height();
      for (uint32_t row = 0; row < rows; ++row) {
        std::memcpy(picture.plane(i) + size_t{row} * picture.stride(i),
                    last->planes[i] + static_cast<ptrdiff_t>(row) * last->stride[i], picture.stride(i));
      }
    }
    return picture;
  }

 private:
  vpx_codec_ctx_t context_{};
  bool open_ = false;
};

}  // namespace

namespace detail {

std::unique_ptr<VideoEncoder> make_vpx_encoder(CodecKind kind, const VideoSettings& settings) {
  auto encoder = std::make_unique<Encoder>();
  if (!vpx().ok || !encoder->open(kind, settings)) return nullptr;
  return encoder;
}

std::unique_ptr<VideoDecoder> make_vpx_decoder(CodecKind kind) {
  auto decoder = std::make_unique<Decoder>();
  if (!vpx().ok || !decoder->open(kind)) return nullptr;
  return decoder;
}

}  // namespace detail
}  // namespace parley::media::codecs
