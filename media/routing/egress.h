// Where a peer's outgoing packets go: its SRTP keys and its route, past the controller that says when. Owned
// by the peer; tracks and subscriptions hold a reference. Nothing leaves before it is open.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "media/congestion/send_controller.h"
#include "media/core/bytes.h"
#include "media/core/route.h"
#include "media/core/send_slab.h"
#include "media/core/time.h"
#include "media/routing/sent_packets.h"
#include "media/rtp/outgoing.h"
#include "media/srtp/session.h"

namespace parley::media {

class Egress {
 public:
  // Datagrams are never longer than this: what an Ethernet frame carries over IPv6.
  static constexpr size_t kMaxDatagram = 1452;

  void open(srtp::Sender sender) { sender_ = std::move(sender); }
  void close() { sender_.reset(); }
  // `channel`: of the TURN server at the end of the route (RFC 8656 section 12.4); 0 without one.
  void set_destination(const Route& destination, uint16_t channel = 0) {
    destination_ = destination;
    channel_ = channel;
  }
  bool is_open() const { return sender_.has_value() && destination_.valid(); }
  const Route& destination() const { return destination_; }

  // Paced and numbered from now on; null: no longer. It must outlive its use here.
  void set_controller(congestion::SendController* controller) { controller_ = controller; }

  // Protects straight into the slab, or leaves the packet with the controller for later. False when it was
  // dropped.
  bool send_rtp(rtp::Outgoing& packet, TimePoint now, SendSlab& out) {
    if (!is_open() || packet.size() > kMaxDatagram) return false;
    if (controller_ != nullptr && !controller_->may_leave(packet.kind, now)) {
      return controller_->hold(packet, now);
    }
    return send_rtp_now(packet, now, out);
  }
  // The same, whatever the controller thinks of it.
  bool send_rtp_now(rtp::Outgoing& packet, TimePoint now, SendSlab& out) {
    if (!is_open()) return false;
    const auto room = reserve(packet.size() + srtp::kMaxOverhead, out);
    if (room.empty()) return false;
    if (controller_ != nullptr) controller_->stamp(packet, now);
    const size_t written = sender_->protect_rtp(packet.header, packet.prefix, packet.payload, room);
    commit(room, written, out);
    count(written);
    if (written > 0 && !kept_.empty()) keep(packet.header, room.first(written));
    return written > 0;
  }

  // From now on packets of this stream can be sent again as they were: for receivers without RTX.
  void keep(Ssrc ssrc, PacketPool& pool) { kept_.push_back(std::make_unique<SentPackets>(ssrc, pool)); }
  // False when the packet is not there any more, or there is no bandwidth for it.
  bool resend(Ssrc ssrc, SeqNumber seq, TimePoint now, SendSlab& out) {
    const SentPackets* sent = find_kept(ssrc);
    const auto bytes = sent != nullptr ? sent->find(seq) : std::span<const uint8_t>();
    if (bytes.empty() || !is_open() || !may_retransmit(bytes.size(), now)) return false;
    const auto room = reserve(bytes.size(), out);
    if (room.empty()) return false;
    std::memcpy(room.data(), bytes.data(), bytes.size());
    commit(room, bytes.size(), out);
    count(bytes.size());
    return true;
  }

  // Whether a packet of this size may be sent a second time: asked of what a subscriber makes us send.
  bool may_retransmit(size_t size, TimePoint now) {
    return controller_ == nullptr || controller_->may_retransmit(size, now);
  }

  bool send_rtcp(std::span<const uint8_t> compound, SendSlab& out) {
    if (!is_open()) return false;
    const auto room = reserve(compound.size() + srtp::kMaxOverhead, out);
    if (room.empty()) return false;
    const size_t written = sender_->protect_rtcp(compound, room);
    commit(room, written, out);
    count(written);
    return written > 0;
  }

  // A stream ended; its SSRC is not used again.
  void forget(Ssrc ssrc) {
    if (sender_) sender_->forget(ssrc);
    std::erase_if(kept_, [&](const auto& k) { return k->ssrc() == ssrc; });
  }

  uint64_t packets() const { return packets_; }
  uint64_t bytes() const { return bytes_; }

 private:
  // ChannelData's header and, over TCP, its padding.
  static constexpr size_t kChannelHeader = 4, kChannelPadding = 3;

  std::span<uint8_t> reserve(size_t size, SendSlab& out) const {
    if (channel_ == 0) return out.reserve(destination_, size);
    const auto room = out.reserve(destination_, kChannelHeader + size + kChannelPadding);
    return room.empty() ? room : room.subspan(kChannelHeader, size);
  }
  void commit(std::span<uint8_t> room, size_t written, SendSlab& out) const {
    if (channel_ == 0 || written == 0) return out.commit(written);
    uint8_t* header = room.data() - kChannelHeader;
    store_be16(header, channel_);
    store_be16(header + 2, static_cast<uint16_t>(written));
    size_t padding = 0;
    while (!destination_.is_udp() && (written + padding) % 4 != 0) room.data()[written + padding++] = 0;
    out.commit(kChannelHeader + written + padding);
  }

  SentPackets* find_kept(Ssrc ssrc) const {
    for (const auto& k : kept_) {
      if (k->ssrc() == ssrc) return k.get();
    }
    return nullptr;
  }
  void keep(std::span<const uint8_t> header, std::span<const uint8_t> protected_packet) {
    SentPackets* sent = find_kept({load_be32(&header[8])});
    if (sent != nullptr) sent->store({load_be16(&header[2])}, protected_packet);
  }

  void count(size_t written) {
    if (written == 0) return;
    ++packets_;
    bytes_ += written;
  }

  std::optional<srtp::Sender> sender_;
  congestion::SendController* controller_ = nullptr;
  Route destination_;
  uint16_t channel_ = 0;
  std::vector<std::unique_ptr<SentPackets>> kept_;
  uint64_t packets_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace parley::media
