// RTCP extended reports (RFC 3611): the two blocks by which a receiver that sends nothing learns the round
// trip time, Receiver Reference Time (section 4.4) and DLRR (section 4.5). Other blocks are skipped.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "media/core/time.h"
#include "media/rtcp/packets.h"

namespace parley::media::rtcp {

enum ExtendedBlockType : uint8_t { kReceiverReferenceTime = 4, kDelaySinceLastReceiverReport = 5 };

// One sub-block of a DLRR: the answer to one receiver's reference time.
struct LastReceiverReport {
  Ssrc receiver;
  uint32_t last_rr = 0;              // the middle 32 bits of its reference time
  uint32_t delay_since_last_rr = 0;  // 1/65536 s
};

// Calls on_reference_time(Ssrc sender, uint64_t ntp) and on_last_report(const LastReceiverReport&) for the
// blocks of an XR packet, up to where it stops making sense.
template <typename OnReferenceTime, typename OnLastReport>
void read_extended_report(const Header& h, OnReferenceTime&& on_reference_time,
                          OnLastReport&& on_last_report) {
  if (h.type != kExtendedReport) return;
  ByteReader r(h.body);
  const Ssrc sender{r.u32()};
  while (r.remaining() >= 4) {
    const uint8_t type = r.u8();
    r.skip(1);
    ByteReader block(r.bytes(size_t{4} * r.u16()));
    if (!r.ok()) return;
    if (type == kReceiverReferenceTime && block.remaining() == 8) {
      on_reference_time(sender, block.u64());
    } else if (type == kDelaySinceLastReceiverReport) {
      while (block.remaining() >= 12) {
        const Ssrc receiver{block.u32()};
        const uint32_t last_rr = block.u32();
        on_last_report(LastReceiverReport{receiver, last_rr, block.u32()});
      }
    }
  }
}

void write_receiver_reference_time(ByteWriter& out, Ssrc sender, uint64_t ntp);
void write_last_receiver_reports(ByteWriter& out, Ssrc sender, std::span<const LastReceiverReport> reports);

// The time as 32.32 bits of seconds, for a clock that only has to agree with itself.
uint64_t ntp_of(TimePoint t);

// The receiver's side of the exchange: reference times out, round trips in. Remembers the last few, so that
// an answer that is late is still understood and an invented one is not.
class RoundTripByReferenceTime {
 public:
  // Writes an XR with our time.
  void write(ByteWriter& out, Ssrc sender, TimePoint now);
  // The round trip that an answer tells; nothing when we did not ask, or it cannot be.
  std::optional<Duration> on_answer(const LastReceiverReport& answer, TimePoint now) const;

 private:
  struct Asked {
    uint32_t ntp_middle = 0;
    TimePoint at;
  };
  std::array<Asked, 4> asked_{};
  size_t next_ = 0;
};

// The sender's side: what the receivers of our streams asked last. At most a few: one peer has one reporter.
class ReferenceTimes {
 public:
  void on_reference_time(Ssrc receiver, uint64_t ntp, TimePoint now);
  // Appends an XR when there is something new to answer. True when something was written.
  bool write(ByteWriter& out, Ssrc sender, TimePoint now);

 private:
  static constexpr size_t kMaxReceivers = 4;
  struct Entry {
    Ssrc receiver;
    uint32_t ntp_middle = 0;
    TimePoint at;
  };
  std::array<Entry, kMaxReceivers> entries_{};
  size_t count_ = 0;
};

}  // namespace parley::media::rtcp
