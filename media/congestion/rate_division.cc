// See rate_division.h.
#include "media/congestion/rate_division.h"

#include <algorithm>

namespace parley::media::congestion {
namespace {

// Among those of one rank that are to run: each has its least already. Returns what is left.
int64_t share_out(int64_t left, uint8_t rank, std::span<RateShare> shares) {
  const auto thirsty = [&](const RateShare& s) {
    return s.claim.rank == rank && s.bps > 0 && s.bps < s.claim.wanted_bps;
  };
  // Each round satisfies somebody or uses all up.
  for (size_t round = 0; round < shares.size() && left > 0; ++round) {
    int64_t weights = 0;
    for (const RateShare& s : shares) weights += thirsty(s) ? s.claim.weight : 0;
    if (weights == 0) break;
    const int64_t each = left / weights;
    for (RateShare& s : shares) {
      if (!thirsty(s)) continue;
      const int64_t more = std::min(each * s.claim.weight, s.claim.wanted_bps - s.bps);
      s.bps += more;
      left -= more;
    }
    if (each == 0) break;
  }
  return left;
}

}  // namespace

void divide_rate(int64_t bps, std::span<RateShare> shares) {
  int top = -1;
  for (RateShare& s : shares) {
    s.bps = 0;
    if (s.claim.wanted_bps > 0) top = std::max(top, int{s.claim.rank});
  }
  int64_t left = std::max<int64_t>(bps, 0);
  for (int rank = 0; rank <= top; ++rank) {
    for (RateShare& s : shares) {
      if (s.claim.rank != rank || s.claim.wanted_bps <= 0) continue;
      const int64_t least = std::clamp<int64_t>(s.claim.least_bps, 1, s.claim.wanted_bps);
      const int64_t needed = s.running ? least : least * kComeBackPercent / 100;
      // The lowest rank always runs: a poor picture is better than none.
      if (rank > 0 && left < needed) continue;
      s.bps = least;
      left -= least;
    }
    left = share_out(left, static_cast<uint8_t>(rank), shares);
  }
}

}  // namespace parley::media::congestion
