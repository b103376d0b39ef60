// Which TSNs have come: the cumulative one, the ranges above it, and the duplicates since the last SACK (RFC
// 9260 section 6.2).
#pragma once

#include <cstdint>
#include <vector>

#include "media/sctp/packet.h"
#include "media/sctp/serial.h"

namespace parley::media::sctp {

class Received {
 public:
  // A TSN further ahead could not be told of in a gap block (16 bits).
  static constexpr Serial kMaxAhead = 60000;
  static constexpr size_t kMaxRanges = 2048;
  static constexpr size_t kMaxDuplicates = 20;

  enum class Verdict : uint8_t { kNew, kDuplicate, kRefused };

  explicit Received(Serial first) : cumulative_(first - 1) {}

  // Whether it would be new. Duplicates are noted.
  Verdict look(Serial tsn);
  void add(Serial tsn);
  // The peer gave up everything to here (RFC 3758). False when that is nothing new.
  bool skip_to(Serial tsn);

  Serial cumulative() const { return cumulative_; }
  bool has_gaps() const { return !ranges_.empty(); }
  bool has_duplicates() const { return !duplicates_.empty(); }
  // A SACK's value in at most `room` bytes; forgets the duplicates.
  void write_sack(ByteWriter& out, size_t room, uint32_t window);

 private:
  struct Range {
    Serial start, end;  // both included
  };
  void advance();

  Serial cumulative_;
  std::vector<Range> ranges_;  // rising, with gaps between them
  std::vector<uint32_t> duplicates_;
};

}  // namespace parley::media::sctp
