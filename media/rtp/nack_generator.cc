// See nack_generator.h.
#include "media/rtp/nack_generator.h"

#include <algorithm>
#include <utility>

namespace parley::media::rtp {

NackGenerator::Arrival NackGenerator::on_packet(int64_t seq, TimePoint now) {
  if (!started_) {
    started_ = true;
    highest_ = seq;
    mark_seen(seq);
    return Arrival::kNew;
  }
  if (seq > highest_) {
    const int64_t gap = seq - highest_ - 1;
    // Clear the words of the window that this packet enters.
    const int64_t first_word = (highest_ >> 6) + 1;
    const int64_t last_word = seq >> 6;
    for (int64_t w = std::max(first_word, last_word - static_cast<int64_t>(kSeenWords) + 1); w <= last_word;
         ++w) {
      seen_[static_cast<size_t>(w) % kSeenWords] = 0;
    }
    if (gap >
        static_cast<int64_t>(kMaxMissing)) {  // a jump: asking for all of it would only add to the trouble
      missing_count_ = 0;
      gave_up_ = true;
    } else {
      for (int64_t lost = highest_ + 1; lost < seq; ++lost) remember(lost, now);
    }
    highest_ = seq;
    mark_seen(seq);
    return Arrival::kNew;
  }
  if (highest_ - seq >= static_cast<int64_t>((kSeenWords - 1) * 64) || seen(seq)) return Arrival::kDuplicate;
  mark_seen(seq);
  for (size_t i = 0; i < missing_count_; ++i) {
    if (missing_[i].seq != seq) continue;
    missing_[i] = missing_[--missing_count_];
    break;
  }
  return Arrival::kRecovered;
}

void NackGenerator::remember(int64_t seq, TimePoint now) {
  if (missing_count_ == kMaxMissing) {
    missing_count_ = 0;
    gave_up_ = true;
  }
  missing_[missing_count_++] = {seq, now, now + kReorderWait, 0};
  next_ = std::min(missing_count_ == 1 ? kNever : next_, now + kReorderWait);
}

std::span<SeqNumber> NackGenerator::due(TimePoint now, Duration rtt, std::span<SeqNumber> out) {
  size_t n = 0;
  const Duration interval =
      std::clamp<Duration>(rtt, std::chrono::milliseconds(20), std::chrono::milliseconds(400));
  next_ = kNever;
  for (size_t i = 0; i < missing_count_;) {
    Missing& m = missing_[i];
    if (m.tries >= kMaxTries || now - m.first_seen > kGiveUpAfter) {
      gave_up_ = true;
      m = missing_[--missing_count_];
      continue;
    }
    if (m.next_try <= now && n < out.size()) {
      out[n++] = SeqNumber{static_cast<uint16_t>(m.seq)};
      ++m.tries;
      m.next_try = now + interval;
    }
    next_ = std::min(next_, m.next_try);
    ++i;
  }
  requested_ += n;
  const auto asked = out.first(n);
  std::sort(asked.begin(), asked.end(), [](SeqNumber a, SeqNumber b) { return b.newer_than(a); });
  return asked;
}

}  // namespace parley::media::rtp
