// Connectivity checks, consent and nomination of the full agent (RFC 8445 sections 6.1.4, 7.2 and 8, RFC
// 7675).
#include <algorithm>

#include "media/ice/agent.h"

namespace parley::media::ice {
namespace {

constexpr uint8_t kLastWait = 16;  // Rm, RFC 8489 section 6.2.1: in units of the first RTO
constexpr int kNominationTries = 4;
constexpr Duration kConnectTimeout = std::chrono::seconds(10);

}  // namespace

TimePoint Agent::next_deadline() const {
  TimePoint at = gatherer_.next_deadline();
  if (old_)
    at = std::min({at, old_->pair.next_probe, old_->pair.last_answer + config_.consent_expires_after});
  const bool counts_patience = started_ != kNever && state_ != State::kFailed && selected_pair() == nullptr;
  if (counts_patience && list_.active() == 0) at = std::min(at, started_ + config_.patience);
  if (!current_.remote) return at;
  if (list_.has_work()) at = std::min(at, next_check_);
  bool settled = role_ == Role::kControlled;
  for (const CandidatePair& p : list_.pairs()) {
    if (p.check) at = std::min(at, p.check->due);
    if (p.valid) at = std::min(at, std::min(p.next_probe, p.last_answer + config_.consent_expires_after));
    settled = settled || p.nominated || p.nominating;
    if (p.first_unanswered != kNever && &p == selected_pair() && state_ == State::kConnected) {
      at = std::min(at, p.first_unanswered + config_.disconnected_after);
    }
  }
  // Of this session, as in maybe_nominate(), though the one before a restart may still have the selected
  // path.
  const CandidatePair* best = settled ? nullptr : list_.best_valid();
  if (best != nullptr) {
    const Duration delay =
        is_last_resort(*best) ? config_.nomination_delay_for_relays : config_.nomination_delay;
    at = std::min(at, first_valid_ + delay);
  }
  return at;
}

void Agent::on_deadline(TimePoint now, SendSlab& out) {
  if (old_ && now >= old_->pair.last_answer + config_.consent_expires_after) {
    old_.reset();
    lost_ = selected_pair() == nullptr;
  }
  if (gatherer_.next_deadline() <= now) gatherer_.on_deadline(now, out);
  take_gathered(now, out);
  run_checks(now, out);
  run_probes(now, out);
  replace_dead_path(now);
  maybe_nominate(now);
  release_retired(out);
  update(now);
}

void Agent::run_checks(TimePoint now, SendSlab& out) {
  if (!current_.remote) return;
  for (CandidatePair& p : list_.pairs()) {
    if (p.check && now >= p.check->due) retransmit(p, now, out);
  }
  // One new check each Ta, however late we are called.
  if (now < next_check_ || !list_.has_work()) return;
  next_check_ = now + config_.pacing;
  if (CandidatePair* pair = list_.take_next()) start_check(*pair, now, out);
}

void Agent::start_check(CandidatePair& pair, TimePoint now, SendSlab& out) {
  if (pair.check && pair.check->sends > 0) {
    // A late answer to what was sent before still counts.
    pair.probes[pair.next_probe_slot++ % pair.probes.size()] = {pair.check->id, pair.check->sent,
                                                                pair.check->role, true};
  }
  if (pair.state != PairState::kSucceeded) pair.state = PairState::kInProgress;
  Check check;
  if (!pair.can_send()) {
    check.due = now + kConnectTimeout;
    pair.check = check;
    if (pair.connecting) return;
    pair.connecting = true;
    AgentEvent event{.type = AgentEvent::Type::kConnect, .request = pair.id};
    event.from = locals_[pair.local].base;
    event.to = remotes_[pair.remote].address;
    emit(std::move(event));
    return;
  }
  check.id = stun::fresh_id(random_, config_.transaction_mark);
  check.role = role_;
  check.use_candidate = role_ == Role::kControlling && pair.nominating;
  // RFC 8445 section 14.3: no more than our share of the path, however many checks are under way.
  check.rto = std::max(config_.rto, config_.pacing * static_cast<int64_t>(list_.active()));
  check.due = now;
  pair.check = check;
  retransmit(pair, now, out);
}

void Agent::retransmit(CandidatePair& pair, TimePoint now, SendSlab& out) {
  Check& check = *pair.check;
  // A nomination is of a pair that has worked: if it does not now, another one should have its turn soon.
  const int tries = !pair.route.is_udp() ? 1 : check.use_candidate ? kNominationTries : config_.tries;
  if (pair.connecting || check.sends >= tries) {
    fail(pair);
    return;
  }
  const bool is_last = check.sends + 1 == tries && !check.use_candidate;
  check.due = now + (is_last ? check.rto * kLastWait : check.rto * (int64_t{1} << check.sends));
  ++check.sends;
  check.sent = now;
  send_request(pair, current_, check.id, check.use_candidate, now, out);
}

void Agent::send_request(CandidatePair& pair, const Generation& generation, const stun::TransactionId& id,
                         bool use_candidate, TimePoint now, SendSlab& out) {
  if (!generation.remote) return;
  ++pair.requests_sent;
  transmit(pair.route, now, out, [&](std::span<uint8_t> room) {
    stun::Writer w(room, stun::Class::kRequest, stun::kBinding, id);
    w.username(generation.remote->credentials.ufrag + ":" + generation.local.ufrag);
    w.priority(peer_reflexive_priority(locals_[pair.local].candidate.priority));
    if (role_ == Role::kControlling) {
      w.ice_controlling(tie_breaker_);
      if (use_candidate) w.use_candidate();
    } else {
      w.ice_controlled(tie_breaker_);
    }
    return w.finish(generation.remote->credentials.password);
  });
}

void Agent::fail(CandidatePair& pair) {
  pair.state = PairState::kFailed;
  pair.check.reset();
  pair.connecting = pair.valid = pair.heard = pair.nominated = pair.nominating = false;
  pair.next_probe = pair.first_unanswered = kNever;
}

// --- paths that work: consent of the selected one, and life signs of a few others.

bool Agent::in_reserve(const CandidatePair& pair) const {
  size_t better = 0;
  for (const CandidatePair& p : list_.pairs())
    better += p.valid && !p.nominated && p.priority > pair.priority;
  return better < kReserve;
}

void Agent::schedule_probe(CandidatePair& pair, TimePoint now) {
  const bool is_selected = selected_ == pair.route;
  const Duration interval = is_selected ? config_.consent_interval : config_.keepalive_interval;
  // RFC 7675 section 5.1: 0.8 to 1.2 times, so that nobody falls into step.
  const int64_t fifth = interval.count() / 5;
  pair.next_probe = now + Duration(4 * fifth + random_.below(static_cast<uint32_t>(2 * fifth + 1)));
}

void Agent::run_probes(TimePoint now, SendSlab& out) {
  if (old_ && now >= old_->pair.next_probe) probe(old_->pair, old_->generation, now, out);
  for (CandidatePair& p : list_.pairs()) {
    if (!p.valid) continue;
    if (now >= p.last_answer + config_.consent_expires_after) {
      const bool was_selected = selected_ == p.route;
      fail(p);
      if (was_selected && selected_pair() == nullptr) lost_ = true;
      continue;
    }
    if (now < p.next_probe) continue;
    if (selected_ == p.route || in_reserve(p)) {
      probe(p, current_, now, out);
    } else {
      p.next_probe = now + config_.keepalive_interval;
    }
  }
}

void Agent::probe(CandidatePair& pair, const Generation& generation, TimePoint now, SendSlab& out) {
  Probe& probe = pair.probes[pair.next_probe_slot++ % pair.probes.size()];
  probe.id = stun::fresh_id(random_, config_.transaction_mark);
  probe.sent = now;
  probe.role = role_;
  probe.pending = true;
  if (pair.first_unanswered == kNever) {
    pair.first_unanswered = now;
  } else if (selected_ == pair.route) {
    // The second in a row: see whether there is another way.
    for (CandidatePair& p : list_.pairs())
      if (p.valid && p.first_unanswered == kNever && in_reserve(p))
        p.next_probe = std::min(p.next_probe, now);
  }
  pair.next_probe = now + std::max(config_.suspect_after, 2 * pair.rtt);
  send_request(pair, generation, probe.id, false, now, out);
}

// --- nomination

bool Agent::is_last_resort(const CandidatePair& pair) const {
  const Candidate& l = locals_[pair.local].candidate;
  const Candidate& r = remotes_[pair.remote];
  return l.is_tcp() || l.type == CandidateType::kRelayed || r.type == CandidateType::kRelayed;
}

bool Agent::better_may_come(const CandidatePair& best, TimePoint now) const {
  const bool last_resort = is_last_resort(best);
  const Duration delay = last_resort ? config_.nomination_delay_for_relays : config_.nomination_delay;
  if (now >= first_valid_ + delay) return false;
  if (last_resort && (!end_of_remote_ || gathering_state_ != GatheringState::kComplete)) return true;
  return std::any_of(list_.pairs().begin(), list_.pairs().end(), [&](const CandidatePair& p) {
    return p.priority > best.priority && p.state != PairState::kSucceeded && p.state != PairState::kFailed;
  });
}

// RFC 8445 section 8.1.1: once, when a good pair is there and a better one is not to be expected soon.
void Agent::maybe_nominate(TimePoint now) {
  if (role_ != Role::kControlling || !current_.remote || nominated() != nullptr) return;
  for (const CandidatePair& p : list_.pairs())
    if (p.nominating) return;
  CandidatePair* best = list_.best_valid([](const CandidatePair&) { return true; });
  if (best == nullptr || better_may_come(*best, now)) return;
  nominate(*best);
  next_check_ = std::min(next_check_, now);
}

void Agent::nominate(CandidatePair& pair) {
  pair.nominating = true;
  list_.trigger(pair.id);
}

// A selected path that stays silent while another answers is given up long before its consent expires.
void Agent::replace_dead_path(TimePoint now) {
  CandidatePair* dead = nominated();
  if (dead == nullptr || dead->first_unanswered == kNever) return;
  const Duration silence = now - dead->first_unanswered;
  if (silence >= config_.disconnected_after && state_ == State::kConnected) {
    // Nothing in reserve may work any more: look at everything again.
    for (CandidatePair& p : list_.pairs())
      if (p.state == PairState::kFailed && p.can_send()) p.state = PairState::kWaiting;
  }
  if (role_ != Role::kControlling || silence < config_.disconnected_after / 2) return;
  CandidatePair* other = list_.best_valid(
      [&](const CandidatePair& p) { return &p != dead && p.last_answer > dead->first_unanswered; });
  if (other != nullptr && !other->nominating) nominate(*other);
}

void Agent::set_nominated(CandidatePair& pair) {
  pair.nominating = pair.nominate_on_success = false;
  CandidatePair* top = nominated();
  pair.nominated = true;
  old_.reset();  // the new session has taken over
  // From a peer that may nominate every pair: a worse one only when the better is in doubt.
  const bool aggressive = role_ == Role::kControlled && current_.remote && !current_.remote->ice2;
  if (top != nullptr && top != &pair && aggressive && top->priority > pair.priority &&
      top->first_unanswered == kNever) {
    return;
  }
  if (top != &pair) pair.nomination = ++nominations_;
  update_selected();
}

}  // namespace parley::media::ice
