// What the media threads of one engine say to each other. Threads are numbered from 0; a message is copied
// and arrives on the other's thread, in order (DatagramHandler::on_message). Bounded: what finds no room is
// dropped, so whatever must arrive is said again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace parley::media {

class MessageLinks {
 public:
  // The first byte of a message; those below belong to media/io.
  static constexpr uint8_t kFirstType = 16;
  static constexpr size_t kMaxThreads = 26;

  virtual ~MessageLinks() = default;
  virtual size_t threads() const = 0;
  virtual size_t self() const = 0;
  // The message is `head`, `body` and `tail`, one after the other. False when it was dropped.
  virtual bool send(size_t thread, std::span<const uint8_t> head, std::span<const uint8_t> body = {},
                    std::span<const uint8_t> tail = {}) = 0;
};

}  // namespace parley::media
