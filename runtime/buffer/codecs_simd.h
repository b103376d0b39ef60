// The inner loops of codecs.h on AVX2 and, where that is faster, AVX-512. Each does whole blocks from the
// front and returns how much of the input it took, 0 on a machine without AVX2; the caller's plain loop does
// the rest and everything unusual.
#ifndef RUNTIME_BUFFER_CODECS_SIMD_H_
#define RUNTIME_BUFFER_CODECS_SIMD_H_

#include <cstddef>
#include <cstdint>

namespace parley::simd {

// Bytes taken: a multiple of 3. Writes four characters for each three.
size_t Base64Encode(const uint8_t* bytes, size_t length, bool url, char* out);
// Characters taken: a multiple of 4, up to the first block with one outside the standard alphabet. Writes
// three bytes for each four.
size_t Base64Decode(const uint8_t* text, size_t length, uint8_t* out, size_t capacity);
// Characters taken, never the last eight: what is written of them covers what this may write beyond
// `*written`.
size_t Latin1ToUtf8(const uint8_t* text, size_t length, uint8_t* out, size_t capacity, size_t* written);
// Bytes taken.
size_t HexEncode(const uint8_t* bytes, size_t length, char* out);
// Characters taken: even, up to the first block with one that is not hexadecimal.
size_t HexDecode(const uint8_t* text, size_t length, uint8_t* out, size_t capacity);

enum class Utf8Check { kUnknown, kValid, kInvalid };
Utf8Check IsUtf8(const uint8_t* bytes, size_t length);

}  // namespace parley::simd

#endif  // RUNTIME_BUFFER_CODECS_SIMD_H_
