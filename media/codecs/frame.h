// Raw and encoded media.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace parley::media::codecs {

inline constexpr uint32_t kMaxPictureSide = 4096;

// Planar YUV 4:2:0, eight bits, rows without padding: Y, then U, then V of half the size, rounded up.
struct Picture {
  uint32_t width = 0;
  uint32_t height = 0;
  std::vector<uint8_t> bytes;

  static size_t size_of(uint32_t width, uint32_t height) {
    const size_t chroma = size_t{(width + 1) / 2} * ((height + 1) / 2);
    return size_t{width} * height + 2 * chroma;
  }
  bool valid() const {
    return width > 0 && height > 0 && width <= kMaxPictureSide && height <= kMaxPictureSide &&
           bytes.size() == size_of(width, height);
  }
  uint32_t chroma_width() const { return (width + 1) / 2; }
  uint32_t chroma_height() const { return (height + 1) / 2; }
  // 0: Y, 1: U, 2: V.
  uint8_t* plane(int i) {
    const size_t chroma = size_t{chroma_width()} * chroma_height();
    return bytes.data() + (i == 0 ? 0 : size_t{width} * height + (i == 2 ? chroma : 0));
  }
  const uint8_t* plane(int i) const { return const_cast<Picture*>(this)->plane(i); }
  uint32_t stride(int i) const { return i == 0 ? width : chroma_width(); }
};

// One picture as its codec's RTP payload format carries it; H.264 with start codes (Annex B).
struct EncodedPicture {
  std::vector<uint8_t> bytes;
  uint32_t timestamp = 0;  // RTP's
  bool key = false;
};

}  // namespace parley::media::codecs
