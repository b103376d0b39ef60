// The way a datagram takes between us and a peer: what ICE calls the two ends of a candidate pair (RFC 8445
// section 2.2). Answers go back along the route that a datagram came by, from the very address it was sent
// to.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "media/core/socket_address.h"

namespace parley::media {

struct Route {
  SocketAddress remote;
  // Ours; not valid: the kernel chooses.
  SocketAddress local;
  // 0: UDP. Otherwise a TCP connection of media/io, which frames after RFC 4571; never used a second time.
  uint32_t connection = 0;

  Route() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): an address alone is a route by UDP
  Route(const SocketAddress& to, const SocketAddress& from = {}, uint32_t over = 0)
      : remote(to), local(from), connection(over) {}

  bool valid() const { return remote.valid(); }
  bool is_udp() const { return connection == 0; }
  std::string to_string() const { return (is_udp() ? "" : "tcp:") + remote.to_string(); }

  bool operator==(const Route&) const = default;
  size_t hash() const {
    return remote.hash() ^ (local.hash() + connection) * static_cast<size_t>(0x9E3779B97F4A7C15ull);
  }
};

}  // namespace parley::media

template <>
struct std::hash<parley::media::Route> {
  size_t operator()(const parley::media::Route& r) const noexcept { return r.hash(); }
};
