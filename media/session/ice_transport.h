// A peer's ICE agent of either kind: lite for the peers of a server, full for connections that a program
// makes (RFC 8445 section 2.5). Sans-IO.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "media/ice/agent.h"
#include "media/ice/lite_agent.h"

namespace parley::media {

// What a full agent is made from.
struct FullIce {
  ice::Role role = ice::Role::kControlled;
  std::vector<SocketAddress> addresses;  // of UDP sockets, none of them unspecified
  bool tcp = false;                      // connect to passive TCP candidates, too
  std::vector<SocketAddress> stun_servers;
  std::vector<ice::TurnServer> turn_servers;
  bool relay_only = false;
  std::optional<uint8_t> transaction_mark = {};  // of the hub's thread; the hub sets it
};

class IceTransport {
  struct Full {
    Full(ice::Credentials local, const FullIce& options, Random& random, TimePoint now)
        : agent(std::move(local), options.role, random, now, config_of(options)) {
      for (const SocketAddress& a : options.addresses) {
        agent.add_local(a, ice::Transport::kUdp);
        if (options.tcp) agent.add_local(a, ice::Transport::kTcpActive);
      }
      for (const SocketAddress& a : options.stun_servers) agent.add_stun_server(a);
      for (const ice::TurnServer& s : options.turn_servers) agent.add_turn_server(s);
    }
    static ice::AgentConfig config_of(const FullIce& options) {
      ice::AgentConfig config;
      config.relay_only = options.relay_only;
      config.transaction_mark = options.transaction_mark;
      return config;
    }
    ice::Agent agent;
    SendSlab slab{32 << 10, 32};
  };

  ice::LiteAgent& lite() { return std::get<ice::LiteAgent>(agent_); }
  template <class F>
  decltype(auto) visit(F f) {
    if (ice::Agent* agent = full()) return f(*agent);
    return f(lite());
  }
  template <class F>
  decltype(auto) visit(F f) const {
    if (const ice::Agent* agent = full()) return f(*agent);
    return f(std::get<ice::LiteAgent>(agent_));
  }

 public:
  IceTransport(ice::Credentials local, TimePoint now) : agent_(ice::LiteAgent(std::move(local), now)) {}
  IceTransport(ice::Credentials local, const FullIce& options, Random& random, TimePoint now)
      : agent_(std::make_unique<Full>(std::move(local), options, random, now)) {}

  // The full one; null when it is lite.
  ice::Agent* full() {
    auto* f = std::get_if<std::unique_ptr<Full>>(&agent_);
    return f != nullptr ? &(*f)->agent : nullptr;
  }
  const ice::Agent* full() const { return const_cast<IceTransport*>(this)->full(); }

  void restart(ice::Credentials local, TimePoint now) {
    visit([&](auto& agent) { agent.restart(std::move(local), now); });
  }
  void set_remote(ice::RemoteParameters remote, TimePoint now) {
    if (ice::Agent* agent = full()) return agent->set_remote(std::move(remote), now);
    lite().set_remote(std::move(remote.credentials));
  }
  // Of a full agent, with a new phase of gathering.
  void restart(ice::Credentials local, const FullIce& options, TimePoint now, SendSlab& out) {
    ice::Agent* agent = full();
    if (agent == nullptr) return restart(std::move(local), now);
    agent->restart(std::move(local), {options.stun_servers, options.turn_servers}, options.relay_only, now,
                   out);
  }
  ice::Verdict on_stun(const stun::Message& m, const Route& source, TimePoint now, SendSlab& out) {
    return visit([&](auto& agent) { return agent.on_stun(m, source, now, out); });
  }
  void on_authenticated_traffic(TimePoint now) {
    visit([&](auto& agent) { agent.on_authenticated_traffic(now); });
  }
  TimePoint next_deadline() const {
    return visit([](const auto& agent) { return agent.next_deadline(); });
  }
  void on_deadline(TimePoint now, SendSlab& out) {
    if (ice::Agent* agent = full()) return agent->on_deadline(now, out);
    lite().on_deadline(now);
  }
  ice::State state() const {
    return visit([](const auto& agent) { return agent.state(); });
  }
  const std::optional<Route>& selected() const {
    return visit([](const auto& agent) -> const std::optional<Route>& { return agent.selected(); });
  }
  bool is_validated(const Route& route) const {
    return visit([&](const auto& agent) { return agent.is_validated(route); });
  }

  // The way of media: the selected route, or a channel on a TURN server that leads to it. Nothing before
  // there is one.
  std::optional<ice::MediaPath> media_path() const {
    if (const ice::Agent* agent = full()) return agent->media_path();
    return selected() ? std::optional(ice::MediaPath{*selected(), 0}) : std::nullopt;
  }
  // Lets `write` write datagrams for routes of ours, relayed or not.
  template <class Write>
  void send(TimePoint now, SendSlab& out, Write write) {
    auto* f = std::get_if<std::unique_ptr<Full>>(&agent_);
    if (f == nullptr) return write(out);
    write((*f)->slab);
    (*f)->agent.forward((*f)->slab, now, out);
  }
  void close(SendSlab& out) {
    if (ice::Agent* agent = full()) agent->close(out);
  }

 private:
  std::variant<ice::LiteAgent, std::unique_ptr<Full>> agent_;
};

}  // namespace parley::media
