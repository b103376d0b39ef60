// Fuzzes the SDP parser, the writer on what it let through, and a publisher's negotiation.
#include <string_view>

#include "media/core/random.h"
#include "media/sdp/parser.h"
#include "media/sdp/writer.h"
#include "media/session/publisher_negotiator.h"

using namespace parley::media;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto description = sdp::parse(text);
  if (description) sdp::to_string(*description);
  sdp::parse_candidate(text);

  static const LocalEndpoint endpoint{{}, {*SocketAddress::parse("192.0.2.1", 5000)}};
  SeededRandom random(1);
  uint32_t next_track = 1;
  PublisherNegotiator negotiator(endpoint, random, next_track);
  const auto outcome = negotiator.accept_offer(text);
  if (outcome && !sdp::parse(outcome->answer)) __builtin_trap();  // our answer is SDP
  return 0;
}
