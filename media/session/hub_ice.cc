// The hub's part for peers with full ICE: answers to their checks, relays, TCP connections of their own, and
// what they tell.
#include <algorithm>

#include "media/session/hub.h"

namespace parley::media {

bool Hub::add_peer(uint32_t id, const ice::Credentials& local, const FullIce& ice, TimePoint now,
                   SendSlab& out) {
  FullIce options = ice;
  if (links_ != nullptr) options.transaction_mark = ufrag_prefix(links_->self()).front();
  Entry* entry = add(id, local, IceTransport(local, options, random_, now), now);
  if (entry == nullptr) return false;
  full_.push_back(entry);
  entry->peer->transport().ice().full()->start_gathering(now, out);
  follow_agent(*entry, now, out);
  return true;
}

void Hub::restart_ice(uint32_t peer, const ice::Credentials& local, const FullIce& ice, TimePoint now,
                      SendSlab& out) {
  Entry* entry = find(peer);
  if (entry == nullptr) return;
  entry->peer->transport().ice().restart(local, ice, now, out);
  add_ufrag(*entry, local.ufrag);
  follow_agent(*entry, now, out);
}

void Hub::add_remote_candidate(uint32_t peer, const ice::Candidate& candidate, TimePoint now) {
  Entry* entry = find(peer);
  if (entry == nullptr) return;
  if (ice::Agent* agent = entry->peer->transport().ice().full()) agent->add_remote_candidate(candidate, now);
}

void Hub::end_of_remote_candidates(uint32_t peer, std::string_view ufrag, TimePoint now) {
  Entry* entry = find(peer);
  if (entry == nullptr) return;
  if (ice::Agent* agent = entry->peer->transport().ice().full()) agent->end_of_remote_candidates(now, ufrag);
}

void Hub::on_resolved(uint32_t peer, const std::string& name, const std::optional<SocketAddress>& address,
                      TimePoint now) {
  Entry* entry = find(peer);
  if (entry == nullptr) return;
  if (ice::Agent* agent = entry->peer->transport().ice().full()) agent->on_resolved(name, address, now);
}

void Hub::set_ice_role(uint32_t peer, ice::Role role) {
  Entry* entry = find(peer);
  if (entry == nullptr) return;
  if (ice::Agent* agent = entry->peer->transport().ice().full()) agent->set_role(role);
}

bool Hub::on_relay(const Datagram& datagram, TimePoint now, SendSlab& out) {
  for (Entry* entry : full_) {
    ice::Agent* agent = entry->peer->transport().ice().full();
    if (!agent->is_from_relay(datagram.route)) continue;
    // The higher bit of STUN's class (RFC 8489 section 5).
    const bool is_answer = stun::looks_like_stun(datagram.bytes) && (datagram.bytes[0] & 1) != 0;
    if (const auto relayed = agent->on_datagram(datagram, now, out)) deliver(*entry, *relayed, now, out);
    // Not for each datagram that is relayed: answers come rarely.
    if (is_answer && datagram.route.is_udp()) tell_of_route(datagram.route);
    follow_agent(*entry, now, out);
    tell_state(*entry);
    return true;
  }
  return false;
}

bool Hub::on_answer(const stun::Message& message, const Datagram& datagram, TimePoint now, SendSlab& out) {
  if (message.cls != stun::Class::kSuccess && message.cls != stun::Class::kError) return false;
  for (Entry* entry : full_) {
    const auto verdict = entry->peer->transport().on_stun(message, datagram.route, now, out);
    if (verdict == ice::Verdict::kIgnored) continue;
    if (verdict == ice::Verdict::kAccepted && entry->peer->transport().is_validated(datagram.route)) {
      learn_route(*entry, datagram.route);
      tell_of_route(datagram.route);
    }
    follow_agent(*entry, now, out);
    tell_state(*entry);
    return true;
  }
  return false;
}

void Hub::follow_agent(Entry& entry, TimePoint now, SendSlab& out) {
  ice::Agent* agent = entry.peer->transport().ice().full();
  if (agent == nullptr) return;
  while (auto event = agent->poll_event()) {
    if (event->type == ice::AgentEvent::Type::kConnect) {
      connect(entry, *event, now, out);
      continue;
    }
    HubEvent told;
    told.type = HubEvent::Type::kIce;
    told.peer = entry.peer->id();
    told.gathering = agent->gathering_state();
    told.ice = std::move(*event);
    sink_(told);
  }
}

void Hub::connect(Entry& entry, const ice::AgentEvent& event, TimePoint now, SendSlab& out) {
  const Framing framing = event.turn ? Framing::kStun : Framing::kRfc4571;
  uint32_t connection = 0;
  if (connector_ != nullptr) {
    connection = event.turn == ice::TurnVia::kTls ? connector_->connect_tls(event.to, framing, event.name)
                                                  : connector_->connect(event.to, framing);
  }
  if (connection == 0) {
    entry.peer->transport().ice().full()->on_connect_failed(event.request, now, out);
    return;
  }
  connections_[connection] = {entry.peer->id(), event.request};
}

void Hub::on_connection_open(const Route& route, TimePoint now, SendSlab& out) {
  const auto it = connections_.find(route.connection);
  Entry* entry = it == connections_.end() ? nullptr : find(it->second.peer);
  if (entry == nullptr) return;
  const uint32_t request = std::exchange(it->second.request, 0);
  entry->peer->transport().ice().full()->on_connected(request, route, now, out);
  follow_agent(*entry, now, out);
}

void Hub::on_own_connection_closed(const Route& route, TimePoint now, SendSlab& out) {
  // Those that the peer opened are of use to a full agent as well.
  const auto known = by_route_.find(route);
  const auto own = connections_.find(route.connection);
  Entry* entry = own != connections_.end()  ? find(own->second.peer)
                 : known != by_route_.end() ? known->second
                                            : nullptr;
  const uint32_t request = own != connections_.end() ? own->second.request : 0;
  if (own != connections_.end()) connections_.erase(own);
  ice::Agent* agent = entry != nullptr ? entry->peer->transport().ice().full() : nullptr;
  if (agent == nullptr) return;
  if (request != 0) {
    agent->on_connect_failed(request, now, out);
  } else {
    agent->on_disconnected(route.connection, now, out);
  }
  follow_agent(*entry, now, out);
  tell_state(*entry);
}

void Hub::forget_agent(Entry& entry) {
  std::erase(full_, &entry);
  std::erase_if(connections_, [&](const auto& c) {
    if (c.second.peer != entry.peer->id()) return false;
    if (connector_ != nullptr) connector_->disconnect(c.first);
    return true;
  });
}

}  // namespace parley::media
