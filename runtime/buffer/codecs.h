// Base64 (RFC 4648, with and without the URL alphabet), hex, and UTF-8 checks, on plain bytes.
#ifndef RUNTIME_BUFFER_CODECS_H_
#define RUNTIME_BUFFER_CODECS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace parley {

size_t Base64EncodedSize(size_t length, bool url);
// `out` must hold Base64EncodedSize().
void Base64Encode(std::span<const uint8_t> bytes, bool url, char* out);

// As Node decodes: both alphabets, anything else skipped, "=" ends the text. Writes at most target.size()
// bytes.
template <typename Char>
size_t Base64Decode(const Char* text, size_t length, std::span<uint8_t> target);

// As atob() decodes, without white space: bytes written, or nothing for text that is not base64. `target` has
// room for three bytes for each four characters.
std::optional<size_t> ForgivingBase64Decode(std::span<const uint8_t> text, std::span<uint8_t> target);
bool IsBase64White(uint8_t c);

void HexEncode(std::span<const uint8_t> bytes, char* out);
// Stops at the first pair that is not hexadecimal.
template <typename Char>
size_t HexDecode(const Char* text, size_t length, std::span<uint8_t> target);

bool IsAscii(std::span<const uint8_t> bytes);
size_t CountHigh(std::span<const uint8_t> bytes);  // those from 0x80 on: what Latin-1 grows by as UTF-8
bool IsUtf8(std::span<const uint8_t> bytes);

// Latin-1 to UTF-8, as many whole characters as fit.
struct Progress {
  size_t read = 0, written = 0;
};
Progress Latin1ToUtf8(std::span<const uint8_t> text, std::span<uint8_t> target);

// What valid UTF-8 becomes as text.
struct Utf8Shape {
  size_t units = 0;    // of UTF-16
  bool latin1 = true;  // no character above U+00FF
};
Utf8Shape ShapeOfUtf8(std::span<const uint8_t> bytes);
// `bytes` are valid, `out` holds their units; uint8_t only for those of Latin-1.
template <typename Char>
void DecodeValidUtf8(std::span<const uint8_t> bytes, Char* out);

}  // namespace parley

#endif  // RUNTIME_BUFFER_CODECS_H_
