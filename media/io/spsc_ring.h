// A bounded ring of messages from one thread to one other, without locks and without allocation: the writer
// owns `written_`, the reader owns `read_`, each sees the other's by acquire and release.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

namespace parley::media::io {

class SpscRing {
 public:
  // `capacity` is a power of two.
  explicit SpscRing(size_t capacity)
      : capacity_(capacity), bytes_(std::make_unique_for_overwrite<uint8_t[]>(capacity)) {}

  // The writing thread. False when there is no room.
  bool push(std::span<const uint8_t> a, std::span<const uint8_t> b, std::span<const uint8_t> c) {
    const size_t size = a.size() + b.size() + c.size();
    const size_t needed = kHeader + rounded(size);
    const uint64_t written = written_.load(std::memory_order_relaxed);
    const uint64_t read = read_.load(std::memory_order_acquire);
    const size_t at = written & (capacity_ - 1);
    // A message is in one piece: what does not fit before the end begins at the start.
    const size_t skipped = capacity_ - at < needed ? capacity_ - at : 0;
    if (needed + skipped > capacity_ - (written - read)) return false;
    if (skipped > 0) store_size(at, kSkip);
    uint8_t* to = &bytes_[(at + skipped) & (capacity_ - 1)];
    store_size((at + skipped) & (capacity_ - 1), static_cast<uint32_t>(size));
    to += kHeader;
    for (const std::span<const uint8_t> part : {a, b, c}) {
      if (!part.empty()) std::memcpy(to, part.data(), part.size());
      to += part.size();
    }
    written_.store(written + skipped + needed, std::memory_order_release);
    return true;
  }

  // The reading thread: hands the oldest message, which may be written into, to `take`. False when there is
  // none.
  template <class Take>
  bool pop(const Take& take) {
    uint64_t read = read_.load(std::memory_order_relaxed);
    const uint64_t written = written_.load(std::memory_order_acquire);
    if (read == written) return false;
    size_t at = read & (capacity_ - 1);
    uint32_t size = load_size(at);
    if (size == kSkip) {
      read += capacity_ - at;
      at = 0;
      size = load_size(at);
    }
    take(std::span<uint8_t>(&bytes_[at + kHeader], size));
    read_.store(read + kHeader + rounded(size), std::memory_order_release);
    return true;
  }

  // The reading thread.
  bool empty() const {
    return read_.load(std::memory_order_relaxed) == written_.load(std::memory_order_acquire);
  }

 private:
  static constexpr size_t kHeader = 8;
  static constexpr uint32_t kSkip = 0xFFFFFFFF;
  static size_t rounded(size_t size) { return (size + 7) & ~size_t{7}; }
  void store_size(size_t at, uint32_t size) { std::memcpy(&bytes_[at], &size, sizeof size); }
  uint32_t load_size(size_t at) const {
    uint32_t size;
    std::memcpy(&size, &bytes_[at], sizeof size);
    return size;
  }

  size_t capacity_;
  std::unique_ptr<uint8_t[]> bytes_;
  alignas(64) std::atomic<uint64_t> written_{0};
  alignas(64) std::atomic<uint64_t> read_{0};
};

}  // namespace parley::media::io
