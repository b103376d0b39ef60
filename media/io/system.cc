// Implements media/io/system.h.
#include "media/io/system.h"

#include <sys/random.h>
#include <time.h>

#include <cerrno>
#include <cstdlib>

namespace parley::media::io {
namespace {

int64_t read_clock(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<int64_t>(t.tv_sec) * 1'000'000 + t.tv_nsec / 1000;
}

}  // namespace

TimePoint monotonic_now() { return time_from_us(read_clock(CLOCK_MONOTONIC)); }
int64_t wall_clock_us() { return read_clock(CLOCK_REALTIME); }

void SystemRandom::fill(std::span<uint8_t> out) {
  while (!out.empty()) {
    const ssize_t n = getrandom(out.data(), out.size(), 0);
    // It fails only by a signal, or on a kernel without it: then there are no secrets to be had and nothing
    // may go on.
    if (n < 0 && errno != EINTR) std::abort();
    if (n > 0) out = out.subspan(static_cast<size_t>(n));
  }
}

}  // namespace parley::media::io
