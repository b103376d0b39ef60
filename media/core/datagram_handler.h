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

  // From another media thread of the same engine (message_links.h).
  virtual void on_message(size_t, std::span<uint8_t>, TimePoint, SendSlab&) {}

  // Whether an authenticated peer uses the route: a TCP connection that is nobody's is closed.
  virtual bool knows_route(const Route&) const { return true; }
  // A TCP connection that we asked for is open; the route has our address now.
  virtual void on_connection_open(const Route&, TimePoint, SendSlab&) {}
  // A TCP connection has ended, or one that we opened never came about.
  virtual void on_connection_closed(const Route&, TimePoint, SendSlab&) {}
};

}  // namespace parley::media
