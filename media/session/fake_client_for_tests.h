// A WebRTC endpoint against which the hub is tested: controlling ICE, active DTLS, SRTP. Publishes numbered
// VP8 packets and answers NACKs and PLIs, or receives them and asks for what is missing.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "media/core/bytes.h"
#include "media/dtls/transport.h"
#include "media/ice/checking_client.h"
#include "media/rtcp/packets.h"
#include "media/rtp/nack_generator.h"
#include "media/rtp/packet.h"
#include "media/session/negotiation.h"
#include "media/srtp/session.h"

namespace parley::media::testing {

class FakeClient {
 public:
  static constexpr uint8_t kPayloadType = 96, kRtxPayloadType = 97;

  FakeClient(const dtls::Certificate& certificate, Random& random, SocketAddress address,
             SocketAddress server, const ice::Credentials& remote,
             const dtls::Fingerprint& server_fingerprint)
      : address_(address),
        server_(server),
        local_(ice::Credentials::generate(random)),
        ice_(local_, remote, server, random),
        dtls_(certificate, dtls::Role::kActive) {
    dtls_.set_remote_fingerprint(server_fingerprint);
  }
  virtual ~FakeClient() = default;

  const SocketAddress& address() const { return address_; }
  void move_to(SocketAddress address) { address_ = address; }
  const ice::Credentials& credentials() const { return local_; }
  bool connected() const { return sender_.has_value(); }
  void start(TimePoint now, SendSlab& out) { ice_.start(now, out); }

  void on_datagram(std::span<uint8_t> d, TimePoint now, SendSlab& out) {
    if (stun::looks_like_stun(d)) {
      const auto message = stun::Message::parse(d);
      ASSERT_TRUE(message.ok());
      ice_.on_stun(*message, server_, now);
      if (ice_.state() == ice::CheckingClient::State::kConnected && dtls_.state() == dtls::State::kNew) {
        dtls_.start(server_, now, out);
      }
    } else if (dtls::looks_like_dtls(d)) {
      dtls_.on_datagram(d, server_, now, out, data_sink);
      if (dtls_.state() == dtls::State::kConnected && !sender_) {
        sender_ = std::move(*srtp::Sender::create(dtls_.keys()->profile, dtls_.keys()->local));
        receiver_ = std::move(*srtp::Receiver::create(dtls_.keys()->profile, dtls_.keys()->remote));
      }
    } else if (receiver_ && rtp::is_rtcp(d)) {
      const auto plain = receiver_->unprotect_rtcp(d);
      ASSERT_TRUE(plain.ok());
      on_rtcp(*plain, now, out);
    } else if (receiver_) {
      const auto plain = receiver_->unprotect_rtp(d);
      ASSERT_TRUE(plain.ok()) << plain.error().reason;
      on_rtp(*plain, now, out);
    }
  }

  TimePoint next_deadline() const { return std::min(ice_.next_deadline(), dtls_.next_deadline()); }
  void on_deadline(TimePoint now, SendSlab& out) {
    if (ice_.next_deadline() <= now) ice_.on_deadline(now, out);
    if (dtls_.next_deadline() <= now) dtls_.on_deadline(server_, now, out);
  }
  void close(SendSlab& out) { dtls_.close(server_, out); }
  bool send_data(std::span<const uint8_t> data, SendSlab& out) { return dtls_.send(data, server_, out); }
  dtls::DataSink* data_sink = nullptr;  // where application data goes

  // --- the publishing side: packet n has payload {VP8 descriptor, n}.
  void publish(Ssrc ssrc, Ssrc rtx_ssrc, TimePoint now, SendSlab& out) {
    ssrc_ = ssrc;
    rtx_ssrc_ = rtx_ssrc;
    std::vector<uint8_t> payload = {0x10, static_cast<uint8_t>(key_frame_asked_ ? 0 : 1), 0, 0, 0, 0};
    key_frame_asked_ = false;
    store_be32(&payload[2], published_++);
    payload.resize(600);
    rtp::HeaderWriter header({kPayloadType, true, seq_, {published_ * 900}, ssrc});
    uint8_t transport_seq[2];
    store_be16(transport_seq, transport_seq_++);
    header.add_extension(3, transport_seq);
    send(header.finish(), {}, payload, out);
    sent_[seq_.value] = payload;
    ++seq_;
    if (published_ % 100 == 0) send_report(now, out);
  }

  // --- the subscribing side: asks for what is missing.
  void ask_for_missing(TimePoint now, SendSlab& out) {
    std::array<SeqNumber, 64> numbers;
    const auto due = nacks_.due(now, std::chrono::milliseconds(60), numbers);
    if (due.empty() || !media_ssrc_) return;
    std::array<uint8_t, 512> bytes;
    ByteWriter writer(bytes);
    rtcp::write_nack(writer, {1}, *media_ssrc_, due);
    send_rtcp(writer.written(), out);
  }
  void ask_for_key_frame(SendSlab& out) {
    std::array<uint8_t, 64> bytes;
    ByteWriter writer(bytes);
    rtcp::write_pli(writer, {1}, *media_ssrc_);
    send_rtcp(writer.written(), out);
  }

  // What happened.
  uint32_t published() const { return published_; }
  std::map<int64_t, uint32_t> received;  // outgoing sequence number → number of the packet
  int plis = 0, nacks = 0, transport_feedbacks = 0, receiver_reports = 0, sender_reports = 0,
      retransmissions = 0;
  std::set<uint32_t> media_ssrcs;
  std::string last_mid;
  std::vector<std::vector<uint8_t>> compounds;  // all RTCP that came

  // What an authenticated but hostile peer can do: any bytes, properly protected. False when SRTP refuses
  // them.
  bool send_protected(std::span<const uint8_t> packet, size_t header_size, bool is_rtcp, SendSlab& out) {
    const auto room = out.reserve(server_, packet.size() + srtp::kMaxOverhead);
    const size_t n = is_rtcp
                         ? sender_->protect_rtcp(packet, room)
                         : sender_->protect_rtp(packet.first(header_size), packet.subspan(header_size), room);
    out.commit(n);
    return n > 0;
  }

 protected:
  void send(std::span<const uint8_t> header, std::span<const uint8_t> prefix,
            std::span<const uint8_t> payload, SendSlab& out) {
    const auto room = out.reserve(server_, 1500);
    ASSERT_FALSE(room.empty());
    const size_t n = sender_->protect_rtp(header, prefix, payload, room);
    ASSERT_GT(n, 0u);
    out.commit(n);
  }
  void send_rtcp(std::span<const uint8_t> packet, SendSlab& out) {
    const auto room = out.reserve(server_, 1500);
    out.commit(sender_->protect_rtcp(packet, room));
  }
  // Opened packets; whoever derives from this publishes or receives in another way.
  virtual void on_rtcp(std::span<const uint8_t> compound, TimePoint now, SendSlab& out) {
    receive_rtcp(compound, now, out);
  }
  virtual void on_rtp(std::span<const uint8_t> bytes, TimePoint now, SendSlab&) { receive_rtp(bytes, now); }

 private:
  void send_report(TimePoint now, SendSlab& out) {
    std::array<uint8_t, 64> bytes;
    ByteWriter writer(bytes);
    rtcp::write_sender_report(
        writer, {ssrc_, static_cast<uint64_t>(to_us(now)) << 12, {published_ * 900}, published_, 0});
    send_rtcp(writer.written(), out);
  }

  void receive_rtcp(std::span<const uint8_t> compound, TimePoint now, SendSlab& out) {
    (void)now;
    compounds.emplace_back(compound.begin(), compound.end());
    rtcp::Reader reader(compound);
    while (const auto h = reader.next()) {
      if (h->type == rtcp::kReceiverReport) ++receiver_reports;
      if (h->type == rtcp::kSenderReport) ++sender_reports;
      if (h->type == rtcp::kPayloadFeedback && h->count == rtcp::kPli) ++plis, key_frame_asked_ = true;
      if (h->type == rtcp::kTransportFeedback && h->count == rtcp::kTransportCc) ++transport_feedbacks;
      if (h->type == rtcp::kTransportFeedback && h->count == rtcp::kNack) {
        ++nacks;
        rtcp::for_each_nack(*h, [&](SeqNumber seq) { retransmit(seq, out); });
      }
    }
  }

  void retransmit(SeqNumber seq, SendSlab& out) {
    const auto it = sent_.find(seq.value);
    if (it == sent_.end()) return;
    uint8_t original[2];
    store_be16(original, seq.value);
    rtp::HeaderWriter header(
        {kRtxPayloadType, true, rtx_seq_, {(load_be32(&it->second[2]) + 1) * 900}, rtx_ssrc_});
    ++rtx_seq_;
    send(header.finish(), original, it->second, out);
  }

  void receive_rtp(std::span<const uint8_t> bytes, TimePoint now) {
    const auto p = rtp::Packet::parse(bytes);
    ASSERT_TRUE(p);
    last_mid = as_text(p->extension(4));
    SeqNumber seq = p->seq;
    auto payload = p->payload;
    if (media_ssrc_ && p->ssrc != *media_ssrc_) {
      ++retransmissions;
      seq = {load_be16(payload.data())};
      payload = payload.subspan(2);
    } else {
      media_ssrc_ = p->ssrc;
      media_ssrcs.insert(p->ssrc.value);
    }
    ASSERT_GE(payload.size(), 6u);
    const int64_t number = unwrapper_.unwrap(seq);
    nacks_.on_packet(number, now);
    const bool is_new = received.emplace(number, load_be32(&payload[2])).second;
    ASSERT_TRUE(is_new || p->ssrc != *media_ssrc_) << "a packet came twice";
  }

  SocketAddress address_;
  SocketAddress server_;
  ice::Credentials local_;
  ice::CheckingClient ice_;
  dtls::Transport dtls_;
  std::optional<srtp::Sender> sender_;
  std::optional<srtp::Receiver> receiver_;
  Ssrc ssrc_, rtx_ssrc_;
  SeqNumber seq_{65500}, rtx_seq_{1000};
  uint16_t transport_seq_ = 65500;
  uint32_t published_ = 0;
  bool key_frame_asked_ = false;
  std::map<uint16_t, std::vector<uint8_t>> sent_;
  std::optional<Ssrc> media_ssrc_;
  SeqUnwrapper unwrapper_;
  rtp::NackGenerator nacks_;
};

// What a client with this id is sent of `track`.
inline SubscriptionConfig subscription_of(uint32_t id, uint32_t track) {
  SubscriptionConfig s;
  s.id = 100 + id;
  s.track = track;
  s.mid = "0";
  s.payload_type = 100;
  s.rtx_payload_type = 101;
  s.ssrc = {id * 1000};
  s.rtx_ssrc = {id * 1000 + 1};
  s.cname = "c";
  return s;
}

}  // namespace parley::media::testing
