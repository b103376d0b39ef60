// A whole user message as it comes out of an association, and how one wants to be sent.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "media/core/time.h"

namespace parley::media::sctp {

struct Message {
  uint16_t stream = 0;
  uint32_t protocol = 0;  // payload protocol identifier
  bool unordered = false;
  std::vector<uint8_t> bytes;
};

struct SendOptions {
  bool unordered = false;
  // Part of the stream's buffered amount; what the program did not write is not.
  bool counted = true;
  // Partial reliability (RFC 3758, RFC 7496): given up after so many retransmissions, or so long after it was
  // queued.
  std::optional<uint16_t> max_retransmits;
  std::optional<Duration> lifetime;
};

}  // namespace parley::media::sctp
