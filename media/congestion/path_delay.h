// How long packets wait in queues on the way: their delay beyond that of the empty path, and what is that of
// the empty path (RFC 6817 section 4.2 keeps the least of the last minutes as its base, too).
//
// A path that became longer looks like a queue that stays. The difference is that a queue shrinks when less
// is sent. So where one seems to stand, nothing that can wait is sent for a moment: the packets after the gap
// must be faster than those before it by about its length. If they are not, that is the delay of the path:
// certain after one test where the delay jumped from one packet to the next, and after many in a row where it
// grew: that it also does where others share the queue and do not send less.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "media/core/time.h"

namespace parley::media::congestion {

class PathDelay {
 public:
  // From here on no trend is needed to call it a queue; and it is put to the test, for it may be the path.
  static constexpr Duration kLongQueue = std::chrono::milliseconds(80);

  // In the order of arrival. Both clocks in microseconds; their offset does not matter.
  void on_packet(int64_t sent_us, int64_t arrived_us);

  // Of the latest packet.
  Duration queue() const { return Duration(latest_us_ - base()); }
  // Of the fastest of the last 25 to 50 ms: what jitter leaves of it.
  Duration recent_queue() const { return beyond_base(recent_.least()); }
  // Of the fastest of the last 100 to 200 ms: what bursts leave of it as well.
  Duration standing_queue() const { return beyond_base(standing_.least()); }

  // Called after each feedback. True when a longer path has been taken for a queue until now.
  bool look(TimePoint now);
  // Whether this is the gap.
  bool holds_back(TimePoint now) const { return test_ && now < test_->end; }
  // From then until the packets after it have come.
  bool in_test() const { return test_.has_value(); }
  TimePoint last_test() const { return last_test_; }
  // What seemed a queue is the path.
  void take_for_base();
  // The base stays, for what it is worth; the rest cannot be compared with what comes.
  void forget_latest();

 private:
  // The least of this period and the one before.
  class Least {
   public:
    explicit Least(int64_t period_us) : period_us_(period_us) {}
    void add(int64_t at_us, int64_t value) {
      if (at_us - since_us_ > period_us_) {
        least_[1] = at_us - since_us_ > 2 * period_us_ ? INT64_MAX : least_[0];
        least_[0] = INT64_MAX;
        since_us_ = at_us;
      }
      if (value < least_[0]) least_[0] = value;
    }
    int64_t least() const { return least_[0] < least_[1] ? least_[0] : least_[1]; }
    void restart(int64_t value) { least_ = {value, INT64_MAX}; }

   private:
    int64_t period_us_;
    int64_t since_us_ = 0;
    std::array<int64_t, 2> least_{INT64_MAX, INT64_MAX};
  };
  struct Test {
    TimePoint start, end;  // of the gap
    std::optional<int64_t> before_us;
    int64_t before_sent_us = 0;
    int64_t after_us = INT64_MAX;
    int after_packets = 0;
  };

  int64_t base() const { return base_.least(); }
  Duration beyond_base(int64_t delay_us) const {
    return delay_us == INT64_MAX ? Duration(0) : Duration(delay_us - base());
  }
  void note_for_test(int64_t sent_us, int64_t delay_us);

  Least base_{15'000'000};
  Least standing_{100'000};
  Least recent_{25'000};
  int64_t latest_us_ = 0;  // the delay of the latest packet
  std::optional<Test> test_;
  TimePoint next_test_, last_test_;
  int not_fallen_ = 0;
  int64_t latest_arrived_us_ = 0;
  int64_t jumped_at_us_ = INT64_MIN / 2;
};

}  // namespace parley::media::congestion
