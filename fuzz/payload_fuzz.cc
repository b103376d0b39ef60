// Fuzzes what a forwarder reads of video payloads, a whole stream at a time: the first byte chooses the
// codec, then come packets, each behind its length, a flag and a timestamp; and what a subscriber's filter
// makes of it.
#include "media/routing/layer_filter.h"
#include "media/rtp/payload_parser.h"

using namespace parley::media;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  constexpr CodecKind kCodecs[] = {CodecKind::kVp8,  CodecKind::kVp9, CodecKind::kH264,
                                   CodecKind::kH265, CodecKind::kAv1, CodecKind::kOther};
  rtp::PayloadParser parser(kCodecs[data[0] % 6]);
  LayerFilter filter;
  filter.begin();
  ByteReader r({data + 1, size - 1});
  while (r.remaining() > 3) {
    const uint8_t flags = r.u8();
    const uint8_t timestamp = r.u8();
    const size_t length = r.u8();
    rtp::Packet packet;
    packet.marker = (flags & 1) != 0;
    packet.timestamp = {timestamp};
    packet.payload = r.bytes(std::min<size_t>(length & 63, r.remaining()));
    if ((flags & 2) != 0) {
      packet.extension_profile = rtp::kOneByteProfile;
      packet.extensions = r.bytes(std::min<size_t>(length >> 6 << 3, r.remaining()));
    }
    filter.set_target({static_cast<uint8_t>(flags >> 2 & 3), static_cast<uint8_t>(flags >> 4 & 3)});
    const bool newest = (flags & 0x40) == 0;
    const auto info = parser.parse(packet, {1, 2}, newest);
    if (!info) continue;
    if (info->numbers.reach > packet.payload.size()) __builtin_trap();
    if (info->spatial > 7 || info->temporal > 7) __builtin_trap();
    newest ? filter.admits(*info, packet.timestamp) : filter.admits_late(*info, packet.timestamp);
    filter.ends_picture(*info, packet.timestamp);
    rtp::DependencyDescriptor descriptor;
    parser.peek(packet, {1, 2}, &descriptor);
  }
  return 0;
}
