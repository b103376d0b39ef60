// ICE restarts of the full agent (RFC 8445 section 9): agreed on, taken back, with other servers.
#include <gtest/gtest.h>

#include <set>

#include "media/ice/agent_for_tests.h"

namespace parley::media::ice {
namespace {

using namespace std::chrono_literals;
using testing::AgentHost;
using testing::AgentScenario;

TEST_F(AgentScenario, RestartsKeepTheOldPathUntilTheNewOneIsThere) {
  AgentHost a(net, Role::kControlling, {"198.51.100.1"}), b(net, Role::kControlled, {"198.51.100.2"});
  ASSERT_TRUE(connect(a, b));
  for (int i = 0; i < 10; ++i) {
    const std::string ufrag = a.agent.local().ufrag;
    a.agent.restart(Credentials::generate(net.random()), net.now());
    b.agent.restart(Credentials::generate(net.random()), net.now());
    EXPECT_TRUE(a.connected() && b.connected());
    EXPECT_TRUE(talk(a, b)) << "while the answer is on its way";
    EXPECT_EQ(a.agent.remote_of(*a.agent.selected_pair()).address, b.addresses()[0]);
    EXPECT_TRUE(a.agent.owns_ufrag(ufrag));
    signalling->exchange_credentials();
    ASSERT_TRUE(net.run_until([&] { return !a.agent.owns_ufrag(ufrag) && b.agent.completed(); }, 3s));
    EXPECT_TRUE(talk(a, b));
  }
  // A restart upon a restart, and checks of the old session in between.
  const std::string proven = a.agent.local().ufrag;
  for (int i = 0; i < 3; ++i) {
    a.agent.restart(Credentials::generate(net.random()), net.now());
    b.agent.restart(Credentials::generate(net.random()), net.now());
    net.run_for(10s);
    EXPECT_TRUE(a.connected() && b.connected());
    EXPECT_TRUE(a.agent.owns_ufrag(proven));
  }
  signalling->exchange_credentials();
  ASSERT_TRUE(net.run_until([&] { return !a.agent.owns_ufrag(proven); }, 3s));
}

// A relay is waited for longer than another way. That is a matter of the new session, though the old one's
// path, which is none of a relay, is still the selected one.
TEST_F(AgentScenario, TheOldPathDoesNotTellHowLongTheNewSessionWaits) {
  AgentHost a(net, Role::kControlling, {"198.51.100.1"}), b(net, Role::kControlled, {"198.51.100.2"});
  use_servers(b);
  ASSERT_TRUE(connect(a, b));
  const std::string ufrag = a.agent.local().ufrag;
  ASSERT_EQ(a.agent.remote_of(*a.agent.selected_pair()).type, CandidateType::kHost);
  const SocketAddress ours = a.addresses()[0], theirs = b.addresses()[0];
  net.blocked = [&](const SocketAddress& from, const SocketAddress& to) {
    return (from == ours && to == theirs) || (from == theirs && to == ours);
  };
  signalling->restart();
  int overdue = 0;
  const TimePoint begin = net.now();
  while (a.agent.owns_ufrag(ufrag) && net.now() < begin + 20s) {
    net.run_for(1ms);
    overdue += a.agent.next_deadline() <= net.now();
  }
  EXPECT_FALSE(a.agent.owns_ufrag(ufrag)) << "the relay took over";
  EXPECT_EQ(overdue, 0);
}

TEST_F(AgentScenario, ARestartThatIsTakenBackLeavesTheSessionAsItWas) {
  AgentHost a(net, Role::kControlling, {"198.51.100.1"}), b(net, Role::kControlled, {"198.51.100.2"});
  ASSERT_TRUE(connect(a, b));
  const Credentials local = a.agent.local();
  const Route before = *a.agent.selected();
  a.agent.restart(Credentials::generate(net.random()), net.now());
  a.agent.restart(Credentials::generate(net.random()), net.now());
  net.run_for(40s);
  a.agent.restart(local, net.now());
  ASSERT_TRUE(a.agent.remote());
  EXPECT_EQ(a.agent.remote()->credentials, b.agent.local());
  EXPECT_EQ(a.agent.selected(), before);
  // Not only the old path lives, as between two sessions: another is found when it breaks.
  net.run_for(60s);
  EXPECT_TRUE(a.connected() && b.connected());
  b.add_address("198.51.100.3");
  ASSERT_TRUE(net.run_until([&] { return a.agent.pairs().size() == 2; }, 5s));
  net.detach(b.addresses()[0]);
  SendSlab none(1500, 8);
  b.agent.remove_local(b.addresses()[0], net.now(), none);
  ASSERT_TRUE(net.run_until([&] { return talk(a, b); }, 30s));
}

TEST_F(AgentScenario, ARestartAsksTheServersOfItsOwn) {
  AgentHost a(net, Role::kControlling, {"198.51.100.1"}), b(net, Role::kControlled, {"198.51.100.2"});
  std::vector<Candidate> told;
  signalling.emplace(net, a, b);
  const auto restart = [&](Servers servers, bool relay_only) {
    told.clear();
    signalling->lets_through = [&](const Candidate& c) {
      if (c.ufrag == a.agent.local().ufrag) told.push_back(c);
      return true;
    };
    SendSlab& out = net.slab_of(&a);
    a.agent.restart(Credentials::generate(net.random()), std::move(servers), relay_only, net.now(), out);
    b.agent.restart(Credentials::generate(net.random()), net.now());
    signalling->exchange_credentials();
    const auto done = [&] {
      return a.agent.completed() && b.agent.completed() &&
             a.agent.gathering_state() == GatheringState::kComplete;
    };
    return net.run_until(done, 20s) && talk(a, b);
  };
  const auto types = [&] {
    std::multiset<CandidateType> all;
    for (const Candidate& c : told) all.insert(c.type);
    return all;
  };
  const TurnServer turn = {kServer, {"user", "secret"}, TurnVia::kUdp, ""};
  a.gather();
  b.gather();
  signalling->exchange_credentials();
  ASSERT_TRUE(net.run_until([&] { return a.agent.completed(); }, 10s));
  ASSERT_TRUE(restart({{}, {turn}}, true));
  EXPECT_EQ(types(), std::multiset{CandidateType::kRelayed});
  EXPECT_EQ(b.agent.selected()->remote.ip_string(), kServer.ip_string());
  ASSERT_TRUE(restart({{}, {turn}}, true));
  EXPECT_EQ(types(), std::multiset{CandidateType::kRelayed}) << "the relay is kept";
  EXPECT_EQ(server.allocations(), 1u);
  ASSERT_TRUE(restart({{kServer}, {}}, false));
  EXPECT_EQ(types(), std::multiset{CandidateType::kHost});
  EXPECT_EQ(b.agent.selected()->remote, a.addresses()[0]);
  ASSERT_TRUE(net.run_until([&] { return server.allocations() == 0; }, 30s)) << "nobody needs it any more";
}

TEST_F(AgentScenario, CandidatesThatComeDuringARestartAreOfTheSessionThatTheyName) {
  AgentHost a(net, Role::kControlling, {"198.51.100.1"}), b(net, Role::kControlled, {"198.51.100.2"});
  signalling.emplace(net, a, b);
  std::vector<Candidate> late;
  signalling->lets_through = [&](const Candidate& c) {
    if (c.ufrag == b.agent.local().ufrag) late.push_back(c);
    return false;
  };
  signalling->exchange_credentials();
  a.gather();
  b.gather();
  net.run_for(1s);
  ASSERT_FALSE(late.empty());
  const Credentials local = a.agent.local();
  a.agent.restart(Credentials::generate(net.random()), net.now());
  for (const Candidate& c : late) EXPECT_TRUE(a.agent.add_remote_candidate(c, net.now()));
  a.agent.end_of_remote_candidates(net.now(), b.agent.local().ufrag);
  EXPECT_TRUE(a.agent.pairs().empty()) << "the new session has nothing to do with them";
  a.agent.restart(local, net.now());
  EXPECT_TRUE(net.run_until([&] { return a.connected() && b.connected(); }, 5s));
}

TEST_F(AgentScenario, ARestartThatLeadsNowhereEndsWithTheOldConsent) {
  AgentHost a(net, Role::kControlling, {"198.51.100.1"}), b(net, Role::kControlled, {"198.51.100.2"});
  ASSERT_TRUE(connect(a, b));
  net.blocked = [](const SocketAddress&, const SocketAddress&) { return true; };
  signalling->restart();
  net.run_for(45s);
  EXPECT_EQ(a.agent.state(), State::kFailed);
  EXPECT_EQ(b.agent.state(), State::kFailed);
  net.blocked = {};
  signalling->restart();
  ASSERT_TRUE(net.run_until([&] { return a.connected() && b.connected(); }, 5s)) << "a restart revives";
}

}  // namespace
}  // namespace parley::media::ice
