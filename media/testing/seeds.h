// Seeds of the scenarios in the simulated network.
#pragma once

#include <array>
#include <cstdint>

namespace parley::media::testing {

// Instrumented code takes ten times as long, and looks for other mistakes than how much arrives: one seed
// will do.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::array<uint64_t, 1> kSeeds = {1};
#else
inline constexpr std::array<uint64_t, 5> kSeeds = {1, 20261121, 77, 4, 905};
#endif

}  // namespace parley::media::testing
