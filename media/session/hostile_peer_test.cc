// A peer with good keys and bad intentions: 10,000 seeded mutations of RTP and of RTCP, properly protected,
// so that they pass SRTP and reach every parser and table behind it. The hub must stay bounded and go on.
#include <gtest/gtest.h>

#include <vector>

#include "media/core/bytes.h"
#include "media/session/fake_client_for_tests.h"
#include "media/session/hub.h"

namespace parley::media {
namespace {

using namespace std::chrono_literals;
using testing::FakeClient;

constexpr uint32_t kPeer = 1, kTrack = 7;

class HostilePeer : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto local = ice::Credentials::generate(random_);
    ASSERT_TRUE(hub_.add_peer(kPeer, local, now_));
    client_ = std::make_unique<FakeClient>(certificate_, random_, client_address_, server_, local,
                                           certificate_.fingerprint());
    hub_.set_remote(kPeer, {client_->credentials(), certificate_.fingerprint(), dtls::Role::kPassive}, now_,
                    slab_);
    TrackConfig track;
    track.id = kTrack;
    track.kind = TrackKind::kVideo;
    track.mid = "1";
    track.codec = CodecKind::kVp8;
    track.payload_type = 96;
    track.rtx_payload_type = 97;
    track.ssrc = Ssrc{1111};
    track.rtx_ssrc = Ssrc{2222};
    track.extensions = {.mid = 4, .audio_level = 1, .abs_send_time = 2, .transport_cc = 3};
    track.nack = true;
    hub_.set_tracks(kPeer, {track});
    // It is sent its own track, so that its feedback and its packets meet.
    SubscriptionConfig s;
    s.id = 101;
    s.track = kTrack;
    s.mid = "0";
    s.payload_type = 100;
    s.rtx_payload_type = 101;
    s.ssrc = {3333};
    s.rtx_ssrc = {4444};
    s.cname = "c";
    s.extensions.mid = 4;
    hub_.set_subscriptions(kPeer, {s}, now_, slab_);
    slab_.clear();
    client_->start(now_, slab_);
    for (int i = 0; i < 50 && !client_->connected(); ++i) exchange();
    ASSERT_TRUE(client_->connected());
  }

  // What the client has written goes to the hub, what the hub answers to the client.
  void exchange(bool client_listens = true) {
    std::vector<std::vector<uint8_t>> datagrams;
    const auto take = [&] {
      datagrams.clear();
      for (size_t i = 0; i < slab_.size(); ++i)
        datagrams.emplace_back(slab_[i].bytes.begin(), slab_[i].bytes.end());
      slab_.clear();
    };
    take();
    for (auto& bytes : datagrams) {
      const Datagram d{client_address_, bytes};
      hub_.on_datagrams({&d, 1}, now_, slab_);
    }
    if (hub_.next_deadline() <= now_) hub_.on_deadline(now_, slab_);
    take();
    for (auto& bytes : datagrams) {
      if (client_listens) client_->on_datagram(bytes, now_, slab_);
    }
    if (client_->next_deadline() <= now_) client_->on_deadline(now_, slab_);
    now_ += 1ms;
  }

  TimePoint now_ = time_from_us(10'000'000);
  SeededRandom random_{77};
  dtls::Certificate certificate_ = std::move(*dtls::Certificate::generate());
  SocketAddress server_ = *SocketAddress::parse("192.0.2.1", 5000);
  SocketAddress client_address_ = *SocketAddress::parse("198.51.100.7", 6000);
  SendSlab slab_{1 << 20, 2048};
  Hub hub_{certificate_, random_, [](const HubEvent&) {}};
  std::unique_ptr<FakeClient> client_;
};

TEST_F(HostilePeer, ProtectedRtpOfAnyShapeIsSurvived) {
  int sent = 0;
  uint16_t seq = 100;
  for (int i = 0; i < 10000; ++i) {
    // One-byte extensions mid, transport-cc and abs-send-time, then a VP8 key frame's first bytes.
    std::vector<uint8_t> p = {0x90, 96,   0,    0, 0,    0,    0,    9,    0,    0,    0x04,
                              0x57, 0xBE, 0xDE, 0, 3,    0x40, '1',  0x31, 0,    1,    0x22,
                              1,    2,    3,    0, 0,    0,    0x90, 0x80, 1,    0x10, 0x50,
                              0xB4, 0,    0x9D, 1, 0x2A, 0x40, 0x01, 0xF0, 0x00, 7,    7};
    if (random_.below(4) == 0) store_be32(&p[8], 2222);  // as a retransmission
    if (random_.below(4) == 0) p[1] = 97;
    for (uint32_t k = 0, n = random_.below(5); k < n; ++k) {
      p[1 + random_.below(static_cast<uint32_t>(p.size()) - 1)] = static_cast<uint8_t>(random_.next_u32());
    }
    if (random_.below(8) == 0) p.resize(28 + random_.below(static_cast<uint32_t>(p.size()) - 28 + 1));
    // Gaps, but no jump so far that SRTP would take what follows for replays.
    if (random_.below(100) == 0) seq = static_cast<uint16_t>(seq + random_.below(600));
    store_be16(&p[2], seq++);
    // The header as the mutated length of extensions has it; SRTP itself refuses what does not add up.
    const size_t header = 16 + 4u * load_be16(&p[14]);
    if (header <= p.size()) sent += client_->send_protected(p, header, false, slab_) ? 1 : 0;
    exchange(false);  // it would be sent its own nonsense back
  }
  EXPECT_GT(sent, 5000);
  EXPECT_GE(hub_.peer_stats(kPeer)->packets_received, static_cast<uint64_t>(sent));
  EXPECT_GT(hub_.peer_stats(kPeer)->tracks[0].packets, 1000u);
  EXPECT_EQ(hub_.peer_stats(kPeer)->state, PeerState::kConnected);
  EXPECT_LE(hub_.stats().buffered_packets, 1024u);
}

TEST_F(HostilePeer, ProtectedRtcpOfAnyShapeIsSurvived) {
  std::vector<uint8_t> seed(600);
  ByteWriter w(seed);
  rtcp::write_sender_report(w, {{1111}, 0x0102030405060708, {9}, 10, 11});
  const rtcp::ReportBlock blocks[] = {{{3333}, 1, 2, 3, 4, 5, 6}, {{4444}, 1, 2, 3, 4, 5, 6}};
  rtcp::write_receiver_report(w, {1}, blocks);
  rtcp::write_cname(w, {1111}, "someone");
  const SeqNumber missing[] = {{100}, {102}, {117}, {40000}};
  rtcp::write_nack(w, {1}, {3333}, missing);
  rtcp::write_pli(w, {1}, {3333});
  rtcp::write_bye(w, {1111});
  ASSERT_TRUE(w.ok());
  seed.resize(w.size());
  int sent = 0;
  for (int i = 0; i < 10000; ++i) {
    std::vector<uint8_t> p = seed;
    for (uint32_t k = 0, n = random_.below(6); k < n; ++k) {
      p[1 + random_.below(static_cast<uint32_t>(p.size()) - 1)] = static_cast<uint8_t>(random_.next_u32());
    }
    // SRTCP keeps an index for each sender: stay with one, so that it is the hub that is tried.
    store_be32(&p[4], 1111);
    if (random_.below(3) == 0) p.resize(8 + random_.below(static_cast<uint32_t>(p.size()) - 8 + 1));
    sent += client_->send_protected(p, 0, true, slab_) ? 1 : 0;
    if (i % 10 == 0) client_->publish({1111}, {2222}, now_, slab_);
    exchange();
  }
  EXPECT_EQ(sent, 10000);
  EXPECT_GE(hub_.peer_stats(kPeer)->packets_received, 10000u);
  EXPECT_EQ(hub_.peer_stats(kPeer)->state, PeerState::kConnected);
  EXPECT_LE(hub_.stats().buffered_packets, 1024u);
}

}  // namespace
}  // namespace parley::media
