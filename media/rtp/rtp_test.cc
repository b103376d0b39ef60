// RTP packets, sequence rewriting, loss statistics, NACK decisions, key frames, the retransmission buffer.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "media/core/random.h"
#include "media/rtp/nack_generator.h"
#include "media/rtp/packet.h"
#include "media/rtp/receive_statistics.h"
#include "media/rtp/retransmission_buffer.h"
#include "media/rtp/seq_rewriter.h"

namespace parley::media::rtp {
namespace {

using namespace std::chrono_literals;

TEST(RtpPacket, ReadsWhatTheWriterWrites) {
  HeaderWriter header({96, true, {65535}, {123456}, {0xDEADBEEF}});
  const uint8_t mid[] = {'1'}, level[] = {0x85}, cc[] = {1, 2};
  header.add_extension(4, mid);
  header.add_extension(1, level);
  header.add_extension(3, cc);
  header.add_extension(0, mid);   // not negotiated
  header.add_extension(15, mid);  // reserved
  const auto written = header.finish();
  std::vector<uint8_t> bytes(written.begin(), written.end());
  bytes.insert(bytes.end(), {9, 8, 7});
  const auto p = Packet::parse(bytes);
  ASSERT_TRUE(p);
  EXPECT_EQ(p->payload_type, 96);
  EXPECT_TRUE(p->marker);
  EXPECT_EQ(p->seq, SeqNumber{65535});
  EXPECT_EQ(p->ssrc, Ssrc{0xDEADBEEF});
  ASSERT_EQ(p->extension(3).size(), 2u);
  EXPECT_EQ(p->extension(3)[1], 2);
  EXPECT_EQ(p->extension(1)[0], 0x85);
  EXPECT_TRUE(p->extension(5).empty());
  EXPECT_EQ(p->payload.size(), 3u);
}

TEST(RtpPacket, ReadsTwoByteExtensionsAndPadding) {
  const std::vector<uint8_t> bytes = {
      0xB0, 0x60, 0, 1, 0,  0, 0, 2, 0, 0, 0,  3,
      0x10, 0,    0, 2, 20, 3, 1, 2, 3, 0, 21, 0,  // id 20: three bytes; id 21: none
      7,    7,    0, 0, 3};
  const auto p = Packet::parse(bytes);
  ASSERT_TRUE(p);
  EXPECT_EQ(p->extension(20).size(), 3u);
  EXPECT_EQ(p->payload.size(), 2u);
}

TEST(RtpPacket, SurvivesMutations) {
  HeaderWriter header({96, true, {1}, {2}, {3}});
  const uint8_t value[] = {1, 2, 3};
  header.add_extension(3, value);
  const auto written = header.finish();
  SeededRandom random(42);
  for (int i = 0; i < 10000; ++i) {
    std::vector<uint8_t> bytes(written.begin(), written.end());
    bytes.resize(random.below(60));
    for (int n = 0; n < 4 && !bytes.empty(); ++n) {
      bytes[random.below(static_cast<uint32_t>(bytes.size()))] = static_cast<uint8_t>(random.next_u32());
    }
    const auto p = Packet::parse(bytes);
    if (!p) continue;
    EXPECT_LE(p->header.size() + p->payload.size(), bytes.size());
    for (int id = 0; id < 256; ++id) p->extension(static_cast<uint8_t>(id));
  }
}

TEST(SeqRewriter, KeepsLossesAndClosesCuts) {
  SeqRewriter r(65534);
  EXPECT_EQ(r.forward(100)->seq.value, 65534);
  EXPECT_EQ(r.forward(101)->seq.value, 65535);
  EXPECT_EQ(r.forward(104)->seq.value, 2) << "a loss stays a loss";
  EXPECT_EQ(r.forward(102)->seq.value, 0) << "and what is late fills its own place";
  r.cut();
  EXPECT_FALSE(r.forward(103)) << "late, and after the cut";
  EXPECT_EQ(r.forward(200)->seq.value, 3) << "no gap where packets were left out";
  EXPECT_EQ(r.forward(201)->seq.value, 4);
  EXPECT_EQ(r.forward(103)->seq.value, 1) << "from before the cut, where its place is known";
  EXPECT_FALSE(r.forward(150)) << "left out on purpose";
  EXPECT_EQ(r.reverse({4})->in, 201);
  EXPECT_EQ(r.reverse({3})->in, 200);
  EXPECT_EQ(r.reverse({2})->in, 104);
  EXPECT_EQ(r.reverse({65534})->in, 100);
  EXPECT_FALSE(r.reverse({5})) << "never sent";
}

TEST(SeqRewriter, RemembersWhatBecameOfEachPacket) {
  SeqRewriter r(65000);
  const auto first = *r.forward(10);
  r.note(first, {true, false});
  r.note(*r.forward(13), {true, true});
  EXPECT_EQ(r.reverse({65000})->note, (SeqRewriter::Note{true, false}));
  EXPECT_EQ(r.reverse({65003})->note, (SeqRewriter::Note{true, true}));
  EXPECT_FALSE(r.reverse({65001})->note) << "it never came";
  r.note(*r.forward(11), {false, false});
  EXPECT_EQ(r.reverse({65001})->note, SeqRewriter::Note{});
  r.drop(14);
  r.note(*r.forward(15), {true, true});
  EXPECT_EQ(r.reverse({65004})->in, 15);
  EXPECT_EQ(r.reverse({65004})->note, (SeqRewriter::Note{true, true}));
  for (int64_t in = 16; in < 3000; ++in) r.forward(in);
  r.note(first, {true, true});
  EXPECT_FALSE(r.reverse({static_cast<uint16_t>(65000 + 2980)})->note) << "of another lap";
}

TEST(SeqRewriter, ForgetsOldSegmentsSafely) {
  SeqRewriter r(0);
  for (int64_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(r.forward(i * 10)->seq.value, static_cast<uint16_t>(i));
    r.cut();
  }
  EXPECT_EQ(r.reverse({999})->in, 9990);
  EXPECT_FALSE(r.reverse({10}));
}

TEST(NackGenerator, AsksForGapsOnceAndAgainAndGivesUp) {
  NackGenerator n;
  TimePoint now = time_from_us(1'000'000);
  std::array<SeqNumber, 16> out;
  EXPECT_EQ(n.on_packet(10, now), NackGenerator::Arrival::kNew);
  EXPECT_EQ(n.on_packet(13, now), NackGenerator::Arrival::kNew);
  EXPECT_EQ(n.on_packet(13, now), NackGenerator::Arrival::kDuplicate);
  EXPECT_TRUE(n.due(now, 50ms, out).empty()) << "packets overtake each other";
  now += 5ms;
  EXPECT_EQ(n.next_deadline(), now);
  EXPECT_EQ(n.due(now, 50ms, out).size(), 2u);
  EXPECT_TRUE(n.due(now + 10ms, 50ms, out).empty());
  EXPECT_EQ(n.on_packet(11, now), NackGenerator::Arrival::kRecovered);
  const auto again = n.due(now + 50ms, 50ms, out);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0], SeqNumber{12});
  EXPECT_FALSE(n.take_gave_up());
  n.due(now + 2s, 50ms, out);
  EXPECT_TRUE(n.take_gave_up());
  EXPECT_FALSE(n.take_gave_up());
  EXPECT_EQ(n.next_deadline(), kNever);
}

TEST(NackGenerator, DoesNotAskForAJump) {
  NackGenerator n;
  const TimePoint now = time_from_us(0);
  n.on_packet(10, now);
  n.on_packet(5000, now);
  std::array<SeqNumber, 16> out;
  EXPECT_TRUE(n.due(now + 1s, 50ms, out).empty());
  EXPECT_TRUE(n.take_gave_up());
  EXPECT_EQ(n.on_packet(4999, now), NackGenerator::Arrival::kRecovered);
  EXPECT_EQ(n.on_packet(100, now), NackGenerator::Arrival::kDuplicate) << "too old to tell";
}

TEST(ReceiveStatistics, CountsLossAndJitter) {
  ReceiveStatistics s(90000);
  TimePoint now = time_from_us(0);
  for (int64_t i = 0; i < 100; ++i) {
    if (i % 4 == 3) continue;
    s.on_packet(i, {static_cast<uint32_t>(i * 900)}, 100, now + Duration(i * 10000));
  }
  const auto r = s.report();
  EXPECT_EQ(r.cumulative_lost, 24);  // the last one lost is not known to be
  EXPECT_NEAR(r.fraction_lost, 62, 1);
  EXPECT_EQ(r.jitter, 0u);
  EXPECT_EQ(r.highest_seq, 98u);
  EXPECT_EQ(s.report().fraction_lost, 0) << "a new interval";
}

TEST(RetransmissionBuffer, FindsWhatIsRecent) {
  PacketPool pool(2000);
  RetransmissionBuffer b(pool);
  const TimePoint now = time_from_us(0);
  EXPECT_FALSE(b.find(1, now));
  const std::vector<uint8_t> extensions = {0x10, 7};
  for (int64_t i = 0; i < 1000; ++i) {
    const uint8_t payload[] = {static_cast<uint8_t>(i)};
    Packet p;
    p.marker = i == 999;
    p.timestamp = {static_cast<uint32_t>(i)};
    p.extension_profile = 0xBEDE;
    p.extensions = extensions;
    p.payload = payload;
    b.store(i, p, i * 2, now);
  }
  EXPECT_EQ(pool.in_use(), RetransmissionBuffer::kPackets);
  const auto found = b.find(999, now);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->packet.payload[0], static_cast<uint8_t>(999));
  EXPECT_EQ(found->packet.extension(1)[0], 7);
  EXPECT_TRUE(found->packet.marker);
  EXPECT_EQ(found->packet.timestamp.value, 999u);
  EXPECT_EQ(found->picture, 1998);
  EXPECT_FALSE(b.find(100, now)) << "overwritten";
  EXPECT_FALSE(b.find(999, now + 3s)) << "too old";
  const std::vector<uint8_t> huge(2000);
  Packet p;
  p.payload = huge;
  b.store(1000, p, -1, now);
  EXPECT_FALSE(b.find(1000, now)) << "larger than a packet can be";
}

// Twenty-five packets a second for a minute, some of them lost and some late: what two seconds hold is kept.
TEST(RetransmissionBuffer, KeepsNoMoreOfASlowStreamThanCanBeAskedFor) {
  PacketPool pool(2000);
  RetransmissionBuffer b(pool);
  const uint8_t payload[] = {1};
  Packet p;
  p.payload = payload;
  const auto sent = [](int64_t i) { return time_from_us(i * 40'000); };
  constexpr int64_t kFirst = 60'000;
  for (int64_t i = 0; i < 1500; ++i) {
    if (i % 7 == 0) continue;
    b.store(kFirst + i, p, -1, sent(i));
    if (i % 70 == 2) b.store(kFirst + i - 2, p, -1, sent(i));
    EXPECT_LE(pool.in_use(), 51u);
  }
  EXPECT_TRUE(b.find(kFirst + 1499, sent(1499)));
  EXPECT_TRUE(b.find(kFirst + 1450, sent(1499)));
  EXPECT_FALSE(b.find(kFirst + 1448, sent(1499)));
  // As much later as somebody who was away: nothing is left of before.
  b.store(kFirst + 100'000, p, -1, sent(3000));
  EXPECT_EQ(pool.in_use(), 1u);
}

}  // namespace
}  // namespace parley::media::rtp
