// Implements media/io/batch_sender.h.
#include "media/io/batch_sender.h"

#include <linux/udp.h>
#include <poll.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

namespace parley::media::io {
namespace {

// How long a full socket buffer may hold up the thread before the rest of a batch is dropped.
constexpr int kWaitWritableMs = 2;

}  // namespace

BatchSender::BatchSender(size_t max_datagrams, bool use_gso)
    : use_gso_(use_gso),
      max_datagrams_(std::min<size_t>(max_datagrams, kNone)),
      next_(max_datagrams_),
      buckets_(std::bit_ceil(2 * max_datagrams_)),
      messages_(max_datagrams_),
      iovs_(max_datagrams_),
      addresses_(max_datagrams_),
      controls_(max_datagrams_) {
  groups_.reserve(max_datagrams_);
}

void BatchSender::send(const SendSlab& slab, const UdpSocket& v4, const UdpSocket& v6, Tally& tally) {
  if (slab.empty()) return;
  make_groups(slab);
  send_family(slab, true, v4, tally);
  send_family(slab, false, v6, tally);
}

uint16_t& BatchSender::bucket_of(const SendSlab& slab, const Route& route) {
  const size_t mask = buckets_.size() - 1;
  size_t at = route.hash() & mask;
  while (buckets_[at] != kNone && slab[groups_[buckets_[at]].first].route != route) at = (at + 1) & mask;
  return buckets_[at];
}

void BatchSender::make_groups(const SendSlab& slab) {
  groups_.clear();
  std::fill(buckets_.begin(), buckets_.end(), kNone);
  const size_t n = std::min(slab.size(), max_datagrams_);
  for (size_t i = 0; i < n; ++i) {
    const SendSlab::View datagram = slab[i];
    if (!datagram.route.is_udp()) continue;
    const uint32_t size = static_cast<uint32_t>(datagram.bytes.size());
    next_[i] = kNone;
    uint16_t* bucket = use_gso_ ? &bucket_of(slab, datagram.route) : nullptr;
    if (bucket != nullptr && *bucket != kNone) {
      Group& g = groups_[*bucket];
      if (g.open && size <= g.segment && g.count < kMaxSegments && g.bytes + size <= kMaxMessageBytes) {
        next_[g.last] = static_cast<uint16_t>(i);
        g.last = static_cast<uint16_t>(i);
        ++g.count;
        g.bytes += size;
        g.open = size == g.segment;  // only the last segment may be shorter
        continue;
      }
    }
    const uint16_t index = static_cast<uint16_t>(i);
    groups_.push_back({index, index, 1, size, size, true});
    if (bucket != nullptr) *bucket = static_cast<uint16_t>(groups_.size() - 1);
  }
}

namespace {

// Appends an ancillary message at `at`, which it moves on.
template <class T>
void append_control(uint8_t*& at, int level, int type, const T& value) {
  cmsghdr header{};
  header.cmsg_len = CMSG_LEN(sizeof value);
  header.cmsg_level = level;
  header.cmsg_type = type;
  std::memcpy(at, &header, sizeof header);
  std::memcpy(at + CMSG_LEN(0), &value, sizeof value);
  at += CMSG_SPACE(sizeof value);
}

}  // namespace

void BatchSender::fill_control(msghdr& header, Control& control, const Group& group,
                               const SocketAddress* source) {
  uint8_t* at = control.bytes;
  if (group.count > 1) {
    append_control(at, IPPROTO_UDP, UDP_SEGMENT, static_cast<uint16_t>(group.segment));
  }
  if (source != nullptr && source->is_ipv4()) {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, source->ip_bytes().data(), sizeof info.ipi_spec_dst);
    append_control(at, IPPROTO_IP, IP_PKTINFO, info);
  } else if (source != nullptr && source->is_ipv6()) {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, source->ip_bytes().data(), sizeof info.ipi6_addr);
    append_control(at, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
  if (at == control.bytes) return;
  header.msg_control = control.bytes;
  header.msg_controllen = static_cast<size_t>(at - control.bytes);
}

void BatchSender::fill_message(const SendSlab& slab, const Group& group, bool pin, size_t m, size_t& iov) {
  msghdr& h = messages_[m].msg_hdr;
  h = {};
  const Route& route = slab[group.first].route;
  h.msg_namelen = to_kernel(route.remote, addresses_[m]);
  h.msg_name = &addresses_[m];
  h.msg_iov = &iovs_[iov];
  h.msg_iovlen = group.count;
  for (uint16_t i = group.first; i != kNone; i = next_[i]) {
    const std::span<const uint8_t> bytes = slab[i].bytes;
    iovs_[iov++] = {const_cast<uint8_t*>(bytes.data()), bytes.size()};
  }
  fill_control(h, controls_[m], group, pin ? &route.local : nullptr);
}

void BatchSender::send_family(const SendSlab& slab, bool ipv4, const UdpSocket& socket, Tally& tally) {
  size_t messages = 0, iov = 0;
  for (const Group& g : groups_) {
    if (slab[g.first].destination.is_ipv4() != ipv4) continue;
    if (socket.fd < 0) {
      tally.errors += g.count;
    } else {
      fill_message(slab, g, socket.pins_source, messages++, iov);
    }
  }
  if (messages > 0) transmit(socket.fd, messages, tally);
}

bool BatchSender::wait_writable(int fd) {
  pollfd p{fd, POLLOUT, 0};
  return poll(&p, 1, kWaitWritableMs) == 1;
}

void BatchSender::transmit(int fd, size_t messages, Tally& tally) {
  bool waited = false;
  for (size_t at = 0; at < messages;) {
    const int sent =
        sendmmsg(fd, &messages_[at], static_cast<unsigned>(std::min<size_t>(messages - at, 1024)),
                 MSG_DONTWAIT | MSG_NOSIGNAL);
    ++tally.calls;
    if (sent > 0) {
      for (const size_t end = at + static_cast<size_t>(sent); at < end; ++at) {
        tally.datagrams += messages_[at].msg_hdr.msg_iovlen;
        tally.bytes += messages_[at].msg_len;
      }
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == ENOBUFS) {
      // Media that cannot leave now is late: wait once, shortly, then drop the rest.
      if (!waited && wait_writable(fd)) {
        waited = true;
        continue;
      }
      for (; at < messages; ++at) tally.would_block += messages_[at].msg_hdr.msg_iovlen;
      return;
    }
    const msghdr& refused = messages_[at++].msg_hdr;
    if (refused.msg_iovlen > 1) {
      if (errno == EIO) use_gso_ = false;  // the device cannot: do not ask again
      send_singly(fd, refused, tally);
    } else {
      ++tally.errors;
    }
  }
}

void BatchSender::send_singly(int fd, const msghdr& message, Tally& tally) {
  msghdr single = message;
  single.msg_iovlen = 1;
  // Without the segment size, which is the first of the ancillary messages.
  constexpr size_t kSegmentSize = CMSG_SPACE(sizeof(uint16_t));
  single.msg_control = static_cast<uint8_t*>(message.msg_control) + kSegmentSize;
  single.msg_controllen = message.msg_controllen - kSegmentSize;
  for (size_t i = 0; i < message.msg_iovlen; ++i) {
    single.msg_iov = &message.msg_iov[i];
    const ssize_t n = sendmsg(fd, &single, MSG_DONTWAIT | MSG_NOSIGNAL);
    ++tally.calls;
    if (n >= 0) {
      ++tally.datagrams;
      tally.bytes += static_cast<uint64_t>(n);
    } else if (errno == EAGAIN || errno == ENOBUFS) {
      ++tally.would_block;
    } else {
      ++tally.errors;
    }
  }
}

}  // namespace parley::media::io
