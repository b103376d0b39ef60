// Implements media/io/batch_receiver.h.
#include "media/io/batch_receiver.h"

#include <linux/udp.h>

#include <algorithm>
#include <cstring>

namespace parley::media::io {
namespace {

// What the kernel said beside a datagram.
struct Notes {
  SocketAddress local;
  size_t segment = 0;  // 0: not joined of several
};

template <class T>
T read_control(const cmsghdr* c) {
  T value;
  std::memcpy(&value, CMSG_DATA(c), sizeof value);
  return value;
}

Notes read_notes(msghdr& h, uint16_t port) {
  Notes notes;
  for (cmsghdr* c = CMSG_FIRSTHDR(&h); c != nullptr; c = CMSG_NXTHDR(&h, c)) {
    if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
      notes.segment = static_cast<size_t>(std::max(read_control<int>(c), 0));
    } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      const auto info = read_control<in_pktinfo>(c);
      const auto* ip = reinterpret_cast<const uint8_t*>(&info.ipi_spec_dst);
      notes.local = SocketAddress::ipv4(std::span<const uint8_t, 4>(ip, 4), port);
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      const auto info = read_control<in6_pktinfo>(c);
      notes.local = SocketAddress::ipv6(std::span<const uint8_t, 16>(info.ipi6_addr.s6_addr, 16), port);
    }
  }
  return notes;
}

}  // namespace

BatchReceiver::BatchReceiver() : bytes_(std::make_unique_for_overwrite<uint8_t[]>(kBatch * kSlotSize)) {
  for (size_t i = 0; i < kBatch; ++i) {
    iovs_[i] = {bytes_.get() + i * kSlotSize, 65536};
    messages_[i] = {};
    messages_[i].msg_hdr.msg_iov = &iovs_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
    messages_[i].msg_hdr.msg_name = &addresses_[i];
    messages_[i].msg_hdr.msg_control = &controls_[i];
  }
  datagrams_.reserve(kBatch * kMaxSegments);
}

BatchReceiver::Batch BatchReceiver::receive(int fd, const SocketAddress& bound) {
  for (mmsghdr& m : messages_) {
    m.msg_hdr.msg_namelen = sizeof(KernelAddress);
    m.msg_hdr.msg_controllen = sizeof(Control);
  }
  datagrams_.clear();
  Batch batch;
  const int n = recvmmsg(fd, messages_.data(), kBatch, MSG_DONTWAIT, nullptr);
  for (int i = 0; i < n; ++i) take(static_cast<size_t>(i), bound, batch);
  batch.datagrams = datagrams_;
  batch.more = n == static_cast<int>(kBatch);
  return batch;
}

void BatchReceiver::take(size_t slot, const SocketAddress& bound, Batch& batch) {
  mmsghdr& m = messages_[slot];
  const Notes notes = read_notes(m.msg_hdr, bound.port());
  const Route route(from_kernel(addresses_[slot]), notes.local.valid() ? notes.local : bound);
  const size_t segment = notes.segment == 0 ? m.msg_len : notes.segment;
  if ((m.msg_hdr.msg_flags & MSG_TRUNC) != 0 || segment > kMaxDatagram) {
    ++batch.too_long;
    return;
  }
  batch.bytes += m.msg_len;
  const std::span<uint8_t> joined(bytes_.get() + slot * kSlotSize, m.msg_len);
  for (size_t at = 0; at < joined.size() && datagrams_.size() < datagrams_.capacity(); at += segment) {
    datagrams_.push_back({route, joined.subspan(at, std::min(segment, joined.size() - at))});
  }
}

}  // namespace parley::media::io
