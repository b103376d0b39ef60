// Simulcast through the hub to subscribers behind links (testing/room.h): which layer each is sent, how often
// it changes, and what that does to the picture. Every scenario has the bound it must keep.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>

#include "media/testing/room.h"
#include "media/testing/seeds.h"

namespace parley::media::testing {
namespace {

using namespace std::chrono_literals;

class LayeredRoom : public Room {};

const std::vector<int64_t> kLayers = {150'000, 500'000, 2'000'000};

TEST_P(LayeredRoom, GivesTheTopLayerToWhoeverHasRoomForIt) {
  add_publisher(kLayers);
  Link& link = make_link({.bits_per_second = 5'000'000});
  MeasuringSubscriber& s = add_subscriber(wire, &link);
  const TimePoint start = net.now();
  EXPECT_TRUE(net.run_until([&] { return s.encoding == 2; }, 10s));
  std::printf("seed %lu: top layer after %.2f s, estimate %ld kbit/s\n", GetParam(),
              static_cast<double>((net.now() - start).count()) / 1e6, sending(0).estimate.target_bps / 1000);
  net.run_for(2s);
  s.take_measures();
  net.run_for(60s);
  EXPECT_TRUE(s.switches.empty());
  EXPECT_LT(s.freeze(net.now()), 300ms);
  EXPECT_GE(s.frames, 59u * 30);
}

TEST_P(LayeredRoom, FollowsADropOfTheLinkWithoutFreezing) {
  add_publisher(kLayers);
  Link& link = make_link({.bits_per_second = 4'000'000, .queue = 1s});
  MeasuringSubscriber& s = add_subscriber(wire, &link);
  EXPECT_TRUE(net.run_until([&] { return s.encoding == 2; }, 15s));
  net.run_for(10s);
  s.take_measures();
  link.take_worst_queue_delay();
  link.config().bits_per_second = 600'000;
  const TimePoint drop = net.now();
  Duration peak{0}, short_again{0};
  while (net.now() - drop < 2s) {
    net.run_for(20ms);
    const Duration queue = link.take_worst_queue_delay();
    peak = std::max(peak, queue);
    if (queue >= 300ms) short_again = net.now() - drop;
  }
  net.run_for(20s);
  const auto after = link.take_worst_queue_delay();
  std::printf(
      "seed %lu: layer %d, freeze %ld ms, queue at its worst %ld ms, under 300 ms after %ld ms, later at "
      "most "
      "%ld ms, %lu switches\n",
      GetParam(), *s.encoding, to_ms(s.freeze(net.now())), to_ms(peak), to_ms(short_again), to_ms(after),
      s.switches.size());
  EXPECT_LT(*s.encoding, 2);
  EXPECT_LT(s.freeze(net.now()), 1s);
  EXPECT_LT(peak, 400ms);
  EXPECT_LT(short_again, 600ms);
  EXPECT_LT(after, 300ms);
  EXPECT_GE(s.audio_packets, 22u * 50 * 95 / 100);
}

// An estimate that nothing has tried for long is not believed when a layer is to be raised.
TEST_P(LayeredRoom, DoesNotRaiseALayerOnAnOldEstimate) {
  add_publisher({150'000, 2'000'000});
  Link& link = make_link({.bits_per_second = 4'000'000, .queue = 1s});
  MeasuringSubscriber& s = add_subscriber(wire, &link);
  EXPECT_TRUE(net.run_until([&] { return s.encoding == 1; }, 15s));
  prefer(0, {0, 0});
  net.run_for(5s);
  EXPECT_EQ(s.encoding, 0);
  link.config().bits_per_second = 600'000;
  net.run_for(10s);
  s.take_measures();
  link.take_worst_queue_delay();
  prefer(0, {});
  net.run_for(10s);
  const auto queue = link.take_worst_queue_delay();
  std::printf("seed %lu: layer %d, queue at its worst %ld ms, freeze %ld ms\n", GetParam(), *s.encoding,
              to_ms(queue), to_ms(s.freeze(net.now())));
  EXPECT_EQ(s.encoding, 0);
  EXPECT_LT(queue, 300ms);
  EXPECT_LT(s.freeze(net.now()), 500ms);
}

// Little is sent, far below an estimate from better times, to somebody near, when the line becomes too narrow
// even for that. A few packets are a long queue there.
TEST_P(LayeredRoom, GetsTheSmallLayerSoonWhereALineCarriesNoMore) {
  add_publisher({110'000, 300'000, 1'500'000});
  Link& down = make_link({.bits_per_second = 100'000'000});
  Link& up = make_link({});
  for (Link* link : {&up, &down}) link->config().delay = link->config().jitter = 1ms;
  MeasuringSubscriber& s = add_subscriber(&up, &down);
  EXPECT_TRUE(net.run_until([&] { return s.encoding == 2; }, 15s));
  prefer(0, {0, 0});
  net.run_for(6s);
  prefer(0, {1, 0});
  net.run_for(6s);
  EXPECT_EQ(s.encoding, 1);
  s.take_measures();
  down.config().bits_per_second = 270'000;
  const TimePoint drop = net.now();
  EXPECT_TRUE(net.run_until([&] { return s.encoding == 0; }, 10s));
  const Duration small = net.now() - drop;
  down.take_worst_queue_delay();
  Duration short_again{0};
  while (net.now() - drop < 5s) {
    net.run_for(20ms);
    if (down.take_worst_queue_delay() > 150ms) short_again = net.now() - drop;
  }
  const Duration frozen = s.freeze(net.now());
  s.take_measures();
  net.run_for(10s);
  std::printf(
      "seed %lu: the small layer after %ld ms, frozen for %ld ms, queue below 150 ms after %ld ms; then %lu "
      "frames in 10 s\n",
      GetParam(), to_ms(small), to_ms(frozen), to_ms(short_again), s.frames);
  EXPECT_LT(small, 1400ms);
  EXPECT_LT(frozen, 300ms);
  EXPECT_LT(short_again, 1500ms);
  EXPECT_GE(s.frames, 290u);
}

TEST_P(LayeredRoom, ChangesLayersRarelyOnASteadyLink) {
  add_publisher(kLayers);
  // Room for the middle one, and not for the top.
  Link& link = make_link({.bits_per_second = 1'500'000});
  MeasuringSubscriber& s = add_subscriber(wire, &link);
  net.run_for(20s);
  s.take_measures();
  net.run_for(180s);
  Duration closest = 180s;
  for (size_t i = 1; i < s.switches.size(); ++i)
    closest = std::min(closest, Duration(s.switches[i] - s.switches[i - 1]));
  std::printf(
      "seed %lu: layer %d, %lu switches in 3 min, the closest %ld ms "
      "apart; %.0f kbit/s video, %.0f "
      "padding\n",
      GetParam(), *s.encoding, s.switches.size(), to_ms(closest), bps(s.video_bytes, 180s) / 1000,
      bps(s.padding_bytes, 180s) / 1000);
  EXPECT_GE(closest, 10s);
  EXPECT_GE(bps(s.video_bytes, 180s), 450'000);
  EXPECT_LT(bps(s.padding_bytes, 180s), 150'000);
  EXPECT_LT(s.freeze(net.now()), 1s);
}

TEST_P(LayeredRoom, ShowsPicturesThroughRandomLoss) {
  add_publisher(kLayers);
  Link& link = make_link({.bits_per_second = 5'000'000, .loss = 0.05});
  MeasuringSubscriber& s = add_subscriber(wire, &link);
  net.run_for(15s);
  s.take_measures();
  net.run_for(60s);
  std::printf(
      "seed %lu: layer %d, %.0f kbit/s, %lu frames in a minute, freeze "
      "%ld ms\n",
      GetParam(), *s.encoding, bps(s.video_bytes, 60s) / 1000, s.frames, to_ms(s.freeze(net.now())));
  EXPECT_GE(bps(s.video_bytes, 60s), 0.8 * 2'000'000);
  EXPECT_GE(s.frames, 1700u);
  EXPECT_LT(s.freeze(net.now()), 1s);
}

TEST_P(LayeredRoom, ShowsPicturesThroughABurstOfLoss) {
  add_publisher(kLayers);
  Link& link = make_link({.bits_per_second = 5'000'000});
  MeasuringSubscriber& s = add_subscriber(wire, &link);
  EXPECT_TRUE(net.run_until([&] { return s.encoding == 2; }, 15s));
  net.run_for(5s);
  s.take_measures();
  link.config().loss = 0.2;
  net.run_for(3s);
  const uint64_t during = s.frames;
  link.config().loss = 0;
  const TimePoint end = net.now();
  EXPECT_TRUE(net.run_until([&] { return s.encoding == 2 && s.last_frame > end; }, 15s));
  std::printf("seed %lu: %lu frames in 3 s of 20 %% loss, freeze %ld ms; the top layer %ld ms after it\n",
              GetParam(), during, to_ms(s.freeze(net.now())), to_ms(net.now() - end));
  EXPECT_GE(during, 45u);
  EXPECT_LT(s.freeze(net.now()), 1s);
}

TEST_P(LayeredRoom, ReturnsWithinThreeSecondsOfAnOutage) {
  add_publisher(kLayers);
  Link& down = make_link({.bits_per_second = 5'000'000});
  Link& up = make_link({});
  MeasuringSubscriber& s = add_subscriber(&up, &down);
  EXPECT_TRUE(net.run_until([&] { return s.encoding == 2; }, 15s));
  net.run_for(10s);
  down.config().loss = up.config().loss = 1;
  net.run_for(10s);
  down.config().loss = up.config().loss = 0;
  const TimePoint end = net.now();
  const auto frames = s.frames;
  EXPECT_TRUE(net.run_until([&] { return s.frames > frames + 5; }, 3s));
  const auto picture = net.now() - end;
  EXPECT_TRUE(net.run_until([&] { return s.encoding == 2 && s.last_frame > end; }, 3s));
  const auto top = net.now() - end;
  std::printf(
      "seed %lu: pictures again %ld ms after the outage, the top layer "
      "after %ld ms\n",
      GetParam(), to_ms(picture), to_ms(top));
  EXPECT_LE(top, 3s);
}

// Who has been content with the middle layer for long does not give it up at the first cut, but soon enough.
TEST_P(LayeredRoom, FollowsADropFromTheMiddleLayerWithoutFreezing) {
  add_publisher(kLayers);
  Link& link = make_link({.bits_per_second = 1'500'000, .queue = 1s});
  MeasuringSubscriber& s = add_subscriber(wire, &link);
  net.run_for(20s);
  for (const int64_t bits_per_second : {500'000, 400'000, 300'000}) {
    EXPECT_TRUE(net.run_until([&] { return s.encoding == 1; }, 60s));
    net.run_for(10s);
    s.take_measures();
    link.take_worst_queue_delay();
    link.config().bits_per_second = bits_per_second;
    net.run_for(20s);
    const auto queue = link.take_worst_queue_delay();
    std::printf("seed %lu: %ld kbit/s: layer %d, freeze %ld ms, queue at its worst %ld ms, %lu switches\n",
                GetParam(), bits_per_second / 1000, *s.encoding, to_ms(s.freeze(net.now())), to_ms(queue),
                s.switches.size());
    EXPECT_EQ(*s.encoding, 0);
    EXPECT_LT(s.freeze(net.now()), 1s);
    EXPECT_LT(queue, 600ms);
    link.config().bits_per_second = 1'500'000;
  }
}

// What is fair with layers: there is room for everybody's middle layer, and not for the top of one beside the
// middle of the others. So in the long run everybody is to have about the same; whoever tries the top, or is
// cut for a queue that others made, goes back soon. Wanted are 85 to 115 % of the same: in 40 seeds the least
// has 63 to 93 % and the most 106 to 153 %, and for 3 to 48 s somebody tries the top while another has the
// lowest. Before those with high layers yielded first, it was 32 to 370 %.
TEST_P(LayeredRoom, ServesTenSubscribersBehindOneLinkAlike) {
  add_publisher(kLayers);
  Link& link = make_link({.bits_per_second = 7'000'000});
  for (int i = 0; i < 10; ++i) {
    add_subscriber(wire, &link);
    net.run_for(500ms);
  }
  net.run_for(30s);
  for (auto& s : subscribers) s->take_measures();
  link.take_worst_queue_delay();
  constexpr int kSeconds = 120;
  std::array<int, 3> seconds{};  // of all, by layer
  int unfair = 0;                // somebody has the top while another has the lowest
  for (int t = 0; t < kSeconds; ++t) {
    net.run_for(1s);
    std::array<int, 3> now{};
    for (auto& s : subscribers) ++now.at(s->encoding.value_or(0));
    for (size_t i = 0; i < now.size(); ++i) seconds[i] += now[i];
    unfair += now[0] > 0 && now[2] > 0;
  }
  double least = 1e12, most = 0, total = 0;
  size_t switches = 0;
  for (auto& s : subscribers) {
    const double rate = bps(s->video_bytes, std::chrono::seconds(kSeconds));
    least = std::min(least, rate), most = std::max(most, rate), total += rate;
    switches += s->switches.size();
  }
  std::printf("seed %lu: each %.0f to %.0f %% of the same, %.2f Mbit/s; seconds in the layers %d, %d, %d;",
              GetParam(), least * 1000 / total, most * 1000 / total, total / 1e6, seconds[0], seconds[1],
              seconds[2]);
  std::printf(" unfair %d of %d s; %lu switches; queue %ld ms\n", unfair, kSeconds, switches,
              to_ms(link.take_worst_queue_delay()));
  EXPECT_GE(least, 0.6 * total / 10);
  EXPECT_LE(most, 1.6 * total / 10);
  EXPECT_GE(total, 0.85 * 10 * 500'000);
  EXPECT_LE(unfair, kSeconds / 2);
}

INSTANTIATE_TEST_SUITE_P(Seeds, LayeredRoom, ::testing::ValuesIn(kSeeds));

}  // namespace
}  // namespace parley::media::testing
