// H.264, constrained baseline, by OpenH264.
#include <wels/codec_api.h>

#include <algorithm>
#include <cstring>

#include "media/codecs/video_codec.h"
#include "media/core/shared_library.h"

namespace parley::media::codecs {
namespace {

struct OpenH264 {
  decltype(WelsCreateSVCEncoder)* create_encoder;
  decltype(WelsDestroySVCEncoder)* destroy_encoder;
  decltype(WelsCreateDecoder)* create_decoder;
  decltype(WelsDestroyDecoder)* destroy_decoder;
  bool ok = false;
};

const OpenH264& openh264() {
  static const OpenH264 loaded = [] {
    const SharedLibrary library("libopenh264.so.7");
    OpenH264 o{};
    o.ok = library.find("WelsCreateSVCEncoder", &o.create_encoder) &&
           library.find("WelsDestroySVCEncoder", &o.destroy_encoder) &&
           library.find("WelsCreateDecoder", &o.create_decoder) &&
           library.find("WelsDestroyDecoder", &o.destroy_decoder);
    return o;
  }();
  return loaded;
}

class Encoder final : public VideoEncoder {
 public:
  ~Encoder() override {
    if (encoder_ == nullptr) return;
    encoder_->Uninitialize();
    openh264().destroy_encoder(encoder_);
  }
  bool open(const VideoSettings& settings) {
    // Chroma of odd sizes is beyond it.
    if (settings.width % 2 != 0 || settings.height % 2 != 0) return false;
    if (openh264().create_encoder(&encoder_) != 0 || encoder_ == nullptr) return false;
    settings_ = settings;
    SEncParamExt p;
    encoder_->GetDefaultParams(&p);
    p.iUsageType = CAMERA_VIDEO_REAL_TIME;
    p.iPicWidth = static_cast<int>(settings.width);
    p.iPicHeight = static_cast<int>(settings.height);
    p.iTargetBitrate = static_cast<int>(settings.bitrate_bps);
    p.iMaxBitrate = UNSPECIFIED_BIT_RATE;
    p.iRCMode = RC_BITRATE_MODE;
    p.fMaxFrameRate = static_cast<float>(settings.frame_rate);
    p.bEnableFrameSkip = true;
    p.uiIntraPeriod = 0;
    p.iMultipleThreadIdc = 1;
    p.eSpsPpsIdStrategy = CONSTANT_ID;
    p.iSpatialLayerNum = 1;
    p.iTemporalLayerNum = 1;
    SSpatialLayerConfig& layer = p.sSpatialLayers[0];
    layer.iVideoWidth = p.iPicWidth;
    layer.iVideoHeight = p.iPicHeight;
    layer.fFrameRate = p.fMaxFrameRate;
    layer.iSpatialBitrate = p.iTargetBitrate;
    layer.iMaxSpatialBitrate = UNSPECIFIED_BIT_RATE;
    layer.uiProfileIdc = PRO_BASELINE;
    int silent = WELS_LOG_QUIET;
    encoder_->SetOption(ENCODER_OPTION_TRACE_LEVEL, &silent);
    return encoder_->InitializeExt(&p) == 0;
  }

  std::optional<EncodedPicture> encode(const Picture& picture, uint32_t timestamp, bool key) override {
    if (!picture.valid() || picture.width != settings_.width || picture.height != settings_.height)
      return std::nullopt;
    SSourcePicture source{};
    source.iColorFormat = videoFormatI420;
    source.iPicWidth = static_cast<int>(picture.width);
    source.iPicHeight = static_cast<int>(picture.height);
    source.uiTimeStamp = timestamp / 90;
    for (int i = 0; i < 3; ++i) {
      source.pData[i] = const_cast<uint8_t*>(picture.plane(i));
      source.iStride[i] = static_cast<int>(picture.stride(i));
    }
    if (key) encoder_->ForceIntraFrame(true);
    SFrameBSInfo info{};
    if (encoder_->EncodeFrame(&source, &info) != 0 || info.eFrameType == videoFrameTypeSkip)
      return std::nullopt;
    EncodedPicture out;
    out.timestamp = timestamp;
    out.key = info.eFrameType == videoFrameTypeIDR;
    for (int i = 0; i < info.iLayerNum; ++i) {
      const SLayerBSInfo& layer = info.sLayerInfo[i];
      int size = 0;
      for (int n = 0; n < layer.iNalCount; ++n) size += layer.pNalLengthInByte[n];
      out.bytes.insert(out.bytes.end(), layer.pBsBuf, layer.pBsBuf + size);
    }
    if (out.bytes.empty()) return std::nullopt;
    return out;
  }

  void set_bitrate(uint32_t bits_per_second) override {
    SBitrateInfo bitrate{SPATIAL_LAYER_ALL, static_cast<int>(bits_per_second)};
    encoder_->SetOption(ENCODER_OPTION_BITRATE, &bitrate);
  }

 private:
  ISVCEncoder* encoder_ = nullptr;
  VideoSettings settings_;
};

class Decoder final : public VideoDecoder {
 public:
  ~Decoder() override {
    if (decoder_ == nullptr) return;
    decoder_->Uninitialize();
    openh264().destroy_decoder(decoder_);
  }
  bool open() {
    if (openh264().create_decoder(&decoder_) != 0 || decoder_ == nullptr) return false;
    int silent = WELS_LOG_QUIET;
    decoder_->SetOption(DECODER_OPTION_TRACE_LEVEL, &silent);
    SDecodingParam p{};
    p.sVideoProperty.eVideoBsType = VIDEO_BITSTREAM_AVC;
    return decoder_->Initialize(&p) == 0;
  }

  std::optional<Picture> decode(const EncodedPicture& encoded) override {
    unsigned char* planes[3] = {};
    SBufferInfo info{};
    const auto state = decoder_->DecodeFrameNoDelay(encoded.bytes.data(),
                                                    static_cast<int>(encoded.bytes.size()), planes, &info);
    if (state != dsErrorFree || info.iBufferStatus != 1) return std::nullopt;
    const SSysMEMBuffer& buffer = info.UsrData.sSystemBuffer;
    if (buffer.iWidth <= 0 || buffer.iHeight <= 0 || buffer.iWidth > static_cast<int>(kMaxPictureSide) ||
        buffer.iHeight > static_cast<int>(kMaxPictureSide)) {
      return std::nullopt;
    }
    Picture picture{static_cast<uint32_t>(buffer.iWidth), static_cast<uint32_t>(buffer.iHeight), {}};
    picture.bytes.resize(Picture::size_of(picture.width, picture.height));
    for (int i = 0; i < 3; ++i) {
      const uint32_t rows = i == 0 ? picture.height : picture.chroma_height();
      const int stride = buffer.iStride[i == 0 ? 0 : 1];
      for (uint32_t row = 0; row < rows; ++row) {
        std::memcpy(picture.plane(i) + size_t{row} * picture.stride(i),
                    planes[i] + static_cast<ptrdiff_t>(row) * stride, picture.stride(i));
      }
    }
    return picture;
  }

 private:
  ISVCDecoder* decoder_ = nullptr;
};

}  // namespace

namespace detail {

std::unique_ptr<VideoEncoder> make_openh264_encoder(const VideoSettings& settings) {
  auto encoder = std::make_unique<Encoder>();
  if (!openh264().ok || !encoder->open(settings)) return nullptr;
  return encoder;
}

std::unique_ptr<VideoDecoder> make_openh264_decoder() {
  auto decoder = std::make_unique<Decoder>();
  if (!openh264().ok || !decoder->open()) return nullptr;
  return decoder;
}

}  // namespace detail
}  // namespace parley::media::codecs
