// Fuzzes redundant audio: what was read is written again and must read the same.
#include <array>
#include <vector>

#include "media/rtp/red.h"

using namespace parley::media;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto red = rtp::RedPayload::parse({data, size});
  if (!red) return 0;
  std::array<rtp::RedBlock, rtp::RedPayload::kMaxBlocks> blocks;
  size_t n = 0;
  for (const rtp::RedBlock& b : red->redundant()) blocks[n++] = b;
  blocks[n++] = red->primary();
  std::vector<uint8_t> out(size);
  ByteWriter writer(out);
  if (!rtp::write_red(writer, std::span(blocks).first(n)) || writer.size() != size) __builtin_trap();
  rtp::RedRecovery recovery;
  recovery.on_plain_packet({1}, {1000});
  size_t told = 0;
  recovery.on_packet({5}, {5000}, *red, [&](const auto&) { ++told; });
  if (told > 3) __builtin_trap();
  return 0;
}
