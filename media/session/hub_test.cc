// A publisher and subscribers through the hub, over a simulated network with seeded loss.
#include "media/session/hub.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <vector>

#include "media/session/fake_client_for_tests.h"

namespace parley::media {
namespace {

using namespace std::chrono_literals;
using testing::FakeClient;

const dtls::Certificate& certificate(int i) {
  static const dtls::Certificate made[2] = {std::move(dtls::Certificate::generate()).value(),
                                            std::move(dtls::Certificate::generate()).value()};
  return made[i];
}

class HubTest : public ::testing::Test {
 protected:
  static constexpr uint32_t kPublisher = 1, kTrack = 7;
  static constexpr Ssrc kSsrc{1111}, kRtxSsrc{2222};

  HubTest()
      : random_(20261121),
        hub_(certificate(0), random_, [this](const HubEvent& e) { events_.push_back(e); }),
        server_(*SocketAddress::parse("192.0.2.1", 5000)) {}

  FakeClient& add_client(uint32_t id) {
    const auto local = ice::Credentials::generate(random_);
    EXPECT_TRUE(hub_.add_peer(id, local, now_));
    auto client = std::make_unique<FakeClient>(
        certificate(1), random_, *SocketAddress::parse("198.51.100.7", static_cast<uint16_t>(6000 + id)),
        server_, local, certificate(0).fingerprint());
    hub_.set_remote(id, {client->credentials(), certificate(1).fingerprint(), dtls::Role::kPassive}, now_,
                    slab_);
    client->start(now_, slab_);
    collect(*client);
    return *(clients_[id] = std::move(client));
  }

  FakeClient& add_publisher() {
    FakeClient& client = add_client(kPublisher);
    TrackConfig track;
    track.id = kTrack;
    track.kind = TrackKind::kVideo;
    track.mid = "1";
    track.codec = CodecKind::kVp8;
    track.payload_type = FakeClient::kPayloadType;
    track.rtx_payload_type = FakeClient::kRtxPayloadType;
    track.ssrc = kSsrc;
    track.rtx_ssrc = kRtxSsrc;
    track.extensions.transport_cc = 3;
    track.nack = true;
    hub_.set_tracks(kPublisher, {track});
    return client;
  }

  FakeClient& add_subscriber(uint32_t id) {
    FakeClient& client = add_client(id);
    SubscriptionConfig s;
    s.id = 100 + id;
    s.track = kTrack;
    s.mid = "0";
    s.payload_type = 100;
    s.rtx_payload_type = 101;
    s.ssrc = {id * 1000};
    s.rtx_ssrc = {id * 1000 + 1};
    s.cname = "c";
    s.extensions.mid = 4;
    hub_.set_subscriptions(id, {s}, now_, slab_);
    from_hub();
    return client;
  }

  void fly(SocketAddress from, SocketAddress to, std::span<const uint8_t> bytes) {
    if (random_.below(1000) < loss_permille_) return;
    flying_.insert({now_ + 20ms, {from, to, {bytes.begin(), bytes.end()}}});
  }
  void collect(FakeClient& client) {
    for (size_t i = 0; i < slab_.size(); ++i) fly(client.address(), slab_[i].destination, slab_[i].bytes);
    slab_.clear();
  }
  void from_hub() {
    for (size_t i = 0; i < slab_.size(); ++i) fly(server_, slab_[i].destination, slab_[i].bytes);
    slab_.clear();
  }

  // Lets `duration` pass; the publisher sends a packet every 10 ms when `publishing`.
  void run(Duration duration, bool publishing = false) {
    const TimePoint end = now_ + duration;
    for (; now_ < end; now_ += 1ms) {
      while (!flying_.empty() && flying_.begin()->first <= now_) {
        auto flight = std::move(flying_.extract(flying_.begin()).mapped());
        if (flight.to == server_) {
          const Datagram d{flight.from, flight.bytes};
          hub_.on_datagrams({&d, 1}, now_, slab_);
          from_hub();
          continue;
        }
        for (auto& [id, client] : clients_) {
          if (client->address() != flight.to) continue;
          client->on_datagram(flight.bytes, now_, slab_);
          collect(*client);
        }
      }
      if (hub_.next_deadline() <= now_) hub_.on_deadline(now_, slab_);
      from_hub();
      for (auto& [id, client] : clients_) {
        if (client->next_deadline() <= now_) client->on_deadline(now_, slab_);
        if (client->connected() && id != kPublisher) client->ask_for_missing(now_, slab_);
        collect(*client);
      }
      if (publishing && to_us(now_) % 10000 == 0) {
        clients_[kPublisher]->publish(kSsrc, kRtxSsrc, now_, slab_);
        collect(*clients_[kPublisher]);
      }
    }
  }

  static void expect_gapless(const FakeClient& subscriber) {
    ASSERT_FALSE(subscriber.received.empty());
    int64_t expected_seq = subscriber.received.begin()->first;
    uint32_t expected_number = subscriber.received.begin()->second;
    for (const auto& [seq, number] : subscriber.received) {
      ASSERT_EQ(seq, expected_seq++) << "a hole in the sequence numbers";
      ASSERT_EQ(number, expected_number++) << "a packet is missing or out of place";
    }
  }

  bool saw_state(uint32_t peer, PeerState state) const {
    for (const HubEvent& e : events_) {
      if (e.type == HubEvent::Type::kPeerState && e.peer == peer && e.state == state) return true;
    }
    return false;
  }

  struct Flight {
    SocketAddress from, to;
    std::vector<uint8_t> bytes;
  };
  TimePoint now_ = time_from_us(10'000'000);
  SeededRandom random_;
  SendSlab slab_{1 << 20, 2048};
  std::vector<HubEvent> events_;
  Hub hub_;
  SocketAddress server_;
  std::multimap<TimePoint, Flight> flying_;
  std::map<uint32_t, std::unique_ptr<FakeClient>> clients_;
  uint32_t loss_permille_ = 0;
};

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
