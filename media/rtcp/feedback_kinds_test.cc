// FIR, LRR, REMB, XR, SDES and APP: read as written, by hand-made bytes, and the round trip they give.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "media/rtcp/extended_report.h"
#include "media/rtcp/packets.h"
#include "media/rtcp/payload_feedback.h"

namespace parley::media::rtcp {
namespace {

using namespace std::chrono_literals;

Header only(std::span<const uint8_t> bytes) {
  Reader reader(bytes);
  const auto header = reader.next();
  EXPECT_TRUE(header);
  EXPECT_FALSE(reader.next());
  return header.value_or(Header{});
}

TEST(PayloadFeedback, FirNumbersItsCommands) {
  std::array<uint8_t, 64> bytes;
  ByteWriter w(bytes);
  write_fir(w, {1}, {{0xAABBCCDD}, 7});
  const std::vector<uint8_t> expected = {0x84, 206, 0,    4,    0,    0,    0, 1, 0, 0,
                                         0,    0,   0xAA, 0xBB, 0xCC, 0xDD, 7, 0, 0, 0};
  EXPECT_EQ(std::vector<uint8_t>(w.written().begin(), w.written().end()), expected);
  int seen = 0;
  for_each_fir(only(w.written()), [&](const FullIntraRequest& f) {
    ++seen;
    EXPECT_EQ(f.media, Ssrc{0xAABBCCDD});
    EXPECT_EQ(f.command, 7);
  });
  EXPECT_EQ(seen, 1);
}

TEST(PayloadFeedback, LayerRefreshTellsTargetAndCurrentLayer) {
  std::array<uint8_t, 64> bytes;
  for (const bool with_current : {true, false}) {
    ByteWriter w(bytes);
    LayerRefreshRequest request{{5}, 3, 96, {2, 1}, std::nullopt};
    if (with_current) request.current = Layer{1, 0};
    write_layer_refresh(w, {1}, request);
    EXPECT_EQ(w.size(), 24u);
    EXPECT_EQ(bytes[17], with_current ? 0xE0 : 0x60);
    int seen = 0;
    for_each_layer_refresh(only(w.written()), [&](const LayerRefreshRequest& r) {
      ++seen;
      EXPECT_EQ(r.media, Ssrc{5});
      EXPECT_EQ(r.command, 3);
      EXPECT_EQ(r.payload_type, 96);
      EXPECT_EQ(r.target, (Layer{2, 1}));
      EXPECT_EQ(r.current, request.current);
    });
    EXPECT_EQ(seen, 1);
  }
}

TEST(PayloadFeedback, RembCarriesRatesOfAnySize) {
  std::array<uint8_t, 64> bytes;
  const Ssrc sources[] = {{7}, {8}};
  for (const uint64_t rate : {uint64_t{0}, uint64_t{30'000}, uint64_t{262'143}, uint64_t{1'234'567'890}}) {
    ByteWriter w(bytes);
    write_remb(w, {1}, rate, sources);
    const auto remb = read_remb(only(w.written()));
    ASSERT_TRUE(remb);
    EXPECT_LE(remb->bits_per_second, rate);
    EXPECT_GE(remb->bits_per_second, rate - rate / 100'000);
    ASSERT_EQ(remb->sources.size(), 8u);
    EXPECT_EQ(load_be32(&remb->sources[4]), 8u);
  }
  // The largest exponent: no shift beyond 64 bits.
  ByteWriter w(bytes);
  write_remb(w, {1}, 0, {});
  bytes[17] = 0xFF;
  bytes[18] = bytes[19] = 0xFF;
  EXPECT_EQ(read_remb(only(w.written()))->bits_per_second, UINT64_MAX);
  bytes[16] = 1;
  EXPECT_FALSE(read_remb(only(w.written()))) << "a source that is not there";
  bytes[16] = 0;
  bytes[12] = 'X';
  EXPECT_FALSE(read_remb(only(w.written()))) << "another application's message";
}

TEST(ExtendedReport, ReadsPastBlocksItDoesNotKnow) {
  const std::vector<uint8_t> bytes = {0x80, 207, 0, 13, 0, 0, 0, 1,              // header and sender
                                      1,    0,   0, 2,  9, 9, 9, 9, 9, 9, 9, 9,  // a loss RLE block
                                      4,    0,   0, 2,  0, 0, 0, 5, 0, 0, 0, 6,  // reference time
                                      5,    0,   0, 3,  0, 0, 0, 7, 0, 0, 0, 8, 0, 0, 0, 9,  // DLRR
                                      4,    0,   0, 1,  1, 2, 3, 4};  // a reference time that is too short
  int times = 0, reports = 0;
  read_extended_report(
      only(bytes),
      [&](Ssrc sender, uint64_t ntp) {
        ++times;
        EXPECT_EQ(sender, Ssrc{1});
        EXPECT_EQ(ntp, 0x0000000500000006u);
      },
      [&](const LastReceiverReport& r) {
        ++reports;
        EXPECT_EQ(r.receiver, Ssrc{7});
        EXPECT_EQ(r.last_rr, 8u);
        EXPECT_EQ(r.delay_since_last_rr, 9u);
      });
  EXPECT_EQ(times, 1);
  EXPECT_EQ(reports, 1);
}

TEST(ExtendedReport, GivesAReceiverItsRoundTrip) {
  RoundTripByReferenceTime receiver;
  ReferenceTimes sender;
  std::array<uint8_t, 128> bytes;
  TimePoint now = time_from_us(123'456'789);
  std::optional<Duration> rtt;
  const auto answer_after = [&](Duration way, Duration held) {
    ByteWriter question(bytes);
    receiver.write(question, {11}, now);
    now += way;
    read_extended_report(
        only(question.written()), [&](Ssrc s, uint64_t ntp) { sender.on_reference_time(s, ntp, now); },
        [](const LastReceiverReport&) {});
    now += held;
    ByteWriter answer(bytes);
    ASSERT_TRUE(sender.write(answer, {22}, now));
    now += way;
    read_extended_report(
        only(answer.written()), [](Ssrc, uint64_t) {},
        [&](const LastReceiverReport& r) {
          EXPECT_EQ(r.receiver, Ssrc{11});
          rtt = receiver.on_answer(r, now);
        });
  };
  answer_after(35ms, 400ms);
  ASSERT_TRUE(rtt);
  EXPECT_NEAR(static_cast<double>(rtt->count()), 70'000, 50);
  answer_after(0ms, 0ms);
  ASSERT_TRUE(rtt);
  EXPECT_EQ(*rtt, Duration(0));
  ByteWriter again(bytes);
  EXPECT_FALSE(sender.write(again, {22}, now)) << "answered once";
  EXPECT_FALSE(receiver.on_answer({{11}, 0, 0}, now));
  EXPECT_FALSE(receiver.on_answer({{11}, 4711, 0}, now)) << "to a question never asked";
  ByteWriter late(bytes);
  receiver.write(late, {11}, now);
  const auto middle = static_cast<uint32_t>(ntp_of(now) >> 16);
  EXPECT_FALSE(receiver.on_answer({{11}, middle, 65536}, now + 500ms)) << "held for longer than it took";
}

TEST(ExtendedReport, RemembersAFewReceiversOnly) {
  ReferenceTimes sender;
  for (uint32_t i = 1; i <= 100; ++i) sender.on_reference_time({i}, 1, time_from_us(0));
  std::array<uint8_t, 256> bytes;
  ByteWriter tight(std::span<uint8_t>(bytes).first(40));
  EXPECT_FALSE(sender.write(tight, {9}, time_from_us(1)));
  ByteWriter w(bytes);
  ASSERT_TRUE(sender.write(w, {9}, time_from_us(1)));
  EXPECT_EQ(w.size(), 12u + 4 * 12);
}

TEST(SourceDescription, GivesEachItemOfEachChunk) {
  std::array<uint8_t, 128> bytes;
  ByteWriter w(bytes);
  write_header(w, 2, kSourceDescription, 28);
  w.u32(1);
  w.u8(kCname);
  w.u8(3);
  w.bytes(as_bytes("abc"));
  w.u8(6);  // TOOL
  w.u8(1);
  w.bytes(as_bytes("t"));
  w.zeros(4);
  w.u32(2);
  w.u8(kCname);
  w.u8(4);
  w.bytes(as_bytes("defg"));
  w.zeros(2);
  std::string all;
  for_each_description(only(w.written()), [&](Ssrc source, uint8_t type, std::span<const uint8_t> value) {
    all +=
        std::to_string(source.value) + ':' + std::to_string(type) + '=' + std::string(as_text(value)) + ' ';
  });
  EXPECT_EQ(all, "1:1=abc 1:6=t 2:1=defg ");
  bytes[9] = 200;
  for_each_description(only(w.written()),
                       [](Ssrc, uint8_t, std::span<const uint8_t>) { FAIL() << "longer than the packet"; });
}

TEST(Rtcp, PassesOverApplicationPackets) {
  std::array<uint8_t, 64> bytes;
  ByteWriter w(bytes);
  write_header(w, 3, kApplicationDefined, 12);
  w.zeros(12);
  write_pli(w, {1}, {2});
  Reader reader(w.written());
  EXPECT_EQ(reader.next()->type, kApplicationDefined);
  EXPECT_EQ(reader.next()->count, kPli);
}

}  // namespace
}  // namespace parley::media::rtcp
