// The compile cache on disk: one file per program and version of V8, which maps what was compiled to the
// bytes V8 made of it. It knows nothing of V8. Layout, all numbers little-endian:
//   Header, then Header::count of Entry ordered by key, then the entries' bytes.
// Reading trusts nothing: a file that is not this user's own, is cut short, or whose entry's checksum is
// wrong is as good as none. Writing makes a new file and renames it over the old one: readers keep what they
// have mapped, and of two writers the last one wins.
#ifndef RUNTIME_MODULES_COMPILE_CACHE_FILE_H_
#define RUNTIME_MODULES_COMPILE_CACHE_FILE_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace parley {

// 128 bits of a hash that is good enough to take two texts with the same one for the same text.
struct CacheKey {
  uint64_t high = 0;
  uint64_t low = 0;
  auto operator<=>(const CacheKey&) const = default;
};
CacheKey HashBytes(std::string_view bytes, CacheKey seed = {});

class CompileCacheFile {
 public:
  CompileCacheFile() = default;
  ~CompileCacheFile();
  CompileCacheFile(const CompileCacheFile&) = delete;
  CompileCacheFile& operator=(const CompileCacheFile&) = delete;

  // Maps the file; without it, or when it is not sound, there are no entries.
  void Open(const std::string& path);
  // The same file again, after Save().
  void Reopen();
  // The bytes under a key, or nothing. They stay mapped until Reopen() or the end.
  std::span<const uint8_t> Find(const CacheKey& key);
  // Writes a file of what this one has (what was asked for first, as far as kMaxFileSize goes) and of
  // `added`. Makes the folder when it is not there, and keeps what is in the folder under kMaxFolderSize.
  bool Save(const std::map<CacheKey, std::string>& added) const;

  static constexpr size_t kMaxFileSize = 64u << 20;
  static constexpr size_t kMaxFolderSize = 256u << 20;

 private:
  struct Header {
    char magic[8];
    uint64_t count;
    uint64_t file_size;
  };
  struct Entry {
    CacheKey key;
    uint64_t offset;
    uint64_t size;
    uint64_t checksum;
  };
  std::span<const Entry> entries() const;
  static void Shrink(const std::string& folder);

  std::string path_;
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
  std::map<CacheKey, bool> used_;
};

}  // namespace parley

#endif  // RUNTIME_MODULES_COMPILE_CACHE_FILE_H_
