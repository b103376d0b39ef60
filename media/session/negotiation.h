// What offer/answer (JSEP, RFC 8829) settles, as values: handed from the signalling side to the media thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "media/core/socket_address.h"
#include "media/core/types.h"
#include "media/dtls/certificate.h"
#include "media/dtls/transport.h"
#include "media/ice/credentials.h"
#include "media/routing/config.h"
#include "media/sdp/session_description.h"
#include "media/session/codecs.h"

namespace parley::media {

struct NegotiationError {
  std::string reason;
};

// What is the same in every description of one engine.
struct LocalEndpoint {
  dtls::Fingerprint fingerprint;
  std::vector<SocketAddress> candidates;           // as announced
  std::string ufrag_prefix = {};                   // of the media thread
  std::vector<SocketAddress> tcp_candidates = {};  // likewise, passive (RFC 6544)
  size_t max_message_size = size_t{1} << 20;       // of data channels, what we take
};

// The other side's half of the transport.
struct RemoteTransport {
  ice::Credentials credentials;
  dtls::Fingerprint fingerprint;
  dtls::Role local_role = dtls::Role::kPassive;
  bool data_only = false;  // no media was agreed on: no need of SRTP
  // Of the session description: what a full agent must know of the other (ice::RemoteParameters).
  bool ice_lite = false;
  bool ice2 = false;
};

// A stream that a publisher sends to us.
struct IncomingTrack {
  uint32_t id = 0;
  TrackKind kind = TrackKind::kAudio;
  std::string mid;
  ChosenCodec codec;
  std::optional<Ssrc> ssrc;  // as signalled; otherwise found by mid or payload type
  std::optional<Ssrc> rtx_ssrc;
  std::vector<EncodingConfig> encodings;  // of simulcast, as offered; empty: one
  std::optional<Ssrc> fec_ssrc;           // of parity packets
  ExtensionIds extensions;
  bool receiver_reference_time = false;  // answers XR reference times (RFC 3611)
};

// A stream that we send to a subscriber.
struct OutgoingTrack {
  uint32_t id = 0;  // the subscription's
  uint32_t track = 0;
  TrackKind kind = TrackKind::kAudio;
  std::string mid;
  std::string rid;    // of an encoding of simulcast
  ChosenCodec codec;  // with the payload types towards this subscriber
  Ssrc ssrc;
  Ssrc rtx_ssrc;
  Ssrc fec_ssrc;
  std::string cname;
  ExtensionIds extensions;
};

// Helpers shared by both sides of the negotiation.
namespace negotiation {

sdp::MediaSection local_section(const LocalEndpoint& endpoint, const ice::Credentials& credentials);
// Reads ICE credentials, a SHA-256 fingerprint and the DTLS role out of a remote section.
std::optional<NegotiationError> read_transport(const sdp::MediaSection& section, RemoteTransport* out);
void append_codec(const ChosenCodec& chosen, sdp::MediaSection* section);
const char* kind_name(TrackKind kind);
// The encodings of a section that sends simulcast: by a=simulcast and a=rid (RFC 8853), or by an a=ssrc-group
// SIM. Empty where there is only one.
std::vector<EncodingConfig> read_encodings(const sdp::MediaSection& offered);
TrackConfig to_config(const IncomingTrack& track);
SubscriptionConfig to_config(const OutgoingTrack& track);

}  // namespace negotiation
}  // namespace parley::media
