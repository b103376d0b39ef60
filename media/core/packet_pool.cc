// Implements media/core/packet_pool.h.
#include "media/core/packet_pool.h"

#include <algorithm>
#include <cstring>

namespace parley::media {

bool PacketPool::grow() {
  const size_t n = std::min(kChunk, max_packets_ - made_);
  if (n == 0) return false;
  Chunk chunk{std::make_unique_for_overwrite<uint8_t[]>(n * capacity_),
              std::make_unique<PacketRef::Slot[]>(n)};
  for (size_t i = 0; i < n; ++i) {
    PacketRef::Slot& slot = chunk.slots[i];
    slot.pool = this;
    slot.bytes = chunk.bytes.get() + i * capacity_;
    slot.next_free = free_;
    free_ = &slot;
  }
  made_ += n;
  chunks_.push_back(std::move(chunk));
  return true;
}

PacketRef PacketPool::acquire() {
  if (free_ == nullptr && !grow()) {
    ++exhausted_;
    return PacketRef();
  }
  PacketRef::Slot* slot = std::exchange(free_, free_->next_free);
  slot->references = 1;
  slot->size = 0;
  ++in_use_;
  return PacketRef(slot);
}

PacketRef PacketPool::copy_of(std::span<const uint8_t> bytes) {
  if (bytes.size() > capacity_) return PacketRef();
  PacketRef packet = acquire();
  if (!packet) return packet;
  if (!bytes.empty()) std::memcpy(packet.data(), bytes.data(), bytes.size());
  packet.resize(bytes.size());
  return packet;
}

}  // namespace parley::media
