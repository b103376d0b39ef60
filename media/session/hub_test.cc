// A publisher and subscribers through the hub, over a simulated network with seeded loss.
#include "media/session/hub.h"

#include <gtest/gtest.h>

#include "media/session/hub_room_for_tests.h"

namespace parley::media {
namespace {

using namespace std::chrono_literals;
using testing::FakeClient;
using HubTest = testing::HubRoom;

TEST_F(HubTest, ForwardsFromAKeyFrameOnUnderTheSubscribersOwnNumbers) {
  FakeClient& publisher = add_publisher();
  run(500ms);
  ASSERT_TRUE(publisher.connected());
  EXPECT_TRUE(saw_state(kPublisher, PeerState::kConnected));
  run(1s, true);
  FakeClient& subscriber = add_subscriber(2);
  run(5s, true);
  ASSERT_TRUE(subscriber.connected());
  EXPECT_GE(publisher.plis, 1);
  EXPECT_LE(publisher.plis, 3);
  expect_gapless(subscriber);
  EXPECT_GT(subscriber.received.size(), 450u);
  EXPECT_EQ(subscriber.media_ssrcs, (std::set<uint32_t>{2000}));
  EXPECT_EQ(subscriber.last_mid, "0");
  EXPECT_EQ(subscriber.retransmissions, 0);
  EXPECT_GE(subscriber.sender_reports, 3);
  EXPECT_GE(publisher.receiver_reports, 5);
  EXPECT_GE(publisher.transport_feedbacks, 80);
  const auto stats = hub_.peer_stats(2);
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->subscriptions[0].packets, subscriber.received.size() + 2) << "two are on their way";
}

TEST_F(HubTest, RecoversLossOnBothSidesByRetransmission) {
  FakeClient& publisher = add_publisher();
  FakeClient& subscriber = add_subscriber(2);
  run(500ms);
  ASSERT_TRUE(subscriber.connected());
  loss_permille_ = 50;
  run(20s, true);
  loss_permille_ = 0;
  run(500ms, true);
  EXPECT_GT(publisher.nacks, 20);
  EXPECT_GT(subscriber.retransmissions, 50);
  expect_gapless(subscriber);
  EXPECT_GT(subscriber.received.size(), 1900u);
  const auto stats = hub_.peer_stats(kPublisher);
  EXPECT_EQ(stats->tracks[0].lost, 0);
  EXPECT_GT(stats->tracks[0].recovered, 50u);
}

TEST_F(HubTest, PauseAndResumeLeavesNoGapAndBeginsAtAKeyFrame) {
  add_publisher();
  FakeClient& subscriber = add_subscriber(2);
  run(500ms);
  run(1s, true);
  hub_.pause_subscription(2, 102, true, now_, slab_);
  run(100ms, true);
  const size_t before = subscriber.received.size();
  run(1s, true);
  EXPECT_EQ(subscriber.received.size(), before);
  hub_.pause_subscription(2, 102, false, now_, slab_);
  from_hub();
  run(1s, true);
  EXPECT_GT(subscriber.received.size(), before + 80);
  int64_t seq = subscriber.received.begin()->first;
  for (const auto& entry : subscriber.received) EXPECT_EQ(entry.first, seq++);
}

TEST_F(HubTest, ResumingATrackLeavesPausedSubscriptionsPaused) {
  add_publisher();
  FakeClient& paused = add_subscriber(2);
  FakeClient& watching = add_subscriber(3);
  run(500ms);
  run(1s, true);
  hub_.pause_subscription(2, 102, true, now_, slab_);
  hub_.pause_track(kTrack, true, now_, slab_);
  run(500ms, true);
  const size_t before = paused.received.size(), watched = watching.received.size();
  hub_.pause_track(kTrack, false, now_, slab_);
  from_hub();
  run(1s, true);
  EXPECT_EQ(paused.received.size(), before);
  EXPECT_GT(watching.received.size(), watched + 80);
  int64_t seq = watching.received.begin()->first;
  for (const auto& entry : watching.received) EXPECT_EQ(entry.first, seq++);
}

TEST_F(HubTest, FollowsAClientThatChangesItsAddress) {
  add_publisher();
  FakeClient& subscriber = add_subscriber(2);
  run(500ms);
  run(1s, true);
  subscriber.move_to(*SocketAddress::parse("203.0.113.99", 1234));
  run(6s, true);
  EXPECT_EQ(hub_.peer_stats(2)->remote_address, "203.0.113.99:1234");
  const size_t before = subscriber.received.size();
  run(1s, true);
  EXPECT_GE(subscriber.received.size(), before + 95);
}

TEST_F(HubTest, TellsOfTracksAndOfGoodbyes) {
  FakeClient& publisher = add_publisher();
  run(500ms);
  run(1s, true);
  ASSERT_EQ(events_.back().type, HubEvent::Type::kTrackActive);
  EXPECT_EQ(events_.back().track, kTrack);
  run(5s);
  EXPECT_EQ(events_.back().type, HubEvent::Type::kTrackInactive);
  publisher.close(slab_);
  collect(publisher);
  run(100ms);
  EXPECT_TRUE(saw_state(kPublisher, PeerState::kClosed));
}

TEST_F(HubTest, SubscriptionsOutliveTheirPublisher) {
  add_publisher();
  FakeClient& subscriber = add_subscriber(2);
  run(500ms);
  run(1s, true);
  hub_.close_peer(kPublisher, slab_);
  from_hub();
  clients_.erase(kPublisher);
  subscriber.ask_for_key_frame(slab_);
  collect(subscriber);
  run(1s);
  EXPECT_EQ(hub_.stats().tracks, 0u);
  EXPECT_EQ(hub_.stats().buffered_packets, 0u);
  hub_.close_all(slab_);
  EXPECT_EQ(hub_.next_deadline(), kNever);
}

TEST_F(HubTest, IgnoresNoiseWhileACallRuns) {
  add_publisher();
  FakeClient& subscriber = add_subscriber(2);
  run(500ms);
  SeededRandom noise(99);
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 100; ++i) {
      std::vector<uint8_t> bytes(noise.below(300));
      noise.fill(bytes);
      if (!bytes.empty() && noise.below(2) == 0)
        bytes[0] = static_cast<uint8_t>(noise.below(4) * 64 + bytes[0] % 64);
      // Half of it pretends to come from the subscriber.
      const auto from = noise.below(2) == 0 ? subscriber.address() : *SocketAddress::parse("203.0.113.1", 9);
      const Datagram d{from, bytes};
      hub_.on_datagrams({&d, 1}, now_, slab_);
      from_hub();
    }
    run(10ms, true);
  }
  run(500ms, true);
  expect_gapless(subscriber);
  EXPECT_GT(subscriber.received.size(), 140u);
  EXPECT_TRUE(subscriber.connected());
}

}  // namespace
}  // namespace parley::media
