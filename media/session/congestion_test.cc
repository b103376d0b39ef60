// The hub with a publisher and subscribers behind links, on the simulated network: what each subscriber gets,
// how long the queue before it becomes, how long its picture stands still. Every scenario has the bound it
// must keep.
#include <gtest/gtest.h>

#include <cstdio>

#include "media/testing/room.h"
#include "media/testing/seeds.h"

namespace parley::media::testing {
namespace {

using namespace std::chrono_literals;

TEST_P(Room, KeepsThePictureWhenTheLinkBecomesSlow) {
  add_publisher({400'000});
  Link& link = make_link({.bits_per_second = 4'000'000, .queue = 1s});
  MeasuringSubscriber& s = add_subscriber(wire, &link);
  net.run_for(10s);
  s.take_measures();
  link.config().bits_per_second = 600'000;
  net.run_for(30s);
  std::printf("seed %lu: freeze %ld ms, queue at its worst %ld ms, %lu frames\n", GetParam(),
              to_ms(s.freeze(net.now())), to_ms(link.take_worst_queue_delay()), s.frames);
  EXPECT_LT(s.freeze(net.now()), 1s);
  EXPECT_GE(s.frames, 30u * 28);
}

TEST_P(Room, HoldsVideoThatDoesNotFitAndFindsRoomForItLater) {
  add_publisher({2'000'000});
  Link& link = make_link({.bits_per_second = 800'000});
  MeasuringSubscriber& s = add_subscriber(wire, &link);
  net.run_for(15s);
  s.take_measures();
  net.run_for(20s);
  const double held = bps(s.video_bytes, 20s);
  const auto audio = s.audio_packets;
  link.config().bits_per_second = 5'000'000;
  const TimePoint widened = net.now();
  const auto frames = s.frames;
  EXPECT_TRUE(net.run_until([&] { return s.frames > frames + 30; }, 60s));
  std::printf(
      "seed %lu: %.0f kbit/s of video in vain, %lu of 1000 audio packets; pictures %ld ms after there was "
      "room\n",
      GetParam(), held / 1000, audio, to_ms(net.now() - widened));
  EXPECT_GE(audio, 950u);
  EXPECT_LT(held, 800'000);
}

TEST_P(Room, ShowsPicturesThroughRandomLoss) {
  add_publisher({1'500'000});
  Link& link = make_link({.bits_per_second = 5'000'000, .loss = 0.05});
  MeasuringSubscriber& s = add_subscriber(wire, &link);
  net.run_for(15s);
  s.take_measures();
  net.run_for(60s);
  std::printf("seed %lu: %.0f kbit/s, %lu frames in a minute, freeze %ld ms\n", GetParam(),
              bps(s.video_bytes, 60s) / 1000, s.frames, to_ms(s.freeze(net.now())));
  EXPECT_GE(bps(s.video_bytes, 60s), 0.8 * 1'500'000);
  EXPECT_GE(s.frames, 1700u);
  EXPECT_LT(s.freeze(net.now()), 1s);
}

TEST_P(Room, ServesTenSubscribersBehindOneLinkAlike) {
  add_publisher({600'000});
  Link& link = make_link({.bits_per_second = 9'000'000});
  for (int i = 0; i < 10; ++i) {
    add_subscriber(wire, &link);
    net.run_for(300ms);
  }
  net.run_for(20s);
  for (auto& s : subscribers) s->take_measures();
  net.run_for(60s);
  double least = 1e12, most = 0, total = 0;
  for (auto& s : subscribers) {
    const double rate = bps(s->video_bytes, 60s);
    least = std::min(least, rate), most = std::max(most, rate), total += rate;
  }
  std::printf("seed %lu: each %.0f to %.0f kbit/s; queue %ld ms\n", GetParam(), least / 1000, most / 1000,
              to_ms(link.take_worst_queue_delay()));
  EXPECT_GE(least, 0.85 * total / 10);
  EXPECT_LE(most, 1.15 * total / 10);
  EXPECT_GE(total, 0.9 * 10 * 600'000);
}

TEST_P(Room, ReturnsWithinThreeSecondsOfAnOutage) {
  add_publisher({1'500'000});
  Link& down = make_link({.bits_per_second = 5'000'000});
  Link& up = make_link({});
  MeasuringSubscriber& s = add_subscriber(&up, &down);
  net.run_for(15s);
  EXPECT_GT(s.frames, 300u);
  down.config().loss = up.config().loss = 1;
  net.run_for(10s);
  EXPECT_EQ(sending(0).estimate.outages, 1u);
  down.config().loss = up.config().loss = 0;
  const TimePoint end = net.now();
  const auto frames = s.frames;
  EXPECT_TRUE(net.run_until([&] { return s.frames > frames + 5; }, 3s));
  std::printf("seed %lu: pictures again %ld ms after the outage\n", GetParam(), to_ms(net.now() - end));
}

INSTANTIATE_TEST_SUITE_P(Seeds, Room, ::testing::ValuesIn(kSeeds));

}  // namespace
}  // namespace parley::media::testing
