// Recording and reading of a histogram. See hdr_histogram.h.
//
// A value in units, u = value >> unit_bits, lies in bucket b, the number of bits by which u is longer than a
// slot number of the first bucket; its slot there is u >> b. The first bucket has all slots, each later one
// only its upper half, as the lower half would be what the bucket before tells more precisely.
#include "runtime/perf_hooks/hdr_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace parley {
namespace {

int BitsFor(int64_t value) { return std::bit_width(static_cast<uint64_t>(value)); }

}  // namespace

HdrHistogram::HdrHistogram(int64_t lowest, int64_t highest, int figures) : highest_(highest) {
  unit_bits_ = BitsFor(lowest) - 1;
  auto needed = static_cast<int64_t>(2 * std::pow(10, figures));
  half_slot_bits_ = std::max(BitsFor(needed - 1), 1) - 1;
  // The first bucket holds what is below this; each further one doubles it.
  int first_bits = unit_bits_ + half_slot_bits_ + 1;
  int buckets = std::max(BitsFor(highest) - first_bits, 0) + 1;
  slots_.resize(static_cast<size_t>(buckets + 1) << half_slot_bits_);
}

size_t HdrHistogram::SlotOf(int64_t value) const {
  int64_t units = value >> unit_bits_;
  int bucket = std::max(BitsFor(units) - (half_slot_bits_ + 1), 0);
  return (static_cast<size_t>(bucket) << half_slot_bits_) + static_cast<size_t>(units >> bucket);
}

int64_t HdrHistogram::WidthOf(size_t slot) const {
  auto half = slot >> half_slot_bits_;
  int bucket = half < 2 ? 0 : static_cast<int>(half) - 1;
  return int64_t{1} << (bucket + unit_bits_);
}

int64_t HdrHistogram::LowestOf(size_t slot) const {
  auto half = slot >> half_slot_bits_;
  size_t bucket = half < 2 ? 0 : half - 1;
  return static_cast<int64_t>(slot - (bucket << half_slot_bits_)) << (static_cast<int>(bucket) + unit_bits_);
}

bool HdrHistogram::Record(int64_t value, int64_t times) {
  size_t slot = value < 0 ? slots_.size() : SlotOf(value);
  if (value > highest_ || slot >= slots_.size()) {
    exceeds_ += times;
    return false;
  }
  slots_[slot] += times;
  total_ += times;
  if (value != 0) min_ = std::min(min_, value);
  max_ = std::max(max_, value);
  return true;
}

int64_t HdrHistogram::Add(const HdrHistogram& other) {
  int64_t before = exceeds_;
  for (size_t slot = 0; slot < other.slots_.size(); slot++) {
    if (other.slots_[slot] > 0) Record(other.LowestOf(slot), other.slots_[slot]);
  }
  int64_t dropped = exceeds_ - before;
  exceeds_ += other.exceeds_;
  return dropped;
}

void HdrHistogram::Reset() {
  std::fill(slots_.begin(), slots_.end(), 0);
  total_ = exceeds_ = max_ = 0;
  min_ = INT64_MAX;
}

int64_t HdrHistogram::min() const {
  if (total_ > 0 && slots_[0] > 0) return 0;
  return min_ == INT64_MAX ? min_ : LowestOf(SlotOf(min_));
}

int64_t HdrHistogram::max() const { return max_ == 0 ? 0 : HighestOf(SlotOf(max_)); }

double HdrHistogram::mean() const {
  double sum = 0;
  for (size_t slot = 0; slot < slots_.size(); slot++) {
    if (slots_[slot] > 0) sum += static_cast<double>(slots_[slot]) * static_cast<double>(MiddleOf(slot));
  }
  return total_ == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(total_);
}

double HdrHistogram::stddev() const {
  double average = mean();
  double sum = 0;
  for (size_t slot = 0; slot < slots_.size(); slot++) {
    if (slots_[slot] == 0) continue;
    double distance = static_cast<double>(MiddleOf(slot)) - average;
    sum += distance * distance * static_cast<double>(slots_[slot]);
  }
  return total_ == 0 ? std::numeric_limits<double>::quiet_NaN()
                     : std::sqrt(sum / static_cast<double>(total_));
}

int64_t HdrHistogram::Percentile(double percent) const {
  double share = std::min(percent, 100.0) / 100 * static_cast<double>(total_);
  int64_t wanted = std::max<int64_t>(static_cast<int64_t>(share + 0.5), 1);
  int64_t seen = 0;
  for (size_t slot = 0; slot < slots_.size(); slot++) {
    seen += slots_[slot];
    if (seen >= wanted) return LowestOf(slot);
  }
  return 0;
}

std::vector<std::pair<double, int64_t>> HdrHistogram::Percentiles() const {
  std::vector<std::pair<double, int64_t>> result;
  double next = 0;
  int64_t seen = 0;
  int64_t value = 0;
  for (size_t slot = 0; slot < slots_.size() && seen < total_; slot++) {
    if (slots_[slot] == 0) continue;
    seen += slots_[slot];
    value = LowestOf(slot);
    double here = 100.0 * static_cast<double>(seen) / static_cast<double>(total_);
    while (next <= here && next < 100) {
      result.emplace_back(next, value);
      if (seen == total_) break;
      double halvings = std::floor(std::log2(100 / (100 - next))) + 1;
      next += 100 / std::pow(2, halvings);
    }
  }
  result.emplace_back(100, value);
  return result;
}

}  // namespace parley
