// See received.h.
#include "media/sctp/received.h"

#include <algorithm>

namespace parley::media::sctp {

Received::Verdict Received::look(Serial tsn) {
  if (tsn > cumulative_ + kMaxAhead) return Verdict::kRefused;
  const auto it =
      std::partition_point(ranges_.begin(), ranges_.end(), [&](const Range& r) { return r.end < tsn; });
  if (tsn <= cumulative_ || (it != ranges_.end() && it->start <= tsn)) {
    if (duplicates_.size() < kMaxDuplicates) duplicates_.push_back(static_cast<uint32_t>(tsn));
    return Verdict::kDuplicate;
  }
  if (tsn == cumulative_ + 1 || ranges_.size() < kMaxRanges) return Verdict::kNew;
  const bool extends =
      (it != ranges_.end() && it->start == tsn + 1) || (it != ranges_.begin() && (it - 1)->end + 1 == tsn);
  return extends ? Verdict::kNew : Verdict::kRefused;
}

void Received::add(Serial tsn) {
  if (tsn == cumulative_ + 1) {
    ++cumulative_;
    advance();
    return;
  }
  const auto it =
      std::partition_point(ranges_.begin(), ranges_.end(), [&](const Range& r) { return r.end < tsn; });
  const bool joins_next = it != ranges_.end() && it->start == tsn + 1;
  const bool joins_previous = it != ranges_.begin() && (it - 1)->end + 1 == tsn;
  if (joins_previous && joins_next) {
    (it - 1)->end = it->end;
    ranges_.erase(it);
  } else if (joins_previous) {
    (it - 1)->end = tsn;
  } else if (joins_next) {
    it->start = tsn;
  } else {
    ranges_.insert(it, {tsn, tsn});
  }
}

bool Received::skip_to(Serial tsn) {
  if (tsn <= cumulative_) return false;
  cumulative_ = tsn;
  advance();
  return true;
}

void Received::advance() {
  auto it = ranges_.begin();
  for (; it != ranges_.end() && it->start <= cumulative_ + 1; ++it)
    cumulative_ = std::max(cumulative_, it->end);
  ranges_.erase(ranges_.begin(), it);
}

void Received::write_sack(ByteWriter& out, size_t room, uint32_t window) {
  const size_t items = room > 12 ? (room - 12) / 4 : 0;
  const size_t gaps = std::min(ranges_.size(), items);
  const size_t duplicates = std::min(duplicates_.size(), items - gaps);
  out.u32(static_cast<uint32_t>(cumulative_));
  out.u32(window);
  out.u16(static_cast<uint16_t>(gaps));
  out.u16(static_cast<uint16_t>(duplicates));
  for (size_t i = 0; i < gaps; ++i) {
    out.u16(static_cast<uint16_t>(ranges_[i].start - cumulative_));
    out.u16(static_cast<uint16_t>(ranges_[i].end - cumulative_));
  }
  for (size_t i = 0; i < duplicates; ++i) out.u32(duplicates_[i]);
  duplicates_.clear();
}

}  // namespace parley::media::sctp
