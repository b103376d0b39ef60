// A histogram of whole numbers with a fixed number of significant figures over a wide range, in fixed memory:
// buckets whose width doubles as values grow, each cut into equally wide slots (the "high dynamic range"
// scheme of Gil Tene's HdrHistogram).
#ifndef RUNTIME_PERF_HOOKS_HDR_HISTOGRAM_H_
#define RUNTIME_PERF_HOOKS_HDR_HISTOGRAM_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace parley {

class HdrHistogram {
 public:
  // Values from `lowest` (≥ 1, what need not be told apart below) to `highest` (≥ 2 · lowest); `figures` 1
  // to 5.
  HdrHistogram(int64_t lowest, int64_t highest, int figures);

  // False when the value is out of range: counted by exceeds() only.
  bool Record(int64_t value, int64_t times = 1);
  // Adds another histogram's values; returns how many were out of range.
  int64_t Add(const HdrHistogram& other);
  void Reset();

  int64_t count() const { return total_; }
  int64_t exceeds() const { return exceeds_; }
  int64_t min() const;  // INT64_MAX when empty
  int64_t max() const;  // 0 when empty
  double mean() const;  // NaN when empty
  double stddev() const;
  // The value below or at which `percent` of the values are, as precise as the slots.
  int64_t Percentile(double percent) const;
  // (percent, value) at 0, 50, 75, 87.5, ...: each step halves what is left, up to 100.
  std::vector<std::pair<double, int64_t>> Percentiles() const;

 private:
  size_t SlotOf(int64_t value) const;
  int64_t LowestOf(size_t slot) const;
  int64_t WidthOf(size_t slot) const;
  int64_t HighestOf(size_t slot) const { return LowestOf(slot) + WidthOf(slot) - 1; }
  int64_t MiddleOf(size_t slot) const { return LowestOf(slot) + WidthOf(slot) / 2; }

  int unit_bits_;       // values are told apart in units of 2^unit_bits_
  int half_slot_bits_;  // the upper half of a bucket has 2^half_slot_bits_ slots; the first bucket twice as
                        // many
  int64_t highest_;
  int64_t total_ = 0;
  int64_t exceeds_ = 0;
  int64_t min_ = INT64_MAX;
  int64_t max_ = 0;
  std::vector<int64_t> slots_;
};

}  // namespace parley

#endif  // RUNTIME_PERF_HOOKS_HDR_HISTOGRAM_H_
