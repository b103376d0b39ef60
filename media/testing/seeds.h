// Seeds of the scenarios in the simulated network. PARLEY_SEEDS=40 runs each with that many: a change that
// alters when packets go draws new luck for all of them, and five cannot tell it from a better one.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace parley::media::testing {

inline std::vector<uint64_t> seeds() {
  constexpr std::array<uint64_t, 5> kFirst = {1, 20261121, 77, 4, 905};
  // Instrumented code takes ten times as long, and looks for other mistakes than how much arrives: one seed
  // will do.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr size_t kUsual = 1;
#else
  constexpr size_t kUsual = kFirst.size();
#endif
  const char* asked = std::getenv("PARLEY_SEEDS");
  const size_t count = asked != nullptr ? std::strtoul(asked, nullptr, 10) : kUsual;
  std::vector<uint64_t> seeds(kFirst.begin(), kFirst.begin() + std::min(count, kFirst.size()));
  for (uint64_t next = 1000; seeds.size() < count; ++next) seeds.push_back(next);
  return seeds;
}

inline const std::vector<uint64_t> kSeeds = seeds();

}  // namespace parley::media::testing
