// Implements media/ice/lite_agent.h.
#include "media/ice/lite_agent.h"

#include <algorithm>
#include <utility>

namespace parley::media::ice {

LiteAgent::LiteAgent(Credentials local, TimePoint now, Config config)
    : config_(config),
      current_{std::move(local), std::nullopt},
      waiting_since_(now),
      last_check_(now),
      last_heard_(now) {}

void LiteAgent::set_remote(Credentials remote) { current_.remote = std::move(remote); }

void LiteAgent::restart(Credentials local, TimePoint now) {
  // A restart during a restart: the generation nobody nominated under is forgotten, the proven one is kept.
  if (!previous_ || nominated_) previous_ = std::move(current_);
  current_ = Generation{std::move(local), std::nullopt};
  waiting_since_ = now;
  if (state_ == State::kFailed) {
    state_ = State::kNew;
    nominated_ = checked_ = false;
  }
}

bool LiteAgent::owns_ufrag(std::string_view ufrag) const {
  return ufrag == current_.local.ufrag || (previous_ && ufrag == previous_->local.ufrag);
}

const LiteAgent::Generation* LiteAgent::find_generation(const stun::Message& message) const {
  const std::string_view ours = message.receiver_ufrag();
  const Generation* generation = nullptr;
  if (ours == current_.local.ufrag) {
    generation = &current_;
  } else if (previous_ && ours == previous_->local.ufrag) {
    generation = &*previous_;
  } else {
    return nullptr;
  }
  if (generation->remote && message.sender_ufrag() != generation->remote->ufrag) return nullptr;
  return generation;
}

Verdict LiteAgent::on_stun(const stun::Message& m, const Route& source, TimePoint now, SendSlab& out) {
  if (m.method != stun::kBinding || m.cls != stun::Class::kRequest) return Verdict::kIgnored;
  if (!m.username || !m.has_integrity) {
    refuse(400, "Bad Request", m, "", source, out);
    return Verdict::kRefused;
  }
  const Generation* generation = find_generation(m);
  if (generation == nullptr || !m.verify_integrity(generation->local.password)) {
    refuse(401, "Unauthorized", m, "", source, out);
    return Verdict::kRefused;
  }
  const std::string& password = generation->local.password;
  if (is_replay(m, source)) return Verdict::kIgnored;
  if (m.unknown_count > 0) {
    refuse(420, "Unknown Attribute", m, password, source, out);
    return Verdict::kRefused;
  }
  if (m.ice_controlled) {
    // A lite agent has no other role to switch to: whoever checks must control (RFC 8445 sections 6.1.1
    // and 7.3.1.1).
    refuse(487, "Role Conflict", m, password, source, out);
    return Verdict::kRefused;
  }
  const std::span<uint8_t> room = out.reserve(source, stun::kMaxMessageSize);
  if (room.empty()) return Verdict::kIgnored;  // unanswered, it comes again
  stun::Writer w(room, stun::Class::kSuccess, stun::kBinding, m.id);
  w.xor_mapped_address(source.remote);
  out.commit(w.finish(password));
  accept(*generation, m, source, now);
  return Verdict::kAccepted;
}

void LiteAgent::refuse(int code, std::string_view reason, const stun::Message& request,
                       std::string_view password, const Route& source, SendSlab& out) {
  ++checks_refused_;
  const std::span<uint8_t> room = out.reserve(source, stun::kMaxMessageSize);
  if (room.empty()) return;
  stun::Writer w(room, stun::Class::kError, stun::kBinding, request.id);
  w.error_code(code, reason);
  if (code == 420) w.unknown_attributes(std::span(request.unknown).first(request.unknown_count));
  const size_t size = w.finish(password);
  // Never more than came: whoever it came from is not who it says it is, maybe.
  out.commit(size <= request.size() ? size : 0);
}

void LiteAgent::accept(const Generation& generation, const stun::Message& request, const Route& source,
                       TimePoint now) {
  remember(source);
  answered_[checks_answered_++ % answered_.size()] = request.id;
  last_check_ = last_heard_ = now;
  checked_ = true;
  const bool is_current = &generation == &current_;
  if (request.use_candidate && (is_current || previous_)) {
    // The latest nomination counts: the controlling side moves us by nominating another pair.
    if (is_current || selected_ == source || !nominated_) selected_ = source;
    if (is_current) previous_.reset();
    nominated_ = true;
  } else if (!selected_) {
    selected_ = source;
  }
  update_state(now);
}

void LiteAgent::remember(const Route& route) {
  if (is_validated(route)) return;
  validated_[validated_next_] = route;
  validated_next_ = static_cast<uint8_t>((validated_next_ + 1) % validated_.size());
}

// A check says nothing of where it was sent from (RFC 8445 section 19.4.1): whoever sees one on its way could
// send it again from an address of their own, and have what the peer is sent for themselves.
bool LiteAgent::is_replay(const stun::Message& request, const Route& source) const {
  const auto ids = std::span(answered_).first(std::min<size_t>(checks_answered_, answered_.size()));
  return !is_validated(source) && std::find(ids.begin(), ids.end(), request.id) != ids.end();
}

bool LiteAgent::is_validated(const Route& route) const {
  return route.valid() && (std::find(validated_.begin(), validated_.end(), route) != validated_.end());
}

void LiteAgent::on_authenticated_traffic(TimePoint now) {
  last_heard_ = now;
  if (state_ == State::kDisconnected) update_state(now);
}

TimePoint LiteAgent::next_deadline() const {
  switch (state_) {
    case State::kNew:
      return waiting_since_ + config_.first_check_within;
    case State::kChecking:
    case State::kDisconnected:
      return last_check_ + config_.consent_expires_after;
    case State::kConnected:
      return std::min(last_heard_ + config_.disconnected_after, last_check_ + config_.consent_expires_after);
    case State::kFailed:
      return kNever;
  }
  return kNever;
}

void LiteAgent::on_deadline(TimePoint now) {
  if (state_ != State::kFailed) update_state(now);
}

void LiteAgent::update_state(TimePoint now) {
  if (state_ == State::kNew && !checked_) {
    if (now >= waiting_since_ + config_.first_check_within) state_ = State::kFailed;
  } else if (now >= last_check_ + config_.consent_expires_after) {
    state_ = State::kFailed;
  } else if (!nominated_) {
    state_ = State::kChecking;
  } else if (now >= last_heard_ + config_.disconnected_after) {
    state_ = State::kDisconnected;
  } else {
    state_ = State::kConnected;
  }
}

}  // namespace parley::media::ice
