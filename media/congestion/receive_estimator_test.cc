// A sender that does what REMB tells it, over a link in simulated time: it finds the link's rate and leaves
// no queue standing.
#include "media/congestion/receive_estimator.h"

#include <gtest/gtest.h>

#include <deque>

#include "media/core/random.h"

namespace parley::media::congestion {
namespace {

using namespace std::chrono_literals;

constexpr int64_t kPacketBits = 1200 * 8;

class RembLoop {
 public:
  explicit RembLoop(uint64_t seed) : random_(seed) {}

  // Packets of 1,200 bytes as fast as it is told, but no faster than its encoder; told 40 ms later.
  void run(Duration duration) {
    for (const TimePoint end = now_ + duration; now_ < end;) {
      now_ += Duration(kPacketBits * 1'000'000 / std::min(told_, encoder_bps));
      const TimePoint starts = std::max(now_, free_at_);
      queue = starts - now_;
      worst_queue = std::max(worst_queue, queue);
      free_at_ = starts + Duration(kPacketBits * 1'000'000 / link_bps);
      const TimePoint arrives = free_at_ + 20ms + Duration(random_.below(3000));
      const auto sent = Duration(to_us(now_) % ReceiveEstimator::kWrap.count());
      estimator.on_packet(sent, 1200, arrives);
      sent_bytes += 1200;
      if (estimator.next_deadline() <= arrives) {
        ++reports;
        pending_.emplace_back(arrives + 40ms, estimator.take(arrives));
      }
      for (; !pending_.empty() && pending_.front().first <= now_; pending_.pop_front())
        told_ = pending_.front().second;
    }
  }

  ReceiveEstimator estimator;
  int64_t link_bps = 2'000'000, encoder_bps = 10'000'000;
  Duration queue{0}, worst_queue{0};
  int64_t sent_bytes = 0;
  int reports = 0;

 private:
  SeededRandom random_;
  TimePoint now_ = time_from_us(60'000'000);  // the clock in the extension soon turns over
  TimePoint free_at_;
  int64_t told_ = 300'000;
  std::deque<std::pair<TimePoint, int64_t>> pending_;
};

class ReceiveEstimation : public ::testing::TestWithParam<uint64_t> {};

TEST_P(ReceiveEstimation, FindsWhatTheWayCarries) {
  SCOPED_TRACE(::testing::Message() << "seed " << GetParam());
  RembLoop loop(GetParam());
  loop.run(40s);
  loop.sent_bytes = 0;
  loop.worst_queue = Duration(0);
  loop.run(20s);
  EXPECT_GT(loop.sent_bytes * 8 / 20, loop.link_bps * 70 / 100);
  EXPECT_LT(loop.sent_bytes * 8 / 20, loop.link_bps * 103 / 100);
  EXPECT_LT(loop.worst_queue, 300ms);
}

TEST_P(ReceiveEstimation, TellsOfADropAtOnce) {
  SCOPED_TRACE(::testing::Message() << "seed " << GetParam());
  RembLoop loop(GetParam());
  loop.run(30s);
  loop.link_bps = 500'000;
  loop.run(3s);
  EXPECT_LT(loop.estimator.rate_bps(), 600'000);
  loop.run(7s);
  EXPECT_LT(loop.queue, 200ms);
}

TEST_P(ReceiveEstimation, SpeaksOnceASecondAndOfNothingBeyondWhatWasTested) {
  SCOPED_TRACE(::testing::Message() << "seed " << GetParam());
  RembLoop loop(GetParam());
  loop.encoder_bps = 400'000;
  loop.link_bps = 20'000'000;
  loop.run(20s);
  EXPECT_GE(loop.reports, 18);
  EXPECT_LE(loop.reports, 24);
  EXPECT_LE(loop.estimator.rate_bps(), ReceiveEstimator::kStartBps * 11 / 10)
      << "400 kbit/s came, no more is proven";
  EXPECT_GE(loop.estimator.rate_bps(), 400'000);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ReceiveEstimation, ::testing::Values(1, 20261121, 77, 4, 905));

TEST(ReceiveEstimator, SaysNothingToTheSilent) {
  ReceiveEstimator estimator;
  EXPECT_EQ(estimator.next_deadline(), kNever);
  const TimePoint now = time_from_us(1'000'000);
  estimator.on_packet(10ms, 1200, now);
  EXPECT_EQ(estimator.next_deadline(), now + ReceiveEstimator::kInterval);
  estimator.take(now + 5s);
  EXPECT_EQ(estimator.next_deadline(), kNever);
  estimator.on_packet(0ms, 1200, now + 300s);  // whatever its clock says now
  EXPECT_NE(estimator.next_deadline(), kNever);
}

}  // namespace
}  // namespace parley::media::congestion
