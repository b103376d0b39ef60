// The arena of outgoing datagrams: protocol code writes (and encrypts) a datagram where the kernel will read
// it.
//
//   auto out = slab.reserve(route, 1200);   // empty when there is no room: drop, it has been counted
//   if (!out.empty()) slab.commit(write_something(out));
//
// Everything committed in one turn goes out in one sendmmsg. When the slab is full it is flushed through its
// sink, if it has one, and filled again from the start. One thread only; never grows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "media/core/route.h"

namespace parley::media {

class SendSlab {
 public:
  struct Entry {
    Route route;
    uint32_t offset = 0;
    uint32_t size = 0;
  };
  struct View {
    const Route& route;
    const SocketAddress& destination;  // the far end of the route
    std::span<const uint8_t> bytes;
  };
  // Sends everything in the slab; called when it is full. The slab clears itself afterwards.
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual void send(const SendSlab& slab) = 0;
  };

  // Room for `capacity` bytes in at most `max_datagrams` datagrams. `sink` may be null.
  SendSlab(size_t capacity, size_t max_datagrams, Sink* sink = nullptr);

  // Where to write a datagram of up to `max_size` bytes for `route`. A second reserve without a commit
  // between them gives the same bytes again. Empty (and counted as dropped) when it cannot fit.
  std::span<uint8_t> reserve(const Route& route, size_t max_size);
  // Keeps the first `size` bytes of the last reservation; 0 gives it up.
  void commit(size_t size);
  // reserve, copy and commit. False when dropped.
  bool append(const Route& route, std::span<const uint8_t> bytes);

  void flush();  // through the sink, if any; then clear()
  void clear();

  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  View operator[](size_t i) const {
    const Entry& e = entries_[i];
    return {e.route, e.route.remote, {bytes_.get() + e.offset, e.size}};
  }
  uint64_t dropped() const { return dropped_; }

 private:
  size_t capacity_;
  size_t max_datagrams_;
  Sink* sink_;
  std::unique_ptr<uint8_t[]> bytes_;
  std::vector<Entry> entries_;
  size_t used_ = 0;
  size_t reserved_ = 0;
  Route reserved_for_;
  uint64_t dropped_ = 0;
};

}  // namespace parley::media
