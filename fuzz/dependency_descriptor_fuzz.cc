// Fuzzes the dependency descriptor: a structure, then frames that refer to it, each behind its length; what
// is accepted must survive being rewritten.
#include "media/core/bytes.h"
#include "media/rtp/dependency_descriptor.h"

using namespace parley::media;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rtp::DependencyStructure structure;
  bool known = false;
  ByteReader r({data, size});
  while (r.remaining() > 1) {
    const auto bytes = r.bytes(std::min<size_t>(r.u8(), r.remaining()));
    rtp::DependencyStructure fresh = structure;
    const auto d = rtp::DependencyDescriptor::parse(bytes, &fresh, known);
    if (!d) continue;
    structure = fresh;
    known = true;
    uint8_t out[300];
    const uint32_t active = structure.all_targets() >> 1;
    const auto rewritten = d->rewrite(bytes, 4711, active, structure.target_count, out);
    if (rewritten.empty()) __builtin_trap();
    const auto again = rtp::DependencyDescriptor::parse(rewritten, &fresh, true);
    if (!again || again->frame_number != 4711 || again->active_targets != active) __builtin_trap();
    if (again->references != d->references || again->targets != d->targets) __builtin_trap();
    structure.target_within(1, 1, active);
  }
  return 0;
}
