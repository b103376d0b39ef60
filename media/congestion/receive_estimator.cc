// See receive_estimator.h.
#include "media/congestion/receive_estimator.h"

#include <algorithm>

namespace parley::media::congestion {
namespace {
constexpr Duration kDraining = std::chrono::milliseconds(60);
}  // namespace

int64_t ReceiveEstimator::unwrap(Duration sent, TimePoint now) {
  if (!last_sent_ || now - last_packet_ > kSilence) {
    detector_.reset();
    path_.forget_latest();
    // Gaps may be longer than the clock's turn: it goes on with ours.
    if (last_sent_) sent_us_ += (now - last_packet_).count();
  } else {
    int64_t forward = (sent - *last_sent_).count() % kWrap.count();
    if (forward > kWrap.count() / 2) forward -= kWrap.count();
    if (forward < -kWrap.count() / 2) forward += kWrap.count();
    sent_us_ += forward;
  }
  last_sent_ = sent;
  last_packet_ = now;
  return sent_us_;
}

void ReceiveEstimator::on_packet(Duration sent, size_t size, TimePoint now) {
  const int64_t sent_us = unwrap(sent, now);
  detector_.on_packet(sent_us, to_us(now), size);
  path_.on_packet(sent_us, to_us(now));
  arrived_.add(to_us(now), size);
  if (due_ == kNever) due_ = now + kInterval;
  if (now - last_update_ >= kUpdate) update(now);
}

void ReceiveEstimator::update(TimePoint now) {
  last_update_ = now;
  RateControl::Input input;
  input.usage = detector_.usage();
  input.standing_queue = path_.standing_queue();
  if (path_.recent_queue() > PathDelay::kLongQueue) {
    input.usage = Usage::kOver;
    input.standing_queue = path_.recent_queue();
  }
  input.acknowledged_bps = arrived_.rate(to_us(now));
  // A queue that grows lets out what the way carries.
  if (input.usage == Usage::kOver) input.carried_bps = arrived_.rate(to_us(now), RateMeter::kRecentUs);
  input.draining = input.standing_queue > kDraining;
  const int64_t before = rate_.rate();
  if (rate_.update(input, now) < before) due_ = std::min(due_, now);
}

int64_t ReceiveEstimator::take(TimePoint now) {
  due_ = now - last_packet_ > kSilence ? kNever : now + kInterval;
  return rate_.rate();
}

}  // namespace parley::media::congestion
