// RTCP between the hub and real (DTLS, SRTP) clients: extended reports both ways, numbered requests, REMB,
// BYE.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

#include "media/rtcp/extended_report.h"
#include "media/rtcp/payload_feedback.h"
#include "media/rtp/extensions.h"
#include "media/session/fake_client_for_tests.h"
#include "media/session/hub.h"

namespace parley::media {
namespace {

using namespace std::chrono_literals;
using testing::FakeClient;

class PeerRtcp : public ::testing::Test {
 protected:
  static constexpr uint32_t kPublisher = 1, kSubscriber = 2, kTrack = 7;

  void SetUp() override {
    TrackConfig track;
    track.id = kTrack;
    track.kind = TrackKind::kVideo;
    track.codec = CodecKind::kVp8;
    track.payload_type = FakeClient::kPayloadType;
    track.ssrc = Ssrc{1111};
    track.receiver_reference_time = true;
    add(kPublisher);
    add(kSubscriber);
    hub_.set_tracks(kPublisher, {track});
    hub_.set_subscriptions(kSubscriber, {video(100, {3333})}, now_, slab_);
    deliver();
    run(100ms);
    ASSERT_TRUE(clients_[0]->connected() && clients_[1]->connected());
  }

  // To the publisher's track, without RTX.
  static SubscriptionConfig video(uint32_t id, Ssrc ssrc) {
    SubscriptionConfig s;
    s.id = id;
    s.track = kTrack;
    s.payload_type = 100;
    s.ssrc = ssrc;
    s.cname = "c";
    return s;
  }

  void add(uint32_t id) {
    const auto local = ice::Credentials::generate(random_);
    ASSERT_TRUE(hub_.add_peer(id, local, now_));
    auto& client = clients_[id - 1];
    client = std::make_unique<FakeClient>(
        certificate_, random_, *SocketAddress::parse("198.51.100.7", static_cast<uint16_t>(6000 + id)),
        server_, local, certificate_.fingerprint());
    hub_.set_remote(id, {client->credentials(), certificate_.fingerprint(), dtls::Role::kPassive}, now_,
                    slab_);
    client->start(now_, slab_);
    to_hub(*client);
  }

  std::vector<std::pair<SocketAddress, std::vector<uint8_t>>> take() {
    std::vector<std::pair<SocketAddress, std::vector<uint8_t>>> all;
    for (size_t i = 0; i < slab_.size(); ++i) {
      all.push_back({slab_[i].destination, {slab_[i].bytes.begin(), slab_[i].bytes.end()}});
    }
    slab_.clear();
    return all;
  }
  void to_hub(FakeClient& client) {
    for (auto& [to, bytes] : take()) {
      const Datagram d{client.address(), bytes};
      hub_.on_datagrams({&d, 1}, now_, slab_);
    }
    deliver();
  }
  // What the hub wrote reaches its client; what that answers at once goes back.
  void deliver() {
    for (auto& [to, bytes] : take()) {
      for (auto& client : clients_) {
        if (!client || to != client->address()) continue;
        client->on_datagram(bytes, now_, slab_);
        to_hub(*client);
      }
    }
  }
  void run(Duration duration) {
    for (const TimePoint end = now_ + duration; now_ < end; now_ += 10ms) {
      for (auto& client : clients_) {
        if (client->next_deadline() <= now_) client->on_deadline(now_, slab_);
        to_hub(*client);
      }
      if (hub_.next_deadline() <= now_) hub_.on_deadline(now_, slab_);
      deliver();
    }
  }
  void publish(Duration duration) {
    for (const TimePoint end = now_ + duration; now_ < end;) {
      clients_[0]->publish({1111}, {2222}, now_, slab_);
      to_hub(*clients_[0]);
      run(10ms);
    }
  }
  template <typename Write>
  void send(uint32_t from, Write&& write) {
    std::array<uint8_t, 256> bytes;
    ByteWriter writer(bytes);
    write(writer);
    ASSERT_TRUE(clients_[from - 1]->send_protected(writer.written(), 0, true, slab_));
    to_hub(*clients_[from - 1]);
  }
  // The last XR block of each kind among what a client was sent.
  struct Seen {
    std::optional<std::pair<Ssrc, uint64_t>> reference_time;
    std::optional<rtcp::LastReceiverReport> answer;
  };
  Seen extended_reports(uint32_t client) const {
    Seen seen;
    for (const auto& compound : clients_[client - 1]->compounds) {
      rtcp::Reader reader(compound);
      while (const auto h = reader.next()) {
        rtcp::read_extended_report(
            *h,
            [&](Ssrc s, uint64_t ntp) {
              seen.reference_time = {s, ntp};
            },
            [&](const rtcp::LastReceiverReport& r) { seen.answer = r; });
      }
    }
    return seen;
  }

  TimePoint now_ = time_from_us(10'000'000);
  SeededRandom random_{3611};
  dtls::Certificate certificate_ = std::move(*dtls::Certificate::generate());
  SocketAddress server_ = *SocketAddress::parse("192.0.2.1", 5000);
  SendSlab slab_{1 << 20, 2048};
  Hub hub_{certificate_, random_, [](const HubEvent&) {}};
  std::array<std::unique_ptr<FakeClient>, 2> clients_;
};

TEST_F(PeerRtcp, LearnsThePublishersRoundTripFromItsAnswers) {
  publish(1500ms);
  const auto asked = extended_reports(kPublisher).reference_time;
  ASSERT_TRUE(asked) << "sent with every receiver report";
  EXPECT_EQ(hub_.peer_stats(kPublisher)->tracks[0].rtt_seconds, 0);
  const auto middle = static_cast<uint32_t>(asked->second >> 16);
  run(50ms);
  const rtcp::LastReceiverReport answers[] = {{asked->first, middle, 0}};
  send(kPublisher, [&](ByteWriter& w) { rtcp::write_last_receiver_reports(w, {1111}, answers); });
  const TrackStats measured = hub_.peer_stats(kPublisher)->tracks[0];
  const double rtt = measured.rtt_seconds;
  EXPECT_GE(measured.rtt_measurements, 1u);
  EXPECT_NEAR(measured.total_rtt_seconds, rtt * static_cast<double>(measured.rtt_measurements), 0.02);
  EXPECT_GE(rtt, 0.05);
  EXPECT_LE(rtt, 1.1);
}

TEST_F(PeerRtcp, AnswersTheReferenceTimeOfASubscriber) {
  publish(1500ms);
  send(kSubscriber, [](ByteWriter& w) { rtcp::write_receiver_reference_time(w, {44}, 0x0000123456780000); });
  publish(2500ms);
  const auto answer = extended_reports(kSubscriber).answer;
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->receiver, Ssrc{44});
  EXPECT_EQ(answer->last_rr, 0x12345678u);
  EXPECT_LT(answer->delay_since_last_rr, 65536u * 2);
}

TEST_F(PeerRtcp, TakesANumberedRequestOnce) {
  publish(500ms);
  const auto plis = [&] { return hub_.peer_stats(kSubscriber)->subscriptions[0].plis; };
  const auto before = plis();
  const auto fir = [](uint8_t command) {
    return [command](ByteWriter& w) { rtcp::write_fir(w, {1}, {{3333}, command}); };
  };
  for (const uint8_t command : {4, 4, 5}) send(kSubscriber, fir(command));
  EXPECT_EQ(plis(), before + 2);
  send(kSubscriber, [](ByteWriter& w) {
    rtcp::write_layer_refresh(w, {1}, {{3333}, 9, 100, {0, 0}, std::nullopt});
  });
  EXPECT_EQ(plis(), before + 3);
}

TEST_F(PeerRtcp, KeepsTheReceiversEstimate) {
  send(kSubscriber, [](ByteWriter& w) { rtcp::write_remb(w, {1}, 750'000, {}); });
  EXPECT_EQ(hub_.peer_stats(kSubscriber)->estimated_by_receiver, 750'000u);
}

TEST_F(PeerRtcp, TellsAPublisherThatGoesByRembWhatItsWayCarries) {
  TrackConfig track;
  track.id = kTrack;
  track.kind = TrackKind::kVideo;
  track.codec = CodecKind::kVp8;
  track.payload_type = FakeClient::kPayloadType;
  track.ssrc = Ssrc{1111};
  track.extensions.abs_send_time = 2;
  track.remb = true;
  hub_.set_tracks(kPublisher, {track});
  EXPECT_FALSE(hub_.peer_stats(kPublisher)->estimated_by_us) << "of what?";
  const std::vector<uint8_t> payload(500, 0x10);
  for (uint16_t n = 0; n < 300; ++n, run(10ms)) {
    rtp::HeaderWriter header({FakeClient::kPayloadType, true, {n}, {n * 900u}, {1111}});
    header.add_extension(2, rtp::write_abs_send_time(now_));
    const auto head = header.finish();
    std::vector<uint8_t> packet(head.begin(), head.end());
    packet.insert(packet.end(), payload.begin(), payload.end());
    ASSERT_TRUE(clients_[0]->send_protected(packet, head.size(), false, slab_));
    to_hub(*clients_[0]);
  }
  int told = 0;
  for (const auto& compound : clients_[0]->compounds) {
    rtcp::Reader reader(compound);
    while (const auto h = reader.next()) {
      const bool afb = h->type == rtcp::kPayloadFeedback && h->count == rtcp::kApplicationLayer;
      const auto remb = afb ? rtcp::read_remb(*h) : std::nullopt;
      if (!remb) continue;
      ++told;
      EXPECT_GE(remb->bits_per_second, 400'000u) << "what comes without a queue is not cut";
    }
  }
  EXPECT_GE(told, 2);
  EXPECT_LE(told, 4);
  EXPECT_GE(hub_.peer_stats(kPublisher)->estimated_by_us.value_or(0), 400'000);
  track.remb = false;
  clients_[0]->compounds.clear();
  hub_.set_tracks(kPublisher, {track});
  run(2s);
  for (const auto& compound : clients_[0]->compounds) {
    rtcp::Reader reader(compound);
    while (const auto h = reader.next()) EXPECT_NE(h->type, rtcp::kPayloadFeedback);
  }
}

TEST_F(PeerRtcp, KeepsPrioritiesFromBeforeAndAfterTheAnswer) {
  hub_.set_priority(kSubscriber, 100, 200);
  hub_.set_priority(kSubscriber, 101, 7);
  hub_.set_priority(99, 100, 1);
  hub_.set_subscriptions(kSubscriber, {video(100, {3333}), video(101, {4444}), video(102, {5555})}, now_,
                         slab_);
  slab_.clear();
  const auto stats = hub_.peer_stats(kSubscriber)->subscriptions;
  ASSERT_EQ(stats.size(), 3u);
  EXPECT_EQ(stats[0].priority, 200);
  EXPECT_EQ(stats[1].priority, 7) << "said before it was agreed on";
  EXPECT_EQ(stats[2].priority, 128);
}

TEST_F(PeerRtcp, SendsAgainToASubscriberWithoutRtx) {
  publish(300ms);
  const auto& received = clients_[1]->received;
  ASSERT_FALSE(received.empty());
  const int64_t lost = received.rbegin()->first + 1;
  clients_[0]->publish({1111}, {2222}, now_, slab_);
  for (auto& [to, bytes] : take()) {
    const Datagram d{clients_[0]->address(), bytes};
    hub_.on_datagrams({&d, 1}, now_, slab_);
  }
  EXPECT_FALSE(take().empty()) << "and it never comes";
  publish(50ms);
  EXPECT_FALSE(received.contains(lost));
  const SeqNumber numbers[] = {{static_cast<uint16_t>(lost)}};
  send(kSubscriber, [&](ByteWriter& w) { rtcp::write_nack(w, {1}, {3333}, numbers); });
  EXPECT_TRUE(received.contains(lost));
  EXPECT_EQ(hub_.peer_stats(kSubscriber)->subscriptions[0].retransmitted, 1u);
}

TEST_F(PeerRtcp, SaysGoodbyeForWhatItSendsNoMore) {
  publish(200ms);
  const SubscriptionConfig other = video(101, {4444}), third = video(102, {5555});
  const auto goodbyes = [&] {
    std::vector<uint32_t> sources;
    for (const auto& compound : clients_[1]->compounds) {
      rtcp::Reader reader(compound);
      while (const auto h = reader.next()) {
        if (h->type == rtcp::kBye) rtcp::for_each_bye(*h, [&](Ssrc s) { sources.push_back(s.value); });
      }
    }
    clients_[1]->compounds.clear();
    return sources;
  };
  hub_.set_subscriptions(kSubscriber, {other, third}, now_, slab_);
  deliver();
  EXPECT_EQ(goodbyes(), std::vector<uint32_t>{3333}) << "not agreed on any more";
  hub_.remove_subscription(kSubscriber, 101, slab_);
  deliver();
  EXPECT_EQ(goodbyes(), std::vector<uint32_t>{4444});
  hub_.close_peer(kSubscriber, slab_);
  deliver();
  EXPECT_EQ(goodbyes(), std::vector<uint32_t>{5555});
}

TEST_F(PeerRtcp, TellsOfATrackThatSaidGoodbye) {
  publish(1s);
  EXPECT_TRUE(hub_.peer_stats(kPublisher)->tracks[0].active);
  send(kPublisher, [](ByteWriter& w) { rtcp::write_bye(w, {1111}); });
  EXPECT_FALSE(hub_.peer_stats(kPublisher)->tracks[0].active);
}

}  // namespace
}  // namespace parley::media
