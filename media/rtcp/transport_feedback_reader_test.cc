// What a receiver's transport-wide feedback says: every kind of chunk, limits, and hostile bytes.
#include "media/rtcp/transport_feedback_reader.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <vector>

#include "media/core/random.h"
#include "media/rtcp/transport_feedback.h"

namespace parley::media::rtcp {
namespace {

using Status = TransportFeedbackReader::PacketStatus;

// A feedback packet from its parts, padded to words.
std::vector<uint8_t> feedback(uint16_t base, uint16_t count, uint32_t reference,
                              const std::vector<uint16_t>& chunks, const std::vector<uint8_t>& deltas) {
  std::vector<uint8_t> bytes(64 + 2 * chunks.size() + deltas.size());
  ByteWriter w(bytes);
  w.u8(0x80 | kTransportCc);
  w.u8(kTransportFeedback);
  w.u16(0);
  w.u32(1);
  w.u32(2);
  w.u16(base);
  w.u16(count);
  w.u24(reference);
  w.u8(9);
  for (const uint16_t c : chunks) w.u16(c);
  w.bytes(deltas);
  w.zeros((4 - w.size() % 4) % 4);
  w.patch_u16(2, static_cast<uint16_t>(w.size() / 4 - 1));
  bytes.resize(w.size());
  return bytes;
}

std::optional<TransportFeedbackReader> parse(std::span<const uint8_t> bytes) {
  const auto header = Reader(bytes).next();
  if (!header) return std::nullopt;
  return TransportFeedbackReader::parse(*header);
}

std::vector<Status> statuses(const TransportFeedbackReader& reader) {
  std::vector<Status> all;
  reader.for_each([&](const Status& s) { all.push_back(s); });
  return all;
}

TEST(TransportFeedbackReader, ReadsARunAndBothKindsOfVector) {
  // Three small deltas in a run; one-bit symbols 1,0,1 and eleven zeros; two-bit symbols 2,0,1.
  const uint16_t run = 0x2003, one_bit = 0x8000 | 0x2800, two_bit = 0xC000 | 2u << 12 | 1u << 8;
  const auto bytes = feedback(65534, 3 + 14 + 3, 5, {run, one_bit, two_bit}, {1, 2, 3, 4, 5, 0xFF, 0xFC, 8});
  const auto reader = parse(bytes);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->target().media, Ssrc{2});
  EXPECT_EQ(reader->feedback_count(), 9);
  EXPECT_EQ(reader->reference_us(), 320'000);
  const auto all = statuses(*reader);
  ASSERT_EQ(all.size(), 20u);
  EXPECT_EQ(all[0].seq.value, 65534);
  EXPECT_EQ(all[2].seq.value, 0) << "numbers wrap";
  EXPECT_EQ(all[0].arrival_us, 320'250);
  EXPECT_EQ(all[2].arrival_us, 320'000 + 6 * 250);
  EXPECT_TRUE(all[3].received);
  EXPECT_FALSE(all[4].received);
  EXPECT_TRUE(all[5].received);
  EXPECT_FALSE(all[16].received);
  EXPECT_EQ(all[17].delta_us, -4 * 250) << "a packet that overtook another";
  EXPECT_FALSE(all[18].received);
  EXPECT_EQ(all[19].arrival_us, 320'000 + (15 - 4 + 8) * 250);
}

TEST(TransportFeedbackReader, TakesAReferenceTimeBeforeTheEpoch) {
  const auto bytes = feedback(1, 1, 0xFFFFFF, {0x2001}, {0});
  const auto reader = parse(bytes);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->reference_us(), -64000);
}

TEST(TransportFeedbackReader, RefusesWhatIsMalformedOrTooMuch) {
  EXPECT_FALSE(parse(feedback(1, 0, 0, {0x2001}, {0}))) << "about nothing";
  EXPECT_FALSE(parse(feedback(1, 9000, 0, {0x1FFF, 0x1FFF}, {}))) << "about too much";
  EXPECT_TRUE(parse(feedback(1, 8192, 0, {0x1FFF, 0x0001}, {})));
  EXPECT_FALSE(parse(feedback(1, 20, 0, {0x2010}, std::vector<uint8_t>(16)))) << "chunks end early";
  EXPECT_FALSE(parse(feedback(1, 30, 0, {0x2000 | 30}, {1, 2}))) << "deltas end early";
  EXPECT_FALSE(parse(feedback(1, 1, 0, {0x6001}, {0, 0, 0}))) << "the reserved symbol";
  EXPECT_FALSE(parse(feedback(1, 40, 0, {0, 0, 0, 0}, {}))) << "runs of nothing";
  auto nack = feedback(1, 1, 0, {0x2001}, {0});
  nack[0] = 0x80 | kNack;
  EXPECT_FALSE(parse(nack));
}

TEST(TransportFeedbackReader, ReadsWhatOurReceiverWrites) {
  SeededRandom random(41);
  TransportFeedback writer;
  std::map<uint16_t, int64_t> sent, told;
  TimePoint now = time_from_us(1'000'000);
  std::array<uint8_t, 1200> bytes;
  for (int i = 0; i < 3000; ++i) {
    now += Duration(random.below(4000));
    if (random.below(8) != 0) {
      writer.on_packet({static_cast<uint16_t>(64000 + i)}, now);
      sent[static_cast<uint16_t>(64000 + i)] = to_us(now);
    }
    while (writer.next_deadline() <= now) {
      ByteWriter w(bytes);
      if (!writer.write(w, {1}, {2}, now)) break;
      const auto reader = parse(w.written());
      ASSERT_TRUE(reader);
      reader->for_each([&](const Status& s) {
        if (s.received) told[s.seq.value] = s.arrival_us;
      });
    }
  }
  ASSERT_GT(told.size(), 2400u);
  for (const auto& [seq, at] : told) ASSERT_LE(std::abs(at - sent.at(seq)), 250) << seq;
}

TEST(TransportFeedbackReader, SurvivesMutations) {
  const auto seed = feedback(100, 24, 7, {0x2003, 0xA800, 0xE100}, std::vector<uint8_t>(32, 3));
  SeededRandom random(20261121);
  int parsed = 0;
  for (int i = 0; i < 20000; ++i) {
    std::vector<uint8_t> bytes(seed);
    for (uint32_t n = random.below(6); n > 0; --n) {
      bytes[random.below(static_cast<uint32_t>(bytes.size()))] = static_cast<uint8_t>(random.next_u32());
    }
    if (const auto reader = parse(bytes)) {
      ++parsed;
      ASSERT_EQ(statuses(*reader).size(), reader->packet_count());
    }
  }
  EXPECT_GT(parsed, 1000);
}

}  // namespace
}  // namespace parley::media::rtcp
