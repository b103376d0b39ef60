// What a subscription sends when a probe needs more packets than there is media. See subscription.h.
#include <array>

#include "media/routing/subscription.h"

namespace parley::media {
namespace {
// How many packets back repetitions go; then bare padding.
constexpr uint8_t kMostRepeated = 24;
constexpr uint8_t kPaddingSize = 224;
}  // namespace

size_t Subscription::send_padding(size_t bytes, TimePoint now, SendSlab& out) {
  if (track_ == nullptr || !config_.rtx_payload_type) return 0;
  size_t sent = 0;
  while (sent < bytes) {
    const size_t size = silent() || !started_ ? 0 : repeat_packet(now, out);
    const size_t padded = size > 0 ? size : send_bare_padding(now, out);
    if (padded == 0) break;
    ++stats_.probe_packets;
    sent += padded;
  }
  return sent;
}

// A packet that the subscriber has most likely received: should it have been lost, this helps.
size_t Subscription::repeat_packet(TimePoint now, SendSlab& out) {
  while (padded_ < kMostRepeated) {
    const size_t size = resend(last_seq_ - padded_++, rtp::SendClass::kPadding, now, out);
    if (size > 0) return size;
  }
  return 0;
}

size_t Subscription::send_bare_padding(TimePoint now, SendSlab& out) {
  static constexpr auto kPadding = [] {
    std::array<uint8_t, kPaddingSize> bytes{};
    bytes.back() = kPaddingSize;  // RFC 3550 section 5.1: the last octet counts the padding
    return bytes;
  }();
  rtp::HeaderWriter header(
      {*config_.rtx_payload_type, false, next_rtx_seq_, last_timestamp_, config_.rtx_ssrc});
  rtp::Outgoing outgoing;
  if (!config_.rid.empty()) write_ids(header, true);
  stamp_later(header, outgoing);
  outgoing.header = header.finish();
  outgoing.header[0] |= 0x20;  // P
  outgoing.payload = kPadding;
  outgoing.kind = rtp::SendClass::kPadding;
  if (!egress_.send_rtp_now(outgoing, now, out)) return 0;
  ++next_rtx_seq_;
  return outgoing.size();
}

}  // namespace parley::media
