// A small world for ICE agents: hosts with several addresses, NATs of every kind, loss, delay and cut wires,
// on injected time and from one seed. (media/testing simulates rates and queues; here it is addresses that
// matter.)
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "media/core/datagram_handler.h"
#include "media/core/random.h"

namespace parley::media::testing {

// RFC 4787's words: how a mapping is chosen, and whom it lets in.
enum class NatKind { kFullCone, kAddressRestricted, kPortRestricted, kSymmetric };

class IceNetwork {
 public:
  struct Less {
    bool operator()(const SocketAddress& a, const SocketAddress& b) const {
      const auto x = a.ip_bytes(), y = b.ip_bytes();
      if (!std::ranges::equal(x, y)) return std::ranges::lexicographical_compare(x, y);
      return a.port() < b.port();
    }
  };
  using Filter = std::function<bool(const SocketAddress& from, const SocketAddress& to)>;

  explicit IceNetwork(uint64_t seed) : random_(seed) {}

  // Whoever handles what arrives at an address. Addresses of one `site` reach each other directly; those of
  // site 0 are public; a site behind a NAT reaches the world through it.
  void attach(const SocketAddress& address, DatagramHandler& handler, int site = 0) {
    hosts_[address] = {&handler, site};
  }
  void detach(const SocketAddress& address) { hosts_.erase(address); }
  void add_nat(int site, NatKind kind, const SocketAddress& public_ip, bool hairpin = false) {
    nats_[site] = Nat{kind, public_ip, hairpin, {}, 20000};
  }
  // Forgets every mapping, as a rebooted router does.
  void reboot_nat(int site) { nats_[site].mappings.clear(); }

  TimePoint now() const { return now_; }
  SeededRandom& random() { return random_; }

  double loss = 0;
  Duration delay = std::chrono::milliseconds(20);
  Filter blocked;  // true: dropped
  uint64_t sent = 0, delivered = 0;
  std::map<SocketAddress, uint64_t, Less> bytes_to;

  // Sends what `slab` holds as from a handler of `site` and empties it.
  void send_all(SendSlab& slab, int site) {
    for (size_t i = 0; i < slab.size(); ++i) {
      send(slab[i].route.local, slab[i].route.remote, slab[i].bytes, site);
    }
    slab.clear();
  }
  void send(const SocketAddress& from, const SocketAddress& to, std::span<const uint8_t> bytes, int site) {
    ++sent;
    bytes_to[to] += bytes.size();
    if (blocked && blocked(from, to)) return;
    if (random_.below(1'000'000) < loss * 1e6) return;
    events_.push({now_ + delay, order_++, from, to, {bytes.begin(), bytes.end()}, site});
  }
  // Something to do after every event, such as carrying candidates from one agent to the other.
  std::function<void()> after_each = [] {};

  bool run_until(const std::function<bool()>& done, Duration at_most) {
    const TimePoint end = now_ + at_most;
    flush();
    while (!done()) {
      if (!step(end)) return done();
    }
    return true;
  }
  void run_for(Duration duration) {
    run_until([] { return false; }, duration);
  }
  // Collects what handlers wrote when they were called from outside.
  void flush() {
    after_each();
    for (auto& [address, host] : hosts_) send_all(slab_of(host.handler), host.site);
  }
  SendSlab& slab_of(DatagramHandler* handler) {
    auto& slab = slabs_[handler];
    if (!slab) slab = std::make_unique<SendSlab>(1 << 20, 1024);
    return *slab;
  }

 private:
  struct Host {
    DatagramHandler* handler;
    int site;
  };
  struct Mapping {
    SocketAddress inside;
    SocketAddress symmetric_peer;  // of a symmetric NAT: the only peer
    uint16_t port;
    std::vector<SocketAddress> sent_to;
  };
  struct Nat {
    NatKind kind;
    SocketAddress public_ip;
    bool hairpin;
    std::vector<Mapping> mappings;
    uint16_t next_port;
  };
  struct Packet {
    TimePoint at;
    uint64_t order;
    SocketAddress from, to;
    std::vector<uint8_t> bytes;
    int site;
    bool operator>(const Packet& o) const { return std::pair(at, order) > std::pair(o.at, o.order); }
  };
  static bool same_ip(const SocketAddress& a, const SocketAddress& b) {
    return std::ranges::equal(a.ip_bytes(), b.ip_bytes());
  }

  SocketAddress map_out(Nat& nat, const SocketAddress& inside, const SocketAddress& to) {
    const SocketAddress peer = nat.kind == NatKind::kSymmetric ? to : SocketAddress();
    auto it = std::find_if(nat.mappings.begin(), nat.mappings.end(),
                           [&](const Mapping& m) { return m.inside == inside && m.symmetric_peer == peer; });
    if (it == nat.mappings.end()) it = nat.mappings.insert(it, {inside, peer, nat.next_port++, {}});
    it->sent_to.push_back(to);
    SocketAddress outside = nat.public_ip;
    outside.set_port(it->port);
    return outside;
  }
  const Mapping* map_in(const Nat& nat, const SocketAddress& from, uint16_t port) const {
    for (const Mapping& m : nat.mappings) {
      if (m.port != port) continue;
      const bool lets_in =
          nat.kind == NatKind::kFullCone ||
          std::any_of(m.sent_to.begin(), m.sent_to.end(), [&](const SocketAddress& known) {
            return nat.kind == NatKind::kAddressRestricted ? same_ip(known, from) : known == from;
          });
      return lets_in ? &m : nullptr;
    }
    return nullptr;
  }

  void deliver(Packet p) {
    const auto inside = hosts_.find(p.to);
    if (p.site != 0) {
      if (inside != hosts_.end() && inside->second.site == p.site) return hand_over(inside->second, p);
      const auto own = nats_.find(p.site);
      if (own == nats_.end()) return;  // no way out
      if (same_ip(own->second.public_ip, p.to) && !own->second.hairpin) return;
      p.from = map_out(own->second, p.from, p.to);
    }
    for (auto& [site, nat] : nats_) {
      if (!same_ip(nat.public_ip, p.to)) continue;
      const Mapping* m = map_in(nat, p.from, p.to.port());
      if (m == nullptr) return;
      p.to = m->inside;
      const auto host = hosts_.find(p.to);
      if (host != hosts_.end() && host->second.site == site) hand_over(host->second, p);
      return;
    }
    if (inside != hosts_.end() && inside->second.site == 0) hand_over(inside->second, p);
  }
  void hand_over(const Host& host, Packet& p) {
    ++delivered;
    const Datagram d{Route(p.from, p.to), p.bytes};
    host.handler->on_datagrams({&d, 1}, now_, slab_of(host.handler));
  }

  bool step(TimePoint end) {
    TimePoint at = events_.empty() ? kNever : events_.top().at;
    DatagramHandler* due = nullptr;
    for (auto& [address, host] : hosts_) {
      const TimePoint deadline = std::max(host.handler->next_deadline(), now_);
      if (host.handler->next_deadline() != kNever && deadline < at) at = deadline, due = host.handler;
    }
    if (at > end) {
      now_ = end;
      return false;
    }
    if (due != nullptr && at == now_ && ++idle_turns_ > 10000) std::abort();  // a deadline that never moves
    if (at > now_) idle_turns_ = 0;
    now_ = at;
    if (due != nullptr) {
      due->on_deadline(now_, slab_of(due));
    } else {
      Packet p = events_.top();
      events_.pop();
      deliver(std::move(p));
    }
    flush();
    return true;
  }

  SeededRandom random_;
  TimePoint now_ = time_from_us(1'000'000);
  std::map<SocketAddress, Host, Less> hosts_;
  std::map<DatagramHandler*, std::unique_ptr<SendSlab>> slabs_;
  std::map<int, Nat> nats_;
  std::priority_queue<Packet, std::vector<Packet>, std::greater<>> events_;
  uint64_t order_ = 0;
  int idle_turns_ = 0;
};

}  // namespace parley::media::testing
