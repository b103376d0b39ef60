// See hub.h.
#include "media/session/hub.h"

#include <algorithm>

#include "media/ice/stun.h"
#include "media/rtp/packet.h"

namespace parley::media {
namespace {
// Payloads kept for retransmission over all tracks: 96 MiB at most, made as they are needed.
constexpr size_t kMaxBufferedPackets = 65536;
constexpr Duration kActivityInterval = std::chrono::milliseconds(500);
}  // namespace

Hub::Hub(const dtls::Certificate& certificate, Random& random, EventSink sink)
    : certificate_(certificate), random_(random), sink_(std::move(sink)), pool_(kMaxBufferedPackets) {}

Hub::~Hub() {
  // Subscriptions leave their tracks before any track goes, whatever the order of peers.
  peers_.clear();
}

Hub::Entry* Hub::find(uint32_t peer) {
  const auto it = peers_.find(peer);
  return it == peers_.end() ? nullptr : &it->second;
}

bool Hub::add_peer(uint32_t id, const ice::Credentials& local, TimePoint now) {
  return add(id, local, IceTransport(local, now), now) != nullptr;
}

Hub::Entry* Hub::add(uint32_t id, const ice::Credentials& local, IceTransport ice, TimePoint now) {
  if (peers_.size() >= kMaxPeers || peers_.contains(id) || by_ufrag_.contains(local.ufrag)) return nullptr;
  Entry& entry = peers_[id];
  entry.peer = std::make_unique<Peer>(
      id, std::move(ice), Peer::Shared{certificate_, pool_, random_, tracks_, pacing_, data_, data_bursts_},
      now);
  add_ufrag(entry, local.ufrag);
  if (next_tick_ == kNever) next_tick_ = now + kTick;
  return &entry;
}

void Hub::add_ufrag(Entry& entry, const std::string& ufrag) {
  if (entry.ufrags.size() >= 2) {
    by_ufrag_.erase(entry.ufrags.front());
    entry.ufrags.erase(entry.ufrags.begin());
  }
  entry.ufrags.push_back(ufrag);
  by_ufrag_[ufrag] = &entry;
}

void Hub::restart_ice(uint32_t peer, const ice::Credentials& local, TimePoint now) {
  Entry* entry = find(peer);
  if (entry == nullptr) return;
  entry->peer->transport().restart_ice(local, now);
  add_ufrag(*entry, local.ufrag);
}

void Hub::set_remote(uint32_t peer, const RemoteTransport& remote, TimePoint now, SendSlab& out) {
  Entry* entry = find(peer);
  if (entry == nullptr) return;
  entry->peer->transport().set_remote(remote, now, out);
  tell_state(*entry);
}

PeerData* Hub::data(uint32_t peer) {
  Entry* entry = find(peer);
  return entry != nullptr ? &entry->peer->data() : nullptr;
}

void Hub::set_tracks(uint32_t peer, const std::vector<TrackConfig>& tracks) {
  if (Entry* entry = find(peer)) entry->peer->set_tracks(tracks);
}

void Hub::set_subscriptions(uint32_t peer, const std::vector<SubscriptionConfig>& subscriptions,
                            TimePoint now, SendSlab& out) {
  if (Entry* entry = find(peer)) entry->peer->set_subscriptions(subscriptions, now, out);
}

void Hub::remove_subscription(uint32_t peer, uint32_t subscription, SendSlab& out) {
  if (Entry* entry = find(peer)) entry->peer->remove_subscription(subscription, out);
}

void Hub::pause_subscription(uint32_t peer, uint32_t subscription, bool paused, TimePoint now,
                             SendSlab& out) {
  if (Entry* entry = find(peer)) entry->peer->set_subscription_paused(subscription, paused, now, out);
}

void Hub::set_preferred_layers(uint32_t peer, uint32_t subscription, LayerTarget layers, TimePoint now,
                               SendSlab& out) {
  if (Entry* entry = find(peer)) entry->peer->set_preferred_layers(subscription, layers, now, out);
}

void Hub::set_priority(uint32_t peer, uint32_t subscription, uint8_t priority) {
  if (Entry* entry = find(peer)) entry->peer->set_priority(subscription, priority);
}

void Hub::pause_track(uint32_t track, bool paused, TimePoint now, SendSlab& out) {
  const auto it = tracks_.find(track);
  if (it != tracks_.end()) it->second->set_paused(paused, now, out);
}

void Hub::request_key_frame(uint32_t track, TimePoint now, SendSlab& out) {
  const auto it = tracks_.find(track);
  if (it != tracks_.end()) it->second->request_key_frame(now, out);
}

bool Hub::add_local_track(const TrackConfig& config, LocalTrack::KeyFrameWanted key_frame_wanted) {
  if (tracks_.contains(config.id)) return false;
  const auto made =
      local_tracks_.try_emplace(config.id, config, pool_, random_, std::move(key_frame_wanted)).first;
  tracks_[config.id] = &made->second.track();
  return true;
}

void Hub::remove_local_track(uint32_t track) {
  if (local_tracks_.erase(track) > 0) tracks_.erase(track);
}

void Hub::send_local(uint32_t track, const LocalTrack::Payload& payload, TimePoint now, SendSlab& out) {
  const auto it = local_tracks_.find(track);
  if (it != local_tracks_.end()) it->second.send(payload, now, out);
}

void Hub::set_adaptive_source(uint32_t track, std::shared_ptr<AdaptiveSource> source) {
  const auto it = local_tracks_.find(track);
  if (it != local_tracks_.end()) it->second.track().set_adaptive_source(std::move(source));
}

bool Hub::set_sink(uint32_t track, std::unique_ptr<TrackSink> sink) {
  const auto it = tracks_.find(track);
  if (it != tracks_.end()) it->second->set_sink(std::move(sink));
  return it != tracks_.end();
}

void Hub::forget(Entry& entry) {
  forget_agent(entry);
  for (const std::string& ufrag : entry.ufrags) by_ufrag_.erase(ufrag);
  for (const Route& route : entry.routes) {
    const auto it = by_route_.find(route);
    if (it == by_route_.end() || it->second != &entry) continue;
    tell_of_end(route);
    by_route_.erase(it);
  }
}

void Hub::close_peer(uint32_t peer, SendSlab& out) {
  Entry* entry = find(peer);
  if (entry == nullptr) return;
  entry->peer->close(out);
  tell_state(*entry);
  forget(*entry);
  peers_.erase(peer);
  if (peers_.empty() && mirrors_.empty() && pipes_.empty()) next_tick_ = kNever;
}

void Hub::close_all(SendSlab& out) {
  while (!peers_.empty()) close_peer(peers_.begin()->first, out);
  while (!pipes_.empty()) close_pipe(pipes_.begin()->first);
}

void Hub::on_datagrams(std::span<const Datagram> datagrams, TimePoint now, SendSlab& out) {
  for (const Datagram& d : datagrams) {
    ++datagrams_;
    if (!full_.empty() && on_relay(d, now, out)) continue;
    if (stun::looks_like_stun(d.bytes)) {
      on_stun(d, now, out);
    } else {
      on_packet(d, now, out);
    }
  }
}

void Hub::on_stun(const Datagram& datagram, TimePoint now, SendSlab& out) {
  const auto message = stun::Message::parse(datagram.bytes);
  if (!message) return;
  if (!full_.empty() && on_answer(*message, datagram, now, out)) return;
  // A relay's indications are of nobody's transaction.
  if (pass_on_answer(*message, datagram) || (message->cls == stun::Class::kIndication && pass_on(datagram)))
    return;
  const auto owner = by_ufrag_.find(std::string(message->receiver_ufrag()));
  if (is_used_by_another(datagram.route, owner != by_ufrag_.end() ? owner->second : nullptr)) {
    ++refused_checks_;
    return;
  }
  if (owner == by_ufrag_.end()) {
    if (pass_on_check(message->receiver_ufrag(), datagram)) return;
    ++refused_checks_;
    return;
  }
  Entry& entry = *owner->second;
  if (entry.peer->transport().on_stun(*message, datagram.route, now, out) != ice::Verdict::kAccepted) {
    ++refused_checks_;
    return;
  }
  learn_route(entry, datagram.route);
  tell_of_route(datagram.route);
  tell_state(entry);
}

// A peer may say that it is where another is, and does not even have to be there for its checks to be in
// order: the other keeps its way as long as it is heard.
bool Hub::is_used_by_another(const Route& route, const Entry* entry) const {
  const auto owner = by_route_.find(route);
  return owner != by_route_.end() && owner->second != entry &&
         owner->second->peer->transport().is_using(route);
}

void Hub::learn_route(Entry& entry, const Route& route) {
  Entry*& owner = by_route_[route];
  if (owner == &entry) return;
  // A route that was another peer's (a NAT gave its port anew) is its authenticated user's from now on: the
  // other has been silent for a while.
  if (owner != nullptr) std::erase(owner->routes, route);
  owner = &entry;
  entry.routes.push_back(route);
  if (entry.routes.size() <= kMaxRoutesPerPeer) return;
  const auto& selected = entry.peer->transport().route();
  auto oldest = entry.routes.begin();
  if (selected && *oldest == *selected) ++oldest;
  tell_of_end(*oldest);
  by_route_.erase(*oldest);
  entry.routes.erase(oldest);
}

void Hub::on_connection_closed(const Route& route, TimePoint now, SendSlab& out) {
  on_own_connection_closed(route, now, out);
  others_routes_.erase(route);
  forget_route(route);
}

void Hub::forget_route(const Route& route) {
  const auto owner = by_route_.find(route);
  if (owner == by_route_.end()) return;
  // The peer's checks find another way, or its consent runs out.
  std::erase(owner->second->routes, route);
  by_route_.erase(owner);
}

void Hub::on_packet(const Datagram& datagram, TimePoint now, SendSlab& out) {
  const auto owner = by_route_.find(datagram.route);
  if (owner == by_route_.end()) {
    if (on_pipe_datagram(datagram, now, out) || pass_on_to_pipe(datagram) || pass_on(datagram)) return;
    ++unknown_source_;
    return;
  }
  deliver(*owner->second, datagram, now, out);
}

void Hub::deliver(Entry& entry, const Datagram& datagram, TimePoint now, SendSlab& out) {
  const auto bytes = datagram.bytes;
  if (rtp::looks_like_rtp_or_rtcp(bytes)) {
    if (rtp::is_rtcp(bytes)) {
      entry.peer->on_rtcp(bytes, now, out);
    } else {
      entry.peer->on_rtp(bytes, now, out);
    }
  } else if (dtls::looks_like_dtls(bytes)) {
    entry.peer->on_dtls(bytes, datagram.route, now, out);
    tell_state(entry);
  }
}

TimePoint Hub::next_deadline() const {
  return std::min({next_tick_, pacing_.next_deadline(), data_bursts_.next_deadline()});
}

void Hub::on_deadline(TimePoint now, SendSlab& out) {
  pacing_.on_deadline(now, out);
  data_bursts_.on_deadline(now, out);
  if (now < next_tick_) return;
  next_tick_ = peers_.empty() && mirrors_.empty() && pipes_.empty() ? kNever : now + kTick;
  tend_mirrors(now, out);
  const bool look_at_activity = now >= next_activity_;
  if (look_at_activity) next_activity_ = now + kActivityInterval;
  for (auto& [id, local] : local_tracks_) {
    if (local.track().next_deadline() <= now) local.track().on_deadline(now, out);
  }
  for (auto& [id, entry] : peers_) {
    entry.peer->on_deadline(now, out);
    follow_agent(entry, now, out);
    tell_state(entry);
    tell_layers(entry);
    if (look_at_activity) tell_activity(entry, now);
  }
  on_pipe_time(now, out);
  on_audio_time(now, out);
}

void Hub::tell_state(Entry& entry) {
  const PeerTransport& transport = entry.peer->transport();
  const PeerState state = transport.state();
  if (state == entry.told) return;
  entry.told = state;
  HubEvent event;
  event.peer = entry.peer->id();
  event.state = state;
  if (state == PeerState::kFailed) event.reason = transport.failure();
  sink_(event);
}

void Hub::tell_layers(Entry& entry) {
  entry.peer->for_each_layers_change([&](const Subscription& subscription) {
    HubEvent event;
    event.type = HubEvent::Type::kLayersChanged;
    event.peer = entry.peer->id();
    event.subscription = subscription.config().id;
    event.layers = subscription.current_layers();
    sink_(event);
  });
}

void Hub::tell_activity(Entry& entry, TimePoint now) {
  for (const auto& track : entry.peer->tracks()) {
    if (!track->take_activity_change(now)) continue;
    HubEvent event;
    event.type = track->active() ? HubEvent::Type::kTrackActive : HubEvent::Type::kTrackInactive;
    event.peer = entry.peer->id();
    event.track = track->config().id;
    sink_(event);
  }
}

std::optional<PeerStats> Hub::peer_stats(uint32_t peer) const {
  const auto it = peers_.find(peer);
  if (it == peers_.end()) return std::nullopt;
  return it->second.peer->stats();
}

HubStats Hub::stats() const {
  HubStats s;
  s.peers = peers_.size();
  s.tracks = tracks_.size() - mirrors_.size();
  s.datagrams = datagrams_;
  s.unknown_source = unknown_source_;
  s.refused_checks = refused_checks_;
  s.buffered_packets = pool_.in_use();
  return s;
}

}  // namespace parley::media
