// Serial numbers of 16 and 32 bits (RFC 1982; RFC 9260 section 2.6) made plain: everything inside counts in
// 64 bits and never wraps; only the wire does.
#pragma once

#include <cstdint>

namespace parley::media::sctp {

// Transmission sequence number, message id or stream sequence number, unwrapped.
using Serial = uint64_t;

// Where unwrapped counting begins, so that the number before the first one exists too.
inline constexpr Serial kSerialOrigin = Serial{1} << 40;

constexpr Serial first_serial(uint32_t wire) { return kSerialOrigin | wire; }
// The number nearest to `reference` that looks like `wire`.
constexpr Serial unwrap32(uint32_t wire, Serial reference) {
  return reference + static_cast<Serial>(
                         static_cast<int64_t>(static_cast<int32_t>(wire - static_cast<uint32_t>(reference))));
}
constexpr Serial unwrap16(uint16_t wire, Serial reference) {
  return reference + static_cast<Serial>(static_cast<int64_t>(static_cast<int16_t>(
                         static_cast<uint16_t>(wire - static_cast<uint16_t>(reference)))));
}

}  // namespace parley::media::sctp
