// The simulated network does what its links are told, and the same again from the same seed.
#include "media/testing/network.h"

#include <gtest/gtest.h>

#include "media/core/bytes.h"

namespace parley::media::testing {
namespace {

using namespace std::chrono_literals;

const SocketAddress kSender = *SocketAddress::parse("192.0.2.1", 5000);
const SocketAddress kReceiver = *SocketAddress::parse("192.0.2.2", 5000);

// Sends numbered packets of 1,000 bytes on the wire at an interval.
class Source final : public DatagramHandler {
 public:
  explicit Source(Duration interval) : interval_(interval) {}
  void on_datagrams(std::span<const Datagram>, TimePoint, SendSlab&) override {}
  TimePoint next_deadline() const override { return next_; }
  void on_deadline(TimePoint now, SendSlab& out) override {
    std::vector<uint8_t> bytes(1000 - Network::kWireOverhead);
    store_be32(bytes.data(), sent++);
    out.append(kReceiver, bytes);
    next_ = now + interval_;
  }
  uint32_t sent = 0;

 private:
  Duration interval_;
  TimePoint next_ = time_from_us(1'000'000);
};

class Sink final : public DatagramHandler {
 public:
  void on_datagrams(std::span<const Datagram> datagrams, TimePoint now, SendSlab&) override {
    for (const Datagram& d : datagrams) arrivals.emplace_back(load_be32(d.bytes.data()), now);
  }
  TimePoint next_deadline() const override { return kNever; }
  void on_deadline(TimePoint, SendSlab&) override {}
  std::vector<std::pair<uint32_t, TimePoint>> arrivals;
};

struct Trial {
  Trial(const LinkConfig& config, Duration interval, Duration length, uint64_t seed = 1)
      : net(seed), link(net.add_link(config)), source(interval) {
    net.attach(kSender, source, nullptr, nullptr);
    net.attach(kReceiver, sink, nullptr, &link);
    net.run_for(length);
  }
  Network net;
  Link& link;
  Source source;
  Sink sink;
};

TEST(Network, LimitsTheRateAndDropsWhatTheQueueCannotHold) {
  // 8 Mbit/s into 1 Mbit/s: 125 packets a second come out, after 200 ms of queue.
  Trial run({.bits_per_second = 1'000'000, .delay = 10ms, .queue = 200ms}, 1ms, 10s);
  EXPECT_NEAR(static_cast<double>(run.sink.arrivals.size()), 1250, 5);
  EXPECT_NEAR(static_cast<double>(run.link.stats().overflowed), 8750, 50);
  EXPECT_NEAR(static_cast<double>(run.link.stats().queue_delay.count()), 200'000, 17'000);
}

TEST(Network, ChangesItsRateForWhatIsQueued) {
  Network net(1);
  Link& link = net.add_link({.bits_per_second = 8'000'000, .queue = 1s});
  Source source(1ms);
  Sink sink;
  net.attach(kSender, source, nullptr, nullptr);
  net.attach(kReceiver, sink, nullptr, &link);
  net.at(1s, [&] { link.config().bits_per_second = 800'000; });
  net.run_for(2s);
  EXPECT_NEAR(static_cast<double>(sink.arrivals.size()), 1100, 5);
  EXPECT_GT(link.take_worst_queue_delay(), 800ms);
  EXPECT_EQ(link.stats().worst_queue_delay, 0ms);
}

TEST(Network, DelaysKeepingOrder) {
  Trial run({.delay = 30ms, .jitter = 20ms}, 5ms, 5s);
  ASSERT_GT(run.sink.arrivals.size(), 900u);
  Duration least = 1s, most = 0ms;
  for (const auto& [number, at] : run.sink.arrivals) {
    const Duration delay = at - (time_from_us(1'000'000) + number * Duration(5ms));
    least = std::min(least, delay);
    most = std::max(most, delay);
  }
  EXPECT_GE(least, 30ms);
  EXPECT_GT(most, 45ms);
  EXPECT_LE(most, 50ms);
  EXPECT_TRUE(std::is_sorted(run.sink.arrivals.begin(), run.sink.arrivals.end()));
}

TEST(Network, LosesReordersAndDuplicatesAsOftenAsAsked) {
  Trial run({.loss = 0.05, .reorder = 0.1, .duplicate = 0.02}, 1ms, 60s, 7);
  const double sent = run.source.sent;
  EXPECT_NEAR(static_cast<double>(run.link.stats().lost) / sent, 0.05, 0.005);
  EXPECT_NEAR(static_cast<double>(run.sink.arrivals.size()) / sent, 0.95 * 1.02, 0.01);
  size_t overtaken = 0;
  for (size_t i = 1; i < run.sink.arrivals.size(); ++i) {
    overtaken += run.sink.arrivals[i].first < run.sink.arrivals[i - 1].first;
  }
  EXPECT_GT(overtaken, 4000u);
}

TEST(Network, LosesInBursts) {
  Trial run({.bursts = {.good_to_bad = 0.01, .bad_to_good = 0.1}}, 1ms, 60s, 7);
  size_t gaps = 0;
  for (size_t i = 1; i < run.sink.arrivals.size(); ++i) {
    gaps += run.sink.arrivals[i].first > run.sink.arrivals[i - 1].first + 1;
  }
  const double lost = static_cast<double>(run.link.stats().lost);
  EXPECT_NEAR(lost / run.source.sent, 1.0 / 11, 0.02);
  EXPECT_NEAR(lost / static_cast<double>(gaps), 10, 2);
}

TEST(Network, RepeatsItselfFromTheSameSeed) {
  const LinkConfig config{.bits_per_second = 2'000'000, .jitter = 5ms, .loss = 0.1, .reorder = 0.1};
  Trial a(config, 3ms, 10s, 5);
  Trial b(config, 3ms, 10s, 5);
  Trial c(config, 3ms, 10s, 6);
  EXPECT_EQ(a.sink.arrivals, b.sink.arrivals);
  EXPECT_NE(a.sink.arrivals, c.sink.arrivals);
}

TEST(Network, CountsWhatNobodyReceivesAndEndsWaiting) {
  Network net(1);
  Source source(10ms);
  net.attach(kSender, source, nullptr, nullptr);
  EXPECT_FALSE(net.run_until([&] { return net.undeliverable() > 1000; }, 1s));
  EXPECT_TRUE(net.run_until([&] { return net.undeliverable() > 150; }, 1s));
  net.command(kReceiver, [](TimePoint, SendSlab& out) { out.append(kSender, std::vector<uint8_t>(10)); });
  net.detach(kSender);
  const auto before = net.undeliverable();
  net.run_for(1s);
  EXPECT_EQ(net.undeliverable(), before);
}

}  // namespace
}  // namespace parley::media::testing
