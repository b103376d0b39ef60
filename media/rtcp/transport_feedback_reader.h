// Reads a receiver's transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01
// section 3.1): which of our packets arrived, and when. The whole packet is checked before the first call, so
// that what is told is never half of a malformed report. Views; allocates nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "media/core/types.h"
#include "media/rtcp/packets.h"

namespace parley::media::rtcp {

class TransportFeedbackReader {
 public:
  // Packets that one report may speak of. A run of "not received" says thousands in two bytes; a sender's
  // history is never longer.
  static constexpr uint16_t kMaxPackets = 8192;

  struct PacketStatus {
    SeqNumber seq;
    bool received = false;
    int64_t arrival_us = 0;  // of a received packet: on the receiver's clock, comparable within kWrapUs
    int32_t delta_us = 0;    // since the received packet before it; of the first, since the reference time
  };
  // The receiver's clock as it is sent wraps after this long (24 bits of 64 ms): twelve days.
  static constexpr int64_t kWrapUs = int64_t{64000} << 24;

  // Nothing when it is no transport feedback, is malformed or speaks of too much.
  static std::optional<TransportFeedbackReader> parse(const Header& header);

  FeedbackTarget target() const { return target_; }
  SeqNumber base() const { return base_; }
  uint16_t packet_count() const { return count_; }
  uint8_t feedback_count() const { return feedback_count_; }  // counts reports, modulo 256
  int64_t reference_us() const { return reference_us_; }

  // Calls fn(const PacketStatus&) for packet_count() packets, in order of their numbers.
  template <typename Fn>
  void for_each(Fn&& fn) const {
    Chunks chunks(chunks_);
    ByteReader deltas(deltas_);
    PacketStatus status;
    status.arrival_us = reference_us_;
    for (uint16_t i = 0; i < count_; ++i) {
      const uint8_t symbol = chunks.next();
      status.seq = base_ + i;
      status.received = symbol != 0;
      status.delta_us = 0;
      if (symbol == 1) status.delta_us = deltas.u8() * kDeltaUs;
      if (symbol == 2) status.delta_us = static_cast<int16_t>(deltas.u16()) * kDeltaUs;
      status.arrival_us += status.delta_us;
      fn(status);
    }
  }

 private:
  static constexpr int32_t kDeltaUs = 250;

  // Walks the symbols of run length and status vector chunks (sections 3.1.3 and 3.1.4).
  class Chunks {
   public:
    explicit Chunks(std::span<const uint8_t> bytes) : reader_(bytes) {}
    bool ok() const { return reader_.ok(); }
    size_t position() const { return reader_.position(); }
    uint8_t next() {
      while (left_ == 0 && reader_.ok()) load();
      if (left_ == 0) return 0;
      --left_;
      if (width_ == 0) return run_symbol_;
      return static_cast<uint8_t>(vector_ >> (left_ * width_) & ((1u << width_) - 1));
    }

   private:
    void load() {
      const uint16_t chunk = reader_.u16();
      if (!reader_.ok()) return;
      if ((chunk & 0x8000) == 0) {
        width_ = 0;
        run_symbol_ = static_cast<uint8_t>(chunk >> 13);
        left_ = chunk & 0x1FFF;
      } else {
        width_ = (chunk & 0x4000) != 0 ? 2 : 1;
        left_ = 14u / width_;
        vector_ = chunk & 0x3FFF;
      }
    }

    ByteReader reader_;
    unsigned left_ = 0;
    unsigned width_ = 0;  // bits of a symbol in a vector; 0: a run
    uint8_t run_symbol_ = 0;
    uint16_t vector_ = 0;
  };

  FeedbackTarget target_;
  SeqNumber base_;
  uint16_t count_ = 0;
  uint8_t feedback_count_ = 0;
  int64_t reference_us_ = 0;
  std::span<const uint8_t> chunks_;  // and whatever follows them
  std::span<const uint8_t> deltas_;
};

}  // namespace parley::media::rtcp
