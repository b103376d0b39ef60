// See local_track.h.
#include "media/routing/local_track.h"

#include <utility>

namespace parley::media {
namespace {

constexpr Duration kReportInterval = std::chrono::milliseconds(500);

// RFC 3550 section 4: a system without a wall clock may count its uptime; what matters is that the tracks of
// one program count alike.
uint64_t ntp_of(TimePoint t) {
  const auto us = static_cast<uint64_t>(to_us(t));
  return (us / 1'000'000 << 32) + ((us % 1'000'000 << 32) / 1'000'000);
}

}  // namespace

LocalTrack::LocalTrack(const TrackConfig& config, PacketPool& pool, Random& random,
                       KeyFrameWanted key_frame_wanted)
    : ssrc_{random.next_u32() | 1},
      next_seq_{static_cast<uint16_t>(random.next_u32() & 0x7FFF)},
      timestamp_offset_(random.next_u32()),
      track_(config, nowhere_, pool, ssrc_) {
  track_.set_key_frame_handler(std::move(key_frame_wanted));
}

void LocalTrack::send(const Payload& payload, TimePoint now, SendSlab& out) {
  rtp::Packet packet;
  packet.payload_type = track_.config().payload_type;
  packet.marker = payload.marker;
  packet.seq = next_seq_;
  packet.timestamp = payload.timestamp + timestamp_offset_;
  packet.ssrc = ssrc_;
  packet.payload = payload.bytes;
  if (!payload.extensions.empty()) {
    packet.extension_profile = 0xBEDE;
    packet.extensions = payload.extensions;
  }
  ++next_seq_;
  if (now >= next_report_) {
    next_report_ = now + kReportInterval;
    rtcp::SenderReport report;
    report.sender = ssrc_;
    report.ntp = ntp_of(now);
    report.timestamp = packet.timestamp;
    track_.on_sender_report(report, now);
  }
  track_.on_packet(packet, now, out);
}

}  // namespace parley::media
