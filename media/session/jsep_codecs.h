// Codecs in offers and answers (JSEP, RFC 8829 sections 5.2 and 5.3): which formats a program can send and
// receive, when two descriptions mean the same format, and the payload types and header extension ids that
// stay what they were over a session.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "media/routing/config.h"
#include "media/sdp/session_description.h"
#include "media/session/codecs.h"

namespace parley::media::jsep {

struct Capability {
  sdp::Codec codec;           // `payload_type` is the one to prefer
  bool pass_through = false;  // only as RTP: taken where the program prefers it, never by itself
};

const std::vector<Capability>& capabilities(TrackKind kind);
// The header extensions that are offered, by the ids to prefer.
const std::vector<sdp::Extension>& header_extensions(TrackKind kind);

// Whether both name one format: RFC 8829 section 5.3.1, with the parameters that the payload formats count.
bool same_format(const sdp::Codec& a, const sdp::Codec& b);

// A format as negotiated, with its retransmissions and, of Opus, its redundant packets (RFC 2198).
struct Format {
  sdp::Codec codec;
  std::optional<uint8_t> rtx_payload_type;
  std::optional<uint8_t> red_payload_type = std::nullopt;
  bool red_first = false;  // preferred to the bare packets
};

// What a list of codecs says about protecting the media among them: "rtx" and "red" stand in it like codecs.
struct Protection {
  bool rtx = false;
  bool red = false;
  bool red_first = false;
};
bool is_protection(const sdp::Codec& codec);
Protection protection_in(const std::vector<sdp::Codec>& codecs);

// The formats of a section, with RTX and RED put beside what they protect.
std::vector<Format> formats_of(const sdp::MediaSection& section);
void append_formats(const std::vector<Format>& formats, sdp::MediaSection* section);

// What is in both, under the offer's payload types: in the order of `wanted` when `ours_first`, else in the
// offer's. Feedback, parameters and protection are what both know.
std::vector<Format> intersect(const std::vector<Format>& offered, const std::vector<sdp::Codec>& wanted,
                              bool ours_first);

// Payload types and extension ids are one space over all bundled sections (RFC 8843 section 9.2), and a
// format keeps its number for the session.
class NumberSpace {
 public:
  // The numbers of a remote description are taken over.
  void learn(const sdp::MediaSection& section);
  // Nothing when all numbers are taken.
  std::optional<Format> assign(const sdp::Codec& codec, const Protection& protection);
  uint8_t extension_id(const sdp::Extension& wanted);

 private:
  std::optional<uint8_t> free_payload_type(uint8_t preferred) const;

  std::vector<Format> formats_;
  std::vector<sdp::Extension> extensions_;
};

}  // namespace parley::media::jsep
