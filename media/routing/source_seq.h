// Sequence numbers of a track's packets as its subscribers remember them: unwrapped, and of several encodings
// in ranges that never meet.
#pragma once

#include <cstddef>
#include <cstdint>

namespace parley::media {

inline constexpr int kSourceShift = 40;

constexpr int64_t source_seq(size_t encoding, int64_t seq) {
  return static_cast<int64_t>(encoding) << kSourceShift | (seq & ((int64_t{1} << kSourceShift) - 1));
}
constexpr size_t encoding_of(int64_t source_seq) { return static_cast<size_t>(source_seq >> kSourceShift); }
constexpr int64_t seq_of(int64_t source_seq) { return source_seq & ((int64_t{1} << kSourceShift) - 1); }

}  // namespace parley::media
