// See loss_bound.h.
#include "media/congestion/loss_bound.h"

#include <algorithm>
#include <cmath>

namespace parley::media::congestion {
namespace {

constexpr Duration kWindow = std::chrono::milliseconds(500);
constexpr Duration kLongestWindow = std::chrono::seconds(2);
constexpr int kEnoughPackets = 20;
constexpr double kBorne = 0.10;
constexpr double kHarmless = 0.02;

int64_t scaled(int64_t rate, double by) { return static_cast<int64_t>(static_cast<double>(rate) * by); }

}  // namespace

void LossBound::reset() {
  received_ = lost_ = 0;
  counting_ = false;
  loss_ = 0;
}

void LossBound::on_counts(int received, int lost, int64_t rate, bool queueing, TimePoint now) {
  if (!counting_) {
    counting_ = true;
    window_start_ = now;
  }
  received_ += received;
  lost_ += lost;  // negative when what seemed lost came late
  const Duration length = now - window_start_;
  const int packets = received_ + std::max(lost_, 0);
  if (length < kWindow || (packets < kEnoughPackets && length < kLongestWindow) || packets == 0) return;
  loss_ = static_cast<double>(std::max(lost_, 0)) / packets;
  on_window(packets, loss_, rate, queueing);
  received_ = lost_ = 0;
  window_start_ = now;
}

void LossBound::on_window(int packets, double loss, int64_t rate, bool queueing) {
  const double doubt = std::sqrt(loss * (1 - loss) / packets);
  if (loss - doubt > kBorne) {
    if (bound_ == kNoBound) before_ = rate;
    bound_ = std::max(scaled(std::min(rate, bound_), 1 - loss / 2), least_);
    return;
  }
  if (bound_ == kNoBound || (loss > kHarmless && queueing)) return;
  // Back to where the cuts began quickly, beyond that with care.
  const double growth = rate >= before_ ? 1.04 : loss > kHarmless ? 1.06 : 1.2;
  bound_ = std::max(scaled(bound_, growth), least_);
  if (bound_ > before_ * 2) bound_ = kNoBound;
}

}  // namespace parley::media::congestion
