// Parity packets: a hand-made one, recovery over seeded loss, and hostile ones.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "media/core/bytes.h"
#include "media/core/random.h"
#include "media/rtp/flexfec_encoder.h"

namespace parley::media::rtp {
namespace {

constexpr Ssrc kMedia{0x11223344};
constexpr MutableExtensions kIgnored{.abs_send_time = 2, .transport_cc = 3};

std::vector<uint8_t> media(uint16_t seq, size_t size, SeededRandom& random) {
  HeaderWriter header({96, size % 3 == 0, {seq}, {seq * 3000u}, kMedia});
  const std::vector<uint8_t> transport = {static_cast<uint8_t>(random.next_u32()), 7}, mid = {'m'};
  header.add_extension(3, transport);
  header.add_extension(4, mid);
  const auto head = header.finish();
  std::vector<uint8_t> bytes(head.begin(), head.end());
  std::vector<uint8_t> payload(size);
  random.fill(payload);
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

Packet parsed(const std::vector<uint8_t>& bytes) { return Packet::parse(bytes).value_or(Packet{}); }
Packet repair(std::span<const uint8_t> payload) {
  Packet p;
  p.payload = payload;
  return p;
}

TEST(FlexFec, RecoversFromAHandMadeParityPacket) {
  // Two packets of one and two bytes: A = {AB} at 100, B = {0F, F0} at 102 with the marker.
  const std::vector<uint8_t> a = {0x80, 0x60, 0, 100, 0, 0, 0, 1, 0x11, 0x22, 0x33, 0x44, 0xAB};
  const std::vector<uint8_t> b = {0x80, 0xE0, 0, 102, 0, 0, 0, 3, 0x11, 0x22, 0x33, 0x44, 0x0F, 0xF0};
  const std::vector<uint8_t> parity = {
      0x00,        0x80, 0,    3,
      0,           0,    0,    2,  // flags, marker and type, lengths 1 ^ 2, timestamps 1 ^ 3
      1,           0,    0,    0,
      0x11,        0x22, 0x33, 0x44,  // one source
      0,           100,  0xD0, 0x00,  // base 100; k, then packets 100 and 102
      0xAB ^ 0x0F, 0xF0};
  PacketPool pool(64);
  FlexFecDecoder decoder(pool, kMedia, kIgnored);
  decoder.on_repair(repair(parity));
  EXPECT_FALSE(decoder.take_recovered());
  decoder.on_media(parsed(a));
  const PacketRef recovered = decoder.take_recovered();
  ASSERT_TRUE(recovered);
  EXPECT_EQ(std::vector<uint8_t>(recovered.bytes().begin(), recovered.bytes().end()), b);
  EXPECT_FALSE(decoder.take_recovered());
  EXPECT_EQ(decoder.recovered(), 1u);
}

TEST(FlexFec, ReadsEachSizeOfMask) {
  for (const size_t span : {2, 15, 16, 46, 47, 109}) {
    SeededRandom random(5);
    FlexFecEncoder encoder(kMedia, kIgnored);
    encoder.set_group_size(3);
    const auto first = media(65500, 10, random);
    const auto last = media(static_cast<uint16_t>(65500 + span - 1), 20, random);
    for (const auto* p : {&first, &last}) {
      const Packet view = parsed(*p);
      encoder.on_media(view.header, {}, view.payload);
    }
    std::vector<uint8_t> out(200);
    const size_t n = encoder.take(out);
    ASSERT_GT(n, 0u);
    const auto header = FlexFecHeader::parse(std::span(out).first(n));
    ASSERT_TRUE(header) << span;
    EXPECT_EQ(header->base, SeqNumber{65500});
    EXPECT_TRUE(header->mask[0] && header->mask[span - 1]);
    EXPECT_EQ(std::count(header->mask.begin(), header->mask.end(), true), span == 1 ? 1 : 2);
    PacketPool pool(64);
    FlexFecDecoder decoder(pool, kMedia, kIgnored);
    decoder.on_media(parsed(first));
    decoder.on_repair(repair(std::span(out).first(n)));
    const auto recovered = decoder.take_recovered();
    ASSERT_TRUE(recovered);
    EXPECT_EQ(Packet::parse(recovered.bytes())->seq, parsed(last).seq);
    EXPECT_EQ(Packet::parse(recovered.bytes())->payload.size(), 20u);
  }
}

TEST(FlexFec, RecoversWhatOneGroupLostOnce) {
  for (const uint64_t seed : {1, 2, 3}) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    PacketPool pool(512);
    FlexFecEncoder encoder(kMedia, kIgnored);
    encoder.set_group_size(5);
    ASSERT_EQ(encoder.group_size(), 5u);
    FlexFecDecoder decoder(pool, kMedia, kIgnored);
    std::map<uint16_t, std::vector<uint8_t>> sent;
    std::set<uint16_t> lost, back;
    size_t repairs = 0;
    std::vector<uint8_t> out(1600);
    for (int i = 0; i < 4000; ++i) {
      const auto seq = static_cast<uint16_t>(64000 + i);
      const auto bytes = media(seq, 1 + random.below(1200), random);
      sent[seq] = bytes;
      const Packet view = parsed(bytes);
      encoder.on_media(view.header, {}, view.payload);
      if (random.below(10) == 0) {
        lost.insert(seq);
      } else {
        decoder.on_media(view);
      }
      if (encoder.ready()) {
        const size_t n = encoder.take(out);
        ++repairs;
        if (random.below(10) != 0) decoder.on_repair(repair(std::span(out).first(n)));
      }
      while (const PacketRef p = decoder.take_recovered()) {
        const auto got = Packet::parse(p.bytes());
        ASSERT_TRUE(got);
        const Packet original = parsed(sent[got->seq.value]);
        ASSERT_TRUE(std::equal(got->payload.begin(), got->payload.end(), original.payload.begin(),
                               original.payload.end()));
        EXPECT_EQ(got->timestamp, original.timestamp);
        EXPECT_EQ(got->marker, original.marker);
        EXPECT_EQ(as_text(got->extension(4)), "m");
        EXPECT_EQ(got->extension(3)[1], 0) << "left out of parity";
        EXPECT_TRUE(lost.contains(got->seq.value));
        EXPECT_TRUE(back.insert(got->seq.value).second);
      }
    }
    EXPECT_EQ(repairs, 800u);
    // Of one loss among six packets (four others and the repair): 0.9^5.
    EXPECT_GT(back.size(), lost.size() * 50 / 100);
    EXPECT_LE(pool.in_use(), FlexFecDecoder::kMediaWindow + FlexFecDecoder::kRepairWindow);
  }
}

TEST(FlexFec, UsesARecoveredPacketToRecoverAnother) {
  SeededRandom random(9);
  PacketPool pool(64);
  const auto a = media(1, 10, random), b = media(2, 10, random), c = media(3, 10, random);
  std::vector<uint8_t> ab(100), bc(100);
  const auto parity = [&](const std::vector<uint8_t>& x, const std::vector<uint8_t>& y,
                          std::vector<uint8_t>& out) {
    FlexFecEncoder encoder(kMedia, kIgnored);
    encoder.set_group_size(3);
    for (const auto* p : {&x, &y}) encoder.on_media(parsed(*p).header, {}, parsed(*p).payload);
    out.resize(encoder.take(out));
  };
  parity(a, b, ab);
  parity(b, c, bc);
  FlexFecDecoder decoder(pool, kMedia, kIgnored);
  decoder.on_repair(repair(bc));
  decoder.on_repair(repair(ab));
  decoder.on_media(parsed(a));
  EXPECT_TRUE(decoder.take_recovered());
  EXPECT_TRUE(decoder.take_recovered());
  EXPECT_FALSE(decoder.take_recovered());
}

TEST(FlexFec, EncodesOnlyWhereSomethingIsLost) {
  SeededRandom random(9);
  FlexFecEncoder encoder(kMedia, kIgnored);
  const auto a = media(1, 10, random);
  encoder.on_media(parsed(a).header, {}, parsed(a).payload);
  std::vector<uint8_t> out(100);
  EXPECT_FALSE(encoder.ready());
  EXPECT_EQ(encoder.take(out), 0u);
  encoder.set_group_size(20);
  EXPECT_EQ(encoder.group_size(), 20u);
  encoder.on_media(parsed(a).header, {}, parsed(a).payload);
  encoder.on_media(parsed(a).header, {}, parsed(a).payload);  // again: not twice into the parity
  EXPECT_EQ(encoder.take(std::span(out).first(10)), 0u) << "no room";
  encoder.on_media(parsed(a).header, {}, parsed(a).payload);
  encoder.set_group_size(0);
  EXPECT_EQ(encoder.take(out), 0u);
}

TEST(FlexFec, RefusesWhatItDoesNotSpeak) {
  SeededRandom random(4);
  FlexFecEncoder encoder(kMedia, kIgnored);
  encoder.set_group_size(3);
  const auto a = media(1, 10, random);
  encoder.on_media(parsed(a).header, {}, parsed(a).payload);
  std::vector<uint8_t> good(100);
  good.resize(encoder.take(good));
  ASSERT_TRUE(FlexFecHeader::parse(good));
  const auto spoilt = [&](size_t at, uint8_t value) {
    auto bytes = good;
    bytes[at] = value;
    return FlexFecHeader::parse(bytes).has_value();
  };
  EXPECT_FALSE(spoilt(0, 0x80)) << "a retransmission";
  EXPECT_FALSE(spoilt(0, 0x40)) << "a fixed mask";
  EXPECT_FALSE(spoilt(8, 2)) << "two sources";
  EXPECT_FALSE(spoilt(18, 0x80)) << "of nothing";
  for (size_t n = 0; n < 20; ++n) EXPECT_FALSE(FlexFecHeader::parse(std::span(good).first(n)));
}

TEST(FlexFec, SurvivesMutationsWithBoundedMemory) {
  SeededRandom random(31337);
  PacketPool pool(1024);
  FlexFecDecoder decoder(pool, kMedia, kIgnored);
  FlexFecEncoder encoder(kMedia, kIgnored);
  encoder.set_group_size(3);
  std::vector<uint8_t> out(1600);
  for (uint16_t seq = 0; seq < 6000; ++seq) {
    auto bytes = media(seq, random.below(300), random);
    encoder.on_media(parsed(bytes).header, {}, parsed(bytes).payload);
    if (random.below(3) == 0) bytes[random.below(static_cast<uint32_t>(bytes.size()))] ^= 0x55;
    if (const auto p = Packet::parse(bytes)) decoder.on_media(*p);
    if (encoder.ready()) {
      std::vector<uint8_t> fec(out.begin(), out.begin() + static_cast<long>(encoder.take(out)));
      for (uint32_t n = random.below(4); n > 0; --n) {
        fec[random.below(static_cast<uint32_t>(fec.size()))] = static_cast<uint8_t>(random.next_u32());
      }
      decoder.on_repair(repair(fec));
    }
    if (random.below(10) == 0) {
      while (decoder.take_recovered()) {
      }
    }
    // Recovered packets that nobody takes are in the window too, or few.
    ASSERT_LE(pool.in_use(), FlexFecDecoder::kMediaWindow + 2 * FlexFecDecoder::kRepairWindow);
  }
}

}  // namespace
}  // namespace parley::media::rtp
