// What a track does besides forwarding: takes redundant audio apart (RFC 2198), recovers packets from parity
// (FlexFEC), and is one voice of a group. See track.h.
#include "media/routing/subscription.h"
#include "media/routing/track.h"
#include "media/rtp/extensions.h"

namespace parley::media {

void Track::on_red(size_t index, const rtp::Packet& packet, TimePoint now, SendSlab& out) {
  const auto red = rtp::RedPayload::parse(packet.payload);
  if (!red || red->primary().payload_type != config_.payload_type) return;
  red_recovery_.on_packet(packet.seq, packet.timestamp, *red, [&](const rtp::RedRecovery::Recovered& lost) {
    rtp::Packet again;
    again.payload_type = config_.payload_type;
    again.seq = lost.seq;
    again.timestamp = lost.timestamp;
    again.ssrc = packet.ssrc;
    again.payload = lost.payload;
    again.recovered = true;
    on_media(index, again, nullptr, now, out);
  });
  rtp::Packet whole = packet;
  whole.red = true;
  rtp::Packet plain = packet;
  plain.payload_type = config_.payload_type;
  plain.payload = red->primary().payload;
  on_media(index, plain, &whole, now, out);
}

void Track::remember_for_parity(const rtp::Packet& packet, TimePoint now, SendSlab& out) {
  if (!parity_ || parity_->media() != packet.ssrc) {
    const rtp::MutableExtensions ids{config_.extensions.abs_send_time, config_.extensions.transport_cc};
    parity_ = std::make_unique<rtp::FlexFecDecoder>(pool_, packet.ssrc, ids);
  }
  parity_->on_media(packet);
  take_recovered(now, out);
}

void Track::on_parity(const rtp::Packet& packet, TimePoint now, SendSlab& out) {
  if (!parity_) return;
  parity_->on_repair(packet);
  take_recovered(now, out);
}

void Track::take_recovered(TimePoint now, SendSlab& out) {
  while (const PacketRef bytes = parity_->take_recovered()) {
    auto packet = rtp::Packet::parse(bytes.bytes());
    if (!packet || packet->payload_type != config_.payload_type) continue;
    packet->recovered = true;
    on_media(0, *packet, nullptr, now, out);
  }
}

bool Track::held_back(const rtp::Packet& packet) {
  const auto level = rtp::read_audio_level(packet.extension(config_.extensions.audio_level));
  if (level) group_->on_level(config_.id, level->below_overload);
  return !group_->forwards(config_.id);
}

void Track::resume_in_group(TimePoint now, SendSlab& out) {
  if (tapping_threads_ != 0) {
    // To mirrors it was a pause, of which they hear when it is over.
    tap_->on_tapped_pause(config_.id, tapping_threads_, true);
    if (!paused_) tap_->on_tapped_pause(config_.id, tapping_threads_, false);
  }
  for (Subscription* s : subscriptions_) s->resume_after_pause(now, out);
}

}  // namespace parley::media
