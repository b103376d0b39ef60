// What has been sent and not yet acknowledged for good, by TSN: which fragments the peer has, which are lost
// and want sending again, and which are given up (RFC 9260 sections 6.2.1, 6.3.3 and 7.2.4; RFC 3758
// section 3.5).
//
// A fragment counts as lost when three acknowledgements came for fragments sent after it. Order of sending,
// not of TSN, decides: so one that is lost a second time is found the same way, without waiting for the
// timer.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "media/sctp/send_queue.h"
#include "media/sctp/serial.h"

namespace parley::media::sctp {

class Outstanding {
 public:
  static constexpr uint8_t kMissesUntilLost = 3;

  enum class State : uint8_t { kInFlight, kAcked, kLost, kAbandoned };

  struct Record {
    SendQueue::Fragment fragment;
    State state = State::kInFlight;
    bool placeholder = false;  // no fragment: the TSN that tells the receiver that a message ends unfinished
    uint8_t misses = 0;
    uint16_t retransmissions = 0;
    uint64_t order = 0;  // of its last transmission among all
    uint32_t wire_size = 0;
    TimePoint sent_at;
  };

  struct Acked {
    size_t bytes = 0;  // newly acknowledged, as on the wire
    bool cumulative_advanced = false;
    bool any = false;
    bool found_loss = false;
    std::optional<Duration> round_trip;  // of the newest one that was sent only once
  };

  // `queue` owns the messages. TSNs start at `first`.
  Outstanding(SendQueue& queue, Serial first);

  // A fragment is being sent: its TSN.
  Serial add(const SendQueue::Fragment& fragment, size_t wire_size, TimePoint now);
  // False when the SACK acknowledges what was never sent.
  bool on_sack(const SackChunk& sack, TimePoint now, Acked* out);
  void mark_all_lost();
  // The lost record with the lowest TSN; null when there is none. mark_sent() when it has been sent again.
  const Record* next_lost(Serial* tsn);
  void mark_sent(Serial tsn, TimePoint now);
  // Gives up messages that have used up their retransmissions or their time. True when some were.
  bool abandon_due(TimePoint now);

  // The TSN up to which everything is acknowledged or given up: above cumulative() when the peer must be told
  // to skip.
  Serial advanced_point() const;
  // What a FORWARD-TSN to advanced_point() says.
  ForwardTsnChunk forward(bool interleaved, size_t max_streams) const;

  Serial cumulative() const { return first_ - 1; }
  Serial next_tsn() const { return first_ + size_; }
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  size_t in_flight() const { return in_flight_; }  // bytes on the wire
  size_t payload() const { return payload_; }      // user bytes not yet known to be with the peer
  bool has_lost() const { return lost_ > 0; }

 private:
  Record& at(Serial tsn) { return ring_[static_cast<size_t>(tsn) & (ring_.size() - 1)]; }
  const Record& at(Serial tsn) const { return ring_[static_cast<size_t>(tsn) & (ring_.size() - 1)]; }
  Record& append();
  void acknowledge(Record& r, TimePoint now, Acked* out, uint64_t* newest);
  void pop_front();
  void leave_flight(Record& r);
  void abandon_message(SendQueue::Slot slot);
  bool is_due(const Record& r, TimePoint now) const;

  SendQueue& queue_;
  std::vector<Record> ring_;  // a power of two
  Serial first_;
  size_t size_ = 0;
  size_t in_flight_ = 0;
  size_t payload_ = 0;
  size_t lost_ = 0;
  size_t limited_ = 0;  // records of messages with a limit: none, nothing to look for
  Serial lost_hint_ = 0;
  uint64_t next_order_ = 1;
};

}  // namespace parley::media::sctp
