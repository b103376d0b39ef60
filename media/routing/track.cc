// See track.h.
#include "media/routing/track.h"

#include <algorithm>
#include <array>

#include "media/core/bytes.h"
#include "media/routing/source_seq.h"
#include "media/routing/subscription.h"
#include "media/rtcp/payload_feedback.h"

namespace parley::media {
namespace {
constexpr Duration kLayerOptionsAge = std::chrono::milliseconds(100);
// While the publisher's round trip is not known: browsers resend within this.
constexpr Duration kNackInterval = std::chrono::milliseconds(80);
}  // namespace

Track::Track(const TrackConfig& config, Egress& egress, PacketPool& pool, Ssrc reporter)
    : config_(config), egress_(egress), reporter_(reporter), pool_(pool) {
  make_encodings();
}

void Track::make_encodings() {
  std::vector<EncodingConfig> wanted = config_.encodings;
  if (wanted.empty()) wanted.push_back({"", config_.ssrc, config_.rtx_ssrc});
  if (wanted.size() > kMaxSpatialLayers) wanted.resize(kMaxSpatialLayers);
  encodings_.resize(wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (encodings_[i]) {
      encodings_[i]->update(wanted[i]);
    } else {
      encodings_[i] = std::make_unique<Encoding>(wanted[i], config_, pool_);
    }
  }
}

void Track::update(const TrackConfig& config) {
  config_ = config;
  make_encodings();
}

Track::~Track() {
  for (Subscription* s : subscriptions_) s->set_track(nullptr);
  for (PacketTap* t : packet_taps_) t->on_track_end();
  if (group_ != nullptr) group_->remove(config_.id);
}

void Track::add(Subscription& subscription, TimePoint now, SendSlab& out) {
  subscriptions_.push_back(&subscription);
  subscription.set_track(this);
  subscription.select_encoding(now, out);
}

void Track::remove(Subscription& subscription) {
  std::erase(subscriptions_, &subscription);
  subscription.set_track(nullptr);
}

std::optional<rtp::RetransmissionBuffer::Found> Track::find(int64_t seq, TimePoint now) const {
  const size_t i = encoding_of(seq);
  return i < encodings_.size() ? encodings_[i]->find(seq_of(seq), now) : std::nullopt;
}

template <typename Is>
size_t Track::best_of(size_t most, Is&& is) const {
  most = std::min(most, encodings_.size() - 1);
  for (size_t i = most + 1; i-- > 0;) {
    if (is(*encodings_[i])) return i;
  }
  for (size_t i = most + 1; i < encodings_.size(); ++i) {
    if (is(*encodings_[i])) return i;
  }
  return most;
}

size_t Track::best_encoding(size_t most, TimePoint now) const {
  return best_of(most, [&](const Encoding& e) { return e.live(now); });
}

size_t Track::best_existing(size_t most, TimePoint now) const {
  return best_of(most, [&](const Encoding& e) { return e.exists(now); });
}

uint8_t Track::wanted_encodings(TimePoint now) const {
  uint8_t wanted = sink_ || group_ != nullptr ? 1 : 0;
  for (const Subscription* s : subscriptions_) wanted |= s->wanted_encodings(now);
  for (const PacketTap* t : packet_taps_) wanted |= t->wanted_encodings();
  for (const uint8_t encodings : tapped_encodings_) wanted |= encodings;
  return wanted;
}

void Track::on_told(const ToldEncodings& told, TimePoint now, SendSlab& out) {
  if (tapping_threads_ != 0) tap_->on_tapped_layers(config_.id, tapping_threads_, told);
  bool changed = false;
  for (size_t i = 0; i < encodings_.size(); ++i) {
    const bool was_live = encodings_[i]->live(now);
    encodings_[i]->tell(told[i], now);
    changed = changed || was_live != encodings_[i]->live(now);
  }
  if (!changed || encodings_.size() == 1) return;
  layer_options_at_.reset();
  for (Subscription* s : subscriptions_) s->select_encoding(now, out);
}

ToldEncodings Track::told(TimePoint now) const {
  ToldEncodings told;
  for (size_t i = 0; i < encodings_.size(); ++i)
    told[i] = encodings_[i]->told(now).value_or(Encoding::Told{});
  return told;
}

EncodingSources Track::sources() const {
  EncodingSources sources;
  for (size_t i = 0; i < encodings_.size(); ++i) sources[i] = encodings_[i]->sources();
  return sources;
}

void Track::learn(const EncodingSources& sources) {
  for (size_t i = 0; i < encodings_.size(); ++i) encodings_[i]->learn(sources[i]);
}

void Track::add_tap(TrackTap& tap, size_t thread, uint8_t encodings) {
  tap_ = &tap;
  tapping_threads_ |= uint64_t{1} << thread;
  if (tapped_encodings_.size() <= thread) tapped_encodings_.resize(thread + 1);
  tapped_encodings_[thread] = encodings;
}

void Track::remove_tap(size_t thread) {
  tapping_threads_ &= ~(uint64_t{1} << thread);
  if (thread < tapped_encodings_.size()) tapped_encodings_[thread] = 0;
}

// By SSRC, then by rid (RFC 8852); what cannot be told apart belongs to the only encoding, if there is one.
size_t Track::find_encoding(const rtp::Packet& packet, bool rtx) {
  const size_t none = encodings_.size();
  for (size_t i = 0; i < encodings_.size(); ++i) {
    if (encodings_[i]->owns(packet.ssrc)) return i;
  }
  if (config_.encodings.empty()) return 0;
  const auto rid = as_text(packet.extension(rtx ? config_.extensions.repaired_rid : config_.extensions.rid));
  if (rid.empty()) return none;
  for (size_t i = 0; i < encodings_.size(); ++i) {
    if (encodings_[i]->config().rid != rid) continue;
    if (rtx) encodings_[i]->learn_rtx(packet.ssrc);
    return i;
  }
  return none;
}

void Track::on_packet(const rtp::Packet& packet, TimePoint now, SendSlab& out) {
  // What its group holds back is held back from everybody.
  const bool held = group_ != nullptr && !group_->forwards(config_.id);
  if (tapping_threads_ != 0 && !held) tap_->on_tapped_packet(config_.id, tapping_threads_, packet);
  last_packet_ = now;
  active_ = true;
  if (config_.fec_payload_type == packet.payload_type) return on_parity(packet, now, out);
  const bool rtx = config_.rtx_payload_type == packet.payload_type;
  const bool red = config_.red_payload_type == packet.payload_type;
  if (!rtx && !red && packet.payload_type != config_.payload_type) return;
  const size_t index = find_encoding(packet, rtx);
  if (index == encodings_.size()) return;
  if (red) return on_red(index, packet, now, out);
  if (!rtx) {
    if (config_.red_payload_type) red_recovery_.on_plain_packet(packet.seq, packet.timestamp);
    on_media(index, packet, nullptr, now, out);
    if (config_.fec_payload_type && index == 0) remember_for_parity(packet, now, out);
    return;
  }
  if (const auto original = encodings_[index]->unpack_rtx(packet, config_.payload_type)) {
    on_media(index, *original, nullptr, now, out);
  }
}

void Track::on_media(size_t index, const rtp::Packet& packet, const rtp::Packet* red, TimePoint now,
                     SendSlab& out) {
  Encoding& encoding = *encodings_[index];
  const auto arrival = encoding.on_media(packet, config_, now);
  if (!arrival) return;
  if (arrival->new_source) {
    for (Subscription* s : subscriptions_) s->on_source_restart(index);
  }
  const int64_t seq = source_seq(index, arrival->seq);
  for (PacketTap* t : packet_taps_) {
    if (!paused_) t->on_packet(index, packet, arrival->seq, now, out);
  }
  if (!arrival->has_frame) {
    for (Subscription* s : subscriptions_) s->leave_out(seq);
    return;
  }
  if (paused_) return;
  if (next_selection_ == kNever && encodings_.size() > 1) next_selection_ = now + kSelectionInterval;
  if (sink_) sink_.on_packet(index, packet, *arrival, now);
  if (group_ != nullptr && held_back(packet)) return;
  for (Subscription* s : subscriptions_) {
    // With redundancy of its own a subscriber makes what was lost itself.
    if (packet.recovered && config_.red_payload_type && s->takes_red()) continue;
    s->forward(red != nullptr && s->takes_red() ? *red : packet, seq, arrival->info, now, out);
  }
  // Wanted before the source was known: its first packet is the first chance to ask.
  const auto& key_frame = encoding.key_frame();
  if (key_frame.wanted && !key_frame.asked) request_key_frame(index, now, out);
  const bool wanted = !subscriptions_.empty() || !packet_taps_.empty();
  if (config_.kind == TrackKind::kVideo && wanted) encoding.store(*arrival, packet, now);
}

void Track::on_sender_report(const rtcp::SenderReport& report, TimePoint now) {
  if (tapping_threads_ != 0) tap_->on_tapped_report(config_.id, tapping_threads_, report);
  for (size_t i = 0; i < encodings_.size(); ++i) {
    if (encodings_[i]->on_sender_report(report, now)) sink_.on_sender_report(i, report, now);
  }
}

// Of simulcast one encoding may end while the others go on: it is not live any more, the track is.
void Track::on_bye(Ssrc source) {
  if (tapping_threads_ != 0) tap_->on_tapped_bye(config_.id, tapping_threads_, source);
  const auto is = [&](const auto& e) { return e->source() == source; };
  if (encodings_.size() == 1 && is(encodings_[0])) active_ = false;
}

void Track::set_paused(bool paused, TimePoint now, SendSlab& out) {
  if (paused_ == paused) return;
  paused_ = paused;
  if (tapping_threads_ != 0) tap_->on_tapped_pause(config_.id, tapping_threads_, paused);
  if (paused) return;
  for (Subscription* s : subscriptions_) s->resume_after_pause(now, out);
  // What is behind a pipe cannot know.
  if (!packet_taps_.empty()) request_key_frame(now, out);
}

void Track::request_key_frame(TimePoint now, SendSlab& out) {
  for (size_t i = 0; i < encodings_.size(); ++i) request_key_frame(i, now, out);
}

void Track::request_key_frame(size_t index, TimePoint now, SendSlab& out) {
  if (config_.kind != TrackKind::kVideo || index >= encodings_.size()) return;
  Encoding& encoding = *encodings_[index];
  auto& request = encoding.key_frame();
  request.wanted = true;
  const bool too_soon = request.asked && now - *request.asked < kKeyFrameInterval;
  if (too_soon) return;  // on_deadline tries again
  if (key_frame_handler_) {
    key_frame_handler_();
  } else {
    if (!encoding.source() || !egress_.is_open()) return;
    uint8_t bytes[20];
    ByteWriter writer(bytes);
    if (config_.fir) {
      rtcp::write_fir(writer, reporter_, {*encoding.source(), fir_command_++});
    } else {
      rtcp::write_pli(writer, reporter_, *encoding.source());
    }
    if (!egress_.send_rtcp(writer.written(), out)) return;
  }
  request.asked = now;
  encoding.count_pli();
}

TimePoint Track::next_deadline() const {
  TimePoint next = std::min(next_selection_, sink_.next_deadline());
  for (const auto& e : encodings_) {
    if (config_.nack) next = std::min(next, e->nacks().next_deadline());
    const auto& request = e->key_frame();
    if (request.wanted && request.asked) next = std::min(next, *request.asked + kKeyFrameInterval);
  }
  return next;
}

void Track::ask_again(Encoding& encoding, TimePoint now, SendSlab& out) {
  if (!config_.nack || encoding.nacks().next_deadline() > now || !encoding.source()) return;
  std::array<SeqNumber, 64> numbers;
  const auto due = encoding.nacks().due(now, round_trip_.value_or(kNackInterval), numbers);
  if (due.empty()) return;
  std::array<uint8_t, 12 + 64 * 4> bytes;
  ByteWriter writer(bytes);
  rtcp::write_nack(writer, reporter_, *encoding.source(), due);
  egress_.send_rtcp(writer.written(), out);
}

bool Track::key_frame_needed(size_t encoding) const {
  return std::any_of(subscriptions_.begin(), subscriptions_.end(),
                     [&](const Subscription* s) { return s->waiting_for_key_frame(encoding); });
}

void Track::on_deadline(TimePoint now, SendSlab& out) {
  if (next_selection_ <= now) {
    next_selection_ = subscriptions_.empty() && !sink_ ? kNever : now + kSelectionInterval;
    if (sink_) sink_.want(best_encoding(encodings_.size() - 1, now));
    for (Subscription* s : subscriptions_) s->select_encoding(now, out);
  }
  const bool sink_lost = sink_.next_deadline() <= now && sink_.on_deadline(now);
  for (size_t i = 0; i < encodings_.size(); ++i) {
    Encoding& encoding = *encodings_[i];
    ask_again(encoding, now, out);
    bool& wanted = encoding.key_frame().wanted;
    if ((sink_lost && i == sink_.encoding()) || encoding.nacks().take_gave_up())
      wanted = config_.kind == TrackKind::kVideo;
    if (!wanted) wanted = key_frame_needed(i) || sink_.waits_for(i);
    // Nobody is asked to send what nobody waits for.
    if (wanted && !paused_) request_key_frame(i, now, out);
  }
}

size_t Track::report(std::span<rtcp::ReportBlock> out, TimePoint now) {
  size_t n = 0;
  for (const auto& e : encodings_) {
    if (n == out.size()) break;
    if (const auto block = e->report(now)) out[n++] = *block;
  }
  return n;
}

std::span<const LayerOption> Track::layer_options(TimePoint now) {
  if (layer_options_at_ && now - *layer_options_at_ < kLayerOptionsAge) return layer_options_.all();
  layer_options_at_ = now;
  layer_options_.clear();
  const bool simulcast = encodings_.size() > 1;
  for (size_t i = 0; i < encodings_.size(); ++i) {
    const Encoding& e = *encodings_[i];
    const auto told = e.told(now);
    const bool only_told = simulcast && told && (!told->sendable || !e.arriving(now));
    if (only_told && told->bitrate_bps > 0) {
      layer_options_.add({static_cast<uint8_t>(i), LayerTarget{}.temporal, told->bitrate_bps});
    }
    if (only_told || !e.arriving(now)) continue;
    const size_t spatial_layers = simulcast ? 1 : e.top_spatial() + size_t{1};
    for (uint8_t s = 0; s < spatial_layers; ++s) {
      for (uint8_t t = 0; t <= e.top_temporal(); ++t) {
        const LayerTarget upto{simulcast ? LayerTarget{}.spatial : s, t};
        if (!e.layer_live(s, t, now)) continue;
        layer_options_.add({simulcast ? static_cast<uint8_t>(i) : s, t, e.bitrate_bps(upto, now)});
      }
    }
  }
  return layer_options_.all();
}

bool Track::take_activity_change(TimePoint now) {
  if (active_ && now - last_packet_ > kSilentAfter) active_ = false;
  return std::exchange(told_active_, active_) != active_;
}

TrackStats Track::stats() const {
  TrackStats s;
  s.id = config_.id;
  s.kind = config_.kind;
  for (const auto& e : encodings_) {
    EncodingStats one = e->stats(last_packet_);
    s.packets += one.packets;
    s.bytes += one.bytes;
    s.duplicates += one.duplicates;
    s.recovered += one.recovered;
    s.lost += one.lost;
    s.jitter_seconds = std::max(s.jitter_seconds, one.jitter_seconds);
    s.nacks += one.nacks;
    s.plis += one.plis;
    s.key_frames += one.key_frames;
    s.frames += one.frames;
    s.encodings.push_back(std::move(one));
  }
  s.rtt_seconds = static_cast<double>(round_trip_.value_or(Duration(0)).count()) / 1e6;
  s.total_rtt_seconds = static_cast<double>(total_round_trip_.count()) / 1e6;
  s.rtt_measurements = round_trips_;
  s.discarded = sink_.discarded();
  s.subscriptions = subscriptions_.size();
  s.active = active_;
  return s;
}

}  // namespace parley::media
