// How sans-IO code asks for a TCP connection of its own: ICE-TCP's active side (RFC 6544), and TURN over TCP
// (RFC 8656 section 3.1) and over TLS. media/io implements it; only on the media thread.
#pragma once

#include <cstdint>
#include <string>

#include "media/core/socket_address.h"

namespace parley::media {

// How messages are found in a TCP stream.
enum class Framing : uint8_t {
  kRfc4571,  // a length of two bytes before each: RTP, RTCP, DTLS and STUN between ICE peers
  kStun,     // STUN and ChannelData tell their own lengths (RFC 8489 section 6.2.2, RFC 8656 section 12.5)
};

class Connector {
 public:
  virtual ~Connector() = default;
  // Begins to connect. Gives the connection for Route::connection, 0 when there can be none. What is sent
  // before it is open waits, up to a limit; DatagramHandler::on_connection_open and on_connection_closed tell
  // what becomes of it.
  virtual uint32_t connect(const SocketAddress& remote, Framing framing) = 0;
  // The same by TLS, to a server whose certificate must be of `host`: a name, or an address in text. It is
  // open when that is proven.
  virtual uint32_t connect_tls(const SocketAddress& remote, Framing framing, const std::string& host) = 0;
  // Closes it, without telling. Harmless when it is gone.
  virtual void disconnect(uint32_t connection) = 0;
};

}  // namespace parley::media
