// Where a peer's outgoing packets go: its SRTP keys and its route. Owned by the peer; tracks and
// subscriptions hold a reference. Nothing leaves before it is open.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "media/core/route.h"
#include "media/core/send_slab.h"
#include "media/srtp/session.h"

namespace parley::media {

class Egress {
 public:
  // Datagrams are never longer than this: what an Ethernet frame carries over IPv6.
  static constexpr size_t kMaxDatagram = 1452;

  void open(srtp::Sender sender) { sender_ = std::move(sender); }
  void close() { sender_.reset(); }
  void set_destination(const Route& destination) { destination_ = destination; }
  bool is_open() const { return sender_.has_value() && destination_.valid(); }
  const Route& destination() const { return destination_; }

  // Protects straight into the slab. False when nothing was sent.
  bool send_rtp(std::span<const uint8_t> header, std::span<const uint8_t> prefix,
                std::span<const uint8_t> payload, SendSlab& out) {
    const size_t size = header.size() + prefix.size() + payload.size() + srtp::kMaxOverhead;
    if (!is_open() || size > kMaxDatagram + srtp::kMaxOverhead) return false;
    const auto room = out.reserve(destination_, size);
    if (room.empty()) return false;
    const size_t written = sender_->protect_rtp(header, prefix, payload, room);
    out.commit(written);
    count(written);
    return written > 0;
  }

  bool send_rtcp(std::span<const uint8_t> compound, SendSlab& out) {
    if (!is_open()) return false;
    const auto room = out.reserve(destination_, compound.size() + srtp::kMaxOverhead);
    if (room.empty()) return false;
    const size_t written = sender_->protect_rtcp(compound, room);
    out.commit(written);
    count(written);
    return written > 0;
  }

  uint64_t packets() const { return packets_; }
  uint64_t bytes() const { return bytes_; }

 private:
  void count(size_t written) {
    if (written == 0) return;
    ++packets_;
    bytes_ += written;
  }

  std::optional<srtp::Sender> sender_;
  Route destination_;
  uint64_t packets_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace parley::media
