// Tells a sender when each of its packets arrived (draft-holmer-rmcat-transport-wide-cc-extensions-01), which
// is what a browser's bandwidth estimate grows on. Receives transport-wide sequence numbers and arrival
// times; writes feedback.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "media/core/bytes.h"
#include "media/core/time.h"
#include "media/core/types.h"

namespace parley::media::rtcp {

class TransportFeedback {
 public:
  static constexpr Duration kInterval = std::chrono::milliseconds(50);
  static constexpr Duration kLongestInterval = std::chrono::milliseconds(250);

  // `size` in bytes: feedback takes a twentieth of what arrives, and so comes less often when little does.
  void on_packet(SeqNumber seq, TimePoint now, size_t size = 1200);
  // kNever while there is nothing to report.
  TimePoint next_deadline() const { return pending_ ? due_ : kNever; }
  // Writes one feedback packet about everything since the last. False when there is nothing, or no room.
  bool write(ByteWriter& out, Ssrc sender, Ssrc media, TimePoint now);
  // Writes all that is due: send(span) is called with each packet. A burst needs several.
  template <typename Send>
  void write_due(Ssrc sender, Ssrc media, TimePoint now, Send&& send) {
    std::array<uint8_t, kMaxBytes> bytes;
    for (int i = 0; i < kMostAtOnce && next_deadline() <= now; ++i) {
      ByteWriter writer(bytes);
      if (!write(writer, sender, media, now)) return;
      send(writer.written());
    }
  }

 private:
  // Arrivals of the last kWindow sequence numbers; 0: not received.
  static constexpr int64_t kWindow = 1024;
  static constexpr int64_t kMaxReported = 400;  // packets in one feedback: under an MTU
  static constexpr size_t kMaxBytes = 1200;
  static constexpr int kMostAtOnce = 4;
  struct Slot {
    int64_t seq = -1;
    int64_t arrival_us = 0;
  };
  const Slot* received(int64_t seq) const {
    const Slot& s = (*slots_)[static_cast<uint64_t>(seq) % kWindow];
    return s.seq == seq ? &s : nullptr;
  }

  SeqUnwrapper unwrapper_;
  void adapt_interval(size_t written, TimePoint now);

  std::unique_ptr<std::array<Slot, kWindow>> slots_;  // made with the first packet: most peers only listen
  bool pending_ = false;
  bool started_ = false;
  int64_t next_to_report_ = 0;
  int64_t highest_ = 0;
  TimePoint due_ = kNever;
  Duration interval_ = kInterval;
  size_t bytes_ = 0;  // that have arrived since counting_since_
  size_t feedback_bytes_ = 0;
  std::optional<TimePoint> counting_since_;
  uint8_t count_ = 0;
};

}  // namespace parley::media::rtcp
