// Implements media/io/batch_sender.h.
#include "media/io/batch_sender.h"

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

void BatchSender::send(const SendSlab& slab, int fd_v4, int fd_v6, Tally& tally) {
  if (slab.empty()) return;
  make_groups(slab);
  send_family(slab, true, fd_v4, tally);
  send_family(slab, false, fd_v6, tally);
}

uint16_t& BatchSender::bucket_of(const SendSlab& slab, const SocketAddress& destination) {
  const size_t mask = buckets_.size() - 1;
  size_t at = destination.hash() & mask;
  while (buckets_[at] != kNone && slab[groups_[buckets_[at]].first].destination != destination)
    at = (at + 1) & mask;
  return buckets_[at];
}

void BatchSender::make_groups(const SendSlab& slab) {
  groups_.clear();
  std::fill(buckets_.begin(), buckets_.end(), kNone);
  const size_t n = std::min(slab.size(), max_datagrams_);
  for (size_t i = 0; i < n; ++i) {
    const SendSlab::View datagram = slab[i];
    const uint32_t size = static_cast<uint32_t>(datagram.bytes.size());
    next_[i] = kNone;
    uint16_t* bucket = use_gso_ ? &bucket_of(slab, datagram.destination) : nullptr;
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

void BatchSender::fill_message(const SendSlab& slab, const Group& group, size_t m, size_t& iov) {
  msghdr& h = messages_[m].msg_hdr;
  h = {};
  h.msg_namelen = to_kernel(slab[group.first].destination, addresses_[m]);
  h.msg_name = &addresses_[m];
  h.msg_iov = &iovs_[iov];
  h.msg_iovlen = group.count;
  for (uint16_t i = group.first; i != kNone; i = next_[i]) {
    const std::span<const uint8_t> bytes = slab[i].bytes;
    iovs_[iov++] = {const_cast<uint8_t*>(bytes.data()), bytes.size()};
  }
  if (group.count == 1) return;
  Control& control = controls_[m];
  h.msg_control = &control;
  h.msg_controllen = sizeof control;
  control.header.cmsg_level = IPPROTO_UDP;
  control.header.cmsg_type = UDP_SEGMENT;
  control.header.cmsg_len = CMSG_LEN(sizeof(uint16_t));
  const uint16_t segment = static_cast<uint16_t>(group.segment);
  std::memcpy(CMSG_DATA(&control.header), &segment, sizeof segment);
}

void BatchSender::send_family(const SendSlab& slab, bool ipv4, int fd, Tally& tally) {
  size_t messages = 0, iov = 0;
  for (const Group& g : groups_) {
    if (slab[g.first].destination.is_ipv4() != ipv4) continue;
    if (fd < 0) {
      tally.errors += g.count;
    } else {
      fill_message(slab, g, messages++, iov);
    }
  }
  if (messages > 0) transmit(fd, messages, tally);
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
  for (size_t i = 0; i < message.msg_iovlen; ++i) {
    const iovec& v = message.msg_iov[i];
    const ssize_t n = sendto(fd, v.iov_base, v.iov_len, MSG_DONTWAIT | MSG_NOSIGNAL,
                             static_cast<const sockaddr*>(message.msg_name), message.msg_namelen);
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
