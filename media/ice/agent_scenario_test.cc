// Scenarios of the full ICE agent: NATs of every kind, relays, loss, paths that die, networks that
// change, names, TCP, and peers that mean ill.
#include <gtest/gtest.h>

#include "media/core/bytes.h"
#include "media/ice/agent_for_tests.h"
#include "media/ice/lite_agent.h"

namespace parley::media::ice {
namespace {

using namespace std::chrono_literals;
using testing::AgentHost;
using testing::AgentScenario;
using testing::IceNetwork;
using testing::NatKind;
using testing::Signalling;

const SocketAddress kNatA = *SocketAddress::parse("203.0.113.1", 0);
const SocketAddress kNatB = *SocketAddress::parse("203.0.113.2", 0);

// RFC 5128's table: every pair of kinds but one gets through without a relay.
TEST_F(AgentScenario, EveryPairOfNatsConnects) {
  constexpr NatKind kKinds[] = {NatKind::kFullCone, NatKind::kAddressRestricted, NatKind::kPortRestricted,
                                NatKind::kSymmetric};
  for (const NatKind kind_a : kKinds) {
    for (const NatKind kind_b : kKinds) {
      net.add_nat(1, kind_a, kNatA);
      net.add_nat(2, kind_b, kNatB);
      AgentHost a(net, Role::kControlling, {"10.0.0.1"}, 1), b(net, Role::kControlled, {"10.1.0.1"}, 2);
      use_servers(a);
      use_servers(b);
      const auto what = ::testing::Message()
                        << static_cast<int>(kind_a) << " and " << static_cast<int>(kind_b);
      ASSERT_TRUE(connect(a, b)) << what;
      ASSERT_TRUE(talk(a, b)) << what;
      const bool hard_a = kind_a == NatKind::kSymmetric, hard_b = kind_b == NatKind::kSymmetric;
      const bool needs_relay = (hard_a && (hard_b || kind_b == NatKind::kPortRestricted)) ||
                               (hard_b && kind_a == NatKind::kPortRestricted);
      const bool relayed = a.agent.local_of(*a.agent.selected_pair()).type == CandidateType::kRelayed ||
                           b.agent.local_of(*b.agent.selected_pair()).type == CandidateType::kRelayed;
      EXPECT_EQ(relayed, needs_relay) << what;
    }
  }
}

TEST_F(AgentScenario, BehindOneNatTheyMeetAtHomeOrByHairpin) {
  net.add_nat(1, NatKind::kPortRestricted, kNatA, true);
  AgentHost a(net, Role::kControlling, {"10.0.0.1"}, 1), b(net, Role::kControlled, {"10.0.0.2"}, 1);
  use_servers(a);
  use_servers(b);
  ASSERT_TRUE(connect(a, b));
  EXPECT_EQ(a.agent.selected()->remote, b.addresses()[0]);

  // Host candidates hidden, as by mDNS that does not resolve: the NAT turns packets round.
  AgentHost c(net, Role::kControlling, {"10.0.0.3"}, 1), d(net, Role::kControlled, {"10.0.0.4"}, 1);
  c.agent.add_stun_server(kServer);
  d.agent.add_stun_server(kServer);
  net.blocked = [](const SocketAddress& from, const SocketAddress& to) {
    return from.ip_string().starts_with("10.") && to.ip_string().starts_with("10.");
  };
  ASSERT_TRUE(connect(c, d));
  EXPECT_TRUE(talk(c, d));
  EXPECT_EQ(c.agent.selected()->remote.ip_string(), "203.0.113.1");
}

TEST_F(AgentScenario, RelayOnlyTellsNothingElse) {
  AgentConfig config;
  config.relay_only = true;
  AgentHost a(net, Role::kControlling, {"198.51.100.1"}, 0, config),
      b(net, Role::kControlled, {"198.51.100.2"});
  use_servers(a);
  std::vector<Candidate> told;
  signalling.emplace(net, a, b);
  signalling->lets_through = [&](const Candidate& c) {
    if (c.ufrag == a.agent.local().ufrag) told.push_back(c);
    return true;
  };
  a.gather();
  b.gather();
  signalling->exchange_credentials();
  ASSERT_TRUE(net.run_until([&] { return a.agent.completed() && b.agent.completed(); }, 10s));
  ASSERT_TRUE(talk(a, b));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].type, CandidateType::kRelayed);
  EXPECT_FALSE(told[0].related.valid());
  EXPECT_EQ(b.agent.selected()->remote.ip_string(), "192.0.2.10");
}

TEST_F(AgentScenario, ServersThatFailAreReportedAndDoNotHoldUp) {
  AgentHost a(net, Role::kControlling, {"198.51.100.1"}), b(net, Role::kControlled, {"198.51.100.2"});
  const SocketAddress nobody = *SocketAddress::parse("192.0.2.99", 3478);
  a.agent.add_stun_server(nobody);
  a.agent.add_turn_server({kServer, {"user", "wrong"}, TurnVia::kUdp, ""});
  ASSERT_TRUE(connect(a, b, 2s));
  EXPECT_EQ(a.agent.gathering_state(), GatheringState::kGathering);
  ASSERT_TRUE(net.run_until([&] { return a.agent.gathering_state() == GatheringState::kComplete; }, 13s));
  std::map<int, SocketAddress> errors;
  for (const AgentEvent& e : a.events)
    if (e.type == AgentEvent::Type::kCandidateError) errors[e.code] = e.to;
  EXPECT_EQ(errors, (std::map<int, SocketAddress>{{401, kServer}, {701, nobody}}));
}

TEST_F(AgentScenario, ConnectsThroughThirtyPercentOfLoss) {
  for (int i = 0; i < 20; ++i) {
    net.loss = 0.3;
    AgentHost a(net, Role::kControlling, {"198.51.100.1", "2001:db8::1"}),
        b(net, Role::kControlled, {"198.51.100.2", "2001:db8::2"});
    ASSERT_TRUE(connect(a, b, 30s)) << "round " << i;
    net.run_for(60s);
    EXPECT_NE(a.agent.state(), State::kFailed) << "round " << i;
  }
}

TEST_F(AgentScenario, BrokenIPv6DoesNotHoldUpIPv4) {
  AgentHost a(net, Role::kControlling, {"2001:db8::1", "2001:db8::3", "198.51.100.1"}),
      b(net, Role::kControlled, {"2001:db8::2", "2001:db8::4", "198.51.100.2"});
  net.blocked = [](const SocketAddress& from, const SocketAddress&) { return from.is_ipv6(); };
  signalling.emplace(net, a, b);
  signalling->exchange_credentials();
  ASSERT_TRUE(net.run_until([&] { return a.connected() && b.connected(); }, 500ms));
  ASSERT_TRUE(net.run_until([&] { return a.agent.selected_pair()->nominated; }, 500ms));
  EXPECT_TRUE(a.agent.selected()->remote.is_ipv4());
}

TEST_F(AgentScenario, FiftyCandidatesMakeAHundredPairsAtMost) {
  std::vector<std::string> ips_a, ips_b;
  for (int i = 1; i <= 50; ++i) {
    ips_a.push_back("198.51.100." + std::to_string(i));
    ips_b.push_back("203.0.113." + std::to_string(i));
  }
  AgentHost a(net, Role::kControlling, ips_a), b(net, Role::kControlled, ips_b);
  // Only the last address of each works.
  net.blocked = [&](const SocketAddress& from, const SocketAddress& to) {
    return !(from == a.addresses().back() || from == b.addresses().back()) ||
           !(to == a.addresses().back() || to == b.addresses().back());
  };
  signalling.emplace(net, a, b);
  signalling->exchange_credentials();
  const uint64_t before = net.sent;
  net.run_for(5s);
  EXPECT_EQ(a.agent.pairs().size(), 100u);
  // New checks are paced by Ta; retransmissions come on top of them.
  EXPECT_LT(net.sent - before, 2 * (5000 / 50) * 5u);
}

TEST_F(AgentScenario, TheReserveTakesOverWhenTheSelectedPathDies) {
  for (const bool ice2 : {true, false}) {
    net.blocked = {};
    AgentHost a(net, Role::kControlling, {"2001:db8::1", "198.51.100.1"}),
        b(net, Role::kControlled, {"2001:db8::2", "198.51.100.2"});
    ASSERT_TRUE(connect(a, b, 10s, ice2));
    net.run_for(10s);
    const Route before = *a.agent.selected();
    net.blocked = [&](const SocketAddress& from, const SocketAddress& to) {
      return from == before.remote || to == before.remote;
    };
    const TimePoint died = net.now();
    ASSERT_TRUE(net.run_until([&] { return talk(a, b); }, 20s));
    EXPECT_NE(a.agent.selected(), before);
    EXPECT_LT(net.now() - died, 16s) << "long before consent expires";
    EXPECT_TRUE(a.connected() && b.connected());
  }
}

TEST_F(AgentScenario, AnInterfaceThatGoesAndAnotherThatComes) {
  AgentHost a(net, Role::kControlling, {"198.51.100.1"}), b(net, Role::kControlled, {"198.51.100.2"});
  ASSERT_TRUE(connect(a, b));
  net.detach(a.addresses()[0]);
  a.agent.remove_local(a.addresses()[0], net.now(), net.slab_of(&a));
  EXPECT_FALSE(a.agent.selected());
  EXPECT_TRUE(a.agent.pairs().empty());
  a.add_address("203.0.113.77");
  ASSERT_TRUE(net.run_until([&] { return a.connected(); }, 3s));
  ASSERT_TRUE(net.run_until([&] { return talk(a, b); }, 20s)) << "the peer follows the nomination";
  EXPECT_EQ(b.agent.selected()->remote, a.addresses()[1]);
}

TEST_F(AgentScenario, ALitePeerIsControlled) {
  AgentHost a(net, Role::kControlled, {"198.51.100.1"});
  LiteAgent lite(Credentials::generate(net.random()), net.now());
  struct LiteHost final : DatagramHandler {
    explicit LiteHost(LiteAgent& agent) : agent(agent) {}
    void on_datagrams(std::span<const Datagram> ds, TimePoint now, SendSlab& out) override {
      for (const Datagram& d : ds) {
        const auto m = stun::Message::parse(d.bytes);
        if (m) agent.on_stun(*m, d.route, now, out);
      }
    }
    TimePoint next_deadline() const override { return agent.next_deadline(); }
    void on_deadline(TimePoint now, SendSlab&) override { agent.on_deadline(now); }
    LiteAgent& agent;
  } host(lite);
  const SocketAddress at = *SocketAddress::parse("192.0.2.77", 7000);
  net.attach(at, host);
  lite.set_remote(a.agent.local());
  a.agent.set_remote({lite.local(), true, false}, net.now());
  EXPECT_EQ(a.agent.role(), Role::kControlling);
  Candidate c;
  c.address = at;
  c.foundation = "1";
  c.priority = 1;
  a.agent.add_remote_candidate(c, net.now());
  ASSERT_TRUE(net.run_until([&] { return a.agent.completed() && lite.state() == State::kConnected; }, 2s));
  net.run_for(600s);
  EXPECT_TRUE(a.connected());
  EXPECT_EQ(lite.state(), State::kConnected);
}

// Chromium without ice2 nominates every pair it checks: the best must win on both sides, and stay.
TEST_F(AgentScenario, AggressiveNominationSettlesOnTheBestPair) {
  AgentHost b(net, Role::kControlled, {"2001:db8::2", "198.51.100.2"});
  const Credentials theirs = Credentials::generate(net.random());
  b.agent.set_remote({theirs, false, false}, net.now());
  SendSlab out(100000, 64);
  const auto check = [&](const SocketAddress& from, size_t to, uint32_t priority) {
    uint8_t buffer[600];
    stun::Writer w(buffer, stun::Class::kRequest, stun::kBinding, {static_cast<uint8_t>(priority), 7});
    w.username(b.agent.local().ufrag + ":" + theirs.ufrag);
    w.priority(priority);
    w.ice_controlling(~0ull);
    w.use_candidate();
    const auto m = stun::Message::parse({buffer, w.finish(b.agent.local().password)});
    EXPECT_EQ(b.agent.on_stun(*m, Route(from, b.addresses()[to]), net.now(), out), Verdict::kAccepted);
  };
  const auto answer_checks = [&] {
    for (int round = 0; round < 10; ++round) {
      b.agent.on_deadline(b.agent.next_deadline(), out);
      std::vector<std::pair<Route, std::vector<uint8_t>>> sent;
      for (size_t i = 0; i < out.size(); ++i)
        sent.emplace_back(out[i].route, std::vector<uint8_t>(out[i].bytes.begin(), out[i].bytes.end()));
      out.clear();
      for (auto& [route, bytes] : sent) {
        const auto m = stun::Message::parse(bytes);
        if (m->cls != stun::Class::kRequest) continue;
        uint8_t buffer[600];
        stun::Writer w(buffer, stun::Class::kSuccess, stun::kBinding, m->id);
        w.xor_mapped_address(route.local);
        b.agent.on_stun(*stun::Message::parse({buffer, w.finish(theirs.password)}), route, net.now(), out);
      }
    }
  };
  const SocketAddress good = *SocketAddress::parse("2001:db8::9", 9),
                      bad = *SocketAddress::parse("198.51.100.9", 9);
  check(bad, 1, 1000);
  answer_checks();
  EXPECT_EQ(b.agent.selected()->remote, bad);
  check(good, 0, 2000);
  answer_checks();
  EXPECT_EQ(b.agent.selected()->remote, good);
  check(bad, 1, 1001);
  EXPECT_EQ(b.agent.selected()->remote, good) << "a worse pair does not take over from one that works";
}

TEST_F(AgentScenario, NamesAreResolvedByTheOwnerWithinLimits) {
  AgentHost a(net, Role::kControlling, {"198.51.100.1"}), b(net, Role::kControlled, {"198.51.100.2"});
  signalling.emplace(net, a, b);
  signalling->lets_through = [](const Candidate&) { return false; };
  signalling->exchange_credentials();
  Candidate named;
  named.foundation = "1";
  named.priority = candidate_priority(CandidateType::kHost, Transport::kUdp, 0);
  named.address.set_port(b.addresses()[0].port());
  named.name = "evil.example.com";
  EXPECT_FALSE(a.agent.add_remote_candidate(named, net.now()));
  for (size_t i = 0; i < Agent::kMaxNames; ++i) {
    named.name = "host-" + std::to_string(i) + ".local";
    EXPECT_TRUE(a.agent.add_remote_candidate(named, net.now()));
  }
  EXPECT_FALSE(a.agent.add_remote_candidate(named, net.now())) << "too many at once";
  net.run_for(1s);
  EXPECT_FALSE(a.connected());
  std::vector<std::string> asked;
  for (const AgentEvent& e : a.events)
    if (e.type == AgentEvent::Type::kResolve) asked.push_back(e.name);
  ASSERT_EQ(asked.size(), Agent::kMaxNames);
  a.agent.on_resolved("host-0.local", std::nullopt, net.now());
  a.agent.on_resolved("unheard-of.local", b.addresses()[0], net.now());
  a.agent.on_resolved("host-1.local", b.addresses()[0], net.now());
  ASSERT_TRUE(net.run_until([&] { return a.connected() && b.connected(); }, 2s));
}

TEST_F(AgentScenario, NobodyThereFailsAfterPatience) {
  AgentHost a(net, Role::kControlling, {"198.51.100.1"}), b(net, Role::kControlled, {"198.51.100.2"});
  net.blocked = [](const SocketAddress&, const SocketAddress&) { return true; };
  signalling.emplace(net, a, b);
  a.gather();
  b.gather();
  signalling->exchange_credentials();
  net.run_for(39s);
  EXPECT_EQ(a.agent.state(), State::kChecking);
  ASSERT_TRUE(net.run_until([&] { return a.agent.state() == State::kFailed; }, 45s));
  EXPECT_FALSE(a.agent.selected());
}

TEST_F(AgentScenario, ForgedAndForeignChecksChangeNothingAndAmplifyNothing) {
  AgentHost a(net, Role::kControlling, {"198.51.100.1"}), b(net, Role::kControlled, {"198.51.100.2"});
  ASSERT_TRUE(connect(a, b));
  const Route selected = *a.agent.selected();
  const size_t pairs = a.agent.pairs().size();
  SeededRandom random(99);
  SendSlab out(1 << 20, 4096);
  size_t received = 0;
  for (int i = 0; i < 5000; ++i) {
    uint8_t buffer[600];
    stun::TransactionId id;
    random.fill(id);
    stun::Writer w(buffer, static_cast<stun::Class>(random.below(4)), stun::kBinding, id);
    if (random.below(4) != 0) w.username(random.below(2) ? a.agent.local().ufrag + ":x" : "nobody:y");
    if (random.below(2)) w.use_candidate();
    if (random.below(2)) w.ice_controlling(~0ull);
    if (random.below(3) == 0) w.xor_mapped_address(kServer);
    if (random.below(3) == 0) w.error_code(487, "");
    const size_t n = w.finish(random.below(2) ? "a wrong password of some length" : "");
    const auto m = stun::Message::parse({buffer, n});
    ASSERT_TRUE(m);
    const uint8_t ip[] = {203, 0, 113, static_cast<uint8_t>(i)};
    a.agent.on_stun(*m, Route(SocketAddress::ipv4(ip, static_cast<uint16_t>(1000 + i)), a.addresses()[0]),
                    net.now(), out);
    received += n;
    size_t sent = 0;
    for (size_t k = 0; k < out.size(); ++k) sent += out[k].bytes.size();
    ASSERT_LE(sent, n) << "never more than came";
    out.clear();
  }
  EXPECT_GT(received, 100000u);
  EXPECT_EQ(a.agent.selected(), selected);
  EXPECT_EQ(a.agent.pairs().size(), pairs);
  EXPECT_EQ(a.agent.role(), Role::kControlling);
  EXPECT_TRUE(talk(a, b));
}

TEST_F(AgentScenario, AnAuthenticPeerThatFloodsFillsOnlyItsShare) {
  AgentHost a(net, Role::kControlling, {"198.51.100.1"});
  const Credentials theirs = Credentials::generate(net.random());
  a.agent.set_remote(theirs, net.now());
  SendSlab out(1 << 20, 4096);
  for (int i = 0; i < 2000; ++i) {
    uint8_t buffer[600];
    stun::Writer w(buffer, stun::Class::kRequest, stun::kBinding, {static_cast<uint8_t>(i)});
    w.username(a.agent.local().ufrag + ":" + theirs.ufrag);
    w.priority(static_cast<uint32_t>(i));
    w.ice_controlled(1);
    const auto m = stun::Message::parse({buffer, w.finish(a.agent.local().password)});
    const uint8_t ip[] = {203, 0, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)};
    a.agent.on_stun(*m, Route(SocketAddress::ipv4(ip, 1000), a.addresses()[0]), net.now(), out);
    out.clear();
    Candidate c;
    c.foundation = "f";
    c.address = SocketAddress::ipv4(ip, 2000);
    a.agent.add_remote_candidate(c, net.now());
  }
  EXPECT_LE(a.agent.pairs().size(), Agent::kMaxRemoteCandidates);
  net.run_for(60s);
  // Checks of all that: paced, and given up.
  EXPECT_LT(net.sent, Agent::kMaxRemoteCandidates * 8u);
}

TEST_F(AgentScenario, AnswersFromElsewhereOrWithoutIntegrityDoNotCount) {
  AgentHost a(net, Role::kControlling, {"198.51.100.1"});
  const Credentials theirs = Credentials::generate(net.random());
  a.agent.set_remote(theirs, net.now());
  Candidate c;
  c.foundation = "1";
  c.priority = 5;
  c.address = *SocketAddress::parse("198.51.100.2", 2);
  a.agent.add_remote_candidate(c, net.now());
  SendSlab out(10000, 16);
  a.agent.on_deadline(net.now(), out);
  ASSERT_EQ(out.size(), 1u);
  const auto check = stun::Message::parse(out[0].bytes);
  const Route route = out[0].route;
  uint8_t buffer[600];
  const auto answer = [&](const Route& from, std::string_view password) {
    stun::Writer w(buffer, stun::Class::kSuccess, stun::kBinding, check->id);
    w.xor_mapped_address(route.local);
    return a.agent.on_stun(*stun::Message::parse({buffer, w.finish(password)}), from, net.now(), out);
  };
  EXPECT_EQ(answer(route, ""), Verdict::kRefused);
  EXPECT_EQ(answer(route, "something else"), Verdict::kRefused);
  EXPECT_FALSE(a.agent.is_validated(route));
  // Not symmetric: the pair has failed (RFC 8445 section 7.2.5.2.1).
  answer(Route(*SocketAddress::parse("198.51.100.3", 3), route.local), theirs.password);
  EXPECT_EQ(a.agent.pairs()[0].state, PairState::kFailed);
  EXPECT_EQ(answer(route, theirs.password), Verdict::kIgnored);
}

TEST_F(AgentScenario, ARelayThatIsLostIsReplacedByAnotherPath) {
  AgentHost a(net, Role::kControlling, {"198.51.100.1"}), b(net, Role::kControlled, {"198.51.100.2"});
  use_servers(a);
  signalling.emplace(net, a, b);
  // Nothing goes directly at first.
  bool direct = false;
  net.blocked = [&](const SocketAddress& from, const SocketAddress& to) {
    return !direct && from.ip_string().starts_with("198.51") && to.ip_string().starts_with("198.51");
  };
  ASSERT_TRUE(connect(a, b));
  EXPECT_EQ(a.agent.local_of(*a.agent.selected_pair()).type, CandidateType::kRelayed);
  direct = true;
  server.silent = true;
  ASSERT_TRUE(net.run_until([&] { return talk(a, b); }, 60s));
  EXPECT_EQ(a.agent.selected()->remote, b.addresses()[0]);
}

}  // namespace
}  // namespace parley::media::ice
