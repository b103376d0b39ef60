// See memory_limit.h. Version 1 of control groups has a hierarchy for memory of its own, mounted in "memory";
// in version 2 there is one hierarchy, and two limits: "high" slows down, "max" kills.
#include "runtime/engine/memory_limit.h"

#include <uv.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

namespace parley {
namespace {

constexpr uint64_t kNoLimit = UINT64_MAX;
// Version 1 writes the largest number of pages for "no limit".
constexpr uint64_t kLeastUnlimited = uint64_t{1} << 62;
// Half of the young generation at start. V8's own 1 MiB makes programs that only produce short-lived objects
// collect twice as often as this; what a program does not fill costs nothing.
constexpr size_t kInitialSemiSpace = size_t{2} << 20;

struct ControlGroup {
  std::string folder;
  bool unified;
};

std::optional<ControlGroup> FindControlGroup() {
  std::ifstream file("/proc/self/cgroup");
  std::optional<ControlGroup> unified;
  for (std::string line; std::getline(file, line);) {
    if (size_t at = line.find(":memory:"); at != std::string::npos)
      return ControlGroup{"/sys/fs/cgroup/memory" + line.substr(at + 8) + "/", false};
    if (line.starts_with("0::")) unified = ControlGroup{"/sys/fs/cgroup" + line.substr(3) + "/", true};
  }
  return unified;
}

// The number in a file of a group, or nothing where the file is missing. "max" is no limit.
std::optional<uint64_t> ReadAmount(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  if (!(file >> word)) return std::nullopt;
  if (word == "max") return kNoLimit;
  uint64_t amount = std::strtoull(word.c_str(), nullptr, 10);
  return amount >= kLeastUnlimited ? kNoLimit : amount;
}

uint64_t LimitOf(const ControlGroup& group) {
  if (!group.unified) {
    // In a container the path is the host's, and the container's own group is mounted at the root.
    std::optional<uint64_t> limit = ReadAmount(group.folder + "memory.limit_in_bytes");
    if (!limit) limit = ReadAmount("/sys/fs/cgroup/memory/memory.limit_in_bytes");
    return limit.value_or(0);
  }
  std::optional<uint64_t> max = ReadAmount(group.folder + "memory.max");
  std::optional<uint64_t> high = ReadAmount(group.folder + "memory.high");
  if (!max && !high) return 0;
  return std::min(max.value_or(kNoLimit), high.value_or(kNoLimit));
}

uint64_t UsedBy(const ControlGroup& group) {
  if (group.unified) return ReadAmount(group.folder + "memory.current").value_or(0);
  std::optional<uint64_t> used = ReadAmount(group.folder + "memory.usage_in_bytes");
  if (!used) used = ReadAmount("/sys/fs/cgroup/memory/memory.usage_in_bytes");
  return used.value_or(0);
}

}  // namespace

uint64_t ConstrainedMemory() {
  std::optional<ControlGroup> group = FindControlGroup();
  return group ? LimitOf(*group) : 0;
}

uint64_t AvailableMemory() {
  std::optional<ControlGroup> group = FindControlGroup();
  uint64_t limit = group ? LimitOf(*group) : 0;
  if (limit == 0 || limit == kNoLimit || limit > uv_get_total_memory()) return uv_get_free_memory();
  uint64_t used = UsedBy(*group);
  return used < limit ? limit - used : 0;
}

void ConfigureHeap(v8::ResourceConstraints* constraints) {
  uint64_t total = uv_get_total_memory();
  uint64_t limit = ConstrainedMemory();
  if (limit > 0) total = std::min(total, limit);
  if (total > 0) constraints->ConfigureDefaults(total, 0);
  // V8 counts the young generation as three semi-spaces.
  constraints->set_initial_young_generation_size_in_bytes(3 * kInitialSemiSpace);
}

}  // namespace parley
