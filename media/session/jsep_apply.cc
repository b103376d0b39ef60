// Applying descriptions (RFC 8829 sections 5.5 to 5.11). See jsep.h.
#include <algorithm>

#include "media/session/jsep.h"

namespace parley::media::jsep {
namespace {

bool is_rtp(const sdp::MediaSection& m) {
  return m.kind == sdp::MediaKind::kAudio || m.kind == sdp::MediaKind::kVideo;
}

Failure invalid_access(std::string message) { return {ErrorName::kInvalidAccess, std::move(message), 0}; }

// RFC 3264 section 6.1: who is sent nothing receives nothing, and the other way round.
bool answers(sdp::Direction answered, sdp::Direction offered) {
  return (!sdp::sends(answered) || sdp::receives(offered)) &&
         (!sdp::receives(answered) || sdp::sends(offered));
}

ExtensionIds extension_ids(const sdp::MediaSection& answered) {
  ExtensionIds ids;
  for (const KnownExtension& known : kKnownExtensions) {
    const sdp::Extension* e = answered.extension(known.uri);
    if (e != nullptr && e->id <= 14) ids.*known.id = e->id;
  }
  return ids;
}

// The stream ids and the track id that a section's a=msid lines name.
void read_msids(const sdp::MediaSection& m, std::vector<std::string>* streams, std::string* track) {
  std::vector<std::string> lines = m.msids;
  if (lines.empty() && !m.sources.empty() && !m.sources[0].msid.empty()) lines.push_back(m.sources[0].msid);
  for (const std::string& line : lines) {
    const size_t space = line.find(' ');
    const std::string stream = line.substr(0, space);
    if (space != std::string::npos) *track = line.substr(space + 1);
    const bool known = std::find(streams->begin(), streams->end(), stream) != streams->end();
    if (stream != "-" && !known) streams->push_back(stream);
  }
  // Whoever knows nothing of msid means one stream with all in it.
  if (lines.empty()) streams->push_back("default");
}

void read_sources(const sdp::MediaSection& m, IncomingTrack* track) {
  for (const sdp::SourceGroup& group : m.source_groups) {
    if (group.semantics != "FID" || group.ssrcs.size() != 2) continue;
    track->ssrc = Ssrc{group.ssrcs[0]};
    track->rtx_ssrc = Ssrc{group.ssrcs[1]};
    return;
  }
  if (!m.sources.empty()) track->ssrc = Ssrc{m.sources[0].ssrc};
}

// The rids that an answer takes (RFC 8853 section 5.3): each stream's first choice.
std::vector<std::string> received_rids(const sdp::MediaSection& answer) {
  std::vector<std::string> rids;
  if (!answer.simulcast.starts_with("recv ")) return rids;
  std::string_view list = std::string_view(answer.simulcast).substr(5);
  list = list.substr(0, list.find(' '));
  while (!list.empty()) {
    const size_t end = list.find(';');
    std::string_view rid = list.substr(0, end);
    rid = rid.substr(0, rid.find(','));
    if (rid.starts_with('~')) rid.remove_prefix(1);
    const bool declared = std::any_of(answer.rids.begin(), answer.rids.end(),
                                      [&](const sdp::Rid& r) { return !r.send && r.id == rid; });
    if (declared) rids.emplace_back(rid);
    list = end == std::string_view::npos ? std::string_view() : list.substr(end + 1);
  }
  return rids;
}

// What is not taken is gone for good; who takes no layers takes the first.
void keep_rids(Transceiver& t, const std::vector<std::string>& taken) {
  size_t kept = 0;
  for (size_t i = 0; i < t.rids.size(); ++i) {
    if (std::find(taken.begin(), taken.end(), t.rids[i]) == taken.end()) continue;
    t.rids[kept] = t.rids[i];
    t.ssrcs[kept] = t.ssrcs[i];
    t.rtx_ssrcs[kept++] = t.rtx_ssrcs[i];
  }
  kept = std::max<size_t>(kept, 1);
  t.rids.resize(kept);
  t.ssrcs.resize(kept);
  t.rtx_ssrcs.resize(kept);
}

}  // namespace

Outcome<Changes> Session::apply_local(SdpType type, const Created& created) {
  save();
  Changes changes;
  const bool first = !current_local_ && !pending_local_;
  const bool fresh = first || created.credentials != local_;
  if (fresh) changes.local_credentials = created.credentials;
  if (fresh) restart_requested_ = restart_needed_ = false;
  local_ = created.credentials;
  if (type == SdpType::kOffer) {
    for (size_t i = 0; i < created.owners.size(); ++i) {
      Transceiver* t = find_mutable(created.owners[i]);
      if (t == nullptr) continue;
      t->m_line = i;
      t->mid = created.value.media[i].mid;
    }
  }
  pending_local_ = Applied{type, created.value};
  const SignalingState before = state_;
  if (type == SdpType::kOffer) {
    state_ = SignalingState::kHaveLocalOffer;
  } else {
    const bool final = type == SdpType::kAnswer;
    settle(pending_local_->value, pending_remote_->value, true, final, &changes);
    if (final) {
      finish();
    } else {
      state_ = SignalingState::kHaveLocalPranswer;
    }
  }
  changes.state_changed = before != state_;
  return changes;
}

std::optional<Failure> Session::check_remote(SdpType type, const sdp::SessionDescription& remote) const {
  const sdp::SessionDescription* before = nullptr;
  if (type != SdpType::kOffer) {
    before = &pending_local_->value;
    if (remote.media.size() != before->media.size())
      return invalid_access("the answer's m= lines are not the offer's");
  } else if (current_remote_) {
    before = &current_remote_->value;
    if (remote.media.size() < before->media.size())
      return invalid_access("the offer has fewer m= lines than the one before");
  }
  for (size_t i = 0; i < remote.media.size(); ++i) {
    const sdp::MediaSection& m = remote.media[i];
    const std::string which = "m= line " + std::to_string(i + 1);
    if (type != SdpType::kOffer) {
      if (m.media != before->media[i].media)
        return invalid_access(which + " is of another kind than offered");
      if (!m.mid.empty() && m.mid != before->media[i].mid)
        return invalid_access(which + " has another mid than offered");
    }
    if (sdp::is_rejected(m)) continue;
    if (type != SdpType::kOffer && is_rtp(m) && !answers(m.direction, before->media[i].direction))
      return invalid_access(which + " goes in a direction that was not offered");
    if (m.mid.empty() && remote.media.size() > 1) return invalid_access(which + " has no a=mid");
    if (is_rtp(m) && !m.rtcp_mux) return invalid_access(which + " does not multiplex RTCP");
    if (m.bundle_only) continue;
    RemoteTransport transport;
    if (auto error = negotiation::read_transport(m, &transport)) return invalid_access(error->reason);
    if (type != SdpType::kOffer && m.setup == sdp::Setup::kActPass)
      return invalid_access("an answer cannot have a=setup:actpass");
  }
  return std::nullopt;
}

Changes Session::apply_remote_offer(const sdp::SessionDescription& offer) {
  save();
  Changes changes;
  pending_remote_ = Applied{SdpType::kOffer, offer};
  for (size_t i = 0; i < offer.media.size(); ++i) meet_section(i, offer.media[i], &changes);
  changes.state_changed = state_ != SignalingState::kHaveRemoteOffer;
  state_ = SignalingState::kHaveRemoteOffer;
  last_answer_.reset();
  return changes;
}

// RFC 8829 section 5.10: which transceiver a section of a remote offer is about.
void Session::meet_section(size_t line, const sdp::MediaSection& m, Changes* changes) {
  if (!is_rtp(m)) return;
  const TrackKind kind = m.kind == sdp::MediaKind::kAudio ? TrackKind::kAudio : TrackKind::kVideo;
  numbers_.learn(m);
  Transceiver* t = nullptr;
  for (Transceiver& known : transceivers_) {
    if (known.m_line == line && known.mid != m.mid) {  // the section has been recycled
      known.m_line.reset();
      known.mid.clear();
    }
    if (!known.mid.empty() && known.mid == m.mid && known.kind == kind) t = &known;
  }
  if (sdp::is_rejected(m)) {
    if (t == nullptr) return;
    follow_remote_track(*t, m, true, changes);
    t->stopping = true;  // for good, should the offer be taken back, too
    changes->rejected.push_back(t->id);
    return;
  }
  if (t == nullptr && sdp::receives(m.direction)) {
    const auto free = std::find_if(transceivers_.begin(), transceivers_.end(), [&](const Transceiver& x) {
      return x.kind == kind && x.by_add_track && !x.m_line && !x.stopping && !x.stopped;
    });
    if (free != transceivers_.end()) t = &*free;
  }
  if (t == nullptr) {
    const auto made = make_transceiver(kind, {sdp::Direction::kRecvOnly, "", {}, {}});
    if (!made) return;  // too many: the answer rejects it
    t = find_mutable(*made);
    t->by_remote = true;
    changes->created.push_back(t->id);
  }
  t->m_line = line;
  t->mid = m.mid;
  follow_remote_track(*t, m, false, changes);
}

void Session::follow_remote_track(Transceiver& t, const sdp::MediaSection& m, bool rejected,
                                  Changes* changes) {
  const sdp::Direction theirs = rejected ? sdp::Direction::kInactive : sdp::reversed(m.direction);
  const bool receives = sdp::receives(theirs);
  if (receives) {
    t.remote_streams.clear();
    read_msids(m, &t.remote_streams, &t.remote_track_id);
  }
  if (receives && !sdp::receives(t.fired_direction)) changes->tracks_added.push_back(t.id);
  if (!receives && sdp::receives(t.fired_direction)) {
    t.remote_streams.clear();
    changes->tracks_removed.push_back(t.id);
  }
  t.fired_direction = theirs;
}

void Session::settle_section(Transceiver& t, const sdp::MediaSection& local, const sdp::MediaSection& remote,
                             bool local_answer, Plan* plan) {
  const sdp::MediaSection& answer = local_answer ? local : remote;
  const sdp::Direction direction = local_answer ? local.direction : sdp::reversed(remote.direction);
  t.current_direction = direction;
  // The answer's first format that we know is what both send (RFC 8829 section 5.11).
  const auto formats =
      local_answer ? formats_of(local) : intersect(formats_of(answer), wanted_codecs(t), false);
  if (formats.empty()) return;
  ChosenCodec codec;
  codec.kind = codec_kind(formats[0].codec.name);
  codec.codec = formats[0].codec;
  codec.rtx_payload_type = formats[0].rtx_payload_type;
  codec.red_payload_type = formats[0].red_payload_type;
  codec.red_first = formats[0].red_first;
  const ExtensionIds extensions = extension_ids(answer);
  if (sdp::receives(direction)) {
    Receiving r;
    r.transceiver = t.id;
    r.track.kind = t.kind;
    r.track.mid = t.mid;
    r.track.codec = codec;
    r.track.extensions = extensions;
    if (remote.simulcast.starts_with("send ")) {
      for (const sdp::Rid& rid : remote.rids) {
        if (rid.send) r.rids.push_back(rid.id);
      }
    } else {
      read_sources(remote, &r.track);
    }
    plan->receiving.push_back(std::move(r));
  }
  if (!sdp::sends(direction)) return;
  t.has_sent = true;
  if (t.rids.size() > 1) keep_rids(t, local_answer ? std::vector<std::string>() : received_rids(remote));
  const bool simulcast = t.rids.size() > 1;
  for (size_t i = 0; i < (simulcast ? t.rids.size() : 1); ++i) {
    Sending s;
    s.transceiver = t.id;
    s.encoding = i;
    if (simulcast) s.track.rid = t.rids[i];
    s.track.kind = t.kind;
    s.track.mid = t.mid;
    s.track.codec = codec;
    s.track.ssrc = t.ssrcs[i];
    s.track.rtx_ssrc = t.rtx_ssrcs[i];
    s.track.cname = cname_;
    s.track.extensions = extensions;
    plan->sending.push_back(std::move(s));
  }
}

void Session::settle(const sdp::SessionDescription& local, const sdp::SessionDescription& remote,
                     bool local_answer, bool final, Changes* changes) {
  Plan plan;
  plan.offerer = !local_answer;
  plan.remote.data_only = true;
  const sdp::SessionDescription& answer = local_answer ? local : remote;
  for (size_t i = 0; i < answer.media.size(); ++i) {
    const sdp::MediaSection& ours = local.media[i];
    const sdp::MediaSection& theirs = remote.media[i];
    const bool rejected = sdp::is_rejected(answer.media[i]);
    Transceiver* t = at_line(i);
    if (!rejected && !plan.has_transport && !theirs.bundle_only &&
        !negotiation::read_transport(theirs, &plan.remote)) {
      plan.has_transport = true;
      const bool active =
          local_answer ? ours.setup == sdp::Setup::kActive : theirs.setup != sdp::Setup::kActive;
      dtls_role_ = active ? dtls::Role::kActive : dtls::Role::kPassive;
      plan.remote.local_role = *dtls_role_;
      remote_credentials_ = plan.remote.credentials;
      plan.remote.ice_lite = remote.ice_lite;
      plan.remote.ice2 = std::count(remote.ice_options.begin(), remote.ice_options.end(), "ice2") > 0;
    }
    if (theirs.kind == sdp::MediaKind::kApplication && !rejected) {
      plan.data = negotiation::read_data_section(theirs);
    }
    if (!rejected && is_rtp(theirs)) plan.remote.data_only = false;
    for (const sdp::Candidate& c : theirs.candidates) {
      if (theirs.ice_ufrag == plan.remote.credentials.ufrag) plan.candidates.push_back(c);
    }
    plan.end_of_candidates |= theirs.end_of_candidates;
    if (t == nullptr) continue;
    if (!local_answer) follow_remote_track(*t, theirs, rejected, changes);
    if (!rejected) {
      settle_section(*t, ours, theirs, local_answer, &plan);
      continue;
    }
    if (!final) continue;
    if (local_answer) follow_remote_track(*t, theirs, true, changes);
    t->stopping = t->stopped = true;
    changes->stopped.push_back(t->id);
  }
  changes->plan = std::move(plan);
  // A stopped one's section is free for another.
  std::erase_if(transceivers_, [](const Transceiver& t) { return t.stopped; });
}

void Session::rollback(Changes* changes) {
  std::vector<uint32_t> gone;
  for (Transceiver& t : transceivers_) {
    const auto before = std::find_if(saved_->transceivers.begin(), saved_->transceivers.end(),
                                     [&](const Transceiver& s) { return s.id == t.id; });
    const Transceiver fresh;
    const Transceiver& old = before != saved_->transceivers.end() ? *before : fresh;
    if (sdp::receives(t.fired_direction) && !sdp::receives(old.fired_direction))
      changes->tracks_removed.push_back(t.id);
    t.mid = old.mid;
    t.m_line = old.m_line;
    t.fired_direction = old.fired_direction;
    t.current_direction = old.current_direction;
    t.remote_streams = old.remote_streams;
    t.remote_track_id = old.remote_track_id;
    // Made for the offer that is taken back, unless the program has put a track on it since.
    if (before == saved_->transceivers.end() && t.by_remote && !t.by_add_track) gone.push_back(t.id);
  }
  for (const uint32_t id : gone)
    std::erase_if(transceivers_, [&](const Transceiver& t) { return t.id == id; });
  changes->removed.insert(changes->removed.end(), gone.begin(), gone.end());
  if (local_ != saved_->local) changes->local_credentials = saved_->local;
  local_ = saved_->local;
  numbers_ = saved_->numbers;
  restart_requested_ = restart_requested_ || saved_->restart_requested;
  restart_needed_ = restart_needed_ || saved_->restart_needed;
  saved_.reset();
  pending_local_.reset();
  pending_remote_.reset();
  last_answer_.reset();
  state_ = SignalingState::kStable;
  changes->state_changed = true;
}

}  // namespace parley::media::jsep
