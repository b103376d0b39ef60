// One direction of one format: bytes in, bytes out (Node doc: zlib). The streams of runtime/zlib/zlib.cc run
// it, on the thread pool or at once.
#ifndef RUNTIME_ZLIB_COMPRESSOR_H_
#define RUNTIME_ZLIB_COMPRESSOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace parley {

struct CompressorError {
  int number = 0;  // 0: none
  std::string code;
  std::string message;
  explicit operator bool() const { return number != 0; }
};

class Compressor {
 public:
  virtual ~Compressor() = default;
  // Takes from `in` and writes to `out`; both are advanced past what was used. `flush` is the format's own
  // number.
  virtual CompressorError Run(int flush, std::span<const uint8_t>& in, std::span<uint8_t>& out) = 0;
  virtual CompressorError Reset() = 0;
  virtual CompressorError SetParams(int level, int strategy) = 0;
};

// The numbers of Node's `zlib.constants` for the kinds.
enum class ZlibMode {
  kNone,
  kDeflate,
  kInflate,
  kGzip,
  kGunzip,
  kDeflateRaw,
  kInflateRaw,
  kUnzip,
  kBrotliDecode,
  kBrotliEncode
};

struct ZlibSettings {
  int window_bits = 15;
  int level = -1;
  int mem_level = 8;
  int strategy = 0;
  std::span<const uint8_t> dictionary;
};

// Null with `*error` set when the settings are refused.
std::unique_ptr<Compressor> MakeZlib(ZlibMode mode, const ZlibSettings& settings, CompressorError* error);
// `parameters`: value by parameter number, UINT32_MAX for "as it is".
std::unique_ptr<Compressor> MakeBrotli(ZlibMode mode, std::span<const uint32_t> parameters,
                                       CompressorError* error);

}  // namespace parley

#endif  // RUNTIME_ZLIB_COMPRESSOR_H_
