// Implements media/io/sockets.h.
#include "media/io/sockets.h"

#include <linux/udp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace parley::media::io {
namespace {

IoError failed(const char* what, const SocketAddress& address) {
  const int code = errno;
  char text[128];
  return {code, std::string("cannot ") + what + " UDP " + address.to_string() + ": " +
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

Result<Fd, IoError> open_udp(SocketAddress& address, int buffer_bytes) {
  const int family = address.is_ipv4() ? AF_INET : AF_INET6;
  Fd fd(socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP));
  if (!fd.valid()) return failed("open a socket for", address);
  if (family == AF_INET6) {
    const int on = 1;
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  tell_destinations(fd.get(), address);
  KernelAddress kernel;
  const socklen_t kernel_size = to_kernel(address, kernel);
  if (bind(fd.get(), &kernel.any, kernel_size) != 0) return failed("bind", address);
  ask_for_buffer(fd.get(), SO_RCVBUFFORCE, SO_RCVBUF, buffer_bytes);
  ask_for_buffer(fd.get(), SO_SNDBUFFORCE, SO_SNDBUF, buffer_bytes);
  socklen_t size = sizeof kernel;
  if (getsockname(fd.get(), &kernel.any, &size) != 0) return failed("read the address of", address);
  address = from_kernel(kernel);
  return fd;
}

void join_received(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof on);
}

}  // namespace parley::media::io
