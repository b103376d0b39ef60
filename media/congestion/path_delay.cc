// See path_delay.h.
#include "media/congestion/path_delay.h"

#include <algorithm>

namespace parley::media::congestion {
namespace {

constexpr Duration kLongestGap = std::chrono::milliseconds(120);
constexpr Duration kAfterQueue = std::chrono::milliseconds(500);
constexpr Duration kLongestTest = std::chrono::seconds(2);
constexpr int kPacketsAfter = 4;
constexpr int kTestsAfterJump = 1, kTestsAfterGrowth = 10;
constexpr int64_t kJumpUs = 60'000;
constexpr int64_t kJumpCountsUs = 3'000'000;

}  // namespace

void PathDelay::on_packet(int64_t sent_us, int64_t arrived_us) {
  const int64_t delay = arrived_us - sent_us;
  base_.add(arrived_us, delay);
  standing_.add(arrived_us, delay);
  recent_.add(arrived_us, delay);
  if (latest_arrived_us_ != 0 && delay - latest_us_ > kJumpUs) jumped_at_us_ = arrived_us;
  latest_arrived_us_ = arrived_us;
  latest_us_ = delay;
  if (test_) note_for_test(sent_us, delay);
}

void PathDelay::note_for_test(int64_t sent_us, int64_t delay_us) {
  Test& t = *test_;
  if (sent_us < to_us(t.start)) {
    // The last before the gap: a queue that grows makes each slower than the one before.
    if (sent_us < t.before_sent_us) return;
    t.before_sent_us = sent_us;
    t.before_us = delay_us;
  } else if (sent_us >= to_us(t.end)) {
    t.after_us = std::min(t.after_us, delay_us);
    ++t.after_packets;
  }
}

bool PathDelay::look(TimePoint now) {
  if (!test_) {
    if (standing_queue() < kLongQueue) {
      not_fallen_ = 0;
    } else if (now >= next_test_) {
      test_ = Test{now, now + std::min(standing_queue(), kLongestGap), std::nullopt, 0, INT64_MAX, 0};
    }
    return false;
  }
  if (test_->after_packets < kPacketsAfter || !test_->before_us) {
    if (now - test_->start > kLongestTest) test_.reset();
    return false;
  }
  const int64_t fall = *test_->before_us - test_->after_us;
  const bool fallen = fall * 2 >= (test_->end - test_->start).count();
  const int64_t delay_us = test_->after_us;
  test_.reset();
  last_test_ = now;
  if (fallen) {
    not_fallen_ = 0;
    next_test_ = now + kAfterQueue;
    return false;
  }
  const bool jumped = latest_arrived_us_ - jumped_at_us_ < kJumpCountsUs;
  if (++not_fallen_ < (jumped ? kTestsAfterJump : kTestsAfterGrowth)) return false;
  not_fallen_ = 0;
  base_.restart(delay_us);
  jumped_at_us_ = INT64_MIN / 2;
  return true;
}

void PathDelay::take_for_base() {
  base_.restart(standing_.least());
  test_.reset();
  not_fallen_ = 0;
}

void PathDelay::forget_latest() {
  standing_.restart(INT64_MAX);
  recent_.restart(INT64_MAX);
  test_.reset();
  not_fallen_ = 0;
}

}  // namespace parley::media::congestion
