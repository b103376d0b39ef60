// Where bytes are in other bytes, as Buffer's indexOf() and lastIndexOf() count.
#ifndef RUNTIME_BUFFER_SEARCH_H_
#define RUNTIME_BUFFER_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace parley {

// Position of the needle nearest to `offset` in the direction, or -1. `step` is 2 for UTF-16.
int64_t Search(std::span<const uint8_t> hay, std::span<const uint8_t> needle, double offset, bool forward,
               size_t step);

}  // namespace parley

#endif  // RUNTIME_BUFFER_SEARCH_H_
