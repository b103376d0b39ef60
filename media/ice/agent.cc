// Implements media/ice/agent.h: candidates, pairs, sessions and state. Checks: agent_checks.cc; messages:
// agent_messages.cc.
#include "media/ice/agent.h"

#include <algorithm>
#include <utility>

namespace parley::media::ice {
namespace {

bool is_link_local(const SocketAddress& a) {
  const auto ip = a.ip_bytes();
  return a.is_ipv6() ? ip[0] == 0xFE && (ip[1] & 0xC0) == 0x80 : a.is_ipv4() && ip[0] == 169 && ip[1] == 254;
}

// RFC 8445 section 6.1.2.2, RFC 6544 section 6.2. Passive candidates wait for connections: they make no
// pairs.
bool can_pair(const Candidate& local, const Candidate& remote) {
  const SocketAddress &l = local.address, &r = remote.address;
  if (!r.valid() || l.family() != r.family() || is_link_local(l) != is_link_local(r)) return false;
  if (local.transport == Transport::kUdp) return remote.transport == Transport::kUdp && r.port() != 0;
  return local.transport == Transport::kTcpActive && remote.transport == Transport::kTcpPassive;
}

}  // namespace

Agent::Agent(Credentials local, Role role, Random& random, TimePoint now, AgentConfig config)
    : config_(config),
      random_(random),
      current_{std::move(local), std::nullopt},
      role_(role),
      tie_breaker_(random.next_u64()),
      list_(config.max_pairs),
      gatherer_(random, config.transaction_mark),
      next_check_(now) {}

void Agent::emit(AgentEvent event) {
  // An owner who never asks loses the oldest.
  if (events_.size() >= kMaxEvents) events_.pop_front();
  events_.push_back(std::move(event));
}

std::optional<AgentEvent> Agent::poll_event() {
  if (events_.empty()) return std::nullopt;
  AgentEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

void Agent::set_state(State state) {
  if (std::exchange(state_, state) != state) emit({.type = AgentEvent::Type::kState});
}

void Agent::set_gathering_state(GatheringState state) {
  if (std::exchange(gathering_state_, state) != state) emit({.type = AgentEvent::Type::kGatheringState});
}

void Agent::set_remote(RemoteParameters remote, TimePoint now) {
  const bool is_first = !current_.remote;
  if (remote.lite) set_role(Role::kControlling);
  current_.remote = std::move(remote);
  suspended_.reset();
  if (is_first) {
    started_ = now;
    next_check_ = now;
  }
  update(now);
}

bool Agent::add_remote_candidate(const Candidate& candidate, TimePoint now) {
  if (!candidate.ufrag.empty() && current_.remote && candidate.ufrag != current_.remote->credentials.ufrag) {
    return false;
  }
  if (is_of_suspended(candidate.ufrag)) {
    if (suspended_->late.size() >= kMaxRemoteCandidates) return false;
    suspended_->late.push_back(candidate);
    return true;
  }
  if (!candidate.address.valid()) {
    if (!is_mdns_name(candidate.name) || unresolved_.size() >= kMaxNames) return false;
    unresolved_.push_back(candidate);
    emit({.type = AgentEvent::Type::kResolve, .name = candidate.name});
    return true;
  }
  if (candidate.address.is_unspecified()) return false;
  if (const auto known = find_remote(candidate.address, candidate.is_tcp())) {
    // A check came before its candidate was signalled: now its type and priority are known (RFC 8838
    // section 11.4).
    Candidate& c = remotes_[*known];
    if (c.type != CandidateType::kPeerReflexive || c.transport != candidate.transport) return false;
    c = candidate;
    --peer_reflexive_;
    list_.reprioritise([this](const CandidatePair& p) { return priority_of(p); });
    return true;
  }
  const auto index = add_remote(candidate);
  if (!index) return false;
  pair_remote(*index);
  update(now);
  return true;
}

std::optional<uint32_t> Agent::add_remote(Candidate candidate) {
  const bool reflexive = candidate.type == CandidateType::kPeerReflexive;
  if (remotes_.size() >= kMaxRemoteCandidates || (reflexive && peer_reflexive_ >= kMaxPeerReflexive)) {
    return std::nullopt;
  }
  if (reflexive) ++peer_reflexive_;
  remotes_.push_back(std::move(candidate));
  return static_cast<uint32_t>(remotes_.size() - 1);
}

void Agent::end_of_remote_candidates(TimePoint now, std::string_view ufrag) {
  (is_of_suspended(ufrag) ? suspended_->end_of_remote : end_of_remote_) = true;
  update(now);
}

void Agent::on_resolved(std::string_view name, const std::optional<SocketAddress>& address, TimePoint now) {
  const auto it = std::find_if(unresolved_.begin(), unresolved_.end(),
                               [&](const Candidate& c) { return c.name == name; });
  if (it == unresolved_.end()) return;
  Candidate candidate = std::move(*it);
  unresolved_.erase(it);
  if (!address || !address->valid()) return;
  const uint16_t port = candidate.address.port();
  candidate.address = *address;
  candidate.address.set_port(port);
  add_remote_candidate(candidate, now);
}

void Agent::pair_local(uint32_t local) {
  for (uint32_t r = 0; r < remotes_.size(); ++r) make_pair(local, r);
}

void Agent::pair_remote(uint32_t remote) {
  for (uint32_t l = 0; l < locals_.size(); ++l) make_pair(l, remote);
}

void Agent::make_pair(uint32_t local, uint32_t remote) {
  const LocalCandidate& l = locals_[local];
  const Candidate& r = remotes_[remote];
  if (!l.alive || l.retired || !l.is_base || !can_pair(l.candidate, r)) return;
  if (config_.relay_only && l.candidate.type != CandidateType::kRelayed) return;
  CandidatePair pair;
  pair.local = local;
  pair.remote = remote;
  pair.priority = priority_of(pair);
  pair.foundation = l.candidate.foundation + ":" + r.foundation;
  if (!l.candidate.is_tcp()) pair.route = Route(r.address, l.base);
  list_.add(std::move(pair));
}

uint64_t Agent::priority_of(const CandidatePair& pair) const {
  const uint32_t ours = locals_[pair.local].candidate.priority, theirs = remotes_[pair.remote].priority;
  return role_ == Role::kControlling ? pair_priority(ours, theirs) : pair_priority(theirs, ours);
}

std::optional<uint32_t> Agent::find_base(const Route& route) const {
  const bool tcp = !route.is_udp();
  std::optional<uint32_t> same_family;
  for (uint32_t i = 0; i < locals_.size(); ++i) {
    const LocalCandidate& l = locals_[i];
    if (!l.alive || !l.is_base || l.base.family() != route.remote.family()) continue;
    if (tcp ? l.candidate.transport != Transport::kTcpPassive : l.candidate.is_tcp()) continue;
    if (route.local == l.base) return i;
    if (!same_family && l.candidate.type == CandidateType::kHost) same_family = i;
  }
  // A socket that does not tell to which of its addresses a datagram came.
  return route.local.valid() ? std::nullopt : same_family;
}

std::optional<uint32_t> Agent::find_remote(const SocketAddress& address, bool tcp) const {
  for (uint32_t i = 0; i < remotes_.size(); ++i)
    if (remotes_[i].address == address && remotes_[i].is_tcp() == tcp) return i;
  return std::nullopt;
}

bool Agent::is_of_suspended(std::string_view ufrag) const {
  return suspended_ && !ufrag.empty() && suspended_->generation.remote->credentials.ufrag == ufrag;
}

void Agent::suspend() {
  // A restart during a restart: the session that has nominated nobody is forgotten, the proven one stays.
  const CandidatePair* proven = nominated();
  if (proven == nullptr && !old_) proven = selected_pair();
  if (proven != nullptr) old_ = OldSession{current_, *proven, Candidate(remote_of(*proven))};
  if (current_.remote) {
    suspended_ = Suspended{std::move(current_),
                           std::exchange(list_, CheckList(config_.max_pairs)),
                           std::move(remotes_),
                           std::move(unresolved_),
                           {},
                           peer_reflexive_,
                           end_of_remote_,
                           started_,
                           first_valid_};
  }
  list_.clear();
  remotes_.clear();
  unresolved_.clear();
  peer_reflexive_ = 0;
  end_of_remote_ = false;
  started_ = first_valid_ = kNever;
  if (!old_) lost_ = false;
}

void Agent::resume(TimePoint now) {
  Suspended s = *std::exchange(suspended_, std::nullopt);
  // Its path has lived on.
  if (old_ && old_->generation.local == s.generation.local) {
    if (CandidatePair* pair = s.list.find(old_->pair.local, old_->pair.remote)) *pair = old_->pair;
    old_.reset();
  }
  current_ = std::move(s.generation);
  list_ = std::move(s.list);
  remotes_ = std::move(s.remotes);
  unresolved_ = std::move(s.unresolved);
  peer_reflexive_ = s.peer_reflexive;
  end_of_remote_ = s.end_of_remote;
  started_ = s.started;
  first_valid_ = s.first_valid;
  // Without connections that nobody waited for; with what came meanwhile.
  list_.remove_if([](const CandidatePair& p) { return !p.can_send(); });
  for (uint32_t r = 0; r < remotes_.size(); ++r) pair_remote(r);
  for (const Candidate& candidate : s.late) add_remote_candidate(candidate, now);
}

void Agent::restart(Credentials local, TimePoint now) {
  if (suspended_ && suspended_->generation.local == local) {
    resume(now);
  } else {
    suspend();
    current_ = Generation{std::move(local), std::nullopt};
  }
  for (const LocalCandidate& l : locals_) {
    if (l.alive && !l.retired && l.candidate.type != CandidateType::kPeerReflexive) announce(l.candidate);
  }
  if (gathering_state_ == GatheringState::kComplete) {
    emit({.type = AgentEvent::Type::kGatheringState});  // complete for the new session as well
  }
  update(now);
}

void Agent::set_role(Role role) {
  if (role == role_) return;
  role_ = role;
  list_.reprioritise([this](const CandidatePair& p) { return priority_of(p); });
}

bool Agent::owns_ufrag(std::string_view ufrag) const {
  return ufrag == current_.local.ufrag || (old_ && ufrag == old_->generation.local.ufrag);
}

CandidatePair* Agent::nominated() { return const_cast<CandidatePair*>(std::as_const(*this).nominated()); }

const CandidatePair* Agent::nominated() const {
  const CandidatePair* best = nullptr;
  for (const CandidatePair& p : list_.pairs()) {
    if (!p.nominated || !p.valid) continue;
    if (best == nullptr ||
        std::pair(p.nomination, p.priority) > std::pair(best->nomination, best->priority)) {
      best = &p;
    }
  }
  return best;
}

const CandidatePair* Agent::selected_pair() const {
  if (const CandidatePair* pair = nominated()) return pair;
  if (old_) return &old_->pair;
  return list_.best_valid();
}

void Agent::update_selected() {
  const CandidatePair* pair = selected_pair();
  const std::optional<Route> now_selected = pair != nullptr ? std::optional(pair->route) : std::nullopt;
  if (now_selected == selected_) return;
  selected_ = now_selected;
  if (selected_) ++selected_changes_;
  emit({.type = AgentEvent::Type::kSelected});
}

void Agent::update(TimePoint now) {
  update_selected();
  const CandidatePair* pair = selected_pair();
  if (pair != nullptr) {
    lost_ = false;
    const bool silent =
        pair->first_unanswered != kNever && now >= pair->first_unanswered + config_.disconnected_after;
    set_state(silent ? State::kDisconnected : State::kConnected);
  } else if (lost_ || is_hopeless(now)) {
    set_state(State::kFailed);
  } else {
    set_state(current_.remote && !list_.pairs().empty() ? State::kChecking : State::kNew);
  }
}

bool Agent::is_hopeless(TimePoint now) const {
  return started_ != kNever && now >= started_ + config_.patience && list_.active() == 0;
}

bool Agent::completed() const { return nominated() != nullptr && !list_.has_work() && list_.active() == 0; }

bool Agent::is_validated(const Route& route) const {
  if (!route.valid()) return false;
  if (old_ && old_->pair.route == route) return true;
  return std::any_of(list_.pairs().begin(), list_.pairs().end(),
                     [&](const CandidatePair& p) { return p.route == route && (p.valid || p.heard); });
}

void Agent::on_authenticated_traffic(TimePoint now) {
  // By the selected path: it is the one that media takes.
  auto* pair = const_cast<CandidatePair*>(selected_pair());
  if (pair == nullptr) return;
  pair->last_heard = now;
  pair->first_unanswered = kNever;
  if (state_ == State::kDisconnected) update(now);
}

}  // namespace parley::media::ice
