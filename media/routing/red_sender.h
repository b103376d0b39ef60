// Redundant audio (RFC 2198) on its way to one subscriber: each packet with the one before it again, as long
// as the subscriber reports that it loses packets; and the payload types inside what is redundant already,
// which are the publisher's and must become the subscriber's.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "media/core/types.h"

namespace parley::media {

class RedSender {
 public:
  static constexpr double kBeginAbove = 0.03;
  static constexpr double kEndBelow = 0.01;
  static constexpr size_t kMaxBlock = 400;        // a larger packet is not repeated
  static constexpr uint16_t kMaxOffset = 0x3FFF;  // 14 bits of timestamp
  static constexpr size_t kMaxHeaders = 32;

  // From now on, whatever is lost.
  void stay_on();
  // Of the subscriber's reports: which part of the packets it lost.
  void on_loss(double fraction);
  bool active() const { return state_ != nullptr; }

  // What goes before this payload, so that it becomes a redundant one; empty: it goes as it is, because it is
  // not the newest, or there is nothing that could go with it. Valid until the next call.
  std::span<const uint8_t> wrap(SeqNumber seq, RtpTimestamp timestamp, std::span<const uint8_t> payload,
                                uint8_t payload_type);

  // Writes the headers of a redundant payload with another payload type; how many bytes they are, 0 when
  // there are none.
  static size_t rewrite_headers(std::span<const uint8_t> payload, uint8_t payload_type,
                                std::span<uint8_t, kMaxHeaders> out);

 private:
  struct State {
    SeqNumber seq;
    RtpTimestamp timestamp;
    size_t size = 0;  // of the block; 0: none
    bool started = false;
    std::array<uint8_t, kMaxBlock> block;  // the packet before
    std::array<uint8_t, 5 + kMaxBlock> prefix;
  };
  std::unique_ptr<State> state_;  // only of those who lose packets, or want it always
  bool always_ = false;
};

}  // namespace parley::media
