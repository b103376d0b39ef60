// Implements media/io/sockets.h.
#include "media/io/sockets.h"

#include <linux/udp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace parley::media::io {
namespace {

constexpr int kListenBacklog = 512;

IoError failed(const char* what, const char* protocol, const SocketAddress& address) {
  const int code = errno;
  char text[128];
  return {code, std::string("cannot ") + what + " " + protocol + " " + address.to_string() + ": " +
                    strerror_r(code, text, sizeof text)};
}

void ask_for_buffer(int fd, int forced, int plain, int bytes) {
  // The forced form needs a privilege and ignores the system's limit; the plain one takes what it gets.
  if (setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof bytes) != 0) {
    setsockopt(fd, SOL_SOCKET, plain, &bytes, sizeof bytes);
  }
}

// A wildcard's datagrams are answered from the address they were sent to.
void tell_destinations(int fd, const SocketAddress& address) {
  if (!address.is_unspecified()) return;
  const int on = 1;
  if (address.is_ipv4()) {
    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  } else {
    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
  }
}

Fd open_socket(const SocketAddress& address, int type) {
  Fd fd(socket(address.is_ipv4() ? AF_INET : AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (address.is_ipv6()) setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  return fd;
}

// `address` gets the real port.
bool bind_to(int fd, SocketAddress& address) {
  KernelAddress kernel;
  socklen_t size = to_kernel(address, kernel);
  if (bind(fd, &kernel.any, size) != 0 || getsockname(fd, &kernel.any, &size) != 0) return false;
  address = from_kernel(kernel);
  return true;
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

socklen_t to_kernel(const SocketAddress& address, KernelAddress& out) {
  if (address.is_ipv4()) {
    out.v4 = {};
    out.v4.sin_family = AF_INET;
    out.v4.sin_port = htons(address.port());
    std::memcpy(&out.v4.sin_addr, address.ip_bytes().data(), 4);
    return sizeof out.v4;
  }
  out.v6 = {};
  out.v6.sin6_family = AF_INET6;
  out.v6.sin6_port = htons(address.port());
  std::memcpy(&out.v6.sin6_addr, address.ip_bytes().data(), address.ip_bytes().size());
  return sizeof out.v6;
}

SocketAddress from_kernel(const KernelAddress& a) {
  if (a.any.sa_family == AF_INET) {
    const auto* ip = reinterpret_cast<const uint8_t*>(&a.v4.sin_addr);
    return SocketAddress::ipv4(std::span<const uint8_t, 4>(ip, 4), ntohs(a.v4.sin_port));
  }
  if (a.any.sa_family == AF_INET6) {
    return SocketAddress::ipv6(std::span<const uint8_t, 16>(a.v6.sin6_addr.s6_addr, 16),
                               ntohs(a.v6.sin6_port));
  }
  return SocketAddress();
}

void share_port(int fd) {
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
}

Result<Fd, IoError> open_udp(SocketAddress& address, int buffer_bytes, bool joins) {
  Fd fd = open_socket(address, SOCK_DGRAM);
  if (!fd.valid()) return failed("open a socket for", "UDP", address);
  tell_destinations(fd.get(), address);
  if (joins) share_port(fd.get());
  if (!bind_to(fd.get(), address)) return failed("bind", "UDP", address);
  ask_for_buffer(fd.get(), SO_RCVBUFFORCE, SO_RCVBUF, buffer_bytes);
  ask_for_buffer(fd.get(), SO_SNDBUFFORCE, SO_SNDBUF, buffer_bytes);
  return fd;
}

Result<Fd, IoError> listen_tcp(SocketAddress& address) {
  Fd fd = open_socket(address, SOCK_STREAM);
  if (!fd.valid()) return failed("open a socket for", "TCP", address);
  // A restarted server's old connections may linger on the port.
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!bind_to(fd.get(), address)) return failed("bind", "TCP", address);
  if (listen(fd.get(), kListenBacklog) != 0) return failed("listen on", "TCP", address);
  return fd;
}

void join_received(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof on);
}

}  // namespace parley::media::io
