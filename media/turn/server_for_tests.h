// A TURN server (RFC 8656) and STUN server for simulated networks, as small as agents and clients need one to
// be tested against, and as ill-behaved as a test asks for.
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "media/core/bytes.h"
#include "media/core/datagram_handler.h"
#include "media/ice/stun.h"
#include "media/turn/channel_data.h"

namespace parley::media::testing {

class TurnServer final : public DatagramHandler {
 public:
  // `attach` makes an address of the relay's reachable: datagrams to it are handed to this server.
  using Attach = std::function<void(const SocketAddress&)>;
  TurnServer(const SocketAddress& address, std::string username, std::string password, Attach attach)
      : address_(address),
        username_(std::move(username)),
        password_(std::move(password)),
        attach_(std::move(attach)) {}

  // What it is like.
  std::string realm = "example.org";
  std::string nonce = "nonce-1";
  bool sha256 = false;      // offers and wants SHA-256 and USERHASH
  int refuse_allocate = 0;  // an error code
  int refuse_permission = 0;
  int refuse_channel = 0;
  SocketAddress redirect_to;
  bool silent = false;
  uint32_t lifetime = 600;
  // What it saw.
  std::map<uint16_t, int> requests;  // by method
  int challenges = 0, relayed_in = 0, relayed_out = 0, channel_data = 0, refused_peers = 0;
  size_t allocations() const { return allocations_.size(); }

  void on_datagrams(std::span<const Datagram> datagrams, TimePoint now, SendSlab& out) override {
    for (const Datagram& d : datagrams) {
      if (silent) continue;
      if (d.route.local != address_) {
        on_peer(d, now, out);
      } else if (auto data = turn::ChannelData::parse(d.bytes)) {
        on_channel_data(d.route, *data, out);
      } else if (const auto m = stun::Message::parse(d.bytes)) {
        on_message(*m, d.route, now, out);
      }
    }
  }
  TimePoint next_deadline() const override { return kNever; }
  void on_deadline(TimePoint, SendSlab&) override {}

 private:
  struct Allocation {
    Route client;
    SocketAddress relayed;
    TimePoint expires;
    std::map<std::string, TimePoint> permissions;  // by IP
    std::map<uint16_t, SocketAddress> channels;
  };
  using Fill = std::function<void(stun::Writer&)>;

  Allocation* find(const Route& client, TimePoint now) {
    for (auto& a : allocations_)
      if (a->client.remote == client.remote && now < a->expires) return a.get();
    return nullptr;
  }
  std::string key() const {
    return stun::long_term_key(sha256 ? stun::PasswordAlgorithm::kSha256 : stun::PasswordAlgorithm::kMd5,
                               username_, realm, password_);
  }
  stun::Integrity integrity() const { return sha256 ? stun::Integrity::kSha256 : stun::Integrity::kSha1; }

  void answer(const stun::Message& m, const Route& to, stun::Class cls, const std::string& with,
              SendSlab& out, const Fill& fill) {
    const auto room = out.reserve(Route(to.remote, address_), stun::kMaxMessageSize);
    stun::Writer w(room, cls, m.method, m.id);
    fill(w);
    out.commit(w.finish(with, integrity()));
  }
  void refuse(const stun::Message& m, const Route& to, int code, SendSlab& out) {
    answer(m, to, stun::Class::kError, key(), out, [&](stun::Writer& w) { w.error_code(code, "no"); });
  }
  void challenge(const stun::Message& m, const Route& to, int code, SendSlab& out) {
    ++challenges;
    answer(m, to, stun::Class::kError, "", out, [&](stun::Writer& w) {
      w.error_code(code, "prove it");
      w.realm(realm);
      // The bits of password algorithms and anonymous user names: 0xC00000.
      w.nonce(sha256 ? "obMatJos2wAAA" + nonce : nonce);
      if (sha256) {
        const uint8_t both[] = {0, 2, 0, 0, 0, 1, 0, 0};
        w.password_algorithms(both);
      }
    });
  }

  void on_message(const stun::Message& m, const Route& from, TimePoint now, SendSlab& out) {
    if (m.cls == stun::Class::kIndication && m.method == stun::kSend) return on_send(m, from, now, out);
    if (m.cls != stun::Class::kRequest) return;
    ++requests[m.method];
    if (m.method == stun::kBinding) {
      return answer(m, from, stun::Class::kSuccess, "", out,
                    [&](stun::Writer& w) { w.xor_mapped_address(from.remote); });
    }
    if (redirect_to.valid()) {
      return answer(m, from, stun::Class::kError, "", out, [&](stun::Writer& w) {
        w.error_code(300, "Try Alternate");
        w.alternate_server(redirect_to);
      });
    }
    if (!m.has_integrity && !m.has_integrity_sha256) return challenge(m, from, 401, out);
    if (!m.nonce || !m.nonce->ends_with(nonce)) return challenge(m, from, 438, out);
    if (!m.verify_integrity(key(), integrity())) return challenge(m, from, 401, out);
    Allocation* allocation = find(from, now);
    if (m.method == stun::kAllocate) return on_allocate(m, from, allocation, now, out);
    if (allocation == nullptr) return refuse(m, from, 437, out);
    on_authenticated(m, from, *allocation, now, out);
  }
  void on_allocate(const stun::Message& m, const Route& from, Allocation* existing, TimePoint now,
                   SendSlab& out) {
    if (refuse_allocate != 0) return refuse(m, from, refuse_allocate, out);
    if (existing == nullptr) {
      auto made = std::make_unique<Allocation>();
      made->client = from;
      made->relayed = address_;
      made->relayed.set_port(next_port_++);
      made->expires = now + std::chrono::seconds(lifetime);
      attach_(made->relayed);
      allocations_.push_back(std::move(made));
      existing = allocations_.back().get();
    }
    answer(m, from, stun::Class::kSuccess, key(), out, [&](stun::Writer& w) {
      w.relayed_address(existing->relayed);
      w.xor_mapped_address(from.remote);
      w.lifetime(lifetime);
    });
  }
  void on_authenticated(const stun::Message& m, const Route& from, Allocation& a, TimePoint now,
                        SendSlab& out) {
    const auto yes = [&](const Fill& fill) { answer(m, from, stun::Class::kSuccess, key(), out, fill); };
    switch (m.method) {
      case stun::kRefresh:
        if (m.lifetime == 0u) {
          yes([](stun::Writer& w) { w.lifetime(0); });
          std::erase_if(allocations_, [&](const auto& p) { return p.get() == &a; });
          return;
        }
        a.expires = now + std::chrono::seconds(lifetime);
        return yes([&](stun::Writer& w) { w.lifetime(lifetime); });
      case stun::kCreatePermission:
        if (refuse_permission != 0) return refuse(m, from, refuse_permission, out);
        a.permissions[m.peer_address->ip_string()] = now + std::chrono::minutes(5);
        return yes([](stun::Writer&) {});
      case stun::kChannelBind:
        if (refuse_channel != 0) return refuse(m, from, refuse_channel, out);
        a.channels[*m.channel_number] = *m.peer_address;
        a.permissions[m.peer_address->ip_string()] = now + std::chrono::minutes(5);
        return yes([](stun::Writer&) {});
      default:
        return refuse(m, from, 400, out);
    }
  }
  static bool permitted(const Allocation& a, const SocketAddress& peer, TimePoint now) {
    const auto it = a.permissions.find(peer.ip_string());
    return it != a.permissions.end() && now < it->second;
  }
  void on_send(const stun::Message& m, const Route& from, TimePoint now, SendSlab& out) {
    const Allocation* a = find(from, now);
    if (a == nullptr || !m.peer_address || !m.data || !permitted(*a, *m.peer_address, now)) {
      ++refused_peers;
      return;
    }
    ++relayed_out;
    out.append(Route(*m.peer_address, a->relayed), *m.data);
  }
  void on_channel_data(const Route& from, const turn::ChannelData& data, SendSlab& out) {
    for (const auto& a : allocations_) {
      if (a->client.remote != from.remote || !a->channels.contains(data.channel)) continue;
      ++relayed_out;
      ++channel_data;
      out.append(Route(a->channels[data.channel], a->relayed), data.payload);
    }
  }
  void on_peer(const Datagram& d, TimePoint now, SendSlab& out) {
    for (const auto& a : allocations_) {
      if (a->relayed != d.route.local) continue;
      if (!permitted(*a, d.route.remote, now) || now >= a->expires) {
        ++refused_peers;
        continue;
      }
      ++relayed_in;
      const Route back(a->client.remote, address_);
      for (const auto& [channel, peer] : a->channels) {
        if (peer != d.route.remote) continue;
        const auto room = out.reserve(back, d.bytes.size() + 8);
        out.commit(turn::write_channel_data(channel, d.bytes, false, room));
        return;
      }
      const auto room = out.reserve(back, d.bytes.size() + 80);
      stun::Writer w(room, stun::Class::kIndication, stun::kData, {});
      w.peer_address(d.route.remote);
      w.data(d.bytes);
      out.commit(w.finish(""));
    }
  }

  SocketAddress address_;
  std::string username_, password_;
  Attach attach_;
  std::vector<std::unique_ptr<Allocation>> allocations_;
  uint16_t next_port_ = 50000;
};

}  // namespace parley::media::testing
