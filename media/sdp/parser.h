// Text to session description (RFC 8866; the attributes that JSEP, RFC 8829, names). Unknown attributes are
// skipped; known ones that are malformed refuse the text with a reason and the line they stand on. The text
// comes from a peer: its size, the length of a line and the number of everything are limited.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "media/core/result.h"
#include "media/sdp/session_description.h"

namespace parley::media::sdp {

struct ParseError {
  std::string reason;
  int line = 0;  // from 1; 0 when it is about the whole text

  std::string message() const { return line > 0 ? "line " + std::to_string(line) + ": " + reason : reason; }
};

constexpr size_t kMaxTextBytes = 256 * 1024;
constexpr size_t kMaxLineBytes = 4096;
constexpr size_t kMaxMediaSections = 256;
constexpr size_t kMaxFormats = 128;          // payload types of one section
constexpr size_t kMaxItemsPerSection = 256;  // sources, candidates, extensions: each

Result<SessionDescription, ParseError> parse(std::string_view text);

// The value of one a=candidate line, without "candidate:" (RFC 8839 section 5.1).
std::optional<Candidate> parse_candidate(std::string_view text);

}  // namespace parley::media::sdp
