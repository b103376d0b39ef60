// Sequence numbers towards one subscriber. The source's numbers are kept with their gaps (a loss on the way
// in is a loss on the way out, and its late arrival fills the gap), but what is left out on purpose — a
// pause, the packets before the first key frame, another source — leaves no gap.
//
// A segment is a stretch of the source forwarded with one offset; the last few are remembered, so that late
// packets go where they belong and a subscriber's NACK can be turned back into the source's number.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "media/core/types.h"

namespace parley::media::rtp {

class SeqRewriter {
 public:
  explicit SeqRewriter(uint16_t first_out) : next_out_(first_out) {}

  // The next forwarded packet begins a new segment.
  void cut() { cut_ = true; }

  // The number of source packet `in` (unwrapped) towards the subscriber; nothing when it belongs to no
  // segment.
  std::optional<SeqNumber> forward(int64_t in) {
    if (cut_ || count_ == 0) {
      if (count_ > 0 && in <= newest_in_) return std::nullopt;  // late, from before the cut
      begin_segment(in);
    }
    for (size_t i = 0; i < count_; ++i) {
      const Segment& s = segment(i);
      if (in < s.first_in) continue;
      if (i > 0 && in > s.last_in) return std::nullopt;  // in the stretch that was left out
      if (i == 0 && in > newest_in_) {
        newest_in_ = in;
        next_out_ = in + s.offset + 1;
      }
      return SeqNumber{static_cast<uint16_t>(in + s.offset)};
    }
    return std::nullopt;
  }

  // The source's number of a packet the subscriber asks for again.
  std::optional<int64_t> reverse(SeqNumber out) const {
    if (count_ == 0) return std::nullopt;
    const int64_t newest_out = next_out_ - 1;
    const int64_t wanted = newest_out + out.distance_from({static_cast<uint16_t>(newest_out)});
    if (wanted > newest_out) return std::nullopt;
    for (size_t i = 0; i < count_; ++i) {
      const Segment& s = segment(i);
      const int64_t in = wanted - s.offset;
      if (in >= s.first_in) return in;
    }
    return std::nullopt;
  }

 private:
  struct Segment {
    int64_t first_in = 0;
    int64_t last_in = 0;  // set when the next one begins
    int64_t offset = 0;
  };
  static constexpr size_t kSegments = 8;

  // 0 is the latest.
  const Segment& segment(size_t i) const { return segments_[(latest_ + kSegments - i) % kSegments]; }

  void begin_segment(int64_t in) {
    if (count_ > 0) {
      segments_[latest_].last_in = newest_in_;
      latest_ = (latest_ + 1) % kSegments;
    }
    if (count_ < kSegments) ++count_;
    segments_[latest_] = {in, in, next_out_ - in};
    newest_in_ = in - 1;
    cut_ = false;
  }

  std::array<Segment, kSegments> segments_;
  size_t latest_ = 0;
  size_t count_ = 0;
  bool cut_ = false;
  int64_t newest_in_ = 0;
  int64_t next_out_;
};

}  // namespace parley::media::rtp
