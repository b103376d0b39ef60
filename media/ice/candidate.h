// ICE candidates (RFC 8445 section 5.1, RFC 6544 for TCP): what they are, their priorities, and their text
// form (RFC 8839 section 5.1) by way of sdp::Candidate.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "media/core/socket_address.h"
#include "media/sdp/session_description.h"

namespace parley::media::ice {

enum class CandidateType : uint8_t { kHost, kServerReflexive, kPeerReflexive, kRelayed };
// How a candidate is reached. Simultaneous-open TCP is parsed, and never used.
enum class Transport : uint8_t { kUdp, kTcpActive, kTcpPassive, kTcpSimultaneous };

const char* to_string(CandidateType type);  // "host", "srflx", "prflx", "relay"

struct Candidate {
  CandidateType type = CandidateType::kHost;
  Transport transport = Transport::kUdp;
  uint8_t component = 1;
  uint32_t priority = 0;
  std::string foundation;  // 1..32 characters
  // Not valid as long as only `name` is known: an mDNS name that the owner resolves.
  SocketAddress address;
  std::string name;
  SocketAddress related;  // for people who look for faults; not valid on host candidates
  std::string ufrag;      // of the generation it belongs to; may be empty

  bool is_tcp() const { return transport != Transport::kUdp; }
  bool operator==(const Candidate&) const = default;
};

// RFC 8445 section 5.1.2.1, with RFC 6544 section 4.2's direction in the local preference of TCP candidates.
// `rank` counts a host's addresses from the most preferred, 0..8190; `relayed_over_tcp` makes a relay that is
// itself reached by TCP less welcome than one reached by UDP.
uint32_t candidate_priority(CandidateType type, Transport transport, uint32_t rank,
                            bool relayed_over_tcp = false);
// What a peer-reflexive candidate learned through `base_priority`'s candidate gets (section 7.1.1).
uint32_t peer_reflexive_priority(uint32_t base_priority);
// Section 6.1.2.3: G is the controlling agent's candidate's priority, D the controlled one's.
uint64_t pair_priority(uint32_t controlling, uint32_t controlled);

// 224 bits of hash are of no use here: candidates that share type, base, server and transport share a
// foundation (section 5.1.1.3). `salt` keeps two sessions of a person from being linked by it.
std::string make_foundation(CandidateType type, const SocketAddress& base, const SocketAddress& server,
                            Transport transport, uint64_t salt);

// Whether `name` is one that mDNS may resolve (draft-ietf-mmusic-mdns-ice-candidates): a single label and
// ".local".
bool is_mdns_name(std::string_view name);

// nullopt for what an agent cannot use: an unknown transport, a name that is not mDNS, a component that
// rtcp-mux has no place for.
std::optional<Candidate> from_sdp(const sdp::Candidate& candidate);
sdp::Candidate to_sdp(const Candidate& candidate);

}  // namespace parley::media::ice
