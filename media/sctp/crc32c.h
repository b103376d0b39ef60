// CRC-32C (Castagnoli), the checksum of SCTP packets (RFC 9260 section 6.8 and appendix A).
#pragma once

#include <cstdint>
#include <span>

namespace parley::media::sctp {

// With the processor's instruction where it has one. `before` is the checksum of the bytes that came before
// these.
uint32_t crc32c(std::span<const uint8_t> bytes, uint32_t before = 0);
// By table, on any processor.
uint32_t crc32c_by_table(std::span<const uint8_t> bytes, uint32_t before = 0);

}  // namespace parley::media::sctp
