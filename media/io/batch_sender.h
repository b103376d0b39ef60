// Sends a slab in as few system calls as there are: one sendmmsg for a family, in which the datagrams of one
// route that have one size (the last may be shorter) travel as one message with UDP segmentation
// (UDP_SEGMENT, udp(7)). The order of datagrams to one destination is kept.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "media/core/send_slab.h"
#include "media/io/sockets.h"

namespace parley::media::io {

// Where datagrams of one family leave.
struct UdpSocket {
  int fd = -1;
  // It has several addresses (a wildcard's): a route's own one is put on what it sends.
  bool pins_source = false;
};

class BatchSender {
 public:
  struct Tally {
    uint64_t datagrams = 0;
    uint64_t bytes = 0;
    uint64_t calls = 0;
    uint64_t would_block = 0;  // dropped after waiting in vain
    uint64_t errors = 0;       // refused for another reason
  };

  // For slabs of at most `max_datagrams`.
  BatchSender(size_t max_datagrams, bool use_gso);
  // Datagrams of UDP routes to an IPv4 address leave by `v4`, others by `v6`; without a socket they count as
  // errors.
  void send(const SendSlab& slab, const UdpSocket& v4, const UdpSocket& v6, Tally& tally);

 private:
  static constexpr uint16_t kNone = 0xFFFF;
  // The kernel's limits: UDP_MAX_SEGMENTS, and an IP packet's size less its headers.
  static constexpr uint16_t kMaxSegments = 64;
  static constexpr uint32_t kMaxMessageBytes = 65535 - 40 - 8;
  struct Group {
    uint16_t first = 0;
    uint16_t last = 0;
    uint16_t count = 0;
    uint32_t segment = 0;
    uint32_t bytes = 0;
    bool open = false;
  };
  union Control {
    cmsghdr header;
    uint8_t bytes[CMSG_SPACE(sizeof(uint16_t)) + CMSG_SPACE(sizeof(in6_pktinfo))];
  };

  void make_groups(const SendSlab& slab);
  uint16_t& bucket_of(const SendSlab& slab, const Route& route);
  void send_family(const SendSlab& slab, bool ipv4, const UdpSocket& socket, Tally& tally);
  void fill_message(const SendSlab& slab, const Group& group, bool pin, size_t message, size_t& iov);
  void fill_control(msghdr& header, Control& control, const Group& group, const SocketAddress* source);
  void transmit(int fd, size_t messages, Tally& tally);
  void send_singly(int fd, const msghdr& message, Tally& tally);
  static bool wait_writable(int fd);

  bool use_gso_;
  size_t max_datagrams_;
  std::vector<Group> groups_;
  std::vector<uint16_t> next_;     // by datagram: the next of its group
  std::vector<uint16_t> buckets_;  // open addressing, by route: its latest group
  std::vector<mmsghdr> messages_;
  std::vector<iovec> iovs_;
  std::vector<KernelAddress> addresses_;
  std::vector<Control> controls_;
};

}  // namespace parley::media::io
