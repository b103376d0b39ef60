// See subscriber_negotiator.h.
#include "media/session/subscriber_negotiator.h"

#include <algorithm>

#include "media/sdp/parser.h"
#include "media/sdp/writer.h"
#include "media/session/g711.h"

namespace parley::media {
namespace {

// The same ids in every section, as bundling asks (RFC 8843 section 9.1).
constexpr ExtensionIds kOffered = [] {
  ExtensionIds ids;
  ids.mid = 4;
  ids.audio_level = 1;
  ids.abs_send_time = 2;
  ids.transport_cc = 3;
  ids.video_orientation = 5;
  ids.abs_capture_time = 6;
  ids.playout_delay = 7;
  ids.dependency_descriptor = 8;
  ids.two_byte = true;
  return ids;
}();

// What a subscriber can tell us about what it receives.
std::vector<std::string> subscriber_feedback(TrackKind kind) {
  if (kind == TrackKind::kAudio) return {"transport-cc"};
  return {"nack", "nack pli", "ccm fir", "transport-cc", "goog-remb"};
}

bool takes(const sdp::MediaSection& answered, const ChosenCodec& ours) {
  return std::any_of(answered.codecs.begin(), answered.codecs.end(), [&](const sdp::Codec& c) {
    return c.payload_type == ours.codec.payload_type && same_format(ours.codec, c);
  });
}

}  // namespace

SubscriberNegotiator::SubscriberNegotiator(const LocalEndpoint& endpoint, Random& random, bool parity)
    : endpoint_(endpoint),
      random_(random),
      local_(ice::Credentials::generate(random, endpoint.ufrag_prefix)),
      parity_(parity),
      cname_(random.ice_string(16)),
      session_id_(random.next_u64() >> 2) {}

std::optional<ChosenCodec> SubscriberNegotiator::map_codec(const ChosenCodec& source) {
  ChosenCodec mapped = source;
  const bool video = source.kind != CodecKind::kOpus && !is_g711(source.codec);
  mapped.codec.feedback = subscriber_feedback(video ? TrackKind::kVideo : TrackKind::kAudio);
  mapped.fec_payload_type.reset();
  if (video && parity_) mapped.fec_payload_type = parity_payload_type();
  const std::string key =
      source.codec.name + '/' + source.codec.parameters + (source.red_payload_type ? "/red" : "");
  for (const Format& f : formats_) {
    if (f.key != key) continue;
    mapped.codec.payload_type = f.payload_type;
    mapped.rtx_payload_type = f.rtx_payload_type;
    mapped.red_payload_type = f.red_payload_type;
    return mapped;
  }
  if (next_payload_type_ + 1 > 127) return std::nullopt;
  // G.711's types are the same for everyone (RFC 3551 section 6).
  const bool fixed = is_g711(source.codec) && source.codec.payload_type < 96;
  if (!fixed) mapped.codec.payload_type = next_payload_type_++;
  mapped.rtx_payload_type.reset();
  if (video) mapped.rtx_payload_type = next_payload_type_++;
  if (source.red_payload_type) mapped.red_payload_type = next_payload_type_++;
  formats_.push_back({key, mapped.codec.payload_type, mapped.rtx_payload_type, mapped.red_payload_type});
  return mapped;
}

// Nothing when there are none left.
std::optional<uint8_t> SubscriberNegotiator::parity_payload_type() {
  if (!fec_payload_type_ && next_payload_type_ <= 127) fec_payload_type_ = next_payload_type_++;
  return fec_payload_type_;
}

Result<std::string, NegotiationError> SubscriberNegotiator::add(uint32_t subscription, const Source& source) {
  auto codec = map_codec(source.codec);
  if (!codec) return NegotiationError{"no payload types left for another format"};
  auto section = std::find_if(sections_.begin(), sections_.end(), [&](const Section& s) {
    return !s.dead && !s.data && !s.sending && s.kind == source.kind;
  });
  if (section == sections_.end()) {
    if (sections_.size() >= kMaxSections) return NegotiationError{"too many subscriptions on one peer"};
    Section fresh;
    fresh.mid = std::to_string(sections_.size());
    fresh.kind = source.kind;
    section = sections_.insert(sections_.end(), std::move(fresh));
  }
  OutgoingTrack out;
  out.id = subscription;
  out.track = source.track;
  out.kind = source.kind;
  out.mid = section->mid;
  out.codec = *codec;
  out.ssrc = Ssrc{random_.next_u32() | 1};
  out.rtx_ssrc = Ssrc{random_.next_u32() | 1};
  if (out.codec.fec_payload_type) out.fec_ssrc = Ssrc{random_.next_u32() | 1};
  out.cname = cname_;
  section->codec = std::move(*codec);
  section->stream = source.stream;
  section->track_name = source.track_name;
  section->sending = std::move(out);
  return std::string(section->mid);
}

bool SubscriberNegotiator::remove(uint32_t subscription) {
  for (Section& s : sections_) {
    if (!s.sending || s.sending->id != subscription) continue;
    s.sending.reset();
    return true;
  }
  return false;
}

void SubscriberNegotiator::add_data() {
  const bool has =
      std::any_of(sections_.begin(), sections_.end(), [](const Section& s) { return s.data && !s.dead; });
  if (has || sections_.size() >= kMaxSections) return;
  Section section;
  section.mid = std::to_string(sections_.size());
  section.data = true;
  sections_.push_back(std::move(section));
}

void SubscriberNegotiator::restart_ice() {
  local_ = ice::Credentials::generate(random_, endpoint_.ufrag_prefix);
  restarting_ = true;
}

sdp::MediaSection SubscriberNegotiator::offer_section(const Section& section) const {
  sdp::MediaSection m = section.data ? negotiation::data_section(endpoint_, local_)
                                     : negotiation::local_section(endpoint_, local_);
  if (section.data) {
    m.mid = section.mid;
    m.setup = sdp::Setup::kActPass;
    if (section.dead) m.port = 0;
    return m;
  }
  const bool audio = section.kind == TrackKind::kAudio;
  m.kind = audio ? sdp::MediaKind::kAudio : sdp::MediaKind::kVideo;
  m.media = negotiation::kind_name(section.kind);
  m.mid = section.mid;
  m.setup = sdp::Setup::kActPass;
  m.direction = section.sending ? sdp::Direction::kSendOnly : sdp::Direction::kInactive;
  if (section.dead) m.port = 0;
  for (const KnownExtension& known : kKnownExtensions) {
    if (kOffered.*known.id == 0 || !(audio ? known.audio : known.video)) continue;
    if (known.uri == kDependencyDescriptorUri && !has_layer_extensions(section.codec.kind)) continue;
    m.extensions.push_back({kOffered.*known.id, std::string(known.uri)});
  }
  negotiation::append_codec(section.codec, &m);
  if (!section.sending) return m;
  const OutgoingTrack& out = *section.sending;
  const std::string msid = section.stream + ' ' + section.track_name;
  m.msids.push_back(msid);
  m.sources.push_back({out.ssrc.value, cname_, msid});
  if (out.codec.rtx_payload_type) {
    m.sources.push_back({out.rtx_ssrc.value, cname_, msid});
    m.source_groups.push_back({"FID", {out.ssrc.value, out.rtx_ssrc.value}});
  }
  if (out.codec.fec_payload_type) {  // RFC 5956 section 4.3
    m.sources.push_back({out.fec_ssrc.value, cname_, msid});
    m.source_groups.push_back({"FEC-FR", {out.ssrc.value, out.fec_ssrc.value}});
  }
  return m;
}

std::string SubscriberNegotiator::create_offer() {
  sdp::SessionDescription offer;
  offer.session_id = session_id_;
  offer.session_version = ++version_;
  offer.ice_lite = true;
  offer.extmap_allow_mixed = kOffered.two_byte;
  for (Section& s : sections_) {
    s.offered = s.sending ? s.sending->id : 0;
    if (!s.dead) offer.bundle.push_back(s.mid);
    offer.media.push_back(offer_section(s));
  }
  offered_sections_ = sections_.size();
  offer_outstanding_ = true;
  return sdp::to_string(offer);
}

std::optional<NegotiationError> SubscriberNegotiator::check_sections(
    const sdp::SessionDescription& answer) const {
  if (answer.media.size() != offered_sections_)
    return NegotiationError{"the answer's m= lines are not the offer's"};
  for (size_t i = 0; i < offered_sections_; ++i) {
    const sdp::MediaSection& m = answer.media[i];
    const std::string which = "m= line " + std::to_string(i + 1) + " of the answer ";
    if (m.media != (sections_[i].data ? "application" : negotiation::kind_name(sections_[i].kind)))
      return NegotiationError{which + "is of another kind"};
    if (!m.mid.empty() && m.mid != sections_[i].mid) return NegotiationError{which + "has another mid"};
  }
  return std::nullopt;
}

void SubscriberNegotiator::settle(Section& s, const sdp::MediaSection& m, Outcome* outcome) {
  const bool rejected = sdp::is_rejected(m);
  if (rejected) s.dead = true;
  if (s.data) {
    if (!rejected && negotiation::is_data_section(m)) outcome->data = negotiation::read_data_section(m);
    return;
  }
  if (!s.sending || s.sending->id != s.offered) return;  // came after the offer: the next one's
  const char* reason = nullptr;
  if (rejected) {
    reason = "the answer rejects its section";
  } else if (!sdp::receives(m.direction)) {
    reason = "the answer does not receive in its section";
  } else if (!takes(m, s.sending->codec)) {
    reason = "the answer does not take its codec";
  }
  if (reason != nullptr) {
    outcome->refused.push_back({s.sending->id, s.sending->codec.codec.name + ": " + reason});
    s.sending.reset();
    return;
  }
  OutgoingTrack out = *s.sending;
  for (const KnownExtension& known : kKnownExtensions) {
    out.extensions.*known.id = m.extension(known.uri) != nullptr ? kOffered.*known.id : uint8_t{0};
  }
  // The time of sending is for receivers that estimate themselves (REMB), not for those that say what
  // arrived.
  if (out.extensions.transport_cc != 0) out.extensions.abs_send_time = 0;
  out.extensions.two_byte = two_byte_;
  // The structure that comes with key frames is larger than the one-byte form carries.
  if (!two_byte_) out.extensions.dependency_descriptor = 0;
  const auto rtx = out.codec.rtx_payload_type;
  if (rtx && m.codec(*rtx) == nullptr) out.codec.rtx_payload_type.reset();
  const auto red = out.codec.red_payload_type;
  if (red && m.codec(*red) == nullptr) out.codec.red_payload_type.reset();
  const auto fec = out.codec.fec_payload_type;
  if (fec && m.codec(*fec) == nullptr) out.codec.fec_payload_type.reset();
  outcome->active.push_back(std::move(out));
}

Result<SubscriberNegotiator::Outcome, NegotiationError> SubscriberNegotiator::accept_answer(
    std::string_view text) {
  if (!offer_outstanding_) return NegotiationError{"there is no offer to answer"};
  auto parsed = sdp::parse(text);
  if (!parsed) return NegotiationError{parsed.error().message()};
  const sdp::SessionDescription& answer = *parsed;
  if (auto error = check_sections(answer)) return *error;

  Outcome outcome;
  const auto first = std::find_if_not(answer.media.begin(), answer.media.end(), sdp::is_rejected);
  if (first != answer.media.end()) {
    if (auto error = negotiation::read_transport(*first, &outcome.remote)) return *error;
    if (first->setup == sdp::Setup::kActPass)
      return NegotiationError{"an answer cannot have a=setup:actpass"};
  } else if (offered_sections_ > 0) {
    return NegotiationError{"the answer rejects every section"};
  }
  two_byte_ = kOffered.two_byte && answer.extmap_allow_mixed;
  outcome.remote.data_only = true;
  for (size_t i = 0; i < offered_sections_; ++i) {
    settle(sections_[i], answer.media[i], &outcome);
    if (!sections_[i].data && !sections_[i].dead) outcome.remote.data_only = false;
  }
  outcome.local = local_;
  outcome.ice_restarted = remote_ && restarting_;
  remote_ = outcome.remote.credentials;
  restarting_ = false;
  offer_outstanding_ = false;
  return outcome;
}

}  // namespace parley::media
