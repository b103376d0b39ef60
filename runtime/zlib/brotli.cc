// Brotli, both directions (RFC 7932).
#include <brotli/decode.h>
#include <brotli/encode.h>

#include <vector>

#include "runtime/zlib/compressor.h"

namespace parley {
namespace {

constexpr uint32_t kUnset = UINT32_MAX;

class Encoder final : public Compressor {
 public:
  explicit Encoder(std::span<const uint32_t> parameters)
      : parameters_(parameters.begin(), parameters.end()) {}
  ~Encoder() override { BrotliEncoderDestroyInstance(state_); }

  CompressorError Reset() override {
    BrotliEncoderDestroyInstance(state_);
    state_ = BrotliEncoderCreateInstance(nullptr, nullptr, nullptr);
    if (state_ == nullptr) return {-1, "ERR_ZLIB_INITIALIZATION_FAILED", "Initialization failed"};
    for (size_t i = 0; i < parameters_.size(); ++i) {
      if (parameters_[i] == kUnset) continue;
      if (!BrotliEncoderSetParameter(state_, static_cast<BrotliEncoderParameter>(i), parameters_[i])) {
        return {-1, "ERR_ZLIB_INITIALIZATION_FAILED", "Initialization failed"};
      }
    }
    return {};
  }

  CompressorError Run(int flush, std::span<const uint8_t>& in, std::span<uint8_t>& out) override {
    size_t in_left = in.size();
    size_t out_left = out.size();
    const uint8_t* next_in = in.data();
    uint8_t* next_out = out.data();
    const auto operation = static_cast<BrotliEncoderOperation>(flush);
    if (!BrotliEncoderCompressStream(state_, operation, &in_left, &next_in, &out_left, &next_out, nullptr)) {
      return {-1, "ERR_BROTLI_COMPRESSION_FAILED", "Compression failed"};
    }
    in = in.subspan(in.size() - in_left);
    out = out.subspan(out.size() - out_left);
    return {};
  }

  CompressorError SetParams(int, int) override { return {}; }

 private:
  std::vector<uint32_t> parameters_;
  BrotliEncoderState* state_ = nullptr;
};

class Decoder final : public Compressor {
 public:
  explicit Decoder(std::span<const uint32_t> parameters)
      : parameters_(parameters.begin(), parameters.end()) {}
  ~Decoder() override { BrotliDecoderDestroyInstance(state_); }

  CompressorError Reset() override {
    BrotliDecoderDestroyInstance(state_);
    state_ = BrotliDecoderCreateInstance(nullptr, nullptr, nullptr);
    if (state_ == nullptr) return {-1, "ERR_ZLIB_INITIALIZATION_FAILED", "Initialization failed"};
    for (size_t i = 0; i < parameters_.size(); ++i) {
      if (parameters_[i] == kUnset) continue;
      if (!BrotliDecoderSetParameter(state_, static_cast<BrotliDecoderParameter>(i), parameters_[i])) {
        return {-1, "ERR_ZLIB_INITIALIZATION_FAILED", "Initialization failed"};
      }
    }
    return {};
  }

  CompressorError Run(int flush, std::span<const uint8_t>& in, std::span<uint8_t>& out) override {
    size_t in_left = in.size();
    size_t out_left = out.size();
    const uint8_t* next_in = in.data();
    uint8_t* next_out = out.data();
    BrotliDecoderResult result =
        BrotliDecoderDecompressStream(state_, &in_left, &next_in, &out_left, &next_out, nullptr);
    in = in.subspan(in.size() - in_left);
    out = out.subspan(out.size() - out_left);
    if (result == BROTLI_DECODER_RESULT_ERROR) {
      const BrotliDecoderErrorCode number = BrotliDecoderGetErrorCode(state_);
      // "_ERROR_FORMAT_..." as the library spells it.
      std::string name = BrotliDecoderErrorString(number);
      return {static_cast<int>(number), "ERR_" + name, "Decompression failed"};
    }
    if (flush == BROTLI_OPERATION_FINISH && result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) {
      return {-5, "Z_BUF_ERROR", "unexpected end of file"};
    }
    return {};
  }

  CompressorError SetParams(int, int) override { return {}; }

 private:
  std::vector<uint32_t> parameters_;
  BrotliDecoderState* state_ = nullptr;
};

}  // namespace

std::unique_ptr<Compressor> MakeBrotli(ZlibMode mode, std::span<const uint32_t> parameters,
                                       CompressorError* error) {
  std::unique_ptr<Compressor> result;
  if (mode == ZlibMode::kBrotliEncode)
    result = std::make_unique<Encoder>(parameters);
  else
    result = std::make_unique<Decoder>(parameters);
  *error = result->Reset();
  return *error ? nullptr : std::move(result);
}

}  // namespace parley
