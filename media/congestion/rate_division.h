// Divides a rate among sources that can follow one: rank by rank (the smallest encodings of simulcast first),
// within a rank by weight and to nobody more than it wants. A source of a higher rank that would get less
// than its least gets nothing; it comes back when there is a little more than that, so that it does not
// flicker.
#pragma once

#include <cstdint>
#include <span>

#include "media/routing/adaptive_source.h"

namespace parley::media::congestion {

struct RateShare {
  AdaptiveSource::Claim claim;
  bool running = false;  // had a rate so far
  int64_t bps = 0;       // the outcome
};

constexpr int64_t kComeBackPercent = 120;  // of the least

void divide_rate(int64_t bps, std::span<RateShare> shares);

}  // namespace parley::media::congestion
