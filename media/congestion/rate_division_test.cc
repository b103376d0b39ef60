#include "media/congestion/rate_division.h"

#include <gtest/gtest.h>

#include <vector>

namespace parley::media::congestion {
namespace {

RateShare share(int64_t wanted, int64_t least, uint8_t rank, uint8_t weight = 1, bool running = false) {
  return {{wanted, least, rank, weight}, running, 0};
}

std::vector<int64_t> divided(int64_t bps, std::vector<RateShare> shares) {
  divide_rate(bps, shares);
  std::vector<int64_t> rates;
  for (const RateShare& s : shares) rates.push_back(s.bps);
  return rates;
}

TEST(RateDivision, GivesEverybodyWhatTheyWantWhenThereIsEnough) {
  EXPECT_EQ(divided(5'000'000, {share(150'000, 50'000, 0), share(500'000, 150'000, 1)}),
            (std::vector<int64_t>{150'000, 500'000}));
}

TEST(RateDivision, FillsSmallEncodingsFirst) {
  EXPECT_EQ(
      divided(400'000, {share(2'000'000, 600'000, 2), share(500'000, 150'000, 1), share(150'000, 50'000, 0)}),
      (std::vector<int64_t>{0, 250'000, 150'000}));
}

TEST(RateDivision, NeverStopsTheLowest) {
  EXPECT_EQ(divided(10'000, {share(150'000, 50'000, 0), share(500'000, 150'000, 1, 1, true)}),
            (std::vector<int64_t>{50'000, 0}));
}

TEST(RateDivision, SharesOneRankByWeightAndPassesOnWhatIsLeftOver) {
  EXPECT_EQ(divided(660'000, {share(1'000'000, 30'000, 0, 1), share(1'000'000, 30'000, 0, 2)}),
            (std::vector<int64_t>{230'000, 430'000}));
  EXPECT_EQ(divided(1'000'000, {share(100'000, 30'000, 0, 4), share(2'000'000, 30'000, 0, 1)}),
            (std::vector<int64_t>{100'000, 900'000}));
}

TEST(RateDivision, BringsAnEncodingBackOnlyWithRoomToSpare) {
  const auto upper = [](int64_t bps, bool running) {
    return divided(bps, {share(100'000, 50'000, 0), share(500'000, 200'000, 1, 1, running)})[1];
  };
  EXPECT_EQ(upper(310'000, true), 210'000);
  EXPECT_EQ(upper(310'000, false), 0);
  EXPECT_EQ(upper(345'000, false), 245'000);
}

TEST(RateDivision, LeavesOutWhoSendsNothing) {
  EXPECT_EQ(divided(1'000'000, {share(0, 50'000, 0), share(500'000, 50'000, 0)}),
            (std::vector<int64_t>{0, 500'000}));
}

}  // namespace
}  // namespace parley::media::congestion
