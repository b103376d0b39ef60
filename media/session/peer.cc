// See peer.h.
#include "media/session/peer.h"

#include <algorithm>

#include "media/rtp/extensions.h"

namespace parley::media {

Peer::Peer(uint32_t id, IceTransport ice, Shared shared, TimePoint now)
    : id_(id),
      shared_(shared),
      transport_(shared.certificate, std::move(ice)),
      reporter_{shared.random.next_u32() | 1},
      send_side_(transport_.egress(), subscriptions_, shared.pool, shared.pacing),
      // Spread over the second, so that a room's reports do not come all at once.
      next_report_(now + Duration(shared.random.below(1'000'000))) {}

Peer::~Peer() {
  for (const auto& t : tracks_) shared_.tracks.erase(t->config().id);
}

void Peer::set_tracks(const std::vector<TrackConfig>& wanted) {
  sources_.clear();
  mid_extension_ = transport_cc_extension_ = abs_send_time_extension_ = 0;
  asks_round_trip_ = false;
  std::erase_if(tracks_, [&](const std::unique_ptr<Track>& t) {
    const bool stays = std::any_of(wanted.begin(), wanted.end(),
                                   [&](const TrackConfig& c) { return c.id == t->config().id; });
    if (!stays) shared_.tracks.erase(t->config().id);
    return !stays;
  });
  for (const TrackConfig& config : wanted) {
    auto known = std::find_if(tracks_.begin(), tracks_.end(),
                              [&](const std::unique_ptr<Track>& t) { return t->config().id == config.id; });
    if (known == tracks_.end()) {
      tracks_.push_back(std::make_unique<Track>(config, transport_.egress(), shared_.pool, reporter_));
      known = tracks_.end() - 1;
      shared_.tracks[config.id] = known->get();
    } else {
      (*known)->update(config);
    }
    if (config.ssrc) sources_.emplace_back(*config.ssrc, known->get());
    if (config.rtx_ssrc) sources_.emplace_back(*config.rtx_ssrc, known->get());
    if (config.fec_ssrc) sources_.emplace_back(*config.fec_ssrc, known->get());
    for (const EncodingConfig& encoding : config.encodings) {
      if (encoding.ssrc) sources_.emplace_back(*encoding.ssrc, known->get());
      if (encoding.rtx_ssrc) sources_.emplace_back(*encoding.rtx_ssrc, known->get());
    }
    if (config.extensions.mid != 0) mid_extension_ = config.extensions.mid;
    if (config.extensions.transport_cc != 0) transport_cc_extension_ = config.extensions.transport_cc;
    if (config.receiver_reference_time) asks_round_trip_ = true;
    if (config.remb) abs_send_time_extension_ = config.extensions.abs_send_time;
  }
  // With transport-wide feedback REMB would only be in its way.
  const bool remb = abs_send_time_extension_ != 0 && transport_cc_extension_ == 0;
  if (!remb) {
    receive_estimator_.reset();
  } else if (!receive_estimator_) {
    receive_estimator_ = std::make_unique<congestion::ReceiveEstimator>();
  }
}

void Peer::set_subscriptions(const std::vector<SubscriptionConfig>& wanted, TimePoint now, SendSlab& out) {
  std::erase_if(subscriptions_, [&](const std::unique_ptr<Subscription>& s) {
    const bool stays = std::any_of(wanted.begin(), wanted.end(),
                                   [&](const SubscriptionConfig& c) { return c.id == s->config().id; });
    if (!stays) say_goodbye({{s->config().ssrc}}, out);
    return !stays;
  });
  for (const SubscriptionConfig& config : wanted) {
    const bool known = std::any_of(subscriptions_.begin(), subscriptions_.end(),
                                   [&](const auto& s) { return s->config().id == config.id; });
    if (known) continue;
    const uint32_t seqs = shared_.random.next_u32();
    // The top bit stays clear: a first number near the wrap would confuse receivers that lose the first
    // packets.
    auto subscription = std::make_unique<Subscription>(
        config, transport_.egress(), static_cast<uint16_t>(seqs & 0x7FFF), static_cast<uint16_t>(seqs >> 17));
    if (std::erase(paused_, config.id) > 0) subscription->set_paused(true, now, out);
    std::erase_if(preferred_, [&](const auto& wish) {
      if (wish.first == config.id) subscription->set_preferred_layers(wish.second, now, out);
      return wish.first == config.id;
    });
    std::erase_if(priorities_, [&](const auto& wish) {
      if (wish.first == config.id) subscription->set_priority(wish.second);
      return wish.first == config.id;
    });
    const auto track = shared_.tracks.find(config.track);
    if (track != shared_.tracks.end()) {
      track->second->add(*subscription, now, out);
      const bool video = track->second->config().kind == TrackKind::kVideo;
      if (video && !config.rtx_payload_type) transport_.egress().keep(config.ssrc, shared_.pool);
    }
    subscriptions_.push_back(std::move(subscription));
  }
  send_side_.on_negotiated(now);
}

bool Peer::remove_subscription(uint32_t id, SendSlab& out) {
  return std::erase_if(subscriptions_, [&](const auto& s) {
           if (s->config().id != id) return false;
           say_goodbye({{s->config().ssrc}}, out);
           return true;
         }) > 0;
}

void Peer::set_preferred_layers(uint32_t id, LayerTarget layers, TimePoint now, SendSlab& out) {
  for (const auto& s : subscriptions_) {
    if (s->config().id == id) return s->set_preferred_layers(layers, now, out);
  }
  std::erase_if(preferred_, [&](const auto& wish) { return wish.first == id; });
  if (preferred_.size() < kMaxEarlyWishes) preferred_.emplace_back(id, layers);
}

void Peer::set_priority(uint32_t id, uint8_t priority) {
  for (const auto& s : subscriptions_) {
    if (s->config().id == id) return s->set_priority(priority);
  }
  std::erase_if(priorities_, [&](const auto& wish) { return wish.first == id; });
  if (priorities_.size() < kMaxEarlyWishes) priorities_.emplace_back(id, priority);
}

bool Peer::set_subscription_paused(uint32_t id, bool paused, TimePoint now, SendSlab& out) {
  for (const auto& s : subscriptions_) {
    if (s->config().id != id) continue;
    s->set_paused(paused, now, out);
    return true;
  }
  std::erase(paused_, id);
  if (paused && paused_.size() < kMaxEarlyWishes) paused_.push_back(id);
  return false;
}

void Peer::on_dtls(std::span<const uint8_t> datagram, const Route& source, TimePoint now, SendSlab& out) {
  const bool was_open = transport_.egress().is_open();
  transport_.on_dtls(datagram, source, now, out, data_ ? data_->receiver(now, out) : nullptr);
  if (data_) data_->poll(now, out);
  if (was_open || !transport_.egress().is_open()) return;
  // Whatever came before was dropped: pictures begin now.
  for (const auto& s : subscriptions_) {
    if (s->track() != nullptr) s->track()->request_key_frame(now, out);
  }
}

PeerData& Peer::data() {
  if (!data_)
    data_ = std::make_unique<PeerData>(id_, shared_.data, transport_, shared_.random, shared_.data_bursts);
  return *data_;
}

void Peer::close(SendSlab& out) {
  std::vector<Ssrc> sources;
  for (const auto& s : subscriptions_) sources.push_back(s->config().ssrc);
  say_goodbye(sources, out);
  if (data_) data_->end("closed by the program", out);
  transport_.close(out);
}

Track* Peer::find_track(const rtp::Packet& packet) {
  for (const auto& [ssrc, track] : sources_) {
    if (ssrc == packet.ssrc) return track;
  }
  return identify(packet);
}

// RFC 8843 section 9.2: by mid, then by a payload type that only one track has.
Track* Peer::identify(const rtp::Packet& packet) {
  if (sources_.size() >= kMaxSources) return nullptr;
  Track* found = nullptr;
  const auto mid = rtp::read_stream_id(packet.extension(mid_extension_));
  for (const auto& t : tracks_) {
    const TrackConfig& c = t->config();
    if (!mid.empty() && c.mid == mid) {
      found = t.get();
      break;
    }
    const bool has_type =
        c.payload_type == packet.payload_type || c.rtx_payload_type == packet.payload_type ||
        c.red_payload_type == packet.payload_type || c.fec_payload_type == packet.payload_type;
    if (!mid.empty() || !has_type) continue;
    if (found != nullptr) return nullptr;  // two could be meant
    found = t.get();
  }
  if (found != nullptr) sources_.emplace_back(packet.ssrc, found);
  return found;
}

void Peer::on_rtp(std::span<uint8_t> datagram, TimePoint now, SendSlab& out) {
  const auto bytes = transport_.open_rtp(datagram, now);
  if (bytes.empty()) return;
  const auto packet = rtp::Packet::parse(bytes);
  if (!packet) return;
  const auto transport_seq = rtp::read_transport_seq(packet->extension(transport_cc_extension_));
  if (transport_seq) feedback_.on_packet(*transport_seq, now, bytes.size());
  if (receive_estimator_) {
    const auto sent = rtp::read_abs_send_time(packet->extension(abs_send_time_extension_));
    if (sent) receive_estimator_->on_packet(*sent, bytes.size(), now);
  }
  Track* track = find_track(*packet);
  if (track != nullptr) track->on_packet(*packet, now, out);
}

void Peer::on_deadline(TimePoint now, SendSlab& out) {
  transport_.on_deadline(now, out);
  if (data_) data_->poll(now, out);
  if (!transport_.egress().is_open()) return;
  for (const auto& t : tracks_) {
    if (t->next_deadline() <= now) t->on_deadline(now, out);
  }
  send_side_.on_deadline(now, out);
  if (feedback_.next_deadline() <= now) send_transport_feedback(now, out);
  if (receive_estimator_ && receive_estimator_->next_deadline() <= now) send_remb(now, out);
  if (next_report_ > now) return;
  next_report_ = now + kReportInterval;
  for (const auto& t : tracks_) t->on_deadline(now, out);
  send_reports(now, out);
}

PeerStats Peer::stats() const {
  PeerStats s;
  s.state = transport_.state();
  if (transport_.route()) s.remote_address = transport_.route()->remote.to_string();
  s.failure = transport_.failure();
  s.packets_received = transport_.packets_received();
  s.bytes_received = transport_.bytes_received();
  s.packets_refused = transport_.packets_refused();
  s.packets_sent = transport_.egress().packets();
  s.bytes_sent = transport_.egress().bytes();
  s.estimated_by_receiver = remb_;
  if (receive_estimator_ && receive_estimator_->next_deadline() != kNever)
    s.estimated_by_us = receive_estimator_->rate_bps();
  s.sending = send_side_.stats();
  if (const ice::Agent* agent = transport_.ice().full()) {
    if (const ice::CandidatePair* pair = agent->selected_pair()) {
      s.path = PathStats{
          agent->local_of(*pair), agent->remote_of(*pair),  pair->nominated,          pair->rtt,
          pair->total_rtt,        pair->requests_sent,      pair->responses_received, pair->requests_received,
          pair->responses_sent,   agent->selected_changes()};
    }
    s.remote_certificate = transport_.remote_certificate();
    s.suite = transport_.suite();
  }
  for (const auto& t : tracks_) s.tracks.push_back(t->stats());
  for (const auto& sub : subscriptions_) s.subscriptions.push_back(sub->stats());
  return s;
}

}  // namespace parley::media
