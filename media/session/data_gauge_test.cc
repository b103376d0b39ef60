#include "media/session/data_gauge.h"

#include <gtest/gtest.h>

#include <thread>

namespace parley::media {
namespace {

TEST(DataGauge, CallsOnceWhenItHasFallenToWhatIsWatchedFor) {
  DataGauge gauge;
  gauge.add(100);
  EXPECT_FALSE(gauge.watch(40));
  EXPECT_FALSE(gauge.take(59));
  EXPECT_TRUE(gauge.take(1));
  EXPECT_FALSE(gauge.take(10)) << "it was called";
  EXPECT_EQ(gauge.bytes(), 30u);
}

TEST(DataGauge, CallsNobodyWhoDoesNotWatch) {
  DataGauge gauge;
  gauge.add(10);
  EXPECT_FALSE(gauge.take(10));
}

TEST(DataGauge, SaysWhenItIsAsLowAlready) {
  DataGauge gauge;
  gauge.add(10);
  EXPECT_FALSE(gauge.take(10));
  EXPECT_TRUE(gauge.watch(0));
  gauge.add(10);
  EXPECT_FALSE(gauge.take(10)) << "what was said is not said again";
}

TEST(DataGauge, OfTwoThreadsExactlyOneCalls) {
  constexpr int kRounds = 20'000;
  DataGauge gauge;
  std::atomic<int> round = 0, taken = 0, by_media = 0;
  std::thread media([&] {
    for (int i = 1; i <= kRounds; ++i) {
      while (round < i) {
      }
      if (gauge.take(1)) ++by_media;
      taken = i;
    }
  });
  for (int i = 1; i <= kRounds; ++i) {
    gauge.add(1);
    const int before = by_media;
    round = i;
    const bool here = gauge.watch(0);
    while (taken < i) {
    }
    ASSERT_EQ((here ? 1 : 0) + by_media - before, 1) << "round " << i;
  }
  media.join();
}

}  // namespace
}  // namespace parley::media
