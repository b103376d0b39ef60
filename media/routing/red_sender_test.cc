// Redundancy for one subscriber: begun and ended by its reports, readable for any reader of RFC 2198, and
// nothing that is not the packet before.
#include "media/routing/red_sender.h"

#include <gtest/gtest.h>

#include <vector>

#include "media/core/random.h"
#include "media/rtp/red.h"

namespace parley::media {
namespace {

constexpr uint8_t kOpus = 96;

std::vector<uint8_t> whole(std::span<const uint8_t> prefix, std::span<const uint8_t> payload) {
  std::vector<uint8_t> bytes(prefix.begin(), prefix.end());
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

TEST(RedSender, BeginsWithLossAndEndsWithoutIt) {
  RedSender red;
  EXPECT_FALSE(red.active());
  red.on_loss(0.03);
  EXPECT_FALSE(red.active());
  red.on_loss(0.04);
  EXPECT_TRUE(red.active());
  red.on_loss(0.02);
  EXPECT_TRUE(red.active()) << "not at once: it would come and go";
  red.on_loss(0.0);
  EXPECT_FALSE(red.active());
  EXPECT_TRUE(red.wrap({1}, {960}, std::vector<uint8_t>{1}, kOpus).empty());
}

TEST(RedSender, StaysOnForThoseWhoWantItAlways) {
  RedSender red;
  red.stay_on();
  red.on_loss(0.0);
  const std::vector<uint8_t> payload = {1, 2, 3};
  EXPECT_TRUE(red.wrap({1}, {960}, payload, kOpus).empty());
  EXPECT_FALSE(red.wrap({2}, {1920}, payload, kOpus).empty());
}

TEST(RedSender, RepeatsThePacketBefore) {
  RedSender red;
  red.on_loss(0.1);
  const std::vector<uint8_t> first(300, 7), second = {1, 2, 3};
  EXPECT_TRUE(red.wrap({65535}, {0xFFFFFF00}, first, kOpus).empty()) << "there is none before";
  const auto bytes = whole(red.wrap({0}, {0xFFFFFF00u + 2880}, second, kOpus), second);
  const auto parsed = rtp::RedPayload::parse(bytes);
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->redundant().size(), 1u);
  const rtp::RedBlock& block = parsed->redundant()[0];
  EXPECT_EQ(block.payload_type, kOpus);
  EXPECT_EQ(block.timestamp_offset, 2880);
  EXPECT_EQ(std::vector(block.payload.begin(), block.payload.end()), first);
  EXPECT_EQ(parsed->primary().payload_type, kOpus);
  EXPECT_EQ(std::vector(parsed->primary().payload.begin(), parsed->primary().payload.end()), second);
}

TEST(RedSender, LeavesOutWhatIsNotThePacketBefore) {
  RedSender red;
  red.on_loss(0.1);
  const std::vector<uint8_t> payload = {1, 2, 3}, large(RedSender::kMaxBlock + 1, 1);
  red.wrap({10}, {0}, payload, kOpus);
  EXPECT_TRUE(red.wrap({12}, {1920}, payload, kOpus).empty()) << "one is missing between";
  EXPECT_TRUE(red.wrap({11}, {960}, payload, kOpus).empty()) << "late";
  EXPECT_FALSE(red.wrap({13}, {2880}, payload, kOpus).empty()) << "the late one is not remembered";
  EXPECT_TRUE(red.wrap({14}, {2880 + 20000}, payload, kOpus).empty()) << "further back than 14 bits say";
  EXPECT_TRUE(red.wrap({15}, {22880}, payload, kOpus).empty()) << "the clock stands still";
  red.wrap({16}, {23840}, large, kOpus);
  EXPECT_TRUE(red.wrap({17}, {24800}, payload, kOpus).empty()) << "too large to be repeated";
}

TEST(RedSender, WhatIsRedundantAlreadyGetsTheSubscribersPayloadType) {
  const std::vector<uint8_t> a = {1, 2}, b = {3}, c = {4, 5, 6};
  std::vector<uint8_t> bytes(64);
  ByteWriter w(bytes);
  const rtp::RedBlock blocks[] = {{111, 1920, a}, {111, 960, b}, {111, 0, c}};
  ASSERT_TRUE(rtp::write_red(w, blocks));
  bytes.resize(w.size());
  std::array<uint8_t, RedSender::kMaxHeaders> headers;
  const size_t size = RedSender::rewrite_headers(bytes, 97, headers);
  ASSERT_EQ(size, 9u);
  const auto parsed =
      rtp::RedPayload::parse(whole(std::span(headers).first(size), std::span(bytes).subspan(size)));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->redundant()[0].payload_type, 97);
  EXPECT_EQ(parsed->redundant()[0].timestamp_offset, 1920);
  EXPECT_EQ(parsed->redundant()[1].payload_type, 97);
  EXPECT_EQ(parsed->primary().payload_type, 97);
}

TEST(RedSender, HeadersOfAnythingAreReadWithinBounds) {
  SeededRandom random(20261121);
  std::array<uint8_t, RedSender::kMaxHeaders> headers;
  for (int i = 0; i < 20000; ++i) {
    std::vector<uint8_t> bytes(random.below(60));
    random.fill(bytes);
    for (uint8_t& byte : bytes) byte |= random.below(2) ? 0x80 : 0;
    const size_t size = RedSender::rewrite_headers(bytes, 97, headers);
    ASSERT_LE(size, bytes.size());
    ASSERT_LE(size, headers.size());
  }
}

}  // namespace
}  // namespace parley::media
