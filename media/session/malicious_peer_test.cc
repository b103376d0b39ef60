// What a malicious participant, or a stranger who sees the network, may try against others of the same media
// thread: none of it harms their media, and none of it learns anything of them. Everybody is on one hub and a
// simulated network; the attacker may write any sender's address on a datagram, and knows everything that was
// ever sent in clear.
#include <gtest/gtest.h>

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "media/core/bytes.h"
#include "media/sctp/data_channels.h"
#include "media/session/hub_room_for_tests.h"

namespace parley::media {
namespace {

using namespace std::chrono_literals;
using testing::certificate;
using testing::FakeClient;

bool is_rtp_or_rtcp(std::span<const uint8_t> bytes) { return rtp::looks_like_rtp_or_rtcp(bytes); }

class MaliciousPeer : public testing::HubRoom {
 protected:
  static constexpr uint32_t kSubscriber = 2, kMallory = 3;
  using Datagrams = std::vector<std::vector<uint8_t>>;

  // Ada publishes, Bela watches, Mallory is connected like anybody.
  void SetUp() override {
    take_ = [this](const Flight& f) {
      to_[f.to].push_back(f.bytes);
      from_[f.from].push_back(f.bytes);
      return false;
    };
    publisher_ = &add_publisher();
    subscriber_ = &add_subscriber(kSubscriber);
    mallory_ = &add_client(kMallory);
    run(500ms);
    run(1s, true);
    ASSERT_TRUE(publisher_->connected() && subscriber_->connected() && mallory_->connected());
  }

  // The call goes on as if nothing had been tried.
  void expect_unharmed() {
    const size_t before = subscriber_->received.size();
    run(1s, true);
    EXPECT_GE(subscriber_->received.size(), before + 95) << "the media of others goes on";
    expect_gapless(*subscriber_);
    for (const uint32_t peer : {kPublisher, kSubscriber}) {
      EXPECT_EQ(hub_.peer_stats(peer)->state, PeerState::kConnected);
      EXPECT_FALSE(saw_state(peer, PeerState::kDisconnected) || saw_state(peer, PeerState::kFailed));
    }
    EXPECT_EQ(hub_.peer_stats(kPublisher)->remote_address, publisher_->address().to_string());
    EXPECT_EQ(hub_.peer_stats(kSubscriber)->remote_address, subscriber_->address().to_string());
  }

  // Hands it to the hub as if it came from there; the bytes that went back.
  size_t inject(const SocketAddress& from, std::vector<uint8_t> bytes) {
    const size_t before = bytes_to(from);
    const Datagram d{from, bytes};
    hub_.on_datagrams({&d, 1}, now_, slab_);
    from_hub();
    return bytes_to(from) - before;
  }

  size_t bytes_to(const SocketAddress& address) const {
    size_t n = 0;
    const auto it = to_.find(address);
    if (it != to_.end()) {
      for (const auto& bytes : it->second) n += bytes.size();
    }
    return n;
  }

  template <class Is>
  Datagrams recorded(const std::unordered_map<SocketAddress, Datagrams>& which, const SocketAddress& address,
                     Is is) {
    Datagrams found;
    const auto it = which.find(address);
    if (it == which.end()) return found;
    for (const auto& bytes : it->second) {
      if (is(bytes)) found.push_back(bytes);
    }
    return found;
  }

  // A check for the subscriber's peer, as whoever has seen one can write it.
  std::vector<uint8_t> check(std::string_view password) {
    const auto seen = recorded(from_, subscriber_->address(), stun::looks_like_stun).back();
    const auto message = stun::Message::parse(seen);
    std::vector<uint8_t> bytes(stun::kMaxMessageSize);
    stun::TransactionId id;
    random_.fill(id);
    stun::Writer w(bytes, stun::Class::kRequest, stun::kBinding, id);
    w.username(*message->username);
    w.priority(~0u);
    w.ice_controlling(1);
    w.use_candidate();
    bytes.resize(w.finish(password));
    return bytes;
  }

  const SocketAddress stranger_ = *SocketAddress::parse("203.0.113.66", 666);
  std::unordered_map<SocketAddress, Datagrams> to_, from_;
  FakeClient* publisher_ = nullptr;
  FakeClient* subscriber_ = nullptr;
  FakeClient* mallory_ = nullptr;
};

TEST_F(MaliciousPeer, WithAnotherCertificateThanItsDescriptionNamesIsSentNothing) {
  FakeClient& impostor = add_client(4, certificate(2));
  SubscriptionConfig s;
  s.id = 104;
  s.track = kTrack;
  s.payload_type = 100;
  s.ssrc = {4000};
  hub_.set_subscriptions(4, {s}, now_, slab_);
  from_hub();
  run(3s, true);
  EXPECT_EQ(hub_.peer_stats(4)->state, PeerState::kFailed);
  EXPECT_EQ(hub_.peer_stats(4)->failure, "the peer's certificate is not the one its description names");
  EXPECT_TRUE(recorded(to_, impostor.address(), is_rtp_or_rtcp).empty());
  expect_unharmed();
}

TEST_F(MaliciousPeer, ReplaysOfProtectedPacketsReachNobody) {
  subscriber_->ask_for_key_frame(slab_);
  collect(*subscriber_);
  run(100ms);
  const auto media = recorded(from_, publisher_->address(), is_rtp_or_rtcp);
  const auto reports = recorded(from_, subscriber_->address(), is_rtp_or_rtcp);
  ASSERT_GT(media.size(), 50u);
  ASSERT_FALSE(reports.empty());
  const auto refused = [&](uint32_t peer) { return hub_.peer_stats(peer)->packets_refused; };
  const uint64_t packets = hub_.peer_stats(kPublisher)->tracks[0].packets;
  const size_t to_subscriber = bytes_to(subscriber_->address());
  const uint64_t unknown = hub_.stats().unknown_source, mallorys = refused(kMallory);
  for (const auto& bytes : media) {
    EXPECT_EQ(inject(publisher_->address(), bytes), 0u);
    EXPECT_EQ(inject(mallory_->address(), bytes), 0u);
    EXPECT_EQ(inject(stranger_, bytes), 0u);
  }
  EXPECT_EQ(refused(kPublisher), media.size());
  EXPECT_EQ(refused(kMallory), mallorys + media.size());
  EXPECT_EQ(hub_.stats().unknown_source, unknown + media.size());
  EXPECT_EQ(hub_.peer_stats(kPublisher)->tracks[0].packets, packets);
  for (const auto& bytes : reports) EXPECT_EQ(inject(subscriber_->address(), bytes), 0u);
  EXPECT_EQ(refused(kSubscriber), reports.size());
  EXPECT_EQ(bytes_to(subscriber_->address()), to_subscriber);
  expect_unharmed();
}

TEST_F(MaliciousPeer, ChecksWithoutThePasswordMoveNobodyAndAmplifyNothing) {
  const size_t media = recorded(to_, subscriber_->address(), is_rtp_or_rtcp).size();
  for (int i = 0; i < 1000; ++i) {
    const auto without = check(""), wrong = check("not the password of anybody");
    EXPECT_LE(inject(stranger_, without), without.size());
    EXPECT_LE(inject(stranger_, wrong), wrong.size());
    EXPECT_LE(inject(mallory_->address(), wrong), wrong.size());
    EXPECT_LE(inject(subscriber_->address(), wrong), wrong.size());
  }
  EXPECT_GE(hub_.stats().refused_checks, 4000u);
  EXPECT_EQ(recorded(to_, subscriber_->address(), is_rtp_or_rtcp).size(), media);
  EXPECT_TRUE(recorded(to_, stranger_, is_rtp_or_rtcp).empty());
  expect_unharmed();
}

// Whoever sees a check on its way has one that is in order.
TEST_F(MaliciousPeer, AReplayedCheckDoesNotMoveThePeerToWhereItComesFrom) {
  const auto seen = recorded(from_, subscriber_->address(), stun::looks_like_stun);
  ASSERT_FALSE(seen.empty());
  for (const auto& bytes : seen) {
    EXPECT_EQ(inject(stranger_, bytes), 0u);
    EXPECT_EQ(inject(mallory_->address(), bytes), 0u);
  }
  expect_unharmed();
  EXPECT_TRUE(recorded(to_, stranger_, is_rtp_or_rtcp).empty());
}

// Mallory's own checks are in order, wherever they claim to come from.
TEST_F(MaliciousPeer, ItsOwnChecksFromAnothersAddressDoNotTakeItsWay) {
  Datagrams checks;
  auto record = take_;
  take_ = [&](const Flight& f) {
    const bool its_check = f.from == mallory_->address() && stun::looks_like_stun(f.bytes);
    if (its_check) checks.push_back(f.bytes);
    return record(f) || its_check;
  };
  run(4s, true);
  ASSERT_FALSE(checks.empty());
  take_ = record;
  for (const auto& bytes : checks) {
    EXPECT_EQ(inject(subscriber_->address(), bytes), 0u);
    EXPECT_EQ(inject(publisher_->address(), bytes), 0u);
  }
  expect_unharmed();
  EXPECT_EQ(hub_.peer_stats(kMallory)->remote_address, mallory_->address().to_string());
}

TEST_F(MaliciousPeer, PacketsWithAnothersSourceAreItsOwn) {
  // Once without a track of its own, once with one that looks like the publisher's.
  for (const bool publishes : {false, true}) {
    TrackConfig track;
    track.id = 8;
    track.kind = TrackKind::kVideo;
    track.mid = "1";
    track.codec = CodecKind::kVp8;
    track.payload_type = FakeClient::kPayloadType;
    track.ssrc = kSsrc;
    if (publishes) hub_.set_tracks(kMallory, {track});
    run(100ms);  // what was on its way has arrived
    const uint64_t packets = hub_.peer_stats(kPublisher)->tracks[0].packets;
    const int plis = publisher_->plis;
    const size_t to_subscriber = bytes_to(subscriber_->address());
    for (uint16_t i = 0; i < 500; ++i) {
      std::vector<uint8_t> p = {0x80, FakeClient::kPayloadType, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0x10, 0, 0xDE,
                                0xAD};
      const uint32_t number = i + (publishes ? 500u : 0u);
      store_be16(&p[2], static_cast<uint16_t>(number));
      store_be32(&p[8], i % 2 == 0 ? kSsrc.value : kRtxSsrc.value);
      ASSERT_TRUE(mallory_->send_protected(p, 12, false, slab_));
      collect(*mallory_);
    }
    run(50ms);
    EXPECT_EQ(hub_.peer_stats(kPublisher)->tracks[0].packets, packets);
    EXPECT_EQ(publisher_->plis, plis);
    EXPECT_EQ(bytes_to(subscriber_->address()), to_subscriber) << "nobody is sent what Mallory made up";
  }
  expect_unharmed();
}

TEST_F(MaliciousPeer, FeedbackAboutAnothersStreamsSaysNothing) {
  std::vector<uint8_t> bytes(600);
  ByteWriter w(bytes);
  rtcp::write_sender_report(w, {kSsrc, 0x0102030405060708, {9}, 10, 11});
  const rtcp::ReportBlock blocks[] = {{kSsrc, 255, 2, 3, 4, 5, 6},
                                      {{kSubscriber * 1000}, 255, 2, 3, 4, 5, 6}};
  rtcp::write_receiver_report(w, {1}, blocks);
  std::vector<SeqNumber> all;
  for (uint16_t i = 0; i < 100; ++i) all.push_back({static_cast<uint16_t>(65500 + i)});
  rtcp::write_nack(w, {1}, {kSubscriber * 1000}, std::span(all).first(17));
  rtcp::write_pli(w, {1}, {kSubscriber * 1000});
  rtcp::write_pli(w, {1}, kSsrc);
  rtcp::write_bye(w, kSsrc);
  ASSERT_TRUE(w.ok());
  bytes.resize(w.size());
  const int plis = publisher_->plis;
  const size_t media = recorded(to_, mallory_->address(), [](const auto& b) {
                         return is_rtp_or_rtcp(b) && !rtp::is_rtcp(b);
                       }).size();
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(mallory_->send_protected(bytes, 0, true, slab_));
    collect(*mallory_);
  }
  run(100ms, true);
  EXPECT_EQ(publisher_->plis, plis) << "no key frame for somebody who does not watch";
  EXPECT_EQ(
      recorded(to_, mallory_->address(), [](const auto& b) { return is_rtp_or_rtcp(b) && !rtp::is_rtcp(b); })
          .size(),
      media)
      << "no retransmission of what it was never sent";
  EXPECT_EQ(subscriber_->retransmissions, 0);
  for (const HubEvent& e : events_) EXPECT_NE(e.type, HubEvent::Type::kTrackInactive);
  expect_unharmed();
}

TEST_F(MaliciousPeer, EndlessRenegotiationTakesNothingFromOthers) {
  std::string first_ufrag;
  const int plis = publisher_->plis;
  constexpr int kRounds = 3000;
  for (int i = 0; i < kRounds; ++i) {
    const auto local = ice::Credentials::generate(random_), remote = ice::Credentials::generate(random_);
    if (i == 0) first_ufrag = local.ufrag;
    hub_.restart_ice(kMallory, local, now_);
    hub_.set_remote(kMallory, {remote, certificate(1).fingerprint(), dtls::Role::kPassive}, now_, slab_);
    TrackConfig track;
    track.id = 8 + static_cast<uint32_t>(i % 3);
    track.kind = TrackKind::kVideo;
    track.codec = CodecKind::kVp8;
    track.payload_type = 96;
    track.ssrc = Ssrc{random_.next_u32()};
    hub_.set_tracks(kMallory, {track});
    SubscriptionConfig s;
    s.id = 1000 + static_cast<uint32_t>(i);
    s.track = kTrack;
    s.payload_type = 100;
    s.ssrc = {random_.next_u32()};
    hub_.set_subscriptions(kMallory, {s}, now_, slab_);
    from_hub();
    run(1ms, true);
  }
  EXPECT_EQ(hub_.stats().tracks, 2u);
  EXPECT_EQ(hub_.peer_stats(kMallory)->subscriptions.size(), 1u);
  EXPECT_LE(publisher_->plis, plis + 10) << "in three seconds, however often a new watcher asks";
  // What was forgotten is nobody's any more.
  std::vector<uint8_t> bytes(stun::kMaxMessageSize);
  stun::Writer w(bytes, stun::Class::kRequest, stun::kBinding, {1});
  w.username(first_ufrag + ":x");
  bytes.resize(w.finish("anything"));
  EXPECT_EQ(inject(stranger_, bytes), 0u);
  expect_unharmed();
}

TEST_F(MaliciousPeer, AStrangersHandshakeIsNotEvenAnswered) {
  const auto hellos = recorded(from_, publisher_->address(), dtls::looks_like_dtls);
  ASSERT_FALSE(hellos.empty());
  for (int i = 0; i < 100; ++i) {
    for (const auto& bytes : hellos) EXPECT_EQ(inject(stranger_, bytes), 0u);
  }
  run(5s, true);
  EXPECT_EQ(bytes_to(stranger_), 0u);
  expect_unharmed();
}

// A participant whose checks and first flight claim to come from a victim has the victim sent three times
// that at most. One that goes on, and one that leaves the server to its own retransmissions.
TEST_F(MaliciousPeer, AHandshakeInAnothersNameIsNotAmplified) {
  for (const bool goes_on : {true, false}) {
    const uint32_t id = goes_on ? 4 : 5;
    const SocketAddress victim = *SocketAddress::parse("198.51.100.7", static_cast<uint16_t>(6000 + id));
    size_t came = 0, went = 0, hellos = 0;
    auto record = take_;
    take_ = [&](const Flight& f) {
      const bool handshake = dtls::looks_like_dtls(f.bytes);
      if (f.from == victim) {
        if (!goes_on && hellos > 0) return true;
        came += f.bytes.size();
        hellos += handshake ? 1 : 0;
      }
      // The answers to checks it need not see, it can guess when they come. What the handshake needs, it
      // cannot.
      if (f.to == victim) {
        went += f.bytes.size();
        EXPECT_LE(went, 3 * came);
        if (handshake) return true;
      }
      return record(f);
    };
    add_client(id);
    run(40s);
    EXPECT_GT(hellos, 0u);
    EXPECT_GT(went, 600u) << "the server did begin";
    EXPECT_LE(went, 3 * came);
    take_ = record;
    clients_.erase(id);
    hub_.close_peer(id, slab_);
    slab_.clear();
  }
  expect_unharmed();
}

// Mallory's end of data channels that heeds no limit of the server's.
class Channels : public dtls::DataSink, public sctp::PacketSink, public sctp::DataChannels::Observer {
 public:
  Channels(FakeClient& client, const sctp::Config& config, Random& random, const TimePoint& now,
           SendSlab& out)
      : channels(config, random, *this), client_(client), now_(now), out_(out) {
    client.data_sink = this;
  }

  sctp::DataChannels channels;

 private:
  using Handle = sctp::DataChannels::Handle;
  void on_application_data(std::span<const uint8_t> data) override { channels.on_packet(data, now_, *this); }
  void send_sctp(std::span<const uint8_t> packet) override { client_.send_data(packet, out_); }
  void on_channel(Handle, const sctp::ChannelConfig&) override {}
  void on_open(Handle) override {}
  void on_message(Handle, sctp::DataChannels::Kind, std::vector<uint8_t>&&) override {}
  void on_closing(Handle) override {}
  void on_closed(Handle) override {}
  void on_association(sctp::Association::State, const char*) override {}

  FakeClient& client_;
  const TimePoint& now_;
  SendSlab& out_;
};

class MaliciousData : public MaliciousPeer {
 protected:
  static constexpr size_t kLimit = 64 << 10;

  void SetUp() override {
    DataSettings settings;
    settings.config.max_message_size = kLimit;
    settings.config.receive_buffer = 2 * kLimit;
    settings.sink = [this](DataEvent&& e) {
      if (e.type == DataEvent::Type::kMessage) delivered_ += e.bytes.size();
      ended_ |= e.type == DataEvent::Type::kClosed;
    };
    hub_.set_data(std::move(settings));
    MaliciousPeer::SetUp();
    hub_.data(kMallory)->set_remote({5000, 1 << 20}, now_, slab_);
    from_hub();
  }

  size_t delivered_ = 0;
  bool ended_ = false;
};

TEST_F(MaliciousData, AMessageLargerThanAgreedEndsItsChannelsAndNothingElse) {
  Channels channels(*mallory_, {}, random_, now_, slab_);
  channels.channels.start(dtls::Role::kActive, 16 << 20, now_, channels);
  const auto handle = channels.channels.create({}, now_);
  ASSERT_TRUE(handle);
  for (int i = 0; i < 500; ++i) {
    if (i == 200) {
      ASSERT_EQ(channels.channels.state(*handle), sctp::ChannelState::kOpen);
      const std::vector<uint8_t> huge(16 * kLimit, 7);
      ASSERT_TRUE(channels.channels.send(*handle, sctp::DataChannels::Kind::kBinary, huge, now_));
    }
    if (channels.channels.next_deadline() <= now_) channels.channels.on_deadline(now_, channels);
    channels.channels.flush(now_, channels);
    collect(*mallory_);
    run(2ms, true);
  }
  EXPECT_EQ(delivered_, 0u);
  EXPECT_TRUE(ended_) << "the server has ended it";
  expect_unharmed();
  mallory_->data_sink = nullptr;
}

TEST_F(MaliciousData, RecordsThatAreNoPacketsOfAnyoneAreDropped) {
  for (int i = 0; i < 2000; ++i) {
    std::vector<uint8_t> noise(1 + random_.below(i % 10 == 0 ? 12000 : 1400));
    random_.fill(noise);
    ASSERT_TRUE(mallory_->send_data(noise, slab_));
    collect(*mallory_);
    if (i % 10 == 0) run(1ms, true);
  }
  EXPECT_EQ(hub_.peer_stats(kMallory)->state, PeerState::kConnected);
  expect_unharmed();
}

}  // namespace
}  // namespace parley::media
