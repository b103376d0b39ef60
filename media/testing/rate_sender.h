// A sender that always has as much to send as its estimate allows, and the receiver that sends it
// transport-wide feedback: the congestion control by itself, on the simulated network.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "media/congestion/send_controller.h"
#include "media/core/bytes.h"
#include "media/core/datagram_handler.h"
#include "media/rtcp/packets.h"
#include "media/rtcp/transport_feedback.h"
#include "media/rtcp/transport_feedback_reader.h"
#include "media/rtp/packet.h"

namespace parley::media::testing {

class RateReceiver final : public DatagramHandler {
 public:
  explicit RateReceiver(const SocketAddress& sender) : sender_(sender) {}

  void on_datagrams(std::span<const Datagram> datagrams, TimePoint now, SendSlab&) override {
    for (const Datagram& d : datagrams) {
      feedback_.on_packet({load_be16(d.bytes.data() + 2)}, now, d.bytes.size());
      bytes += d.bytes.size() + 28;
      if (last_ != TimePoint() && now - last_ > longest_gap) longest_gap = now - last_;
      last_ = now;
    }
  }
  TimePoint next_deadline() const override { return feedback_.next_deadline(); }
  void on_deadline(TimePoint now, SendSlab& out) override {
    std::array<uint8_t, 1200> buffer;
    ByteWriter writer(buffer);
    if (feedback_.write(writer, {1}, {2}, now)) out.append(sender_, writer.written());
  }

  uint64_t bytes = 0;
  Duration longest_gap{0};

 private:
  SocketAddress sender_;
  rtcp::TransportFeedback feedback_;
  TimePoint last_;
};

class RateSender final : public DatagramHandler {
 public:
  // `most_bps`: the most it ever has to send; 0: no limit.
  RateSender(const SocketAddress& receiver, PacketPool& pool, TimePoint now, int64_t most_bps = 0,
             TimePoint start = {})
      : receiver_(receiver), controller_({}, pool, now), most_(most_bps), next_(std::max(start, now)) {
    controller_.estimator().set_wanted(most_bps == 0 ? 50'000'000 : most_bps);
  }

  congestion::SendController& controller() { return controller_; }
  // Sends no frames meanwhile.
  void pause(bool paused) { paused_ = paused; }
  // Nothing more at all.
  void stop() {
    paused_ = true;
    next_ = kNever;
  }
  int64_t target() const { return controller_.estimator().target_bps(); }

  void on_datagrams(std::span<const Datagram> datagrams, TimePoint now, SendSlab& out) override {
    for (const Datagram& d : datagrams) {
      rtcp::Reader reader(d.bytes);
      while (const auto header = reader.next()) {
        const auto feedback = rtcp::TransportFeedbackReader::parse(*header);
        if (feedback) controller_.estimator().on_feedback(*feedback, now);
      }
    }
    controller_.follow_rate();
    release(now, out);
  }
  TimePoint next_deadline() const override { return next_; }
  void on_deadline(TimePoint now, SendSlab& out) override {
    next_ = now + std::chrono::milliseconds(5);
    if (controller_.estimator().next_deadline() <= now) controller_.estimator().on_deadline(now);
    controller_.follow_rate();
    release(now, out);
    for (size_t due = controller_.estimator().prober().due(now); due > 0;) {
      const size_t size = std::min<size_t>(due, 1000);
      send(rtp::SendClass::kPadding, size, now, out, true);
      due -= size;
    }
    // 30 frames a second of what the estimate allows, in packets of a kilobyte.
    if (paused_ || now < next_frame_) return;
    next_frame_ = now + std::chrono::microseconds(33'333);
    int64_t rate = target();
    if (most_ > 0) rate = std::min(rate, most_);
    for (int64_t left = rate / 8 / 30; left > 0; left -= 1044) {
      send(rtp::SendClass::kVideo, static_cast<size_t>(std::clamp<int64_t>(left - 44, 60, 1000)), now, out,
           false);
    }
  }

 private:
  void send(rtp::SendClass kind, size_t size, TimePoint now, SendSlab& out, bool at_once) {
    uint8_t header[12] = {0x80};
    rtp::Outgoing packet;
    packet.header = header;
    std::vector<uint8_t> payload(size > 12 ? size - 12 : 0);
    packet.payload = payload;
    packet.kind = kind;
    packet.transport_cc_at = 2;  // in place of the stream's own number
    if (at_once || controller_.may_leave(kind, now)) {
      transmit(packet, now, out);
    } else {
      controller_.hold(packet, now);
    }
  }
  void transmit(rtp::Outgoing& packet, TimePoint now, SendSlab& out) {
    controller_.stamp(packet, now);
    std::vector<uint8_t> bytes(packet.header.begin(), packet.header.end());
    bytes.insert(bytes.end(), packet.payload.begin(), packet.payload.end());
    bytes.resize(bytes.size() + 16);
    out.append(receiver_, bytes);
  }
  void release(TimePoint now, SendSlab& out) {
    controller_.release(now, 0, [&](rtp::Outgoing& packet) { transmit(packet, now, out); });
  }

  SocketAddress receiver_;
  congestion::SendController controller_;
  int64_t most_;
  TimePoint next_;
  TimePoint next_frame_;
  bool paused_ = false;
};

}  // namespace parley::media::testing
