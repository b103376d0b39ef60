// Randomness that is handed in: a seeded generator for tests and simulation; media/io has the one that asks
// the kernel.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace parley::media {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<uint8_t> out) = 0;

  uint32_t next_u32();
  uint64_t next_u64();
  // A number in [0, bound); 0 when bound is 0.
  uint32_t below(uint32_t bound);
  // `length` characters of ICE's alphabet (RFC 8445 section 5.3: ALPHA / DIGIT / "+" / "/"), 6 bits each.
  std::string ice_string(size_t length);
};

// xoshiro256** seeded through splitmix64. Reproducible; never for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed);
  void fill(std::span<uint8_t> out) override;

 private:
  uint64_t step();
  uint64_t state_[4];
};

}  // namespace parley::media
