// The far end of a peer, sans-IO: ICE (controlling), DTLS (active) and SRTP, just enough to publish or to be
// sent to. Also the client of tests/soak.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "media/core/random.h"
#include "media/core/send_slab.h"
#include "media/dtls/transport.h"
#include "media/ice/checking_client.h"
#include "media/ice/stun.h"
#include "media/rtcp/transport_feedback.h"
#include "media/rtp/extensions.h"
#include "media/rtp/packet.h"
#include "media/srtp/session.h"

namespace parley::bench {

class Client {
 public:
  Client(const media::dtls::Certificate& certificate, media::ice::Credentials local,
         media::ice::Credentials remote, const media::dtls::Fingerprint& remote_fingerprint,
         const media::SocketAddress& server, media::Random& random)
      : random_(random), password_(local.password), dtls_(certificate, media::dtls::Role::kActive) {
    ice_.emplace(std::move(local), std::move(remote), server, random);
    dtls_.set_remote_fingerprint(remote_fingerprint);
  }

  void start(media::TimePoint now, media::SendSlab& out) { ice_->start(now, out); }
  // Another generation of credentials (RFC 8445 section 9); DTLS and SRTP go on.
  void restart_ice(media::ice::Credentials local, media::ice::Credentials remote, media::TimePoint now,
                   media::SendSlab& out) {
    const media::SocketAddress server = ice_->server();
    password_ = local.password;
    ice_.emplace(std::move(local), std::move(remote), server, random_);
    ice_->start(now, out);
  }
  // For a client that is not asked whether what comes is authentic: takes the RTP packet's transport-wide
  // number, which is in the clear. False when it is not RTP.
  bool take_unopened(std::span<const uint8_t> bytes, uint8_t transport_cc_id, media::TimePoint now) {
    if (!media::rtp::looks_like_rtp_or_rtcp(bytes) || media::rtp::is_rtcp(bytes)) return false;
    const auto packet = media::rtp::Packet::parse(bytes);
    if (!packet) return false;
    media_ = packet->ssrc;
    const auto seq = media::rtp::read_transport_seq(packet->extension(transport_cc_id));
    if (seq) feedback_.on_packet(*seq, now, bytes.size());
    return true;
  }
  // Transport-wide feedback, when it is time for it.
  void send_feedback(media::TimePoint now, media::SendSlab& out) {
    if (!sender_ || feedback_.next_deadline() > now) return;
    std::array<uint8_t, 1200> bytes;
    media::ByteWriter writer(bytes);
    if (!feedback_.write(writer, media::Ssrc{1}, media_, now)) return;
    const auto room = out.reserve(ice_->server(), bytes.size() + media::srtp::kMaxOverhead);
    out.commit(sender_->protect_rtcp(writer.written(), room));
  }
  // SRTP is opened in place and counted.
  void on_datagram(std::span<uint8_t> bytes, media::TimePoint now, media::SendSlab& out) {
    using State = media::ice::CheckingClient::State;
    if (media::stun::looks_like_stun(bytes)) {
      const auto message = media::stun::Message::parse(bytes);
      if (message && message->cls == media::stun::Class::kRequest) {
        answer(*message, out);
      } else if (message) {
        ice_->on_stun(*message, ice_->server(), now);
      }
      if (ice_->state() == State::kConnected && dtls_.state() == media::dtls::State::kNew) {
        dtls_.start(ice_->server(), now, out);
      }
    } else if (media::dtls::looks_like_dtls(bytes)) {
      dtls_.on_datagram(bytes, ice_->server(), now, out, data_sink_);
      take_keys();
    } else if (receiver_ && media::rtp::looks_like_rtp_or_rtcp(bytes)) {
      const bool rtcp = media::rtp::is_rtcp(bytes);
      const bool good = rtcp ? receiver_->unprotect_rtcp(bytes).ok() : receiver_->unprotect_rtp(bytes).ok();
      ++(good ? rtcp ? reports_ : packets_ : refused_);
    }
  }
  void on_deadline(media::TimePoint now, media::SendSlab& out) {
    ice_->on_deadline(now, out);
    dtls_.on_deadline(ice_->server(), now, out);
  }
  // Application data, which nobody hears without a sink.
  void set_data_sink(media::dtls::DataSink* sink) { data_sink_ = sink; }
  void send_data(std::span<const uint8_t> data, media::SendSlab& out) {
    dtls_.send(data, ice_->server(), out);
  }
  void close(media::SendSlab& out) { dtls_.close(ice_->server(), out); }

  bool connected() const { return sender_.has_value(); }
  media::srtp::Profile profile() const { return dtls_.keys()->profile; }
  media::srtp::Sender& sender() { return *sender_; }
  uint64_t packets() const { return packets_; }
  uint64_t reports() const { return reports_; }
  uint64_t refused() const { return refused_; }  // not authentic, or replayed

 private:
  void take_keys() {
    if (sender_ || !dtls_.keys()) return;
    const media::dtls::SrtpKeys& keys = *dtls_.keys();
    auto sender = media::srtp::Sender::create(keys.profile, keys.local);
    auto receiver = media::srtp::Receiver::create(keys.profile, keys.remote);
    if (!sender || !receiver) return;
    sender_ = std::move(*sender);
    receiver_ = std::move(*receiver);
  }

  // A forwarder with full ICE checks as well; Janus does so even as a lite agent.
  void answer(const media::stun::Message& check, media::SendSlab& out) const {
    if (check.method != media::stun::kBinding || !check.verify_integrity(password_)) return;
    const auto room = out.reserve(ice_->server(), 128);
    media::stun::Writer writer(room, media::stun::Class::kSuccess, media::stun::kBinding, check.id);
    writer.xor_mapped_address(ice_->server());
    out.commit(writer.finish(password_));
  }

  media::Random& random_;
  std::string password_;
  std::optional<media::ice::CheckingClient> ice_;
  media::dtls::Transport dtls_;
  media::dtls::DataSink* data_sink_ = nullptr;
  std::optional<media::srtp::Sender> sender_;
  std::optional<media::srtp::Receiver> receiver_;
  media::rtcp::TransportFeedback feedback_;
  media::Ssrc media_{0};
  uint64_t packets_ = 0;
  uint64_t reports_ = 0;
  uint64_t refused_ = 0;
};

}  // namespace parley::bench
