// A full agent on the simulated network, the signalling between two of them, and what their scenarios need.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "media/core/bytes.h"
#include "media/ice/agent.h"
#include "media/ice/network_for_tests.h"
#include "media/turn/server_for_tests.h"

namespace parley::media::testing {

class AgentHost final : public DatagramHandler {
 public:
  AgentHost(IceNetwork& network, ice::Role role, std::vector<std::string> ips, int site = 0,
            ice::AgentConfig config = {})
      : network_(network),
        site_(site),
        agent(ice::Credentials::generate(network.random()), role, network.random(), network.now(), config) {
    for (const std::string& ip : ips) add_address(ip);
  }
  ~AgentHost() override {
    for (const SocketAddress& a : addresses_) network_.detach(a);
  }

  void add_address(const std::string& ip) {
    const SocketAddress address = *SocketAddress::parse(ip, static_cast<uint16_t>(40000 + addresses_.size()));
    addresses_.push_back(address);
    network_.attach(address, *this, site_);
    agent.add_local(address, ice::Transport::kUdp);
  }

  void on_datagrams(std::span<const Datagram> datagrams, TimePoint now, SendSlab& out) override {
    for (const Datagram& d : datagrams) {
      const auto payload = agent.on_datagram(d, now, out);
      if (!payload) continue;
      received.emplace_back(payload->bytes.begin(), payload->bytes.end());
      agent.on_authenticated_traffic(now);
    }
  }
  TimePoint next_deadline() const override { return agent.next_deadline(); }
  void on_deadline(TimePoint now, SendSlab& out) override { agent.on_deadline(now, out); }

  void gather() { agent.start_gathering(network_.now(), network_.slab_of(this)); }
  // Along the selected path; false without one.
  bool say(const std::string& text) {
    if (!agent.selected()) return false;
    SendSlab inner(2000, 1);
    inner.append(*agent.selected(), as_bytes(text));
    agent.forward(inner, network_.now(), network_.slab_of(this));
    return true;
  }
  bool connected() const { return agent.state() == ice::State::kConnected; }
  const std::vector<SocketAddress>& addresses() const { return addresses_; }

  std::vector<std::string> received;
  std::vector<ice::AgentEvent> events;  // but the candidates, which are carried to the peer

 private:
  IceNetwork& network_;
  int site_;
  std::vector<SocketAddress> addresses_;

 public:
  ice::Agent agent;
};

// Carries candidates as they come, both ways.
class Signalling {
 public:
  Signalling(IceNetwork& network, AgentHost& a, AgentHost& b) : network_(network), a_(a), b_(b) {
    network.after_each = [this] { carry(); };
  }
  void exchange_credentials(bool ice2 = true) {
    a_.agent.set_remote({b_.agent.local(), false, ice2}, network_.now());
    b_.agent.set_remote({a_.agent.local(), false, ice2}, network_.now());
  }
  // An ICE restart by offer and answer that take no time.
  void restart() {
    a_.agent.restart(ice::Credentials::generate(network_.random()), network_.now());
    b_.agent.restart(ice::Credentials::generate(network_.random()), network_.now());
    exchange_credentials();
  }
  void carry() {
    carry(a_, b_);
    carry(b_, a_);
  }
  std::function<bool(const ice::Candidate&)> lets_through = [](const ice::Candidate&) { return true; };

 private:
  void carry(AgentHost& from, AgentHost& to) {
    while (auto event = from.agent.poll_event()) {
      if (event->type == ice::AgentEvent::Type::kCandidate) {
        if (lets_through(event->candidate)) to.agent.add_remote_candidate(event->candidate, network_.now());
      } else if (event->type == ice::AgentEvent::Type::kGatheringState &&
                 from.agent.gathering_state() == ice::GatheringState::kComplete) {
        to.agent.end_of_remote_candidates(network_.now());
      } else {
        from.events.push_back(std::move(*event));
      }
    }
  }

  IceNetwork& network_;
  AgentHost& a_;
  AgentHost& b_;
};

// Two of them, and a STUN and TURN server.
class AgentScenario : public ::testing::Test {
 protected:
  AgentScenario() { net.attach(kServer, server); }
  void use_servers(AgentHost& host) {
    host.agent.add_stun_server(kServer);
    host.agent.add_turn_server({kServer, {"user", "secret"}, ice::TurnVia::kUdp, ""});
  }
  bool connect(AgentHost& a, AgentHost& b, Duration within = std::chrono::seconds(10), bool ice2 = true) {
    signalling.emplace(net, a, b);
    a.gather();
    b.gather();
    signalling->exchange_credentials(ice2);
    return net.run_until(
        [&] {
          // Checks of pairs that lead nowhere go on for a while.
          return a.connected() && b.connected() && a.agent.selected_pair()->nominated &&
                 b.agent.selected_pair()->nominated;
        },
        within);
  }
  // A text each way along the selected path.
  bool talk(AgentHost& a, AgentHost& b) {
    a.received.clear();
    b.received.clear();
    if (!a.say("from a") || !b.say("from b")) return false;
    return net.run_until([&] { return !a.received.empty() && !b.received.empty(); }, std::chrono::seconds(2));
  }
  static inline const SocketAddress kServer = *SocketAddress::parse("192.0.2.10", 3478);
  IceNetwork net{20261121};
  TurnServer server{kServer, "user", "secret", [this](const SocketAddress& a) { net.attach(a, server); }};
  std::optional<Signalling> signalling;
};

}  // namespace parley::media::testing
