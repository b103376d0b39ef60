// Receives datagrams in batches (recvmmsg) into slots of its own and tells by which route each came. What
// the kernel has joined (UDP_GRO, udp(7)) is taken apart again; a socket bound to a wildcard says to which
// of its addresses a datagram was sent (IP_PKTINFO, ip(7); IPV6_RECVPKTINFO, RFC 3542 section 6).
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "media/core/datagram_handler.h"
#include "media/io/sockets.h"

namespace parley::media::io {

class BatchReceiver {
 public:
  static constexpr size_t kBatch = 64;
  // A longer datagram is nothing that WebRTC sends.
  static constexpr size_t kMaxDatagram = 2048;

  struct Batch {
    std::span<const Datagram> datagrams;  // valid until the next call
    uint64_t bytes = 0;
    uint64_t too_long = 0;  // left out
    bool more = false;      // the kernel may have others waiting
  };

  BatchReceiver();
  // `bound` is the socket's own address.
  Batch receive(int fd, const SocketAddress& bound);

 private:
  // As much as the kernel joins. The odd size spreads the slots over the sets of the caches.
  static constexpr size_t kSlotSize = 65536 + 2048;
  static constexpr size_t kMaxSegments = 64;
  union Control {
    cmsghdr header;
    uint8_t bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(in6_pktinfo))];
  };
  void take(size_t slot, const SocketAddress& bound, Batch& batch);

  std::unique_ptr<uint8_t[]> bytes_;
  std::array<iovec, kBatch> iovs_;
  std::array<mmsghdr, kBatch> messages_;
  std::array<KernelAddress, kBatch> addresses_;
  std::array<Control, kBatch> controls_;
  std::vector<Datagram> datagrams_;
};

}  // namespace parley::media::io
