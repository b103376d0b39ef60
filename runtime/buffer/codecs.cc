#include "runtime/buffer/codecs.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>
#include <cstring>

#include "runtime/buffer/codecs_simd.h"

namespace parley {
namespace {

constexpr char kStandard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kUrl[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr uint8_t kSkip = 0x80;
constexpr uint8_t kEnd = 0x81;

constexpr std::array<uint8_t, 256> MakeBase64Values() {
  std::array<uint8_t, 256> values{};
  for (auto& value : values) value = kSkip;
  for (uint8_t i = 0; i < 64; i++) {
    values[static_cast<uint8_t>(kStandard[i])] = i;
    values[static_cast<uint8_t>(kUrl[i])] = i;
  }
  values['='] = kEnd;
  return values;
}
constexpr std::array<uint8_t, 256> kBase64Values = MakeBase64Values();

constexpr std::array<int8_t, 256> MakeHexValues() {
  std::array<int8_t, 256> values{};
  for (auto& value : values) value = -1;
  for (int i = 0; i < 10; i++) values['0' + i] = static_cast<int8_t>(i);
  for (int i = 0; i < 6; i++) values['a' + i] = values['A' + i] = static_cast<int8_t>(10 + i);
  return values;
}
constexpr std::array<int8_t, 256> kHexValues = MakeHexValues();

template <typename Char>
uint8_t Base64Value(Char c) {
  if constexpr (sizeof(Char) > 1) {
    if (c > 0xff) return kSkip;
  }
  return kBase64Values[static_cast<uint8_t>(c)];
}

template <typename Char>
int HexValue(Char c) {
  if constexpr (sizeof(Char) > 1) {
    if (c > 0xff) return -1;
  }
  return kHexValues[static_cast<uint8_t>(c)];
}

}  // namespace

size_t Base64EncodedSize(size_t length, bool url) {
  return url ? length / 3 * 4 + (length % 3 == 0 ? 0 : length % 3 + 1) : (length + 2) / 3 * 4;
}

void Base64Encode(std::span<const uint8_t> bytes, bool url, char* out) {
  const char* alphabet = url ? kUrl : kStandard;
  size_t i = simd::Base64Encode(bytes.data(), bytes.size(), url, out);
  out += i / 3 * 4;
  for (; i + 3 <= bytes.size(); i += 3) {
    const uint32_t group = static_cast<uint32_t>(bytes[i]) << 16 | bytes[i + 1] << 8 | bytes[i + 2];
    *out++ = alphabet[group >> 18];
    *out++ = alphabet[group >> 12 & 63];
    *out++ = alphabet[group >> 6 & 63];
    *out++ = alphabet[group & 63];
  }
  const size_t rest = bytes.size() - i;
  if (rest == 0) return;
  const uint32_t group = static_cast<uint32_t>(bytes[i]) << 16 | (rest == 2 ? bytes[i + 1] << 8 : 0);
  *out++ = alphabet[group >> 18];
  *out++ = alphabet[group >> 12 & 63];
  if (rest == 2) *out++ = alphabet[group >> 6 & 63];
  if (url) return;
  if (rest == 1) *out++ = '=';
  *out++ = '=';
}

template <typename Char>
size_t Base64Decode(const Char* text, size_t length, std::span<uint8_t> target) {
  size_t in = 0;
  if constexpr (sizeof(Char) == 1) in = simd::Base64Decode(text, length, target.data(), target.size());
  size_t out = in / 4 * 3;
  // Whole groups of valid characters first.
  while (in + 4 <= length && out + 3 <= target.size()) {
    const uint8_t a = Base64Value(text[in]), b = Base64Value(text[in + 1]);
    const uint8_t c = Base64Value(text[in + 2]), d = Base64Value(text[in + 3]);
    if ((a | b | c | d) & 0x80) break;
    const uint32_t group = static_cast<uint32_t>(a) << 18 | b << 12 | c << 6 | d;
    target[out++] = static_cast<uint8_t>(group >> 16);
    target[out++] = static_cast<uint8_t>(group >> 8);
    target[out++] = static_cast<uint8_t>(group);
    in += 4;
  }
  uint32_t bits = 0;
  int count = 0;
  for (; in < length && out < target.size(); in++) {
    const uint8_t value = Base64Value(text[in]);
    if (value == kEnd) break;
    if (value == kSkip) continue;
    bits = bits << 6 | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      target[out++] = static_cast<uint8_t>(bits >> count);
    }
  }
  return out;
}
template size_t Base64Decode(const uint8_t*, size_t, std::span<uint8_t>);
template size_t Base64Decode(const uint16_t*, size_t, std::span<uint8_t>);

bool IsBase64White(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v'); }

std::optional<size_t> ForgivingBase64Decode(std::span<const uint8_t> text, std::span<uint8_t> target) {
  size_t length = text.size();
  if (length % 4 == 0) {
    for (int i = 0; i < 2 && length > 0 && text[length - 1] == '='; i++) length--;
  }
  if (length % 4 == 1) return std::nullopt;
  for (const uint8_t c : text.first(length)) {
    if (c == '-' || c == '_' || kBase64Values[c] >= 64) return std::nullopt;
  }
  return Base64Decode(text.data(), length, target);
}

void HexEncode(std::span<const uint8_t> bytes, char* out) {
  constexpr char kDigits[] = "0123456789abcdef";
  const size_t done = simd::HexEncode(bytes.data(), bytes.size(), out);
  out += done * 2;
  for (const uint8_t byte : bytes.subspan(done)) {
    *out++ = kDigits[byte >> 4];
    *out++ = kDigits[byte & 15];
  }
}

template <typename Char>
size_t HexDecode(const Char* text, size_t length, std::span<uint8_t> target) {
  size_t out = 0;
  if constexpr (sizeof(Char) == 1) out = simd::HexDecode(text, length, target.data(), target.size()) / 2;
  for (; out < target.size() && out * 2 + 1 < length; out++) {
    const int high = HexValue(text[out * 2]);
    const int low = HexValue(text[out * 2 + 1]);
    if (high < 0 || low < 0) break;
    target[out] = static_cast<uint8_t>(high << 4 | low);
  }
  return out;
}
template size_t HexDecode(const uint8_t*, size_t, std::span<uint8_t>);
template size_t HexDecode(const uint16_t*, size_t, std::span<uint8_t>);

namespace {
constexpr uint64_t kHighBits = 0x8080808080808080ull;

uint64_t Word(const uint8_t* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

// Copies up to the first group of bytes that is not all ASCII.
size_t CopyAscii(const uint8_t* from, size_t length, uint8_t* to) {
  size_t i = 0;
  for (; i + 32 <= length; i += 32) {
    const uint64_t a = Word(from + i), b = Word(from + i + 8), c = Word(from + i + 16),
                   d = Word(from + i + 24);
    if ((a | b | c | d) & kHighBits) break;
    std::memcpy(to + i, from + i, 32);
  }
  for (; i + 8 <= length && !(Word(from + i) & kHighBits); i += 8) std::memcpy(to + i, from + i, 8);
  for (; i < length && from[i] < 0x80; i++) to[i] = from[i];
  return i;
}
}  // namespace

bool IsAscii(std::span<const uint8_t> bytes) {
  const uint8_t* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 32; left -= 32, at += 32) {
    if ((Word(at) | Word(at + 8) | Word(at + 16) | Word(at + 24)) & kHighBits) return false;
  }
  for (; left >= 8; left -= 8, at += 8) {
    if (Word(at) & kHighBits) return false;
  }
  for (; left > 0; left--, at++) {
    if (*at & 0x80) return false;
  }
  return true;
}

namespace {
using Lanes = signed char __attribute__((vector_size(16)));

// Of lanes taken as unsigned.
size_t SumOf(Lanes lanes) {
#if defined(__SSE2__)
  const __m128i halves = _mm_sad_epu8(reinterpret_cast<__m128i>(lanes), _mm_setzero_si128());
  return static_cast<size_t>(_mm_cvtsi128_si64(halves) + _mm_extract_epi16(halves, 4));
#else
  size_t sum = 0;
  for (size_t i = 0; i < sizeof(lanes); i++) sum += static_cast<uint8_t>(lanes[i]);
  return sum;
#endif
}
}  // namespace

size_t CountHigh(std::span<const uint8_t> bytes) {
  size_t count = 0;
  size_t i = 0;
  while (i + sizeof(Lanes) <= bytes.size()) {
    // Sixteen counters of a byte each, added up before one can overflow.
    const size_t end = std::min(bytes.size() - sizeof(Lanes) + 1, i + 255 * sizeof(Lanes));
    Lanes sums{};
    for (; i < end; i += sizeof(Lanes)) {
      Lanes block;
      std::memcpy(&block, bytes.data() + i, sizeof(block));
      sums -= block < 0;  // a true comparison is -1
    }
    count += SumOf(sums);
  }
  for (; i < bytes.size(); i++) count += bytes[i] >> 7;
  return count;
}

Progress Latin1ToUtf8(std::span<const uint8_t> text, std::span<uint8_t> target) {
  Progress done;
  done.read = done.written = CopyAscii(text.data(), std::min(text.size(), target.size()), target.data());
  size_t written = 0;
  done.read += simd::Latin1ToUtf8(text.data() + done.read, text.size() - done.read,
                                  target.data() + done.written, target.size() - done.written, &written);
  done.written += written;
  // While two bytes for each character fit, none is checked for, and both are written each time: no branch.
  // The second may be a wrong one, so another character has to follow and to fit.
  const size_t pairs = (target.size() - done.written) / 2;
  const size_t safe = std::min(text.size(), done.read + pairs);
  uint8_t* out = target.data() + done.written;
  for (; done.read + 1 < safe; done.read++) {
    const uint8_t c = text[done.read];
    out[0] = c < 0x80 ? c : static_cast<uint8_t>(0xc0 | c >> 6);
    out[1] = static_cast<uint8_t>(0x80 | (c & 0x3f));
    out += 1 + (c >> 7);
  }
  done.written = static_cast<size_t>(out - target.data());
  for (; done.read < text.size(); done.read++) {
    const uint8_t c = text[done.read];
    if (done.written + 1 + (c >> 7) > target.size()) break;
    if (c < 0x80) {
      target[done.written++] = c;
    } else {
      target[done.written++] = static_cast<uint8_t>(0xc0 | c >> 6);
      target[done.written++] = static_cast<uint8_t>(0x80 | (c & 0x3f));
    }
  }
  return done;
}

bool IsUtf8(std::span<const uint8_t> bytes) {
  if (const auto check = simd::IsUtf8(bytes.data(), bytes.size()); check != simd::Utf8Check::kUnknown)
    return check == simd::Utf8Check::kValid;
  size_t i = 0;
  const size_t size = bytes.size();
  while (i < size) {
    const uint8_t first = bytes[i];
    if (first < 0x80) {
      i++;
      continue;
    }
    // Unicode 15, table 3-7: the second byte's range depends on the first.
    size_t length;
    uint8_t low = 0x80, high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf) {
      length = 2;
    } else if (first >= 0xe0 && first <= 0xef) {
      length = 3;
      if (first == 0xe0) low = 0xa0;
      if (first == 0xed) high = 0x9f;
    } else if (first >= 0xf0 && first <= 0xf4) {
      length = 4;
      if (first == 0xf0) low = 0x90;
      if (first == 0xf4) high = 0x8f;
    } else {
      return false;
    }
    if (size - i < length) return false;
    if (bytes[i + 1] < low || bytes[i + 1] > high) return false;
    for (size_t k = 2; k < length; k++) {
      if ((bytes[i + k] & 0xc0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

Utf8Shape ShapeOfUtf8(std::span<const uint8_t> bytes) {
  Utf8Shape shape;
  for (const uint8_t byte : bytes) {
    // One code unit for each byte that begins a character, a second one for those of four bytes.
    shape.units += ((byte & 0xc0) != 0x80) + (byte >= 0xf0);
    shape.latin1 &= byte < 0xc4;
  }
  return shape;
}

template <typename Char>
void DecodeValidUtf8(std::span<const uint8_t> bytes, Char* out) {
  const uint8_t* at = bytes.data();
  const uint8_t* const end = at + bytes.size();
  while (at < end) {
    if (end - at >= 8) {
      if ((Word(at) & kHighBits) == 0) {
        for (int i = 0; i < 8; i++) out[i] = at[i];
        at += 8;
        out += 8;
        continue;
      }
    }
    const uint32_t first = *at++;
    if (first < 0x80) {
      *out++ = static_cast<Char>(first);
    } else if (first < 0xe0) {
      *out++ = static_cast<Char>((first & 0x1f) << 6 | (at[0] & 0x3f));
      at += 1;
    } else if (first < 0xf0) {
      *out++ = static_cast<Char>((first & 0x0f) << 12 | (at[0] & 0x3f) << 6 | (at[1] & 0x3f));
      at += 2;
    } else {
      const uint32_t code = (first & 7) << 18 | (at[0] & 0x3f) << 12 | (at[1] & 0x3f) << 6 | (at[2] & 0x3f);
      *out++ = static_cast<Char>(0xd7c0 + (code >> 10));
      *out++ = static_cast<Char>(0xdc00 | (code & 0x3ff));
      at += 3;
    }
  }
}
template void DecodeValidUtf8(std::span<const uint8_t>, uint8_t*);
template void DecodeValidUtf8(std::span<const uint8_t>, uint16_t*);

}  // namespace parley
