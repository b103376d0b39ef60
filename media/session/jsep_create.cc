// Making offers (RFC 8829 section 5.2) and answers (section 5.3). See jsep.h.
#include <algorithm>

#include "media/sdp/writer.h"
#include "media/session/jsep.h"

namespace parley::media::jsep {
namespace {

constexpr const char* kRtpProtocol = "UDP/TLS/RTP/SAVPF";
constexpr uint32_t kVideoClock = 90000;

sdp::Direction intersection(sdp::Direction ours, sdp::Direction offered) {
  return sdp::direction_of(sdp::sends(ours) && sdp::receives(offered),
                           sdp::receives(ours) && sdp::sends(offered));
}

void add_msids(const Transceiver& t, sdp::MediaSection* m) {
  for (const std::string& stream : t.streams) m->msids.push_back(stream + ' ' + t.track_id);
  if (t.streams.empty()) m->msids.push_back("- " + t.track_id);
}

std::string joined(const std::vector<std::string>& rids) {
  std::string out;
  for (const std::string& rid : rids) out += (out.empty() ? "" : ";") + rid;
  return out;
}

}  // namespace

sdp::MediaSection Session::transport_section(const ice::Credentials& credentials, sdp::Setup setup) const {
  sdp::MediaSection m = negotiation::local_section({options_.fingerprint, {}}, credentials);
  m.end_of_candidates = false;  // they trickle
  m.setup = setup;
  return m;
}

std::vector<sdp::Codec> Session::wanted_codecs(const Transceiver& t) const {
  if (!t.preferences.empty()) return t.preferences;
  std::vector<sdp::Codec> codecs;
  for (const Capability& c : capabilities(t.kind)) {
    if (!c.pass_through) codecs.push_back(c.codec);
  }
  if (t.kind == TrackKind::kVideo) codecs.push_back(rtx_codec(0, 0, kVideoClock));
  return codecs;
}

void Session::add_sources(const Transceiver& t, bool with_rtx, bool simulcast, sdp::MediaSection* m) const {
  // Layers are told apart by rid (RFC 8853); a single stream says its SSRCs (RFC 5576).
  if (simulcast) return;
  m->sources.push_back({t.ssrcs[0].value, cname_, ""});
  if (!with_rtx) return;
  m->sources.push_back({t.rtx_ssrcs[0].value, cname_, ""});
  m->source_groups.push_back({"FID", {t.ssrcs[0].value, t.rtx_ssrcs[0].value}});
}

sdp::MediaSection Session::offer_section(Transceiver& t, const std::string& mid,
                                         const ice::Credentials& credentials) {
  sdp::MediaSection m = transport_section(credentials, sdp::Setup::kActPass);
  m.kind = t.kind == TrackKind::kAudio ? sdp::MediaKind::kAudio : sdp::MediaKind::kVideo;
  m.media = negotiation::kind_name(t.kind);
  m.mid = mid;
  m.direction = t.direction;
  bool with_rtx = false;
  std::vector<Format> formats;
  const std::vector<sdp::Codec> wanted = wanted_codecs(t);
  const Protection protection = protection_in(wanted);
  for (const sdp::Codec& codec : wanted) {
    if (is_protection(codec)) continue;
    auto format = numbers_.assign(codec, protection);
    if (!format) continue;
    with_rtx |= format->rtx_payload_type.has_value();
    formats.push_back(std::move(*format));
  }
  append_formats(formats, &m);
  for (const sdp::Extension& e : header_extensions(t.kind)) {
    if (const uint8_t id = numbers_.extension_id(e)) m.extensions.push_back({id, e.uri});
  }
  if (!sdp::sends(t.direction)) return m;
  add_msids(t, &m);
  const bool simulcast = t.rids.size() > 1;
  if (simulcast) {
    for (const std::string& rid : t.rids) m.rids.push_back({rid, true});
    m.simulcast = "send " + joined(t.rids);
  }
  add_sources(t, with_rtx, simulcast, &m);
  return m;
}

sdp::MediaSection Session::application_section(const std::string& mid, const ice::Credentials& credentials,
                                               sdp::Setup setup) const {
  LocalEndpoint endpoint;
  endpoint.fingerprint = options_.fingerprint;
  endpoint.max_message_size = options_.max_message_size;
  sdp::MediaSection m = negotiation::data_section(endpoint, credentials);
  m.end_of_candidates = false;
  m.setup = setup;
  m.mid = mid;
  return m;
}

const sdp::SessionDescription* Session::latest_local() const {
  if (pending_local_) return &pending_local_->value;
  return current_local_ ? &current_local_->value : nullptr;
}

Transceiver* Session::next_unassociated(const std::vector<uint32_t>& owners) {
  for (Transceiver& t : transceivers_) {
    const bool placed = std::find(owners.begin(), owners.end(), t.id) != owners.end();
    if (!placed && !t.m_line && !t.stopping && !t.stopped) return &t;
  }
  return nullptr;
}

std::string Session::fresh_mid(const sdp::SessionDescription& with) const {
  for (size_t n = 0;; ++n) {
    const std::string mid = std::to_string(n);
    const auto used = [&](const std::optional<Applied>& d) { return d && d->value.by_mid(mid) != nullptr; };
    if (with.by_mid(mid) == nullptr && !used(current_local_) && !used(current_remote_) &&
        !used(pending_local_) && !used(pending_remote_)) {
      return mid;
    }
  }
}

Outcome<std::string> Session::create_offer(bool ice_restart) {
  if (state_ != SignalingState::kStable && state_ != SignalingState::kHaveLocalOffer) {
    return Failure{ErrorName::kInvalidState,
                   std::string("no offer can be made in the state ") + to_string(state_), 0};
  }
  Created created;
  const bool restart = (ice_restart || restart_requested_ || restart_needed_) && latest_local() != nullptr;
  created.credentials = restart ? ice::Credentials::generate(random_, options_.ufrag_prefix) : local_;
  sdp::SessionDescription& offer = created.value;
  const auto place = [&](sdp::MediaSection section, uint32_t owner) {
    offer.media.push_back(std::move(section));
    created.owners.push_back(owner);
  };
  bool has_data = false;
  const sdp::SessionDescription* base = latest_local();
  for (size_t i = 0; base != nullptr && i < base->media.size(); ++i) {
    const sdp::MediaSection& old = base->media[i];
    Transceiver* t = at_line(i);
    const bool dead = sdp::is_rejected(old) || (current_remote_ && i < current_remote_->value.media.size() &&
                                                sdp::is_rejected(current_remote_->value.media[i]));
    if (t != nullptr && !t->stopping) {
      place(offer_section(*t, old.mid, created.credentials), t->id);
    } else if (t == nullptr && old.kind == sdp::MediaKind::kApplication && !dead) {
      place(application_section(old.mid, created.credentials, sdp::Setup::kActPass), 0);
      has_data = true;
    } else if (Transceiver* fresh = t == nullptr && dead ? next_unassociated(created.owners) : nullptr) {
      place(offer_section(*fresh, fresh_mid(offer), created.credentials), fresh->id);
    } else {
      place(sdp::rejected(old), t != nullptr ? t->id : 0);
    }
  }
  while (Transceiver* t = next_unassociated(created.owners))
    place(offer_section(*t, fresh_mid(offer), created.credentials), t->id);
  if (data_wanted_ && !has_data)
    place(application_section(fresh_mid(offer), created.credentials, sdp::Setup::kActPass), 0);

  bool first = true;
  for (size_t i = 0; i < offer.media.size(); ++i) {
    sdp::MediaSection& m = offer.media[i];
    if (sdp::is_rejected(m)) continue;
    offer.bundle.push_back(m.mid);
    const bool negotiated = current_local_ && i < current_local_->value.media.size();
    if (options_.bundle_policy == BundlePolicy::kMaxBundle && !first && !negotiated) {
      m.port = 0;
      m.bundle_only = true;
    }
    first = false;
  }
  offer.session_id = session_id_;
  offer.session_version = ++version_;
  offer.extmap_allow_mixed = true;
  offer.ice_options = {"trickle", "ice2"};
  created.text = sdp::to_string(offer);
  last_offer_ = std::move(created);
  return std::string(last_offer_->text);
}

bool Session::may_carry(const sdp::SessionDescription& offer, size_t line,
                        std::optional<size_t> first) const {
  const sdp::MediaSection& m = offer.media[line];
  if (sdp::is_rejected(m)) return false;
  if (!first) return true;
  const auto bundled = [&](const std::string& mid) {
    return std::find(offer.bundle.begin(), offer.bundle.end(), mid) != offer.bundle.end();
  };
  return bundled(m.mid) && bundled(offer.media[*first].mid);
}

sdp::Setup Session::answer_setup(const sdp::MediaSection& offered) const {
  if (dtls_role_) return *dtls_role_ == dtls::Role::kActive ? sdp::Setup::kActive : sdp::Setup::kPassive;
  return offered.setup == sdp::Setup::kActive ? sdp::Setup::kPassive : sdp::Setup::kActive;
}

std::optional<sdp::MediaSection> Session::answer_section(Transceiver& t, const sdp::MediaSection& offered,
                                                         const ice::Credentials& credentials) {
  const auto formats = intersect(formats_of(offered), wanted_codecs(t), !t.preferences.empty());
  if (formats.empty()) return std::nullopt;
  sdp::MediaSection m = transport_section(credentials, answer_setup(offered));
  m.kind = offered.kind;
  m.media = offered.media;
  m.protocol = offered.protocol.empty() ? kRtpProtocol : offered.protocol;
  m.mid = offered.mid;
  m.direction = intersection(t.direction, offered.direction);
  m.rtcp_reduced_size = offered.rtcp_reduced_size;
  append_formats(formats, &m);
  for (const sdp::Extension& e : header_extensions(t.kind)) {
    const sdp::Extension* theirs = offered.extension(e.uri);
    if (theirs != nullptr && theirs->id <= 14) m.extensions.push_back(*theirs);
  }
  // RFC 8853 section 5.3: each layer that they send is named as received.
  if (offered.simulcast.starts_with("send ") && sdp::receives(m.direction)) {
    for (const sdp::Rid& rid : offered.rids) {
      if (rid.send) m.rids.push_back({rid.id, false});
    }
    m.simulcast = "recv " + offered.simulcast.substr(5, offered.simulcast.find(' ', 5) - 5);
  }
  if (sdp::sends(m.direction)) {
    add_msids(t, &m);
    add_sources(t, formats[0].rtx_payload_type.has_value(), false, &m);
  }
  return m;
}

Outcome<std::string> Session::create_answer() {
  if (state_ != SignalingState::kHaveRemoteOffer && state_ != SignalingState::kHaveLocalPranswer) {
    return Failure{ErrorName::kInvalidState, "there is no offer to answer", 0};
  }
  const sdp::SessionDescription& offer = pending_remote_->value;
  Created created;
  const auto live = std::find_if_not(offer.media.begin(), offer.media.end(), sdp::is_rejected);
  const bool restarted = remote_credentials_ && live != offer.media.end() &&
                         *remote_credentials_ != ice::Credentials{live->ice_ufrag, live->ice_pwd};
  // A provisional answer has shown its credentials already.
  const bool fresh = restarted && state_ == SignalingState::kHaveRemoteOffer;
  created.credentials = fresh ? ice::Credentials::generate(random_, options_.ufrag_prefix) : local_;
  sdp::SessionDescription& answer = created.value;
  std::optional<size_t> first;
  for (size_t i = 0; i < offer.media.size(); ++i) {
    const sdp::MediaSection& m = offer.media[i];
    Transceiver* t = at_line(i);
    std::optional<sdp::MediaSection> section;
    if (may_carry(offer, i, first)) {
      if (negotiation::is_data_section(m)) {
        section = application_section(m.mid, created.credentials, answer_setup(m));
        section->protocol = m.protocol;
      } else if (t != nullptr && !t->stopping && m.protocol.find("TLS/RTP/SAVP") != std::string::npos) {
        section = answer_section(*t, m, created.credentials);
      }
    }
    created.owners.push_back(t != nullptr ? t->id : 0);
    if (!section) {
      answer.media.push_back(sdp::rejected(m));
      continue;
    }
    if (!first) first = i;
    const bool bundled = std::find(offer.bundle.begin(), offer.bundle.end(), m.mid) != offer.bundle.end();
    if (bundled) answer.bundle.push_back(m.mid);
    answer.media.push_back(std::move(*section));
  }
  answer.session_id = session_id_;
  answer.session_version = ++version_;
  answer.extmap_allow_mixed = offer.extmap_allow_mixed;
  answer.ice_options = {"trickle", "ice2"};
  created.text = sdp::to_string(answer);
  last_answer_ = std::move(created);
  return std::string(last_answer_->text);
}

}  // namespace parley::media::jsep
