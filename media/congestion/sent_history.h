// The packets sent lately with a transport-wide sequence number, for what feedback says of them
// (draft-holmer-rmcat-transport-wide-cc-extensions-01). A ring of 16 bytes an entry, indexed by the number.
// It is small until more packets than it holds are in flight: most subscribers never need more.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "media/core/time.h"
#include "media/core/types.h"

namespace parley::media::congestion {

class SentHistory {
 public:
  static constexpr size_t kFewPackets = 256;  // powers of two
  static constexpr size_t kMostPackets = 1024;

  enum class State : uint8_t { kNone, kInFlight, kReceived, kLost, kUnknown };
  struct Entry {
    int64_t sent_us = 0;
    uint16_t seq = 0;
    uint16_t size = 0;
    uint8_t probe = 0;  // the probe cluster it was part of; 0: none
    State state = State::kNone;
  };

  SentHistory() : entries_(std::make_unique<Entry[]>(kFewPackets)) {}

  // The number that the next packet gets.
  SeqNumber next() const { return next_; }
  size_t bytes_in_flight() const { return in_flight_; }

  SeqNumber add(size_t size, uint8_t probe, TimePoint now) {
    if (slot(next_).state == State::kInFlight && capacity_ < kMostPackets) grow();
    Entry& e = slot(next_);
    settle(e, State::kNone);
    e = {to_us(now), next_.value, static_cast<uint16_t>(size), probe, State::kInFlight};
    in_flight_ += size;
    const SeqNumber seq = next_;
    ++next_;
    return seq;
  }

  // Null when it has been overwritten or was never sent.
  Entry* find(SeqNumber seq) {
    Entry& e = slot(seq);
    return e.seq == seq.value && e.state != State::kNone ? &e : nullptr;
  }

  void settle(Entry& e, State state) {
    if (e.state == State::kInFlight) in_flight_ -= e.size;
    e.state = state;
  }

  // Nobody will tell any more about what was sent before `seq`.
  void give_up_before(SeqNumber seq) {
    if (next_.distance_from(oldest_) > static_cast<int>(capacity_)) {
      oldest_ = next_ - static_cast<int>(capacity_);
    }
    for (; seq.newer_than(oldest_); ++oldest_) {
      Entry* e = find(oldest_);
      if (e != nullptr && e->state == State::kInFlight) settle(*e, State::kUnknown);
    }
  }

  size_t capacity() const { return capacity_; }

 private:
  Entry& slot(SeqNumber seq) { return entries_[seq.value % capacity_]; }
  // At most twice in a life, so it may allocate on the packet path.
  void grow() {
    const auto old = std::exchange(entries_, std::make_unique<Entry[]>(2 * capacity_));
    capacity_ *= 2;
    for (const Entry& e : std::span(old.get(), capacity_ / 2)) {
      if (e.state != State::kNone) slot({e.seq}) = e;
    }
  }

  std::unique_ptr<Entry[]> entries_;
  size_t capacity_ = kFewPackets;
  SeqNumber next_{1};
  SeqNumber oldest_{1};  // everything before it is settled
  size_t in_flight_ = 0;
};

static_assert(sizeof(SentHistory::Entry) == 16);

}  // namespace parley::media::congestion
