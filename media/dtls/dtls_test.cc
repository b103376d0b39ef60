// Tests of media/dtls: both roles against each other over a simulated network with loss, on injected time.
#include <gtest/gtest.h>
#include <malloc.h>

#include <deque>
#include <vector>

#include "media/core/random.h"
#include "media/dtls/transport.h"
#include "media/srtp/session.h"

namespace parley::media::dtls {
namespace {

using namespace std::chrono_literals;

const SocketAddress kA = *SocketAddress::parse("192.0.2.1", 1);
const SocketAddress kB = *SocketAddress::parse("192.0.2.2", 2);

const Certificate& certificate(int i) {
  static const Certificate made[2] = {std::move(Certificate::generate()).value(),
                                      std::move(Certificate::generate()).value()};
  return made[i];
}

// Two transports, a delay each way, and seeded loss.
struct Network {
  explicit Network(uint64_t seed, int loss_percent = 0) : random(seed), loss(loss_percent) {}

  void take(SendSlab& slab, bool from_client) {
    for (size_t i = 0; i < slab.size(); ++i) {
      EXPECT_EQ(slab[i].destination, from_client ? kB : kA);
      EXPECT_LE(slab[i].bytes.size(), Transport::kMtu);
      ++datagrams;
      bytes[from_client] += slab[i].bytes.size();
      if (random.below(100) < static_cast<uint32_t>(loss)) continue;
      flying.push_back({now + 10ms, from_client, {slab[i].bytes.begin(), slab[i].bytes.end()}});
    }
    slab.clear();
  }
  void start() {
    client.start(kB, now, slab);
    take(slab, true);
    server.start(kA, now, slab);
    take(slab, false);
  }
  // Runs until nothing is left to happen or `until`.
  void run(TimePoint until) {
    for (int guard = 0; guard < 100000; ++guard) {
      const TimePoint next = std::min(
          {flying.empty() ? kNever : flying.front().at, client.next_deadline(), server.next_deadline()});
      if (next == kNever || next > until) return;
      now = std::max(now, next);
      if (!flying.empty() && flying.front().at <= now) {
        const Flying f = std::move(flying.front());
        flying.pop_front();
        (f.to_server ? server : client).on_datagram(f.bytes, f.to_server ? kA : kB, now, slab);
        take(slab, !f.to_server);
      }
      if (client.next_deadline() <= now) {
        client.on_deadline(kB, now, slab);
        take(slab, true);
      }
      if (server.next_deadline() <= now) {
        server.on_deadline(kA, now, slab);
        take(slab, false);
      }
    }
    FAIL() << "the handshake does not come to rest";
  }
  void trust() {
    client.set_remote_fingerprint(certificate(1).fingerprint());
    server.set_remote_fingerprint(certificate(0).fingerprint());
  }
  bool connected() const {
    return client.state() == State::kConnected && server.state() == State::kConnected;
  }

  struct Flying {
    TimePoint at;
    bool to_server;
    std::vector<uint8_t> bytes;
  };
  SeededRandom random;
  int loss;
  TimePoint now = time_from_us(5'000'000);
  Transport client{certificate(0), Role::kActive};
  Transport server{certificate(1), Role::kPassive};
  SendSlab slab{64 << 10, 64};
  std::deque<Flying> flying;
  size_t datagrams = 0;
  size_t bytes[2] = {0, 0};
};

TEST(Fingerprint, RoundTripsAndRefusesWhatIsNotOne) {
  const Fingerprint& f = certificate(0).fingerprint();
  const std::string text = f.to_string();
  EXPECT_EQ(text.size(), 95u);
  EXPECT_EQ(Fingerprint::parse(text), f);
  EXPECT_NE(certificate(1).fingerprint(), f);
  EXPECT_FALSE(Fingerprint::parse(text.substr(1)));
  EXPECT_FALSE(Fingerprint::parse(std::string(95, ':')));
  EXPECT_FALSE(Fingerprint::parse(""));
}

TEST(Dtls, ConnectionsForKeysAloneHoldNoRecordBuffers) {
  const auto in_use = [] { return mallinfo2().uordblks + mallinfo2().hblkhd; };
  if (in_use() == 0) GTEST_SKIP() << "this allocator does not tell";
  constexpr size_t kConnections = 16;
  std::deque<Network> networks;
  size_t before = 0;
  for (size_t i = 0; i <= kConnections; ++i) {
    if (i == 1) before = in_use();  // after what is made only once
    Network& n = networks.emplace_back(i);
    n.trust();
    n.start();
    n.run(n.now + 5s);
    ASSERT_TRUE(n.connected());
  }
  // Two transports and a slab; with its buffers each transport would hold 33 KB more.
  const size_t each = (in_use() - before) / kConnections - (64 << 10);
  EXPECT_LT(each, 2u * 45'000);
  for (Network& n : networks) {
    n.client.close(kB, n.slab);
    ASSERT_EQ(n.slab.size(), 1u) << "close_notify is written all the same";
    n.take(n.slab, true);
    n.now += 10ms;
    n.server.on_datagram(n.flying.front().bytes, kA, n.now, n.slab);
    EXPECT_EQ(n.server.state(), State::kClosed);
  }
}

TEST(Dtls, BothRolesAgreeOnGcmKeysThatOpenEachOthersSrtp) {
  Network n(1);
  n.trust();
  n.start();
  n.run(n.now + 5s);
  ASSERT_TRUE(n.connected()) << n.client.failure() << n.server.failure();
  ASSERT_TRUE(n.client.keys() && n.server.keys());
  EXPECT_EQ(n.client.keys()->profile, srtp::Profile::kAeadAes128Gcm);
  EXPECT_EQ(n.client.keys()->local.key, n.server.keys()->remote.key);
  EXPECT_EQ(n.client.keys()->remote.salt, n.server.keys()->local.salt);
  EXPECT_NE(n.client.keys()->local.key, n.client.keys()->remote.key);
  EXPECT_EQ(n.client.next_deadline(), kNever);
  EXPECT_EQ(n.server.next_deadline(), kNever);
  EXPECT_LE(n.datagrams, 12u);

  auto sender = srtp::Sender::create(n.client.keys()->profile, n.client.keys()->local);
  auto receiver = srtp::Receiver::create(n.server.keys()->profile, n.server.keys()->remote);
  const std::vector<uint8_t> header = {0x80, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3}, payload(100, 7);
  std::vector<uint8_t> packet(200);
  packet.resize(sender->protect_rtp(header, payload, packet));
  EXPECT_TRUE(receiver->unprotect_rtp(packet));
}

TEST(Dtls, TellsWhatWasAgreedOn) {
  Network net(1);
  net.trust();
  EXPECT_EQ(net.client.suite().version, "");
  net.start();
  net.run(net.now + 5s);
  ASSERT_TRUE(net.connected());
  for (const Transport* t : {&net.client, &net.server}) {
    EXPECT_EQ(t->suite().version, "FEFD");
    EXPECT_EQ(t->suite().cipher, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
    EXPECT_EQ(t->suite().srtp_profile, "SRTP_AEAD_AES_128_GCM");
  }
}

TEST(Certificate, CanBeShared) {
  std::optional<Certificate> first = std::move(Certificate::generate(std::chrono::hours(1))).value();
  const Certificate second = first->share();
  const std::string shown = first->base64();
  EXPECT_EQ(second.fingerprint(), first->fingerprint());
  first.reset();
  EXPECT_EQ(second.base64(), shown);
}

TEST(Dtls, TheHandshakeSurvivesLoss) {
  int connected = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    Network n(seed, 25);
    n.trust();
    n.start();
    n.run(n.now + 29s);
    connected += n.connected() ? 1 : 0;
  }
  EXPECT_GE(connected, 39);
}

TEST(Dtls, NothingIsConnectedBeforeTheFingerprintIsKnown) {
  Network n(3);
  n.client.set_remote_fingerprint(certificate(1).fingerprint());
  n.start();
  n.run(n.now + 1s);
  EXPECT_EQ(n.client.state(), State::kConnected);
  EXPECT_EQ(n.server.state(), State::kConnecting);
  EXPECT_FALSE(n.server.keys());
  n.server.set_remote_fingerprint(certificate(0).fingerprint());
  EXPECT_EQ(n.server.state(), State::kConnected);
  EXPECT_TRUE(n.server.keys());
}

TEST(Dtls, AnotherCertificateFails) {
  Network n(4);
  n.trust();
  n.server.set_remote_fingerprint(certificate(1).fingerprint());
  n.start();
  n.run(n.now + 5s);
  EXPECT_EQ(n.server.state(), State::kFailed);
  EXPECT_FALSE(n.server.keys());
  EXPECT_STRNE(n.server.failure(), "");
}

TEST(Dtls, CloseNotifyClosesTheOtherSide) {
  Network n(5);
  n.trust();
  n.start();
  n.run(n.now + 5s);
  ASSERT_TRUE(n.connected());
  n.client.close(kB, n.slab);
  EXPECT_EQ(n.slab.size(), 1u);
  n.take(n.slab, true);
  n.run(n.now + 1s);
  EXPECT_EQ(n.server.state(), State::kClosed);
  EXPECT_EQ(n.client.state(), State::kClosed);
}

TEST(Dtls, ASilentPeerTimesOutInThirtySecondsWithBackOff) {
  Network n(6, 100);
  n.trust();
  const TimePoint start = n.now;
  n.start();
  n.run(start + 60s);
  EXPECT_EQ(n.client.state(), State::kFailed);
  EXPECT_EQ(n.server.state(), State::kFailed);
  EXPECT_LE(n.now, start + 30s);
  EXPECT_GE(n.datagrams, 8u);
  EXPECT_LE(n.datagrams, 20u);
}

TEST(Dtls, APassiveSideSendsNothingUnasked) {
  Network n(7);
  n.server.start(kA, n.now, n.slab);
  EXPECT_TRUE(n.slab.empty());
}

TEST(Dtls, TenThousandMutatedDatagramsDoNotBreakAConnection) {
  Network n(8);
  n.trust();
  // Kept: the datagrams of a good handshake, as material.
  std::vector<std::vector<uint8_t>> material;
  n.start();
  for (const auto& f : n.flying) material.push_back(f.bytes);
  n.run(n.now + 5s);
  ASSERT_TRUE(n.connected());
  Network other(9);
  other.trust();
  other.client.start(kB, other.now, other.slab);
  material.emplace_back(other.slab[0].bytes.begin(), other.slab[0].bytes.end());
  other.slab.clear();
  SeededRandom random(10);
  for (int i = 0; i < 10000; ++i) {
    std::vector<uint8_t> d = material[random.below(static_cast<uint32_t>(material.size()))];
    for (uint32_t k = 0, count = random.below(6); k < count; ++k) {
      d[random.below(static_cast<uint32_t>(d.size()))] = static_cast<uint8_t>(random.next_u32());
    }
    if (random.below(4) == 0) d.resize(random.below(static_cast<uint32_t>(d.size()) + 1));
    d.shrink_to_fit();
    n.server.on_datagram(d, kA, n.now, n.slab);
    n.slab.clear();
  }
  EXPECT_EQ(n.server.state(), State::kConnected) << n.server.failure();
}

TEST(Dtls, MutatedDatagramsInAHandshakeAreSurvived) {
  SeededRandom random(11);
  for (int round = 0; round < 100; ++round) {
    Network n(100 + static_cast<uint64_t>(round));
    n.trust();
    n.client.start(kB, n.now, n.slab);
    const std::vector<uint8_t> hello(n.slab[0].bytes.begin(), n.slab[0].bytes.end());
    n.slab.clear();
    n.server.start(kA, n.now, n.slab);
    for (int i = 0; i < 20; ++i) {
      std::vector<uint8_t> d = hello;
      d[random.below(static_cast<uint32_t>(d.size()))] ^= static_cast<uint8_t>(1 + random.below(255));
      n.server.on_datagram(d, kA, n.now, n.slab);
      n.slab.clear();
    }
  }
}

}  // namespace
}  // namespace parley::media::dtls
