// See jsep.h. Here: transceivers, the state machine, and whether there is something to negotiate.
#include "media/session/jsep.h"

#include <algorithm>

#include "media/sdp/parser.h"
#include "media/sdp/writer.h"

namespace parley::media::jsep {
namespace {

std::vector<std::string> sorted(std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  return words;
}

Failure invalid_state(std::string message) { return {ErrorName::kInvalidState, std::move(message), 0}; }

}  // namespace

const char* to_string(SignalingState state) {
  constexpr const char* kNames[] = {
      "stable", "have-local-offer", "have-remote-offer", "have-local-pranswer", "have-remote-pranswer",
      "closed"};
  return kNames[static_cast<size_t>(state)];
}

const char* to_string(SdpType type) {
  constexpr const char* kNames[] = {"offer", "pranswer", "answer", "rollback"};
  return kNames[static_cast<size_t>(type)];
}

std::optional<SdpType> parse_type(std::string_view text) {
  for (const SdpType t : {SdpType::kOffer, SdpType::kPranswer, SdpType::kAnswer, SdpType::kRollback}) {
    if (text == to_string(t)) return t;
  }
  return std::nullopt;
}

const char* to_string(ErrorName name) {
  constexpr const char* kNames[] = {"InvalidStateError", "InvalidAccessError", "InvalidModificationError",
                                    "OperationError", "RTCError"};
  return kNames[static_cast<size_t>(name)];
}

Session::Session(Options options, Random& random)
    : options_(options),
      random_(random),
      local_(ice::Credentials::generate(random, options.ufrag_prefix)),
      cname_(random.ice_string(16)),
      session_id_(random.next_u64() >> 2) {}

const Transceiver* Session::find(uint32_t id) const {
  const auto it = std::find_if(transceivers_.begin(), transceivers_.end(),
                               [&](const Transceiver& t) { return t.id == id; });
  return it == transceivers_.end() ? nullptr : &*it;
}

Transceiver* Session::find_mutable(uint32_t id) { return const_cast<Transceiver*>(find(id)); }

Transceiver* Session::at_line(size_t line) {
  const auto it = std::find_if(transceivers_.begin(), transceivers_.end(),
                               [&](const Transceiver& t) { return t.m_line == line; });
  return it == transceivers_.end() ? nullptr : &*it;
}

Outcome<uint32_t> Session::make_transceiver(TrackKind kind, const TransceiverInit& init) {
  if (state_ == SignalingState::kClosed) return invalid_state("the connection is closed");
  if (transceivers_.size() >= kMaxTransceivers)
    return Failure{ErrorName::kOperation, "too many transceivers on one connection", 0};
  Transceiver t;
  t.id = next_id_++;
  t.kind = kind;
  t.direction = init.direction;
  t.has_track = !init.track_id.empty();
  t.track_id = t.has_track ? init.track_id : random_.ice_string(20);
  t.streams = init.streams;
  t.rids = init.rids;
  for (size_t i = 0; i < std::max<size_t>(1, init.rids.size()); ++i) {
    t.ssrcs.push_back({random_.next_u32() | 1});
    t.rtx_ssrcs.push_back({random_.next_u32() & ~1u});
  }
  transceivers_.push_back(std::move(t));
  return transceivers_.back().id;
}

Outcome<uint32_t> Session::add_transceiver(TrackKind kind, const TransceiverInit& init) {
  return make_transceiver(kind, init);
}

Outcome<uint32_t> Session::add_track(TrackKind kind, std::string track_id, std::vector<std::string> streams) {
  for (Transceiver& t : transceivers_) {
    if (t.kind != kind || t.has_track || t.has_sent || t.stopping || t.stopped) continue;
    t.has_track = true;
    t.track_id = std::move(track_id);
    t.streams = std::move(streams);
    t.direction = sdp::direction_of(true, sdp::receives(t.direction));
    t.by_add_track = true;
    return t.id;
  }
  auto made =
      make_transceiver(kind, {sdp::Direction::kSendRecv, std::move(track_id), std::move(streams), {}});
  if (made) find_mutable(*made)->by_add_track = true;
  return made;
}

void Session::remove_track(uint32_t id) {
  Transceiver* t = find_mutable(id);
  if (t == nullptr) return;
  t->has_track = false;
  t->direction = sdp::direction_of(false, sdp::receives(t->direction));
}

void Session::replace_track(uint32_t id, bool has_track) {
  if (Transceiver* t = find_mutable(id)) t->has_track = has_track;
}

void Session::set_streams(uint32_t id, std::vector<std::string> streams) {
  if (Transceiver* t = find_mutable(id)) t->streams = std::move(streams);
}

bool Session::set_direction(uint32_t id, sdp::Direction direction) {
  Transceiver* t = find_mutable(id);
  if (t == nullptr || t->stopping) return false;
  t->direction = direction;
  return true;
}

void Session::stop(uint32_t id) {
  Transceiver* t = find_mutable(id);
  if (t == nullptr) return;
  t->stopping = true;
  t->direction = sdp::Direction::kInactive;
  // Nobody was ever told of it.
  if (t->mid.empty()) std::erase_if(transceivers_, [&](const Transceiver& x) { return x.id == id; });
}

Outcome<bool> Session::set_codec_preferences(uint32_t id, const std::vector<sdp::Codec>& codecs) {
  Transceiver* t = find_mutable(id);
  if (t == nullptr) return invalid_state("the transceiver is stopped");
  std::vector<sdp::Codec> preferences;
  for (const sdp::Codec& wanted : codecs) {
    if (wanted.is("rtx")) {
      preferences.push_back(wanted);
      continue;
    }
    const auto& all = capabilities(t->kind);
    const auto known = std::find_if(all.begin(), all.end(),
                                    [&](const Capability& c) { return same_format(c.codec, wanted); });
    if (known == all.end())
      return Failure{ErrorName::kInvalidModification, "no such codec: " + wanted.name, 0};
    const bool twice = std::any_of(preferences.begin(), preferences.end(),
                                   [&](const sdp::Codec& p) { return same_format(p, wanted); });
    if (!twice) preferences.push_back(known->codec);
  }
  if (!codecs.empty() && std::all_of(preferences.begin(), preferences.end(), is_protection))
    return Failure{ErrorName::kInvalidModification, "no media codec is left", 0};
  t->preferences = std::move(preferences);
  return true;
}

std::optional<Session::Text> Session::text_of(const std::optional<Applied>& description) {
  if (!description) return std::nullopt;
  return Text{description->type, sdp::to_string(description->value)};
}

void Session::save() {
  if (saved_) return;
  saved_ = Saved{transceivers_, local_, numbers_, restart_requested_, restart_needed_};
}

// Back in the stable state: what was pending holds.
void Session::finish() {
  saved_.reset();
  current_local_ = std::exchange(pending_local_, std::nullopt);
  current_remote_ = std::exchange(pending_remote_, std::nullopt);
  last_offer_.reset();
  last_answer_.reset();
  state_ = SignalingState::kStable;
}

// What was created last still holds when the same would be made again.
std::optional<Failure> Session::create_unless_current(bool offer) {
  std::optional<Created>& last = offer ? last_offer_ : last_answer_;
  std::optional<Created> before = last;
  const uint64_t version = version_;
  if (before) version_ = before->value.session_version - 1;
  auto made = offer ? create_offer(false) : create_answer();
  if (!made) return made.error();
  if (!before) return std::nullopt;
  if (before->text == last->text) {
    version_ = version;
    return std::nullopt;
  }
  version_ = version;
  made = offer ? create_offer(false) : create_answer();
  return made ? std::nullopt : std::optional(made.error());
}

Outcome<Changes> Session::set_local(std::optional<SdpType> type, std::string_view text) {
  if (state_ == SignalingState::kClosed) return invalid_state("the connection is closed");
  const bool answering =
      state_ == SignalingState::kHaveRemoteOffer || state_ == SignalingState::kHaveLocalPranswer;
  if (!type) type = answering ? SdpType::kAnswer : SdpType::kOffer;
  if (*type == SdpType::kRollback) {
    if (state_ == SignalingState::kStable) return invalid_state("there is nothing to roll back");
    Changes changes;
    rollback(&changes);
    return changes;
  }
  const bool offer = *type == SdpType::kOffer;
  const bool allowed =
      offer ? state_ == SignalingState::kStable || state_ == SignalingState::kHaveLocalOffer : answering;
  if (!allowed) {
    return invalid_state(std::string("a local ") + to_string(*type) + " does not fit the state " +
                         to_string(state_));
  }
  if (text.empty()) {
    if (auto failure = create_unless_current(offer)) return *failure;
  }
  const std::optional<Created>& created = offer ? last_offer_ : last_answer_;
  if (!created || (!text.empty() && text != created->text)) {
    return Failure{ErrorName::kInvalidModification,
                   std::string("not the ") + to_string(*type) + " that was created last", 0};
  }
  return apply_local(*type, Created(*created));
}

Outcome<Changes> Session::set_remote(SdpType type, std::string_view text) {
  if (state_ == SignalingState::kClosed) return invalid_state("the connection is closed");
  Changes changes;
  if (type == SdpType::kRollback) {
    if (state_ == SignalingState::kStable) return invalid_state("there is nothing to roll back");
    rollback(&changes);
    return changes;
  }
  const bool offer = type == SdpType::kOffer;
  const bool allowed =
      offer ? state_ == SignalingState::kStable || state_ == SignalingState::kHaveRemoteOffer ||
                  state_ == SignalingState::kHaveLocalOffer
            : state_ == SignalingState::kHaveLocalOffer || state_ == SignalingState::kHaveRemotePranswer;
  if (!allowed) {
    return invalid_state(std::string("a remote ") + to_string(type) + " does not fit the state " +
                         to_string(state_));
  }
  auto parsed = sdp::parse(text);
  if (!parsed) return Failure{ErrorName::kSdpSyntax, parsed.error().message(), parsed.error().line};
  if (auto failure = check_remote(type, *parsed)) return *failure;
  if (offer) {
    // Glare: the polite side's own offer is taken back (W3C section 4.4.1.5).
    if (state_ == SignalingState::kHaveLocalOffer) rollback(&changes);
    Changes applied = apply_remote_offer(*parsed);
    applied.removed.insert(applied.removed.begin(), changes.removed.begin(), changes.removed.end());
    if (!applied.local_credentials) applied.local_credentials = changes.local_credentials;
    return applied;
  }
  pending_remote_ = Applied{type, std::move(*parsed)};
  const bool final = type == SdpType::kAnswer;
  settle(pending_local_->value, pending_remote_->value, false, final, &changes);
  const SignalingState before = state_;
  if (final) {
    finish();
  } else {
    state_ = SignalingState::kHaveRemotePranswer;
  }
  changes.state_changed = before != state_;
  return changes;
}

void Session::close() {
  state_ = SignalingState::kClosed;
  for (Transceiver& t : transceivers_) t.stopping = t.stopped = true;
}

bool Session::negotiation_needed() const {
  if (state_ == SignalingState::kClosed) return false;
  if (restart_requested_ && current_local_) return true;
  const sdp::SessionDescription* local = current_local_ ? &current_local_->value : nullptr;
  const sdp::SessionDescription* remote = current_remote_ ? &current_remote_->value : nullptr;
  if (data_wanted_) {
    const bool there =
        local != nullptr && std::any_of(local->media.begin(), local->media.end(), [](const auto& m) {
          return m.kind == sdp::MediaKind::kApplication && !sdp::is_rejected(m);
        });
    if (!there) return true;
  }
  for (const Transceiver& t : transceivers_) {
    if (t.stopped) continue;
    if (t.stopping) return true;
    if (!t.m_line || local == nullptr || remote == nullptr || *t.m_line >= local->media.size() ||
        local->media[*t.m_line].mid != t.mid) {
      return true;
    }
    const sdp::MediaSection& ours = local->media[*t.m_line];
    const sdp::MediaSection& theirs = remote->media[*t.m_line];
    if (sdp::sends(t.direction)) {
      std::vector<std::string> shown;
      for (const std::string& msid : ours.msids) shown.push_back(msid.substr(0, msid.find(' ')));
      std::erase(shown, "-");
      if (sdp::sends(ours.direction) && sorted(std::move(shown)) != sorted(t.streams)) return true;
    }
    if (current_local_->type == SdpType::kOffer) {
      if (ours.direction != t.direction && sdp::reversed(theirs.direction) != t.direction) return true;
    } else {
      const auto offered = sdp::reversed(theirs.direction);
      const auto possible = sdp::direction_of(sdp::sends(t.direction) && sdp::sends(offered),
                                              sdp::receives(t.direction) && sdp::receives(offered));
      if (ours.direction != possible) return true;
    }
  }
  return false;
}

Outcome<Session::RemoteCandidate> Session::add_remote_candidate(std::string_view text,
                                                                std::optional<std::string> mid,
                                                                std::optional<size_t> m_line,
                                                                std::string_view ufrag) {
  if (state_ == SignalingState::kClosed) return invalid_state("the connection is closed");
  // The newest first: it is meant where no generation is named.
  std::vector<Applied*> remotes;
  for (std::optional<Applied>* d : {&pending_remote_, &current_remote_})
    if (*d) remotes.push_back(&**d);
  if (remotes.empty()) return invalid_state("there is no remote description yet");
  if (text.starts_with("a=")) text.remove_prefix(2);
  if (text.starts_with("candidate:")) text.remove_prefix(10);
  std::optional<sdp::Candidate> candidate;
  if (!text.empty() && !(candidate = sdp::parse_candidate(text)))
    return Failure{ErrorName::kOperation, "the candidate is malformed", 0};

  const auto is_meant = [&](const sdp::MediaSection& m, size_t line) {
    return mid ? m.mid == *mid : m_line ? *m_line == line : text.empty();
  };
  std::vector<sdp::MediaSection*> sections;  // of either description
  for (Applied* remote : remotes) {
    for (size_t i = 0; i < remote->value.media.size(); ++i)
      if (is_meant(remote->value.media[i], i)) sections.push_back(&remote->value.media[i]);
    if (sections.empty()) return Failure{ErrorName::kOperation, "the candidate is for no section", 0};
  }
  const auto knows = [&](std::string_view name) {
    return std::any_of(sections.begin(), sections.end(), [&](const auto* m) { return m->ice_ufrag == name; });
  };
  if (!ufrag.empty() && !knows(ufrag))
    return Failure{ErrorName::kOperation, "the candidate is of another ICE generation", 0};
  if (ufrag.empty() && candidate && !candidate->ufrag.empty() && knows(candidate->ufrag))
    ufrag = candidate->ufrag;
  RemoteCandidate result{sections[0]->mid, ufrag.empty() ? sections[0]->ice_ufrag : std::string(ufrag),
                         candidate};
  for (sdp::MediaSection* m : sections) {
    if (m->ice_ufrag != result.ufrag) continue;
    if (!candidate) {
      m->end_of_candidates = true;
    } else if (m->candidates.size() < sdp::kMaxItemsPerSection) {
      m->candidates.push_back(*candidate);
    }
  }
  return result;
}

void Session::add_local_candidate(const std::optional<sdp::Candidate>& candidate) {
  for (std::optional<Applied>* d : {&pending_local_, &current_local_}) {
    if (!*d) continue;
    for (sdp::MediaSection& m : (*d)->value.media) {
      // One transport: the first live section carries its candidates.
      if (sdp::is_rejected(m) || m.ice_ufrag != local_.ufrag) continue;
      if (!candidate) {
        m.end_of_candidates = true;
      } else if (m.candidates.size() < sdp::kMaxItemsPerSection) {
        m.candidates.push_back(*candidate);
      }
      break;
    }
  }
}

}  // namespace parley::media::jsep
