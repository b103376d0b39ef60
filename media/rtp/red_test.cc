// Redundant audio: the format, and what it brings back.
#include "media/rtp/red.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <vector>

#include "media/core/random.h"

namespace parley::media::rtp {
namespace {

TEST(Red, ReadsTheRfcsLayout) {
  // One redundant block of type 5, 0x1234 earlier and three bytes long; a primary of type 7.
  const std::vector<uint8_t> bytes = {0x85, 0x48, 0xD0, 0x03, 0x07, 1, 2, 3, 9, 8};
  const auto red = RedPayload::parse(bytes);
  ASSERT_TRUE(red);
  ASSERT_EQ(red->redundant().size(), 1u);
  EXPECT_EQ(red->redundant()[0].payload_type, 5);
  EXPECT_EQ(red->redundant()[0].timestamp_offset, 0x1234);
  EXPECT_EQ(red->redundant()[0].payload.size(), 3u);
  EXPECT_EQ(red->primary().payload_type, 7);
  EXPECT_EQ(red->primary().payload.size(), 2u);
  std::array<uint8_t, 32> out;
  ByteWriter w(out);
  const RedBlock blocks[] = {red->redundant()[0], red->primary()};
  ASSERT_TRUE(write_red(w, blocks));
  EXPECT_EQ(std::vector<uint8_t>(w.written().begin(), w.written().end()), bytes);
}

TEST(Red, RefusesWhatIsCutOffOrEndless) {
  EXPECT_FALSE(RedPayload::parse({}));
  EXPECT_FALSE(RedPayload::parse(std::vector<uint8_t>{0x85, 0x48})) << "half a header";
  EXPECT_FALSE(RedPayload::parse(std::vector<uint8_t>{0x85, 0, 0, 9, 7, 1, 2})) << "a block beyond the end";
  std::vector<uint8_t> many;
  for (int i = 0; i < 9; ++i) many.insert(many.end(), {0x85, 0, 0, 0});
  many.push_back(7);
  EXPECT_FALSE(RedPayload::parse(many));
  EXPECT_TRUE(RedPayload::parse(std::vector<uint8_t>{7})) << "an empty primary";
}

TEST(Red, WritesOnlyWhatFits) {
  const std::vector<uint8_t> large(2000);
  std::vector<uint8_t> room(4000);
  ByteWriter w(room);
  const RedBlock too_old[] = {{5, 0x4000, {}}, {5, 0, {}}};
  const RedBlock too_large[] = {{5, 960, large}, {5, 0, {}}};
  EXPECT_FALSE(write_red(w, too_old));
  EXPECT_FALSE(write_red(w, too_large));
  EXPECT_FALSE(write_red(w, {}));
  const RedBlock large_primary[] = {{5, 0, large}};
  EXPECT_TRUE(write_red(w, large_primary));
}

TEST(RedRecovery, BringsBackLostPacketsInTheirPlaces) {
  SeededRandom random(2198);
  RedRecovery recovery;
  std::map<uint16_t, uint8_t> received;
  std::vector<std::vector<uint8_t>> frames;
  int lost_for_good = 0, lost_in_a_row = 0;
  for (int i = 0; i < 5000; ++i) {
    frames.push_back({static_cast<uint8_t>(i), static_cast<uint8_t>(i >> 8)});
    const uint16_t seq = static_cast<uint16_t>(65000 + i);
    if (i > 0 && random.below(5) == 0) {
      if (++lost_in_a_row == 3) ++lost_for_good;
      if (lost_in_a_row > 3) ++lost_for_good;
      continue;
    }
    lost_in_a_row = 0;
    std::vector<RedBlock> blocks;
    for (int k = std::min(i, 2); k >= 0; --k) {
      blocks.push_back({111, static_cast<uint16_t>(960 * k), frames[static_cast<size_t>(i - k)]});
    }
    std::array<uint8_t, 64> bytes;
    ByteWriter w(bytes);
    ASSERT_TRUE(write_red(w, blocks));
    const auto red = RedPayload::parse(w.written());
    ASSERT_TRUE(red);
    recovery.on_packet({seq}, {static_cast<uint32_t>(i) * 960}, *red, [&](const RedRecovery::Recovered& r) {
      const int n = static_cast<uint16_t>(r.seq.value - 65000);
      EXPECT_EQ(r.timestamp.value, static_cast<uint32_t>(n) * 960);
      EXPECT_EQ(r.payload[0], static_cast<uint8_t>(n));
      EXPECT_TRUE(received.emplace(r.seq.value, r.payload[0]).second) << "told twice";
    });
    ASSERT_TRUE(received.emplace(seq, frames.back()[0]).second);
  }
  EXPECT_NEAR(static_cast<double>(received.size()), 5000.0 - lost_for_good, 3);
  EXPECT_GT(received.size(), 4900u) << "of a fifth lost, almost nothing stays so";
}

TEST(RedRecovery, TakesNothingWhoseTimeCannotBe) {
  const std::vector<uint8_t> frame = {1};
  const auto tell = [&](std::vector<RedBlock> blocks) {
    RedRecovery recovery;
    recovery.on_plain_packet({10}, {9600});
    std::array<uint8_t, 64> bytes;
    ByteWriter w(bytes);
    EXPECT_TRUE(write_red(w, blocks));
    int n = 0;
    recovery.on_packet({12}, {9600 + 1920}, *RedPayload::parse(w.written()), [&](const auto&) { ++n; });
    return n;
  };
  EXPECT_EQ(tell({{111, 960, frame}, {111, 0, frame}}), 1);
  EXPECT_EQ(tell({{111, 1920, frame}, {111, 0, frame}}), 0) << "as old as the packet before";
  EXPECT_EQ(tell({{111, 0, frame}, {111, 0, frame}}), 0) << "as new as the primary";
  EXPECT_EQ(tell({{110, 960, frame}, {111, 0, frame}}), 0) << "of another format";
  EXPECT_EQ(tell({{111, 960, {}}, {111, 0, frame}}), 0) << "nothing in it";
  EXPECT_EQ(tell({{111, 1500, frame}, {111, 960, frame}, {111, 0, frame}}), 1) << "one is lost, not two";
}

}  // namespace
}  // namespace parley::media::rtp
