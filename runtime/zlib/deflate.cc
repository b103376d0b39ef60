// zlib's formats: deflate, gzip and raw, both directions (RFC 1950, 1951, 1952).
#include <zlib.h>

#include <algorithm>
#include <vector>

#include "runtime/zlib/compressor.h"

namespace parley {
namespace {

const char* CodeName(int number) {
  switch (number) {
    case Z_NEED_DICT:
      return "Z_NEED_DICT";
    case Z_STREAM_ERROR:
      return "Z_STREAM_ERROR";
    case Z_DATA_ERROR:
      return "Z_DATA_ERROR";
    case Z_MEM_ERROR:
      return "Z_MEM_ERROR";
    case Z_BUF_ERROR:
      return "Z_BUF_ERROR";
    case Z_VERSION_ERROR:
      return "Z_VERSION_ERROR";
    default:
      return "Z_ERRNO";
  }
}

constexpr uint8_t kGzipFirst = 0x1f;
constexpr uint8_t kGzipSecond = 0x8b;

class Zlib final : public Compressor {
 public:
  Zlib(ZlibMode mode, const ZlibSettings& settings)
      : kind_(mode),
        mode_(mode),
        settings_(settings),
        dictionary_(settings.dictionary.begin(), settings.dictionary.end()) {}
  ~Zlib() override { End(); }

  CompressorError Run(int flush, std::span<const uint8_t>& in, std::span<uint8_t>& out) override {
    if (mode_ == ZlibMode::kUnzip && !in.empty() && !Detect(in)) return {};
    // A flush after the end (a writer flushes while it ends) has nothing left to do.
    if (ended_ && in.empty()) return {};
    if (!started_) {
      if (CompressorError error = Start()) return error;
    }
    stream_.next_in = const_cast<uint8_t*>(in.data());
    stream_.avail_in = static_cast<unsigned>(in.size());
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<unsigned>(out.size());
    int result = Compresses() ? deflate(&stream_, flush) : Inflate(flush);
    in = in.subspan(in.size() - stream_.avail_in);
    out = out.subspan(out.size() - stream_.avail_out);
    return Judge(result, flush);
  }

  CompressorError Reset() override {
    header_seen_ = 0;
    ended_ = false;
    mode_ = kind_;
    if (!started_) return {};
    int result = Compresses() ? deflateReset(&stream_) : inflateReset(&stream_);
    if (result != Z_OK) return Error(result, "Failed to reset stream");
    return SetDictionary();
  }

  CompressorError SetParams(int level, int strategy) override {
    settings_.level = level;
    settings_.strategy = strategy;
    if (!Compresses() || !started_) return {};
    // Without room for output deflateParams() may say Z_BUF_ERROR, having changed nothing yet: the next write
    // flushes.
    uint8_t none = 0;
    stream_.next_in = nullptr;
    stream_.avail_in = 0;
    stream_.next_out = &none;
    stream_.avail_out = 0;
    int result = deflateParams(&stream_, level, strategy);
    if (result != Z_OK && result != Z_BUF_ERROR) return Error(result, "Failed to set parameters");
    return {};
  }

  CompressorError Start() {
    int bits = settings_.window_bits;
    if (mode_ == ZlibMode::kGzip || mode_ == ZlibMode::kGunzip) bits += 16;
    if (mode_ == ZlibMode::kDeflateRaw || mode_ == ZlibMode::kInflateRaw) bits = -bits;
    if (mode_ == ZlibMode::kUnzip) bits += 32;
    stream_ = {};
    int result = Compresses() ? deflateInit2(&stream_, settings_.level, Z_DEFLATED, bits, settings_.mem_level,
                                             settings_.strategy)
                              : inflateInit2(&stream_, bits);
    if (result != Z_OK) return Error(result, "Init error");
    started_ = true;
    return SetDictionary();
  }

 private:
  bool Compresses() const {
    return mode_ == ZlibMode::kDeflate || mode_ == ZlibMode::kGzip || mode_ == ZlibMode::kDeflateRaw;
  }

  void End() {
    if (!started_) return;
    if (Compresses())
      deflateEnd(&stream_);
    else
      inflateEnd(&stream_);
    started_ = false;
  }

  // Unzip tells gzip from deflate by the first two bytes, which may come one by one. False: wait for the
  // second.
  bool Detect(std::span<const uint8_t>& in) {
    if (header_seen_ == 0) {
      if (in[0] != kGzipFirst) {
        mode_ = ZlibMode::kInflate;
        return true;
      }
      if (in.size() == 1) {
        header_seen_ = 1;
        in = in.subspan(1);
        return false;
      }
      mode_ = in[1] == kGzipSecond ? ZlibMode::kGunzip : ZlibMode::kInflate;
      return true;
    }
    mode_ = in[0] == kGzipSecond ? ZlibMode::kGunzip : ZlibMode::kInflate;
    replay_first_ = true;
    return true;
  }

  int Inflate(int flush) {
    if (replay_first_) {
      // The first byte was taken when it came alone.
      replay_first_ = false;
      uint8_t first = kGzipFirst;
      uint8_t* next = stream_.next_in;
      unsigned size = stream_.avail_in;
      stream_.next_in = &first;
      stream_.avail_in = 1;
      int result = inflate(&stream_, Z_NO_FLUSH);
      stream_.next_in = next;
      stream_.avail_in = size;
      if (result != Z_OK) return result;
    }
    int result = inflate(&stream_, flush);
    if (result == Z_NEED_DICT && !dictionary_.empty() && mode_ != ZlibMode::kInflateRaw) {
      result = inflateSetDictionary(&stream_, dictionary_.data(), static_cast<unsigned>(dictionary_.size()));
      if (result == Z_OK)
        result = inflate(&stream_, flush);
      else if (result == Z_DATA_ERROR)
        result = Z_NEED_DICT;  // a wrong one
    }
    // A gzip file may hold several members, one after the other; zeros may fill it up.
    while (stream_.avail_in > 0 && mode_ == ZlibMode::kGunzip && result == Z_STREAM_END &&
           stream_.next_in[0] != 0) {
      inflateReset(&stream_);
      result = inflate(&stream_, flush);
    }
    return result;
  }

  CompressorError SetDictionary() {
    if (dictionary_.empty()) return {};
    int result = Z_OK;
    const auto size = static_cast<unsigned>(dictionary_.size());
    if (mode_ == ZlibMode::kDeflate || mode_ == ZlibMode::kDeflateRaw) {
      result = deflateSetDictionary(&stream_, dictionary_.data(), size);
    } else if (mode_ == ZlibMode::kInflateRaw) {
      result = inflateSetDictionary(&stream_, dictionary_.data(), size);
    }
    return result == Z_OK ? CompressorError{} : Error(result, "Failed to set dictionary");
  }

  CompressorError Judge(int result, int flush) {
    switch (result) {
      case Z_OK:
      case Z_BUF_ERROR:
        if (stream_.avail_out != 0 && flush == Z_FINISH) return Error(Z_BUF_ERROR, "unexpected end of file");
        return {};
      case Z_STREAM_END:
        ended_ = true;
        return {};
      case Z_NEED_DICT:
        return Error(result, dictionary_.empty() ? "Missing dictionary" : "Bad dictionary");
      default:
        return Error(result, "Zlib error");
    }
  }

  CompressorError Error(int result, const char* message) {
    // What zlib itself says of bad data is more exact.
    if (stream_.msg != nullptr && result == Z_DATA_ERROR) message = stream_.msg;
    return {result, CodeName(result), message};
  }

  const ZlibMode kind_;
  ZlibMode mode_;
  ZlibSettings settings_;
  std::vector<uint8_t> dictionary_;
  z_stream stream_ = {};
  bool started_ = false;
  bool replay_first_ = false;
  bool ended_ = false;
  int header_seen_ = 0;
};

}  // namespace

std::unique_ptr<Compressor> MakeZlib(ZlibMode mode, const ZlibSettings& settings, CompressorError* error) {
  auto zlib = std::make_unique<Zlib>(mode, settings);
  // A dictionary that does not fit is told at once; otherwise the memory is taken at the first bytes.
  if (!settings.dictionary.empty()) *error = zlib->Start();
  return *error ? nullptr : std::move(zlib);
}

}  // namespace parley
