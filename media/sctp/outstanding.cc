// See outstanding.h.
#include "media/sctp/outstanding.h"

#include <algorithm>

namespace parley::media::sctp {

Outstanding::Outstanding(SendQueue& queue, Serial first)
    : queue_(queue), ring_(64), first_(first), lost_hint_(first) {}

Outstanding::Record& Outstanding::append() {
  if (size_ == ring_.size()) {
    std::vector<Record> larger(ring_.size() * 2);
    for (Serial t = first_; t < first_ + size_; ++t)
      larger[static_cast<size_t>(t) & (larger.size() - 1)] = at(t);
    ring_ = std::move(larger);
  }
  Record& r = at(first_ + size_++);
  r = {};
  return r;
}

Serial Outstanding::add(const SendQueue::Fragment& fragment, size_t wire_size, TimePoint now) {
  Record& r = append();
  r.fragment = fragment;
  r.wire_size = static_cast<uint32_t>(wire_size);
  r.sent_at = now;
  r.order = next_order_++;
  in_flight_ += wire_size;
  payload_ += fragment.size;
  const auto& m = queue_.message(fragment.slot);
  if (m.max_retransmits || m.expires != kNever) ++limited_;
  return first_ + size_ - 1;
}

void Outstanding::leave_flight(Record& r) {
  if (r.state == State::kInFlight && !r.placeholder) in_flight_ -= r.wire_size;
  if (r.state == State::kLost) --lost_;
}

void Outstanding::acknowledge(Record& r, TimePoint now, Acked* out, uint64_t* newest) {
  if (r.state == State::kAcked || r.placeholder) return;
  if (r.state == State::kInFlight && r.order > *newest) {
    *newest = r.order;
    if (r.retransmissions == 0) out->round_trip = now - r.sent_at;
  }
  if (r.state == State::kAbandoned) return;  // it came nevertheless; the message stays given up
  leave_flight(r);
  payload_ -= r.fragment.size;
  r.state = State::kAcked;
  out->bytes += r.wire_size;
  out->any = true;
}

void Outstanding::pop_front() {
  Record& r = at(first_);
  if (!r.placeholder) {
    const auto& m = queue_.message(r.fragment.slot);
    if (m.max_retransmits || m.expires != kNever) --limited_;
  }
  queue_.release(r.fragment.slot);
  ++first_;
  --size_;
}

bool Outstanding::on_sack(const SackChunk& sack, TimePoint now, Acked* out) {
  const Serial cumulative = unwrap32(sack.cumulative_tsn(), first_);
  if (cumulative >= next_tsn()) return false;
  if (cumulative + 1 < first_) return true;  // an old one, overtaken
  uint64_t newest = 0;
  while (first_ <= cumulative) {
    acknowledge(at(first_), now, out, &newest);
    out->cumulative_advanced = true;
    pop_front();
  }
  // Blocks go upwards (RFC 9260 section 3.3.4); ones that do not are skipped, so that each record is looked
  // at once.
  Serial from = first_;
  for (size_t i = 0; i < sack.gaps(); ++i) {
    const GapBlock gap = sack.gap(i);
    const Serial start = std::max(cumulative + gap.start, from), end = cumulative + gap.end;
    if (end >= next_tsn()) return false;
    for (Serial t = start; t <= end; ++t) acknowledge(at(t), now, out, &newest);
    from = std::max(from, end + 1);
  }
  if (newest == 0) return true;
  for (Serial t = first_; t < next_tsn(); ++t) {
    Record& r = at(t);
    if (r.state != State::kInFlight || r.placeholder || r.order >= newest) continue;
    if (++r.misses < kMissesUntilLost) continue;
    in_flight_ -= r.wire_size;
    r.state = State::kLost;
    ++lost_;
    lost_hint_ = std::min(lost_hint_, t);
    out->found_loss = true;
  }
  return true;
}

void Outstanding::mark_all_lost() {
  for (Serial t = first_; t < next_tsn(); ++t) {
    Record& r = at(t);
    if (r.state != State::kInFlight || r.placeholder) continue;
    in_flight_ -= r.wire_size;
    r.state = State::kLost;
    ++lost_;
  }
  lost_hint_ = first_;
}

const Outstanding::Record* Outstanding::next_lost(Serial* tsn) {
  if (lost_ == 0) {
    lost_hint_ = next_tsn();
    return nullptr;
  }
  for (Serial t = std::max(lost_hint_, first_); t < next_tsn(); ++t) {
    if (at(t).state != State::kLost) continue;
    lost_hint_ = *tsn = t;
    return &at(t);
  }
  return nullptr;
}

void Outstanding::mark_sent(Serial tsn, TimePoint now) {
  Record& r = at(tsn);
  if (r.state != State::kLost) return;
  r.state = State::kInFlight;
  r.misses = 0;
  if (r.retransmissions < UINT16_MAX) ++r.retransmissions;
  r.order = next_order_++;
  r.sent_at = now;
  in_flight_ += r.wire_size;
  --lost_;
}

bool Outstanding::is_due(const Record& r, TimePoint now) const {
  if (r.placeholder || r.state == State::kAbandoned || r.state == State::kAcked) return false;
  const auto& m = queue_.message(r.fragment.slot);
  // Counted when it would be sent again: in flight it still may arrive.
  if (r.state == State::kLost && m.max_retransmits && r.retransmissions >= *m.max_retransmits) return true;
  return m.expires <= now && (r.state == State::kLost || m.taken < m.bytes.size());
}

bool Outstanding::abandon_due(TimePoint now) {
  if (limited_ == 0) return false;
  bool any = false;
  const Serial end = next_tsn();  // placeholders are appended meanwhile
  for (Serial t = first_; t < end; ++t) {
    if (!is_due(at(t), now)) continue;
    abandon_message(at(t).fragment.slot);
    any = true;
  }
  return any;
}

void Outstanding::abandon_message(SendQueue::Slot slot) {
  for (Serial t = first_; t < next_tsn(); ++t) {
    Record& r = at(t);
    if (r.fragment.slot != slot || r.placeholder || r.state == State::kAbandoned) continue;
    leave_flight(r);
    if (r.state != State::kAcked) payload_ -= r.fragment.size;
    r.state = State::kAbandoned;
  }
  if (!queue_.abandon(slot)) return;
  // Fragments that will never have a TSN: one is spent, so that the peer sees the message end even if it has
  // all the others.
  queue_.retain(slot);
  Record& r = append();
  r.fragment.slot = slot;
  r.placeholder = true;
  r.state = State::kAbandoned;
}

Serial Outstanding::advanced_point() const {
  Serial point = cumulative();
  bool skips = false;
  for (Serial t = first_; t < next_tsn(); ++t) {
    const State s = at(t).state;
    if (s != State::kAbandoned && s != State::kAcked) break;
    skips = skips || s == State::kAbandoned;
    point = t;
  }
  return skips ? point : cumulative();
}

ForwardTsnChunk Outstanding::forward(bool interleaved, size_t max_streams) const {
  ForwardTsnChunk f;
  const Serial end = advanced_point();
  f.cumulative_tsn = static_cast<uint32_t>(cumulative());
  for (Serial t = first_; t <= end; ++t) {
    const Record& r = at(t);
    f.cumulative_tsn = static_cast<uint32_t>(t);
    if (r.state != State::kAbandoned) continue;
    const auto& m = queue_.message(r.fragment.slot);
    if (m.unordered && !interleaved) continue;  // DATA's unordered messages have no numbers
    const auto same = std::find_if(f.streams.begin(), f.streams.end(), [&](const SkippedStream& s) {
      return s.stream == m.stream && s.unordered == m.unordered;
    });
    if (same != f.streams.end()) {
      same->message = m.number;
    } else if (f.streams.size() < max_streams) {
      f.streams.push_back({m.stream, m.unordered, m.number});
    } else {
      f.cumulative_tsn = static_cast<uint32_t>(t - 1);  // the rest with the next one
      break;
    }
  }
  return f;
}

}  // namespace parley::media::sctp
