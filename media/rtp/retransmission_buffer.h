// The recent packets of a track, for answering NACKs (RFC 4588): a ring indexed by the source's unwrapped
// sequence number. One copy of each payload serves every subscriber.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "media/core/packet_pool.h"
#include "media/core/time.h"
#include "media/core/types.h"

namespace parley::media::rtp {

class RetransmissionBuffer {
 public:
  static constexpr size_t kPackets = 512;  // two seconds of 2.5 Mbit/s
  static constexpr Duration kMaxAge = std::chrono::seconds(2);

  struct Entry {
    int64_t seq = -1;
    TimePoint stored;
    RtpTimestamp timestamp;
    bool marker = false;
    PacketRef payload;
  };

  explicit RetransmissionBuffer(PacketPool& pool) : pool_(pool) {}

  void store(int64_t seq, RtpTimestamp timestamp, bool marker, std::span<const uint8_t> payload,
             TimePoint now) {
    if (!entries_) entries_ = std::make_unique<std::array<Entry, kPackets>>();
    Entry& e = (*entries_)[index(seq)];
    if (e.seq >= seq) return;  // a packet too late to be asked for
    e.payload.reset();
    e.payload = pool_.copy_of(payload);
    e.seq = e.payload ? seq : -1;
    e.stored = now;
    e.timestamp = timestamp;
    e.marker = marker;
  }

  // Null when it was never there, has been overwritten or is too old.
  const Entry* find(int64_t seq, TimePoint now) const {
    if (!entries_ || seq < 0) return nullptr;
    const Entry& e = (*entries_)[index(seq)];
    return e.seq == seq && now - e.stored <= kMaxAge ? &e : nullptr;
  }

 private:
  static size_t index(int64_t seq) { return static_cast<uint64_t>(seq) % kPackets; }

  PacketPool& pool_;
  std::unique_ptr<std::array<Entry, kPackets>> entries_;  // made with the first packet: audio has none
};

}  // namespace parley::media::rtp
