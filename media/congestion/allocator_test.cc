// How an estimate is divided: order, priorities, hysteresis.
#include "media/congestion/allocator.h"

#include <gtest/gtest.h>

#include <vector>

namespace parley::media::congestion {
namespace {

using namespace std::chrono_literals;

const std::vector<LayerOption> kSimulcast = {{0, 0, 150'000}, {1, 0, 500'000}, {2, 0, 2'000'000}};
const std::vector<LayerOption> kAudio = {{0, 0, 40'000}};

class AllocatorTest : public ::testing::Test {
 protected:
  std::span<const Allocator::Choice> allocate(int64_t bps) {
    return allocator.allocate(demands, {bps, bps, queue}, now);
  }
  // The spatial layer each has after `seconds` of this estimate; -1: none.
  std::vector<int> after(int seconds, int64_t bps) {
    std::vector<int> layers;
    for (int i = 0; i < seconds * 10; ++i, now += 100ms) {
      layers.clear();
      for (const auto& c : allocate(bps)) layers.push_back(c.layers ? c.layers->spatial : -1);
    }
    return layers;
  }
  Allocator allocator;
  std::vector<Allocator::Demand> demands;
  TimePoint now = time_from_us(1'000'000);
  Duration queue{0};
};

TEST_F(AllocatorTest, RaisesOnlyWhatIsProvenAndLowersNothingForThat) {
  demands = {{2, false, 128, kSimulcast}};
  EXPECT_EQ(after(5, 1'000'000), (std::vector{1}));
  for (int i = 0; i < 50; ++i, now += 100ms) {
    EXPECT_EQ(allocator.allocate(demands, {5'000'000, 300'000}, now)[0].layers->spatial, 1);
  }
  EXPECT_GT(allocator.wanted_bps(), 2'200'000);  // to be probed for
  EXPECT_EQ(allocator.allocate(demands, {5'000'000, 2'500'000}, now)[0].layers->spatial, 2);
}

TEST_F(AllocatorTest, RisesLayerByLayerToWhatFits) {
  demands = {{1, true, 0, kAudio}, {2, false, 128, kSimulcast}};
  EXPECT_EQ(after(1, 300'000), (std::vector{0, 0}));
  EXPECT_EQ(after(5, 1'000'000), (std::vector{0, 1}));
  EXPECT_EQ(after(5, 3'000'000), (std::vector{0, 2}));
  EXPECT_EQ(allocator.wanted_bps(), allocator.allocated_bps());  // nothing more to want
}

TEST_F(AllocatorTest, GivesEveryoneTheLowestLayerBeforeAnyoneMore) {
  demands = {{1, false, 128, kSimulcast}, {2, false, 128, kSimulcast}, {3, false, 128, kSimulcast}};
  EXPECT_EQ(after(5, 600'000), (std::vector{0, 0, 0}));
  EXPECT_EQ(after(15, 1'900'000), (std::vector{1, 1, 1}));
}

TEST_F(AllocatorTest, PrefersTheHigherPriority) {
  demands = {{1, false, 10, kSimulcast}, {2, false, 200, kSimulcast}};
  EXPECT_EQ(after(15, 1'000'000), (std::vector{0, 1}));
  EXPECT_EQ(after(15, 200'000), (std::vector{-1, 0}));
}

TEST_F(AllocatorTest, LowersAtOnceAndRaisesLater) {
  demands = {{1, false, 128, kSimulcast}};
  EXPECT_EQ(after(5, 3'000'000), (std::vector{2}));
  EXPECT_EQ(after(1, 700'000), (std::vector{1}));
  EXPECT_EQ(after(8, 3'000'000), (std::vector{1}));
  EXPECT_EQ(after(3, 3'000'000), (std::vector{2}));
  // Again, so soon after it was raised: the wait is longer.
  EXPECT_EQ(after(1, 700'000), (std::vector{1}));
  EXPECT_EQ(after(18, 3'000'000), (std::vector{1}));
  EXPECT_EQ(after(4, 3'000'000), (std::vector{2}));
}

// A size that is seen to change is left alone for longer than how many pictures of it there are.
TEST_F(AllocatorTest, TriesMorePicturesOfTheSameSizeSooner) {
  const std::vector<LayerOption> temporal = {
      {0, 0, 60'000}, {0, 1, 100'000}, {0, 2, 160'000}, {1, 0, 500'000}};
  demands = {{1, false, 128, temporal}};
  const auto now_sent = [&] { return *allocate(1'000'000)[0].layers; };
  EXPECT_EQ(after(8, 1'000'000), (std::vector{1}));
  EXPECT_EQ(after(1, 80'000), (std::vector{0}));
  EXPECT_EQ(now_sent(), (LayerTarget{0, 0}));
  after(4, 1'000'000);
  EXPECT_EQ(now_sent(), (LayerTarget{0, 2}));
  EXPECT_EQ(after(4, 1'000'000), (std::vector{0}));
  EXPECT_EQ(after(3, 1'000'000), (std::vector{1}));
}

TEST_F(AllocatorTest, BearsALittleTooMuchForAMoment) {
  demands = {{1, false, 128, kSimulcast}};
  EXPECT_EQ(after(5, 3'000'000), (std::vector{2}));
  now += 100ms;
  EXPECT_EQ(allocate(2'150'000)[0].layers->spatial, 2);
  EXPECT_EQ(after(2, 2'150'000), (std::vector{1}));
}

TEST_F(AllocatorTest, NamesTheRateThatOneMoreStepNeeds) {
  demands = {{1, true, 0, kAudio}, {2, false, 128, kSimulcast}};
  after(5, 1'000'000);
  EXPECT_GT(allocator.wanted_bps(), 2'240'000);
  EXPECT_LT(allocator.wanted_bps(), 2'800'000);
}

TEST_F(AllocatorTest, DoesNotForbidWhatHasNotComeYet) {
  demands = {{1, false, 128, {}}};
  ASSERT_EQ(allocate(100'000).size(), 1u);
  EXPECT_TRUE(allocate(100'000)[0].layers);
  demands = {{1, false, 128, kSimulcast}};
  EXPECT_EQ(after(3, 10'000), (std::vector{0}));  // the lowest layer is given time
  EXPECT_EQ(after(3, 10'000), (std::vector{-1}));
  EXPECT_EQ(after(3, 180'000), (std::vector{0}));
}

TEST_F(AllocatorTest, TriesTheOnlyPictureAgainOnAnEstimateThatIsTooLow) {
  demands = {{1, false, 128, kSimulcast}};
  after(1, 300'000);
  EXPECT_EQ(after(5, 100'000), (std::vector{-1}));
  int shown = 0;
  for (int i = 0; i < 20; ++i) shown += after(1, 100'000) == std::vector{0};
  EXPECT_GE(shown, 12);
  EXPECT_LT(shown, 20);
  // Far too little is no matter of doubt.
  EXPECT_EQ(after(7, 40'000), (std::vector{-1}));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(after(1, 40'000), (std::vector{-1}));
}

// The slow pictures of a large layer cost about as much as the fast ones of a small layer.
TEST_F(AllocatorTest, KeepsALayerThatCostsLittleLessThanOneBelow) {
  std::vector<LayerOption> rates = {{0, 0, 60'000}, {0, 1, 135'000}, {1, 0, 140'000}, {1, 1, 400'000}};
  demands = {{1, false, 128, rates}};
  EXPECT_EQ(after(5, 200'000), (std::vector{1}));
  rates[2].bitrate_bps = 128'000;
  EXPECT_EQ(after(1, 200'000), (std::vector{1}));
  EXPECT_EQ(after(2, 3'000'000), (std::vector{1}));
  EXPECT_EQ(allocate(3'000'000)[0].layers, (LayerTarget{1, 1})) << "nothing was lowered: no need to wait";
}

TEST_F(AllocatorTest, KeepsALayerWhoseTemporalLayersCome) {
  const std::vector<LayerOption> temporal = {
      {0, 0, 100'000}, {0, 1, 150'000}, {1, 0, 300'000}, {1, 1, 500'000}};
  demands = {{1, false, 128, temporal}};
  after(5, 350'000);
  EXPECT_EQ(allocate(350'000)[0].layers, (LayerTarget{0, 1}));
  now += 2s;
  EXPECT_EQ(after(3, 700'000), (std::vector{1}));
  EXPECT_EQ(allocate(700'000)[0].layers, (LayerTarget{1, 1}));
}

// Whoever shares the link and has a higher layer yields first; a long queue is one's own.
TEST_F(AllocatorTest, KeepsTheSecondLayerForAWhileUnlessTheQueueIsLong) {
  demands = {{1, false, 128, kSimulcast}};
  EXPECT_EQ(after(10, 700'000), (std::vector{1}));
  EXPECT_EQ(after(2, 400'000), (std::vector{1}));
  EXPECT_EQ(after(2, 400'000), (std::vector{0}));
  EXPECT_EQ(after(30, 700'000), (std::vector{1}));
  queue = 200ms;
  EXPECT_EQ(after(1, 400'000), (std::vector{0}));
}

TEST_F(AllocatorTest, HoldsOnlyTheTopBackThatWasTriedInVain) {
  demands = {{1, false, 128, kSimulcast}};
  EXPECT_EQ(after(5, 3'000'000), (std::vector{2}));
  EXPECT_EQ(after(12, 1'000'000), (std::vector{1}));  // from now on the top waits for 20 s
  EXPECT_EQ(after(1, 3'000'000), (std::vector{2}));
  EXPECT_EQ(after(2, 1'000'000), (std::vector{1}));
  EXPECT_EQ(after(1, 300'000), (std::vector{0}));
  EXPECT_EQ(after(11, 3'000'000), (std::vector{1}));
  EXPECT_EQ(after(3, 3'000'000), (std::vector{1}));
  EXPECT_EQ(after(8, 3'000'000), (std::vector{2}));
}

}  // namespace
}  // namespace parley::media::congestion
