#include "addon/webrtc/rtp_tap.h"

#include <utility>

namespace parley::addon {

std::vector<std::vector<uint8_t>> RtpTap::Queue::take() {
  const std::lock_guard lock(mutex);
  return std::exchange(packets, {});
}

void RtpTap::on_packet(const media::rtp::Packet& packet, int64_t seq, media::TimePoint) {
  // A header anew: without padding, and of the original where it came as a retransmission.
  media::rtp::HeaderWriter header({packet.payload_type, packet.marker,
                                   media::SeqNumber{static_cast<uint16_t>(seq)}, packet.timestamp,
                                   packet.ssrc});
  const auto written = header.finish();
  std::vector<uint8_t> bytes(written.begin(), written.end());
  bytes.insert(bytes.end(), packet.payload.begin(), packet.payload.end());
  bool first = false;
  {
    const std::lock_guard lock(queue_->mutex);
    if (queue_->packets.size() >= kMaxQueued) {
      ++queue_->dropped;
      return;
    }
    first = queue_->packets.empty();
    queue_->packets.push_back(std::move(bytes));
  }
  if (first) wake_();
}

}  // namespace parley::addon
