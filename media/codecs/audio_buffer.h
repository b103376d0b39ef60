// A receiver's audio packets on their way to the decoder: played at the pace they were made, after a delay
// that follows the network's jitter, with word of what is missing. Sans-IO.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "media/core/time.h"
#include "media/rtp/packet.h"

namespace parley::media::codecs {

class AudioBuffer {
 public:
  static constexpr Duration kLeastDelay = std::chrono::milliseconds(20);
  static constexpr Duration kMostDelay = std::chrono::milliseconds(300);
  static constexpr int kMostConcealed = 5;  // packets in a row; then there is silence until one comes

  struct Step {
    enum class Kind : uint8_t { kPacket, kLost };
    Kind kind = Kind::kPacket;
    // kLost: the packet after it, where that is there, for its forward error correction.
    std::vector<uint8_t> payload;
    uint32_t timestamp = 0;
  };

  explicit AudioBuffer(uint32_t clock_rate) : clock_rate_(clock_rate) {}

  void on_packet(const rtp::Packet& packet, int64_t seq, TimePoint now);
  // Each 20 ms (or however long a packet lasts) while there is something to play.
  TimePoint next_deadline() const { return next_play_; }
  std::optional<Step> on_deadline(TimePoint now);

  Duration delay() const { return delay_; }
  uint64_t concealed() const { return concealed_; }
  uint64_t discarded() const { return discarded_; }  // too late, or in excess

 private:
  struct Stored {
    std::vector<uint8_t> payload;
    uint32_t timestamp;
  };
  void measure(uint32_t timestamp, TimePoint now);

  uint32_t clock_rate_;
  std::map<int64_t, Stored> packets_;
  int64_t next_seq_ = 0;
  TimePoint next_play_ = kNever;
  Duration packet_time_ = std::chrono::milliseconds(20);
  Duration delay_ = std::chrono::milliseconds(40);
  int concealed_in_a_row_ = 0;
  // The smallest transit seen lately: what a packet takes when nothing holds it up.
  std::optional<int64_t> least_transit_;
  uint32_t first_timestamp_ = 0;
  Duration lateness_{};
  uint64_t concealed_ = 0;
  uint64_t discarded_ = 0;
};

}  // namespace parley::media::codecs
