// Tests of media/core: each small type in its corners.
#include <gtest/gtest.h>

#include <set>
#include <unordered_set>

#include "media/core/bytes.h"
#include "media/core/datagram_handler.h"
#include "media/core/logger.h"
#include "media/core/packet_pool.h"
#include "media/core/random.h"
#include "media/core/result.h"
#include "media/core/send_slab.h"
#include "media/core/socket_address.h"
#include "media/core/types.h"

namespace parley::media {
namespace {

TEST(SeqNumber, OrderKnowsAboutWrapAround) {
  EXPECT_TRUE(SeqNumber{0}.newer_than(SeqNumber{65535}));
  EXPECT_FALSE(SeqNumber{65535}.newer_than(SeqNumber{0}));
  EXPECT_EQ(SeqNumber{2}.distance_from(SeqNumber{65534}), 4);
  EXPECT_EQ(SeqNumber{65535} + 3, SeqNumber{2});
}

TEST(SeqUnwrapper, FollowsTheStreamAcrossWrapAndReordering) {
  SeqUnwrapper unwrapper;
  EXPECT_EQ(unwrapper.unwrap({65534}), 65534);
  EXPECT_EQ(unwrapper.unwrap({1}), 65537);
  EXPECT_EQ(unwrapper.unwrap({65535}), 65535);
  EXPECT_EQ(unwrapper.unwrap({2}), 65538);
}

TEST(RtpTimestamp, OrderKnowsAboutWrapAround) {
  EXPECT_TRUE((RtpTimestamp{5}).newer_than(RtpTimestamp{0xFFFFFFF0u}));
  EXPECT_EQ((RtpTimestamp{5}).distance_from(RtpTimestamp{0xFFFFFFFFu}), 6);
}

TEST(ByteReader, RunningOutIsStickyAndGivesZero) {
  const uint8_t bytes[] = {1, 2, 3, 4, 5};
  ByteReader r(bytes);
  EXPECT_EQ(r.u16(), 0x0102);
  EXPECT_EQ(r.u24(), 0x030405u);
  EXPECT_TRUE(r.ok());
  EXPECT_EQ(r.u8(), 0);
  EXPECT_FALSE(r.ok());
  EXPECT_TRUE(r.bytes(0).empty());
  EXPECT_FALSE(r.ok());
}

TEST(ByteReader, NothingRemainsAfterRunningOut) {
  const uint8_t bytes[] = {1, 2, 3, 4, 5};
  ByteReader r(bytes);
  r.skip(8);
  EXPECT_FALSE(r.ok());
  EXPECT_EQ(r.remaining(), 0u);
}

TEST(ByteWriter, StopsAtTheEndAndPatches) {
  uint8_t bytes[6];
  ByteWriter w(bytes);
  w.u16(0);
  w.u32(0xAABBCCDD);
  w.patch_u16(0, 0x1234);
  EXPECT_TRUE(w.ok());
  EXPECT_EQ(load_be64(std::array<uint8_t, 8>{0x12, 0x34, 0xAA, 0xBB, 0xCC, 0xDD, 0, 0}.data()) >> 16,
            static_cast<uint64_t>(load_be16(bytes)) << 32 | load_be32(bytes + 2));
  w.u8(1);
  EXPECT_FALSE(w.ok());
  EXPECT_EQ(w.size(), 6u);
}

TEST(Result, HoldsAValueOrAReason) {
  Result<int> good(5);
  Result<int> bad(Error{"no"});
  EXPECT_TRUE(good.ok());
  EXPECT_EQ(*good, 5);
  EXPECT_FALSE(bad.ok());
  EXPECT_STREQ(bad.error().reason, "no");
  Result<void, Error> nothing;
  EXPECT_TRUE(nothing.ok());
}

TEST(SeededRandom, RepeatsForASeedAndStaysBelow) {
  SeededRandom a(7), b(7), c(8);
  EXPECT_EQ(a.next_u64(), b.next_u64());
  EXPECT_NE(a.next_u64(), c.next_u64());
  for (int i = 0; i < 1000; ++i) EXPECT_LT(a.below(10), 10u);
  const std::string token = a.ice_string(24);
  EXPECT_EQ(token.size(), 24u);
  EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
            std::string::npos);
}

TEST(SocketAddress, ParsesPrintsComparesAndHashes) {
  const auto v4 = SocketAddress::parse("192.0.2.1", 5000);
  const auto v6 = SocketAddress::parse("2001:db8::1", 5000);
  ASSERT_TRUE(v4 && v6);
  EXPECT_EQ(v4->to_string(), "192.0.2.1:5000");
  EXPECT_EQ(v6->to_string(), "[2001:db8::1]:5000");
  EXPECT_EQ(v4->ip_bytes().size(), 4u);
  EXPECT_EQ(v6->ip_bytes().size(), 16u);
  EXPECT_NE(*v4, *v6);
  EXPECT_EQ(*v4, *SocketAddress::parse("192.0.2.1", 5000));
  std::unordered_set<SocketAddress> set{*v4, *v6, *SocketAddress::parse("192.0.2.1", 5001)};
  EXPECT_EQ(set.size(), 3u);
  EXPECT_FALSE(SocketAddress::parse("localhost", 1));
  EXPECT_FALSE(SocketAddress::parse("", 1));
  EXPECT_FALSE(SocketAddress::parse("1.2.3.4.5", 1));
  EXPECT_FALSE(SocketAddress().valid());
  EXPECT_TRUE(SocketAddress::parse("::", 0)->is_unspecified());
}

TEST(PacketPool, SharesBytesAndStopsAtItsLimit) {
  PacketPool pool(2, 100);
  const uint8_t bytes[] = {1, 2, 3};
  PacketRef a = pool.copy_of(bytes);
  ASSERT_TRUE(a);
  PacketRef shared = a;
  EXPECT_EQ(shared.data(), a.data());
  EXPECT_EQ(shared.size(), 3u);
  PacketRef b = pool.acquire();
  EXPECT_TRUE(b);
  EXPECT_FALSE(pool.acquire());
  EXPECT_EQ(pool.exhausted(), 1u);
  a.reset();
  EXPECT_EQ(pool.in_use(), 2u);
  shared = PacketRef();
  EXPECT_EQ(pool.in_use(), 1u);
  EXPECT_TRUE(pool.acquire());
  EXPECT_FALSE(pool.copy_of(std::vector<uint8_t>(101)));
}

TEST(SendSlab, DropsAndCountsWhenFullWithoutASink) {
  SendSlab slab(10, 4);
  const SocketAddress to = *SocketAddress::parse("127.0.0.1", 9);
  std::span<uint8_t> out = slab.reserve(to, 8);
  ASSERT_EQ(out.size(), 8u);
  out[0] = 42;
  slab.commit(6);
  EXPECT_TRUE(slab.reserve(to, 5).empty());
  EXPECT_EQ(slab.dropped(), 1u);
  EXPECT_EQ(slab.reserve(to, 4).size(), 4u);
  slab.commit(0);
  ASSERT_EQ(slab.size(), 1u);
  EXPECT_EQ(slab[0].bytes.size(), 6u);
  EXPECT_EQ(slab[0].bytes[0], 42);
  EXPECT_EQ(slab[0].destination, to);
  EXPECT_EQ(slab[0].route, Route(to));
}

TEST(Route, DiffersByEachOfItsParts) {
  const SocketAddress peer = *SocketAddress::parse("192.0.2.1", 5000);
  const SocketAddress ours = *SocketAddress::parse("192.0.2.9", 6000);
  const Route routes[] = {peer, {ours}, {peer, ours}, {ours, peer}, {peer, ours, 1}, {peer, ours, 2}, {}};
  for (const Route& a : routes) {
    for (const Route& b : routes) {
      EXPECT_EQ(a == b, &a == &b);
      EXPECT_EQ(a.hash() == b.hash(), &a == &b);
    }
  }
  EXPECT_FALSE(Route().valid());
  EXPECT_EQ(Route(peer, ours).to_string(), "192.0.2.1:5000");
  EXPECT_EQ(Route(peer, ours, 7).to_string(), "tcp:192.0.2.1:5000");
}

TEST(SendSlab, FlushesThroughItsSinkWhenFull) {
  struct Counter final : SendSlab::Sink {
    size_t datagrams = 0;
    void send(const SendSlab& slab) override { datagrams += slab.size(); }
  } sink;
  SendSlab slab(1000, 3, &sink);
  const SocketAddress to = *SocketAddress::parse("::1", 9);
  const uint8_t bytes[] = {1, 2, 3};
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(slab.append(to, bytes));
  EXPECT_EQ(sink.datagrams, 9u);
  slab.flush();
  EXPECT_EQ(sink.datagrams, 10u);
  EXPECT_TRUE(slab.empty());
  EXPECT_EQ(slab.dropped(), 0u);
  EXPECT_FALSE(slab.append(to, std::vector<uint8_t>(1001)));
}

TEST(Logger, GivesItsSinkWhatIsWanted) {
  std::string got;
  Logger logger([&](LogLevel, std::string_view text) { got += text; }, LogLevel::kInfo);
  logger.log(LogLevel::kDebug, "no %d", 1);
  logger.log(LogLevel::kError, "yes %d", 2);
  EXPECT_EQ(got, "yes 2");
  Logger().log(LogLevel::kError, "nobody listens");
}

}  // namespace
}  // namespace parley::media
