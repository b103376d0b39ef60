// A short run of every fuzzer without libFuzzer: each input of its corpus, then mutations of them from a
// printed seed. Built with the compiler of the house and its sanitizers, so that `make test` runs all of
// them; `make fuzz` runs each for as long as one likes.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "media/core/random.h"

// The targets, as FUZZER(name) for each NAME_fuzz.cc; made by CMake.
#define FUZZER(name) extern "C" int fuzz_##name(const uint8_t* data, size_t size);
#include "fuzzers.inc"
#undef FUZZER

namespace parley {
namespace {

using Input = std::vector<uint8_t>;

struct Fuzzer {
  const char* name;
  int (*run)(const uint8_t* data, size_t size);
};

constexpr Fuzzer kFuzzers[] = {
#define FUZZER(name) {#name, fuzz_##name},
#include "fuzzers.inc"
#undef FUZZER
};

constexpr int kMutations = 400;
constexpr uint64_t kSeed = 20261121;

std::vector<Input> read_corpus(const std::string& name) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(PARLEY_CORPORA "/") + name)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());  // folders have no order, and a seed must give the same run
  std::vector<Input> corpus;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

// One to six changes: bytes set, flipped, cut out, doubled, or taken from another input.
Input mutate(const std::vector<Input>& corpus, media::Random& random) {
  const auto below = [&](size_t limit) { return random.below(static_cast<uint32_t>(limit)); };
  Input bytes = corpus[below(corpus.size())];
  for (uint32_t change = below(6) + 1; change > 0 && !bytes.empty(); --change) {
    const size_t at = below(bytes.size());
    const auto here = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = here + static_cast<std::ptrdiff_t>(1 + below(std::min<size_t>(bytes.size() - at, 16)));
    switch (below(6)) {
      case 0:
        *here = static_cast<uint8_t>(random.next_u32());
        break;
      case 1:
        *here ^= static_cast<uint8_t>(1u << below(8));
        break;
      case 2:
        std::fill(here, end, below(2) == 0 ? 0x00 : 0xFF);
        break;
      case 3:
        bytes.erase(here, end);
        break;
      case 4: {
        const Input again(here, end);
        bytes.insert(here, again.begin(), again.end());
        break;
      }
      default: {
        const Input& other = corpus[below(corpus.size())];
        if (!other.empty()) bytes.insert(here, other.begin(), other.begin() + 1 + below(other.size()));
        break;
      }
    }
  }
  return bytes;
}

class Fuzz : public ::testing::TestWithParam<Fuzzer> {};

TEST_P(Fuzz, StandsItsCorpusAndWhatIsLikeIt) {
  const auto corpus = read_corpus(GetParam().name);
  ASSERT_FALSE(corpus.empty()) << "no fuzz/corpus/" << GetParam().name;
  // What finds something ends the program, under a sanitizer or by a trap: the seed is told before.
  std::printf("seed %llu, %zu inputs\n", static_cast<unsigned long long>(kSeed), corpus.size());
  std::fflush(stdout);
  for (const Input& input : corpus) EXPECT_EQ(GetParam().run(input.data(), input.size()), 0);
  media::SeededRandom random(kSeed);
  for (int i = 0; i < kMutations; ++i) {
    // Of exactly its size, so that a byte read behind it is seen.
    const Input input = mutate(corpus, random);
    const Input exact(input);
    EXPECT_EQ(GetParam().run(exact.data(), exact.size()), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Fuzz, ::testing::ValuesIn(kFuzzers),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace parley
