// The far end of a peer, sans-IO: ICE (controlling), DTLS (active) and SRTP, just enough to publish or to be
// sent to.
#pragma once

#include <optional>

#include "media/core/random.h"
#include "media/core/send_slab.h"
#include "media/dtls/transport.h"
#include "media/ice/checking_client.h"
#include "media/srtp/session.h"

namespace parley::bench {

class Client {
 public:
  Client(const media::dtls::Certificate& certificate, media::ice::Credentials local,
         media::ice::Credentials remote, const media::dtls::Fingerprint& remote_fingerprint,
         const media::SocketAddress& server, media::Random& random)
      : ice_(std::move(local), std::move(remote), server, random),
        dtls_(certificate, media::dtls::Role::kActive) {
    dtls_.set_remote_fingerprint(remote_fingerprint);
  }

  void start(media::TimePoint now, media::SendSlab& out) { ice_.start(now, out); }
  void on_datagram(std::span<const uint8_t> bytes, media::TimePoint now, media::SendSlab& out) {
    if (media::stun::looks_like_stun(bytes)) {
      const auto message = media::stun::Message::parse(bytes);
      if (message) ice_.on_stun(*message, ice_.server(), now);
      if (ice_.state() == media::ice::CheckingClient::State::kConnected) dtls_.start(ice_.server(), now, out);
    } else if (media::dtls::looks_like_dtls(bytes)) {
      dtls_.on_datagram(bytes, ice_.server(), now, out);
    }
    if (!sender_ && dtls_.keys()) {
      auto made = media::srtp::Sender::create(dtls_.keys()->profile, dtls_.keys()->local);
      if (made) sender_ = std::move(*made);
    }
  }
  void on_deadline(media::TimePoint now, media::SendSlab& out) {
    ice_.on_deadline(now, out);
    dtls_.on_deadline(ice_.server(), now, out);
  }

  bool connected() const { return sender_.has_value(); }
  media::srtp::Profile profile() const { return dtls_.keys()->profile; }
  media::srtp::Sender& sender() { return *sender_; }

 private:
  media::ice::CheckingClient ice_;
  media::dtls::Transport dtls_;
  std::optional<media::srtp::Sender> sender_;
};

}  // namespace parley::bench
