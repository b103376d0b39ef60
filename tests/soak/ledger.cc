// See ledger.h.
#include "tests/soak/ledger.h"

#include <dirent.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace parley::soak {
namespace {

// Growth of the medians that is still noise, because not always as many people are there: a twentieth, and
// two megabytes.
constexpr size_t kNoiseKib = 2048;
constexpr size_t kNoisePart = 20;
constexpr std::ptrdiff_t kFewestFigures = 20;

size_t count_entries(const char* folder) {
  DIR* d = opendir(folder);
  if (d == nullptr) return 0;
  size_t n = 0;
  while (const dirent* entry = readdir(d)) n += entry->d_name[0] != '.' ? 1 : 0;
  closedir(d);
  return n;
}

size_t read_private_kib() {
  FILE* f = std::fopen("/proc/self/smaps_rollup", "r");
  if (f == nullptr) return 0;
  char line[256];
  size_t kib = 0;
  while (std::fgets(line, sizeof line, f) != nullptr) {
    if (std::sscanf(line, "Private_Dirty: %zu kB", &kib) == 1) break;
  }
  std::fclose(f);
  return kib;
}

size_t median(std::vector<size_t> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

bool changes(const std::vector<size_t>& values) {
  return std::any_of(values.begin(), values.end(), [&](size_t v) { return v != values.front(); });
}

}  // namespace

Holding Holding::now() {
  // One descriptor is the folder's own while it is read.
  return {read_private_kib(), count_entries("/proc/self/fd") - 1, count_entries("/proc/self/task")};
}

void Ledger::add(const Holding& h, size_t clients) {
  private_kib_.push_back(h.private_kib);
  own_descriptors_.push_back(h.descriptors - clients);
  threads_.push_back(h.threads);
}

bool Ledger::judges_memory() const {
  return static_cast<std::ptrdiff_t>(private_kib_.size()) >= kFewestFigures;
}

const char* Ledger::verdict() const {
  if (changes(own_descriptors_)) return "descriptors are not given back";
  if (changes(threads_)) return "threads come and go";
  const auto n = static_cast<std::ptrdiff_t>(private_kib_.size());
  if (!judges_memory()) return "";
  const auto at = [&](std::ptrdiff_t i) { return private_kib_.begin() + i; };
  const size_t early = median({at(n / 4), at(n / 2)}), late = median({at(n - n / 4), at(n)});
  return late > early + early / kNoisePart + kNoiseKib ? "memory grows" : "";
}

}  // namespace parley::soak
