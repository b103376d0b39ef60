// Sockets of media/io: addresses in the kernel's form, and opening sockets with a clear reason when that
// fails.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <utility>

#include "media/core/result.h"
#include "media/core/socket_address.h"

namespace parley::media::io {

struct IoError {
  int code = 0;         // errno
  std::string message;  // e.g. "cannot bind UDP 127.0.0.1:5000: Address already in use"
};

// A file descriptor that closes itself.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  Fd& operator=(Fd&& o) noexcept {
    std::swap(fd_, o.fd_);
    return *this;
  }
  ~Fd();
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// Either family; sockaddr_in6 is the larger one.
union KernelAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

// The size of what was written.
socklen_t to_kernel(const SocketAddress& address, KernelAddress& out);
SocketAddress from_kernel(const KernelAddress& address);

// Non-blocking, bound, with buffers as large as the kernel gives up to `buffer_bytes`. `address` gets the
// real port.
// One that `joins` takes part in a port that share_port() has opened.
Result<Fd, IoError> open_udp(SocketAddress& address, int buffer_bytes, bool joins = false);
// From now on others of this user may receive on the socket's port too; the kernel gives each address of the
// far side to one of them (SO_REUSEPORT).
void share_port(int fd);
// Likewise a TCP socket that listens.
Result<Fd, IoError> listen_tcp(SocketAddress& address);
// Lets the kernel join datagrams of one route (UDP_GRO): what it then gives only BatchReceiver can read.
void join_received(int fd);

}  // namespace parley::media::io
