// See red_sender.h.
#include "media/routing/red_sender.h"

#include <algorithm>

#include "media/core/bytes.h"

namespace parley::media {
namespace {

constexpr uint8_t kMore = 0x80;          // another header follows (RFC 2198 section 3)
constexpr size_t kRedundantHeader = 4;   // of a block that is not the last
constexpr size_t kMostTogether = 1'000;  // bytes that go into one packet without a doubt

}  // namespace

void RedSender::stay_on() {
  always_ = true;
  if (!state_) state_ = std::make_unique<State>();
}

void RedSender::on_loss(double fraction) {
  if (always_) return;
  if (!state_ && fraction > kBeginAbove) state_ = std::make_unique<State>();
  if (state_ && fraction < kEndBelow) state_.reset();
}

std::span<const uint8_t> RedSender::wrap(SeqNumber seq, RtpTimestamp timestamp,
                                         std::span<const uint8_t> payload, uint8_t payload_type) {
  if (!state_ || payload.empty()) return {};
  State& s = *state_;
  if (s.started && !seq.newer_than(s.seq)) return {};
  const auto offset = static_cast<uint32_t>(timestamp.distance_from(s.timestamp));
  const bool together = s.started && s.size > 0 && seq == s.seq + 1 && offset > 0 && offset <= kMaxOffset &&
                        s.size + payload.size() <= kMostTogether;
  size_t written = 0;
  if (together) {
    s.prefix[0] = kMore | payload_type;
    s.prefix[1] = static_cast<uint8_t>(offset >> 6);
    s.prefix[2] = static_cast<uint8_t>(offset << 2 | s.size >> 8);
    s.prefix[3] = static_cast<uint8_t>(s.size);
    s.prefix[4] = payload_type;
    written = kRedundantHeader + 1;
    std::copy_n(s.block.begin(), s.size, s.prefix.begin() + static_cast<ptrdiff_t>(written));
    written += s.size;
  }
  s.started = true;
  s.seq = seq;
  s.timestamp = timestamp;
  s.size = payload.size() <= s.block.size() ? payload.size() : 0;
  std::copy_n(payload.begin(), s.size, s.block.begin());
  return std::span(s.prefix).first(written);
}

size_t RedSender::rewrite_headers(std::span<const uint8_t> payload, uint8_t payload_type,
                                  std::span<uint8_t, kMaxHeaders> out) {
  size_t at = 0;
  while (at < payload.size() && (payload[at] & kMore) != 0) {
    if (at + kRedundantHeader > payload.size() || at + kRedundantHeader + 1 > out.size()) return 0;
    std::copy_n(payload.begin() + static_cast<ptrdiff_t>(at), kRedundantHeader,
                out.begin() + static_cast<ptrdiff_t>(at));
    out[at] = kMore | payload_type;
    at += kRedundantHeader;
  }
  if (at >= payload.size()) return 0;
  out[at] = payload_type;
  return at + 1;
}

}  // namespace parley::media
