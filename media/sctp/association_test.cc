// SCTP associations over the simulated network: how they begin and end, and that messages arrive once, whole
// and in order through loss, reordering, duplicates and outages.
#include "media/sctp/association.h"

#include "media/sctp/hosts_for_tests.h"

namespace parley::media::sctp {
namespace {

using media::testing::LinkConfig;
using namespace std::chrono_literals;
using testing::AssociationHost;
using testing::pattern;
using Pair = testing::Pair<AssociationHost>;

constexpr LinkConfig kClean{.delay = 20ms};
constexpr LinkConfig kRough{
    .bits_per_second = 20'000'000, .delay = 30ms, .loss = 0.05, .reorder = 0.05, .duplicate = 0.02};

bool both_established(Pair& p) {
  return p.a.association.is_established() && p.b.association.is_established();
}

void establish(Pair& p) {
  p.on_a([&](TimePoint now, SendSlab& out) { p.a.connect(now, out); });
  p.on_b([&](TimePoint now, SendSlab& out) { p.b.connect(now, out); });
  ASSERT_TRUE(p.net.run_until([&] { return both_established(p); }, 20s));
}

TEST(SctpAssociation, BothSidesStartAtOnce) {
  Pair p(1, kClean);
  establish(p);
  EXPECT_EQ(p.a.established, 1);
  EXPECT_EQ(p.b.established, 1);
  EXPECT_TRUE(p.a.association.interleaving());
  EXPECT_TRUE(p.b.association.partial_reliability());
  EXPECT_EQ(p.a.association.outbound_streams(), 65535);
}

TEST(SctpAssociation, OneSideStarts) {
  Pair p(2, kClean);
  p.on_a([&](TimePoint now, SendSlab& out) { p.a.connect(now, out); });
  ASSERT_TRUE(p.net.run_until([&] { return both_established(p); }, 1s));
  EXPECT_EQ(p.a.established, 1);
}

TEST(SctpAssociation, StartsThroughLossWithAnySeed) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    Pair p(seed, {.delay = 20ms, .loss = 0.3, .reorder = 0.2, .duplicate = 0.2});
    establish(p);
    EXPECT_EQ(p.a.established, 1);
    EXPECT_EQ(p.a.restarted + p.b.restarted, 0);
  }
}

TEST(SctpAssociation, GivesUpWhenNobodyAnswers) {
  Pair p(3, {.loss = 1});
  p.on_a([&](TimePoint now, SendSlab& out) { p.a.connect(now, out); });
  p.net.run_for(120s);
  EXPECT_EQ(p.a.closed, 1);
  EXPECT_EQ(p.a.close_reason, "the peer did not answer");
}

void exchange(Pair& p, size_t count, size_t size, bool unordered, Duration at_most) {
  for (size_t i = 0; i < count; ++i) {
    SendOptions options;
    options.unordered = unordered;
    const auto stream = static_cast<uint16_t>(i % 3);
    for (AssociationHost* host : {&p.a, &p.b}) {
      ASSERT_TRUE(
          host->association.send(stream, 53, pattern(size, static_cast<uint32_t>(i)), options, p.net.now())
              .ok());
    }
  }
  p.on_a([&](TimePoint now, SendSlab& out) { p.a.flush(now, out); });
  p.on_b([&](TimePoint now, SendSlab& out) { p.b.flush(now, out); });
  ASSERT_TRUE(p.net.run_until([&] { return p.a.received >= count && p.b.received >= count; }, at_most))
      << p.a.received << " and " << p.b.received << " of " << count;
  p.net.run_for(5s);  // nothing may come twice
  for (AssociationHost* host : {&p.a, &p.b}) {
    ASSERT_EQ(host->messages.size(), count);
    std::map<uint16_t, size_t> next = {{0, 0}, {1, 1}, {2, 2}};
    std::multiset<std::vector<uint8_t>> all;
    for (const Message& m : host->messages) {
      if (unordered) {
        all.insert(m.bytes);
        continue;
      }
      ASSERT_EQ(m.bytes, pattern(size, static_cast<uint32_t>(next[m.stream])));
      next[m.stream] += 3;
    }
    for (size_t i = 0; unordered && i < count; ++i) {
      ASSERT_EQ(all.count(pattern(size, static_cast<uint32_t>(i))), 1u);
    }
    EXPECT_EQ(host->association.stats().buffered, 0u);
    EXPECT_EQ(host->association.stats().unacknowledged, 0u);
  }
}

class Through : public ::testing::TestWithParam<std::tuple<bool, bool, size_t>> {};

TEST_P(Through, RoughNetworkEverythingComesOnceAndWhole) {
  const auto [interleaving, unordered, size] = GetParam();
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    Config config;
    config.interleaving = interleaving;
    Pair p(seed, kRough, config, config);
    establish(p);
    ASSERT_EQ(p.a.association.interleaving(), interleaving);
    exchange(p, size > 100'000 ? 6 : 200, size, unordered, 120s);
    EXPECT_EQ(p.a.closed + p.b.closed, 0);
  }
}
INSTANTIATE_TEST_SUITE_P(Sctp, Through,
                         ::testing::Combine(::testing::Bool(), ::testing::Bool(),
                                            ::testing::Values(size_t{8}, size_t{900}, size_t{5000},
                                                              size_t{1'000'000})));

TEST(SctpAssociation, SurvivesAnOutage) {
  Pair p(5, {.bits_per_second = 10'000'000, .delay = 20ms});
  establish(p);
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(
        p.a.association.send(1, 53, pattern(1'000'000, static_cast<uint32_t>(i)), {}, p.net.now()).ok());
  p.on_a([&](TimePoint now, SendSlab& out) { p.a.flush(now, out); });
  p.net.at(500ms, [&] { p.to_b.config().loss = p.to_a.config().loss = 1; });
  p.net.at(10500ms, [&] { p.to_b.config().loss = p.to_a.config().loss = 0; });
  EXPECT_TRUE(p.net.run_until([&] { return p.b.received == 5; }, 40s));
  EXPECT_EQ(p.a.closed, 0);
}

TEST(SctpAssociation, NoticesThatThePeerIsGone) {
  Pair p(6, kClean);
  establish(p);
  p.to_b.config().loss = 1;
  ASSERT_TRUE(p.a.association.send(0, 53, pattern(100, 1), {}, p.net.now()).ok());
  p.on_a([&](TimePoint now, SendSlab& out) { p.a.flush(now, out); });
  p.net.run_for(120s);
  EXPECT_EQ(p.a.closed, 1);
  EXPECT_EQ(p.a.close_reason, "the peer does not answer");
}

TEST(SctpAssociation, HeartbeatsNoticeItTooWhenIdle) {
  Pair p(7, kClean);
  establish(p);
  p.net.run_for(300s);
  EXPECT_EQ(p.a.closed, 0);
  EXPECT_GT(p.a.association.stats().round_trip, 39ms);
  p.to_b.config().loss = 1;
  p.net.run_for(3600s);
  EXPECT_EQ(p.a.closed, 1);
}

TEST(SctpAssociation, ShutdownDeliversEverythingFirst) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    Pair p(seed, kRough);
    establish(p);
    ASSERT_TRUE(p.a.association.send(0, 53, pattern(200'000, 1), {}, p.net.now()).ok());
    p.on_a([&](TimePoint now, SendSlab& out) {
      testing::SlabSink sink(p.address_b, out);
      p.a.association.shutdown(now, sink);
    });
    EXPECT_FALSE(p.a.association.send(0, 53, pattern(10, 1), {}, p.net.now()).ok());
    ASSERT_TRUE(p.net.run_until([&] { return p.a.closed == 1 && p.b.closed == 1; }, 120s));
    EXPECT_EQ(p.b.received, 1u);
    EXPECT_EQ(p.a.close_reason, "");
  }
}

TEST(SctpAssociation, BothShutDownAtOnce) {
  Pair p(8, kClean);
  establish(p);
  for (auto* host : {&p.a, &p.b}) {
    const auto& own = host == &p.a ? p.address_a : p.address_b;
    const auto& peer = host == &p.a ? p.address_b : p.address_a;
    p.net.command(own, [&](TimePoint now, SendSlab& out) {
      testing::SlabSink sink(peer, out);
      host->association.shutdown(now, sink);
    });
  }
  ASSERT_TRUE(p.net.run_until([&] { return p.a.closed == 1 && p.b.closed == 1; }, 20s));
  EXPECT_EQ(p.a.close_reason, "");
  EXPECT_EQ(p.b.close_reason, "");
}

TEST(SctpAssociation, AbortEndsBothSides) {
  Pair p(9, kClean);
  establish(p);
  p.on_a([&](TimePoint, SendSlab& out) {
    testing::SlabSink sink(p.address_b, out);
    p.a.association.abort("enough", sink);
  });
  p.net.run_for(1s);
  EXPECT_EQ(p.a.close_reason, "enough");
  EXPECT_EQ(p.b.close_reason, "ended by the peer's program");
}

TEST(SctpAssociation, APeerThatForgotEverythingStartsAnew) {
  Pair p(10, kClean);
  establish(p);
  AssociationHost reborn({}, p.net.random(), p.address_a);
  p.net.detach(p.address_b);
  p.net.attach(p.address_b, reborn, &p.to_a, nullptr);
  p.on_b([&](TimePoint now, SendSlab& out) { reborn.connect(now, out); });
  ASSERT_TRUE(p.net.run_until([&] { return reborn.association.is_established(); }, 5s));
  EXPECT_EQ(p.a.restarted, 1);
  ASSERT_TRUE(p.a.association.send(0, 53, pattern(5000, 1), {}, p.net.now()).ok());
  p.on_a([&](TimePoint now, SendSlab& out) { p.a.flush(now, out); });
  EXPECT_TRUE(p.net.run_until([&] { return reborn.received == 1; }, 5s));
}

TEST(SctpAssociation, ResetStreamsStartAgain) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE(seed);
    Pair p(seed, kRough);
    establish(p);
    for (uint32_t round = 0; round < 5; ++round) {
      for (uint32_t i = 0; i < 10; ++i)
        ASSERT_TRUE(p.a.association.send(7, 53, pattern(3000, round * 100 + i), {}, p.net.now()).ok());
      p.a.association.reset_stream(7);
      p.on_a([&](TimePoint now, SendSlab& out) { p.a.flush(now, out); });
      ASSERT_TRUE(p.net.run_until([&] { return p.a.outgoing_resets.size() == round + 1; }, 60s));
      EXPECT_EQ(p.b.received, 10 * (round + 1)) << "the reset overtook messages";
      EXPECT_EQ(p.b.incoming_resets.size(), round + 1);
    }
  }
}

}  // namespace
}  // namespace parley::media::sctp
