// See subscription.h.
#include "media/routing/subscription.h"

#include <algorithm>
#include <utility>

#include "media/core/bytes.h"
#include "media/routing/passed_extensions.h"
#include "media/routing/source_seq.h"
#include "media/routing/track.h"

namespace parley::media {

Subscription::Subscription(const SubscriptionConfig& config, Egress& egress, uint16_t first_seq,
                           uint16_t first_rtx_seq)
    : config_(config), egress_(egress), rewriter_(first_seq), next_rtx_seq_{first_rtx_seq} {
  stats_.id = config.id;
  stats_.track = config.track;
}

Subscription::~Subscription() {
  if (track_ != nullptr) track_->remove(*this);
}

void Subscription::set_track(Track* track) {
  track_ = track;
  const bool audio = track != nullptr && track->config().kind == TrackKind::kAudio;
  media_class_ = audio ? rtp::SendClass::kAudio : rtp::SendClass::kVideo;
  waiting_for_key_frame_ = track != nullptr && track->config().kind == TrackKind::kVideo;
}

// Writes the header that this subscriber sees, and with `retransmission` the wrapping of RFC 4588.
bool Subscription::send(const rtp::Packet& packet, SeqNumber seq, rtp::SendClass kind, TimePoint now,
                        SendSlab& out) {
  const bool retransmission = kind != rtp::SendClass::kAudio && kind != rtp::SendClass::kVideo;
  rtp::HeaderFields fields{config_.payload_type, packet.marker, seq, packet.timestamp + timestamp_offset_,
                           config_.ssrc};
  uint8_t prefix[2];
  size_t prefix_size = 0;
  if (retransmission) {
    store_be16(prefix, seq.value);
    prefix_size = 2;
    fields.payload_type = *config_.rtx_payload_type;
    fields.seq = next_rtx_seq_;
    fields.ssrc = config_.rtx_ssrc;
  }
  rtp::HeaderWriter header(fields, config_.extensions.two_byte);
  header.add_extension(config_.extensions.mid, as_bytes(config_.mid));
  if (track_ != nullptr) {
    pass_on_extensions(packet, track_->config().extensions, config_.extensions, header);
  }
  rtp::Outgoing outgoing;
  outgoing.kind = kind;
  stamp_later(header, outgoing);
  outgoing.header = header.finish();
  outgoing.prefix = std::span(prefix).first(prefix_size);
  outgoing.payload = packet.payload;
  return kind == rtp::SendClass::kPadding ? egress_.send_rtp_now(outgoing, now, out)
                                          : egress_.send_rtp(outgoing, now, out);
}

// Extensions whose value is known only when the packet leaves.
void Subscription::stamp_later(rtp::HeaderWriter& header, rtp::Outgoing& outgoing) const {
  constexpr uint8_t kToBeStamped[3] = {};
  const std::span value(kToBeStamped);
  outgoing.transport_cc_at =
      static_cast<uint16_t>(header.add_extension(config_.extensions.transport_cc, value.first<2>()));
  outgoing.abs_send_time_at =
      static_cast<uint16_t>(header.add_extension(config_.extensions.abs_send_time, value));
}

void Subscription::forward(const rtp::Packet& packet, int64_t seq, const rtp::PayloadInfo& info,
                           TimePoint now, SendSlab& out) {
  if (silent() || !egress_.is_open() || encoding_of(seq) != encoding_) return;
  if (waiting_for_key_frame_) {
    if (!info.key_frame) return;
    waiting_for_key_frame_ = false;
    rewriter_.cut();
  }
  const auto out_seq = rewriter_.forward(seq);
  if (!out_seq || !send(packet, *out_seq, media_class_, now, out)) return;
  started_ = true;
  last_seq_ = *out_seq;
  padded_ = 0;
  last_timestamp_ = packet.timestamp + timestamp_offset_;
  last_sent_ = now;
  ++stats_.packets;
  stats_.bytes += packet.payload.size();
}

void Subscription::on_source_restart(size_t encoding, RtpTimestamp first, TimePoint now) {
  if (encoding != encoding_) return;
  rewriter_.cut();
  if (track_ == nullptr) return;
  waiting_for_key_frame_ = track_->config().kind == TrackKind::kVideo;
  if (!started_) return;
  // The subscriber's timeline goes on as if the source had been silent for as long as it was.
  const int64_t elapsed = (now - last_sent_).count() * track_->config().clock_rate / 1'000'000;
  timestamp_offset_ = last_timestamp_.value + static_cast<uint32_t>(elapsed) - first.value;
}

void Subscription::set_paused(bool paused, TimePoint now, SendSlab& out) {
  if (paused_ == paused) return;
  paused_ = paused;
  if (!paused) resume_after_pause(now, out);
}

std::span<const LayerOption> Subscription::layer_options(TimePoint now) {
  options_.clear();
  if (track_ == nullptr) return {};
  for (const LayerOption& o : track_->layer_options(now)) {
    if (o.spatial <= preferred_.spatial && o.temporal <= preferred_.temporal) options_.add(o);
  }
  return options_.all();
}

void Subscription::set_preferred_layers(LayerTarget preferred, TimePoint, SendSlab&) {
  preferred_ = preferred;
}

void Subscription::set_target(std::optional<LayerTarget> target, TimePoint now, SendSlab& out) {
  const bool was_silent = silent();
  target_ = target;
  if (was_silent && !silent()) resume_after_pause(now, out);
}

void Subscription::resume_after_pause(TimePoint now, SendSlab& out) {
  if (silent() || track_ == nullptr) return;
  rewriter_.cut();
  waiting_for_key_frame_ = track_->config().kind == TrackKind::kVideo;
  if (waiting_for_key_frame_) track_->request_key_frame(encoding_, now, out);
}

void Subscription::on_nack(SeqNumber seq, TimePoint now, SendSlab& out) {
  ++stats_.nacks;
  if (track_ == nullptr || !config_.rtx_payload_type || silent()) return;
  if (now - retransmission_window_ >= std::chrono::seconds(1)) {
    retransmission_window_ = now;
    retransmissions_in_window_ = 0;
  }
  // What a subscriber can make us send by asking is limited, however often it asks.
  if (retransmissions_in_window_ >= kRetransmissionsPerSecond) return;
  const auto source_seq = rewriter_.reverse(seq);
  if (!source_seq) return;
  const auto packet = track_->find(*source_seq, now);
  if (!packet) return;
  ++retransmissions_in_window_;
  // One that is on its way is not sent again before it can have come.
  Resent& resent = resent_[seq.value % resent_.size()];
  const auto now_ms = static_cast<uint32_t>(to_us(now) / 1000);
  const uint32_t rtt_ms = stats_.rtt_seconds > 0 ? static_cast<uint32_t>(stats_.rtt_seconds * 1000) : 40;
  if (resent.seq == seq.value && resent.at_ms != 0 && now_ms - resent.at_ms < std::min(rtt_ms, 500u)) return;
  resent = {seq.value, now_ms};
  if (!egress_.may_retransmit(packet->payload.size(), now)) return;
  if (!send(*packet, seq, rtp::SendClass::kRetransmission, now, out)) return;
  ++next_rtx_seq_;
  ++stats_.retransmitted;
}

void Subscription::on_key_frame_request(TimePoint now, SendSlab& out) {
  ++stats_.plis;
  if (track_ != nullptr && !silent()) track_->request_key_frame(encoding_, now, out);
}

void Subscription::on_numbered_request(uint8_t command, TimePoint now, SendSlab& out) {
  if (last_command_ == command) return;
  last_command_ = command;
  on_key_frame_request(now, out);
}

void Subscription::on_report(const rtcp::ReportBlock& block, TimePoint now) {
  if (block.source != config_.ssrc) return;
  stats_.fraction_lost = block.fraction_lost / 256.0;
  stats_.lost = block.cumulative_lost;
  if (block.last_sr == 0) return;
  for (const SentReport& sent : sent_reports_) {
    if (sent.ntp_middle != block.last_sr) continue;
    const double delay = block.delay_since_last_sr / 65536.0;
    const double rtt = static_cast<double>((now - sent.at).count()) / 1e6 - delay;
    if (rtt >= 0 && rtt < 60) stats_.rtt_seconds = rtt;
  }
}

int Subscription::take_sent_since_report() {
  const uint64_t sent = stats_.packets - std::exchange(sent_at_report_, stats_.packets);
  return static_cast<int>(std::min<uint64_t>(sent, 100'000));
}

bool Subscription::write_report(ByteWriter& out, TimePoint now) {
  constexpr size_t kMostBytes = 28 + 4 + 4 + 2 + 256;
  if (track_ == nullptr || !started_ || silent()) return true;
  const auto clock = track_->encoding(encoding_).clock_at(now, track_->config().clock_rate);
  if (!clock) return true;
  if (out.room() < kMostBytes) return false;
  rtcp::write_sender_report(out,
                            {config_.ssrc, clock->ntp, clock->timestamp + timestamp_offset_,
                             static_cast<uint32_t>(stats_.packets), static_cast<uint32_t>(stats_.bytes)});
  rtcp::write_cname(out, config_.ssrc, config_.cname);
  sent_reports_[next_report_] = {static_cast<uint32_t>(clock->ntp >> 16), now};
  next_report_ = static_cast<uint8_t>((next_report_ + 1) % sent_reports_.size());
  return true;
}

SubscriptionStats Subscription::stats() const {
  SubscriptionStats s = stats_;
  s.paused = paused_;
  s.waiting_for_key_frame = waiting_for_key_frame_;
  return s;
}

}  // namespace parley::media
