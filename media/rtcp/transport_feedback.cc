// See transport_feedback.h.
#include "media/rtcp/transport_feedback.h"

#include <algorithm>

#include "media/rtcp/packets.h"

namespace parley::media::rtcp {
namespace {

constexpr int64_t kReferenceUnit = 64000;  // microseconds
constexpr int64_t kDeltaUnit = 250;

enum Symbol : uint8_t { kNotReceived = 0, kSmallDelta = 1, kLargeDelta = 2 };

// Section 3.1.3 and 3.1.4: runs of one symbol where they are long, vectors of seven otherwise.
void write_chunks(ByteWriter& out, std::span<const uint8_t> symbols) {
  for (size_t i = 0; i < symbols.size();) {
    size_t run = 1;
    while (i + run < symbols.size() && symbols[i + run] == symbols[i] && run < 8191) ++run;
    if (run >= 7 || i + run == symbols.size()) {
      out.u16(static_cast<uint16_t>(symbols[i] << 13 | run));
      i += run;
      continue;
    }
    uint16_t chunk = 0xC000;
    for (size_t k = 0; k < 7; ++k) {
      const uint16_t symbol = i + k < symbols.size() ? symbols[i + k] : uint16_t{kNotReceived};
      chunk = static_cast<uint16_t>(chunk | symbol << (12 - 2 * k));
    }
    out.u16(chunk);
    i += 7;
  }
}

}  // namespace

void TransportFeedback::on_packet(SeqNumber seq16, TimePoint now, size_t size) {
  if (!slots_) slots_ = std::make_unique<std::array<Slot, kWindow>>();
  if (!counting_since_) counting_since_ = now;
  bytes_ += size;
  const int64_t seq = unwrapper_.unwrap(seq16);
  if (!started_) {
    started_ = true;
    next_to_report_ = highest_ = seq;
  }
  highest_ = std::max(highest_, seq);
  // A late packet is reported again from its number on, if it is not too old.
  if (seq < next_to_report_) {
    if (highest_ - seq >= kMaxReported) return;
    next_to_report_ = seq;
  }
  next_to_report_ = std::max(next_to_report_, highest_ - kWindow + 1);
  (*slots_)[static_cast<uint64_t>(seq) % kWindow] = {seq, to_us(now)};
  if (!pending_) {
    pending_ = true;
    due_ = now + interval_;
  }
}

void TransportFeedback::adapt_interval(size_t written, TimePoint now) {
  constexpr size_t kPerPacket = 28 + 14;  // UDP, IPv4 and SRTCP
  feedback_bytes_ += written + kPerPacket;
  const Duration length = now - *counting_since_;
  if (length < std::chrono::milliseconds(500)) return;
  // With this interval feedback took feedback_bytes_; it may take a twentieth of bytes_.
  const auto allowed = std::max<int64_t>(static_cast<int64_t>(bytes_) / 20, 1);
  interval_ = std::clamp(Duration(interval_.count() * static_cast<int64_t>(feedback_bytes_) / allowed),
                         kInterval, kLongestInterval);
  bytes_ = feedback_bytes_ = 0;
  counting_since_ = now;
}

bool TransportFeedback::write(ByteWriter& out, Ssrc sender, Ssrc media, TimePoint now) {
  if (!pending_) return false;
  while (next_to_report_ <= highest_ && received(next_to_report_) == nullptr) ++next_to_report_;
  if (next_to_report_ > highest_) {
    pending_ = false;
    return false;
  }
  const int64_t first = next_to_report_;
  const int64_t reference = received(first)->arrival_us / kReferenceUnit;
  std::array<uint8_t, kMaxReported> symbols;
  std::array<int16_t, kMaxReported> deltas;
  size_t n = 0, received_count = 0;
  int64_t at = reference * kReferenceUnit / kDeltaUnit;
  int64_t seq = first;
  for (; seq <= highest_ && n < symbols.size(); ++seq) {
    const Slot* slot = received(seq);
    if (slot == nullptr) {
      symbols[n++] = kNotReceived;
      continue;
    }
    const int64_t delta = slot->arrival_us / kDeltaUnit - at;
    if (delta < INT16_MIN || delta > INT16_MAX) break;  // the next feedback has another reference
    symbols[n++] = delta >= 0 && delta <= 255 ? kSmallDelta : kLargeDelta;
    deltas[received_count++] = static_cast<int16_t>(delta);
    at += delta;
  }
  while (n > 0 && symbols[n - 1] == kNotReceived) --n;

  const size_t begin = out.size();
  out.u8(0x80 | kTransportCc);
  out.u8(kTransportFeedback);
  out.u16(0);
  out.u32(sender.value);
  out.u32(media.value);
  out.u16(static_cast<uint16_t>(first));
  out.u16(static_cast<uint16_t>(n));
  out.u24(static_cast<uint32_t>(reference & 0xFFFFFF));
  out.u8(count_++);
  write_chunks(out, std::span<const uint8_t>(symbols).first(n));
  size_t d = 0;
  for (size_t i = 0; i < n; ++i) {
    if (symbols[i] == kSmallDelta) out.u8(static_cast<uint8_t>(deltas[d++]));
    if (symbols[i] == kLargeDelta) out.u16(static_cast<uint16_t>(deltas[d++]));
  }
  out.zeros((4 - (out.size() - begin) % 4) % 4);
  out.patch_u16(begin + 2, static_cast<uint16_t>((out.size() - begin) / 4 - 1));
  adapt_interval(out.size() - begin, now);
  next_to_report_ = seq;
  pending_ = next_to_report_ <= highest_;
  due_ = pending_ ? now : kNever;
  return out.ok();
}

}  // namespace parley::media::rtcp
