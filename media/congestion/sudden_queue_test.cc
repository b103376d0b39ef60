// A sudden queue: what is taken for one, and for how long sending waits.
#include "media/congestion/sudden_queue.h"

#include <gtest/gtest.h>

namespace parley::media::congestion {
namespace {

using namespace std::chrono_literals;

class SuddenQueueTest : public ::testing::Test {
 protected:
  // A feedback with three packets sent at once that came `apart` and waited for `queue`.
  bool feedback(Duration queue, Duration apart, int64_t bps = 4'000'000) {
    now += 50ms;
    for (int i = 0; i < 3; ++i) {
      const int64_t behind = apart.count() * (2 - i);
      sudden.on_packet(to_us(now) - 1000 + i, to_us(now) + queue.count() - behind, 1000);
    }
    sudden.on_feedback(queue, bps, 50ms, now);
    return sudden.holds_back(now);
  }
  void calm() {
    for (int i = 0; i < 40; ++i) EXPECT_FALSE(i > 0 && feedback(i % 2 == 0 ? 5ms : 20ms, 2ms));
  }
  SuddenQueue sudden;
  TimePoint now = time_from_us(10'000'000);
};

TEST_F(SuddenQueueTest, HoldsBackUntilTheNextFeedback) {
  sudden.expect(20ms, now);
  calm();
  EXPECT_TRUE(feedback(45ms, 2ms));
  EXPECT_TRUE(sudden.holds_back(now + 50ms));
  EXPECT_FALSE(sudden.holds_back(now + 75ms)) << "feedback that does not come must not stop us";
  EXPECT_FALSE(feedback(10ms, 2ms));
  EXPECT_TRUE(sudden.held_back_lately(now));
  EXPECT_FALSE(sudden.held_back_lately(now + 300ms));
}

TEST_F(SuddenQueueTest, SeesASlowPathInTheLastPackets) {
  sudden.expect(20ms, now);
  calm();
  EXPECT_TRUE(feedback(22ms, 10ms));
}

TEST_F(SuddenQueueTest, TakesJitterForUsual) {
  sudden.expect(20ms, now);
  calm();
  feedback(50ms, 2ms);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(feedback(i % 2 == 0 ? 2ms : 48ms, 2ms)) << i;
}

TEST_F(SuddenQueueTest, LeavesThoseAloneWhoSendLittle) {
  sudden.expect(20ms, now);
  calm();
  EXPECT_FALSE(feedback(300ms, 30ms, 500'000));
}

TEST_F(SuddenQueueTest, BearsABurstThatWasToCome) {
  sudden.expect(200ms, now);
  EXPECT_FALSE(feedback(100ms, 2ms));
}

}  // namespace
}  // namespace parley::media::congestion
