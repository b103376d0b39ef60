// Implements media/core/random.h.
#include "media/core/random.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace parley::media {

uint32_t Random::next_u32() {
  uint32_t v = 0;
  fill({reinterpret_cast<uint8_t*>(&v), sizeof v});
  return v;
}

uint64_t Random::next_u64() {
  uint64_t v = 0;
  fill({reinterpret_cast<uint8_t*>(&v), sizeof v});
  return v;
}

uint32_t Random::below(uint32_t bound) {
  // Multiply-shift: the bias, below 2^-32 * bound, does not matter for what this is used for.
  return static_cast<uint32_t>((static_cast<uint64_t>(next_u32()) * bound) >> 32);
}

std::string Random::ice_string(size_t length) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out(length, '\0');
  fill({reinterpret_cast<uint8_t*>(out.data()), out.size()});
  for (char& c : out) c = kAlphabet[static_cast<uint8_t>(c) & 63];
  return out;
}

SeededRandom::SeededRandom(uint64_t seed) {
  for (uint64_t& word : state_) {
    seed += 0x9E3779B97F4A7C15ull;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    word = z ^ (z >> 31);
  }
}

uint64_t SeededRandom::step() {
  const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

void SeededRandom::fill(std::span<uint8_t> out) {
  while (!out.empty()) {
    const uint64_t word = step();
    const size_t n = std::min(out.size(), sizeof word);
    std::memcpy(out.data(), &word, n);
    out = out.subspan(n);
  }
}

}  // namespace parley::media
