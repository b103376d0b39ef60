// See subscription.h.
#include "media/routing/subscription.h"

#include <algorithm>
#include <utility>

#include "media/core/bytes.h"
#include "media/routing/source_seq.h"
#include "media/routing/track.h"

namespace parley::media {

Subscription::Subscription(const SubscriptionConfig& config, Egress& egress, uint16_t first_seq,
                           uint16_t first_rtx_seq)
    : config_(config),
      egress_(egress),
      rewriter_(first_seq),
      pictures_(first_rtx_seq),  // as random as any other
      next_rtx_seq_{first_rtx_seq} {
  stats_.id = config.id;
  stats_.track = config.track;
  if (takes_red() && config.red_always) red_.stay_on();
  if (!config.fec_payload_type) return;
  fec_ = std::make_unique<FecSender>(
      config.ssrc, rtp::MutableExtensions{config.extensions.abs_send_time, config.extensions.transport_cc});
  next_fec_seq_ = {static_cast<uint16_t>((first_seq ^ first_rtx_seq) & 0x7FFF)};
}

Subscription::~Subscription() {
  if (track_ != nullptr) track_->remove(*this);
  egress_.forget(config_.ssrc);
  egress_.forget(config_.rtx_ssrc);
  if (fec_) egress_.forget(config_.fec_ssrc);
}

bool Subscription::video() const { return track_ != nullptr && track_->config().kind == TrackKind::kVideo; }

void Subscription::set_track(Track* track) {
  track_ = track;
  const bool audio = track != nullptr && track->config().kind == TrackKind::kAudio;
  media_class_ = audio ? rtp::SendClass::kAudio : rtp::SendClass::kVideo;
  waiting_for_key_frame_ = source_changed_ = track != nullptr;
  encoding_ = wanted_encoding_ = 0;
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

void Subscription::set_preferred_layers(LayerTarget preferred, TimePoint now, SendSlab& out) {
  preferred_ = preferred;
  select_encoding(now, out);
}

void Subscription::set_target(std::optional<LayerTarget> target, TimePoint now, SendSlab& out) {
  const bool was_silent = silent();
  target_ = target;
  if (was_silent && !silent()) return resume_after_pause(now, out);
  select_encoding(now, out);
}

void Subscription::resume_after_pause(TimePoint now, SendSlab& out) {
  if (silent() || track_ == nullptr) return;
  waiting_for_key_frame_ = true;
  select_encoding(now, out);
}

void Subscription::on_nack(SeqNumber seq, TimePoint now, SendSlab& out) {
  ++stats_.nacks;
  if (track_ == nullptr || silent()) return;
  if (now - retransmission_window_ >= std::chrono::seconds(1)) {
    retransmission_window_ = now;
    retransmissions_in_window_ = 0;
  }
  // What a subscriber can make us send by asking is limited, however often it asks.
  if (retransmissions_in_window_ >= kRetransmissionsPerSecond) return;
  // One that is on its way is not sent again before it can have come.
  Resent& resent = resent_[seq.value % resent_.size()];
  const auto now_ms = static_cast<uint32_t>(to_us(now) / 1000);
  const uint32_t rtt_ms = stats_.rtt_seconds > 0 ? static_cast<uint32_t>(stats_.rtt_seconds * 1000) : 40;
  if (resent.seq == seq.value && resent.at_ms != 0 && now_ms - resent.at_ms < std::min(rtt_ms, 500u)) return;
  const bool sent = config_.rtx_payload_type ? resend(seq, rtp::SendClass::kRetransmission, now, out) > 0
                                             : egress_.resend(config_.ssrc, seq, now, out);
  if (!sent) return;
  ++retransmissions_in_window_;
  resent = {seq.value, now_ms};
  ++stats_.retransmitted;
}

void Subscription::on_key_frame_request(TimePoint now, SendSlab& out) {
  ++stats_.plis;
  if (track_ != nullptr && !silent()) track_->request_key_frame(wanted_encoding_, now, out);
}

void Subscription::on_numbered_request(uint8_t command, TimePoint now, SendSlab& out) {
  if (last_command_ == command) return;
  last_command_ = command;
  on_key_frame_request(now, out);
}

void Subscription::on_report(const rtcp::ReportBlock& block, TimePoint now) {
  if (block.source != config_.ssrc) return;
  stats_.fraction_lost = block.fraction_lost / 256.0;
  if (takes_red()) red_.on_loss(stats_.fraction_lost);
  stats_.lost = block.cumulative_lost;
  if (track_ != nullptr)
    stats_.jitter_seconds = static_cast<double>(block.jitter) / track_->config().clock_rate;
  if (block.last_sr == 0) return;
  for (const SentReport& sent : sent_reports_) {
    if (sent.ntp_middle != block.last_sr) continue;
    const double delay = block.delay_since_last_sr / 65536.0;
    const double rtt = static_cast<double>((now - sent.at).count()) / 1e6 - delay;
    if (rtt < 0 || rtt >= 60) continue;
    stats_.rtt_seconds = rtt;
    stats_.total_rtt_seconds += rtt;
    ++stats_.rtt_measurements;
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
                            {config_.ssrc, clock->ntp, clock->timestamp + offsets_[segment_].timestamp,
                             static_cast<uint32_t>(stats_.packets), static_cast<uint32_t>(stats_.bytes)});
  rtcp::write_cname(out, config_.ssrc, config_.cname);
  sent_reports_[next_report_] = {static_cast<uint32_t>(clock->ntp >> 16), now};
  next_report_ = static_cast<uint8_t>((next_report_ + 1) % sent_reports_.size());
  return true;
}

SubscriptionStats Subscription::stats() const {
  SubscriptionStats s = stats_;
  s.ssrc = config_.ssrc.value;
  s.rtx_ssrc = config_.rtx_payload_type ? config_.rtx_ssrc.value : 0;
  s.paused = paused_;
  s.waiting_for_key_frame = waiting_for_key_frame_ && video();
  s.layers = current_layers();
  s.preferred_layers = preferred_;
  s.priority = priority_;
  s.allowed_layers = target_;
  return s;
}

}  // namespace parley::media
