// See rate_control.h.
#include "media/congestion/rate_control.h"

#include <algorithm>
#include <cmath>

namespace parley::media::congestion {
namespace {

constexpr double kBeta = 0.85;
constexpr double kGrowthPerSecond = 1.08;
// Near capacity everyone on a link grows by the same step and yields a share of its rate for the queue, which
// is the same for all: that has one balance, and there all have the same rate.
constexpr double kStepBitsPerSecond = 150'000;
constexpr double kMostStep = 0.3;  // of the rate, a second
constexpr double kYield = 6;       // of the rate, a second, for each second of queue
constexpr double kNoQueueSeconds = 0.005;
// What has not been sent has not been tested: no further than this above what arrives.
constexpr double kHeadroom = 1.5;
constexpr int64_t kHeadroomBps = 10'000;
// A queue takes a moment to show what a cut did.
constexpr Duration kEffect = std::chrono::milliseconds(200);
constexpr Duration kBetweenDecreases = std::chrono::milliseconds(100);

}  // namespace

void RateControl::set(int64_t bps, TimePoint now) {
  rate_ = std::clamp(bps, least_, most_);
  last_update_ = now;
  if (capacity_kbps_ > 0 && static_cast<double>(rate_) / 1000 > capacity_kbps_ * 1.3) capacity_kbps_ = 0;
}

bool RateControl::near_capacity(int64_t bps) const {
  if (capacity_kbps_ == 0) return false;
  const double away = 3 * std::sqrt(deviation_ * capacity_kbps_);
  return std::fabs(static_cast<double>(bps) / 1000 - capacity_kbps_) < away;
}

void RateControl::learn_capacity(int64_t bps) {
  constexpr double kWeight = 0.05;
  const double kbps = static_cast<double>(bps) / 1000;
  if (capacity_kbps_ == 0 || !near_capacity(bps)) {
    capacity_kbps_ = kbps;
    return;
  }
  capacity_kbps_ = (1 - kWeight) * capacity_kbps_ + kWeight * kbps;
  const double error = capacity_kbps_ - kbps;
  deviation_ = (1 - kWeight) * deviation_ + kWeight * error * error / std::max(capacity_kbps_, 1.0);
  deviation_ = std::clamp(deviation_, 0.4, 2.5);
}

int64_t RateControl::update(const Input& input, TimePoint now) {
  if (!last_update_) last_update_ = now;
  switch (input.usage) {
    case Usage::kOver:
      decrease(input, now);
      state_ = State::kHold;
      break;
    case Usage::kUnder:  // queues are emptying: let them
      state_ = State::kHold;
      break;
    case Usage::kNormal:
      if (state_ == State::kIncrease && !input.draining) increase(input, now);
      state_ = State::kIncrease;
      break;
  }
  last_update_ = now;
  return rate_;
}

void RateControl::increase(const Input& input, TimePoint now) {
  const double seconds = std::min(static_cast<double>((now - *last_update_).count()) / 1e6, 1.0);
  if (input.acknowledged_bps && capacity_kbps_ > 0 &&
      static_cast<double>(*input.acknowledged_bps) / 1000 >
          capacity_kbps_ + 3 * std::sqrt(deviation_ * capacity_kbps_)) {
    capacity_kbps_ = 0;  // there is more than there was
  }
  const double rate = static_cast<double>(rate_);
  const double queue =
      std::max(static_cast<double>(input.standing_queue.count()) / 1e6 - kNoQueueSeconds, 0.0);
  int64_t grown;
  if (queue > 0 || near_capacity(rate_)) {
    const double gain = std::min(kStepBitsPerSecond, rate * kMostStep);
    grown = static_cast<int64_t>(rate + (gain - rate * queue * kYield) * seconds);
  } else {
    grown = static_cast<int64_t>(rate * std::pow(kGrowthPerSecond, seconds)) + 1;
  }
  // What comes through is there, without a queue or with one that is not ours.
  const int64_t through = input.acknowledged_bps.value_or(0);
  grown = std::max(grown, std::min(std::max(rate_, through), input.harmless_bps));
  if (queue == 0) grown = std::max(grown, through);
  if (input.acknowledged_bps) {
    const auto most = static_cast<int64_t>(kHeadroom * static_cast<double>(through)) + kHeadroomBps;
    grown = std::min(grown, std::max(most, rate_));
  }
  rate_ = std::clamp(grown, least_, most_);
}

void RateControl::decrease(const Input& input, TimePoint now) {
  // What the path carries can be taken at its word; without that, cut upon cut would go too deep.
  const Duration pause = input.carried_bps ? kBetweenDecreases : kEffect + input.round_trip;
  const bool far_less = input.sudden && input.carried_bps && is_far_above(*input.carried_bps);
  if (last_decrease_ && now - *last_decrease_ < pause && !far_less) return;
  // Jitter looks like over-use for moments, but leaves no queue behind: cutting at each would end at nothing.
  if (input.standing_queue < kQueue) return;
  // Where more arrives than the rate would send, an older cut is still at work.
  const int64_t measured = input.carried_bps.value_or(std::max(rate_, input.acknowledged_bps.value_or(0)));
  if (measured < rate_ && input.harmless_bps == 0) learn_capacity(measured);
  const auto share = static_cast<int64_t>(kBeta * static_cast<double>(measured));
  const int64_t cut = std::max(share, input.harmless_bps);
  if (cut < rate_) {
    rate_ = std::max(cut, least_);
    last_decrease_ = now;
  }
}

}  // namespace parley::media::congestion
