#include "runtime/buffer/search.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace parley {

int64_t Search(std::span<const uint8_t> hay, std::span<const uint8_t> needle, double offset, bool forward,
               size_t step) {
  const int64_t size = static_cast<int64_t>(hay.size());
  const int64_t length = static_cast<int64_t>(needle.size());
  int64_t at;
  if (std::isnan(offset)) {
    at = forward ? 0 : size;
  } else if (offset < 0) {
    at = offset < -static_cast<double>(size) ? -1 : size + static_cast<int64_t>(offset);
    if (at < 0) {
      if (!forward) return -1;
      at = 0;
    }
  } else {
    at = offset > static_cast<double>(size) ? size : static_cast<int64_t>(offset);
    if (forward && offset > static_cast<double>(size)) return length == 0 ? size : -1;
  }
  if (length == 0) return std::min(at, size);
  if (length > size) return -1;
  if (!forward) {
    at = std::min(at, size - length);
    for (; at >= 0; at--) {
      if (at % static_cast<int64_t>(step) == 0 &&
          std::memcmp(hay.data() + at, needle.data(), needle.size()) == 0)
        return at;
    }
    return -1;
  }
  while (at + length <= size) {
    const void* found = memmem(hay.data() + at, static_cast<size_t>(size - at), needle.data(), needle.size());
    if (found == nullptr) return -1;
    const int64_t position = static_cast<const uint8_t*>(found) - hay.data();
    if (position % static_cast<int64_t>(step) == 0) return position;
    at = position + 1;
  }
  return -1;
}

}  // namespace parley
