// Spreads bursts: what is sent faster than the pacing rate waits here, retransmissions before video. A packet
// that need not wait never comes here. Bounded in time, bytes and packets; a packet that does not fit is
// refused, which its sender sees. Holds copies in buffers of the packet pool.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "media/core/packet_pool.h"
#include "media/core/time.h"
#include "media/rtp/outgoing.h"

namespace parley::media::congestion {

class Pacer {
 public:
  static constexpr Duration kTick = std::chrono::milliseconds(5);
  static constexpr Duration kLongestWait = std::chrono::milliseconds(400);
  static constexpr size_t kMaxPackets = 256;  // of each class

  struct Held {
    PacketRef bytes;  // header, prefix and payload in one
    TimePoint since;
    uint16_t header_size = 0;
    uint8_t prefix_size = 0;
    uint16_t transport_cc_at = 0;
    uint16_t abs_send_time_at = 0;
    rtp::SendClass kind = rtp::SendClass::kVideo;
  };

  explicit Pacer(PacketPool& pool) : pool_(pool) {}

  // At `bps`, and at most `burst` bytes at once after a silence.
  void set_rate(int64_t bps);
  bool has_budget(TimePoint now);
  void spend(size_t bytes) { budget_ -= static_cast<int64_t>(bytes) * 8 * 1'000'000; }
  // Whether a packet of this class would overtake others.
  bool is_empty(rtp::SendClass kind) const {
    return retransmissions_.count == 0 && (kind == rtp::SendClass::kRetransmission || video_.count == 0);
  }

  bool hold(const rtp::Outgoing& packet, TimePoint now);
  // Null when there is nothing.
  Held* front();
  void pop();

  size_t packets() const { return retransmissions_.count + video_.count; }
  size_t bytes() const { return bytes_; }
  uint64_t refused() const { return refused_; }
  uint64_t held() const { return held_; }
  // How long what waits will take.
  Duration drain_time() const { return Duration(static_cast<int64_t>(bytes_) * 8'000'000 / rate_); }
  // When the oldest packet came; `now` when none waits.
  Duration longest_wait(TimePoint now) const;

 private:
  struct Ring {
    std::unique_ptr<std::array<Held, kMaxPackets>> slots;  // made with the first packet that waits
    size_t first = 0;
    size_t count = 0;
  };
  Ring& ring(rtp::SendClass kind) {
    return kind == rtp::SendClass::kRetransmission ? retransmissions_ : video_;
  }

  PacketPool& pool_;
  int64_t rate_ = 1'000'000;
  int64_t budget_ = 0;  // bits, times a million
  TimePoint filled_;
  Ring retransmissions_, video_;
  size_t bytes_ = 0;
  uint64_t refused_ = 0;
  uint64_t held_ = 0;
};

}  // namespace parley::media::congestion
