// Implements media/ice/gatherer.h.
#include "media/ice/gatherer.h"

#include <algorithm>
#include <utility>

namespace parley::media::ice {

void Gatherer::add_stun_server(const SocketAddress& address) {
  if (address.valid() && stun_servers_.size() < kMaxServers) stun_servers_.push_back(address);
}

void Gatherer::add_turn_server(TurnServer server) {
  if (server.address.valid() && turn_servers_.size() < kMaxServers)
    turn_servers_.push_back(std::move(server));
}

std::vector<SocketAddress> Gatherer::set_servers(Servers servers, SendSlab& out) {
  stun_servers_.clear();
  turn_servers_.clear();
  for (const SocketAddress& s : servers.stun) add_stun_server(s);
  for (TurnServer& s : servers.turn) add_turn_server(std::move(s));
  asked_.clear();
  questions_.clear();
  const auto is_one_of_them = [&](const Relay& r) {
    return std::find(turn_servers_.begin(), turn_servers_.end(), r.server) != turn_servers_.end();
  };
  forget_relays([&](const Relay& r) { return !r.relays && (r.reported || !is_one_of_them(r)); }, out);
  std::vector<SocketAddress> left;
  for (const auto& r : relays_)
    if (r->relays && !is_one_of_them(*r)) left.push_back(r->client->relayed_address());
  return left;
}

void Gatherer::gather(const SocketAddress& base, bool relay_only, TimePoint now, SendSlab& out) {
  if (std::find(asked_.begin(), asked_.end(), base) != asked_.end()) return;
  asked_.push_back(base);
  for (const SocketAddress& server : stun_servers_) {
    if (relay_only || server.family() != base.family()) continue;
    Question q;
    q.id = stun::fresh_id(random_, mark_);
    q.route = Route(server, base);
    q.retransmission = stun::Retransmission(kTiming, now);
    q.retransmission.next(now);
    ask(q, out);
    questions_.push_back(std::move(q));
  }
  for (const TurnServer& server : turn_servers_) {
    if (server.address.family() != base.family() || relays_.size() >= kMaxRelays) continue;
    const bool is_there = std::any_of(relays_.begin(), relays_.end(),
                                      [&](const auto& r) { return r->base == base && r->server == server; });
    if (is_there) continue;
    auto relay = std::make_unique<Relay>();
    relay->base = base;
    relay->server = server;
    if (server.via == TurnVia::kUdp) {
      start(*relay, Route(server.address, base), now, out);
    } else {
      relay->request = next_request_++;
      connections_.push_back({relay->request, base, server.address, server.via, server.host});
    }
    relays_.push_back(std::move(relay));
  }
}

void Gatherer::start(Relay& relay, const Route& route, TimePoint now, SendSlab& out) {
  turn::Client::Options options;
  options.server = route;
  options.account = relay.server.account;
  options.family = relay.base.family();
  options.timing = kTiming;
  options.transaction_mark = mark_;
  relay.client = std::make_unique<turn::Client>(std::move(options), random_);
  relay.client->start(now, out);
}

void Gatherer::forget(const SocketAddress& base, SendSlab& out) {
  std::erase(asked_, base);
  std::erase_if(questions_, [&](const Question& q) { return q.route.local == base; });
  forget_relays([&](const Relay& r) { return r.base == base; }, out);
}

void Gatherer::forget_relay(const SocketAddress& relayed, SendSlab& out) {
  forget_relays([&](const Relay& r) { return r.relays && r.client->relayed_address() == relayed; }, out);
}

bool Gatherer::busy() const {
  return !questions_.empty() ||
         std::any_of(relays_.begin(), relays_.end(), [](const auto& r) { return !r->reported; });
}

std::optional<Gatherer::Found> Gatherer::poll_found() {
  if (found_.empty()) return std::nullopt;
  Found found = std::move(found_.front());
  found_.pop_front();
  return found;
}

std::optional<Gatherer::Connection> Gatherer::poll_connection() {
  if (connections_.empty()) return std::nullopt;
  Connection connection = std::move(connections_.front());
  connections_.pop_front();
  return connection;
}

void Gatherer::fail(const SocketAddress& base, const SocketAddress& server, int code, std::string text) {
  Found f;
  f.type = Found::Type::kFailure;
  f.base = base;
  f.server = server;
  f.code = code;
  f.text = std::move(text);
  found_.push_back(std::move(f));
}

void Gatherer::on_connected(uint32_t request, const Route& route, TimePoint now, SendSlab& out) {
  for (const auto& relay : relays_) {
    if (relay->request != request || request == 0 || relay->client || relay->reported) continue;
    start(*relay, route, now, out);
  }
}

void Gatherer::on_connect_failed(uint32_t request) {
  for (const auto& relay : relays_) {
    if (relay->request != request || request == 0 || relay->client || relay->reported) continue;
    relay->reported = true;
    fail(relay->base, relay->server.address, 701,
         relay->server.via == TurnVia::kTls
             ? "no TLS connection to the TURN server, or its certificate is not its own or not trusted"
             : "no connection to the TURN server");
  }
}

void Gatherer::on_disconnected(uint32_t connection) {
  for (const auto& relay : relays_) {
    if (!relay->client || connection == 0 || relay->client->server().connection != connection) continue;
    if (relay->relays) {
      Found lost;
      lost.type = Found::Type::kRelayLost;
      lost.address = relay->client->relayed_address();
      found_.push_back(std::move(lost));
    } else if (!relay->reported) {
      fail(relay->base, relay->server.address, 701, "the TURN server closed the connection");
    }
    relay->reported = true;
    relay->relays = false;
    relay->client.reset();
  }
}

bool Gatherer::is_from_relay(const Route& route) const {
  return std::any_of(relays_.begin(), relays_.end(),
                     [&](const auto& r) { return r->client && r->client->is_from_server(route); });
}

std::optional<Datagram> Gatherer::on_datagram(const Datagram& d, TimePoint now, SendSlab& out) {
  for (const auto& relay : relays_) {
    if (!relay->client || !relay->client->is_from_server(d.route)) continue;
    auto datagram = relay->client->on_datagram(d.bytes, now, out);
    report(*relay);
    if (datagram) return datagram;
  }
  return std::nullopt;
}

bool Gatherer::on_response(const stun::Message& m, const Route& source) {
  const auto it = std::find_if(questions_.begin(), questions_.end(), [&](const Question& q) {
    return q.id == m.id && q.route.remote == source.remote;
  });
  if (it == questions_.end()) return false;
  const Question q = *it;
  questions_.erase(it);
  const auto mapped = m.xor_mapped_address ? m.xor_mapped_address : m.mapped_address;
  if (m.cls == stun::Class::kSuccess && mapped) {
    Found f;
    f.base = q.route.local;
    f.address = *mapped;
    f.server = q.route.remote;
    found_.push_back(std::move(f));
  } else {
    fail(q.route.local, q.route.remote, m.error ? m.error->code : 0,
         m.error ? std::string(m.error->reason.substr(0, 128)) : "not an answer to a Binding request");
  }
  return true;
}

void Gatherer::report(Relay& relay) {
  if (!relay.client) return;
  const turn::Client& client = *relay.client;
  Found f;
  f.base = relay.base;
  f.server = relay.server.address;
  f.over_tcp = relay.server.via != TurnVia::kUdp;
  if (client.state() == turn::Client::State::kAllocated && !relay.reported) {
    relay.reported = relay.relays = true;
    if (client.mapped_address().valid() && !f.over_tcp) {
      f.address = client.mapped_address();
      found_.push_back(f);
    }
    f.type = Found::Type::kRelayed;
    f.address = client.relayed_address();
    f.mapped = client.mapped_address();
    found_.push_back(std::move(f));
  } else if (client.state() == turn::Client::State::kFailed && (relay.relays || !relay.reported)) {
    f.type = relay.relays ? Found::Type::kRelayLost : Found::Type::kFailure;
    f.address = client.relayed_address();
    f.code = client.error_code();
    f.text = client.error_text();
    relay.reported = true;
    relay.relays = false;
    found_.push_back(std::move(f));
  }
}

turn::Client* Gatherer::relay(const SocketAddress& relayed) const {
  if (!relayed.valid()) return nullptr;
  for (const auto& r : relays_)
    if (r->relays && r->client && r->client->relayed_address() == relayed) return r->client.get();
  return nullptr;
}

void Gatherer::close(SendSlab& out) {
  questions_.clear();
  for (const auto& r : relays_)
    if (r->client) r->client->close(out);
}

void Gatherer::ask(const Question& q, SendSlab& out) {
  const std::span<uint8_t> room = out.reserve(q.route, stun::kMaxMessageSize);
  if (room.empty()) return;
  stun::Writer w(room, stun::Class::kRequest, stun::kBinding, q.id);
  out.commit(w.finish({}));
}

TimePoint Gatherer::next_deadline() const {
  TimePoint at = kNever;
  for (const Question& q : questions_) at = std::min(at, q.retransmission.due());
  for (const auto& r : relays_)
    if (r->client) at = std::min(at, r->client->next_deadline());
  return at;
}

void Gatherer::on_deadline(TimePoint now, SendSlab& out) {
  std::erase_if(questions_, [&](Question& q) {
    if (now < q.retransmission.due()) return false;
    if (q.retransmission.next(now)) {
      ask(q, out);
      return false;
    }
    fail(q.route.local, q.route.remote, 701, "the STUN server does not answer");
    return true;
  });
  for (const auto& r : relays_) {
    if (!r->client || r->client->next_deadline() > now) continue;
    r->client->on_deadline(now, out);
    report(*r);
  }
}

}  // namespace parley::media::ice
