// Implements media/ice/candidate.h.
#include "media/ice/candidate.h"

#include <algorithm>

namespace parley::media::ice {
namespace {

constexpr uint32_t kMaxRank = 8190;

// RFC 8445 section 5.1.2.2's values; TCP's are lower by enough that UDP is always preferred (RFC 6544
// section 4.2).
uint32_t type_preference(CandidateType type, bool tcp) {
  switch (type) {
    case CandidateType::kHost:
      return tcp ? 90 : 126;
    case CandidateType::kPeerReflexive:
      return tcp ? 80 : 110;
    case CandidateType::kServerReflexive:
      return tcp ? 70 : 100;
    case CandidateType::kRelayed:
      break;
  }
  return 0;
}

// RFC 6544 section 4.2: an active candidate is the likeliest to get through.
uint32_t direction_preference(Transport transport) {
  switch (transport) {
    case Transport::kTcpActive:
      return 6;
    case Transport::kTcpPassive:
      return 4;
    case Transport::kTcpSimultaneous:
    case Transport::kUdp:
      break;
  }
  return 2;
}

std::optional<Transport> parse_transport(const sdp::Candidate& c) {
  if (c.transport == "udp") return Transport::kUdp;
  if (c.transport != "tcp") return std::nullopt;
  if (c.tcp_type == "active") return Transport::kTcpActive;
  if (c.tcp_type == "passive") return Transport::kTcpPassive;
  if (c.tcp_type == "so") return Transport::kTcpSimultaneous;
  return std::nullopt;
}

std::optional<CandidateType> parse_type(std::string_view type) {
  for (const CandidateType t : {CandidateType::kHost, CandidateType::kServerReflexive,
                                CandidateType::kPeerReflexive, CandidateType::kRelayed}) {
    if (type == to_string(t)) return t;
  }
  return std::nullopt;
}

const char* tcp_type_name(Transport transport) {
  switch (transport) {
    case Transport::kTcpActive:
      return "active";
    case Transport::kTcpPassive:
      return "passive";
    case Transport::kTcpSimultaneous:
      return "so";
    case Transport::kUdp:
      break;
  }
  return "";
}

}  // namespace

const char* to_string(CandidateType type) {
  switch (type) {
    case CandidateType::kHost:
      return "host";
    case CandidateType::kServerReflexive:
      return "srflx";
    case CandidateType::kPeerReflexive:
      return "prflx";
    case CandidateType::kRelayed:
      break;
  }
  return "relay";
}

uint32_t candidate_priority(CandidateType type, Transport transport, uint32_t rank, bool relayed_over_tcp) {
  const bool tcp = transport != Transport::kUdp;
  rank = std::min(rank, kMaxRank);
  const uint32_t local = tcp ? direction_preference(transport) << 13 | (kMaxRank - rank)
                             : 65535 - rank - (relayed_over_tcp ? 8192 : 0);
  return type_preference(type, tcp) << 24 | local << 8 | 255;
}

uint32_t peer_reflexive_priority(uint32_t base_priority) {
  const bool tcp = (base_priority >> 24) < 100;
  return type_preference(CandidateType::kPeerReflexive, tcp) << 24 | (base_priority & 0x00FFFFFF);
}

uint64_t pair_priority(uint32_t controlling, uint32_t controlled) {
  const uint64_t g = controlling, d = controlled;
  return (std::min(g, d) << 32) + 2 * std::max(g, d) + (g > d ? 1 : 0);
}

std::string make_foundation(CandidateType type, const SocketAddress& base, const SocketAddress& server,
                            Transport transport, uint64_t salt) {
  // FNV-1a; ports do not count.
  uint64_t h = 0xCBF29CE484222325ull ^ salt;
  const auto add = [&h](uint8_t byte) { h = (h ^ byte) * 0x100000001B3ull; };
  add(static_cast<uint8_t>(type));
  add(transport == Transport::kUdp ? 0 : 1);
  for (const uint8_t byte : base.ip_bytes()) add(byte);
  add(0xFF);
  for (const uint8_t byte : server.ip_bytes()) add(byte);
  return std::to_string(static_cast<uint32_t>(h ^ (h >> 32)));
}

bool is_mdns_name(std::string_view name) {
  constexpr std::string_view kSuffix = ".local";
  if (!name.ends_with(kSuffix) || name.size() > 63 + kSuffix.size()) return false;
  name.remove_suffix(kSuffix.size());
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::optional<Candidate> from_sdp(const sdp::Candidate& c) {
  const auto transport = parse_transport(c);
  const auto type = parse_type(c.type);
  if (!transport || !type || c.component != 1) return std::nullopt;
  Candidate out;
  out.type = *type;
  out.transport = *transport;
  out.priority = c.priority;
  out.foundation = c.foundation;
  out.ufrag = c.ufrag;
  if (const auto address = SocketAddress::parse(c.address, c.port)) {
    if (address->is_unspecified()) return std::nullopt;
    out.address = *address;
  } else if (is_mdns_name(c.address)) {
    out.name = c.address;
    out.address = SocketAddress();
    out.address.set_port(c.port);
  } else {
    return std::nullopt;
  }
  if (const auto related = SocketAddress::parse(c.related_address, c.related_port)) out.related = *related;
  return out;
}

sdp::Candidate to_sdp(const Candidate& c) {
  sdp::Candidate out;
  out.foundation = c.foundation;
  out.component = c.component;
  out.transport = c.is_tcp() ? "tcp" : "udp";
  out.tcp_type = tcp_type_name(c.transport);
  out.priority = c.priority;
  out.address = c.address.valid() ? c.address.ip_string() : c.name;
  out.port = c.address.port();
  out.type = to_string(c.type);
  if (c.related.valid()) {
    out.related_address = c.related.ip_string();
    out.related_port = c.related.port();
  }
  out.ufrag = c.ufrag;
  return out;
}

}  // namespace parley::media::ice
