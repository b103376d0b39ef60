// Redundant audio (RFC 2198): one payload that carries a primary block and older ones again, so that a lost
// packet comes back with the next. Reading gives views.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "media/core/bytes.h"
#include "media/core/types.h"

namespace parley::media::rtp {

struct RedBlock {
  uint8_t payload_type = 0;
  uint16_t timestamp_offset = 0;  // how much earlier than the packet's timestamp; 14 bits
  std::span<const uint8_t> payload;
};

// A payload taken apart, oldest block first, the primary last.
class RedPayload {
 public:
  static constexpr size_t kMaxBlocks = 8;
  static constexpr uint16_t kMaxOffset = 0x3FFF;
  static constexpr size_t kMaxRedundantSize = 0x3FF;

  // Nothing when it is malformed or has more blocks than anybody sends.
  static std::optional<RedPayload> parse(std::span<const uint8_t> payload);

  const RedBlock& primary() const { return blocks_[count_ - 1]; }
  std::span<const RedBlock> redundant() const { return std::span(blocks_).first(count_ - 1); }

 private:
  std::array<RedBlock, kMaxBlocks> blocks_;
  size_t count_ = 0;
};

// Writes blocks, the primary last. False when they do not fit the format or `out`.
bool write_red(ByteWriter& out, std::span<const RedBlock> blocks);

// Which lost packets the redundancy of a packet brings back. Blocks have no sequence numbers: a sender
// repeats what it sent last, so the newest redundant block is the packet before, and so on. Timestamps must
// agree with what is known of the packets around, or nothing is taken.
class RedRecovery {
 public:
  struct Recovered {
    SeqNumber seq;
    RtpTimestamp timestamp;
    std::span<const uint8_t> payload;
  };
  // Calls fn(const Recovered&), oldest first, for blocks of packets between the newest known one and `seq`.
  template <typename Fn>
  void on_packet(SeqNumber seq, RtpTimestamp timestamp, const RedPayload& red, Fn&& fn) {
    if (known_ && seq.newer_than(newest_)) {
      const auto blocks = red.redundant();
      const size_t missing = static_cast<size_t>(seq.distance_from(newest_) - 1);
      RtpTimestamp before = newest_timestamp_;
      for (size_t k = blocks.size() < missing ? blocks.size() : missing; k > 0; --k) {
        const RedBlock& b = blocks[blocks.size() - k];
        const RtpTimestamp at{timestamp.value - b.timestamp_offset};
        const bool plausible = at.newer_than(before) && timestamp.newer_than(at) && !b.payload.empty() &&
                               b.payload_type == red.primary().payload_type;
        if (!plausible) continue;
        before = at;
        fn(Recovered{seq - static_cast<int>(k), at, b.payload});
      }
    }
    on_plain_packet(seq, timestamp);
  }
  void on_plain_packet(SeqNumber seq, RtpTimestamp timestamp) {
    if (known_ && !seq.newer_than(newest_)) return;
    known_ = true;
    newest_ = seq;
    newest_timestamp_ = timestamp;
  }

 private:
  bool known_ = false;
  SeqNumber newest_;
  RtpTimestamp newest_timestamp_;
};

}  // namespace parley::media::rtp
