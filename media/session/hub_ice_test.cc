// Tests of peers with full ICE: two hubs that connect with each other, directly, by a relay and by TCP.
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <memory>

#include "media/ice/network_for_tests.h"
#include "media/session/hub.h"
#include "media/turn/server_for_tests.h"

namespace parley::media {
namespace {

using namespace std::chrono_literals;
using testing::IceNetwork;
using testing::NatKind;

// Two hubs as on two threads: whatever arrives does so at the one that has no peer.
class WrongThread final : public DatagramHandler {
 public:
  explicit WrongThread(Hub& hub, const dtls::Certificate& certificate, Random& random)
      : hub_(hub), front_(certificate, random, [](const HubEvent&) {}) {
    front_.join(links_[0]);
    hub_.join(links_[1]);
  }
  void on_datagrams(std::span<const Datagram> datagrams, TimePoint now, SendSlab& out) override {
    front_.on_datagrams(datagrams, now, out);
    while (!messages_.empty()) {
      auto [to, message] = std::move(messages_.front());
      messages_.pop_front();
      (to == 0 ? front_ : hub_).on_message(1 - to, message, now, out);
    }
  }
  TimePoint next_deadline() const override { return hub_.next_deadline(); }
  void on_deadline(TimePoint now, SendSlab& out) override { hub_.on_deadline(now, out); }
  const Hub& front() const { return front_; }

 private:
  struct Links final : MessageLinks {
    Links(size_t number, WrongThread& all) : own(number), all(all) {}
    size_t threads() const override { return 2; }
    size_t self() const override { return own; }
    bool send(size_t thread, std::span<const uint8_t> a, std::span<const uint8_t> b,
              std::span<const uint8_t> c) override {
      std::vector<uint8_t> message(a.begin(), a.end());
      message.insert(message.end(), b.begin(), b.end());
      message.insert(message.end(), c.begin(), c.end());
      all.messages_.emplace_back(thread, std::move(message));
      return true;
    }
    size_t own;
    WrongThread& all;
  };
  Hub& hub_;
  Hub front_;
  std::array<Links, 2> links_ = {Links{0, *this}, Links{1, *this}};
  std::deque<std::pair<size_t, std::vector<uint8_t>>> messages_;
};

// A hub with one peer, and what it tells.
struct End {
  End(IceNetwork& network, const dtls::Certificate& certificate, const char* ip, int site,
      bool on_wrong_thread = false)
      : net(network),
        certificate(certificate),
        address(*SocketAddress::parse(ip, 5000)),
        hub(certificate, network.random(), [this](const HubEvent& e) { on_event(e); }) {
    if (on_wrong_thread) {
      wrong = std::make_unique<WrongThread>(hub, certificate, network.random());
      local = ice::Credentials::generate(network.random(), ufrag_prefix(1));
    }
    net.attach(address, handler(), site);
  }
  DatagramHandler& handler() { return wrong ? static_cast<DatagramHandler&>(*wrong) : hub; }
  ~End() { net.detach(address); }

  void start(ice::Role role, std::vector<ice::TurnServer> turn = {}, bool tcp = false) {
    FullIce options;
    options.role = role;
    options.addresses = {address};
    options.turn_servers = std::move(turn);
    options.tcp = tcp;
    ASSERT_TRUE(hub.add_peer(1, local, options, net.now(), net.slab_of(&handler())));
  }
  void meet(End& other, bool active) {
    peer = &other;
    RemoteTransport remote;
    remote.credentials = other.local;
    remote.fingerprint = other.certificate.fingerprint();
    remote.local_role = active ? dtls::Role::kActive : dtls::Role::kPassive;
    remote.ice2 = true;
    hub.set_remote(1, remote, net.now(), net.slab_of(&handler()));
    for (const ice::Candidate& c : waiting) other.hub.add_remote_candidate(1, c, net.now());
    waiting.clear();
  }
  void on_event(const HubEvent& e) {
    if (e.type == HubEvent::Type::kPeerState) state = e.state;
    if (e.type != HubEvent::Type::kIce) return;
    if (e.ice.type == ice::AgentEvent::Type::kCandidateError) ++errors;
    if (e.ice.type != ice::AgentEvent::Type::kCandidate) return;
    types.push_back(e.ice.candidate.type);
    if (peer == nullptr) {
      waiting.push_back(e.ice.candidate);
    } else {
      peer->hub.add_remote_candidate(1, e.ice.candidate, net.now());
    }
  }

  IceNetwork& net;
  const dtls::Certificate& certificate;
  SocketAddress address;
  ice::Credentials local = ice::Credentials::generate(net.random());
  Hub hub;
  std::unique_ptr<WrongThread> wrong;
  End* peer = nullptr;
  std::vector<ice::Candidate> waiting;
  std::vector<ice::CandidateType> types;
  PeerState state = PeerState::kNew;
  int errors = 0;
};

class HubIceTest : public ::testing::Test {
 protected:
  bool connect(End& a, End& b, Duration within) {
    a.meet(b, true);
    b.meet(a, false);
    return net.run_until([&] { return a.state == PeerState::kConnected && b.state == PeerState::kConnected; },
                         within);
  }
  IceNetwork net{20261121};
  dtls::Certificate certificate_a = std::move(dtls::Certificate::generate()).value();
  dtls::Certificate certificate_b = std::move(dtls::Certificate::generate()).value();
};

// Sites 1 and 2 behind symmetric NATs, which only a relay gets through.
class HubIceRelayTest : public HubIceTest {
 protected:
  HubIceRelayTest() {
    net.add_nat(1, NatKind::kSymmetric, *SocketAddress::parse("203.0.113.1", 0));
    net.add_nat(2, NatKind::kSymmetric, *SocketAddress::parse("203.0.113.2", 0));
    net.attach(server, turn);
  }
  bool connect_by_relay(End& a, End& b) {
    const std::vector<ice::TurnServer> servers = {{server, {"u", "p"}, ice::TurnVia::kUdp, ""}};
    a.start(ice::Role::kControlling, servers);
    b.start(ice::Role::kControlled, servers);
    return connect(a, b, 6s);
  }
  const SocketAddress server = *SocketAddress::parse("192.0.2.10", 3478);
  testing::TurnServer turn{server, "u", "p", [this](const SocketAddress& at) { net.attach(at, turn); }};
};

TEST_F(HubIceTest, TwoFullPeersConnectDirectly) {
  End a(net, certificate_a, "192.0.2.1", 0), b(net, certificate_b, "198.51.100.1", 0);
  a.start(ice::Role::kControlling);
  b.start(ice::Role::kControlled);
  ASSERT_TRUE(connect(a, b, 3s));
  const auto stats = a.hub.peer_stats(1);
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->remote_address, "198.51.100.1:5000");
  a.hub.close_peer(1, net.slab_of(&a.hub));
  ASSERT_TRUE(net.run_until([&] { return b.state == PeerState::kClosed; }, 1s));
}

// Bursts follow each other faster than the hub's tick.
TEST_F(HubIceTest, DataGoesAsFastAsTheWayIsShort) {
  constexpr size_t kMessage = 100'000, kMessages = 40;
  net.delay = 100us;
  End a(net, certificate_a, "192.0.2.1", 0), b(net, certificate_b, "198.51.100.1", 0);
  size_t received = 0;
  b.hub.set_data({{}, [&](DataEvent&& event) { received += event.bytes.size(); }});
  bool open = false;
  a.hub.set_data({{}, [&](DataEvent&& event) { open = open || event.type == DataEvent::Type::kOpen; }});
  a.start(ice::Role::kControlling);
  b.start(ice::Role::kControlled);
  ASSERT_TRUE(connect(a, b, 3s));
  const auto gauge = std::make_shared<DataGauge>();
  for (End* end : {&a, &b}) end->hub.data(1)->set_remote({5000, 0}, net.now(), net.slab_of(&end->hub));
  a.hub.data(1)->create(1, {.label = "x"}, gauge, net.now(), net.slab_of(&a.hub));
  ASSERT_TRUE(net.run_until([&] { return open; }, 3s));
  const std::vector<uint8_t> message(kMessage, 7);
  size_t released = 0;
  const auto all_came = [&] {
    const size_t whole = (received - released) / kMessage;
    released += whole * kMessage;
    if (whole > 0)
      b.hub.data(1)->release(whole * (kMessage + PeerData::kMessageCost), net.now(), net.slab_of(&b.hub));
    return gauge->bytes() == 0 && received % (kMessage * kMessages) == 0;
  };
  for (const bool window_is_open : {false, true}) {
    for (size_t i = 0; i < kMessages; ++i) {
      gauge->add(kMessage);
      a.hub.data(1)->send(1, false, message, net.now());
    }
    a.hub.data(1)->poll(net.now(), net.slab_of(&a.hub));
    EXPECT_TRUE(net.run_until(all_came, 2s)) << window_is_open << ": " << received;
    net.run_for(100ms);
  }
  EXPECT_EQ(received, 2 * kMessage * kMessages);
}

TEST_F(HubIceTest, TwoFullPeersConnectFromThreadsThatHearNothing) {
  End a(net, certificate_a, "192.0.2.1", 0, true), b(net, certificate_b, "198.51.100.1", 0, true);
  a.start(ice::Role::kControlling);
  b.start(ice::Role::kControlled);
  ASSERT_TRUE(connect(a, b, 3s));
  // Consent is fresh as long as answers find their way, for which no route is needed.
  net.run_for(60s);
  EXPECT_EQ(a.state, PeerState::kConnected);
  EXPECT_EQ(a.wrong->front().stats().refused_checks, 0u);
  EXPECT_LE(a.wrong->front().stats().unknown_source, 1u);
}

TEST_F(HubIceRelayTest, ARelayReachesAThreadThatHearsNothing) {
  End a(net, certificate_a, "10.0.0.1", 1, true), b(net, certificate_b, "10.1.0.1", 2);
  ASSERT_TRUE(connect_by_relay(a, b));
  EXPECT_GT(turn.channel_data, 0);
}

TEST_F(HubIceTest, AnAnswerToNobodyIsRefused) {
  End a(net, certificate_a, "192.0.2.1", 0, true);
  a.start(ice::Role::kControlling);
  const SocketAddress stranger = *SocketAddress::parse("198.51.100.66", 6666);
  for (const uint8_t mark : {0x00, 0x41, 0x42, 0x43, 0xFF}) {
    std::array<uint8_t, 64> bytes;
    stun::TransactionId id{};
    id.front() = mark;
    stun::Writer w(bytes, stun::Class::kSuccess, stun::kBinding, id);
    w.xor_mapped_address(stranger);
    const size_t size = w.finish("");
    const Datagram d{Route(stranger, a.address), std::span(bytes).first(size)};
    a.wrong->on_datagrams({&d, 1}, net.now(), net.slab_of(&a.handler()));
  }
  const uint64_t refused = a.wrong->front().stats().refused_checks + a.hub.stats().refused_checks;
  EXPECT_EQ(refused, 5u);
  EXPECT_FALSE(a.wrong->front().knows_route(Route(stranger, a.address)));
  EXPECT_FALSE(a.hub.knows_route(Route(stranger, a.address)));
}

TEST_F(HubIceTest, ARestartLeavesTheConnectionUp) {
  End a(net, certificate_a, "192.0.2.1", 0), b(net, certificate_b, "198.51.100.1", 0);
  a.start(ice::Role::kControlling);
  b.start(ice::Role::kControlled);
  ASSERT_TRUE(connect(a, b, 3s));
  for (End* end : {&a, &b}) {
    end->local = ice::Credentials::generate(net.random());
    end->peer = nullptr;
    end->hub.restart_ice(1, end->local, net.now());
  }
  net.run_for(100ms);
  a.meet(b, true);
  b.meet(a, false);
  net.run_for(60s);
  EXPECT_EQ(a.state, PeerState::kConnected);
  EXPECT_EQ(b.state, PeerState::kConnected);
}

TEST_F(HubIceRelayTest, SymmetricNatsMeetAtTheRelay) {
  End a(net, certificate_a, "10.0.0.1", 1), b(net, certificate_b, "10.1.0.1", 2);
  ASSERT_TRUE(connect_by_relay(a, b));
  EXPECT_EQ(turn.allocations(), 2u);
  EXPECT_GT(turn.channel_data, 0) << "media takes channels";
  EXPECT_EQ(a.types, (std::vector{ice::CandidateType::kHost, ice::CandidateType::kServerReflexive,
                                  ice::CandidateType::kRelayed}));
  a.hub.close_peer(1, net.slab_of(&a.hub));
  b.hub.close_peer(1, net.slab_of(&b.hub));
  net.run_for(1s);
  EXPECT_EQ(turn.allocations(), 0u) << "relays are given back";
}

TEST_F(HubIceTest, TcpThatCannotBeOpenedIsAnErrorAndNotTheEnd) {
  End a(net, certificate_a, "192.0.2.1", 0), b(net, certificate_b, "198.51.100.1", 0);
  const SocketAddress server = *SocketAddress::parse("192.0.2.10", 443);
  a.start(ice::Role::kControlling, {{server, {"u", "p"}, ice::TurnVia::kTcp, ""},
                                    {server, {"u", "p"}, ice::TurnVia::kTls, "turn.example"}});
  b.start(ice::Role::kControlled);
  ASSERT_TRUE(connect(a, b, 3s));
  EXPECT_EQ(a.errors, 2);
}

// What connects by asking for it: media/io in a program.
struct FakeConnector final : Connector {
  uint32_t connect_tls(const SocketAddress&, Framing, const std::string&) override { return 0; }
  uint32_t connect(const SocketAddress& remote, Framing) override {
    asked.push_back(remote);
    return static_cast<uint32_t>(asked.size());
  }
  void disconnect(uint32_t connection) override { closed.push_back(connection); }
  std::vector<SocketAddress> asked;
  std::vector<uint32_t> closed;
};

TEST_F(HubIceTest, ConnectsToPassiveCandidatesByTcp) {
  End a(net, certificate_a, "192.0.2.1", 0);
  FakeConnector connector;
  a.hub.set_connector(&connector);
  a.start(ice::Role::kControlling, {}, true);
  RemoteTransport remote;
  remote.credentials = ice::Credentials::generate(net.random());
  a.hub.set_remote(1, remote, net.now(), net.slab_of(&a.hub));
  ice::Candidate passive;
  passive.transport = ice::Transport::kTcpPassive;
  passive.foundation = "1";
  passive.priority = 1000;
  passive.address = *SocketAddress::parse("198.51.100.1", 9000);
  a.hub.add_remote_candidate(1, passive, net.now());
  ASSERT_TRUE(net.run_until([&] { return !connector.asked.empty(); }, 1s));
  EXPECT_EQ(connector.asked[0], passive.address);
  const Route route(passive.address, *SocketAddress::parse("192.0.2.1", 33333), 1);
  EXPECT_TRUE(a.hub.knows_route(route));
  SendSlab out(10000, 16);
  a.hub.on_connection_open(route, net.now(), out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].route, route);
  const auto check = stun::Message::parse(out[0].bytes);
  ASSERT_TRUE(check);
  // Answered along the connection, it connects.
  SendSlab answers(10000, 16);
  const auto room = answers.reserve(route, 600);
  stun::Writer w(room, stun::Class::kSuccess, stun::kBinding, check->id);
  w.xor_mapped_address(*SocketAddress::parse("192.0.2.1", 33333));
  answers.commit(w.finish(remote.credentials.password));
  std::vector<uint8_t> bytes(answers[0].bytes.begin(), answers[0].bytes.end());
  const Datagram d{route, bytes};
  a.hub.on_datagrams({&d, 1}, net.now(), out);
  net.run_for(100ms);
  EXPECT_EQ(a.state, PeerState::kChecking);  // DTLS is under way
  a.hub.on_connection_closed(route, net.now(), out);
  EXPECT_FALSE(a.hub.knows_route(route));
  net.run_for(100ms);
  EXPECT_EQ(a.state, PeerState::kFailed);
  a.hub.close_peer(1, out);
}

}  // namespace
}  // namespace parley::media
