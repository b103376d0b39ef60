#include "media/rtp/bitrate_meter.h"

#include <gtest/gtest.h>

namespace parley::media::rtp {
namespace {

using namespace std::chrono_literals;

TEST(BitrateMeter, FollowsASteadyStreamFromItsFirstTenths) {
  BitrateMeter meter;
  TimePoint now = time_from_us(5'000'050);
  for (int i = 0; i < 300; ++i, now += 10ms) {
    meter.add(1250, now);  // 1 Mbit/s
    if (i >= 25) {
      ASSERT_NEAR(meter.bps(now), 1e6, 0.08e6) << i;
    }
  }
}

TEST(BitrateMeter, ForgetsAfterASecondAndBeginsAnew) {
  BitrateMeter meter;
  TimePoint now = time_from_us(0);
  EXPECT_EQ(meter.bps(now), 0u);
  meter.add(1000, now);
  EXPECT_GT(meter.bps(now + 900ms), 0u);
  EXPECT_EQ(meter.bps(now + 1000ms), 0u);
  now += 1h;
  meter.add(25000, now);
  EXPECT_EQ(meter.bps(now), 1'000'000u);  // over two slots, the least
  EXPECT_EQ(meter.bps(now + 500ms), 400'000u);
}

}  // namespace
}  // namespace parley::media::rtp
