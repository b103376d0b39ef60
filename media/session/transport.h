// A peer's transport: ICE, DTLS and SRTP put together (RFC 8827). Datagrams in, opened packets or
// nothing out; the egress opens when keys and an address are there. Sans-IO.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "media/core/send_slab.h"
#include "media/core/time.h"
#include "media/dtls/transport.h"
#include "media/routing/egress.h"
#include "media/session/ice_transport.h"
#include "media/session/negotiation.h"
#include "media/srtp/session.h"

namespace parley::media {

enum class PeerState : uint8_t { kNew, kChecking, kConnected, kDisconnected, kFailed, kClosed };
const char* to_string(PeerState state);

class PeerTransport {
 public:
  // The certificate must outlive it.
  PeerTransport(const dtls::Certificate& certificate, IceTransport ice)
      : certificate_(certificate), ice_(std::move(ice)) {}

  void restart_ice(ice::Credentials local, TimePoint now) { ice_.restart(std::move(local), now); }
  void set_remote(const RemoteTransport& remote, TimePoint now, SendSlab& out);

  ice::Verdict on_stun(const stun::Message& message, const Route& source, TimePoint now, SendSlab& out);
  void on_dtls(std::span<const uint8_t> datagram, const Route& source, TimePoint now, SendSlab& out,
               dtls::DataSink* data = nullptr);
  // Data for the peer, over DTLS. False when that is not connected.
  bool send_data(std::span<const uint8_t> data, SendSlab& out);
  // Set once DTLS is connected: which side we are.
  std::optional<dtls::Role> data_role() const;
  // Opened in place; empty when refused.
  std::span<const uint8_t> open_rtp(std::span<uint8_t> packet, TimePoint now);
  std::span<const uint8_t> open_rtcp(std::span<uint8_t> packet, TimePoint now);

  TimePoint next_deadline() const;
  void on_deadline(TimePoint now, SendSlab& out);
  void close(SendSlab& out);  // says goodbye

  PeerState state() const;
  Egress& egress() { return egress_; }
  const Egress& egress() const { return egress_; }
  bool is_validated(const Route& route) const { return ice_.is_validated(route); }
  // Whether the peer, whose agent is lite, is reached by `route` and was heard just now.
  bool is_using(const Route& route) const {
    return !closed_ && ice_.full() == nullptr && ice_.state() == ice::State::kConnected &&
           ice_.selected() == route;
  }
  IceTransport& ice() { return ice_; }
  const IceTransport& ice() const { return ice_; }
  const std::optional<Route>& route() const { return ice_.selected(); }
  const char* failure() const;
  // See dtls::Transport.
  std::string remote_certificate() const { return dtls_ ? dtls_->remote_certificate() : std::string(); }
  dtls::Transport::Suite suite() const { return dtls_ ? dtls_->suite() : dtls::Transport::Suite(); }
  uint64_t packets_received() const { return packets_received_; }
  uint64_t bytes_received() const { return bytes_received_; }
  uint64_t packets_refused() const { return packets_refused_; }

 private:
  void start_dtls(TimePoint now, SendSlab& out);
  void count_check(size_t bytes, size_t answer);
  void follow(TimePoint now, SendSlab& out);
  void take_keys();
  std::span<const uint8_t> opened(Result<std::span<uint8_t>> result, TimePoint now);

  const dtls::Certificate& certificate_;
  IceTransport ice_;
  std::optional<RemoteTransport> remote_;
  std::optional<dtls::Transport> dtls_;
  std::optional<srtp::Receiver> receiver_;
  Egress egress_;
  // What the checks of a peer whose address nobody has proven allow DTLS to send (dtls/transport.h).
  size_t checks_allow_ = 0;
  bool closed_ = false;
  uint64_t packets_received_ = 0;
  uint64_t bytes_received_ = 0;
  uint64_t packets_refused_ = 0;
};

}  // namespace parley::media
