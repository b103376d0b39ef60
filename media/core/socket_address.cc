// Implements media/core/socket_address.h. Text form of IPv6 after RFC 5952.
#include "media/core/socket_address.h"

#include <arpa/inet.h>

#include <algorithm>

namespace parley::media {

SocketAddress SocketAddress::ipv4(std::span<const uint8_t, 4> ip, uint16_t port) {
  SocketAddress a;
  std::copy(ip.begin(), ip.end(), a.ip_.begin());
  a.port_ = port;
  a.family_ = Family::kIPv4;
  return a;
}

SocketAddress SocketAddress::ipv6(std::span<const uint8_t, 16> ip, uint16_t port) {
  SocketAddress a;
  std::copy(ip.begin(), ip.end(), a.ip_.begin());
  a.port_ = port;
  a.family_ = Family::kIPv6;
  return a;
}

std::optional<SocketAddress> SocketAddress::parse(std::string_view ip, uint16_t port) {
  char text[INET6_ADDRSTRLEN];
  if (ip.empty() || ip.size() >= sizeof text) return std::nullopt;
  std::copy(ip.begin(), ip.end(), text);
  text[ip.size()] = '\0';
  SocketAddress a;
  a.port_ = port;
  // inet_pton is pure text conversion: the one libc call here, and no way to the network.
  if (inet_pton(AF_INET, text, a.ip_.data()) == 1) {
    a.family_ = Family::kIPv4;
  } else if (inet_pton(AF_INET6, text, a.ip_.data()) == 1) {
    a.family_ = Family::kIPv6;
  } else {
    return std::nullopt;
  }
  return a;
}

bool SocketAddress::is_unspecified() const {
  return std::all_of(ip_.begin(), ip_.end(), [](uint8_t b) { return b == 0; });
}

std::string SocketAddress::ip_string() const {
  if (!valid()) return "";
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(is_ipv4() ? AF_INET : AF_INET6, ip_.data(), text, sizeof text);
  return text;
}

std::string SocketAddress::to_string() const {
  if (!valid()) return "(none)";
  const std::string ip = ip_string();
  return (is_ipv6() ? "[" + ip + "]" : ip) + ":" + std::to_string(port_);
}

}  // namespace parley::media
