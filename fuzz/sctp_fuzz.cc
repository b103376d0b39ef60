// Fuzzes the readers of SCTP's chunks and parameters, the cookie, and data channel openings, on the bytes as
// they are.
#include "media/core/random.h"
#include "media/sctp/chunks.h"
#include "media/sctp/cookie.h"
#include "media/sctp/dcep.h"

using namespace parley::media;        // NOLINT: a program of one function
using namespace parley::media::sctp;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const uint8_t> bytes(data, size);
  if (const auto config = read_open(bytes)) {
    // What is read can be written, and reads as the same.
    const auto again = read_open(write_open(*config));
    if (!again || again->label != config->label || again->protocol != config->protocol) __builtin_trap();
  }
  (void)read_common_header(bytes);
  (void)cause_name(bytes);
  (void)read_outgoing_reset(bytes);
  SeededRandom random(1);
  Cookie cookie;
  if (CookieJar(random).open(bytes, time_from_us(0), std::chrono::seconds(60), &cookie) !=
      CookieJar::Verdict::kForged)
    __builtin_trap();
  if (size < kCommonHeader) return 0;
  ChunkReader chunks(bytes);
  while (const auto c = chunks.next()) {
    if (const auto init = read_init(c->value); init && init->unrecognized.size() > 256) __builtin_trap();
    if (const auto sack = SackChunk::read(c->value)) {
      for (size_t i = 0; i < sack->gaps(); ++i) (void)sack->gap(i);
    }
    (void)read_data(*c);
    (void)read_forward_tsn(*c);
    ParameterReader parameters(c->value);
    while (const auto p = parameters.next()) (void)read_outgoing_reset(p->value);
  }
  return 0;
}
