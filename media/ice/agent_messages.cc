// STUN messages of the full agent: checks of the peer answered (RFC 8445 section 7.3), answers to our own
// taken (section 7.2.5), role conflicts repaired.
#include <algorithm>

#include "media/ice/agent.h"

namespace parley::media::ice {
namespace {

std::string_view reason_of(int code) {
  switch (code) {
    case 401:
      return "Unauthenticated";
    case 420:
      return "Unknown Attribute";
    case 487:
      return "Role Conflict";
    default:
      return "Bad Request";
  }
}

}  // namespace

Verdict Agent::on_stun(const stun::Message& m, const Route& source, TimePoint now, SendSlab& out) {
  if (m.method != stun::kBinding) return Verdict::kIgnored;
  switch (m.cls) {
    case stun::Class::kRequest:
      return on_request(m, source, now, out);
    case stun::Class::kSuccess:
    case stun::Class::kError:
      return on_response(m, source, now, out);
    case stun::Class::kIndication:
      break;  // a keepalive
  }
  return Verdict::kIgnored;
}

Verdict Agent::on_request(const stun::Message& m, const Route& source, TimePoint now, SendSlab& out) {
  if (!m.username || !m.has_integrity) {
    refuse(400, m, "", source, now, out);
    return Verdict::kRefused;
  }
  const std::string_view ours = m.receiver_ufrag();
  const bool is_current = ours == current_.local.ufrag;
  const Generation* generation = is_current                 ? &current_
                                 : old_ && owns_ufrag(ours) ? &old_->generation
                                                            : nullptr;
  // Nothing can be said before the restart is agreed to, or taken back.
  if (generation == nullptr && suspended_ && ours == suspended_->generation.local.ufrag)
    return Verdict::kIgnored;
  const bool is_peer = generation != nullptr &&
                       (!generation->remote || m.sender_ufrag() == generation->remote->credentials.ufrag);
  if (!is_peer || !m.verify_integrity(generation->local.password)) {
    refuse(401, m, "", source, now, out);
    return Verdict::kRefused;
  }
  const Credentials& local = generation->local;
  if (m.unknown_count > 0) {
    refuse(420, m, local.password, source, now, out);
    return Verdict::kRefused;
  }
  if (is_current && !find_base(source) && list_.find(source) == nullptr) return Verdict::kIgnored;
  if (!resolve_conflict(m, source, local, now, out)) return Verdict::kRefused;
  transmit(source, now, out, [&](std::span<uint8_t> room) {
    stun::Writer w(room, stun::Class::kSuccess, stun::kBinding, m.id);
    w.xor_mapped_address(source.remote);
    return w.finish(local.password);
  });
  if (is_current) {
    on_valid_request(m, source, now);
  } else if (old_->pair.route == source) {
    ++old_->pair.requests_received;
    ++old_->pair.responses_sent;
    old_->pair.last_heard = now;
  }
  update(now);
  return Verdict::kAccepted;
}

// True when the request may be answered.
bool Agent::resolve_conflict(const stun::Message& m, const Route& source, const Credentials& local,
                             TimePoint now, SendSlab& out) {
  const auto& theirs = role_ == Role::kControlling ? m.ice_controlling : m.ice_controlled;
  if (!theirs) return true;
  // RFC 8445 section 7.3.1.1: the larger tie-breaker controls.
  const bool we_control = tie_breaker_ >= *theirs;
  if (we_control == (role_ == Role::kControlling)) {
    refuse(487, m, local.password, source, now, out);
    return false;
  }
  switch_role(we_control ? Role::kControlling : Role::kControlled);
  return true;
}

void Agent::switch_role(Role role) {
  if (role == role_) return;
  set_role(role);
  for (CandidatePair& p : list_.pairs()) p.nominating = false;
  emit({.type = AgentEvent::Type::kRole});
}

void Agent::refuse(int code, const stun::Message& m, std::string_view password, const Route& source,
                   TimePoint now, SendSlab& out) {
  transmit(source, now, out, [&](std::span<uint8_t> room) {
    stun::Writer w(room, stun::Class::kError, stun::kBinding, m.id);
    w.error_code(code, reason_of(code));
    if (code == 420) w.unknown_attributes(std::span(m.unknown).first(m.unknown_count));
    const size_t size = w.finish(password);
    // Never more than came: whoever it came from is not who it says it is, maybe.
    return size <= m.size() ? size : 0;
  });
}

// The pair that an authenticated check came by, made where there is none (section 7.3.1.3).
CandidatePair* Agent::pair_for(const stun::Message& m, const Route& source) {
  CandidatePair* pair = source.is_udp() ? nullptr : list_.find_connection(source.connection);
  if (pair != nullptr) return pair;
  const auto base = find_base(source);
  if (!base) return nullptr;
  auto remote = find_remote(source.remote, !source.is_udp());
  if (!remote) {
    Candidate candidate;
    candidate.type = CandidateType::kPeerReflexive;
    candidate.transport = source.is_udp() ? Transport::kUdp : Transport::kTcpActive;
    candidate.address = source.remote;
    candidate.priority = m.priority.value_or(0);
    candidate.foundation = "prflx" + std::to_string(remotes_.size());
    remote = add_remote(std::move(candidate));
    if (!remote) return nullptr;
  }
  pair = list_.find(*base, *remote);
  if (pair == nullptr) {
    CandidatePair made;
    made.local = *base;
    made.remote = *remote;
    made.priority = priority_of(made);
    made.foundation = locals_[*base].candidate.foundation + ":" + remotes_[*remote].foundation;
    pair = list_.add(std::move(made));
    if (pair == nullptr) return nullptr;
  }
  // The base's own address, even when the socket did not tell which one.
  pair->route = Route(source.remote, source.is_udp() ? locals_[*base].base : source.local, source.connection);
  pair->connecting = false;
  return pair;
}

void Agent::on_valid_request(const stun::Message& m, const Route& source, TimePoint now) {
  CandidatePair* pair = pair_for(m, source);
  if (pair == nullptr) return;  // answered, and no room to remember it
  ++pair->requests_received;
  ++pair->responses_sent;
  pair->heard = true;
  pair->last_heard = now;
  const bool nominates = m.use_candidate && role_ == Role::kControlled;
  if (pair->state == PairState::kSucceeded && pair->valid) {
    if (nominates) set_nominated(*pair);
    return;
  }
  if (nominates) pair->nominate_on_success = true;
  if (pair->state == PairState::kInProgress && pair->check && pair->check->sends > 0 &&
      now < pair->check->sent + config_.rto) {
    return;  // a check of ours is on its way already
  }
  // Section 7.3.1.4: the path to us works, so the way back is tried at once.
  pair->state = PairState::kWaiting;
  list_.trigger(pair->id);
}

Verdict Agent::on_response(const stun::Message& m, const Route& source, TimePoint now, SendSlab& out) {
  if (gatherer_.on_response(m, source)) {
    take_gathered(now, out);
    return Verdict::kAccepted;
  }
  const bool is_old = old_ && std::any_of(old_->pair.probes.begin(), old_->pair.probes.end(),
                                          [&](const Probe& p) { return p.pending && p.id == m.id; });
  CandidatePair* pair = is_old ? &old_->pair : list_.find(m.id);
  const Generation& generation = is_old ? old_->generation : current_;
  if (pair == nullptr || !generation.remote) return Verdict::kIgnored;
  const bool authentic = m.verify_integrity(generation.remote->credentials.password);
  // Errors may come without (the peer did not recognise us); answers that help an attacker may not.
  if (!authentic && (m.cls == stun::Class::kSuccess || m.has_integrity)) return Verdict::kRefused;
  if (m.cls == stun::Class::kSuccess ? !m.xor_mapped_address.has_value() : !m.error.has_value()) {
    return Verdict::kRefused;
  }
  // Section 7.2.5.2.1: an answer from elsewhere means that the path is not the same in both directions.
  const bool symmetric = source.remote == pair->route.remote && source.connection == pair->route.connection &&
                         (!source.local.valid() || source.local == pair->route.local);
  const bool is_check = pair->check && pair->check->id == m.id;
  Role sent_as = role_;
  bool use_candidate = false;
  if (is_check) {
    sent_as = pair->check->role;
    use_candidate = pair->check->use_candidate;
    pair->rtt = now - pair->check->sent;
    pair->check.reset();
  }
  for (Probe& p : pair->probes) {
    if (!p.pending || p.id != m.id) continue;
    sent_as = p.role;
    pair->rtt = now - p.sent;
    p.pending = false;
  }
  if (!symmetric) {
    if (!is_old) fail(*pair);
  } else if (m.cls == stun::Class::kError) {
    on_error(*pair, m, sent_as, now);
  } else {
    pair->total_rtt += pair->rtt;
    ++pair->responses_received;
    pair->last_answer = pair->last_heard = now;
    pair->first_unanswered = kNever;
    if (!is_old) on_success(*pair, m, use_candidate, now);
    schedule_probe(*pair, now);
  }
  maybe_nominate(now);
  update(now);
  bind_selected(now, out);
  return Verdict::kAccepted;
}

void Agent::on_success(CandidatePair& pair, const stun::Message& m, bool use_candidate, TimePoint now) {
  pair.mapped = mapped_candidate(pair, *m.xor_mapped_address);
  // An answer to an earlier transmission of a check that was sent anew.
  if (pair.state == PairState::kInProgress && pair.check && !pair.check->use_candidate) pair.check.reset();
  pair.state = PairState::kSucceeded;
  if (!pair.valid) {
    pair.valid = true;
    if (first_valid_ == kNever) first_valid_ = now;
    list_.unfreeze(pair.foundation);
  }
  if (use_candidate && role_ == Role::kControlling) set_nominated(pair);
  if (pair.nominate_on_success && role_ == Role::kControlled) set_nominated(pair);
  update_selected();
}

void Agent::on_error(CandidatePair& pair, const stun::Message& m, Role sent_as, TimePoint now) {
  const bool is_old = old_ && &pair == &old_->pair;
  if (m.error->code == 487) {
    // Section 7.2.5.1: the peer has the larger tie-breaker, or has switched meanwhile.
    switch_role(sent_as == Role::kControlling ? Role::kControlled : Role::kControlling);
    if (is_old) return;
    if (!pair.valid) pair.state = PairState::kWaiting;
    list_.trigger(pair.id);
    next_check_ = std::min(next_check_, now);
    return;
  }
  // A peer that is about to forget this session's predecessor, or a pair that works already: consent decides.
  if (is_old || pair.valid) return;
  fail(pair);
}

// The local candidate by which the peer sees us on this pair (section 7.2.5.3.1).
uint32_t Agent::mapped_candidate(const CandidatePair& pair, const SocketAddress& mapped) {
  const LocalCandidate& base = locals_[pair.local];
  if (base.candidate.is_tcp() || mapped == base.candidate.address) return pair.local;
  for (uint32_t i = 0; i < locals_.size(); ++i) {
    const LocalCandidate& l = locals_[i];
    if (l.alive && l.candidate.address == mapped && l.base == base.base && !l.candidate.is_tcp()) return i;
  }
  LocalCandidate reflexive;
  reflexive.base = base.base;
  reflexive.candidate.type = CandidateType::kPeerReflexive;
  reflexive.candidate.address = mapped;
  reflexive.candidate.related = base.base;
  reflexive.candidate.priority = peer_reflexive_priority(base.candidate.priority);
  reflexive.candidate.foundation =
      make_foundation(CandidateType::kPeerReflexive, base.base, {}, Transport::kUdp, tie_breaker_);
  return store_local(std::move(reflexive)).value_or(pair.local);
}

}  // namespace parley::media::ice
