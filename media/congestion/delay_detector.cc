// See delay_detector.h.
#include "media/congestion/delay_detector.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace parley::media::congestion {
namespace {

constexpr double kSmoothing = 0.9;
constexpr double kGain = 4;
constexpr int kMostGroupsWeighed = 60;
// The threshold follows the trend quickly down and slowly up (section 5.4 of the draft).
constexpr double kUp = 0.0087, kDown = 0.039;
constexpr double kLeastThreshold = 6, kMostThreshold = 600;
constexpr double kOverForMs = 10;
// Arrivals this far back or ahead are another clock.
constexpr int64_t kClockJumpUs = 3'000'000;

}  // namespace

void DelayDetector::reset() {
  const auto threshold = threshold_;
  *this = DelayDetector();
  threshold_ = threshold;
}

bool DelayDetector::belongs_to_current(int64_t sent_us, int64_t arrived_us) const {
  if (sent_us - current_.first_sent <= kGroupUs) return true;
  // A burst let go at once by something that held it (Wi-Fi): arrivals close together, although sent apart.
  const int64_t sent_delta = sent_us - current_.last_sent;
  const int64_t arrived_delta = arrived_us - current_.last_arrived;
  return arrived_delta - sent_delta < 0 && arrived_delta <= kGroupUs &&
         arrived_us - current_.first_arrived < 100'000;
}

void DelayDetector::on_packet(int64_t sent_us, int64_t arrived_us, size_t size) {
  if (!current_.valid) {
    current_ = {true, sent_us, sent_us, arrived_us, arrived_us, size};
    return;
  }
  if (sent_us < current_.first_sent) return;  // overtaken
  if (belongs_to_current(sent_us, arrived_us)) {
    current_.last_sent = std::max(current_.last_sent, sent_us);
    current_.last_arrived = std::max(current_.last_arrived, arrived_us);
    current_.bytes += size;
    return;
  }
  if (previous_.valid) {
    const int64_t sent_delta = current_.last_sent - previous_.last_sent;
    const int64_t arrived_delta = current_.last_arrived - previous_.last_arrived;
    if (std::abs(arrived_delta - sent_delta) > kClockJumpUs || arrived_delta < 0) {
      reset();
    } else {
      on_group(static_cast<double>(sent_delta) / 1000, static_cast<double>(arrived_delta) / 1000,
               static_cast<double>(current_.last_arrived) / 1000);
    }
  }
  previous_ = current_;
  current_ = {true, sent_us, sent_us, arrived_us, arrived_us, size};
}

void DelayDetector::on_group(double sent_delta_ms, double arrived_delta_ms, double at_ms) {
  groups_ = std::min(groups_ + 1, 1000);
  if (count_ == 0) first_at_ms_ = at_ms;
  accumulated_ms_ += arrived_delta_ms - sent_delta_ms;
  smoothed_ms_ = kSmoothing * smoothed_ms_ + (1 - kSmoothing) * accumulated_ms_;
  points_[next_] = {at_ms - first_at_ms_, smoothed_ms_};
  next_ = (next_ + 1) % kWindow;
  count_ = std::min(count_ + 1, kWindow);
  detect(count_ == kWindow ? slope() : last_trend_, sent_delta_ms, at_ms);
}

double DelayDetector::slope() const {
  double x = 0, y = 0;
  for (const Point& p : points_) {
    x += p.at_ms;
    y += p.delay_ms;
  }
  x /= kWindow;
  y /= kWindow;
  double above = 0, below = 0;
  for (const Point& p : points_) {
    above += (p.at_ms - x) * (p.delay_ms - y);
    below += (p.at_ms - x) * (p.at_ms - x);
  }
  return below == 0 ? last_trend_ : above / below;
}

void DelayDetector::detect(double trend, double sent_delta_ms, double at_ms) {
  if (groups_ < 2) return;
  const double modified = std::min(groups_, kMostGroupsWeighed) * trend * kGain;
  if (modified > threshold_) {
    over_for_ms_ += over_count_ == 0 ? sent_delta_ms / 2 : sent_delta_ms;
    ++over_count_;
    if (over_for_ms_ > kOverForMs && over_count_ > 1 && trend >= last_trend_) {
      over_for_ms_ = 0;
      over_count_ = 0;
      usage_ = Usage::kOver;
    }
  } else {
    over_for_ms_ = 0;
    over_count_ = 0;
    usage_ = modified < -threshold_ ? Usage::kUnder : Usage::kNormal;
  }
  last_trend_ = trend;
  adapt(modified, at_ms);
}

void DelayDetector::adapt(double modified, double at_ms) {
  if (last_adapted_ms_ < 0) last_adapted_ms_ = at_ms;
  const double size = std::fabs(modified);
  // A sudden step (a route that changed) says nothing about the usual variation.
  if (size <= threshold_ + 15) {
    const double k = size < threshold_ ? kDown : kUp;
    threshold_ += k * (size - threshold_) * std::min(at_ms - last_adapted_ms_, 100.0);
    threshold_ = std::clamp(threshold_, kLeastThreshold, kMostThreshold);
  }
  last_adapted_ms_ = at_ms;
}

}  // namespace parley::media::congestion
