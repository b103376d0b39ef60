// The rate of a stream of bytes over the last half second, in buckets of 25 ms; shorter windows tell what has
// just changed. Time is whatever clock the caller counts with, in microseconds, and hardly ever goes back.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace parley::media::congestion {

class RateMeter {
 public:
  static constexpr int64_t kBucketUs = 25'000;
  static constexpr int64_t kBuckets = 20;
  static constexpr int64_t kWholeUs = (kBuckets - 1) * kBucketUs;
  // For what has just changed: long enough for a few packets of a slow stream.
  static constexpr int64_t kRecentUs = 150'000;

  void add(int64_t at_us, size_t bytes) {
    const int64_t bucket = at_us / kBucketUs;
    if (first_ < 0) first_ = newest_ = bucket;
    if (bucket <= newest_ - kBuckets) return;
    for (; newest_ < bucket; clear(newest_)) {
      if (bucket - newest_ > kBuckets) newest_ = bucket - kBuckets;
      ++newest_;
    }
    bytes_[static_cast<size_t>(bucket % kBuckets)] += static_cast<uint32_t>(bytes);
  }

  // Bits a second over the last `window_us` before `now_us`; the bucket being filled is left out. Nothing
  // until that much has been seen.
  std::optional<int64_t> rate(int64_t now_us, int64_t window_us = kWholeUs) const {
    const int64_t count = std::clamp<int64_t>(window_us / kBucketUs, 1, kBuckets - 1);
    const int64_t end = now_us / kBucketUs;  // exclusive
    if (first_ < 0 || end - count <= first_) return std::nullopt;
    int64_t total = 0;
    for (int64_t b = end - count; b < end; ++b) {
      if (b <= newest_ && b > newest_ - kBuckets) total += bytes_[static_cast<size_t>(b % kBuckets)];
    }
    return total * 8 * 1'000'000 / (count * kBucketUs);
  }

  void reset() { *this = RateMeter(); }

 private:
  void clear(int64_t bucket) { bytes_[static_cast<size_t>(bucket % kBuckets)] = 0; }

  std::array<uint32_t, kBuckets> bytes_{};
  int64_t first_ = -1;
  int64_t newest_ = -1;
};

}  // namespace parley::media::congestion
