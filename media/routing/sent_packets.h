// The latest packets of one stream as they left, protected: what a subscriber that asks for packets again
// (RFC 4585 section 6.2.1) but takes no RTX (RFC 4588) is sent. The very same bytes: under a sequence number
// SRTP may never protect anything else (RFC 3711 section 9.1).
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "media/core/packet_pool.h"
#include "media/core/types.h"

namespace parley::media {

class SentPackets {
 public:
  static constexpr size_t kPackets = 256;  // a second of 2.5 Mbit/s

  SentPackets(Ssrc ssrc, PacketPool& pool) : ssrc_(ssrc), pool_(pool) {}

  Ssrc ssrc() const { return ssrc_; }
  void store(SeqNumber seq, std::span<const uint8_t> bytes) {
    Entry& e = entries_[seq.value % kPackets];
    e.seq = seq;
    e.bytes = bytes.size() <= pool_.capacity() ? pool_.acquire() : PacketRef();
    if (!e.bytes) return;
    e.bytes.resize(bytes.size());
    std::memcpy(e.bytes.data(), bytes.data(), bytes.size());
  }
  // Empty when it was never sent, or too long ago.
  std::span<const uint8_t> find(SeqNumber seq) const {
    const Entry& e = entries_[seq.value % kPackets];
    return e.bytes && e.seq == seq ? e.bytes.bytes() : std::span<const uint8_t>();
  }

 private:
  struct Entry {
    SeqNumber seq;
    PacketRef bytes;
  };
  Ssrc ssrc_;
  PacketPool& pool_;
  std::array<Entry, kPackets> entries_;
};

}  // namespace parley::media
