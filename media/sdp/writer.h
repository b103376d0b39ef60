// Session description to text (RFC 8866, in the order that JSEP, RFC 8829 section 5.2, gives).
#pragma once

#include <string>

#include "media/sdp/session_description.h"

namespace parley::media::sdp {

std::string to_string(const SessionDescription& description);
const char* to_string(Direction direction);
// The value of an a=candidate line, without "candidate:".
std::string to_text(const Candidate& candidate);

}  // namespace parley::media::sdp
