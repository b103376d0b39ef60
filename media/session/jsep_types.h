// The values of JSEP (RFC 8829) as W3C's WebRTC names them: states, transceivers, what a description changes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/core/result.h"
#include "media/sdp/session_description.h"
#include "media/session/data_section.h"
#include "media/session/jsep_codecs.h"
#include "media/session/negotiation.h"

namespace parley::media::jsep {

enum class SignalingState : uint8_t {
  kStable,
  kHaveLocalOffer,
  kHaveRemoteOffer,
  kHaveLocalPranswer,
  kHaveRemotePranswer,
  kClosed,
};
enum class SdpType : uint8_t { kOffer, kPranswer, kAnswer, kRollback };
enum class BundlePolicy : uint8_t { kBalanced, kMaxCompat, kMaxBundle };

const char* to_string(SignalingState state);
const char* to_string(SdpType type);
std::optional<SdpType> parse_type(std::string_view text);

// The DOMException or RTCError that a program gets.
enum class ErrorName : uint8_t {
  kInvalidState,
  kInvalidAccess,
  kInvalidModification,
  kOperation,
  kSdpSyntax,  // an RTCError with errorDetail "sdp-syntax-error"
};
const char* to_string(ErrorName name);

struct Failure {
  ErrorName name = ErrorName::kOperation;
  std::string message;
  int line = 0;  // of the description, for kSdpSyntax
};
template <class T>
using Outcome = Result<T, Failure>;

struct Transceiver {
  uint32_t id = 0;
  TrackKind kind = TrackKind::kAudio;
  sdp::Direction direction = sdp::Direction::kSendRecv;  // as the program wishes
  std::optional<sdp::Direction> current_direction;       // as negotiated
  sdp::Direction fired_direction = sdp::Direction::kInactive;
  std::string mid;               // "": not associated
  std::optional<size_t> m_line;  // set with mid
  bool stopping = false;
  bool stopped = false;
  bool by_add_track = false;
  bool by_remote = false;  // made for a section of a remote description
  std::vector<sdp::Codec> preferences;

  // The sender.
  bool has_track = false;
  bool has_sent = false;  // a direction with "send" was negotiated once
  std::string track_id;   // a=msid's second word
  std::vector<std::string> streams;
  std::vector<std::string> rids;  // of its simulcast; empty: one encoding
  std::vector<Ssrc> ssrcs;        // of each encoding, and of its retransmissions
  std::vector<Ssrc> rtx_ssrcs;

  // The receiver.
  std::string remote_track_id;
  std::vector<std::string> remote_streams;
};

// One received stream: all simulcast layers of a section together.
struct Receiving {
  uint32_t transceiver = 0;
  IncomingTrack track;            // its id is for the engine to give
  std::vector<std::string> rids;  // as the sender names its layers
};

// One sent stream: an encoding of a sender.
struct Sending {
  uint32_t transceiver = 0;
  size_t encoding = 0;
  OutgoingTrack track;  // its ids are for the engine to give
};

// What an answer settles for the media thread.
struct Plan {
  RemoteTransport remote;
  bool has_transport = false;  // false: everything was rejected
  bool offerer = false;        // we offered: ICE's controlling side, unless the other is lite
  std::vector<Receiving> receiving;
  std::vector<Sending> sending;
  std::vector<sdp::Candidate> candidates;  // of the remote description
  bool end_of_candidates = false;
  std::optional<RemoteData> data;
};

// What setting a description did, in the order in which programs hear of it.
struct Changes {
  bool state_changed = false;
  std::vector<uint32_t> created;                      // transceivers
  std::vector<uint32_t> removed;                      // transceivers, by a rollback
  std::vector<uint32_t> tracks_added;                 // transceivers whose remote track begins
  std::vector<uint32_t> tracks_removed;               // and ends
  std::vector<uint32_t> stopped;                      // transceivers
  std::vector<uint32_t> rejected;                     // by a remote offer: they stop with our answer
  std::optional<ice::Credentials> local_credentials;  // to be used from now on: gather under them
  std::optional<Plan> plan;
};

}  // namespace parley::media::jsep
