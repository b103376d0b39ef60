// Messages between threads arrive whole, in order, and wake whoever sleeps.
#include "media/io/thread_links.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

#include "media/core/bytes.h"
#include "media/core/random.h"
#include "media/io/system.h"

namespace parley::media::io {
namespace {

using namespace std::chrono_literals;

bool put(MessageLinks& from, size_t to, std::span<const uint8_t> message) { return from.send(to, message); }

TEST(SpscRing, RefusesWhatDoesNotFitAndGivesBackRoom) {
  SpscRing ring(256);
  const std::vector<uint8_t> message(90, 7);
  EXPECT_TRUE(ring.push(message, {}, {}));
  EXPECT_TRUE(ring.push(message, {}, {}));
  EXPECT_FALSE(ring.push(message, {}, {}));
  EXPECT_FALSE(ring.push(std::vector<uint8_t>(300), {}, {}));
  size_t size = 0;
  EXPECT_TRUE(ring.pop([&](std::span<uint8_t> m) { size = m.size(); }));
  EXPECT_EQ(size, 90u);
  EXPECT_TRUE(ring.push(message, {}, {})) << "at the start: it does not fit before the end";
  EXPECT_FALSE(ring.push({}, {}, {}));
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(ring.pop([&](std::span<uint8_t> m) { EXPECT_EQ(std::vector(m.begin(), m.end()), message); }));
  }
  EXPECT_TRUE(ring.empty());
  EXPECT_FALSE(ring.pop([](std::span<uint8_t>) {}));
}

TEST(SpscRing, TwoThreadsLoseNothingAndKeepTheOrder) {
  constexpr uint32_t kMessages = 20000;
  SpscRing ring(1 << 14);
  std::thread writer([&] {
    SeededRandom random(1);
    std::vector<uint8_t> body(1400);
    for (uint32_t i = 0; i < kMessages;) {
      uint8_t head[4];
      store_be32(head, i);
      const size_t size = random.below(200) + (i % 50 == 0 ? 1200 : 0);
      body[0] = static_cast<uint8_t>(i);
      while (!ring.push(head, std::span(body).first(1), std::span(body).first(size)))
        std::this_thread::yield();
      ++i;
    }
  });
  uint32_t expected = 0;
  while (expected < kMessages) {
    const bool got = ring.pop([&](std::span<uint8_t> m) {
      ASSERT_GE(m.size(), 5u);
      ASSERT_EQ(load_be32(m.data()), expected);
      ASSERT_EQ(m[4], static_cast<uint8_t>(expected));
      ASSERT_TRUE(m.size() == 5 || m[5] == static_cast<uint8_t>(expected));
      ++expected;
    });
    if (!got) std::this_thread::yield();
  }
  writer.join();
}

TEST(ThreadLinks, WakeWhoeverSleeps) {
  auto links = std::move(*ThreadLinks::create(2));
  constexpr uint32_t kRounds = 2000;
  // Ping-pong: each sleeps until the other has written.
  const auto play = [&](size_t self, bool begins) {
    ThreadLinks::Port& port = links->port(self);
    uint32_t seen = 0;
    if (begins) {
      put(port, 1 - self, std::vector<uint8_t>{1});
      port.notify();
    }
    while (seen < kRounds) {
      if (port.may_sleep()) {
        pollfd p{port.wake_fd(), POLLIN, 0};
        ASSERT_EQ(poll(&p, 1, 60'000), 1) << "nobody woke thread " << self << " in round " << seen;
      }
      port.awake();
      port.take_all([&](size_t from, std::span<uint8_t> m) {
        EXPECT_EQ(from, 1 - self);
        EXPECT_EQ(m.size(), 1u);
        ++seen;
        put(port, from, m);
      });
      port.notify();
    }
  };
  std::thread other([&] { play(1, false); });
  play(0, true);
  other.join();
}

TEST(ThreadLinks, AFullRingDropsAndCounts) {
  auto links = std::move(*ThreadLinks::create(3));
  const std::vector<uint8_t> message(1000);
  size_t sent = 0;
  while (put(links->port(0), 2, message)) ++sent;
  EXPECT_GT(sent, 900u);
  EXPECT_EQ(links->port(0).dropped(), 1u);
  EXPECT_TRUE(put(links->port(0), 1, message)) << "another ring";
  EXPECT_FALSE(links->port(2).may_sleep());
  size_t got = 0;
  for (int i = 0; i < 10; ++i) links->port(2).take_all([&](size_t, std::span<uint8_t>) { ++got; });
  EXPECT_EQ(got, sent);
  EXPECT_TRUE(links->port(2).may_sleep());
  EXPECT_FALSE(ThreadLinks::create(0));
  EXPECT_FALSE(ThreadLinks::create(27));
}

}  // namespace
}  // namespace parley::media::io
