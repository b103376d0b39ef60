// Tests of the TURN client against a small server on the simulated network, of ChannelData, and of
// bogus answers.
#include <gtest/gtest.h>

#include "media/ice/network_for_tests.h"
#include "media/turn/channel_data.h"
#include "media/turn/client.h"
#include "media/turn/server_for_tests.h"

namespace parley::media::turn {
namespace {

using namespace std::chrono_literals;
using testing::IceNetwork;
using testing::TurnServer;

const SocketAddress kServer = *SocketAddress::parse("192.0.2.10", 3478);
const SocketAddress kOther = *SocketAddress::parse("192.0.2.11", 3478);
const SocketAddress kUs = *SocketAddress::parse("198.51.100.1", 40000);
const SocketAddress kPeer = *SocketAddress::parse("203.0.113.5", 5000);

// Keeps what comes.
struct Peer final : DatagramHandler {
  void on_datagrams(std::span<const Datagram> datagrams, TimePoint, SendSlab& out) override {
    for (const Datagram& d : datagrams) {
      texts.emplace_back(d.bytes.begin(), d.bytes.end());
      last = d.route;
      if (echoes) out.append(d.route, d.bytes);
    }
  }
  TimePoint next_deadline() const override { return kNever; }
  void on_deadline(TimePoint, SendSlab&) override {}
  std::vector<std::string> texts;
  Route last;
  bool echoes = true;
};

struct ClientHost final : DatagramHandler {
  explicit ClientHost(Client::Options options, Random& random) : client(std::move(options), random) {}
  void on_datagrams(std::span<const Datagram> datagrams, TimePoint now, SendSlab& out) override {
    for (const Datagram& d : datagrams) {
      if (!client.is_from_server(d.route)) continue;
      if (const auto relayed = client.on_datagram(d.bytes, now, out)) {
        texts.emplace_back(relayed->bytes.begin(), relayed->bytes.end());
        last = relayed->route;
      }
    }
  }
  TimePoint next_deadline() const override { return client.next_deadline(); }
  void on_deadline(TimePoint now, SendSlab& out) override { client.on_deadline(now, out); }
  Client client;
  std::vector<std::string> texts;
  Route last;
};

class TurnTest : public ::testing::Test {
 protected:
  TurnTest() {
    net.attach(kServer, server);
    net.attach(kOther, other);
    net.attach(kPeer, peer);
    net.attach(kUs, host);
  }
  void start() { host.client.start(net.now(), net.slab_of(&host)); }
  void allocate() {
    start();
    ASSERT_TRUE(net.run_until([&] { return host.client.state() == Client::State::kAllocated; }, 15s));
  }
  void say(std::string_view text, const SocketAddress& to = kPeer) {
    host.client.send(to, as_bytes(text), net.now(), net.slab_of(&host));
  }
  IceNetwork net{8656};
  TurnServer server{kServer, "user", "secret", [this](const SocketAddress& a) { net.attach(a, server); }};
  TurnServer other{kOther, "user", "secret", [this](const SocketAddress& a) { net.attach(a, other); }};
  Peer peer;
  ClientHost host{{Route(kServer, kUs), {"user", "secret"}, SocketAddress::Family::kIPv4, {}}, net.random()};
};

TEST_F(TurnTest, RelaysByIndicationsThenByAChannel) {
  allocate();
  EXPECT_EQ(host.client.relayed_address().ip_string(), "192.0.2.10");
  EXPECT_EQ(host.client.mapped_address(), kUs);
  say("one");
  say("two");  // both wait for one permission
  net.run_for(1s);
  EXPECT_EQ(peer.texts, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(peer.last.remote, host.client.relayed_address());
  EXPECT_EQ(host.texts, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(host.last, Route(kPeer, host.client.relayed_address()));
  EXPECT_EQ(server.requests[stun::kCreatePermission], 1);
  EXPECT_EQ(server.channel_data, 0);

  host.client.bind_channel(kPeer, net.now(), net.slab_of(&host));
  net.run_for(1s);
  EXPECT_EQ(host.client.channel(kPeer), kFirstChannel);
  say("three");
  net.run_for(1s);
  EXPECT_EQ(server.channel_data, 1);
  EXPECT_EQ(host.texts.back(), "three");
  EXPECT_EQ(host.last, Route(kPeer, host.client.relayed_address()));
}

TEST_F(TurnTest, KeepsEverythingAliveForTwoHours) {
  allocate();
  host.client.bind_channel(kPeer, net.now(), net.slab_of(&host));
  say("x");
  for (int i = 0; i < 24; ++i) {
    server.nonce = "nonce-" + std::to_string(i);  // stale, each time
    net.run_for(5min);
    say("still there?");
    net.run_for(1s);
    ASSERT_EQ(host.texts.size(), static_cast<size_t>(i) + 2) << i;
  }
  EXPECT_EQ(server.refused_peers, 0);
  EXPECT_GT(server.challenges, 20);
  host.client.close(net.slab_of(&host));
  net.run_for(1s);
  EXPECT_EQ(server.allocations(), 0u);
  EXPECT_EQ(host.client.next_deadline(), kNever);
}

TEST_F(TurnTest, HidesTheUsernameAndUsesSha256WhereOffered) {
  server.sha256 = true;
  allocate();
  say("hello");
  net.run_for(1s);
  EXPECT_EQ(host.texts.size(), 1u);
}

TEST_F(TurnTest, LossDelaysIt) {
  net.loss = 0.3;
  allocate();
}

TEST_F(TurnTest, AWrongPasswordFailsAtOnce) {
  ClientHost wrong({Route(kServer, kUs), {"user", "guess"}, SocketAddress::Family::kIPv4, {}}, net.random());
  net.attach(kUs, wrong);
  wrong.client.start(net.now(), net.slab_of(&wrong));
  ASSERT_TRUE(net.run_until([&] { return wrong.client.state() == Client::State::kFailed; }, 1s));
  EXPECT_EQ(wrong.client.error_code(), 401);
  EXPECT_EQ(wrong.client.next_deadline(), kNever);
}

TEST_F(TurnTest, AServerWithoutRoomOrWordsFailsIt) {
  server.refuse_allocate = 486;
  start();
  ASSERT_TRUE(net.run_until([&] { return host.client.state() == Client::State::kFailed; }, 1s));
  EXPECT_EQ(host.client.error_code(), 486);
  EXPECT_EQ(host.client.error_text(), "no");

  other.silent = true;
  ClientHost unheard({Route(kOther, kUs), {"user", "secret"}, SocketAddress::Family::kIPv4, {}},
                     net.random());
  net.attach(kUs, unheard);
  unheard.client.start(net.now(), net.slab_of(&unheard));
  ASSERT_TRUE(net.run_until([&] { return unheard.client.state() == Client::State::kFailed; }, 40s));
  EXPECT_EQ(net.sent, 4u + 7u);
}

TEST_F(TurnTest, FollowsToAnotherServerButNotInCircles) {
  server.redirect_to = kOther;
  allocate();
  EXPECT_EQ(host.client.relayed_address().ip_string(), "192.0.2.11");

  other.redirect_to = kServer;
  ClientHost lost({Route(kServer, kUs), {"user", "secret"}, SocketAddress::Family::kIPv4, {}}, net.random());
  net.attach(kUs, lost);
  lost.client.start(net.now(), net.slab_of(&lost));
  ASSERT_TRUE(net.run_until([&] { return lost.client.state() == Client::State::kFailed; }, 1s));
  EXPECT_EQ(lost.client.error_code(), 300);
}

TEST_F(TurnTest, ARefusedPermissionOrChannelHarmsNothingElse) {
  server.refuse_permission = 403;
  allocate();
  say("one");
  net.run_for(1s);
  say("two");
  net.run_for(1s);
  EXPECT_TRUE(peer.texts.empty());
  EXPECT_EQ(host.client.dropped(), 1u);
  EXPECT_EQ(host.client.state(), Client::State::kAllocated);

  server.refuse_permission = 0;
  server.refuse_channel = 400;
  const SocketAddress another = *SocketAddress::parse("203.0.113.6", 5000);
  net.attach(another, peer);
  host.client.bind_channel(another, net.now(), net.slab_of(&host));
  say("by indication", another);
  net.run_for(1s);
  EXPECT_EQ(host.client.channel(another), 0);
  EXPECT_EQ(host.texts, std::vector<std::string>{"by indication"});
}

TEST_F(TurnTest, AForgottenAllocationFails) {
  allocate();
  server.refuse_allocate = 0;
  server.lifetime = 600;
  net.blocked = [](const SocketAddress& from, const SocketAddress&) { return from == kServer; };
  ASSERT_TRUE(net.run_until([&] { return host.client.state() == Client::State::kFailed; }, 15min));
  say("too late");
  EXPECT_EQ(host.client.dropped(), 1u);
}

TEST_F(TurnTest, WhatIsNotTheServersWordIsIgnored) {
  allocate();
  SendSlab out(10000, 16);
  const auto take = [&](std::span<uint8_t> bytes) { return host.client.on_datagram(bytes, net.now(), out); };
  // Data from a peer that nobody permitted, on a channel that nobody bound, an answer to nothing.
  uint8_t buffer[600];
  stun::Writer data(buffer, stun::Class::kIndication, stun::kData, {});
  data.peer_address(kPeer);
  data.data(as_bytes("forged"));
  EXPECT_FALSE(take({buffer, data.finish("")}));
  uint8_t channel[] = {0x40, 0x07, 0, 2, 1, 2};
  EXPECT_FALSE(take(channel));
  stun::Writer answer(buffer, stun::Class::kError, stun::kRefresh, {});
  answer.error_code(437, "gone");
  EXPECT_FALSE(take({buffer, answer.finish("")}));
  EXPECT_EQ(host.client.state(), Client::State::kAllocated);

  // An answer to a real request, but without integrity: the permission does not count as granted.
  say("secret");
  ASSERT_FALSE(net.slab_of(&host).empty());
  const auto request = stun::Message::parse(net.slab_of(&host)[0].bytes);
  ASSERT_TRUE(request);
  stun::Writer forged(buffer, stun::Class::kSuccess, stun::kCreatePermission, request->id);
  EXPECT_FALSE(take({buffer, forged.finish("not the key")}));
  EXPECT_TRUE(out.empty());
  net.run_for(1s);
  EXPECT_EQ(host.texts, std::vector<std::string>{"secret"});
}

TEST_F(TurnTest, ADowngradeOfTheHashIsRefused) {
  start();
  const auto request = stun::Message::parse(net.slab_of(&host)[0].bytes);
  ASSERT_TRUE(request);
  uint8_t buffer[600];
  stun::Writer w(buffer, stun::Class::kError, stun::kAllocate, request->id);
  w.error_code(401, "prove it");
  w.realm("example.org");
  w.nonce("obMatJos2wAAAx");  // says that there are algorithms, and then there are none
  SendSlab out(10000, 16);
  host.client.on_datagram({buffer, w.finish("")}, net.now(), out);
  EXPECT_EQ(host.client.state(), Client::State::kFailed);
  EXPECT_TRUE(out.empty());
}

TEST_F(TurnTest, QueuesAreBounded) {
  allocate();
  net.blocked = [](const SocketAddress&, const SocketAddress&) { return true; };
  for (int i = 0; i < 1000; ++i) {
    const uint8_t ip[] = {203, 0, 113, static_cast<uint8_t>(i)};
    say("x", SocketAddress::ipv4(ip, static_cast<uint16_t>(1000 + i)));
    host.client.bind_channel(SocketAddress::ipv4(ip, static_cast<uint16_t>(1000 + i)), net.now(),
                             net.slab_of(&host));
    net.slab_of(&host).clear();
  }
  EXPECT_EQ(host.client.dropped(), 1000 - Client::kMaxQueued);
  const std::vector<uint8_t> large(Client::kMaxPayload + 1);
  host.client.send(kPeer, large, net.now(), net.slab_of(&host));
  EXPECT_EQ(host.client.dropped(), 1001 - Client::kMaxQueued);
}

TEST(ChannelData, WhatItWritesItReads) {
  uint8_t bytes[64];
  const uint8_t payload[] = {1, 2, 3, 4, 5};
  EXPECT_EQ(write_channel_data(0x4001, payload, false, bytes), 9u);
  const size_t n = write_channel_data(0x4001, payload, true, bytes);
  EXPECT_EQ(n, 12u);
  const auto data = ChannelData::parse({bytes, n});
  ASSERT_TRUE(data);
  EXPECT_EQ(data->channel, 0x4001);
  EXPECT_TRUE(std::ranges::equal(data->payload, payload));
  EXPECT_FALSE(ChannelData::parse({bytes, 8}));
  EXPECT_FALSE(ChannelData::parse({bytes, 3}));
  EXPECT_EQ(write_channel_data(0x4001, payload, true, {bytes, 11}), 0u);
  bytes[0] = 0x50;
  EXPECT_FALSE(ChannelData::parse({bytes, n}));
}

}  // namespace
}  // namespace parley::media::turn
