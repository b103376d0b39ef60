// RTCP packets and transport-wide feedback.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <vector>

#include "media/core/random.h"
#include "media/rtcp/extended_report.h"
#include "media/rtcp/packets.h"
#include "media/rtcp/payload_feedback.h"
#include "media/rtcp/transport_feedback.h"

namespace parley::media::rtcp {
namespace {

using namespace std::chrono_literals;

TEST(Rtcp, ReadsTheCompoundItWrites) {
  std::array<uint8_t, 512> bytes;
  ByteWriter w(bytes);
  write_sender_report(w, {{1}, 0x123456789ABCDEF0ull, {90000}, 10, 1000});
  write_cname(w, {1}, "abc");
  ReportBlock block;
  block.source = {77};
  block.cumulative_lost = -3;
  block.fraction_lost = 25;
  block.delay_since_last_sr = 65536;
  write_receiver_report(w, {2}, {&block, 1});
  const SeqNumber lost[] = {{65534}, {65535}, {3}, {100}};
  write_nack(w, {2}, {77}, lost);
  write_pli(w, {2}, {77});
  write_bye(w, {1});
  ASSERT_TRUE(w.ok());
  Reader reader(w.written());
  const auto sr = reader.next();
  ASSERT_TRUE(sr && read_sender_report(*sr));
  EXPECT_EQ(read_sender_report(*sr)->ntp, 0x123456789ABCDEF0ull);
  EXPECT_EQ(reader.next()->type, kSourceDescription);
  const auto rr = reader.next();
  int blocks = 0;
  for_each_report_block(*rr, [&](const ReportBlock& b) {
    ++blocks;
    EXPECT_EQ(b.source, Ssrc{77});
    EXPECT_EQ(b.cumulative_lost, -3);
  });
  EXPECT_EQ(blocks, 1);
  const auto nack = reader.next();
  EXPECT_EQ(read_feedback_target(*nack)->media, Ssrc{77});
  std::vector<uint16_t> asked;
  for_each_nack(*nack, [&](SeqNumber s) { asked.push_back(s.value); });
  EXPECT_EQ(asked, (std::vector<uint16_t>{65534, 65535, 3, 100}));
  EXPECT_EQ(nack->body.size(), 16u) << "two items";
  const auto pli = reader.next();
  EXPECT_EQ(pli->type, kPayloadFeedback);
  EXPECT_EQ(pli->count, kPli);
  int byes = 0;
  for_each_bye(*reader.next(), [&](Ssrc) { ++byes; });
  EXPECT_EQ(byes, 1);
  EXPECT_FALSE(reader.next());
}

TEST(Rtcp, SurvivesMutations) {
  std::array<uint8_t, 512> original;
  ByteWriter w(original);
  write_sender_report(w, {{1}, 1, {1}, 1, 1});
  const SeqNumber lost[] = {{1}, {5}};
  write_nack(w, {2}, {3}, lost);
  write_cname(w, {1}, "abcdef");
  write_fir(w, {2}, {{3}, 4});
  write_layer_refresh(w, {2}, {{3}, 4, 96, {1, 2}, {}});
  const Ssrc sources[] = {{3}, {4}};
  write_remb(w, {2}, 123456, sources);
  write_receiver_reference_time(w, {2}, 99);
  const LastReceiverReport answers[] = {{{5}, 6, 7}, {{8}, 9, 10}};
  write_last_receiver_reports(w, {2}, answers);
  ASSERT_TRUE(w.ok());
  SeededRandom random(7);
  for (int i = 0; i < 10000; ++i) {
    std::vector<uint8_t> bytes(w.written().begin(), w.written().end());
    bytes.resize(random.below(static_cast<uint32_t>(bytes.size()) + 1));
    for (int n = 0; n < 4 && !bytes.empty(); ++n) {
      bytes[random.below(static_cast<uint32_t>(bytes.size()))] = static_cast<uint8_t>(random.next_u32());
    }
    Reader reader(bytes);
    while (const auto h = reader.next()) {
      read_sender_report(*h);
      read_feedback_target(*h);
      for_each_report_block(*h, [](const ReportBlock&) {});
      for_each_nack(*h, [](SeqNumber) {});
      for_each_fir(*h, [](const FullIntraRequest&) {});
      for_each_layer_refresh(*h, [](const LayerRefreshRequest&) {});
      for_each_description(*h, [](Ssrc, uint8_t, std::span<const uint8_t>) {});
      read_remb(*h);
      read_extended_report(
          *h, [](Ssrc, uint64_t) {}, [](const LastReceiverReport&) {});
      for_each_bye(*h, [](Ssrc) {});
    }
  }
}

// Reads a feedback packet as its receiver would: sequence number → arrival, in microseconds.
std::map<uint16_t, int64_t> read_feedback(std::span<const uint8_t> packet) {
  std::map<uint16_t, int64_t> arrivals;
  const auto header = Reader(packet).next();
  EXPECT_TRUE(header && header->count == kTransportCc);
  ByteReader r(header->body);
  r.skip(8);
  const uint16_t base = r.u16(), count = r.u16();
  int64_t at = int64_t{r.u24()} * 64000;
  r.skip(1);
  std::vector<uint8_t> symbols;
  while (symbols.size() < count && r.ok()) {
    const uint16_t chunk = r.u16();
    if ((chunk & 0x8000) == 0) {
      symbols.insert(symbols.end(), chunk & 0x1FFF, static_cast<uint8_t>(chunk >> 13));
    } else {
      for (int k = 0; k < 7; ++k) symbols.push_back(chunk >> (12 - 2 * k) & 3);
    }
  }
  for (uint16_t i = 0; i < count; ++i) {
    if (symbols[i] == 0) continue;
    at += (symbols[i] == 1 ? r.u8() : static_cast<int16_t>(r.u16())) * int64_t{250};
    arrivals[static_cast<uint16_t>(base + i)] = at;
  }
  EXPECT_TRUE(r.ok());
  return arrivals;
}

TEST(TransportFeedback, TellsArrivalsWithLossReorderingAndWrap) {
  TransportFeedback f;
  SeededRandom random(3);
  std::map<uint16_t, int64_t> expected, told;
  TimePoint now = time_from_us(3'600'000'000);
  std::array<uint8_t, 1200> bytes;
  EXPECT_EQ(f.next_deadline(), kNever);
  for (int i = 0; i < 2000; ++i) {
    now += Duration(random.below(3000));
    const uint16_t seq = static_cast<uint16_t>(65000 + (random.below(20) == 0 ? i ^ 1 : i));
    if (random.below(10) != 0 && !expected.contains(seq)) {
      f.on_packet({seq}, now);
      expected[seq] = to_us(now);
    }
    while (f.next_deadline() <= now) {
      ByteWriter w(bytes);
      if (!f.write(w, {1}, {2}, now)) break;
      EXPECT_EQ(w.size() % 4, 0u);
      for (const auto& [s, at] : read_feedback(w.written())) told[s] = at;
    }
  }
  ByteWriter w(bytes);
  if (f.write(w, {1}, {2}, now)) {
    for (const auto& [s, at] : read_feedback(w.written())) told[s] = at;
  }
  ASSERT_EQ(told.size(), expected.size());
  for (const auto& [seq, at] : expected)
    EXPECT_NEAR(static_cast<double>(told[seq]), static_cast<double>(at), 250) << seq;
}

TEST(TransportFeedback, TellsOfABurstInSeveralPacketsAtOnce) {
  TransportFeedback f;
  const TimePoint now = time_from_us(1'000'000);
  size_t told = 0, packets = 0;
  const auto tell = [&](std::span<const uint8_t> feedback) {
    told += read_feedback(feedback).size();
    ++packets;
  };
  f.write_due({1}, {2}, now, tell);
  for (uint16_t seq = 0; seq < 1000; ++seq) f.on_packet({seq}, now);
  f.write_due({1}, {2}, now, tell);
  EXPECT_EQ(packets, 0u) << "nothing is due";
  const TimePoint due = f.next_deadline();
  f.write_due({1}, {2}, due, tell);
  EXPECT_EQ(packets, 3u);
  EXPECT_EQ(told, 1000u);
  EXPECT_EQ(f.next_deadline(), kNever);
}

TEST(TransportFeedback, SplitsOverAPauseThatNoDeltaHolds) {
  TransportFeedback f;
  std::array<uint8_t, 1200> bytes;
  TimePoint now = time_from_us(1'000'000);
  f.on_packet({1}, now);
  f.on_packet({2}, now + 20s);
  ByteWriter first(bytes);
  ASSERT_TRUE(f.write(first, {1}, {2}, now + 20s));
  EXPECT_EQ(read_feedback(first.written()).size(), 1u);
  ByteWriter second(bytes);
  ASSERT_TRUE(f.write(second, {1}, {2}, now + 20s));
  EXPECT_TRUE(read_feedback(second.written()).contains(2));
  ByteWriter third(bytes);
  EXPECT_FALSE(f.write(third, {1}, {2}, now + 20s));
  EXPECT_EQ(f.next_deadline(), kNever);
}

}  // namespace
}  // namespace parley::media::rtcp
