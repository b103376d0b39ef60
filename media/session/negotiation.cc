// See negotiation.h.
#include "media/session/negotiation.h"

#include <algorithm>

#include "media/routing/layers.h"

namespace parley::media::negotiation {

namespace {

// Our host candidates, UDP first.
void append_candidates(const LocalEndpoint& endpoint, sdp::MediaSection* m) {
  const auto append = [m](const SocketAddress& address, const char* transport, uint32_t local_preference) {
    sdp::Candidate& c = m->candidates.emplace_back();
    c.foundation = std::to_string(m->candidates.size());
    c.transport = transport;
    c.priority = (126u << 24) | (local_preference << 8) | 255u;  // RFC 8445 section 5.1.2.1
    c.address = address.ip_string();
    c.port = address.port();
    c.type = "host";
  };
  uint32_t other = 0;
  for (const SocketAddress& address : endpoint.candidates) append(address, "udp", 65535 - other++);
  // RFC 6544 section 4.2: the direction preference of a passive host candidate is 4, above 13 bits of others.
  other = 0;
  for (const SocketAddress& address : endpoint.tcp_candidates) {
    append(address, "tcp", (4u << 13) | (8191 - other++));
    m->candidates.back().tcp_type = "passive";
  }
}

}  // namespace

sdp::MediaSection local_section(const LocalEndpoint& endpoint, const ice::Credentials& credentials) {
  sdp::MediaSection m;
  m.port = 9;  // RFC 8829 section 5.2.2: the candidates say where
  m.protocol = "UDP/TLS/RTP/SAVPF";
  m.ice_ufrag = credentials.ufrag;
  m.ice_pwd = credentials.password;
  m.fingerprints.push_back({"sha-256", endpoint.fingerprint.to_string()});
  m.rtcp_mux = true;
  m.rtcp_reduced_size = true;
  append_candidates(endpoint, &m);
  m.end_of_candidates = true;
  return m;
}

std::optional<NegotiationError> read_transport(const sdp::MediaSection& section, RemoteTransport* out) {
  if (section.ice_ufrag.empty() || section.ice_pwd.empty()) {
    return NegotiationError{"no ice-ufrag and ice-pwd for mid " + section.mid};
  }
  out->credentials = {section.ice_ufrag, section.ice_pwd};
  bool found = false;
  for (const sdp::Fingerprint& f : section.fingerprints) {
    if (f.algorithm != "sha-256") continue;
    const auto parsed = dtls::Fingerprint::parse(f.value);
    if (!parsed) return NegotiationError{"the sha-256 fingerprint is malformed"};
    out->fingerprint = *parsed;
    found = true;
    break;
  }
  if (!found) return NegotiationError{"no sha-256 fingerprint for mid " + section.mid};
  // RFC 5763 section 5: to actpass the answerer should be active, but a lite agent that waits to be found may
  // as well wait for the ClientHello too; browsers start at once.
  out->local_role = section.setup == sdp::Setup::kPassive ? dtls::Role::kActive : dtls::Role::kPassive;
  return std::nullopt;
}

void append_codec(const ChosenCodec& chosen, sdp::MediaSection* section) {
  const auto append = [section](sdp::Codec codec) {
    section->formats.push_back(std::to_string(codec.payload_type));
    section->codecs.push_back(std::move(codec));
  };
  const uint8_t type = chosen.codec.payload_type;
  // The first format is what the other side sends.
  if (chosen.red_payload_type && chosen.red_first) append(red_codec(*chosen.red_payload_type, chosen.codec));
  append(chosen.codec);
  if (chosen.red_payload_type && !chosen.red_first) append(red_codec(*chosen.red_payload_type, chosen.codec));
  if (chosen.rtx_payload_type) append(rtx_codec(*chosen.rtx_payload_type, type, chosen.codec.clock_rate));
  if (chosen.fec_payload_type) append(flexfec_codec(*chosen.fec_payload_type));
}

namespace {

// "send a,b;~c recv d": of each stream that is sent its first choice (RFC 8853 section 5.1).
std::vector<EncodingConfig> read_rids(const sdp::MediaSection& offered) {
  std::vector<EncodingConfig> encodings;
  std::string_view rest = offered.simulcast;
  const auto take = [](std::string_view& text, char separator) {
    const size_t end = text.find(separator);
    const std::string_view head = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    return head;
  };
  std::string_view streams;
  while (!rest.empty() && streams.empty()) {
    const std::string_view direction = take(rest, ' ');
    const std::string_view list = take(rest, ' ');
    if (direction == "send") streams = list;
  }
  while (!streams.empty() && encodings.size() < kMaxSpatialLayers) {
    std::string_view alternatives = take(streams, ';');
    std::string_view rid = take(alternatives, ',');
    if (!rid.empty() && rid.front() == '~') rid.remove_prefix(1);
    const bool declared = std::any_of(offered.rids.begin(), offered.rids.end(),
                                      [&](const sdp::Rid& r) { return r.send && r.id == rid; });
    if (declared) encodings.push_back({std::string(rid), std::nullopt, std::nullopt});
  }
  return encodings;
}

std::vector<EncodingConfig> read_sim_group(const sdp::MediaSection& offered) {
  std::vector<EncodingConfig> encodings;
  for (const sdp::SourceGroup& sim : offered.source_groups) {
    if (sim.semantics != "SIM" || !encodings.empty()) continue;
    for (const uint32_t ssrc : sim.ssrcs) {
      EncodingConfig encoding{"", Ssrc{ssrc}, std::nullopt};
      for (const sdp::SourceGroup& fid : offered.source_groups) {
        if (fid.semantics == "FID" && fid.ssrcs.size() == 2 && fid.ssrcs[0] == ssrc) {
          encoding.rtx_ssrc = Ssrc{fid.ssrcs[1]};
        }
      }
      if (encodings.size() < kMaxSpatialLayers) encodings.push_back(std::move(encoding));
    }
  }
  return encodings;
}

}  // namespace

std::vector<EncodingConfig> read_encodings(const sdp::MediaSection& offered) {
  if (offered.kind != sdp::MediaKind::kVideo) return {};
  // Without the extension nobody could tell which packet is of which rid.
  auto encodings = offered.extension(kRidUri) != nullptr ? read_rids(offered) : std::vector<EncodingConfig>();
  if (encodings.empty()) encodings = read_sim_group(offered);
  if (encodings.size() < 2) encodings.clear();
  return encodings;
}

const char* kind_name(TrackKind kind) { return kind == TrackKind::kAudio ? "audio" : "video"; }

TrackConfig to_config(const IncomingTrack& track) {
  TrackConfig c;
  c.id = track.id;
  c.kind = track.kind;
  c.mid = track.mid;
  c.codec = track.codec.kind;
  c.clock_rate = track.codec.codec.clock_rate;
  c.payload_type = track.codec.codec.payload_type;
  c.rtx_payload_type = track.codec.rtx_payload_type;
  c.red_payload_type = track.codec.red_payload_type;
  if (track.kind == TrackKind::kVideo) c.fec_payload_type = track.codec.fec_payload_type;
  c.fec_ssrc = track.fec_ssrc;
  c.ssrc = track.ssrc;
  c.rtx_ssrc = track.rtx_ssrc;
  c.encodings = track.encodings;
  c.extensions = track.extensions;
  c.nack = track.codec.codec.has_feedback("nack");
  c.fir = track.codec.codec.has_feedback("ccm fir") && !track.codec.codec.has_feedback("nack pli");
  c.receiver_reference_time = track.receiver_reference_time;
  c.remb = track.codec.codec.has_feedback("goog-remb") && !track.codec.codec.has_feedback("transport-cc") &&
           track.extensions.abs_send_time != 0;
  return c;
}

SubscriptionConfig to_config(const OutgoingTrack& track) {
  SubscriptionConfig c;
  c.id = track.id;
  c.track = track.track;
  c.mid = track.mid;
  c.rid = track.rid;
  c.payload_type = track.codec.codec.payload_type;
  c.rtx_payload_type = track.codec.rtx_payload_type;
  c.red_payload_type = track.codec.red_payload_type;
  c.ssrc = track.ssrc;
  c.rtx_ssrc = track.rtx_ssrc;
  c.fec_payload_type = track.codec.fec_payload_type;
  c.fec_ssrc = track.fec_ssrc;
  c.cname = track.cname;
  c.extensions = track.extensions;
  return c;
}

}  // namespace parley::media::negotiation
