// Which header extensions of a publisher's packets reach a subscriber.
#include <gtest/gtest.h>

#include "media/routing/routing_for_tests.h"

namespace parley::media {
namespace {

using testing::RoutingBench;

TEST(PassedExtensions, GoUnderTheSubscribersIdsAndOnlyWhatItTook) {
  RoutingBench bench;
  TrackConfig config;
  config.kind = TrackKind::kVideo;
  config.codec = CodecKind::kVp8;
  config.payload_type = 96;
  config.extensions.transport_cc = 3;
  config.extensions.video_orientation = 13;
  config.extensions.playout_delay = 14;
  config.extensions.abs_capture_time = 20;
  Track track(config, bench.egress(1), bench.pool, {5});
  SubscriptionConfig to;
  to.payload_type = 100;
  to.ssrc = {900};
  to.mid = "7";
  to.extensions.mid = 4;
  to.extensions.video_orientation = 5;
  to.extensions.abs_capture_time = 6;
  Subscription subscription(to, bench.egress(2), 1, 1);
  track.add(subscription, bench.now, bench.slab);

  const std::vector<uint8_t> key_frame = {0x10, 0, 0, 0, 0x9D, 1, 0x2A, 0, 1, 0, 1};
  bench.feed(track, {96, true, {10}, {20}, {77}}, key_frame,
             {{3, {0, 1}}, {13, {3}}, {14, {0, 0, 9}}, {20, {1, 2, 3, 4, 5, 6, 7, 8}}});
  const auto sent = bench.sent_to(2);
  ASSERT_EQ(sent.size(), 1u);
  const auto p = sent[0].packet();
  EXPECT_EQ(as_text(p.extension(4)), "7");
  EXPECT_EQ(p.extension(5).size(), 1u);
  EXPECT_EQ(p.extension(6).size(), 8u);
  int elements = 0;
  p.for_each_extension([&](uint8_t, std::span<const uint8_t>) {
    ++elements;
    return false;
  });
  EXPECT_EQ(elements, 3) << "no transport-wide number, no playout delay";
}

}  // namespace
}  // namespace parley::media
