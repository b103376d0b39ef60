// What media/io drives: a batch of received datagrams or a passed deadline goes in, datagrams to send come
// out in the slab.
#pragma once

#include <cstdint>
#include <span>

#include "media/core/route.h"
#include "media/core/send_slab.h"
#include "media/core/time.h"

namespace parley::media {

// A received datagram. The bytes belong to the receiver's slot: writable (SRTP is opened in place), valid
// during the call.
struct Datagram {
  Route route;
  std::span<uint8_t> bytes;
};

class DatagramHandler {
 public:
  virtual ~DatagramHandler() = default;
  virtual void on_datagrams(std::span<const Datagram> datagrams, TimePoint now, SendSlab& out) = 0;
  // When on_deadline wants to be called next; kNever when nothing waits. Asked after each of the calls here
  // and after each posted command.
  virtual TimePoint next_deadline() const = 0;
  virtual void on_deadline(TimePoint now, SendSlab& out) = 0;
};

}  // namespace parley::media
