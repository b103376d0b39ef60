// Parity packets of a subscription (FlexFEC): when they are made, and what goes before them. See
// subscription.h and fec_sender.h.
#include <array>

#include "media/routing/subscription.h"

namespace parley::media {

int64_t Subscription::adapt_protection(double loss, int64_t room_bps, TimePoint now) {
  if (!fec_) return 0;
  const Duration round_trip(static_cast<int64_t>(stats_.rtt_seconds * 1e6));
  return fec_->adapt({loss, round_trip, room_bps}, stats_.bytes, now);
}

void Subscription::send_parity(TimePoint now, SendSlab& out) {
  std::array<uint8_t, rtp::FlexFecEncoder::kMaxHeaderBytes + rtp::FlexFecEncoder::kMaxMediaBytes> payload;
  const size_t size = fec_->take(payload);
  if (size == 0) return;
  rtp::HeaderWriter header(
      {*config_.fec_payload_type, false, next_fec_seq_, last_timestamp_, config_.fec_ssrc});
  header.add_extension(config_.extensions.mid, as_bytes(config_.mid));
  rtp::Outgoing outgoing;
  stamp_later(header, outgoing);
  outgoing.header = header.finish();
  outgoing.payload = std::span(payload).first(size);
  outgoing.kind = rtp::SendClass::kVideo;  // behind what it protects
  if (!egress_.send_rtp(outgoing, now, out)) return;
  ++next_fec_seq_;
  ++stats_.parity_packets;
  stats_.parity_bytes += size;
}

}  // namespace parley::media
