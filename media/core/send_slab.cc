// Implements media/core/send_slab.h.
#include "media/core/send_slab.h"

#include <cassert>
#include <cstring>

namespace parley::media {

SendSlab::SendSlab(size_t capacity, size_t max_datagrams, Sink* sink)
    : capacity_(capacity),
      max_datagrams_(max_datagrams),
      sink_(sink),
      bytes_(std::make_unique_for_overwrite<uint8_t[]>(capacity)) {
  entries_.reserve(max_datagrams);
}

std::span<uint8_t> SendSlab::reserve(const Route& route, size_t max_size) {
  const auto has_room = [&] { return max_size <= capacity_ - used_ && entries_.size() < max_datagrams_; };
  if (!has_room() && sink_ != nullptr) flush();
  if (!has_room()) {
    reserved_ = 0;
    ++dropped_;
    return {};
  }
  reserved_ = max_size;
  reserved_for_ = route;
  return {bytes_.get() + used_, max_size};
}

void SendSlab::commit(size_t size) {
  assert(size <= reserved_);
  if (size > reserved_) size = 0;  // a caller's bug must not become a datagram of stale bytes
  reserved_ = 0;
  if (size == 0) return;
  entries_.push_back({reserved_for_, static_cast<uint32_t>(used_), static_cast<uint32_t>(size)});
  used_ += size;
}

bool SendSlab::append(const Route& route, std::span<const uint8_t> bytes) {
  const std::span<uint8_t> out = reserve(route, bytes.size());
  if (out.empty()) return false;
  std::memcpy(out.data(), bytes.data(), bytes.size());
  commit(bytes.size());
  return true;
}

void SendSlab::flush() {
  if (sink_ != nullptr && !entries_.empty()) sink_->send(*this);
  clear();
}

void SendSlab::clear() {
  entries_.clear();
  used_ = 0;
  reserved_ = 0;
}

}  // namespace parley::media
