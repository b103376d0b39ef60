// See transport.h.
#include "media/session/transport.h"

#include <algorithm>

namespace parley::media {

const char* to_string(PeerState state) {
  switch (state) {
    case PeerState::kNew:
      return "new";
    case PeerState::kChecking:
      return "checking";
    case PeerState::kConnected:
      return "connected";
    case PeerState::kDisconnected:
      return "disconnected";
    case PeerState::kFailed:
      return "failed";
    case PeerState::kClosed:
      break;
  }
  return "closed";
}

void PeerTransport::set_remote(const RemoteTransport& remote, TimePoint now, SendSlab& out) {
  ice_.set_remote({remote.credentials, remote.ice_lite, remote.ice2}, now);
  // The association outlives renegotiations and ICE restarts; its role and certificate are the first
  // description's.
  if (!remote_) {
    remote_ = remote;
    if (dtls_ && dtls_->role() != remote.local_role) {
      checks_allow_ = dtls_->allowance();
      dtls_.reset();
    }
    if (dtls_) {
      if (remote.data_only) dtls_->set_srtp_optional();
      dtls_->set_remote_fingerprint(remote.fingerprint);
      take_keys();
    }
  }
  follow(now, out);
}

void PeerTransport::start_dtls(TimePoint now, SendSlab& out) {
  // Before the peer's answer it can only be the client: we offer actpass, and browsers answer active.
  dtls_.emplace(certificate_, remote_ ? remote_->local_role : dtls::Role::kPassive);
  if (remote_ && remote_->data_only) dtls_->set_srtp_optional();
  if (remote_) dtls_->set_remote_fingerprint(remote_->fingerprint);
  // A full agent's own checks were answered from there. A lite one has only been asked.
  if (ice_.full() == nullptr) dtls_->limit_sending(checks_allow_);
  ice_.send(now, out, [&](SendSlab& slab) { dtls_->start(*ice_.selected(), now, slab); });
}

void PeerTransport::follow(TimePoint now, SendSlab& out) {
  if (closed_ || !ice_.selected()) return;
  if (const auto path = ice_.media_path()) egress_.set_destination(path->route, path->channel);
  if (!dtls_) start_dtls(now, out);
}

void PeerTransport::take_keys() {
  if (!dtls_ || receiver_ || dtls_->state() != dtls::State::kConnected || !dtls_->keys()) return;
  const dtls::SrtpKeys& keys = *dtls_->keys();
  auto sender = srtp::Sender::create(keys.profile, keys.local);
  auto receiver = srtp::Receiver::create(keys.profile, keys.remote);
  if (!sender || !receiver) return;
  egress_.open(std::move(*sender));
  receiver_ = std::move(*receiver);
}

ice::Verdict PeerTransport::on_stun(const stun::Message& message, const Route& source, TimePoint now,
                                    SendSlab& out) {
  const size_t before = out.size();
  const auto verdict = ice_.on_stun(message, source, now, out);
  if (verdict != ice::Verdict::kAccepted) return verdict;
  if (ice_.full() == nullptr) {
    count_check(message.size(), out.size() > before ? out[out.size() - 1].bytes.size() : 0);
  }
  follow(now, out);
  return verdict;
}

void PeerTransport::count_check(size_t bytes, size_t answer) {
  const size_t allowed = dtls::Transport::kAmplification * bytes;
  const size_t more = allowed - std::min(answer, allowed);
  if (dtls_) {
    dtls_->allow(more);
  } else {
    checks_allow_ += more;
  }
}

void PeerTransport::on_dtls(std::span<const uint8_t> datagram, const Route& source, TimePoint now,
                            SendSlab& out, dtls::DataSink* data) {
  if (closed_ || !dtls_ || !ice_.is_validated(source)) return;
  ice_.send(now, out, [&](SendSlab& slab) { dtls_->on_datagram(datagram, source, now, slab, data); });
  take_keys();
}

bool PeerTransport::send_data(std::span<const uint8_t> data, SendSlab& out) {
  if (closed_ || !dtls_ || !ice_.selected()) return false;
  bool sent = false;
  // No time is needed: a relay has permitted the selected peer long ago.
  ice_.send(TimePoint(), out, [&](SendSlab& slab) { sent = dtls_->send(data, *ice_.selected(), slab); });
  return sent;
}

std::optional<dtls::Role> PeerTransport::data_role() const {
  if (closed_ || !dtls_ || dtls_->state() != dtls::State::kConnected) return std::nullopt;
  return dtls_->role();
}

std::span<const uint8_t> PeerTransport::opened(Result<std::span<uint8_t>> result, TimePoint now) {
  if (!result) {
    ++packets_refused_;
    return {};
  }
  ice_.on_authenticated_traffic(now);
  return *result;
}

std::span<const uint8_t> PeerTransport::open_rtp(std::span<uint8_t> packet, TimePoint now) {
  if (!receiver_) return {};
  ++packets_received_;
  bytes_received_ += packet.size();
  return opened(receiver_->unprotect_rtp(packet), now);
}

std::span<const uint8_t> PeerTransport::open_rtcp(std::span<uint8_t> packet, TimePoint now) {
  if (!receiver_) return {};
  ++packets_received_;
  bytes_received_ += packet.size();
  return opened(receiver_->unprotect_rtcp(packet), now);
}

TimePoint PeerTransport::next_deadline() const {
  if (closed_) return kNever;
  const TimePoint ice = ice_.next_deadline();
  return dtls_ ? std::min(ice, dtls_->next_deadline()) : ice;
}

void PeerTransport::on_deadline(TimePoint now, SendSlab& out) {
  if (closed_) return;
  if (ice_.next_deadline() <= now) ice_.on_deadline(now, out);
  // A full agent chooses for itself, a relay needs a moment for its channel.
  if (ice_.full() != nullptr) follow(now, out);
  if (dtls_ && ice_.selected() && dtls_->next_deadline() <= now) {
    ice_.send(now, out, [&](SendSlab& slab) { dtls_->on_deadline(*ice_.selected(), now, slab); });
  }
  take_keys();
}

void PeerTransport::close(SendSlab& out) {
  if (!closed_ && dtls_ && ice_.selected()) {
    // No time is needed: a relay has permitted the selected peer long ago.
    ice_.send(TimePoint(), out, [&](SendSlab& slab) { dtls_->close(*ice_.selected(), slab); });
  }
  if (!closed_) ice_.close(out);
  closed_ = true;
  egress_.close();
  receiver_.reset();
}

PeerState PeerTransport::state() const {
  if (closed_) return PeerState::kClosed;
  if (dtls_ && dtls_->state() == dtls::State::kClosed) return PeerState::kClosed;
  if (dtls_ && dtls_->state() == dtls::State::kFailed) return PeerState::kFailed;
  switch (ice_.state()) {
    case ice::State::kNew:
      return PeerState::kNew;
    case ice::State::kDisconnected:
      return PeerState::kDisconnected;
    case ice::State::kFailed:
      return PeerState::kFailed;
    case ice::State::kChecking:
    case ice::State::kConnected:
      break;
  }
  return receiver_ || data_role() ? PeerState::kConnected : PeerState::kChecking;
}

const char* PeerTransport::failure() const {
  if (dtls_ && dtls_->state() == dtls::State::kFailed) return dtls_->failure();
  return ice_.state() == ice::State::kFailed ? "no connectivity: checks stopped or never came" : "";
}

}  // namespace parley::media
