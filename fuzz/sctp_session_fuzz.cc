// Fuzzes whole sessions: data channels whose association was set up properly, then packets made of the
// input's bytes. The input is a row of instructions: a chunk for the next packet, the packet's end, time that
// passes, or something the program does.
#include <array>

#include "media/core/bytes.h"
#include "media/sctp/data_channels.h"

using namespace parley::media;        // NOLINT: a program of one function
using namespace parley::media::sctp;  // NOLINT

namespace {

struct Wire final : PacketSink {
  void send_sctp(std::span<const uint8_t> packet) override { last.assign(packet.begin(), packet.end()); }
  std::vector<uint8_t> last;
};

struct Program final : DataChannels::Observer {
  void on_channel(DataChannels::Handle h, const ChannelConfig&) override { last = h; }
  void on_open(DataChannels::Handle h) override { last = h; }
  void on_message(DataChannels::Handle h, DataChannels::Kind, std::vector<uint8_t>&& bytes) override {
    last = h;
    if (bytes.size() > 65536) __builtin_trap();
  }
  void on_closing(DataChannels::Handle) override {}
  void on_closed(DataChannels::Handle) override {}
  void on_association(Association::State, const char*) override {}
  DataChannels::Handle last = 1;
};

Config small() {
  Config c;
  c.max_message_size = 65536;
  c.receive_buffer = 131072;
  c.send_buffer = 262144;
  c.max_channels = 16;
  c.max_streams = 64;
  c.max_partial_messages = 64;
  c.max_fragments = 256;
  return c;
}

constexpr uint32_t kTag = 7, kTsn = 100;

// The peer's half of the handshake. The victim's tag.
uint32_t set_up(DataChannels& channels, Wire& wire, bool interleaving, TimePoint now) {
  std::array<uint8_t, 256> bytes;
  const auto give = [&](uint32_t tag, uint8_t type, std::span<const uint8_t> value) {
    Wire made;
    PacketBuilder p({5000, 5000, tag}, 1200, made);
    p.add(type, 0, value);
    p.flush();
    channels.on_packet(made.last, now, wire);
  };
  InitChunk init;
  init.tag = kTag;
  init.window = 20000;
  init.outbound_streams = init.inbound_streams = 1000;
  init.initial_tsn = kTsn;
  init.forward_tsn = init.reconfig = true;
  init.interleaving = interleaving;
  ByteWriter w(bytes);
  write_init(w, init);
  give(0, kInit, w.written());
  ChunkReader chunks(wire.last);
  const auto ack = read_init(chunks.next()->value);
  const std::vector<uint8_t> cookie(ack->cookie.begin(), ack->cookie.end());
  const uint32_t tag = ack->tag;
  give(tag, kCookieEcho, cookie);
  if (!channels.association().is_established()) __builtin_trap();
  return tag;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  SeededRandom random(1);
  Program program;
  Wire wire;
  ByteReader r({data, size});
  const uint8_t options = r.u8();
  DataChannels channels(small(), random, program);
  TimePoint now = time_from_us(1'000'000);
  (void)channels.create({.label = "ours", .ordered = (options & 2) != 0, .max_retransmits = 1}, now);
  channels.start((options & 4) != 0 ? dtls::Role::kActive : dtls::Role::kPassive, 65536, now, wire);
  const uint32_t tag = set_up(channels, wire, (options & 1) != 0, now);
  Wire made;
  PacketBuilder packet({5000, 5000, tag}, 1200, made);
  while (r.remaining() > 0) {
    const uint8_t what = r.u8();
    if (what < 0xC0) {
      // A chunk: type by table, flags, then its value; numbers are relative to the first TSN so that they
      // mean something.
      constexpr uint8_t kTypes[] = {0, 64, 3, 130, 192, 194, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11};
      const uint8_t flags = r.u8();
      std::array<uint8_t, 256> value{};
      const auto bytes = r.bytes(std::min<size_t>(r.u8(), r.remaining()));
      std::copy(bytes.begin(), bytes.end(), value.begin());
      if ((what & 0x10) != 0) store_be32(value.data(), kTsn + load_be32(value.data()) % 64);
      packet.add(kTypes[what & 15], flags, std::span(value).first(std::max<size_t>(bytes.size(), 4)));
      continue;
    }
    packet.flush();
    if (!made.last.empty()) channels.on_packet(made.last, now, wire);
    made.last.clear();
    switch (what & 3) {
      case 0:
        now += std::chrono::milliseconds(r.u8() * 8);
        channels.on_deadline(now, wire);
        break;
      case 1: {
        const std::vector<uint8_t> message(size_t{r.u8()} * 64);
        (void)channels.send(program.last, DataChannels::Kind::kBinary, message, now);
        channels.flush(now, wire);
        break;
      }
      case 2:
        channels.close(program.last, now);
        channels.flush(now, wire);
        break;
      default:
        (void)channels.create({.label = "more"}, now);
        channels.flush(now, wire);
        break;
    }
    if (channels.association().stats().buffered > 131072 + 65536 || channels.size() > 16) __builtin_trap();
  }
  return 0;
}
