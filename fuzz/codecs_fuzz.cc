// Fuzzes the unpacking of RTP payloads to pictures, and the buffer that puts them in order. The first byte
// chooses the codec; then packets: number, flags, length, bytes.
#include <array>

#include "media/codecs/packetizer.h"
#include "media/codecs/picture_buffer.h"
#include "media/core/bytes.h"

using namespace parley::media;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array kKinds = {CodecKind::kVp8, CodecKind::kVp9, CodecKind::kH264};
  ByteReader r({data, size});
  const CodecKind kind = kKinds[r.u8() % kKinds.size()];
  codecs::PictureBuffer buffer(kind);
  std::vector<codecs::EncodedPicture> pictures;
  TimePoint now = time_from_us(1);
  while (r.remaining() > 3) {
    const int64_t seq = r.u8();
    const uint8_t flags = r.u8();
    rtp::Packet packet;
    packet.payload = r.bytes(std::min<size_t>(r.u8(), r.remaining()));
    packet.marker = (flags & 1) != 0;
    packet.timestamp = {uint32_t{flags} >> 4};
    std::vector<uint8_t> alone;
    codecs::unpack(kind, packet.payload, &alone);
    buffer.on_packet(packet, seq, now, &pictures);
    now += std::chrono::milliseconds(flags);
    if (buffer.next_deadline() <= now) buffer.on_deadline(now, &pictures);
    pictures.clear();
  }
  return 0;
}
