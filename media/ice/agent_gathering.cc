// The agent's own candidates: sockets, what servers tell of them, relays (RFC 8445 section 5.1), and the way
// of datagrams through relays.
#include <algorithm>
#include <utility>

#include "media/ice/agent.h"

namespace parley::media::ice {
namespace {

// The rank that candidate_priority() was given for a UDP candidate.
uint32_t rank_in(uint32_t priority) { return 65535 - (priority >> 8 & 0xFFFF); }

}  // namespace

void Agent::announce(const Candidate& candidate) {
  if (config_.relay_only && candidate.type != CandidateType::kRelayed) return;
  AgentEvent event{.type = AgentEvent::Type::kCandidate, .candidate = candidate};
  event.candidate.ufrag = current_.local.ufrag;
  if (config_.relay_only) event.candidate.related = SocketAddress();  // it would tell what must stay hidden
  emit(std::move(event));
}

// RFC 8421: families take turns, IPv6 first, so that one that is broken does not hold up the other.
uint32_t Agent::rank_of(SocketAddress::Family family) const {
  uint32_t n = 0;
  for (const LocalCandidate& l : locals_)
    if (l.candidate.type == CandidateType::kHost && l.base.family() == family) ++n;
  return 2 * n + (family == SocketAddress::Family::kIPv4 ? 1 : 0);
}

void Agent::add_local(const SocketAddress& address, Transport transport) {
  if (!address.valid() || address.is_unspecified() || transport == Transport::kTcpSimultaneous) return;
  for (const LocalCandidate& l : locals_) {
    if (l.alive && l.is_base && l.base == address && l.candidate.transport == transport) return;
  }
  LocalCandidate local;
  local.base = address;
  local.is_base = true;
  local.candidate.transport = transport;
  local.candidate.address = address;
  if (transport == Transport::kTcpActive) local.candidate.address.set_port(9);  // RFC 6544 section 4.5
  local.candidate.priority = candidate_priority(CandidateType::kHost, transport, rank_of(address.family()));
  local.candidate.foundation = make_foundation(CandidateType::kHost, address, {}, transport, tie_breaker_);
  const auto index = store_local(std::move(local));
  if (!index) return;
  announce(locals_[*index].candidate);
  pair_local(*index);
}

// Where a dead one was, or at the end. nullopt: there are too many.
std::optional<uint32_t> Agent::store_local(LocalCandidate local) {
  for (uint32_t i = 0; i < locals_.size(); ++i) {
    if (locals_[i].alive) continue;
    locals_[i] = std::move(local);
    return i;
  }
  if (locals_.size() >= kMaxLocalCandidates) return std::nullopt;
  locals_.push_back(std::move(local));
  return static_cast<uint32_t>(locals_.size() - 1);
}

std::vector<Candidate> Agent::local_candidates() const {
  std::vector<Candidate> out;
  for (const LocalCandidate& l : locals_)
    if (l.alive && !l.retired && l.candidate.type != CandidateType::kPeerReflexive)
      out.push_back(l.candidate);
  return out;
}

void Agent::restart(Credentials local, Servers servers, bool relay_only, TimePoint now, SendSlab& out) {
  config_.relay_only = relay_only;
  const std::vector<SocketAddress> left = gatherer_.set_servers(std::move(servers), out);
  for (LocalCandidate& l : locals_) {
    if (l.candidate.type == CandidateType::kRelayed)
      l.retired = std::find(left.begin(), left.end(), l.base) != left.end();
    // Whether it still is theirs they are asked again.
    if (l.candidate.type == CandidateType::kServerReflexive) l.retired = true;
  }
  if (gathers_) set_gathering_state(GatheringState::kGathering);
  restart(std::move(local), now);
  take_gathered(now, out);
}

void Agent::release_retired(SendSlab& out) {
  if (suspended_) return;
  for (uint32_t i = 0; i < locals_.size(); ++i) {
    LocalCandidate& l = locals_[i];
    if (!l.alive || !l.retired || l.candidate.type != CandidateType::kRelayed) continue;
    const bool is_used =
        (old_ && old_->pair.local == i) || std::any_of(list_.pairs().begin(), list_.pairs().end(),
                                                       [i](const CandidatePair& p) { return p.local == i; });
    if (is_used) continue;
    gatherer_.forget_relay(l.base, out);
    l.alive = false;
  }
}

void Agent::drop_local(const SocketAddress& base, TimePoint now) {
  for (uint32_t i = 0; i < locals_.size(); ++i) {
    LocalCandidate& l = locals_[i];
    if (!l.alive || l.base != base) continue;
    l.alive = false;
    list_.remove_local(i);
    if (suspended_) suspended_->list.remove_local(i);
    if (old_ && old_->pair.local == i) old_.reset();
  }
  if (selected_ && selected_pair() == nullptr && list_.pairs().empty()) lost_ = false;  // others may come
  maybe_nominate(now);
  update(now);
}

void Agent::remove_local(const SocketAddress& address, TimePoint now, SendSlab& out) {
  // Its relays go with it.
  std::vector<SocketAddress> relayed;
  for (const LocalCandidate& l : locals_) {
    if (!l.alive || l.candidate.type != CandidateType::kRelayed) continue;
    turn::Client* relay = gatherer_.relay(l.base);
    if (relay != nullptr && relay->server().local == address) relayed.push_back(l.base);
  }
  gatherer_.forget(address, out);
  for (const SocketAddress& r : relayed) drop_local(r, now);
  drop_local(address, now);
  take_gathered(now, out);
}

void Agent::start_gathering(TimePoint now, SendSlab& out) {
  gathers_ = true;
  set_gathering_state(GatheringState::kGathering);
  take_gathered(now, out);
}

const Agent::LocalCandidate* Agent::socket_of(const SocketAddress& base) const {
  for (const LocalCandidate& l : locals_) {
    const bool is_socket =
        l.candidate.type == CandidateType::kHost && l.candidate.transport == Transport::kUdp;
    if (l.alive && is_socket && l.base == base) return &l;
  }
  return nullptr;
}

void Agent::take_gathered(TimePoint now, SendSlab& out) {
  if (gathers_) {
    for (size_t i = 0; i < locals_.size(); ++i) {
      const Candidate& c = locals_[i].candidate;
      if (locals_[i].alive && c.type == CandidateType::kHost && c.transport == Transport::kUdp) {
        gatherer_.gather(locals_[i].base, config_.relay_only, now, out);
      }
    }
  }
  while (auto found = gatherer_.poll_found()) take_found(std::move(*found), now);
  while (auto connection = gatherer_.poll_connection()) {
    AgentEvent event{.type = AgentEvent::Type::kConnect, .request = connection->request};
    event.turn = connection->via;
    event.name = std::move(connection->host);
    event.from = connection->from;
    event.to = connection->to;
    emit(std::move(event));
  }
  if (gathers_)
    set_gathering_state(gatherer_.busy() ? GatheringState::kGathering : GatheringState::kComplete);
  bind_selected(now, out);
}

void Agent::take_found(Gatherer::Found found, TimePoint now) {
  using Type = Gatherer::Found::Type;
  if (found.type == Type::kRelayLost) return drop_local(found.address, now);
  if (found.type == Type::kFailure) {
    AgentEvent event{.type = AgentEvent::Type::kCandidateError};
    event.code = found.code;
    event.text = std::move(found.text);
    event.from = found.base;
    event.to = found.server;
    return emit(std::move(event));
  }
  const LocalCandidate* socket = socket_of(found.base);
  if (socket == nullptr) return;
  const bool relayed = found.type == Type::kRelayed;
  const auto type = relayed ? CandidateType::kRelayed : CandidateType::kServerReflexive;
  for (LocalCandidate& l : locals_) {
    if (relayed || !l.alive || l.candidate.address != found.address || l.base != found.base) continue;
    // No NAT, two servers that see the same, one that a check has told before, or as in the session before.
    if (std::exchange(l.retired, false)) announce(l.candidate);
    return;
  }
  LocalCandidate local;
  local.is_base = relayed;
  local.base = relayed ? found.address : found.base;
  Candidate& c = local.candidate;
  c.type = type;
  c.address = found.address;
  c.related = relayed ? found.mapped : found.base;
  c.priority = candidate_priority(type, Transport::kUdp, rank_in(socket->candidate.priority), found.over_tcp);
  c.foundation = make_foundation(type, found.base, found.server, Transport::kUdp, tie_breaker_);
  const auto index = store_local(std::move(local));
  if (!index) return;
  announce(locals_[*index].candidate);
  if (relayed) pair_local(*index);
  update(now);
}

void Agent::bind_selected(TimePoint now, SendSlab& out) {
  if (!selected_) return;
  if (turn::Client* relay = gatherer_.relay(selected_->local))
    relay->bind_channel(selected_->remote, now, out);
}

std::optional<Datagram> Agent::on_datagram(const Datagram& datagram, TimePoint now, SendSlab& out) {
  Datagram d = datagram;
  if (gatherer_.is_from_relay(d.route)) {
    auto relayed = gatherer_.on_datagram(d, now, out);
    take_gathered(now, out);
    if (relayed) {
      d = *relayed;
    } else if (!stun::looks_like_stun(d.bytes)) {
      return std::nullopt;
    }
    // Otherwise a STUN server at the same address, maybe.
  }
  if (!stun::looks_like_stun(d.bytes)) return d;
  if (const auto m = stun::Message::parse(d.bytes)) on_stun(*m, d.route, now, out);
  return std::nullopt;
}

std::optional<MediaPath> Agent::media_path() const {
  if (!selected_) return std::nullopt;
  const turn::Client* relay = gatherer_.relay(selected_->local);
  if (relay == nullptr) return MediaPath{*selected_, 0};
  const uint16_t channel = relay->channel(selected_->remote);
  return channel != 0 ? std::optional(MediaPath{relay->server(), channel}) : std::nullopt;
}

void Agent::forward(SendSlab& from, TimePoint now, SendSlab& out) {
  for (size_t i = 0; i < from.size(); ++i) {
    if (turn::Client* relay = gatherer_.relay(from[i].route.local)) {
      relay->send(from[i].route.remote, from[i].bytes, now, out);
    } else {
      out.append(from[i].route, from[i].bytes);
    }
  }
  from.clear();
}

void Agent::on_connected(uint32_t request, const Route& route, TimePoint now, SendSlab& out) {
  if (request >= Gatherer::kFirstRequest) return gatherer_.on_connected(request, route, now, out);
  CandidatePair* pair = list_.find(request);
  if (pair == nullptr || !pair->connecting) return;
  pair->connecting = false;
  pair->route = route;
  start_check(*pair, now, out);
}

void Agent::on_connect_failed(uint32_t request, TimePoint now, SendSlab& out) {
  if (request >= Gatherer::kFirstRequest) {
    gatherer_.on_connect_failed(request);
    return take_gathered(now, out);
  }
  CandidatePair* pair = list_.find(request);
  if (pair == nullptr || !pair->connecting) return;
  fail(*pair);
  update(now);
}

void Agent::on_disconnected(uint32_t connection, TimePoint now, SendSlab& out) {
  gatherer_.on_disconnected(connection);
  take_gathered(now, out);
  if (CandidatePair* pair = list_.find_connection(connection)) {
    fail(*pair);
    pair->route = Route();
  }
  if (old_ && connection != 0 && old_->pair.route.connection == connection) old_.reset();
  if (selected_ && selected_pair() == nullptr) lost_ = true;
  maybe_nominate(now);
  update(now);
}

}  // namespace parley::media::ice
