// The recent packets of an encoding, for answering NACKs (RFC 4588): a ring indexed by the source's unwrapped
// sequence number. One copy of each packet, its header extensions first, serves every subscriber. What is too
// old to be sent again gives its memory back, so a slow stream keeps no more seconds than a fast one.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "media/core/packet_pool.h"
#include "media/core/time.h"
#include "media/core/types.h"
#include "media/rtp/packet.h"

namespace parley::media::rtp {

class RetransmissionBuffer {
 public:
  static constexpr size_t kPackets = 512;  // two seconds of 2.5 Mbit/s
  static constexpr Duration kMaxAge = std::chrono::seconds(2);

  explicit RetransmissionBuffer(PacketPool& pool) : pool_(pool) {}

  void store(int64_t seq, const Packet& packet, int64_t picture, TimePoint now) {
    if (!ring_) ring_ = std::make_unique<Ring>();
    release_old(now);
    Entry& e = ring_->entries[index(seq)];
    if (e.seq >= seq) return;  // a packet too late to be asked for
    e = Entry();
    const size_t size = packet.extensions.size() + packet.payload.size();
    if (size > pool_.capacity()) return;
    e.bytes = pool_.acquire();
    if (!e.bytes) return;
    ring_->order[(ring_->first + ring_->count++) % kPackets] = static_cast<uint16_t>(index(seq));
    e.bytes.resize(size);
    if (!packet.extensions.empty())
      std::memcpy(e.bytes.data(), packet.extensions.data(), packet.extensions.size());
    if (!packet.payload.empty())
      std::memcpy(e.bytes.data() + packet.extensions.size(), packet.payload.data(), packet.payload.size());
    e.seq = seq;
    e.stored = now;
    e.timestamp = packet.timestamp;
    e.extension_profile = packet.extension_profile;
    e.extension_size = static_cast<uint16_t>(packet.extensions.size());
    e.payload_type = packet.payload_type;
    e.marker = packet.marker;
    e.picture = picture;
  }

  struct Found {
    Packet packet;  // views into the buffer, until the next store; `header` is empty
    int64_t picture;
  };
  // Nothing when it was never there, has been overwritten or is too old.
  std::optional<Found> find(int64_t seq, TimePoint now) const {
    if (!ring_ || seq < 0) return std::nullopt;
    const Entry& e = ring_->entries[index(seq)];
    if (e.seq != seq || now - e.stored > kMaxAge) return std::nullopt;
    Packet p;
    p.payload_type = e.payload_type;
    p.marker = e.marker;
    p.seq = {static_cast<uint16_t>(seq)};
    p.timestamp = e.timestamp;
    p.extension_profile = e.extension_profile;
    p.extensions = e.bytes.bytes().first(e.extension_size);
    p.payload = e.bytes.bytes().subspan(e.extension_size);
    return Found{p, e.picture};
  }

 private:
  struct Entry {
    int64_t seq = -1;
    int64_t picture = -1;  // its picture id, unwrapped
    TimePoint stored;
    RtpTimestamp timestamp;
    uint16_t extension_profile = 0;
    uint16_t extension_size = 0;
    uint8_t payload_type = 0;
    bool marker = false;
    PacketRef bytes;
  };
  struct Ring {
    std::array<Entry, kPackets> entries;
    std::array<uint16_t, kPackets> order;  // in which they were stored: `count` of them, from `first` on
    size_t first = 0, count = 0;
  };
  // Of packets too old; and of the oldest when the order is full, though its entry may have been stored again
  // since: then the sequence numbers leapt, and it is in the order twice.
  void release_old(TimePoint now) {
    Ring& r = *ring_;
    while (r.count > 0) {
      Entry& oldest = r.entries[r.order[r.first]];
      if (r.count < kPackets && now - oldest.stored <= kMaxAge) return;
      oldest = Entry();
      r.first = (r.first + 1) % kPackets;
      --r.count;
    }
  }
  static size_t index(int64_t seq) { return static_cast<uint64_t>(seq) % kPackets; }

  PacketPool& pool_;
  std::unique_ptr<Ring> ring_;  // made with the first packet: audio has none
};

}  // namespace parley::media::rtp
