// The compile cache's files (runtime/modules/compile_cache_file.h): whatever one holds, looking into it reads
// what is mapped.
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "runtime/modules/compile_cache_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string path = "/tmp/compile_cache_fuzz." + std::to_string(getpid());
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return 0;
  std::fwrite(data, 1, size, file);
  std::fclose(file);
  parley::CompileCacheFile cache;
  cache.Open(path);
  // Keys from where a file has its entries, and one that is nowhere.
  for (size_t at = 24; at + sizeof(parley::CacheKey) <= size && at < 400; at += 8) {
    parley::CacheKey key;
    std::memcpy(&key, data + at, sizeof key);
    volatile uint8_t sum = 0;
    for (uint8_t byte : cache.Find(key)) sum = sum + byte;
  }
  cache.Find({});
  unlink(path.c_str());
  return 0;
}
