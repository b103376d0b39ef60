// Fuzzes header extensions: the walk over an element block, each typed value, and the writer, whose elements
// must be found again.
#include "media/rtp/extensions.h"
#include "media/rtp/packet.h"

using namespace parley::media;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  rtp::Packet packet;
  packet.extension_profile = (data[0] & 1) != 0 ? rtp::kOneByteProfile : rtp::kTwoByteProfile;
  packet.extensions = {data + 1, size - 1};
  rtp::HeaderWriter writer({96, false, {1}, {2}, {3}}, (data[0] & 2) != 0);
  volatile uint64_t sum = 0;
  packet.for_each_extension([&](uint8_t id, std::span<const uint8_t> value) {
    writer.add_extension(id, value);
    sum = sum + rtp::read_stream_id(value).size();
    if (const auto v = rtp::read_audio_level(value)) sum = sum + v->below_overload;
    if (const auto v = rtp::read_mixer_level(value, 3)) sum = sum + *v;
    if (const auto v = rtp::read_video_orientation(value)) sum = sum + v->rotation;
    if (const auto v = rtp::read_abs_send_time(value)) sum = sum + static_cast<uint64_t>(v->count());
    if (const auto v = rtp::read_transport_seq(value)) sum = sum + v->value;
    if (const auto v = rtp::read_abs_capture_time(value)) sum = sum + v->ntp;
    if (const auto v = rtp::read_playout_delay(value)) sum = sum + static_cast<uint64_t>(v->max.count());
    return false;
  });
  if (!rtp::Packet::parse(writer.finish())) __builtin_trap();
  return 0;
}
