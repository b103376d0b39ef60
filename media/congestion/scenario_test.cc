// Congestion control over the simulated network, each scenario with the bound it must keep: a sender that
// always fills its estimate, and transport-wide feedback.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>

#include "media/testing/network.h"
#include "media/testing/rate_sender.h"
#include "media/testing/seeds.h"

namespace parley::media::testing {
namespace {

using namespace std::chrono_literals;

struct Flow {
  Flow(Network& net, PacketPool& pool, int number, Link* up, Link* down, int64_t most_bps = 0,
       Duration start = 0s)
      : sender_address(*SocketAddress::parse("192.0.2.1", static_cast<uint16_t>(1000 + number))),
        receiver_address(*SocketAddress::parse("192.0.2.2", static_cast<uint16_t>(1000 + number))),
        sender(receiver_address, pool, net.now(), most_bps, net.now() + start),
        receiver(sender_address) {
    net.attach(sender_address, sender, nullptr, up);
    net.attach(receiver_address, receiver, nullptr, down);
  }
  // Received since the last call, in bit/s.
  double received_bps(Duration over) {
    const uint64_t since = receiver.bytes - counted;
    counted = receiver.bytes;
    return static_cast<double>(since) * 8 * 1e6 / static_cast<double>(over.count());
  }
  SocketAddress sender_address, receiver_address;
  RateSender sender;
  RateReceiver receiver;
  uint64_t counted = 0;
};

class Congestion : public ::testing::TestWithParam<uint64_t> {
 protected:
  Congestion() : net(GetParam()), up(&net.add_link({.delay = 20ms})) {}
  Link& make_link(LinkConfig config) {
    config.delay = 20ms;
    // Nothing in a network is quite regular.
    config.jitter = std::max(config.jitter, Duration(2ms));
    return net.add_link(config);
  }
  Network net;
  PacketPool pool{8192};
  Link* up;
};

TEST_P(Congestion, ReachesNineTenthsOfACleanLinkInTenSeconds) {
  Link& link = make_link({.bits_per_second = 5'000'000});
  Flow flow(net, pool, 1, up, &link);
  const bool reached = net.run_until([&] { return flow.sender.target() >= 4'500'000; }, 10s);
  std::printf("seed %lu: 90 %% of 5 Mbit/s after %.2f s\n", GetParam(),
              static_cast<double>(to_us(net.now()) - 1'000'000) / 1e6);
  EXPECT_TRUE(reached) << flow.sender.target();
  net.run_for(5s);
  flow.received_bps(1s);
  link.take_worst_queue_delay();
  net.run_for(60s);
  const double rate = flow.received_bps(60s);
  std::printf("  then %.2f Mbit/s for a minute, queue at most %ld ms\n", rate / 1e6,
              to_ms(link.take_worst_queue_delay()));
  EXPECT_GE(rate, 0.85 * 5e6);
}

TEST_P(Congestion, FollowsADropWithoutLongQueueOrFreeze) {
  Link& link = make_link({.bits_per_second = 4'000'000, .queue = 3s});
  Flow flow(net, pool, 1, up, &link);
  net.run_for(15s);
  EXPECT_TRUE(net.run_until([&] { return flow.sender.target() >= 3'800'000; }, 20s));
  flow.receiver.longest_gap = 0s;
  link.config().bits_per_second = 600'000;
  const TimePoint drop = net.now();
  // Until there is news of it, what was right before goes into the queue: 40 ms of path and up to 50 ms until
  // the next feedback, at 3.4 Mbit/s too much, take 0.51 s at 0.6 Mbit/s; 10 ms that stood in the queue of
  // the 4 Mbit/s become 67. The first feedback may have one or two packets of it, which may be jitter: then
  // it takes one more, and another 0.28 s. Of 40 seeds, 38 stayed under 710 ms; two came to 1.1 and 1.4 s.
  Duration peak{0}, short_again{0};
  while (net.now() - drop < 2s) {
    link.take_worst_queue_delay();
    net.run_for(20ms);
    const Duration queue = link.take_worst_queue_delay();
    peak = std::max(peak, queue);
    if (queue >= 300ms) short_again = net.now() - drop;
  }
  const auto target = flow.sender.target();
  flow.received_bps(1s);
  net.run_for(20s);
  const auto after = link.take_worst_queue_delay();
  const double rate = flow.received_bps(20s);
  std::printf(
      "seed %lu: 2 s after the drop %ld kbit/s; queue at most %ld ms, under 300 ms after %ld ms, later at "
      "most %ld ms; gap %ld ms; %.0f kbit/s\n",
      GetParam(), target / 1000, to_ms(peak), to_ms(short_again), to_ms(after),
      to_ms(flow.receiver.longest_gap), rate / 1000);
  EXPECT_LE(target, 660'000);
  EXPECT_LT(peak, 850ms);
  EXPECT_LT(short_again, 1s);
  EXPECT_LT(after, 300ms);
  EXPECT_LT(flow.receiver.longest_gap, 1s);
  EXPECT_GE(rate, 0.75 * 600'000);
}

TEST_P(Congestion, KeepsItsRateThroughRandomLoss) {
  Link& clean = make_link({.bits_per_second = 3'000'000});
  Link& lossy = make_link({.bits_per_second = 3'000'000, .loss = 0.05});
  Flow a(net, pool, 1, up, &clean), b(net, pool, 2, up, &lossy);
  net.run_for(15s);
  a.received_bps(1s), b.received_bps(1s);
  net.run_for(60s);
  const double without = a.received_bps(60s), with = b.received_bps(60s);
  std::printf("seed %lu: %.2f Mbit/s without loss, %.2f with 5 %%\n", GetParam(), without / 1e6, with / 1e6);
  EXPECT_GE(with, 0.8 * without);
}

TEST_P(Congestion, ComesBackFromABurstOfLoss) {
  Link& link = make_link({.bits_per_second = 3'000'000});
  Flow flow(net, pool, 1, up, &link);
  net.run_for(20s);
  link.config().loss = 0.2;
  net.run_for(3s);
  const auto during = flow.sender.target();
  link.config().loss = 0;
  const TimePoint end = net.now();
  const bool back = net.run_until([&] { return flow.sender.target() >= 2'400'000; }, 10s);
  std::printf("seed %lu: %ld kbit/s in the burst; back after %ld ms\n", GetParam(), during / 1000,
              to_ms(net.now() - end));
  EXPECT_GE(during, 500'000);
  EXPECT_TRUE(back);
}

TEST_P(Congestion, BearsLossInBursts) {
  Link& link = make_link({.bits_per_second = 3'000'000,
                          .bursts = {.good_to_bad = 0.005, .bad_to_good = 0.2, .loss_when_bad = 0.8}});
  Flow flow(net, pool, 1, up, &link);
  net.run_for(15s);
  flow.received_bps(1s);
  net.run_for(60s);
  const double rate = flow.received_bps(60s);
  std::printf("seed %lu: %.2f Mbit/s\n", GetParam(), rate / 1e6);
  EXPECT_GE(rate, 0.7 * 3e6);
}

TEST_P(Congestion, IsNotFooledByJitterAndReordering) {
  Link& link = make_link({.bits_per_second = 3'000'000, .jitter = 15ms, .reorder = 0.02, .duplicate = 0.01});
  Flow flow(net, pool, 1, up, &link);
  net.run_for(20s);
  flow.received_bps(1s);
  net.run_for(60s);
  const double rate = flow.received_bps(60s);
  std::printf("seed %lu: %.2f Mbit/s\n", GetParam(), rate / 1e6);
  EXPECT_GE(rate, 0.7 * 3e6);
}

TEST_P(Congestion, SharesALinkFairly) {
  Link& link = make_link({.bits_per_second = 10'000'000});
  std::vector<std::unique_ptr<Flow>> flows;
  for (int i = 0; i < 10; ++i) flows.push_back(std::make_unique<Flow>(net, pool, i, up, &link, 0, i * 500ms));
  net.run_for(60s);
  for (auto& f : flows) f->received_bps(1s);
  net.run_for(120s);
  double least = 1e12, most = 0, total = 0;
  for (auto& f : flows) {
    const double rate = f->received_bps(120s);
    least = std::min(least, rate), most = std::max(most, rate), total += rate;
  }
  const double fair = total / 10;
  std::printf("seed %lu: %.2f of 10 Mbit/s; each %.0f to %.0f kbit/s, fair %.0f; queue %ld ms\n", GetParam(),
              total / 1e6, least / 1000, most / 1000, fair / 1000, to_ms(link.take_worst_queue_delay()));
  EXPECT_GE(total, 0.9 * 10e6);
  EXPECT_GE(least, 0.85 * fair);
  EXPECT_LE(most, 1.15 * fair);
}

TEST_P(Congestion, ReturnsAfterAnOutage) {
  Link& link = make_link({.bits_per_second = 3'000'000});
  Flow flow(net, pool, 1, up, &link);
  net.run_for(20s);
  const auto before = flow.sender.target();
  link.config().loss = up->config().loss = 1;
  net.run_for(10s);
  EXPECT_TRUE(flow.sender.controller().estimator().in_outage());
  link.config().loss = up->config().loss = 0;
  const TimePoint end = net.now();
  const bool back = net.run_until([&] { return flow.sender.target() >= before * 8 / 10; }, 3s);
  std::printf("seed %lu: %ld kbit/s before, %ld kbit/s %ld ms after the outage\n", GetParam(), before / 1000,
              flow.sender.target() / 1000, to_ms(net.now() - end));
  EXPECT_TRUE(back);
  EXPECT_TRUE(flow.sender.controller().estimator().take_recovered());
  flow.received_bps(1s);
  net.run_for(10s);
  EXPECT_GE(flow.received_bps(10s), 0.8 * 3e6);
}

TEST_P(Congestion, ProbesForWhatIsWantedWhileLittleIsSent) {
  Link& link = make_link({.bits_per_second = 5'000'000});
  Flow flow(net, pool, 1, up, &link, 150'000);
  net.run_for(5s);
  flow.sender.controller().estimator().set_wanted(2'500'000);
  const bool found = net.run_until([&] { return flow.sender.target() >= 2'500'000; }, 10s);
  std::printf("seed %lu: room for 2.5 Mbit/s found at %.2f s, %lu probes\n", GetParam(),
              static_cast<double>(to_us(net.now()) - 6'000'000) / 1e6,
              flow.sender.controller().estimator().stats().probes);
  EXPECT_TRUE(found) << flow.sender.target();
}

// The longest time in which less than `bps` arrived, within the time given.
Duration longest_below(Network& net, Flow& flow, double bps, Duration within) {
  constexpr Duration kStep = 100ms;
  Duration below{0}, longest{0};
  // Frames come by the thirtieth of a second: the rate is that of the last 300 ms.
  std::array<double, 3> last{bps, bps, bps};
  flow.received_bps(kStep);
  for (size_t i = 0; kStep * static_cast<int64_t>(i) < within; ++i) {
    net.run_for(kStep);
    last[i % last.size()] = flow.received_bps(kStep);
    below = (last[0] + last[1] + last[2]) / 3 < bps ? below + kStep : Duration(0);
    longest = std::max(longest, below);
  }
  return longest;
}

struct DelayStep {
  const char* what;
  int64_t link_bps;
  int64_t most_bps;  // 0: fills its estimate
  Duration jitter;
  bool both_ways;
};

constexpr DelayStep kDelaySteps[] = {
    {"1 Mbit/s link, full", 1'000'000, 0, 0ms, false},
    {"2 Mbit/s link, full", 2'000'000, 0, 0ms, false},
    {"3 Mbit/s link, full", 3'000'000, 0, 0ms, false},
    {"3 Mbit/s link, full, both ways", 3'000'000, 0, 0ms, true},
    {"2 Mbit/s link, full, jitter", 2'000'000, 0, 30ms, true},
    {"1 Mbit/s on a wide link", 20'000'000, 1'000'000, 0ms, true},
    {"1 Mbit/s on a wide link, jitter", 20'000'000, 1'000'000, 30ms, true},
};

// A longer path is no queue: it does not shrink when less is sent.
TEST_P(Congestion, KeepsItsRateWhenThePathChanges) {
  for (const DelayStep& step : kDelaySteps) {
    Link& way = net.add_link({.delay = 20ms});
    Link& link = make_link({.bits_per_second = step.link_bps, .jitter = step.jitter});
    Flow flow(net, pool, static_cast<int>(&step - kDelaySteps) + 1, &way, &link, step.most_bps);
    net.run_for(20s);
    flow.received_bps(1s);
    net.run_for(5s);
    const double before = flow.received_bps(5s);
    for (const Duration delay : {170ms, 20ms, 170ms}) {
      link.config().delay = delay;
      if (step.both_ways) way.config().delay = delay;
      const Duration below = longest_below(net, flow, 0.7 * before, 20s);
      std::printf("seed %lu: %s: delay %ld ms: %.2f Mbit/s before, under 70 %% of it for %ld ms, then %.2f\n",
                  GetParam(), step.what, to_ms(delay), before / 1e6, to_ms(below),
                  static_cast<double>(flow.sender.target()) / 1e6);
      EXPECT_LE(below, 2s) << step.what;
    }
    flow.sender.stop();
    net.run_for(1s);
  }
}

// The same while nothing is sent: what comes afterwards is not taken for a queue.
TEST_P(Congestion, KeepsItsRateWhenThePathChangesInAPause) {
  Link& link = make_link({.bits_per_second = 3'000'000});
  Flow flow(net, pool, 1, up, &link, 1'500'000);
  net.run_for(20s);
  flow.received_bps(1s);
  net.run_for(5s);
  const double before = flow.received_bps(5s);
  flow.sender.pause(true);
  net.run_for(5s);
  link.config().delay = 170ms;
  net.run_for(5s);
  flow.sender.pause(false);
  const Duration below = longest_below(net, flow, 0.7 * before, 20s);
  std::printf("seed %lu: %.2f Mbit/s before, under 70 %% of it for %ld ms\n", GetParam(), before / 1e6,
              to_ms(below));
  EXPECT_LE(below, 2s);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Congestion, ::testing::ValuesIn(kSeeds));

}  // namespace
}  // namespace parley::media::testing
