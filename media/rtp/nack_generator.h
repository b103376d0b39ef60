// Decides when to ask a sender for a lost packet again (RFC 4585 section 6.2.1): a little after a gap is
// seen, since packets overtake each other, then once a round trip, a limited number of times.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "media/core/time.h"
#include "media/core/types.h"

namespace parley::media::rtp {

class NackGenerator {
 public:
  static constexpr size_t kMaxMissing = 256;
  static constexpr int kMaxTries = 10;
  static constexpr Duration kReorderWait = std::chrono::milliseconds(5);
  static constexpr Duration kGiveUpAfter = std::chrono::seconds(1);

  enum class Arrival : uint8_t { kNew, kRecovered, kDuplicate };

  Arrival on_packet(int64_t seq, TimePoint now);
  // The numbers to ask for now; at most `out.size()`.
  std::span<SeqNumber> due(TimePoint now, Duration rtt, std::span<SeqNumber> out);
  TimePoint next_deadline() const { return missing_count_ == 0 ? kNever : next_; }
  // True once after packets were lost for good: only a key frame helps.
  bool take_gave_up() { return std::exchange(gave_up_, false); }
  uint64_t requested() const { return requested_; }

 private:
  struct Missing {
    int64_t seq;
    TimePoint first_seen;
    TimePoint next_try;
    int tries;
  };
  void remember(int64_t seq, TimePoint now);
  bool seen(int64_t seq) const { return (seen_[slot(seq)] >> (seq & 63) & 1) != 0; }
  static size_t slot(int64_t seq) { return static_cast<size_t>(seq >> 6) % kSeenWords; }
  void mark_seen(int64_t seq) { seen_[slot(seq)] |= uint64_t{1} << (seq & 63); }

  static constexpr size_t kSeenWords = 32;  // 2,048 packets back
  bool started_ = false;
  int64_t highest_ = 0;
  std::array<uint64_t, kSeenWords> seen_{};
  std::array<Missing, kMaxMissing> missing_;
  size_t missing_count_ = 0;
  TimePoint next_ = kNever;
  bool gave_up_ = false;
  uint64_t requested_ = 0;
};

}  // namespace parley::media::rtp
