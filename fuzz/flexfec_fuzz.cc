// Fuzzes the decoder of parity packets: a stream of media and repair packets cut out of the input (a length
// byte before each, whose top bit tells which it is).
#include "media/rtp/flexfec.h"

using namespace parley::media;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static PacketPool pool(1024);
  rtp::FlexFecDecoder decoder(pool, {0x11223344}, {2, 3});
  std::span<const uint8_t> rest(data, size);
  while (!rest.empty()) {
    const bool repair = (rest[0] & 0x80) != 0;
    const size_t n = std::min<size_t>(rest[0] & 0x7F, rest.size() - 1);
    const auto bytes = rest.subspan(1, n);
    rest = rest.subspan(1 + n);
    if (repair) {
      rtp::Packet packet;
      packet.payload = bytes;
      decoder.on_repair(packet);
    } else if (const auto packet = rtp::Packet::parse(bytes)) {
      decoder.on_media(*packet);
    }
    while (const PacketRef recovered = decoder.take_recovered()) {
      if (!rtp::Packet::parse(recovered.bytes())) __builtin_trap();
    }
  }
  return 0;
}
