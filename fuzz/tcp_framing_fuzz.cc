// Fuzzes the framing of TCP streams (media/io/framing): the same stream in one piece and in many gives the
// same messages, or the same refusal.
#include <vector>

#include "media/io/framing.h"

using namespace parley::media;  // NOLINT: a program of one function

namespace {

using Messages = std::vector<std::vector<uint8_t>>;

bool feed(Framing framing, std::vector<uint8_t> stream, size_t piece, Messages& got) {
  io::Deframer deframer(framing);
  for (size_t at = 0; at < stream.size(); at += piece) {
    const std::span<uint8_t> part = std::span(stream).subspan(at, std::min(piece, stream.size() - at));
    const bool sane = deframer.push(part, [&](std::span<uint8_t> message) {
      got.emplace_back(message.begin(), message.end());
      if (message.empty() || message.size() > io::Deframer::kMaxMessage) __builtin_trap();
    });
    if (!sane) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const Framing framing = data[0] % 2 == 0 ? Framing::kRfc4571 : Framing::kStun;
  const std::vector<uint8_t> stream(data + 2, data + size);
  Messages whole, cut;
  const bool whole_sane = feed(framing, stream, stream.size() + 1, whole);
  const bool cut_sane = feed(framing, stream, 1 + data[1], cut);
  if (whole_sane != cut_sane || whole != cut) __builtin_trap();
  return 0;
}
