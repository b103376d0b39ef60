// Implements media/turn/client.h.
#include "media/turn/client.h"

#include <algorithm>
#include <utility>

#include "media/core/bytes.h"
#include "media/turn/channel_data.h"

namespace parley::media::turn {
namespace {

constexpr uint8_t kMaxAttempts = 3;
constexpr uint8_t kMaxRedirections = 2;
constexpr size_t kMaxErrorText = 128;
constexpr size_t kRequestSize = 2048;
// RFC 8489 section 9.2: what a nonce of a server with security features starts with, and the bits behind it.
constexpr std::string_view kNonceCookie = "obMatJos2";
constexpr uint32_t kPasswordAlgorithmsBit = 1u << 23;
constexpr uint32_t kUsernameAnonymityBit = 1u << 22;

bool same_ip(const SocketAddress& a, const SocketAddress& b) {
  return a.family() == b.family() && std::ranges::equal(a.ip_bytes(), b.ip_bytes());
}

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// The 24 bits of security features in a nonce; 0 for a nonce without any.
uint32_t security_features(std::string_view nonce) {
  if (!nonce.starts_with(kNonceCookie) || nonce.size() < kNonceCookie.size() + 4) return 0;
  uint32_t bits = 0;
  for (const char c : nonce.substr(kNonceCookie.size(), 4)) {
    const int value = base64_value(c);
    if (value < 0) return 0;
    bits = bits << 6 | static_cast<uint32_t>(value);
  }
  return bits;
}

bool offers_sha256(std::span<const uint8_t> algorithms) {
  ByteReader r(algorithms);
  while (r.remaining() >= 4) {
    const uint16_t algorithm = r.u16(), size = r.u16();
    r.skip((size + 3u) & ~3u);
    if (algorithm == static_cast<uint16_t>(stun::PasswordAlgorithm::kSha256)) return true;
  }
  return false;
}

}  // namespace

void Client::start(TimePoint now, SendSlab& out) {
  if (state_ != State::kNew) return;
  state_ = State::kAllocating;
  request(stun::kAllocate, {}, 0, now, out);
}

bool Client::is_from_server(const Route& route) const {
  const Route& server = options_.server;
  if (!server.is_udp()) return route.connection == server.connection;
  return route.is_udp() && route.remote == server.remote &&
         (!route.local.valid() || !server.local.valid() || route.local == server.local);
}

// --- requests

void Client::request(uint16_t method, const SocketAddress& peer, uint16_t channel, TimePoint now,
                     SendSlab& out) {
  if (transactions_.size() >= kMaxTransactions) return;  // a later refresh, or the next datagram, asks again
  Transaction t;
  t.id = stun::fresh_id(random_, options_.transaction_mark);
  t.method = method;
  t.peer = peer;
  t.channel = channel;
  t.retransmission = stun::Retransmission(options_.timing, now);
  t.retransmission.next(now);
  transactions_.push_back(t);
  transmit(t, out);
}

void Client::transmit(const Transaction& t, SendSlab& out) {
  const std::span<uint8_t> room = out.reserve(options_.server, kRequestSize);
  if (room.empty()) return;  // as if it was lost
  stun::Writer w(room, stun::Class::kRequest, t.method, t.id);
  switch (t.method) {
    case stun::kAllocate:
      w.requested_transport_udp();
      w.requested_address_family(options_.family);
      break;
    case stun::kRefresh:
      if (state_ == State::kClosed) w.lifetime(0);
      break;
    case stun::kChannelBind:
      w.channel_number(t.channel);
      w.peer_address(t.peer);
      break;
    default:
      w.peer_address(t.peer);
  }
  authenticate(w);
  out.commit(finish(w));
}

void Client::authenticate(stun::Writer& w) const {
  if (!authenticates_) return;
  if (hides_username_) {
    w.user_hash(stun::user_hash(options_.account.username, realm_));
  } else {
    w.username(options_.account.username);
  }
  w.realm(realm_);
  w.nonce(nonce_);
  if (!uses_sha256_) return;
  w.password_algorithms(algorithms_);
  w.password_algorithm(stun::PasswordAlgorithm::kSha256);
}

size_t Client::finish(stun::Writer& w) const {
  return w.finish(authenticates_ ? std::string_view(key_) : std::string_view(),
                  uses_sha256_ ? stun::Integrity::kSha256 : stun::Integrity::kSha1);
}

// --- answers

std::optional<Datagram> Client::on_datagram(std::span<uint8_t> bytes, TimePoint now, SendSlab& out) {
  if (const auto data = ChannelData::parse(bytes)) {
    for (const Channel& c : channels_) {
      if (c.number == data->channel && state_ == State::kAllocated) return relayed(c.peer, data->payload);
    }
    return std::nullopt;
  }
  const auto m = stun::Message::parse(bytes);
  if (!m) return std::nullopt;
  if (m->cls == stun::Class::kIndication) return on_indication(*m);
  const auto it = std::find_if(transactions_.begin(), transactions_.end(),
                               [&](const Transaction& t) { return t.id == m->id && t.method == m->method; });
  if (it == transactions_.end()) return std::nullopt;
  const bool has_any = m->has_integrity || m->has_integrity_sha256;
  const bool authentic = authenticates_ && m->verify_integrity(key_, uses_sha256_ ? stun::Integrity::kSha256
                                                                                  : stun::Integrity::kSha1);
  if (m->cls == stun::Class::kSuccess) {
    // With credentials, what the server grants must be the server's word (RFC 8489 section 9.2.5).
    if (authenticates_ && !authentic) return std::nullopt;
    const Transaction t = *it;
    transactions_.erase(it);
    on_success(t, *m, now, out);
  } else if (m->cls == stun::Class::kError && m->error) {
    const bool is_challenge = m->error->code == 401 || m->error->code == 438;
    if (has_any && authenticates_ && !authentic && !is_challenge) return std::nullopt;
    const Transaction t = *it;
    transactions_.erase(it);
    on_error(t, *m, now, out);
  }
  return std::nullopt;
}

void Client::on_success(const Transaction& t, const stun::Message& m, TimePoint now, SendSlab& out) {
  switch (t.method) {
    case stun::kAllocate:
      if (!m.relayed_address || m.relayed_address->family() != options_.family) {
        return give_up(t, 0, "the server did not say what it allocated");
      }
      relayed_ = *m.relayed_address;
      mapped_ = m.xor_mapped_address.value_or(SocketAddress());
      state_ = State::kAllocated;
      return set_lifetime(m, now);
    case stun::kRefresh:
      if (state_ == State::kAllocated) set_lifetime(m, now);
      return;
    case stun::kCreatePermission:
      if (Permission* p = find_permission(t.peer)) {
        p->granted = true;
        p->refresh = now + kPermissionRefresh;
      }
      return flush_queue(out);
    case stun::kChannelBind:
      if (Channel* c = find_channel(t.peer)) {
        c->bound = true;
        c->refresh = now + kChannelRefresh;
      }
      return;
    default:
      return;
  }
}

void Client::set_lifetime(const stun::Message& m, TimePoint now) {
  // RFC 8656 section 3.2: ten minutes unless told otherwise, refreshed a minute before.
  const Duration lifetime = std::chrono::seconds(std::clamp<uint32_t>(m.lifetime.value_or(600), 30, 3600));
  refresh_ = now + std::max(lifetime / 2, lifetime - std::chrono::minutes(1));
}

void Client::on_error(Transaction t, const stun::Message& m, TimePoint now, SendSlab& out) {
  const int code = m.error->code;
  if (state_ == State::kClosed) return;
  if (code == 300 && t.method == stun::kAllocate && redirect(m, now, out)) return;
  const bool is_challenge = (code == 401 && (!authenticates_ || t.attempts == 0)) || code == 438;
  if (is_challenge && ++t.attempts <= kMaxAttempts && take_challenge(m)) {
    t.id = stun::fresh_id(random_, options_.transaction_mark);
    t.retransmission = stun::Retransmission(options_.timing, now);
    t.retransmission.next(now);
    transactions_.push_back(t);
    return transmit(t, out);
  }
  give_up(t, code, m.error->reason);
}

// RFC 8489 section 9.2.5. False: nothing to answer it with.
bool Client::take_challenge(const stun::Message& m) {
  if (!m.nonce || (!m.realm && realm_.empty()) || options_.account.username.empty()) return false;
  const uint32_t features = security_features(*m.nonce);
  // Someone on the path has taken the better algorithms away.
  if ((features & kPasswordAlgorithmsBit) != 0 && !m.password_algorithms) return false;
  if (m.realm) realm_ = *m.realm;
  nonce_ = *m.nonce;
  hides_username_ = (features & kUsernameAnonymityBit) != 0;
  algorithms_.clear();
  if (m.password_algorithms) {
    algorithms_.assign(m.password_algorithms->begin(), m.password_algorithms->end());
  }
  uses_sha256_ = offers_sha256(algorithms_);
  key_ = stun::long_term_key(uses_sha256_ ? stun::PasswordAlgorithm::kSha256 : stun::PasswordAlgorithm::kMd5,
                             options_.account.username, realm_, options_.account.password);
  authenticates_ = !key_.empty();
  return authenticates_;
}

bool Client::redirect(const stun::Message& m, TimePoint now, SendSlab& out) {
  // Over a stream it would take another connection, which is the owner's.
  if (!m.alternate_server || !options_.server.is_udp() || redirections_ >= kMaxRedirections) return false;
  if (m.alternate_server->family() != options_.server.remote.family()) return false;
  ++redirections_;
  options_.server.remote = *m.alternate_server;
  authenticates_ = false;
  realm_.clear();
  request(stun::kAllocate, {}, 0, now, out);
  return true;
}

void Client::give_up(const Transaction& t, int code, std::string_view text) {
  if (t.method == stun::kCreatePermission) {
    if (Permission* p = find_permission(t.peer)) {
      p->granted = false;
      p->refused = true;
      p->refresh = kNever;
    }
    std::erase_if(queue_, [&](const Queued& q) { return same_ip(q.peer, t.peer); });
  } else if (t.method == stun::kChannelBind) {
    if (Channel* c = find_channel(t.peer)) c->bound = false, c->refresh = kNever;  // indications will do
  } else if (state_ != State::kClosed) {
    state_ = State::kFailed;
    error_code_ = code;
    error_text_ = std::string(text.substr(0, kMaxErrorText));
    transactions_.clear();
    queue_.clear();
  }
}

// --- data

std::optional<Datagram> Client::relayed(const SocketAddress& peer, std::span<uint8_t> payload) const {
  return Datagram{Route(peer, relayed_), payload};
}

std::optional<Datagram> Client::on_indication(const stun::Message& m) {
  if (m.method != stun::kData || !m.peer_address || !m.data || state_ != State::kAllocated)
    return std::nullopt;
  // A server relays only what we have permitted; a forged indication may not pretend otherwise.
  const Permission* p = find_permission(*m.peer_address);
  if (p == nullptr || !p->granted) return std::nullopt;
  // The message was parsed out of bytes that are the caller's to write.
  auto* bytes = const_cast<uint8_t*>(m.data->data());
  return relayed(*m.peer_address, {bytes, m.data->size()});
}

Client::Permission* Client::find_permission(const SocketAddress& peer) {
  for (Permission& p : permissions_)
    if (same_ip(p.peer, peer)) return &p;
  return nullptr;
}

Client::Channel* Client::find_channel(const SocketAddress& peer) {
  for (Channel& c : channels_)
    if (c.peer == peer) return &c;
  return nullptr;
}

uint16_t Client::channel(const SocketAddress& peer) const {
  for (const Channel& c : channels_)
    if (c.peer == peer && c.bound) return c.number;
  return 0;
}

void Client::send(const SocketAddress& peer, std::span<const uint8_t> payload, TimePoint now, SendSlab& out) {
  if (state_ != State::kAllocated || payload.size() > kMaxPayload || peer.family() != relayed_.family()) {
    ++dropped_;
    return;
  }
  Permission* permission = find_permission(peer);
  if (permission == nullptr) {
    if (permissions_.size() >= kMaxPeers) {
      ++dropped_;
      return;
    }
    permissions_.push_back({peer});
    permission = &permissions_.back();
    request(stun::kCreatePermission, peer, 0, now, out);
  }
  if (permission->granted) return send_now(peer, payload, out);
  if (permission->refused || queue_.size() >= kMaxQueued) {
    ++dropped_;
    return;
  }
  queue_.push_back({peer, {payload.begin(), payload.end()}});
}

void Client::send_now(const SocketAddress& peer, std::span<const uint8_t> payload, SendSlab& out) {
  const Channel* channel = find_channel(peer);
  if (channel != nullptr && channel->bound) {
    const std::span<uint8_t> room = out.reserve(options_.server, kChannelHeaderSize + payload.size() + 3);
    if (!room.empty()) {
      out.commit(write_channel_data(channel->number, payload, !options_.server.is_udp(), room));
    }
    return;
  }
  const std::span<uint8_t> room = out.reserve(options_.server, payload.size() + 64);
  if (room.empty()) return;
  const stun::TransactionId id = stun::fresh_id(random_, options_.transaction_mark);
  stun::Writer w(room, stun::Class::kIndication, stun::kSend, id);
  w.peer_address(peer);
  w.data(payload);
  out.commit(w.finish({}));
}

void Client::flush_queue(SendSlab& out) {
  std::erase_if(queue_, [&](const Queued& q) {
    const Permission* p = find_permission(q.peer);
    if (p == nullptr || !p->granted) return false;
    send_now(q.peer, q.payload, out);
    return true;
  });
}

void Client::bind_channel(const SocketAddress& peer, TimePoint now, SendSlab& out) {
  if (state_ != State::kAllocated || find_channel(peer) != nullptr) return;
  if (channels_.size() >= kMaxPeers || peer.family() != relayed_.family()) return;
  const auto number = static_cast<uint16_t>(kFirstChannel + next_channel_++);
  channels_.push_back({peer, number});
  request(stun::kChannelBind, peer, number, now, out);
}

void Client::close(SendSlab& out) {
  const bool had = state_ == State::kAllocated;
  state_ = State::kClosed;
  transactions_.clear();
  queue_.clear();
  if (!had) return;
  Transaction t;  // sent once: what is lost expires
  t.id = stun::fresh_id(random_, options_.transaction_mark);
  t.method = stun::kRefresh;
  transmit(t, out);
}

// --- time

TimePoint Client::next_deadline() const {
  TimePoint at = kNever;
  for (const Transaction& t : transactions_) at = std::min(at, t.retransmission.due());
  if (state_ != State::kAllocated) return at;
  at = std::min(at, refresh_);
  for (const Permission& p : permissions_) at = std::min(at, p.refresh);
  for (const Channel& c : channels_) at = std::min(at, c.refresh);
  return at;
}

void Client::on_deadline(TimePoint now, SendSlab& out) {
  for (size_t i = 0; i < transactions_.size();) {
    Transaction& t = transactions_[i];
    if (now < t.retransmission.due()) {
      ++i;
    } else if (t.retransmission.next(now)) {
      transmit(t, out);
      ++i;
    } else {
      const Transaction lost = t;
      transactions_.erase(transactions_.begin() + static_cast<ptrdiff_t>(i));
      give_up(lost, 0, "the server does not answer");
    }
  }
  if (state_ != State::kAllocated) return;
  if (now >= refresh_) {
    refresh_ = kNever;  // the answer sets it
    request(stun::kRefresh, {}, 0, now, out);
  }
  for (Permission& p : permissions_) {
    if (now < p.refresh) continue;
    p.refresh = now + kPermissionRefresh;
    request(stun::kCreatePermission, p.peer, 0, now, out);
  }
  for (Channel& c : channels_) {
    if (now < c.refresh) continue;
    c.refresh = now + kChannelRefresh;
    request(stun::kChannelBind, c.peer, c.number, now, out);
  }
}

}  // namespace parley::media::turn
