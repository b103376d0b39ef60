// Fuzzes what a pipe takes: the description of a track, as text, and authentic RTCP and RTP of the other side
// with any content.
#include <array>
#include <vector>

#include "media/pipe/pipe.h"

using namespace parley::media;  // NOLINT: a program of one function

namespace {

srtp::MasterKey key(uint8_t n) {
  srtp::MasterKey k;
  k.key.fill(n);
  return k;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4 || size > 1200) return 0;
  const auto described = pipe::parse_description(as_text({data + 1, size - 1}));
  if (described && !pipe::parse_description(pipe::describe(*described))) __builtin_trap();

  static PacketPool pool(1024);
  SeededRandom random(1);
  SendSlab slab(1 << 16, 64);
  const TimePoint now = time_from_us(1'000'000);
  congestion::PaceList pacing;
  pipe::Pipe pipe(key(1), random, pool, pacing, now);
  if (!pipe.connect(*SocketAddress::parse("192.0.2.1", 5000), key(2))) __builtin_trap();
  pipe::PipedTrack track;
  track.kind = TrackKind::kVideo;
  track.codec.kind = CodecKind::kVp8;
  track.codec.codec.payload_type = 96;
  track.codec.rtx_payload_type = 97;
  track.encodings = {{"", Ssrc{501}, Ssrc{502}}};
  pipe.receive_track(pipe::to_config(track, 1));
  auto sender = srtp::Sender::create(pipe::kProfile, key(2));
  if (!sender) return 0;
  std::vector<uint8_t> sealed(size + 64);
  if ((data[0] & 1) != 0) {
    sealed.resize(sender->protect_rtcp({data + 1, size - 1}, sealed));
  } else {
    const rtp::HeaderFields fields{
        static_cast<uint8_t>(96 + (data[1] & 1)), true, {data[2]}, {data[3]}, {501u + (data[1] & 1)}};
    rtp::HeaderWriter header(fields);
    sealed.resize(sender->protect_rtp(header.finish(), {data + 4, size - 4}, sealed));
  }
  pipe.on_datagram(sealed, now, slab);
  pipe.on_deadline(now + std::chrono::seconds(1), slab);
  return 0;
}
