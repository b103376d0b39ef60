// Fuzzes RTP parsing: header and extensions.
#include "media/rtp/packet.h"

using namespace parley::media;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto packet = rtp::Packet::parse({data, size});
  if (!packet) return 0;
  if (packet->header.size() + packet->payload.size() > size) __builtin_trap();
  for (int id = 0; id < 256; ++id) packet->extension(static_cast<uint8_t>(id));
  return 0;
}
