// What a track reports to and asks of its publisher.
#include <gtest/gtest.h>

#include "media/routing/routing_for_tests.h"
#include "media/rtcp/payload_feedback.h"

namespace parley::media {
namespace {

using namespace std::chrono_literals;
using testing::RoutingBench;

class TrackRtcp : public ::testing::Test {
 protected:
  static TrackConfig video() {
    TrackConfig config;
    config.id = 1;
    config.kind = TrackKind::kVideo;
    config.codec = CodecKind::kVp8;
    config.payload_type = 96;
    config.nack = true;
    return config;
  }
  void feed(Track& track, uint16_t seq, uint32_t ssrc = 77) {
    const std::vector<uint8_t> delta_frame = {0x10, 0x01, 0, 0, 0, 0};
    bench_.feed(track, {96, true, {seq}, {seq * 3000u}, {ssrc}}, delta_frame);
  }
  // The feedback of one format the publisher was sent.
  std::vector<std::vector<uint8_t>> feedback(uint8_t type, uint8_t format) {
    std::vector<std::vector<uint8_t>> bodies;
    for (const auto& sent : bench_.sent_to(1)) {
      rtcp::Reader reader(sent.bytes);
      while (const auto h = reader.next()) {
        if (h->type == type && h->count == format) bodies.emplace_back(h->body.begin(), h->body.end());
      }
    }
    return bodies;
  }

  RoutingBench bench_;
};

TEST_F(TrackRtcp, AsksByFirWithGrowingNumbersWherePliWasNotAgreedOn) {
  TrackConfig config = video();
  config.fir = true;
  Track track(config, bench_.egress(1), bench_.pool, {5});
  feed(track, 1);
  for (int i = 0; i < 2; ++i) {
    track.request_key_frame(bench_.now, bench_.slab);
    bench_.now += 1s;
  }
  const auto firs = feedback(rtcp::kPayloadFeedback, rtcp::kFir);
  ASSERT_EQ(firs.size(), 2u);
  EXPECT_EQ(load_be32(&firs[0][8]), 77u);
  EXPECT_EQ(firs[1][12], firs[0][12] + 1);
}

TEST_F(TrackRtcp, SpeaksOfTheSourcesOwnNumbersAfterItBeganAnew) {
  Track track(video(), bench_.egress(1), bench_.pool, {5});
  for (uint16_t seq = 65500; seq != 20; ++seq) feed(track, seq);
  feed(track, 40000, 88);
  feed(track, 40001, 88);
  feed(track, 40003, 88);
  std::array<rtcp::ReportBlock, 2> reports;
  ASSERT_EQ(track.report(reports, bench_.now), 1u);
  const auto* report = &reports[0];
  EXPECT_EQ(report->source, Ssrc{88});
  EXPECT_EQ(report->highest_seq & 0xFFFF, 40003u);
  EXPECT_EQ(report->cumulative_lost, 1);
  bench_.now += 10ms;
  track.on_deadline(bench_.now, bench_.slab);
  const auto nacks = feedback(rtcp::kTransportFeedback, rtcp::kNack);
  ASSERT_EQ(nacks.size(), 1u);
  EXPECT_EQ(load_be16(&nacks[0][8]), 40002);
}

TEST_F(TrackRtcp, AsksAgainAfterTheRoundTripOnceThatIsKnown) {
  Track track(video(), bench_.egress(1), bench_.pool, {5});
  track.set_round_trip(200ms);
  feed(track, 1);
  feed(track, 3);
  int asked = 0;
  for (int ms = 0; ms < 400; ++ms) {
    bench_.now += 1ms;
    if (track.next_deadline() <= bench_.now) track.on_deadline(bench_.now, bench_.slab);
    asked += static_cast<int>(feedback(rtcp::kTransportFeedback, rtcp::kNack).size());
  }
  EXPECT_EQ(asked, 2) << "at 5 and at 205 ms";
}

TEST_F(TrackRtcp, IsInactiveOnceItsSourceSaidGoodbye) {
  Track track(video(), bench_.egress(1), bench_.pool, {5});
  feed(track, 1);
  EXPECT_TRUE(track.take_activity_change(bench_.now));
  track.on_bye({99});
  EXPECT_TRUE(track.active());
  track.on_bye({77});
  EXPECT_FALSE(track.active());
  EXPECT_TRUE(track.take_activity_change(bench_.now));
}

}  // namespace
}  // namespace parley::media
