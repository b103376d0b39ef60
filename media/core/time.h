// Time as the media engine sees it: microseconds since an arbitrary epoch, always handed in, never read from
// a clock here.
#pragma once

#include <chrono>
#include <cstdint>

namespace parley::media {

using Duration = std::chrono::microseconds;

// A tag, not a clock: it has no now(), so that nothing outside media/io can ask what time it is.
struct InjectedClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<InjectedClock, Duration>;
  static constexpr bool is_steady = true;
};
using TimePoint = InjectedClock::time_point;

// A deadline that never comes.
inline constexpr TimePoint kNever = TimePoint::max();

constexpr TimePoint time_from_us(int64_t us) { return TimePoint(Duration(us)); }
constexpr int64_t to_us(TimePoint t) { return t.time_since_epoch().count(); }
constexpr int64_t to_ms(Duration d) { return d.count() / 1000; }

}  // namespace parley::media
