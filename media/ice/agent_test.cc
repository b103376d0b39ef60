// Tests of the full ICE agent: two of them, or one and a lite one, on the simulated network.
#include "media/ice/agent.h"

#include <gtest/gtest.h>

#include "media/ice/agent_for_tests.h"
#include "media/ice/lite_agent.h"

namespace parley::media::ice {
namespace {

using namespace std::chrono_literals;
using testing::AgentHost;
using testing::IceNetwork;
using testing::Signalling;

class AgentTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kSeed = 8445;
  void connect(AgentHost& a, AgentHost& b, Duration within = 5s) {
    a.gather();
    b.gather();
    signalling.emplace(net, a, b);
    signalling->exchange_credentials();
    ASSERT_TRUE(net.run_until([&] { return a.agent.completed() && b.agent.completed(); }, within))
        << "seed " << kSeed;
    ASSERT_TRUE(a.connected() && b.connected());
  }
  IceNetwork net{kSeed};
  std::optional<Signalling> signalling;
};

TEST_F(AgentTest, TwoHostsConnectAndAgreeOnThePath) {
  AgentHost a(net, Role::kControlling, {"192.0.2.1"}), b(net, Role::kControlled, {"198.51.100.1"});
  connect(a, b);
  EXPECT_EQ(a.agent.selected(), Route(b.addresses()[0], a.addresses()[0]));
  EXPECT_EQ(b.agent.selected(), Route(a.addresses()[0], b.addresses()[0]));
  ASSERT_TRUE(a.say("hello") && b.say("good day"));
  net.run_for(100ms);
  EXPECT_EQ(b.received, std::vector<std::string>{"hello"});
  EXPECT_EQ(a.received, std::vector<std::string>{"good day"});
  EXPECT_GT(a.agent.selected_pair()->rtt, 39ms);
  EXPECT_LT(a.agent.selected_pair()->rtt, 41ms);
}

TEST_F(AgentTest, BothControllingIsResolvedByTheTieBreaker) {
  for (const Role role : {Role::kControlling, Role::kControlled}) {
    AgentHost a(net, role, {"192.0.2.1"}), b(net, role, {"198.51.100.1"});
    connect(a, b);
    EXPECT_NE(a.agent.role(), b.agent.role());
    EXPECT_EQ(a.agent.role() == Role::kControlling, a.agent.tie_breaker() > b.agent.tie_breaker());
    EXPECT_EQ(a.agent.selected()->remote, b.agent.selected()->local);
  }
}

TEST_F(AgentTest, ConsentKeepsItConnectedForAnHourAndSilenceEndsIt) {
  AgentHost a(net, Role::kControlling, {"192.0.2.1"}), b(net, Role::kControlled, {"198.51.100.1"});
  connect(a, b);
  const uint64_t sent_before = net.sent;
  net.run_for(3600s);
  EXPECT_TRUE(a.connected() && b.connected());
  // A request and its answer every five seconds from each.
  EXPECT_NEAR(static_cast<double>(net.sent - sent_before), 2 * 2 * 720, 100);

  net.blocked = [](const SocketAddress&, const SocketAddress&) { return true; };
  ASSERT_TRUE(net.run_until([&] { return a.agent.state() == State::kDisconnected; }, 12s));
  EXPECT_TRUE(a.agent.selected());
  ASSERT_TRUE(net.run_until([&] { return a.agent.state() == State::kFailed; }, 31s));
  EXPECT_FALSE(a.agent.selected()) << "nothing may be sent without consent";
  EXPECT_FALSE(a.say("anyone?"));
}

}  // namespace
}  // namespace parley::media::ice
