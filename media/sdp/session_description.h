// The session description as values: what RFC 8866 lines mean to a WebRTC endpoint (JSEP, RFC 8829). Built by
// parser.h, turned back into text by writer.h, produced and consumed by media/session/negotiator.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::media::sdp {

enum class MediaKind : uint8_t { kAudio, kVideo, kApplication, kOther };
enum class Direction : uint8_t { kSendRecv, kSendOnly, kRecvOnly, kInactive };
enum class Setup : uint8_t { kUnset, kActPass, kActive, kPassive };

constexpr bool sends(Direction d) { return d == Direction::kSendRecv || d == Direction::kSendOnly; }
constexpr bool receives(Direction d) { return d == Direction::kSendRecv || d == Direction::kRecvOnly; }

// As the other side sees it.
constexpr Direction reversed(Direction d) {
  if (d == Direction::kSendOnly) return Direction::kRecvOnly;
  return d == Direction::kRecvOnly ? Direction::kSendOnly : d;
}
constexpr Direction direction_of(bool sends, bool receives) {
  if (sends) return receives ? Direction::kSendRecv : Direction::kSendOnly;
  return receives ? Direction::kRecvOnly : Direction::kInactive;
}

// a=fingerprint (RFC 8122). `algorithm` is lower case ("sha-256"), `value` upper case hex with colons.
struct Fingerprint {
  std::string algorithm;
  std::string value;
  bool operator==(const Fingerprint&) const = default;
};

// a=rtpmap with the a=fmtp and a=rtcp-fb lines of the same payload type. Static payload types without an
// rtpmap (RFC 3551) get the name of the table there.
struct Codec {
  uint8_t payload_type = 0;
  std::string name;  // as written; compared without case
  uint32_t clock_rate = 0;
  uint8_t channels = 1;
  std::string parameters;             // the fmtp text, "" when there is none
  std::vector<std::string> feedback;  // "nack", "nack pli", "ccm fir", ...

  bool is(std::string_view other_name) const;
  bool has_feedback(std::string_view wanted) const;
  // The value of one `key=value` of the fmtp text, without case in the key.
  std::optional<std::string_view> parameter(std::string_view key) const;
};

// a=extmap (RFC 8285).
struct Extension {
  uint8_t id = 0;
  std::string uri;
};

// a=ssrc lines of one source (RFC 5576).
struct Source {
  uint32_t ssrc = 0;
  std::string cname;
  std::string msid;
};

// a=ssrc-group, such as FID: {media, retransmission}.
struct SourceGroup {
  std::string semantics;
  std::vector<uint32_t> ssrcs;
};

// a=rid (RFC 8851).
struct Rid {
  std::string id;
  bool send = false;
};

// a=candidate (RFC 8839 section 5.1; tcptype: RFC 6544 section 4.5).
struct Candidate {
  std::string foundation;
  uint8_t component = 1;
  std::string transport;  // lower case
  uint32_t priority = 0;
  std::string address;
  uint16_t port = 0;
  std::string type;             // host, srflx, prflx, relay
  std::string related_address;  // raddr, "" without one
  uint16_t related_port = 0;
  std::string tcp_type;  // active, passive, so; "" for UDP
  // Extensions that browsers write: the generation's number, its username fragment (RFC 8838 section 4.1).
  std::optional<uint32_t> generation;
  std::string ufrag;
};

struct MediaSection {
  MediaKind kind = MediaKind::kOther;
  std::string media;  // the word on the m= line
  uint16_t port = 0;  // 0: rejected, or bundle-only
  std::string protocol;
  std::vector<std::string> formats;  // as written on the m= line
  std::string mid;
  Direction direction = Direction::kSendRecv;
  Setup setup = Setup::kUnset;
  bool rtcp_mux = false;
  bool rtcp_reduced_size = false;
  bool bundle_only = false;
  bool end_of_candidates = false;
  std::string ice_ufrag;
  std::string ice_pwd;
  std::vector<Fingerprint> fingerprints;
  std::vector<Codec> codecs;  // in the order of the formats
  std::vector<Extension> extensions;
  std::vector<std::string> msids;  // "stream track"
  std::vector<Source> sources;
  std::vector<SourceGroup> source_groups;
  std::vector<Rid> rids;
  std::string simulcast;  // the value of a=simulcast
  std::vector<Candidate> candidates;
  std::string extended_reports;       // the value of a=rtcp-xr (RFC 3611 section 5)
  uint16_t sctp_port = 0;             // RFC 8841; 0: not given
  uint64_t max_message_size = 65536;  // RFC 8841 section 6; 0: any

  const Codec* codec(uint8_t payload_type) const;
  const Extension* extension(std::string_view uri) const;
};

struct SessionDescription {
  uint64_t session_id = 0;
  uint64_t session_version = 0;
  bool ice_lite = false;
  bool extmap_allow_mixed = false;
  std::vector<std::string> bundle;       // mids of the first a=group:BUNDLE
  std::vector<std::string> ice_options;  // "trickle", "ice2", ...
  // Session level values are copied into each section that has none of its own; kept here for the writer.
  std::string ice_ufrag;
  std::string ice_pwd;
  std::vector<Fingerprint> fingerprints;
  Setup setup = Setup::kUnset;
  std::vector<MediaSection> media;

  const MediaSection* by_mid(std::string_view mid) const;
};

// Port 0 means that, unless the section waits to be bundled (RFC 8843 section 6).
inline bool is_rejected(const MediaSection& m) { return m.port == 0 && !m.bundle_only; }
// What stands in an answer for a section that is not taken, and later in offers for one that has ended
// (RFC 3264 section 6): the same media and formats, for the form's sake.
MediaSection rejected(const MediaSection& like);

bool equals_ignoring_case(std::string_view a, std::string_view b);

}  // namespace parley::media::sdp
