// Two engines' pipes over a lossy network with a seed: media, retransmissions, key frames, reports; and what
// a stranger cannot do.
#include "media/pipe/pipe.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "media/pipe/pipe_for_tests.h"
#include "media/routing/routing_for_tests.h"

namespace parley::media::pipe {
namespace {

using namespace std::chrono_literals;

class Pipes : public ::testing::Test {
 protected:
  static constexpr uint32_t kTrack = 7, kFar = 70;

  Pipes() {
    TrackConfig config = published_camera(kTrack);
    config.extensions.video_orientation = 13;
    track_.emplace(config, bench_.egress(1), bench_.pool, Ssrc{5});
  }

  void connect() {
    ASSERT_TRUE(near_.connect(far_address_, key(2)));
    ASSERT_TRUE(far_.connect(near_address_, key(1)));
    const auto parsed = parse_description(describe(camera()));
    ASSERT_TRUE(parsed.ok()) << parsed.error().reason;
    arrived_ = far_.receive_track(to_config(*parsed, kFar));
    ASSERT_NE(arrived_, nullptr);
    SubscriptionConfig to;
    to.payload_type = 100;
    to.ssrc = {900};
    to.extensions.video_orientation = 5;
    subscription_.emplace(to, bench_.egress(2), uint16_t{1}, uint16_t{1});
    arrived_->add(*subscription_, bench_.now, bench_.slab);
    ASSERT_TRUE(near_.send_track(*track_, camera(), bench_.now, bench_.slab));
    EXPECT_FALSE(near_.send_track(*track_, camera(), bench_.now, bench_.slab)) << "once is enough";
  }

  void publish(uint8_t n, bool key_frame) {
    const std::vector<uint8_t> payload = {0x10, static_cast<uint8_t>(key_frame ? 0 : 1), 0, 0x9D, 1, 0x2A, n};
    bench_.feed(*track_, {96, true, {static_cast<uint16_t>(65500 + n)}, {n * 3000u}, {77}}, payload,
                {{13, {2}}});
  }

  // One millisecond: what was written goes its way, each datagram in ten is lost if `lossy_`.
  void step() {
    std::deque<std::pair<bool, std::vector<uint8_t>>> flying;
    for (size_t i = 0; i < bench_.slab.size(); ++i) {
      const auto& to = bench_.slab[i].destination;
      std::vector<uint8_t> bytes(bench_.slab[i].bytes.begin(), bench_.slab[i].bytes.end());
      if (to == near_address_ || to == far_address_)
        flying.emplace_back(to == far_address_, std::move(bytes));
    }
    for (const auto& s : bench_.sent_to(2))
      received_[unwrapper_.unwrap(s.packet().seq)] = s.packet().payload[6];
    for (auto& [to_far, bytes] : flying) {
      if (lossy_ && random_.below(10) == 0) continue;
      (to_far ? far_ : near_).on_datagram(bytes, bench_.now, bench_.slab);
    }
    bench_.now += 1ms;
    if (track_->next_deadline() <= bench_.now) track_->on_deadline(bench_.now, bench_.slab);
    if (pacing_.next_deadline() <= bench_.now) pacing_.on_deadline(bench_.now, bench_.slab);
    for (Pipe* p : {&near_, &far_}) {
      if (p->next_deadline() <= bench_.now) p->on_deadline(bench_.now, bench_.slab);
    }
  }
  void run(Duration duration) {
    for (const TimePoint end = bench_.now + duration; bench_.now < end;) step();
  }

  testing::RoutingBench bench_;
  SeededRandom random_{4711};
  SocketAddress near_address_ = *SocketAddress::parse("198.51.100.1", 4000);
  SocketAddress far_address_ = *SocketAddress::parse("198.51.100.2", 4000);
  std::optional<Track> track_;
  congestion::PaceList pacing_;
  Pipe near_{key(1), random_, bench_.pool, pacing_, bench_.now};
  Pipe far_{key(2), random_, bench_.pool, pacing_, bench_.now};
  Track* arrived_ = nullptr;
  std::optional<Subscription> subscription_;
  SeqUnwrapper unwrapper_;
  std::map<int64_t, int> received_;
  bool lossy_ = false;
};

TEST_F(Pipes, CarryATrackOverLossWithTheSourcesNumbers) {
  connect();
  run(10ms);
  for (uint8_t n = 0; n < 200; ++n) {
    lossy_ = n < 190;  // a loss is seen by what comes after it
    publish(n, n == 0 || n == 20);
    run(10ms);
  }
  run(500ms);
  ASSERT_GT(received_.size(), 170u);
  EXPECT_EQ(received_.rbegin()->second, 199);
  int expected = received_.begin()->second;
  for (const auto& [seq, n] : received_) EXPECT_EQ(n, expected++) << "lost in the pipe, and not asked for";
  const auto stats = arrived_->stats();
  EXPECT_GT(stats.nacks, 5u);
  EXPECT_EQ(stats.encodings[0].ssrc, 501u);
  EXPECT_EQ(near_.state(), PipeState::kConnected) << "it hears the far side's reports";
  EXPECT_EQ(far_.state(), PipeState::kConnected);
  EXPECT_GT(near_.stats().packets_sent, 200u);
}

TEST_F(Pipes, HandOnRequestsForKeyFrames) {
  connect();
  run(10ms);
  publish(0, true);
  run(400ms);
  const auto before = track_->stats().plis;
  subscription_->on_key_frame_request(bench_.now, bench_.slab);
  run(400ms);
  EXPECT_GT(track_->stats().plis, before);
}

TEST_F(Pipes, TellTheSourcesClock) {
  connect();
  run(10ms);
  track_->on_sender_report({{77}, uint64_t{1000} << 32, {0}, 1, 1}, bench_.now);
  publish(0, true);
  run(10ms);
  track_->on_sender_report({{77}, uint64_t{1000} << 32, {90000}, 1, 1}, bench_.now);
  publish(1, false);
  run(2100ms);
  const auto clock = arrived_->encoding(0).clock_at(bench_.now, 90000);
  ASSERT_TRUE(clock);
  EXPECT_EQ(clock->ntp >> 32, 1002u);
  EXPECT_NEAR(clock->timestamp.value, 90000 + 2.1 * 90000, 900);
}

TEST_F(Pipes, AreDisconnectedWhenNothingIsHeard) {
  connect();
  run(2s);
  ASSERT_EQ(near_.state(), PipeState::kConnected);
  bench_.now += 10s;
  near_.on_deadline(bench_.now, bench_.slab);
  EXPECT_EQ(near_.state(), PipeState::kDisconnected);
  run(1500ms);
  EXPECT_EQ(near_.state(), PipeState::kConnected) << "it comes back by itself";
}

TEST_F(Pipes, SayThatNobodyEverAnswered) {
  bench_.egress(2);
  ASSERT_TRUE(near_.connect(far_address_, key(2)));
  run(4s);
  EXPECT_EQ(near_.state(), PipeState::kNew);
  run(3s);
  EXPECT_EQ(near_.state(), PipeState::kDisconnected);
}

TEST_F(Pipes, RefuseStrangersReplaysAndTracksThatEnded) {
  connect();
  Pipe stranger(key(9), random_, bench_.pool, pacing_, bench_.now);
  ASSERT_TRUE(stranger.connect(far_address_, key(2)));
  bench_.slab.clear();
  stranger.on_deadline(bench_.now, bench_.slab);
  step();
  EXPECT_EQ(far_.state(), PipeState::kNew);
  EXPECT_EQ(far_.stats().packets_refused, 1u);

  run(10ms);
  publish(0, true);
  std::vector<uint8_t> captured;
  for (size_t i = 0; i < bench_.slab.size(); ++i) {
    if (bench_.slab[i].destination == far_address_) {
      captured.assign(bench_.slab[i].bytes.begin(), bench_.slab[i].bytes.end());
    }
  }
  step();
  const auto heard = far_.stats().packets_received;
  auto again = captured;
  far_.on_datagram(again, bench_.now, bench_.slab);
  EXPECT_EQ(far_.stats().packets_received, heard) << "replayed";
  arrived_->remove(*subscription_);
  EXPECT_TRUE(far_.stop_receiving(kFar));
  EXPECT_FALSE(far_.stop_receiving(kFar));
  again = captured;
  far_.on_datagram(again, bench_.now, bench_.slab);
  EXPECT_EQ(far_.stats().packets_received, heard) << "of a track that ended";
  run(4s);
  again = captured;
  const auto refused = far_.stats().packets_refused;
  far_.on_datagram(again, bench_.now, bench_.slab);
  EXPECT_EQ(far_.stats().packets_refused, refused) << "not even looked at";
  near_.stop_sending(kTrack);
  publish(1, false);
  for (size_t i = 0; i < bench_.slab.size(); ++i) EXPECT_NE(bench_.slab[i].destination, far_address_);
}

TEST_F(Pipes, OutliveTheirTracks) {
  connect();
  run(10ms);
  publish(0, true);
  run(10ms);
  track_.reset();
  subscription_->on_key_frame_request(bench_.now, bench_.slab);
  for (int i = 0; i < 1000; ++i) {
    bench_.now += 1ms;
    if (near_.next_deadline() <= bench_.now) near_.on_deadline(bench_.now, bench_.slab);
  }
  near_.stop_sending(kTrack);
  SUCCEED();
}

TEST_F(Pipes, GiveThePlaceOfAnEndedTrackToAnother) {
  connect();
  TrackConfig config;
  config.kind = TrackKind::kVideo;
  for (uint32_t n = 0; n < 3 * Pipe::kMaxTracks; ++n) {
    config.id = 1000 + n;
    Track passing(config, bench_.egress(1), bench_.pool, Ssrc{5});
    PipedTrack described = camera();
    described.encodings = {{"", Ssrc{2000 + 2 * n}, Ssrc{2001 + 2 * n}}};
    ASSERT_TRUE(near_.send_track(passing, described, bench_.now, bench_.slab)) << n;
    bench_.slab.clear();
  }
}

TEST_F(Pipes, HaveBounds) {
  EXPECT_FALSE(near_.connect(SocketAddress(), key(2)));
  EXPECT_FALSE(near_.connect(far_address_, key(1))) << "one key for both directions";
  EXPECT_TRUE(near_.connect(far_address_, key(2)));
  EXPECT_FALSE(near_.connect(far_address_, key(3))) << "once";
  for (uint32_t i = 0; i < Pipe::kMaxTracks; ++i) {
    EXPECT_NE(near_.receive_track(to_config(camera(), i)), nullptr);
  }
  EXPECT_EQ(near_.receive_track(to_config(camera(), 999)), nullptr);
}

TEST_F(Pipes, SurviveAuthenticMutations) {
  connect();
  run(10ms);
  publish(0, true);
  run(5ms);
  auto hostile = std::move(*srtp::Sender::create(kProfile, key(2)));
  for (int i = 0; i < 5000; ++i) {
    std::array<uint8_t, 200> bytes;
    ByteWriter w(bytes);
    const SeqNumber lost[] = {{65500}, {65501}};
    rtcp::write_nack(w, {1}, {501}, lost);
    rtcp::write_sender_report(w, {{501}, 1, {1}, 1, 1});
    rtcp::write_pli(w, {1}, {501});
    for (uint32_t n = random_.below(5); n > 0; --n) {
      bytes[4 + random_.below(static_cast<uint32_t>(w.size()) - 4)] =
          static_cast<uint8_t>(random_.next_u32());
    }
    store_be32(&bytes[4], 1);
    std::vector<uint8_t> sealed(300);
    sealed.resize(hostile.protect_rtcp(w.written(), sealed));
    near_.on_datagram(sealed, bench_.now, bench_.slab);
    bench_.slab.clear();
  }
  EXPECT_GT(near_.stats().packets_received, 4000u);
}

TEST(PipeDescription, ReadsWhatItWrites) {
  PipedTrack t = camera();
  t.encodings = {{"q", Ssrc{1}, Ssrc{2}}, {"h", Ssrc{3}, Ssrc{4}}, {"f", Ssrc{5}, Ssrc{6}}};
  t.codec.red_payload_type = 63;
  const auto back = parse_description(describe(t));
  ASSERT_TRUE(back.ok()) << back.error().reason;
  EXPECT_EQ(back->kind, TrackKind::kVideo);
  EXPECT_EQ(back->codec.kind, CodecKind::kVp8);
  EXPECT_EQ(back->codec.rtx_payload_type, 97);
  EXPECT_FALSE(back->codec.red_payload_type) << "taken off before the pipe";
  EXPECT_EQ(back->stream, "stream");
  EXPECT_EQ(back->name, "camera");
  ASSERT_EQ(back->encodings.size(), 3u);
  EXPECT_EQ(back->encodings[2].rid, "f");
  EXPECT_EQ(back->encodings[2].rtx_ssrc, Ssrc{6});
  EXPECT_EQ(to_config(*back, 9).encodings.size(), 3u);
}

TEST(PipeDescription, RefusesOthers) {
  EXPECT_FALSE(parse_description("").ok());
  EXPECT_FALSE(parse_description("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n").ok());
  PipedTrack none = camera();
  none.encodings.clear();
  EXPECT_FALSE(parse_description(describe(none)).ok());
  PipedTrack many = camera();
  for (uint32_t i = 0; i < 8; ++i) many.encodings.push_back({"", Ssrc{i * 2 + 600}, Ssrc{i * 2 + 601}});
  EXPECT_FALSE(parse_description(describe(many)).ok());
  PipedTrack uneven = camera();
  uneven.encodings = {{"q", Ssrc{1}, Ssrc{2}}, {"", Ssrc{3}, Ssrc{4}}};
  EXPECT_FALSE(parse_description(describe(uneven)).ok());
  std::string retransmissions = describe(camera());  // alone: of no codec
  for (size_t at; (at = retransmissions.find("VP8/")) != std::string::npos;)
    retransmissions.replace(at, 3, "rtx");
  EXPECT_FALSE(parse_description(retransmissions).ok());
}

}  // namespace
}  // namespace parley::media::pipe
