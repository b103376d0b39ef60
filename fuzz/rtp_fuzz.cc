// Fuzzes RTP parsing: header, extensions, and the payload descriptors that tell key frames.
#include "media/rtp/key_frame.h"
#include "media/rtp/packet.h"

using namespace parley::media;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto packet = rtp::Packet::parse({data, size});
  if (!packet) return 0;
  if (packet->header.size() + packet->payload.size() > size) __builtin_trap();
  for (int id = 0; id < 256; ++id) packet->extension(static_cast<uint8_t>(id));
  for (const CodecKind codec : {CodecKind::kVp8, CodecKind::kH264, CodecKind::kVp9, CodecKind::kAv1}) {
    rtp::starts_key_frame(codec, packet->payload);
  }
  return 0;
}
