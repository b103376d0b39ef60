// See track.h.
#include "media/routing/track.h"

#include <algorithm>
#include <array>

#include "media/core/bytes.h"
#include "media/routing/subscription.h"
#include "media/rtcp/payload_feedback.h"
#include "media/rtp/key_frame.h"

namespace parley::media {
namespace {
constexpr Duration kLayerOptionsAge = std::chrono::milliseconds(100);
// While the publisher's round trip is not known: browsers resend within this.
constexpr Duration kNackInterval = std::chrono::milliseconds(80);
}  // namespace

Track::Track(const TrackConfig& config, Egress& egress, PacketPool& pool, Ssrc reporter)
    : config_(config), egress_(egress), reporter_(reporter), statistics_(config.clock_rate), buffer_(pool) {}

Track::~Track() {
  for (Subscription* s : subscriptions_) s->set_track(nullptr);
}

void Track::add(Subscription& subscription, TimePoint now, SendSlab& out) {
  subscriptions_.push_back(&subscription);
  subscription.set_track(this);
  if (config_.kind == TrackKind::kVideo) request_key_frame(now, out);
}

void Track::remove(Subscription& subscription) {
  std::erase(subscriptions_, &subscription);
  subscription.set_track(nullptr);
}

void Track::on_packet(const rtp::Packet& packet, TimePoint now, SendSlab& out) {
  last_packet_ = now;
  active_ = true;
  const bool rtx = config_.rtx_payload_type && packet.payload_type == *config_.rtx_payload_type;
  if (!rtx) {
    if (packet.payload_type == config_.payload_type) on_media(packet, now, out);
    return;
  }
  // RFC 4588 section 4: the original sequence number, then the original payload. Bare padding is a bandwidth
  // probe.
  if (packet.payload.size() <= 2 || !source_) return;
  rtp::Packet original = packet;
  original.payload_type = config_.payload_type;
  original.seq = {load_be16(packet.payload.data())};
  original.ssrc = *source_;
  original.payload = packet.payload.subspan(2);
  on_media(original, now, out);
}

void Track::restart_source(const rtp::Packet& packet, TimePoint now) {
  if (source_) {
    // Later than everything, and the same number in its lower 16 bits: that is what NACKs and reports say.
    seq_base_ = ((newest_ >> 16) + 2) << 16;
    unwrapper_ = SeqUnwrapper();
    statistics_ = rtp::ReceiveStatistics(config_.clock_rate);
    nacks_ = rtp::NackGenerator();
    sender_report_.reset();
    for (Subscription* s : subscriptions_) s->on_source_restart(packet.timestamp, now);
  }
  source_ = packet.ssrc;
}

void Track::on_media(const rtp::Packet& packet, TimePoint now, SendSlab& out) {
  if (source_ != packet.ssrc) restart_source(packet, now);
  const int64_t seq = unwrapper_.unwrap(packet.seq) + seq_base_;
  const auto arrival = nacks_.on_packet(seq, now);
  if (arrival == rtp::NackGenerator::Arrival::kDuplicate) {
    ++stats_.duplicates;
    return;
  }
  if (arrival == rtp::NackGenerator::Arrival::kRecovered) ++stats_.recovered;
  newest_ = std::max(newest_, seq);
  statistics_.on_packet(seq, packet.timestamp, packet.payload.size(), now);
  ++stats_.packets;
  stats_.bytes += packet.payload.size();
  bitrate_.add(packet.payload.size(), now);

  const bool video = config_.kind == TrackKind::kVideo;
  const bool key = video && rtp::starts_key_frame(config_.codec, packet.payload);
  if (key) {
    ++stats_.key_frames;
    key_frame_wanted_ = false;
  }
  if (paused_) return;
  if (sink_) sink_->on_packet(packet, seq, now);
  for (Subscription* s : subscriptions_) s->forward(packet, seq, key || !video, now, out);
  // Wanted before the source was known: its first packet is the first chance to ask.
  if (key_frame_wanted_ && !last_key_frame_request_) request_key_frame(now, out);
  if (video && !subscriptions_.empty())
    buffer_.store(seq, packet.timestamp, packet.marker, packet.payload, now);
}

void Track::on_sender_report(const rtcp::SenderReport& report, TimePoint now) {
  if (source_ && report.sender != *source_) return;
  sender_report_ = report;
  sender_report_at_ = now;
  if (sink_) sink_->on_sender_report(report, now);
}

void Track::on_bye(Ssrc source) {
  if (source_ == source) active_ = false;
}

void Track::set_paused(bool paused, TimePoint now, SendSlab& out) {
  if (paused_ == paused) return;
  paused_ = paused;
  if (paused) return;
  for (Subscription* s : subscriptions_) s->resume_after_pause(now, out);
}

void Track::request_key_frame(TimePoint now, SendSlab& out) {
  if (config_.kind != TrackKind::kVideo) return;
  key_frame_wanted_ = true;
  const bool too_soon = last_key_frame_request_ && now - *last_key_frame_request_ < kKeyFrameInterval;
  if (!too_soon && key_frame_handler_) {
    last_key_frame_request_ = now;
    ++stats_.plis;
    key_frame_handler_();
    return;
  }
  if (too_soon || !source_ || !egress_.is_open()) return;  // on_deadline tries again
  uint8_t bytes[20];
  ByteWriter writer(bytes);
  if (config_.fir) {
    rtcp::write_fir(writer, reporter_, {*source_, fir_command_++});
  } else {
    rtcp::write_pli(writer, reporter_, *source_);
  }
  if (!egress_.send_rtcp(writer.written(), out)) return;
  last_key_frame_request_ = now;
  ++stats_.plis;
}

TimePoint Track::next_deadline() const {
  TimePoint next = config_.nack ? nacks_.next_deadline() : kNever;
  if (sink_) next = std::min(next, sink_->next_deadline());
  if (key_frame_wanted_ && source_ && last_key_frame_request_) {
    next = std::min(next, *last_key_frame_request_ + kKeyFrameInterval);
  }
  return next;
}

void Track::on_deadline(TimePoint now, SendSlab& out) {
  if (config_.nack && nacks_.next_deadline() <= now && source_) {
    std::array<SeqNumber, 64> numbers;
    const auto due = nacks_.due(now, round_trip_.value_or(kNackInterval), numbers);
    if (!due.empty()) {
      std::array<uint8_t, 12 + 64 * 4> bytes;
      ByteWriter writer(bytes);
      rtcp::write_nack(writer, reporter_, *source_, due);
      egress_.send_rtcp(writer.written(), out);
    }
  }
  if (sink_ && sink_->next_deadline() <= now && sink_->on_deadline(now)) key_frame_wanted_ = true;
  if (nacks_.take_gave_up()) key_frame_wanted_ = config_.kind == TrackKind::kVideo;
  if (!key_frame_wanted_) {
    key_frame_wanted_ = std::any_of(subscriptions_.begin(), subscriptions_.end(),
                                    [](const Subscription* s) { return s->waiting_for_key_frame(); });
  }
  // Nobody is asked to send what nobody waits for.
  if (key_frame_wanted_ && !paused_) request_key_frame(now, out);
}

std::optional<rtcp::ReportBlock> Track::report(TimePoint now) {
  if (!source_ || statistics_.packets() == 0) return std::nullopt;
  const auto r = statistics_.report();
  rtcp::ReportBlock block;
  block.source = *source_;
  block.fraction_lost = r.fraction_lost;
  block.cumulative_lost = r.cumulative_lost;
  block.highest_seq = r.highest_seq;
  block.jitter = r.jitter;
  if (sender_report_) {
    block.last_sr = static_cast<uint32_t>(sender_report_->ntp >> 16);
    block.delay_since_last_sr = static_cast<uint32_t>((now - sender_report_at_).count() * 65536 / 1'000'000);
  }
  return block;
}

std::optional<Track::Clock> Track::clock_at(TimePoint now) const {
  if (!sender_report_) return std::nullopt;
  const uint64_t elapsed = static_cast<uint64_t>((now - sender_report_at_).count());
  Clock clock;
  clock.ntp = sender_report_->ntp + (elapsed / 1'000'000 << 32) + ((elapsed % 1'000'000 << 32) / 1'000'000);
  clock.timestamp =
      sender_report_->timestamp + static_cast<uint32_t>(elapsed * config_.clock_rate / 1'000'000);
  return clock;
}

std::span<const LayerOption> Track::layer_options(TimePoint now) {
  if (layer_options_at_ && now - *layer_options_at_ < kLayerOptionsAge) return layer_options_.all();
  layer_options_at_ = now;
  layer_options_.clear();
  const uint32_t bps = bitrate_.bps(now);
  if (bps > 0) layer_options_.add({0, 0, bps});
  return layer_options_.all();
}

bool Track::take_activity_change(TimePoint now) {
  if (active_ && now - last_packet_ > kSilentAfter) active_ = false;
  return std::exchange(told_active_, active_) != active_;
}

TrackStats Track::stats() const {
  TrackStats s = stats_;
  s.id = config_.id;
  s.kind = config_.kind;
  s.lost = statistics_.lost();
  s.jitter_seconds = statistics_.jitter_seconds();
  s.rtt_seconds = static_cast<double>(round_trip_.value_or(Duration(0)).count()) / 1e6;
  s.nacks = nacks_.requested();
  s.subscriptions = subscriptions_.size();
  s.active = active_;
  return s;
}

}  // namespace parley::media
