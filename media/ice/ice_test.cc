// Tests of media/ice: the lite agent against the checking client, on injected time.
#include <gtest/gtest.h>

#include "media/ice/checking_client.h"
#include "media/ice/lite_agent.h"

namespace parley::media::ice {
namespace {

using namespace std::chrono_literals;

const SocketAddress kServer = *SocketAddress::parse("192.0.2.1", 5000);
const SocketAddress kClientA = *SocketAddress::parse("198.51.100.1", 40000);
const SocketAddress kClientB = *SocketAddress::parse("2001:db8::7", 40001);

class IceTest : public testing::Test {
 protected:
  // Carries what is in `to_server` to the agent as from `source`, and the answers back.
  void carry(CheckingClient& client, const SocketAddress& source) {
    for (size_t i = 0; i < to_server.size(); ++i) {
      const auto m = stun::Message::parse(to_server[i].bytes);
      ASSERT_TRUE(m) << m.error().reason;
      EXPECT_TRUE(agent.owns_ufrag(m->receiver_ufrag()) || expect_foreign);
      agent.on_stun(*m, source, now, to_client);
    }
    to_server.clear();
    for (size_t i = 0; i < to_client.size(); ++i) {
      EXPECT_EQ(to_client[i].destination, source);
      const auto m = stun::Message::parse(to_client[i].bytes);
      ASSERT_TRUE(m) << m.error().reason;
      client.on_stun(*m, kServer, now);
    }
    to_client.clear();
  }
  void connect(CheckingClient& client, const SocketAddress& source) {
    client.start(now, to_server);
    carry(client, source);
  }

  TimePoint now = time_from_us(1'000'000);
  SeededRandom random{42};
  Credentials ours = Credentials::generate(random);
  Credentials theirs = Credentials::generate(random);
  LiteAgent agent{ours, now};
  SendSlab to_server{10000, 16}, to_client{10000, 16};
  bool expect_foreign = false;
};

TEST_F(IceTest, AFirstNominatingCheckConnects) {
  agent.set_remote(theirs);
  CheckingClient client(theirs, ours, kServer, random);
  EXPECT_EQ(agent.state(), State::kNew);
  EXPECT_FALSE(agent.is_validated(kClientA));
  connect(client, kClientA);
  EXPECT_EQ(agent.state(), State::kConnected);
  EXPECT_EQ(client.state(), CheckingClient::State::kConnected);
  EXPECT_EQ(client.mapped_address(), kClientA);
  EXPECT_EQ(agent.selected(), kClientA);
  EXPECT_TRUE(agent.is_validated(kClientA));
  EXPECT_FALSE(agent.is_validated(kClientB));
}

TEST_F(IceTest, ChecksBeforeTheAnswerAreAnswered) {
  CheckingClient client(theirs, ours, kServer, random);
  connect(client, kClientB);
  EXPECT_EQ(agent.state(), State::kConnected);
}

TEST_F(IceTest, AWrongPasswordOrForeignUfragIsRefused) {
  agent.set_remote(theirs);
  Credentials wrong = ours;
  wrong.password[0] ^= 1;
  CheckingClient client(theirs, wrong, kServer, random);
  connect(client, kClientA);
  EXPECT_EQ(agent.state(), State::kNew);
  EXPECT_EQ(client.last_error(), 401);
  EXPECT_EQ(agent.checks_refused(), 1u);
  EXPECT_FALSE(agent.is_validated(kClientA));

  CheckingClient stranger(Credentials::generate(random), ours, kServer, random);
  connect(stranger, kClientA);
  EXPECT_EQ(stranger.last_error(), 401);

  expect_foreign = true;
  CheckingClient lost(theirs, Credentials::generate(random), kServer, random);
  connect(lost, kClientA);
  EXPECT_EQ(lost.last_error(), 401);
}

TEST_F(IceTest, AControlledPeerIsToldToControl) {
  uint8_t buffer[stun::kMaxMessageSize];
  stun::Writer w(buffer, stun::Class::kRequest, stun::kBinding, {});
  w.username(ours.ufrag + ":" + theirs.ufrag);
  w.ice_controlled(1);
  const size_t n = w.finish(ours.password);
  const auto m = stun::Message::parse({buffer, n});
  ASSERT_TRUE(m);
  EXPECT_EQ(agent.on_stun(*m, kClientA, now, to_client), Verdict::kRefused);
  ASSERT_EQ(to_client.size(), 1u);
  const auto answer = stun::Message::parse(to_client[0].bytes);
  ASSERT_TRUE(answer && answer->error);
  EXPECT_EQ(answer->error->code, 487);
  EXPECT_TRUE(answer->verify_integrity(ours.password));
}

TEST_F(IceTest, ResponsesAndIndicationsAreIgnored) {
  uint8_t buffer[stun::kMaxMessageSize];
  for (const auto cls : {stun::Class::kIndication, stun::Class::kSuccess, stun::Class::kError}) {
    stun::Writer w(buffer, cls, stun::kBinding, {});
    const size_t n = w.finish("");
    const auto m = stun::Message::parse({buffer, n});
    ASSERT_TRUE(m);
    EXPECT_EQ(agent.on_stun(*m, kClientA, now, to_client), Verdict::kIgnored);
  }
  EXPECT_TRUE(to_client.empty());
}

TEST_F(IceTest, ANominationFromAnotherAddressMovesThePeer) {
  CheckingClient client(theirs, ours, kServer, random);
  connect(client, kClientA);
  connect(client, kClientB);
  EXPECT_EQ(agent.selected(), kClientB);
  EXPECT_TRUE(agent.is_validated(kClientA));
}

TEST_F(IceTest, SilenceDisconnectsThenFails) {
  CheckingClient client(theirs, ours, kServer, random);
  connect(client, kClientA);
  const TimePoint start = now;
  EXPECT_EQ(agent.next_deadline(), start + 5s);
  now = start + 4s;
  agent.on_deadline(now);
  EXPECT_EQ(agent.state(), State::kConnected);
  now = start + 5s;
  agent.on_deadline(now);
  EXPECT_EQ(agent.state(), State::kDisconnected);
  agent.on_authenticated_traffic(now);
  EXPECT_EQ(agent.state(), State::kConnected);
  now = start + 29s;
  agent.on_authenticated_traffic(now);
  EXPECT_EQ(agent.next_deadline(), start + 30s);
  now = start + 30s;
  agent.on_deadline(now);
  EXPECT_EQ(agent.state(), State::kFailed);  // traffic does not renew consent
  EXPECT_EQ(agent.next_deadline(), kNever);
}

TEST_F(IceTest, ConsentChecksKeepItConnectedForAnHour) {
  CheckingClient client(theirs, ours, kServer, random);
  connect(client, kClientA);
  const TimePoint end = now + 3600s;
  while (now < end) {
    now = std::min(client.next_deadline(), agent.next_deadline());
    client.on_deadline(now, to_server);
    agent.on_deadline(now);
    carry(client, kClientA);
    ASSERT_EQ(agent.state(), State::kConnected);
  }
  EXPECT_EQ(client.state(), CheckingClient::State::kConnected);
}

TEST_F(IceTest, NobodyComingFails) {
  EXPECT_EQ(agent.next_deadline(), now + 30s);
  agent.on_deadline(now + 30s);
  EXPECT_EQ(agent.state(), State::kFailed);
  CheckingClient client(theirs, ours, kServer, random);
  client.start(now, to_server);
  for (int i = 0; i < 1000 && client.next_deadline() != kNever; ++i) {
    now = client.next_deadline();
    to_server.clear();
    client.on_deadline(now, to_server);
  }
  EXPECT_EQ(client.state(), CheckingClient::State::kFailed);
}

TEST_F(IceTest, ARestartKeepsTheOldPairUntilTheNewIsNominated) {
  agent.set_remote(theirs);
  CheckingClient client(theirs, ours, kServer, random);
  connect(client, kClientA);
  const Credentials ours2 = Credentials::generate(random), theirs2 = Credentials::generate(random);
  agent.restart(ours2, now);
  agent.set_remote(theirs2);
  EXPECT_EQ(agent.state(), State::kConnected);
  EXPECT_EQ(agent.selected(), kClientA);
  EXPECT_TRUE(agent.owns_ufrag(ours.ufrag));
  connect(client, kClientA);  // a check of the old generation still counts
  EXPECT_EQ(client.state(), CheckingClient::State::kConnected);
  EXPECT_TRUE(agent.owns_ufrag(ours.ufrag));

  CheckingClient client2(theirs2, ours2, kServer, random);
  connect(client2, kClientB);
  EXPECT_EQ(agent.selected(), kClientB);
  EXPECT_FALSE(agent.owns_ufrag(ours.ufrag));
  EXPECT_TRUE(agent.owns_ufrag(ours2.ufrag));
}

TEST_F(IceTest, ARestartRevivesAFailedAgent) {
  CheckingClient client(theirs, ours, kServer, random);
  connect(client, kClientA);
  now += 60s;
  agent.on_deadline(now);
  ASSERT_EQ(agent.state(), State::kFailed);
  const Credentials ours2 = Credentials::generate(random);
  agent.restart(ours2, now);
  EXPECT_EQ(agent.state(), State::kNew);
  agent.on_deadline(now + 1s);
  EXPECT_EQ(agent.state(), State::kNew);
  EXPECT_EQ(agent.next_deadline(), now + 30s);
  CheckingClient client2(theirs, ours2, kServer, random);
  connect(client2, kClientB);
  EXPECT_EQ(agent.state(), State::kConnected);
  EXPECT_EQ(agent.selected(), kClientB);
}

}  // namespace
}  // namespace parley::media::ice
