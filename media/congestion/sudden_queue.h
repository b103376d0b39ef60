// A path that has become slow all at once: the first feedback that tells of it has only a few packets from
// after that, too few for a rate or a trend. Until the next one comes, each millisecond of sending as before
// may make ten of queue. So when the latest packets were held up for longer than usual, and more so one after
// the other, nothing that can wait is sent before there is more to go by: at most for the time in which
// feedback comes. That is no cut: jitter, a key frame's burst, or a path that became longer costs a moment.
// Who sends little makes no long queue in that time, and is left alone.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "media/core/time.h"

namespace parley::media::congestion {

class SuddenQueue {
 public:
  // In the order of arrival. Both clocks in microseconds.
  void on_packet(int64_t sent_us, int64_t arrived_us, size_t size) {
    if (sent_us < latest_[0].sent_us) return;  // overtaken
    latest_ = {Packet{sent_us, arrived_us, size}, latest_[0], latest_[1]};
  }
  // Called after each feedback, with the queueing delay of its latest packet and the rate sent at lately.
  void on_feedback(Duration queue, int64_t sent_bps, Duration feedback_interval, TimePoint now) {
    const bool long_for_once = queue > usual_ + kLeast;
    const bool slow = queue > std::max(usual_ * 3 / 4, kLeast * 2) && is_slow(sent_bps);
    if (sent_bps >= kMuch && (long_for_once || slow)) {
      until_ = now + std::min(feedback_interval * 3 / 2, kLongest);
    } else {
      until_ = std::min(until_, now);
    }
    // The longest of the last seconds.
    const double gone = std::min(static_cast<double>((now - looked_).count()) / kMemoryUs, 1.0);
    usual_ -= Duration(static_cast<int64_t>(static_cast<double>(usual_.count()) * gone));
    usual_ = std::max(usual_, queue);
    looked_ = now;
  }
  // A burst is to come that makes a queue of this length.
  void expect(Duration queue, TimePoint now) {
    usual_ = queue;
    looked_ = until_ = now;
  }
  bool holds_back(TimePoint now) const { return now < until_; }
  bool held_back_lately(TimePoint now) const { return now - until_ < kLately; }

 private:
  static constexpr int64_t kMuch = 1'500'000;
  static constexpr Duration kLeast = std::chrono::milliseconds(8);
  static constexpr Duration kLongest = std::chrono::milliseconds(150);
  static constexpr Duration kLately = std::chrono::milliseconds(200);
  static constexpr double kMemoryUs = 2e6;
  struct Packet {
    int64_t sent_us = 0;
    int64_t arrived_us = 0;
    size_t size = 0;
  };

  // Whether the last two took far longer than at this rate, and came further apart than they left.
  bool is_slow(int64_t sent_bps) const {
    const int64_t took_us = latest_[0].arrived_us - latest_[2].arrived_us;
    const int64_t sent_us = latest_[0].sent_us - latest_[2].sent_us;
    const auto bytes = static_cast<int64_t>(latest_[0].size + latest_[1].size);
    return took_us * 2 > sent_us * 3 && took_us * sent_bps > bytes * 8'000'000 * 3;
  }

  std::array<Packet, 3> latest_{};
  Duration usual_{0};
  TimePoint looked_, until_;
};

}  // namespace parley::media::congestion
