// Paths that are late without being full: longer than they were, with jitter, or ending at a receiver that is
// busy. What is sent must come back soon, whatever the estimate took the delay for at first.
#include <gtest/gtest.h>

#include <cstdio>

#include "media/testing/room.h"
#include "media/testing/seeds.h"

namespace parley::media::testing {
namespace {

using namespace std::chrono_literals;

constexpr Duration kBack = 1s;

class LatePath : public Room {
 protected:
  // A camera's one layer, and all paths, the camera's and the subscriber's, become longer, with jitter, both
  // ways; they lose packets, feedback too, until they do.
  void lengthen(Duration by, Duration jitter, int64_t layer_bps = 480'000, double loss_before = 0) {
    add_publisher({layer_bps});
    Link& down = make_link({.bits_per_second = 50'000'000});
    Link& up = make_link({});
    MeasuringSubscriber& s = add_subscriber(&up, &down);
    net.run_for(10s);
    for (Link* link : {&up, &down, wire}) link->config().loss = loss_before;
    if (loss_before > 0) net.run_for(10s);
    s.take_measures();
    for (Link* link : {&up, &down, wire}) {
      link->config().loss = 0;
      link->config().delay += by;
      link->config().jitter = jitter;
    }
    net.run_for(25s);
    const Duration frozen = s.freeze(net.now());
    std::printf(
        "seed %lu: %ld ms longer with %ld ms of jitter: frozen for %ld ms at most, %lu frames in 25 s\n",
        GetParam(), to_ms(by), to_ms(jitter), to_ms(frozen), s.frames);
    EXPECT_LT(frozen, kBack);
    EXPECT_GE(s.frames, 30u * 24);
  }
};

TEST_P(LatePath, IsNoReasonToStayAwayWhenItBecameALittleLonger) { lengthen(25ms, 10ms); }
TEST_P(LatePath, IsNoReasonToStayAwayWhenItBecameLonger) { lengthen(50ms, 5ms); }
TEST_P(LatePath, IsNoReasonToStayAwayWhenItBecameLongerAndUneven) { lengthen(50ms, 30ms); }
TEST_P(LatePath, IsNoReasonToStayAwayWhenMuchIsSent) { lengthen(50ms, 30ms, 1'500'000); }
TEST_P(LatePath, IsNoReasonToStayAwayWhenItBecameMuchLonger) { lengthen(150ms, 10ms); }
TEST_P(LatePath, IsNoReasonToStayAwayWhenMuchWasLost) { lengthen(50ms, 30ms, 480'000, 0.1); }
TEST_P(LatePath, IsNoReasonToStayAwayWhenLittleWasSentAndMuchOfItLost) { lengthen(50ms, 30ms, 250'000, 0.1); }

INSTANTIATE_TEST_SUITE_P(Seeds, LatePath, ::testing::ValuesIn(kSeeds));

}  // namespace
}  // namespace parley::media::testing
