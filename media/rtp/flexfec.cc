// See flexfec.h.
#include "media/rtp/flexfec.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "media/core/bytes.h"

namespace parley::media::rtp {
namespace {

// The part of the parity that stands for the fixed header: the length takes the sequence number's place.
std::array<uint8_t, 8> recovery_of(std::span<const uint8_t> packet) {
  std::array<uint8_t, 8> r;
  std::memcpy(r.data(), packet.data(), 8);
  store_be16(&r[2], static_cast<uint16_t>(packet.size() - kFixedHeaderSize));
  return r;
}

// `bits` bits of the mask from `first` on, below the k bit.
void read_mask(ByteReader& r, size_t first, size_t bits, std::array<bool, FlexFecHeader::kMaskBits>* mask,
               bool* last) {
  uint64_t value = bits == 15 ? r.u16() : bits == 31 ? r.u32() : r.u64();
  *last = (value >> bits & 1) != 0;
  for (size_t i = 0; i < bits; ++i) (*mask)[first + i] = (value >> (bits - 1 - i) & 1) != 0;
}

}  // namespace

void xor_into(std::span<uint8_t> into, std::span<const uint8_t> bytes) {
  const size_t n = std::min(into.size(), bytes.size());
  size_t i = 0;
  for (uint64_t a, b; i + sizeof(a) <= n; i += sizeof(a)) {
    std::memcpy(&a, &into[i], sizeof(a));
    std::memcpy(&b, &bytes[i], sizeof(b));
    a ^= b;
    std::memcpy(&into[i], &a, sizeof(a));
  }
  for (; i < n; ++i) into[i] ^= bytes[i];
}

void zero_mutable(std::span<uint8_t> bytes, const MutableExtensions& ids) {
  const auto packet = Packet::parse(bytes);
  if (!packet) return;
  packet->for_each_extension([&](uint8_t id, std::span<const uint8_t> value) {
    if (id != ids.abs_send_time && id != ids.transport_cc) return false;
    const auto at = static_cast<size_t>(value.data() - bytes.data());
    std::memset(&bytes[at], 0, value.size());
    return false;
  });
}

std::optional<FlexFecHeader> FlexFecHeader::parse(std::span<const uint8_t> payload) {
  ByteReader r(payload);
  FlexFecHeader h;
  const auto recovery = r.bytes(8);
  const uint8_t sources = r.u8();
  r.skip(3);
  h.media = {r.u32()};
  h.base = {r.u16()};
  if (!r.ok() || sources != 1) return std::nullopt;
  std::memcpy(h.recovery.data(), recovery.data(), 8);
  if ((h.recovery[0] & 0xC0) != 0) return std::nullopt;  // R: a retransmission, F: a fixed mask
  bool last = false;
  read_mask(r, 0, 15, &h.mask, &last);
  if (!last) read_mask(r, 15, 31, &h.mask, &last);
  if (!last) read_mask(r, 46, 63, &h.mask, &last);
  h.parity = r.rest();
  const bool protects = std::find(h.mask.begin(), h.mask.end(), true) != h.mask.end();
  if (!r.ok() || !last || !protects) return std::nullopt;
  return h;
}

void FlexFecDecoder::keep(SeqNumber seq, PacketRef bytes) {
  if (!started_ || seq.newer_than(newest_)) newest_ = seq;
  started_ = true;
  window_[seq.value % kMediaWindow] = {true, seq, std::move(bytes)};
}

void FlexFecDecoder::on_media(const Packet& packet) {
  if (packet.ssrc != media_ || holds(packet.seq)) return;
  if (started_ && newest_.distance_from(packet.seq) >= static_cast<int>(kMediaWindow)) return;
  const size_t size = packet.header.size() + packet.payload.size() + packet.padding;
  // Header, payload and padding lie next to each other where they were parsed.
  PacketRef bytes = pool_.copy_of({packet.header.data(), size});
  if (!bytes) return;
  zero_mutable(bytes.bytes(), ignored_);
  keep(packet.seq, std::move(bytes));
  for (Repair& r : repairs_) {
    if (r.used && try_repair(r)) r = {};
  }
}

void FlexFecDecoder::on_repair(const Packet& packet) {
  const auto header = FlexFecHeader::parse(packet.payload);
  if (!header || header->media != media_) return;
  // A packet about another time would only push out what is still of use.
  if (started_ && std::abs(newest_.distance_from(header->base)) > 2 * static_cast<int>(kMediaWindow)) return;
  Repair fresh{true, next_age_++, pool_.copy_of(packet.payload)};
  if (!fresh.payload || try_repair(fresh)) return;
  const auto oldest = std::min_element(
      repairs_.begin(), repairs_.end(),
      [](const Repair& a, const Repair& b) { return std::pair(a.used, a.age) < std::pair(b.used, b.age); });
  *oldest = std::move(fresh);
}

bool FlexFecDecoder::try_repair(const Repair& repair) {
  const auto header = FlexFecHeader::parse(repair.payload.bytes());
  if (!header) return true;
  std::optional<SeqNumber> lost;
  for (size_t i = 0; i < FlexFecHeader::kMaskBits; ++i) {
    const SeqNumber seq = header->base + static_cast<int>(i);
    if (!header->mask[i] || holds(seq)) continue;
    if (lost) return false;  // two are missing: perhaps later
    lost = seq;
  }
  if (!lost) return true;
  if (started_ && newest_.distance_from(*lost) >= static_cast<int>(kMediaWindow)) return true;
  if (recovered_size_ == recovered_.size()) return false;
  PacketRef packet = rebuild(*header, *lost);
  if (!packet) return true;
  ++recovered_count_;
  recovered_[recovered_size_++] = packet;
  keep(*lost, std::move(packet));
  return true;
}

PacketRef FlexFecDecoder::rebuild(const FlexFecHeader& header, SeqNumber lost) {
  PacketRef packet = pool_.acquire();
  if (!packet || header.parity.size() + kFixedHeaderSize > packet.capacity()) return {};
  packet.resize(kFixedHeaderSize + header.parity.size());
  const auto body = packet.bytes().subspan(kFixedHeaderSize);
  if (!body.empty()) std::memcpy(body.data(), header.parity.data(), body.size());
  std::array<uint8_t, 8> fixed = header.recovery;
  // The top bits are the repair packet's own, not parity.
  for (size_t i = 0; i < FlexFecHeader::kMaskBits; ++i) {
    const SeqNumber seq = header.base + static_cast<int>(i);
    if (!header.mask[i] || seq == lost) continue;
    const auto bytes = window_[seq.value % kMediaWindow].bytes.bytes();
    xor_into(fixed, recovery_of(bytes));
    xor_into(body, bytes.subspan(kFixedHeaderSize));
  }
  const size_t length = load_be16(&fixed[2]);
  if (length > body.size()) return {};  // some packet is not what its sender protected
  packet.resize(kFixedHeaderSize + length);
  std::memcpy(packet.data(), fixed.data(), 8);
  packet.data()[0] = static_cast<uint8_t>((fixed[0] & 0x3F) | 0x80);
  store_be16(packet.data() + 2, lost.value);
  store_be32(packet.data() + 8, media_.value);
  return Packet::parse(packet.bytes()) ? packet : PacketRef();
}

PacketRef FlexFecDecoder::take_recovered() {
  // What was recovered may have been what another repair packet lacked.
  if (recovered_size_ > 0) {
    for (Repair& r : repairs_) {
      if (r.used && try_repair(r)) r = {};
    }
  }
  if (recovered_size_ == 0) return {};
  PacketRef first = std::move(recovered_[0]);
  for (size_t i = 1; i < recovered_size_; ++i) recovered_[i - 1] = std::move(recovered_[i]);
  --recovered_size_;
  return first;
}

}  // namespace parley::media::rtp
