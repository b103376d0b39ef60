// What a process holds of the machine, minute by minute, and whether that grows.
#pragma once

#include <cstddef>
#include <vector>

namespace parley::soak {

struct Holding {
  size_t private_kib = 0;  // Private_Dirty of /proc/self/smaps_rollup
  size_t descriptors = 0;
  size_t threads = 0;

  static Holding now();
};

class Ledger {
 public:
  // `clients`: descriptors that are the soak's own sockets and not the engine's.
  void add(const Holding& holding, size_t clients);
  // "" while nothing grows, or the verdict. Memory is compared by medians of the second and of the last
  // quarter of the minutes, because people come and go; what is not memory must not change at all.
  const char* verdict() const;
  // Whether there were figures enough.
  bool judges_memory() const;

 private:
  std::vector<size_t> private_kib_;
  std::vector<size_t> own_descriptors_;
  std::vector<size_t> threads_;
};

}  // namespace parley::soak
