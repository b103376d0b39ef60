#include "runtime/modules/compile_cache_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <filesystem>
#include <vector>

namespace parley {
namespace {

constexpr char kMagic[] = "ParleyC1";
constexpr uint64_t kMultiplier1 = 0x9e3779b97f4a7c15;
constexpr uint64_t kMultiplier2 = 0xd6e8feb86659fd93;

uint64_t Load(const char* bytes, size_t size) {
  uint64_t value = 0;
  std::memcpy(&value, bytes, size);
  return value;
}

// Both halves of a 128-bit product, folded.
uint64_t Mix(uint64_t a, uint64_t b) {
  unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

bool WriteAll(int fd, const void* data, size_t size) {
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    ssize_t n = ::write(fd, bytes, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

uint64_t Checksum(std::span<const uint8_t> bytes) {
  return HashBytes({reinterpret_cast<const char*>(bytes.data()), bytes.size()}).low;
}

}  // namespace

CacheKey HashBytes(std::string_view bytes, CacheKey seed) {
  uint64_t a = seed.high ^ kMultiplier1 ^ bytes.size();
  uint64_t b = seed.low ^ kMultiplier2;
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 16; at += 16, left -= 16) {
    uint64_t first = Load(at, 8);
    uint64_t second = Load(at + 8, 8);
    a = Mix(a ^ first, kMultiplier1 ^ second);
    b = std::rotl(b, 23) ^ Mix(b + second, kMultiplier2 ^ first);
  }
  uint64_t first = Load(at, std::min<size_t>(left, 8));
  uint64_t second = left > 8 ? Load(at + 8, left - 8) : 0;
  a = Mix(a ^ first, kMultiplier2 ^ second ^ left);
  b = Mix(b ^ second ^ a, kMultiplier1 ^ first);
  return {Mix(a, b ^ kMultiplier1), Mix(b, a ^ kMultiplier2)};
}

CompileCacheFile::~CompileCacheFile() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

void CompileCacheFile::Open(const std::string& path) {
  path_ = path;
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return;
  struct stat status;
  // Compiled code is as good as the program itself: nobody else may have written it.
  bool sound = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid() &&
               (status.st_mode & 022) == 0 && static_cast<size_t>(status.st_size) >= sizeof(Header) &&
               static_cast<size_t>(status.st_size) <= kMaxFileSize * 2;
  if (sound) {
    size_ = static_cast<size_t>(status.st_size);
    void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
    if (mapped != MAP_FAILED) data_ = static_cast<uint8_t*>(mapped);
  }
  ::close(fd);
  if (data_ == nullptr) return;
  const auto* header = reinterpret_cast<const Header*>(data_);
  bool whole = std::memcmp(header->magic, kMagic, sizeof(header->magic)) == 0 && header->file_size == size_ &&
               header->count <= (size_ - sizeof(Header)) / sizeof(Entry);
  if (whole) return;
  ::munmap(data_, size_);
  data_ = nullptr;
}

void CompileCacheFile::Reopen() {
  if (data_ != nullptr) ::munmap(data_, size_);
  data_ = nullptr;
  Open(std::string(path_));
}

std::span<const CompileCacheFile::Entry> CompileCacheFile::entries() const {
  if (data_ == nullptr) return {};
  const auto* header = reinterpret_cast<const Header*>(data_);
  return {reinterpret_cast<const Entry*>(data_ + sizeof(Header)), header->count};
}

std::span<const uint8_t> CompileCacheFile::Find(const CacheKey& key) {
  auto all = entries();
  auto found = std::lower_bound(all.begin(), all.end(), key, [](const Entry& entry, const CacheKey& wanted) {
    return entry.key < wanted;
  });
  if (found == all.end() || found->key != key) return {};
  if (found->offset > size_ || found->size > size_ - found->offset) return {};
  std::span<const uint8_t> bytes{data_ + found->offset, found->size};
  if (Checksum(bytes) != found->checksum) return {};
  used_[key] = true;
  return bytes;
}

bool CompileCacheFile::Save(const std::map<CacheKey, std::string>& added) const {
  std::map<CacheKey, std::span<const uint8_t>> all;
  size_t total = 0;
  auto add = [&](const CacheKey& key, std::span<const uint8_t> bytes) {
    if (total + bytes.size() > kMaxFileSize || !all.emplace(key, bytes).second) return;
    total += bytes.size();
  };
  for (const auto& [key, bytes] : added)
    add(key, {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  for (bool used : {true, false}) {
    for (const Entry& entry : entries()) {
      if (used_.contains(entry.key) != used) continue;
      if (entry.offset <= size_ && entry.size <= size_ - entry.offset)
        add(entry.key, {data_ + entry.offset, entry.size});
    }
  }
  std::vector<Entry> index;
  uint64_t offset = sizeof(Header) + all.size() * sizeof(Entry);
  for (const auto& [key, bytes] : all) {
    offset = (offset + 15) & ~uint64_t{15};  // V8 wants its data aligned
    index.push_back({key, offset, bytes.size(), Checksum(bytes)});
    offset += bytes.size();
  }
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof(header.magic));
  header.count = index.size();
  header.file_size = offset;

  std::string folder = path_.substr(0, path_.rfind('/'));
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return false;
  Shrink(folder);
  std::string temporary = path_ + "." + std::to_string(::getpid());
  int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return false;
  bool ok = WriteAll(fd, &header, sizeof(header)) && WriteAll(fd, index.data(), index.size() * sizeof(Entry));
  uint64_t at = sizeof(Header) + index.size() * sizeof(Entry);
  size_t i = 0;
  for (const auto& [key, bytes] : all) {
    static constexpr char kPadding[16] = {};
    ok = ok && WriteAll(fd, kPadding, index[i].offset - at) && WriteAll(fd, bytes.data(), bytes.size());
    at = index[i++].offset + bytes.size();
  }
  ok = ::close(fd) == 0 && ok && ::rename(temporary.c_str(), path_.c_str()) == 0;
  if (!ok) ::unlink(temporary.c_str());
  return ok;
}

// Removes the files nobody wrote for the longest time, until the folder is small enough.
void CompileCacheFile::Shrink(const std::string& folder) {
  namespace fs = std::filesystem;
  struct File {
    fs::path path;
    fs::file_time_type time;
    size_t size;
  };
  std::vector<File> files;
  size_t total = 0;
  std::error_code error;
  for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    std::error_code ignored;
    if (!it->is_regular_file(ignored)) continue;
    files.push_back({it->path(), it->last_write_time(ignored), it->file_size(ignored)});
    total += files.back().size;
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.time < b.time; });
  for (const File& file : files) {
    if (total <= kMaxFolderSize - kMaxFileSize) break;
    std::error_code ignored;
    fs::remove(file.path, ignored);
    total -= file.size;
  }
}

}  // namespace parley
