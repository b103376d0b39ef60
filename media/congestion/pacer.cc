// See pacer.h.
#include "media/congestion/pacer.h"

#include <algorithm>
#include <cstring>

namespace parley::media::congestion {
namespace {

constexpr Duration kBurst = std::chrono::milliseconds(10);
constexpr int64_t kLeastBurst = int64_t{2} * 1500 * 8 * 1'000'000;

}  // namespace

void Pacer::set_rate(int64_t bps) { rate_ = std::max<int64_t>(bps, 10'000); }

bool Pacer::has_budget(TimePoint now) {
  const int64_t elapsed = std::clamp<int64_t>((now - filled_).count(), 0, 1'000'000);
  filled_ = now;
  budget_ = std::min(budget_ + elapsed * rate_, std::max(rate_ * kBurst.count(), kLeastBurst));
  return budget_ > 0;
}

bool Pacer::hold(const rtp::Outgoing& packet, TimePoint now) {
  Ring& r = ring(packet.kind);
  const bool fits = r.count < kMaxPackets && drain_time() < kLongestWait && packet.size() <= pool_.capacity();
  PacketRef copy = fits ? pool_.acquire() : PacketRef();
  if (!copy) {
    ++refused_;
    return false;
  }
  copy.resize(packet.size());
  uint8_t* at = copy.data();
  for (const auto part : {std::span<const uint8_t>(packet.header), packet.prefix, packet.payload}) {
    if (!part.empty()) std::memcpy(at, part.data(), part.size());
    at += part.size();
  }
  if (!r.slots) r.slots = std::make_unique<std::array<Held, kMaxPackets>>();
  Held& held = (*r.slots)[(r.first + r.count++) % kMaxPackets];
  held.bytes = std::move(copy);
  held.since = now;
  held.header_size = static_cast<uint16_t>(packet.header.size());
  held.prefix_size = static_cast<uint8_t>(packet.prefix.size());
  held.transport_cc_at = packet.transport_cc_at;
  held.abs_send_time_at = packet.abs_send_time_at;
  held.kind = packet.kind;
  bytes_ += packet.size();
  ++held_;
  return true;
}

Pacer::Held* Pacer::front() {
  Ring& r = retransmissions_.count > 0 ? retransmissions_ : video_;
  return r.count == 0 ? nullptr : &(*r.slots)[r.first];
}

void Pacer::pop() {
  Ring& r = retransmissions_.count > 0 ? retransmissions_ : video_;
  if (r.count == 0) return;
  Held& held = (*r.slots)[r.first];
  bytes_ -= held.bytes.size();
  held.bytes.reset();
  r.first = (r.first + 1) % kMaxPackets;
  --r.count;
}

Duration Pacer::longest_wait(TimePoint now) const {
  Duration longest{0};
  for (const Ring* r : {&retransmissions_, &video_}) {
    if (r->count > 0) longest = std::max(longest, Duration(now - (*r->slots)[r->first].since));
  }
  return longest;
}

}  // namespace parley::media::congestion
