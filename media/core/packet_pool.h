// Reference-counted packet buffers from a pool: a payload is held once and shared by every subscriber's
// retransmission buffer. One thread only. After warm-up nothing is allocated: buffers go back to a free list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace parley::media {

class PacketPool;

// One shared packet. Copying it shares the bytes. The pool must outlive every PacketRef.
class PacketRef {
 public:
  PacketRef() = default;
  PacketRef(const PacketRef& o) : slot_(o.slot_) {
    if (slot_ != nullptr) ++slot_->references;
  }
  PacketRef(PacketRef&& o) noexcept : slot_(std::exchange(o.slot_, nullptr)) {}
  PacketRef& operator=(PacketRef o) noexcept {
    std::swap(slot_, o.slot_);
    return *this;
  }
  ~PacketRef() { reset(); }

  explicit operator bool() const { return slot_ != nullptr; }
  size_t size() const { return slot_->size; }
  size_t capacity() const;
  // `size` must be at most capacity().
  void resize(size_t size) { slot_->size = static_cast<uint32_t>(size); }
  uint8_t* data() { return slot_->bytes; }
  const uint8_t* data() const { return slot_->bytes; }
  std::span<uint8_t> bytes() { return {data(), size()}; }
  std::span<const uint8_t> bytes() const { return {data(), size()}; }
  void reset();

 private:
  friend class PacketPool;
  struct Slot {
    PacketPool* pool = nullptr;
    Slot* next_free = nullptr;
    uint8_t* bytes = nullptr;
    uint32_t references = 0;
    uint32_t size = 0;
  };
  explicit PacketRef(Slot* slot) : slot_(slot) {}

  Slot* slot_ = nullptr;
};

class PacketPool {
 public:
  static constexpr size_t kDefaultCapacity = 1536;

  // At most `max_packets` buffers of `capacity` bytes, made 64 at a time as they are needed.
  explicit PacketPool(size_t max_packets, size_t capacity = kDefaultCapacity)
      : max_packets_(max_packets), capacity_(capacity) {}
  PacketPool(const PacketPool&) = delete;
  PacketPool& operator=(const PacketPool&) = delete;

  // An empty packet (size 0), or a false PacketRef when all are in use.
  PacketRef acquire();
  // A packet holding a copy of `bytes`; false when they do not fit or all are in use.
  PacketRef copy_of(std::span<const uint8_t> bytes);

  size_t capacity() const { return capacity_; }
  size_t in_use() const { return in_use_; }
  uint64_t exhausted() const { return exhausted_; }  // times acquire() had nothing to give

 private:
  friend class PacketRef;
  static constexpr size_t kChunk = 64;
  struct Chunk {
    std::unique_ptr<uint8_t[]> bytes;
    std::unique_ptr<PacketRef::Slot[]> slots;
  };
  bool grow();
  void release(PacketRef::Slot* slot) {
    slot->next_free = free_;
    free_ = slot;
    --in_use_;
  }

  size_t max_packets_;
  size_t capacity_;
  size_t made_ = 0;
  size_t in_use_ = 0;
  uint64_t exhausted_ = 0;
  PacketRef::Slot* free_ = nullptr;
  std::vector<Chunk> chunks_;
};

inline size_t PacketRef::capacity() const { return slot_->pool->capacity(); }

inline void PacketRef::reset() {
  if (slot_ != nullptr && --slot_->references == 0) slot_->pool->release(slot_);
  slot_ = nullptr;
}

}  // namespace parley::media
