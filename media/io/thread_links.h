// The rings between the media threads of one engine, one for each pair and direction, and the waking of those
// that sleep. Made before the workers, outlives them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "media/core/message_links.h"
#include "media/io/sockets.h"
#include "media/io/spsc_ring.h"

namespace parley::media::io {

class ThreadLinks {
 public:
  // Of one direction of one pair: a key frame of each of some hundred tracks.
  static constexpr size_t kRingBytes = 1 << 20;
  // Messages taken from one ring before sockets are looked at again.
  static constexpr size_t kMessagesInARow = 256;

  // One thread's end.
  class Port final : public MessageLinks {
   public:
    size_t threads() const override { return all_->ports_.size(); }
    size_t self() const override { return self_; }
    bool send(size_t thread, std::span<const uint8_t> head, std::span<const uint8_t> body,
              std::span<const uint8_t> tail) override;
    // Wakes those that were written to and sleep. At the end of a turn.
    void notify();
    // Readable when somebody has written to a sleeper.
    int wake_fd() const { return wake_.get(); }
    // Before sleeping: false when there is something to take after all.
    bool may_sleep();
    void awake();
    // Hands what has come to `take(from, message)`.
    template <class Take>
    void take_all(const Take& take) {
      for (size_t from = 0; from < threads(); ++from) {
        if (from == self_) continue;
        SpscRing& ring = all_->ring(from, self_);
        for (size_t i = 0; i < kMessagesInARow; ++i) {
          if (!ring.pop([&](std::span<uint8_t> message) { take(from, message); })) break;
        }
      }
    }
    // Counted by the thread itself.
    uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

   private:
    friend class ThreadLinks;
    ThreadLinks* all_ = nullptr;
    size_t self_ = 0;
    Fd wake_;
    alignas(64) std::atomic<bool> sleeping_{false};
    uint64_t written_to_ = 0;  // a bit for each thread
    std::atomic<uint64_t> dropped_{0};
  };

  static Result<std::unique_ptr<ThreadLinks>, IoError> create(size_t threads);
  Port& port(size_t thread) { return *ports_[thread]; }
  size_t threads() const { return ports_.size(); }

 private:
  SpscRing& ring(size_t from, size_t to) { return *rings_[from * ports_.size() + to]; }

  std::vector<std::unique_ptr<Port>> ports_;
  std::vector<std::unique_ptr<SpscRing>> rings_;  // by writer, then reader; null to oneself
};

}  // namespace parley::media::io
