// Base64 after W. Muła and D. Lemire, "Faster Base64 Encoding and Decoding using AVX2 Instructions" (2018);
// UTF-8 after J. Keiser and D. Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte" (2021).
#include "runtime/buffer/codecs_simd.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <cstring>

#define PARLEY_AVX2 __attribute__((target("avx2,popcnt")))
#define PARLEY_AVX2_INLINE __attribute__((target("avx2"), always_inline)) inline

#define PARLEY_AVX512 __attribute__((target("avx512bw,avx512f")))
#define PARLEY_AVX512_INLINE __attribute__((target("avx512bw,avx512f"), always_inline)) inline

namespace parley::simd {
namespace {

bool HasAvx512() {
  static const bool has = __builtin_cpu_supports("avx512bw") > 0;
  return has;
}
bool HasAvx2() {
  static const bool has = __builtin_cpu_supports("avx2") > 0;
  return has;
}

PARLEY_AVX2_INLINE __m256i Load(const void* at) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(at));
}
PARLEY_AVX2_INLINE __m128i LoadHalf(const void* at) {
  return _mm_loadu_si128(static_cast<const __m128i*>(at));
}
PARLEY_AVX2_INLINE void Store(void* at, __m256i value) {
  _mm256_storeu_si256(static_cast<__m256i*>(at), value);
}
PARLEY_AVX2_INLINE void StoreHalf(void* at, __m128i value) {
  _mm_storeu_si128(static_cast<__m128i*>(at), value);
}

// A table of 16 bytes that _mm256_shuffle_epi8 looks up in, once in each half.
struct Table {
  alignas(16) uint8_t values[16];
};
PARLEY_AVX2_INLINE __m256i Lookup(const Table& table, __m256i index) {
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(LoadHalf(table.values)), index);
}
PARLEY_AVX2_INLINE __m256i HighNibbles(__m256i bytes) {
  return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0f));
}

// What to add to a six-bit value to get its character, by a reduced value: 0 for a–z, 1–10 for 0–9, 11 and 12
// for the two characters that the alphabets differ in, 13 for A–Z.
constexpr Table EncodeOffsets(char c62, char c63) {
  Table table{};
  table.values[0] = 'a' - 26;
  for (int i = 1; i <= 10; i++) table.values[i] = static_cast<uint8_t>('0' - 52);
  table.values[11] = static_cast<uint8_t>(c62 - 62);
  table.values[12] = static_cast<uint8_t>(c63 - 63);
  table.values[13] = 'A';
  return table;
}
constexpr Table kEncodeStandard = EncodeOffsets('+', '/');
constexpr Table kEncodeUrl = EncodeOffsets('-', '_');

// A character is in the alphabet when the bits of its low and its high nibble have none in common.
constexpr Table kDecodeLow = {
    {0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a}};
constexpr Table kDecodeHigh = {
    {0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10}};
// What to add to a character to get its value, by its high nibble ('/' counts one less).
constexpr Table kDecodeOffsets = {{0, 16, 19, 4, 191, 191, 185, 185, 0, 0, 0, 0, 0, 0, 0, 0}};

// The kinds of error that two neighbouring bytes can be part of; a kind holds when all three nibbles agree on
// it.
enum Utf8Error : uint8_t {
  kTooShort = 1 << 0,
  kTooLong = 1 << 1,
  kOverlong3 = 1 << 2,
  kTooLarge = 1 << 3,
  kSurrogate = 1 << 4,
  kOverlong2 = 1 << 5,
  kTooLarge1000 = 1 << 6,
  kOverlong4 = 1 << 6,
  kTwoContinuations = 1 << 7,
  kCarry = kTooShort | kTooLong | kTwoContinuations,
};
constexpr uint8_t kLarge = kCarry | kTooLarge | kTooLarge1000;
constexpr uint8_t kContinuation = kTooLong | kOverlong2 | kTwoContinuations;
constexpr Table kFirstHigh = {{kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong,
                               kTwoContinuations, kTwoContinuations, kTwoContinuations, kTwoContinuations,
                               kTooShort | kOverlong2, kTooShort, kTooShort | kOverlong3 | kSurrogate,
                               kTooShort | kTooLarge | kTooLarge1000 | kOverlong4}};
constexpr Table kFirstLow = {{kCarry | kOverlong3 | kOverlong2 | kOverlong4, kCarry | kOverlong2, kCarry,
                              kCarry, kCarry | kTooLarge, kLarge, kLarge, kLarge, kLarge, kLarge, kLarge,
                              kLarge, kLarge, kLarge | kSurrogate, kLarge, kLarge}};
constexpr Table kSecondHigh = {
    {kTooShort, kTooShort, kTooShort, kTooShort, kTooShort, kTooShort, kTooShort, kTooShort,
     kContinuation | kOverlong3 | kTooLarge1000 | kOverlong4, kContinuation | kOverlong3 | kTooLarge,
     kContinuation | kSurrogate | kTooLarge, kContinuation | kSurrogate | kTooLarge, kTooShort, kTooShort,
     kTooShort, kTooShort}};

// The errors of `block`, whose preceding 32 bytes are `before`.
PARLEY_AVX2_INLINE __m256i Utf8Errors(__m256i block, __m256i before) {
  const __m256i shifted = _mm256_permute2x128_si256(before, block, 0x21);
  const __m256i one_back = _mm256_alignr_epi8(block, shifted, 15);
  const __m256i two_back = _mm256_alignr_epi8(block, shifted, 14);
  const __m256i three_back = _mm256_alignr_epi8(block, shifted, 13);
  const __m256i low = _mm256_and_si256(one_back, _mm256_set1_epi8(0x0f));
  const __m256i pairs =
      _mm256_and_si256(_mm256_and_si256(Lookup(kFirstHigh, HighNibbles(one_back)), Lookup(kFirstLow, low)),
                       Lookup(kSecondHigh, HighNibbles(block)));
  // Two continuations in a row are right exactly where a three- or four-byte sequence began.
  const __m256i third = _mm256_subs_epu8(two_back, _mm256_set1_epi8(0xe0 - 0x80));
  const __m256i fourth = _mm256_subs_epu8(three_back, _mm256_set1_epi8(static_cast<char>(0xf0 - 0x80)));
  const __m256i wanted =
      _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(static_cast<char>(0x80)));
  return _mm256_xor_si256(wanted, pairs);
}

PARLEY_AVX2 size_t EncodeBlocks(const uint8_t* bytes, size_t length, const Table& offsets, char* out) {
  const __m256i spread = _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10, 1, 0, 2, 1, 4, 3,
                                          5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
  size_t i = 0;
  for (; i + 28 <= length; i += 24, out += 32) {
    const __m256i halves =
        _mm256_inserti128_si256(_mm256_castsi128_si256(LoadHalf(bytes + i)), LoadHalf(bytes + i + 12), 1);
    const __m256i groups = _mm256_shuffle_epi8(halves, spread);
    const __m256i outer = _mm256_mulhi_epu16(_mm256_and_si256(groups, _mm256_set1_epi32(0x0fc0fc00)),
                                             _mm256_set1_epi32(0x04000040));
    const __m256i inner = _mm256_mullo_epi16(_mm256_and_si256(groups, _mm256_set1_epi32(0x003f03f0)),
                                             _mm256_set1_epi32(0x01000010));
    const __m256i values = _mm256_or_si256(outer, inner);
    const __m256i upper_case = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), values);
    const __m256i reduced = _mm256_or_si256(_mm256_subs_epu8(values, _mm256_set1_epi8(51)),
                                            _mm256_and_si256(upper_case, _mm256_set1_epi8(13)));
    Store(out, _mm256_add_epi8(Lookup(offsets, reduced), values));
  }
  return i;
}

PARLEY_AVX2 size_t DecodeBlocks(const uint8_t* text, size_t length, uint8_t* out, size_t capacity) {
  const __m256i pack = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1, 2, 1, 0, 6, 5,
                                        4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
  const __m256i join = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);
  size_t i = 0;
  for (size_t written = 0; i + 32 <= length && written + 24 <= capacity; i += 32, written += 24) {
    const __m256i block = Load(text + i);
    const __m256i high = HighNibbles(block);
    const __m256i low = _mm256_and_si256(block, _mm256_set1_epi8(0x0f));
    if (!_mm256_testz_si256(Lookup(kDecodeLow, low), Lookup(kDecodeHigh, high))) break;
    const __m256i slash = _mm256_cmpeq_epi8(block, _mm256_set1_epi8('/'));
    const __m256i values = _mm256_add_epi8(block, Lookup(kDecodeOffsets, _mm256_add_epi8(slash, high)));
    const __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
    const __m256i groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
    const __m256i joined = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(groups, pack), join);
    // Not a byte more than there is: what follows in the target is the program's.
    StoreHalf(out + written, _mm256_castsi256_si128(joined));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out + written + 16), _mm256_extracti128_si256(joined, 1));
  }
  return i;
}

PARLEY_AVX2 size_t HexEncodeBlocks(const uint8_t* bytes, size_t length, char* out) {
  const __m128i digits = LoadHalf("0123456789abcdef");
  const __m128i mask = _mm_set1_epi8(0x0f);
  size_t i = 0;
  for (; i + 16 <= length; i += 16, out += 32) {
    const __m128i block = LoadHalf(bytes + i);
    const __m128i high = _mm_shuffle_epi8(digits, _mm_and_si128(_mm_srli_epi16(block, 4), mask));
    const __m128i low = _mm_shuffle_epi8(digits, _mm_and_si128(block, mask));
    StoreHalf(out, _mm_unpacklo_epi8(high, low));
    StoreHalf(out + 16, _mm_unpackhi_epi8(high, low));
  }
  return i;
}

PARLEY_AVX2 size_t HexDecodeBlocks(const uint8_t* text, size_t length, uint8_t* out, size_t capacity) {
  size_t i = 0;
  for (; i + 32 <= length && i / 2 + 16 <= capacity; i += 32) {
    const __m256i block = Load(text + i);
    const __m256i digit = _mm256_sub_epi8(block, _mm256_set1_epi8('0'));
    const __m256i letter =
        _mm256_sub_epi8(_mm256_or_si256(block, _mm256_set1_epi8(0x20)), _mm256_set1_epi8('a'));
    const __m256i is_digit = _mm256_cmpeq_epi8(_mm256_min_epu8(digit, _mm256_set1_epi8(9)), digit);
    const __m256i is_letter = _mm256_cmpeq_epi8(_mm256_min_epu8(letter, _mm256_set1_epi8(5)), letter);
    if (_mm256_movemask_epi8(_mm256_or_si256(is_digit, is_letter)) != -1) break;
    const __m256i values = _mm256_blendv_epi8(_mm256_add_epi8(letter, _mm256_set1_epi8(10)), digit, is_digit);
    const __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi16(0x0110));
    const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi16(pairs, pairs), 0x08);
    StoreHalf(out + i / 2, _mm256_castsi256_si128(packed));
  }
  return i;
}

PARLEY_AVX2 bool CheckUtf8(const uint8_t* bytes, size_t length) {
  __m256i errors = _mm256_setzero_si256();
  __m256i before = _mm256_setzero_si256();
  bool ascii = true;  // in the block before
  for (size_t i = 0; i < length; i += 32) {
    __m256i block;
    if (length - i >= 32) {
      block = Load(bytes + i);
    } else {
      uint8_t rest[32] = {};
      std::memcpy(rest, bytes + i, length - i);
      block = Load(rest);
    }
    const bool was_ascii = ascii;
    ascii = _mm256_movemask_epi8(block) == 0;
    if (!ascii || !was_ascii) errors = _mm256_or_si256(errors, Utf8Errors(block, before));
    before = block;
  }
  // Zeros follow the text: they show a last character that is cut.
  if (!ascii) errors = _mm256_or_si256(errors, Utf8Errors(_mm256_setzero_si256(), before));
  return _mm256_testz_si256(errors, errors);
}

// The same on 64 bytes, with AVX-512. What precedes a block is read from memory: shifting it in would take
// turns with the tables at the one unit that moves bytes.
PARLEY_AVX512_INLINE __m512i WideLoad(const void* at) { return _mm512_loadu_si512(at); }
PARLEY_AVX512_INLINE __m512i WideLookup(const Table& table, __m512i index) {
  // Masked, though it takes all: the plain one warns of an uninitialised value in GCC 12.
  const __m128i values = _mm_loadu_si128(reinterpret_cast<const __m128i*>(table.values));
  return _mm512_shuffle_epi8(_mm512_maskz_broadcast_i32x4(0xffff, values), index);
}
PARLEY_AVX512_INLINE __m512i WideErrors(const uint8_t* at) {
  const __m512i nibble = _mm512_set1_epi8(0x0f);
  const __m512i block = WideLoad(at);
  const __m512i one_back = WideLoad(at - 1);
  const __m512i first_high = _mm512_and_si512(_mm512_srli_epi16(one_back, 4), nibble);
  const __m512i second_high = _mm512_and_si512(_mm512_srli_epi16(block, 4), nibble);
  const __m512i pairs =
      _mm512_and_si512(_mm512_and_si512(WideLookup(kFirstHigh, first_high),
                                        WideLookup(kFirstLow, _mm512_and_si512(one_back, nibble))),
                       WideLookup(kSecondHigh, second_high));
  const __m512i third = _mm512_subs_epu8(WideLoad(at - 2), _mm512_set1_epi8(0xe0 - 0x80));
  const __m512i fourth = _mm512_subs_epu8(WideLoad(at - 3), _mm512_set1_epi8(static_cast<char>(0xf0 - 0x80)));
  const __m512i wanted =
      _mm512_and_si512(_mm512_or_si512(third, fourth), _mm512_set1_epi8(static_cast<char>(0x80)));
  return _mm512_xor_si512(wanted, pairs);
}

// The errors of up to 64 bytes with `before` (at most 3) bytes in front of them and zeros after them.
PARLEY_AVX512 __m512i WideErrorsOf(const uint8_t* bytes, size_t before, size_t length) {
  uint8_t copy[3 + 64] = {};
  std::memcpy(copy + 3 - before, bytes - before, before + length);
  return WideErrors(copy + 3);
}

constexpr size_t kWideLength = 256;  // below it the wider registers gain nothing

PARLEY_AVX512 bool CheckUtf8Wide(const uint8_t* bytes, size_t length) {
  __m512i errors = WideErrorsOf(bytes, 0, 64);
  bool ascii = false;  // the block before
  size_t i = 64;
  for (; i + 64 <= length; i += 64) {
    const bool was_ascii = ascii;
    ascii = _mm512_movepi8_mask(WideLoad(bytes + i)) == 0;
    if (!ascii || !was_ascii) errors = _mm512_or_si512(errors, WideErrors(bytes + i));
  }
  // A zero at least follows the text: it shows a last character that is cut.
  errors = _mm512_or_si512(errors, WideErrorsOf(bytes + i, 3, length - i));
  return _mm512_test_epi8_mask(errors, errors) == 0;
}

// For each set of characters from 0x80 on among eight: what gathers the wanted bytes of their sixteen (two of
// a character, of which one below 0x80 needs the first).
struct Gathering {
  alignas(16) uint8_t from[256][16];
};
constexpr Gathering MakeGathering() {
  Gathering gathering{};
  for (int high = 0; high < 256; high++) {
    int to = 0;
    for (int i = 0; i < 8; i++) {
      gathering.from[high][to++] = static_cast<uint8_t>(2 * i);
      if (high >> i & 1) gathering.from[high][to++] = static_cast<uint8_t>(2 * i + 1);
    }
  }
  return gathering;
}
constexpr Gathering kGathering = MakeGathering();

PARLEY_AVX2 size_t Latin1Blocks(const uint8_t* text, size_t length, uint8_t* out, size_t capacity,
                                size_t* written) {
  size_t i = 0, to = 0;
  for (; i + 16 <= length && to + 32 <= capacity; i += 8) {
    const __m128i block = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(text + i));
    const unsigned high = static_cast<unsigned>(_mm_movemask_epi8(block)) & 0xff;
    const __m128i wide = _mm_cvtepu8_epi16(block);
    const __m128i lead = _mm_or_si128(_mm_srli_epi16(wide, 6), _mm_set1_epi16(0x00c0));
    const __m128i trail =
        _mm_slli_epi16(_mm_or_si128(_mm_and_si128(wide, _mm_set1_epi16(0x003f)), _mm_set1_epi16(0x0080)), 8);
    const __m128i needs_two = _mm_cmpgt_epi16(wide, _mm_set1_epi16(0x7f));
    const __m128i pairs = _mm_blendv_epi8(wide, _mm_or_si128(lead, trail), needs_two);
    StoreHalf(out + to, _mm_shuffle_epi8(pairs, LoadHalf(kGathering.from[high])));
    to += 8 + static_cast<size_t>(__builtin_popcount(high));
  }
  *written = to;
  return i;
}

}  // namespace

size_t Latin1ToUtf8(const uint8_t* text, size_t length, uint8_t* out, size_t capacity, size_t* written) {
  *written = 0;
  return HasAvx2() ? Latin1Blocks(text, length, out, capacity, written) : 0;
}

size_t Base64Encode(const uint8_t* bytes, size_t length, bool url, char* out) {
  return HasAvx2() ? EncodeBlocks(bytes, length, url ? kEncodeUrl : kEncodeStandard, out) : 0;
}

size_t Base64Decode(const uint8_t* text, size_t length, uint8_t* out, size_t capacity) {
  return HasAvx2() ? DecodeBlocks(text, length, out, capacity) : 0;
}

size_t HexEncode(const uint8_t* bytes, size_t length, char* out) {
  return HasAvx2() ? HexEncodeBlocks(bytes, length, out) : 0;
}

size_t HexDecode(const uint8_t* text, size_t length, uint8_t* out, size_t capacity) {
  return HasAvx2() ? HexDecodeBlocks(text, length, out, capacity) : 0;
}

Utf8Check IsUtf8(const uint8_t* bytes, size_t length) {
  if (!HasAvx2()) return Utf8Check::kUnknown;
  const bool valid =
      HasAvx512() && length >= kWideLength ? CheckUtf8Wide(bytes, length) : CheckUtf8(bytes, length);
  return valid ? Utf8Check::kValid : Utf8Check::kInvalid;
}

}  // namespace parley::simd

#else

namespace parley::simd {

size_t Base64Encode(const uint8_t*, size_t, bool, char*) { return 0; }
size_t Base64Decode(const uint8_t*, size_t, uint8_t*, size_t) { return 0; }
size_t HexEncode(const uint8_t*, size_t, char*) { return 0; }
size_t HexDecode(const uint8_t*, size_t, uint8_t*, size_t) { return 0; }
Utf8Check IsUtf8(const uint8_t*, size_t) { return Utf8Check::kUnknown; }
size_t Latin1ToUtf8(const uint8_t*, size_t, uint8_t*, size_t, size_t* written) { return *written = 0; }

}  // namespace parley::simd

#endif
