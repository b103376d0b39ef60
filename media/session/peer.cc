// See peer.h.
#include "media/session/peer.h"

#include <algorithm>
#include <array>

#include "media/core/bytes.h"
#include "media/rtcp/packets.h"

namespace parley::media {

Peer::Peer(uint32_t id, ice::Credentials local, Shared shared, TimePoint now)
    : id_(id),
      shared_(shared),
      transport_(shared.certificate, std::move(local), now),
      reporter_{shared.random.next_u32() | 1},
      // Spread over the second, so that a room's reports do not come all at once.
      next_report_(now + Duration(shared.random.below(1'000'000))) {}

Peer::~Peer() {
  for (const auto& t : tracks_) shared_.tracks.erase(t->config().id);
}

void Peer::set_tracks(const std::vector<TrackConfig>& wanted) {
  sources_.clear();
  mid_extension_ = transport_cc_extension_ = 0;
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
    if (config.extensions.mid != 0) mid_extension_ = config.extensions.mid;
    if (config.extensions.transport_cc != 0) transport_cc_extension_ = config.extensions.transport_cc;
  }
}

void Peer::set_subscriptions(const std::vector<SubscriptionConfig>& wanted, TimePoint now, SendSlab& out) {
  std::erase_if(subscriptions_, [&](const std::unique_ptr<Subscription>& s) {
    return std::none_of(wanted.begin(), wanted.end(),
                        [&](const SubscriptionConfig& c) { return c.id == s->config().id; });
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
    const auto track = shared_.tracks.find(config.track);
    if (track != shared_.tracks.end()) track->second->add(*subscription, now, out);
    subscriptions_.push_back(std::move(subscription));
  }
}

bool Peer::remove_subscription(uint32_t id) {
  return std::erase_if(subscriptions_, [&](const auto& s) { return s->config().id == id; }) > 0;
}

bool Peer::set_subscription_paused(uint32_t id, bool paused, TimePoint now, SendSlab& out) {
  for (const auto& s : subscriptions_) {
    if (s->config().id != id) continue;
    s->set_paused(paused, now, out);
    return true;
  }
  std::erase(paused_, id);
  if (paused && paused_.size() < 256) paused_.push_back(id);
  return false;
}

void Peer::on_dtls(std::span<const uint8_t> datagram, const Route& source, TimePoint now, SendSlab& out) {
  const bool was_open = transport_.egress().is_open();
  transport_.on_dtls(datagram, source, now, out);
  if (was_open || !transport_.egress().is_open()) return;
  // Whatever came before was dropped: pictures begin now.
  for (const auto& s : subscriptions_) {
    if (s->track() != nullptr) s->track()->request_key_frame(now, out);
  }
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
  const auto mid = as_text(packet.extension(mid_extension_));
  for (const auto& t : tracks_) {
    const TrackConfig& c = t->config();
    if (!mid.empty() && c.mid == mid) {
      found = t.get();
      break;
    }
    const bool has_type = c.payload_type == packet.payload_type ||
                          (c.rtx_payload_type && *c.rtx_payload_type == packet.payload_type);
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
  const auto transport_seq = packet->extension(transport_cc_extension_);
  if (transport_seq.size() >= 2) feedback_.on_packet({load_be16(transport_seq.data())}, now);
  Track* track = find_track(*packet);
  if (track != nullptr) track->on_packet(*packet, now, out);
}

Subscription* Peer::find_subscription(Ssrc ssrc) {
  for (const auto& s : subscriptions_) {
    if (s->owns(ssrc)) return s.get();
  }
  return nullptr;
}

void Peer::on_rtcp(std::span<uint8_t> datagram, TimePoint now, SendSlab& out) {
  rtcp::Reader reader(transport_.open_rtcp(datagram, now));
  while (const auto header = reader.next()) {
    switch (header->type) {
      case rtcp::kSenderReport:
        if (const auto report = rtcp::read_sender_report(*header)) {
          for (const auto& t : tracks_) t->on_sender_report(*report, now);
        }
        [[fallthrough]];
      case rtcp::kReceiverReport:
        rtcp::for_each_report_block(*header, [&](const rtcp::ReportBlock& block) {
          Subscription* s = find_subscription(block.source);
          if (s != nullptr) s->on_report(block, now);
        });
        break;
      case rtcp::kTransportFeedback:
        on_transport_feedback(*header, now, out);
        break;
      case rtcp::kPayloadFeedback:
        on_payload_feedback(*header, now, out);
        break;
      default:
        break;
    }
  }
}

void Peer::on_transport_feedback(const rtcp::Header& header, TimePoint now, SendSlab& out) {
  const auto target = rtcp::read_feedback_target(header);
  if (!target || header.count != rtcp::kNack) return;
  Subscription* s = find_subscription(target->media);
  if (s == nullptr) return;
  rtcp::for_each_nack(header, [&](SeqNumber seq) { s->on_nack(seq, now, out); });
}

void Peer::on_payload_feedback(const rtcp::Header& header, TimePoint now, SendSlab& out) {
  const auto target = rtcp::read_feedback_target(header);
  if (!target) return;
  if (header.count == rtcp::kPli) {
    if (Subscription* s = find_subscription(target->media)) s->on_key_frame_request(now, out);
  } else if (header.count == rtcp::kFir) {
    rtcp::for_each_fir(header, [&](Ssrc ssrc) {
      if (Subscription* s = find_subscription(ssrc)) s->on_key_frame_request(now, out);
    });
  }
}

void Peer::send_transport_feedback(TimePoint now, SendSlab& out) {
  std::array<uint8_t, 1200> bytes;
  const Ssrc media = sources_.empty() ? Ssrc{0} : sources_.front().first;
  // A feedback describes at most 400 packets; a burst needs several.
  for (int i = 0; i < 4 && feedback_.next_deadline() <= now; ++i) {
    ByteWriter writer(bytes);
    if (!feedback_.write(writer, reporter_, media, now)) return;
    transport_.egress().send_rtcp(writer.written(), out);
  }
}

void Peer::send_reports(TimePoint now, SendSlab& out) {
  std::array<uint8_t, 1200> bytes;
  if (!tracks_.empty()) {
    std::array<rtcp::ReportBlock, 31> blocks;
    size_t n = 0;
    for (const auto& t : tracks_) {
      const auto block = t->report(now);
      if (block && n < blocks.size()) blocks[n++] = *block;
    }
    ByteWriter writer(bytes);
    rtcp::write_receiver_report(writer, reporter_, std::span(blocks).first(n));
    transport_.egress().send_rtcp(writer.written(), out);
  }
  for (size_t i = 0; i < subscriptions_.size();) {
    ByteWriter writer(bytes);
    while (i < subscriptions_.size() && subscriptions_[i]->write_report(writer, now)) ++i;
    if (writer.size() == 0) break;
    transport_.egress().send_rtcp(writer.written(), out);
  }
}

void Peer::on_deadline(TimePoint now, SendSlab& out) {
  transport_.on_deadline(now, out);
  if (!transport_.egress().is_open()) return;
  for (const auto& t : tracks_) {
    if (t->next_deadline() <= now) t->on_deadline(now, out);
  }
  if (feedback_.next_deadline() <= now) send_transport_feedback(now, out);
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
  for (const auto& t : tracks_) s.tracks.push_back(t->stats());
  for (const auto& sub : subscriptions_) s.subscriptions.push_back(sub->stats());
  return s;
}

}  // namespace parley::media
