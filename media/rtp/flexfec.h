// Forward error correction by parity: FlexFEC in the shape that browsers speak (flexfec-03, that is
// draft-ietf-payload-flexible-fec-scheme-03 with a flexible mask of one source; RFC 8627 is its successor). A
// repair packet is the exclusive or of some media packets; of those one may be lost.
//
// Header extensions that are written as a packet leaves (send time, transport-wide number) count as zero, for
// they are not known when parity is made.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "media/core/packet_pool.h"
#include "media/core/time.h"
#include "media/core/types.h"
#include "media/rtp/packet.h"

namespace parley::media::rtp {

// What a repair packet says about itself.
struct FlexFecHeader {
  static constexpr size_t kMaskBits = 109;
  std::array<uint8_t, 8> recovery{};  // parity of flags, type, length and timestamp
  Ssrc media;
  SeqNumber base;
  std::array<bool, kMaskBits> mask{};  // bit i: protects base + i
  std::span<const uint8_t> parity;     // of what follows the fixed header

  // Nothing when it is malformed, of retransmission form, of a fixed mask or of several sources.
  static std::optional<FlexFecHeader> parse(std::span<const uint8_t> payload);
};

// Ids of the extensions that are left out of parity.
struct MutableExtensions {
  uint8_t abs_send_time = 0;
  uint8_t transport_cc = 0;
};

// `packet` may be a header alone, if that has no padding bit.
void zero_mutable(std::span<uint8_t> packet, const MutableExtensions& ids);
// `into` may be the shorter or the longer one.
void xor_into(std::span<uint8_t> into, std::span<const uint8_t> bytes);

// Recovers media packets of one source. Memory: a window of packets, and of repair packets, from the pool.
class FlexFecDecoder {
 public:
  static constexpr size_t kMediaWindow = 128;  // divides the space of numbers
  static constexpr size_t kRepairWindow = 32;

  FlexFecDecoder(PacketPool& pool, Ssrc media, MutableExtensions ignored)
      : pool_(pool), media_(media), ignored_(ignored) {}

  // Each takes a packet as it came, and tells by take_recovered() what can be made of it.
  void on_media(const Packet& packet);
  void on_repair(const Packet& packet);
  // One recovered RTP packet, until there are none. Its extensions that are left out of parity read zero.
  PacketRef take_recovered();

  Ssrc media() const { return media_; }
  uint64_t recovered() const { return recovered_count_; }

 private:
  struct Media {
    bool used = false;
    SeqNumber seq;
    PacketRef bytes;
  };
  struct Repair {
    bool used = false;
    uint32_t age = 0;
    PacketRef payload;
  };
  bool holds(SeqNumber seq) const {
    const Media& m = window_[seq.value % kMediaWindow];
    return m.used && m.seq == seq;
  }
  void keep(SeqNumber seq, PacketRef bytes);
  // True when the repair packet has done what it can.
  bool try_repair(const Repair& repair);
  PacketRef rebuild(const FlexFecHeader& header, SeqNumber lost);

  PacketPool& pool_;
  Ssrc media_;
  MutableExtensions ignored_;
  bool started_ = false;
  SeqNumber newest_;
  std::array<Media, kMediaWindow> window_;
  std::array<Repair, kRepairWindow> repairs_;
  uint32_t next_age_ = 0;
  std::array<PacketRef, kRepairWindow> recovered_;
  size_t recovered_size_ = 0;
  uint64_t recovered_count_ = 0;
};

}  // namespace parley::media::rtp
