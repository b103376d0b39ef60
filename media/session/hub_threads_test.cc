// Two hubs as on two threads: peers of a room on both, and a kernel that gives most datagrams to the wrong
// one.
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <unordered_map>

#include "media/session/hub_clients_for_tests.h"

namespace parley::media {
namespace {

using namespace std::chrono_literals;
using testing::certificate;
using testing::FakeClient;

// Messages wait until the test hands them over.
struct Links final : MessageLinks {
  Links(size_t s, std::deque<std::pair<size_t, std::vector<uint8_t>>>& o) : own(s), outbox(o) {}
  size_t threads() const override { return 2; }
  size_t self() const override { return own; }
  bool send(size_t thread, std::span<const uint8_t> a, std::span<const uint8_t> b,
            std::span<const uint8_t> c) override {
    EXPECT_NE(thread, own);
    if (broken) return false;
    std::vector<uint8_t> message(a.begin(), a.end());
    message.insert(message.end(), b.begin(), b.end());
    message.insert(message.end(), c.begin(), c.end());
    outbox.emplace_back(thread, std::move(message));
    return true;
  }
  size_t own;
  std::deque<std::pair<size_t, std::vector<uint8_t>>>& outbox;
  bool broken = false;
};

class HubThreads : public testing::HubClients {
 protected:
  HubThreads() : HubClients(1121) {
    for (size_t i = 0; i < 2; ++i) {
      hubs_.push_back(std::make_unique<Hub>(certificate(0), random_, [](const HubEvent&) {}));
      links_.push_back(std::make_unique<Links>(i, messages_));
      hubs_[i]->join(*links_[i]);
    }
  }

  // A peer on `thread` whose datagrams the kernel gives to `lands`.
  FakeClient& add_client(uint32_t id, size_t thread, size_t lands) {
    lands_[address_of(id)] = lands;
    return connect(*hubs_[thread], id, ice::Credentials::generate(random_, ufrag_prefix(thread)),
                   certificate(1));
  }
  FakeClient& add_publisher(size_t thread, size_t lands) {
    FakeClient& client = add_client(kPublisher, thread, lands);
    hubs_[thread]->set_tracks(1, {config_});
    hubs_[1 - thread]->add_mirror(config_, thread);
    return client;
  }
  FakeClient& add_subscriber(uint32_t id, size_t thread, size_t lands) {
    FakeClient& client = add_client(id, thread, lands);
    hubs_[thread]->set_subscriptions(id, {testing::subscription_of(id, kTrack)}, now_, slab_);
    from_hubs();
    return client;
  }

  void from_hubs() {
    while (!messages_.empty()) {
      auto [to, message] = std::move(messages_.front());
      messages_.pop_front();
      hubs_[to]->on_message(1 - to, message, now_, slab_);
    }
    send_from(server_);
  }
  void serve(Flight& flight) override {
    const Datagram d{flight.from, flight.bytes};
    hubs_[lands_[flight.from]]->on_datagrams({&d, 1}, now_, slab_);
    from_hubs();
  }
  void tick_server() override {
    for (const auto& hub : hubs_) {
      if (hub->next_deadline() <= now_) hub->on_deadline(now_, slab_);
    }
    from_hubs();
  }

  std::deque<std::pair<size_t, std::vector<uint8_t>>> messages_;
  std::vector<std::unique_ptr<Links>> links_;
  std::vector<std::unique_ptr<Hub>> hubs_;
  std::unordered_map<SocketAddress, size_t> lands_;
  TrackConfig config_ = camera();
};

TEST_F(HubThreads, ARoomSpansThemWhereverDatagramsLand) {
  FakeClient& publisher = add_publisher(0, 1);
  FakeClient& here = add_subscriber(2, 0, 1);
  FakeClient& there = add_subscriber(3, 1, 0);
  FakeClient& there_too = add_subscriber(4, 1, 1);
  run(500ms);
  for (const auto& [id, client] : clients_) ASSERT_TRUE(client->connected()) << id;
  run(5s, true);
  for (const FakeClient* s : {&here, &there, &there_too}) {
    expect_gapless(*s);
    EXPECT_GT(s->received.size(), 450u);
    EXPECT_GE(s->sender_reports, 3) << "the source's clock comes along";
  }
  EXPECT_LE(publisher.plis, 4) << "one publisher is asked, however many threads there are";
  EXPECT_EQ(hubs_[0]->stats().tracks, 1u);
  EXPECT_EQ(hubs_[1]->stats().tracks, 0u);
  EXPECT_EQ(hubs_[0]->stats().unknown_source + hubs_[1]->stats().unknown_source, 0u);
}

TEST_F(HubThreads, LossIsRepairedOnBothSides) {
  FakeClient& publisher = add_publisher(0, 0);
  FakeClient& there = add_subscriber(3, 1, 0);
  run(500ms);
  loss_permille_ = 50;
  run(20s, true);
  loss_permille_ = 0;
  run(500ms, true);
  EXPECT_GT(publisher.nacks, 20);
  EXPECT_GT(there.retransmissions, 50);
  expect_gapless(there);
  EXPECT_GT(there.received.size(), 1900u);
}

TEST_F(HubThreads, PausesReachMirrorsAndEndsAreTold) {
  add_publisher(0, 0);
  FakeClient& there = add_subscriber(3, 1, 1);
  run(500ms);
  run(1s, true);
  hubs_[0]->pause_track(kTrack, true, now_, slab_);
  from_hubs();
  run(100ms, true);
  const size_t paused_at = there.received.size();
  run(500ms, true);
  EXPECT_EQ(there.received.size(), paused_at);
  hubs_[0]->pause_track(kTrack, false, now_, slab_);
  from_hubs();
  run(1s, true);
  EXPECT_GT(there.received.size(), paused_at + 80);
  hubs_[1]->remove_mirror(kTrack);
  hubs_[1]->remove_mirror(kTrack);
  from_hubs();
  run(50ms, true);
  const size_t ended_at = there.received.size();
  run(500ms, true);
  EXPECT_EQ(there.received.size(), ended_at);
  EXPECT_EQ(hubs_[1]->stats().buffered_packets, 0u);
}

TEST_F(HubThreads, NothingIsSentToAThreadOnWhichNobodyIsSubscribed) {
  add_publisher(0, 0);
  add_subscriber(3, 1, 1);
  run(500ms);
  run(1s, true);
  hubs_[1]->remove_subscription(3, 103, slab_);
  from_hubs();
  run(1200ms, true);
  int packets = 0;
  for (int i = 0; i < 100; ++i) {
    clients_[1]->publish({1111}, {2222}, now_, slab_);
    for (size_t k = 0; k < slab_.size(); ++k) {
      std::vector<uint8_t> bytes(slab_[k].bytes.begin(), slab_[k].bytes.end());
      const Datagram d{clients_[1]->address(), bytes};
      SendSlab out(1 << 16, 64);
      hubs_[0]->on_datagrams({&d, 1}, now_, out);
    }
    slab_.clear();
    packets += static_cast<int>(messages_.size());
    messages_.clear();
  }
  EXPECT_EQ(packets, 0);
}

// Browsers name an encoding until they know that its SSRC has been heard (RFC 8852), and who joins later must
// not need that.
TEST_F(HubThreads, EncodingsThatAreNotNamedAnyMoreAreKnownOnTheOtherThread) {
  FakeClient& publisher = add_publisher(0, 0);
  config_.ssrc.reset();
  config_.rtx_ssrc.reset();
  config_.encodings = {{"l", std::nullopt, std::nullopt}, {"h", std::nullopt, std::nullopt}};
  config_.extensions.rid = 10;
  hubs_[0]->set_tracks(1, {});
  hubs_[0]->set_tracks(1, {config_});
  hubs_[1]->remove_mirror(kTrack);
  hubs_[1]->add_mirror(config_, 0);
  from_hubs();
  run(500ms);
  uint16_t seq = 1;
  const auto send_some = [&](bool named) {
    for (int i = 0; i < 50; ++i, ++seq) {
      std::vector<uint8_t> packet(600, 0);
      rtp::HeaderWriter header({FakeClient::kPayloadType, true, {seq}, {seq * 3000u}, {4321}});
      if (named) header.add_extension(10, as_bytes("h"));
      const auto head = header.finish();
      const std::array<uint8_t, 6> vp8 = {0x10, 0, 0, 0, 0, static_cast<uint8_t>(seq)};  // a key frame
      std::copy(head.begin(), head.end(), packet.begin());
      std::copy(vp8.begin(), vp8.end(), packet.begin() + static_cast<ptrdiff_t>(head.size()));
      ASSERT_TRUE(publisher.send_protected(packet, head.size(), false, slab_));
      collect(publisher);
      run(10ms);
    }
  };
  send_some(true);
  FakeClient& there = add_subscriber(3, 1, 1);
  run(500ms);
  ASSERT_TRUE(there.connected());
  send_some(false);
  run(100ms);
  EXPECT_GE(there.received.size(), 45u);
}

TEST_F(HubThreads, WhatTheRingsDropIsSaidAgain) {
  add_publisher(0, 1);
  for (const auto& l : links_) l->broken = true;
  FakeClient& there = add_subscriber(3, 1, 0);
  run(2s);
  EXPECT_FALSE(clients_[1]->connected());
  EXPECT_FALSE(there.connected());
  for (const auto& l : links_) l->broken = false;
  run(4s);
  ASSERT_TRUE(clients_[1]->connected());
  ASSERT_TRUE(there.connected());
  run(2s, true);
  const size_t before = there.received.size();
  run(1s, true);
  EXPECT_GT(there.received.size(), before + 80);
}

// A stranger can make a thread pass a check on, but not change where anything of a peer's goes.
TEST_F(HubThreads, AForgedCheckSteersNothing) {
  FakeClient& publisher = add_publisher(0, 0);
  FakeClient& there = add_subscriber(3, 1, 1);
  run(500ms);
  run(1s, true);
  // From the publisher's own address, to the other thread, under a guessed password.
  std::vector<uint8_t> bytes(stun::kMaxMessageSize);
  stun::Writer w(bytes, stun::Class::kRequest, stun::kBinding, {1, 2, 3});
  w.username("Bguess:x");
  w.priority(1);
  w.ice_controlling(1);
  bytes.resize(w.finish("not the password of anybody"));
  for (size_t thread = 0; thread < 2; ++thread) {
    const Datagram d{publisher.address(), bytes};
    hubs_[thread]->on_datagrams({&d, 1}, now_, slab_);
    from_hubs();
  }
  const size_t before = there.received.size();
  run(2s, true);
  EXPECT_GT(there.received.size(), before + 190);
  // Nonsense from another thread's ring is survived as well: it is ours, but still.
  for (size_t size = 0; size < 200; ++size) {
    std::vector<uint8_t> nonsense(size, static_cast<uint8_t>(16 + size % 12));
    hubs_[0]->on_message(1, nonsense, now_, slab_);
  }
  slab_.clear();
  run(1s, true);
  expect_gapless(there);
}

TEST_F(HubThreads, ARouteThatAnotherThreadsPeerTakesOverFollowsIt) {
  FakeClient& first = add_client(2, 0, 0);
  run(500ms);
  ASSERT_TRUE(first.connected());
  // A NAT gives the same address to a client whose peer is on the other thread.
  const auto local = ice::Credentials::generate(random_, ufrag_prefix(1));
  ASSERT_TRUE(hubs_[1]->add_peer(5, local, now_));
  auto second = std::make_unique<FakeClient>(certificate(1), random_, first.address(), server_, local,
                                             certificate(0).fingerprint());
  hubs_[1]->set_remote(5, {second->credentials(), certificate(1).fingerprint(), dtls::Role::kPassive}, now_,
                       slab_);
  slab_.clear();
  clients_.erase(2);
  second->start(now_, slab_);
  collect(*second);
  clients_[5] = std::move(second);
  run(3s);
  EXPECT_FALSE(clients_[5]->connected()) << "the first one was heard just now";
  run(7s);
  EXPECT_TRUE(clients_[5]->connected()) << "its DTLS lands on thread 0 and is passed on";
}

}  // namespace
}  // namespace parley::media
