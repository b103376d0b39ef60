// See publisher_negotiator.h.
#include "media/session/publisher_negotiator.h"

#include <algorithm>

#include "media/sdp/parser.h"
#include "media/sdp/writer.h"

namespace parley::media {
namespace {

ExtensionIds read_extensions(const sdp::MediaSection& m, CodecKind codec, bool two_byte) {
  ExtensionIds ids;
  ids.two_byte = two_byte;
  for (const KnownExtension& known : kKnownExtensions) {
    if (!(m.kind == sdp::MediaKind::kAudio ? known.audio : known.video)) continue;
    const sdp::Extension* offered = m.extension(known.uri);
    // Ids above 14 need the two-byte form (RFC 8285 section 4.3).
    if (offered != nullptr && (offered->id <= 14 || two_byte)) ids.*known.id = offered->id;
  }
  if (!has_layer_extensions(codec)) ids.dependency_descriptor = 0;
  if (codec != CodecKind::kH264) ids.frame_marking = 0;
  return ids;
}

void write_extensions(const ExtensionIds& ids, sdp::MediaSection* m) {
  for (const KnownExtension& known : kKnownExtensions) {
    if (ids.*known.id != 0) m->extensions.push_back({ids.*known.id, std::string(known.uri)});
  }
}

// RFC 3611 section 5.1: a=rtcp-xr with rcvr-rtt in its all or sender mode.
bool answers_reference_times(const sdp::MediaSection& m) {
  return (' ' + m.extended_reports).find(" rcvr-rtt=") != std::string::npos;
}

bool in_bundle(const sdp::SessionDescription& offer, const sdp::MediaSection& m) {
  return std::find(offer.bundle.begin(), offer.bundle.end(), m.mid) != offer.bundle.end();
}

sdp::Setup answer_setup(const RemoteTransport& remote) {
  return remote.local_role == dtls::Role::kActive ? sdp::Setup::kActive : sdp::Setup::kPassive;
}

struct Accepted {
  std::vector<std::optional<ChosenCodec>> codecs;  // of each section; nothing: rejected
  const sdp::MediaSection* first = nullptr;        // whose transport all share
  const sdp::MediaSection* data = nullptr;         // the one for data channels
  bool media = false;
};

// One transport: the first acceptable section's; the others must be bundled with it (RFC 9143).
Result<Accepted, NegotiationError> choose_sections(const sdp::SessionDescription& offer,
                                                   const CodecPreferences& video) {
  Accepted accepted;
  accepted.codecs.resize(offer.media.size());
  size_t count = 0;
  for (size_t i = 0; i < offer.media.size(); ++i) {
    const sdp::MediaSection& m = offer.media[i];
    if ((m.port == 0 && !m.bundle_only) || count >= PublisherNegotiator::kMaxTracks) continue;
    const bool joins =
        accepted.first == nullptr || (in_bundle(offer, m) && in_bundle(offer, *accepted.first));
    if (negotiation::is_data_section(m) && accepted.data == nullptr && joins) {
      accepted.data = &m;
      if (accepted.first == nullptr) accepted.first = &m;
      continue;
    }
    if (m.kind != sdp::MediaKind::kAudio && m.kind != sdp::MediaKind::kVideo) continue;
    if (m.protocol.find("TLS/RTP/SAVP") == std::string::npos) continue;
    if (!joins) continue;
    auto codec = choose_codec(m, video);
    if (!codec) continue;
    if (!m.rtcp_mux) return NegotiationError{"rtcp-mux is required (mid " + m.mid + ")"};
    accepted.codecs[i] = std::move(codec);
    accepted.media = true;
    if (accepted.first == nullptr) accepted.first = &m;
    ++count;
  }
  if (accepted.first == nullptr) {
    return NegotiationError{"no section with data channels or a codec that Parley knows"};
  }
  return accepted;
}

}  // namespace

PublisherNegotiator::PublisherNegotiator(const LocalEndpoint& endpoint, Random& random,
                                         uint32_t& next_track_id, CodecPreferences video_codecs)
    : endpoint_(endpoint),
      random_(random),
      next_track_id_(next_track_id),
      video_codecs_(std::move(video_codecs)),
      local_(ice::Credentials::generate(random, endpoint.ufrag_prefix)),
      session_id_(random.next_u64() >> 2) {}

IncomingTrack PublisherNegotiator::read_track(const sdp::MediaSection& offered, ChosenCodec codec,
                                              std::vector<Known>* known) {
  IncomingTrack track;
  track.kind = offered.kind == sdp::MediaKind::kAudio ? TrackKind::kAudio : TrackKind::kVideo;
  track.mid = offered.mid;
  track.extensions = read_extensions(offered, codec.kind, two_byte_);
  track.receiver_reference_time = answers_reference_times(offered) || codec.codec.has_feedback("rrtr");
  for (const sdp::SourceGroup& group : offered.source_groups) {
    if (group.ssrcs.size() != 2) continue;
    if (group.semantics == "FID" && !track.ssrc) {
      track.ssrc = Ssrc{group.ssrcs[0]};
      track.rtx_ssrc = Ssrc{group.ssrcs[1]};
    } else if (group.semantics == "FEC-FR" && !track.fec_ssrc) {
      track.fec_ssrc = Ssrc{group.ssrcs[1]};
    }
  }
  if (!track.ssrc && !offered.sources.empty()) track.ssrc = Ssrc{offered.sources[0].ssrc};
  track.encodings = negotiation::read_encodings(offered);
  for (const Known& k : known_) {
    if (k.mid == track.mid && k.codec == codec.kind) track.id = k.id;
  }
  if (track.id == 0) track.id = next_track_id_++;
  known->push_back({track.id, track.mid, codec.kind});
  track.codec = std::move(codec);
  return track;
}

sdp::MediaSection PublisherNegotiator::answer_section(const sdp::MediaSection& offered,
                                                      const ChosenCodec& codec, const RemoteTransport& remote,
                                                      const ice::Credentials& local) const {
  sdp::MediaSection m = negotiation::local_section(endpoint_, local);
  m.kind = offered.kind;
  m.media = offered.media;
  m.protocol = offered.protocol;
  m.mid = offered.mid;
  m.direction = sdp::sends(offered.direction) ? sdp::Direction::kRecvOnly : sdp::Direction::kInactive;
  m.setup = answer_setup(remote);
  m.rtcp_reduced_size = offered.rtcp_reduced_size;
  if (answers_reference_times(offered)) m.extended_reports = "rcvr-rtt=all";
  write_extensions(read_extensions(offered, codec.kind, two_byte_), &m);
  for (const EncodingConfig& encoding : negotiation::read_encodings(offered)) {
    if (encoding.rid.empty()) break;  // SIM groups are not answered
    m.rids.push_back({encoding.rid, false});
    m.simulcast += (m.simulcast.empty() ? "recv " : ";") + encoding.rid;
  }
  negotiation::append_codec(codec, &m);
  return m;
}

Result<PublisherNegotiator::Outcome, NegotiationError> PublisherNegotiator::accept_offer(
    std::string_view text) {
  auto parsed = sdp::parse(text);
  if (!parsed) return NegotiationError{parsed.error().message()};
  const sdp::SessionDescription& offer = *parsed;
  if (offer.media.empty()) return NegotiationError{"the offer has no m= line"};
  if (offer.media.size() < sections_)
    return NegotiationError{"the offer has fewer m= lines than the one before"};

  auto accepted = choose_sections(offer, video_codecs_);
  if (!accepted) return accepted.error();
  std::vector<std::optional<ChosenCodec>>& chosen = accepted->codecs;
  Outcome outcome;
  if (auto error = negotiation::read_transport(*accepted->first, &outcome.remote)) return *error;

  two_byte_ = offer.extmap_allow_mixed;
  outcome.ice_restarted = remote_ && *remote_ != outcome.remote.credentials;
  outcome.local =
      outcome.ice_restarted ? ice::Credentials::generate(random_, endpoint_.ufrag_prefix) : local_;
  sdp::SessionDescription answer;
  std::vector<Known> known;
  for (size_t i = 0; i < offer.media.size(); ++i) {
    const sdp::MediaSection& m = offer.media[i];
    if (&m == accepted->data) {
      answer.media.push_back(negotiation::data_section(endpoint_, outcome.local));
      answer.media.back().mid = m.mid;
      answer.media.back().protocol = m.protocol;
      answer.media.back().setup = answer_setup(outcome.remote);
      if (in_bundle(offer, m)) answer.bundle.push_back(m.mid);
      outcome.data = negotiation::read_data_section(m);
      continue;
    }
    if (!chosen[i]) {
      answer.media.push_back(sdp::rejected(m));
      continue;
    }
    answer.media.push_back(answer_section(m, *chosen[i], outcome.remote, outcome.local));
    if (in_bundle(offer, m)) answer.bundle.push_back(m.mid);
    if (sdp::sends(m.direction)) outcome.tracks.push_back(read_track(m, std::move(*chosen[i]), &known));
  }
  for (const Known& k : known_) {
    const bool stays = std::any_of(known.begin(), known.end(), [&](const Known& n) { return n.id == k.id; });
    if (!stays) outcome.removed.push_back(k.id);
  }
  answer.session_id = session_id_;
  answer.session_version = ++version_;
  answer.ice_lite = true;
  answer.extmap_allow_mixed = offer.extmap_allow_mixed;
  outcome.answer = sdp::to_string(answer);

  known_ = std::move(known);
  remote_ = outcome.remote.credentials;
  local_ = outcome.local;
  sections_ = offer.media.size();
  return outcome;
}

}  // namespace parley::media
