// What offers say of layers and codecs, and what is answered.
#include <gtest/gtest.h>

#include "media/session/offers_for_tests.h"
#include "media/session/publisher_negotiator.h"
#include "media/session/subscriber_negotiator.h"

namespace parley::media {
namespace {

using testing::chromium_offer;
using testing::replaced;

class LayerNegotiation : public testing::WithEndpoint {
 protected:
  LayerNegotiation() : WithEndpoint(8853) { endpoint_.fingerprint.sha256.fill(7); }
  PublisherNegotiator::Outcome accept(const std::string& offer,
                                      CodecPreferences codecs = default_video_codecs()) {
    PublisherNegotiator publisher(endpoint_, random_, next_track_, std::move(codecs));
    auto outcome = publisher.accept_offer(offer);
    EXPECT_TRUE(outcome.ok()) << (outcome.ok() ? "" : outcome.error().reason);
    return outcome.ok() ? std::move(*outcome) : PublisherNegotiator::Outcome{};
  }
  static std::string without_sources() {
    const std::string offer = chromium_offer();
    return offer.substr(0, offer.find("a=ssrc-group:FID"));
  }
  static std::string with_rids(const std::string& simulcast) {
    return without_sources() +
           "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"
           "a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\n"
           "a=rid:q send\r\na=rid:h send\r\na=rid:f send\r\na=rid:in recv\r\n"
           "a=simulcast:" +
           simulcast + "\r\n";
  }
};

TEST_F(LayerNegotiation, AnswersTheRidsOfSimulcast) {
  const auto outcome = accept(with_rids("send q;h;f"));
  ASSERT_EQ(outcome.tracks.size(), 2u);
  const IncomingTrack& video = outcome.tracks[1];
  ASSERT_EQ(video.encodings.size(), 3u);
  EXPECT_EQ(video.encodings[2].rid, "f");
  EXPECT_EQ(video.extensions.rid, 10);
  EXPECT_EQ(video.extensions.repaired_rid, 11);
  EXPECT_NE(outcome.answer.find("a=rid:h recv\r\n"), std::string::npos);
  EXPECT_NE(outcome.answer.find("a=simulcast:recv q;h;f\r\n"), std::string::npos);
  EXPECT_EQ(negotiation::to_config(video).encodings.size(), 3u);
}

TEST_F(LayerNegotiation, ReadsAlternativesPausedStreamsAndBothDirections) {
  const auto outcome = accept(with_rids("recv in send q,h;~f"));
  ASSERT_EQ(outcome.tracks[1].encodings.size(), 2u);
  EXPECT_EQ(outcome.tracks[1].encodings[0].rid, "q");
  EXPECT_EQ(outcome.tracks[1].encodings[1].rid, "f");
}

TEST_F(LayerNegotiation, TakesOneEncodingAsNoSimulcast) {
  EXPECT_TRUE(accept(with_rids("send q")).tracks[1].encodings.empty());
  EXPECT_TRUE(accept(with_rids("send unknown;other")).tracks[1].encodings.empty());
  const auto no_extension = accept(replaced(with_rids("send q;h"), "sdes:rtp-stream-id", "sdes:nothing"));
  EXPECT_TRUE(no_extension.tracks[1].encodings.empty());
  EXPECT_EQ(no_extension.answer.find("a=simulcast"), std::string::npos);
}

TEST_F(LayerNegotiation, ReadsEncodingsFromAGroupOfSources) {
  const auto outcome =
      accept(without_sources() +
             "a=ssrc-group:SIM 11 12 13\r\na=ssrc-group:FID 11 21\r\na=ssrc-group:FID 12 22\r\n"
             "a=ssrc:11 cname:c\r\na=ssrc:12 cname:c\r\na=ssrc:13 cname:c\r\n");
  const auto& encodings = outcome.tracks[1].encodings;
  ASSERT_EQ(encodings.size(), 3u);
  EXPECT_EQ(encodings[0].ssrc, Ssrc{11});
  EXPECT_EQ(encodings[1].rtx_ssrc, Ssrc{22});
  EXPECT_FALSE(encodings[2].rtx_ssrc);
  EXPECT_EQ(outcome.answer.find("a=simulcast"), std::string::npos);
}

TEST_F(LayerNegotiation, ChoosesTheFirstPreferredCodecThatIsOffered) {
  EXPECT_EQ(accept(chromium_offer()).tracks[1].codec.kind, CodecKind::kVp8);
  EXPECT_EQ(accept(chromium_offer(), {CodecKind::kAv1, CodecKind::kVp9}).tracks[1].codec.kind,
            CodecKind::kVp9);
  EXPECT_EQ(accept(chromium_offer(), {CodecKind::kH264}).tracks[1].codec.codec.payload_type, 103);
  EXPECT_EQ(accept(chromium_offer(), {CodecKind::kH265}).tracks.size(), 1u) << "the video is rejected";
  const std::string av1 = replaced(replaced(chromium_offer(), "VP9/90000", "AV1/90000"), "profile-id=0",
                                   "level-idx=5;profile=0;tier=0") +
                          "a=extmap:12 " + std::string(kDependencyDescriptorUri) + "\r\n";
  const auto outcome = accept(av1, {CodecKind::kAv1});
  EXPECT_EQ(outcome.tracks[1].codec.kind, CodecKind::kAv1);
  EXPECT_EQ(outcome.tracks[1].extensions.dependency_descriptor, 12);
  EXPECT_EQ(accept(av1).tracks[1].extensions.dependency_descriptor, 0) << "VP8 tells its layers itself";
}

TEST_F(LayerNegotiation, ComparesFormatsByProfileAndMode) {
  const auto codec = [](const char* name, const char* parameters) {
    sdp::Codec c;
    c.name = name;
    c.clock_rate = 90000;
    c.parameters = parameters;
    return c;
  };
  const auto h264 = codec("H264", "packetization-mode=1;profile-level-id=42e01f");
  EXPECT_TRUE(same_format(h264, codec("h264", "profile-level-id=42e034;packetization-mode=1")))
      << "the level may differ";
  EXPECT_TRUE(same_format(h264, codec("H264", "packetization-mode=1")));
  EXPECT_FALSE(same_format(h264, codec("H264", "profile-level-id=64001f;packetization-mode=1")));
  EXPECT_FALSE(same_format(h264, codec("H264", "profile-level-id=42e01f")));
  EXPECT_FALSE(same_format(h264, codec("VP8", "")));
  EXPECT_TRUE(same_format(codec("VP9", ""), codec("VP9", "profile-id=0")));
  EXPECT_FALSE(same_format(codec("VP9", "profile-id=2"), codec("VP9", "profile-id=0")));
  EXPECT_FALSE(same_format(codec("AV1", "profile=1"), codec("AV1", "")));
  EXPECT_TRUE(same_format(codec("H265", "profile-id=1"), codec("H265", "")));
}

TEST_F(LayerNegotiation, OffersTheDependencyDescriptorWhereLayersNeedIt) {
  SubscriberNegotiator subscriber(endpoint_, random_);
  SubscriberNegotiator::Source source;
  source.track = 1;
  source.kind = TrackKind::kVideo;
  source.stream = "p1";
  source.track_name = "t1";
  source.codec.kind = CodecKind::kVp8;
  source.codec.codec.name = "VP8";
  source.codec.codec.clock_rate = 90000;
  ASSERT_TRUE(subscriber.add(1, source).ok());
  EXPECT_EQ(subscriber.create_offer().find(kDependencyDescriptorUri), std::string::npos);
  source.codec.kind = CodecKind::kAv1;
  source.codec.codec.name = "AV1";
  ASSERT_TRUE(subscriber.add(2, source).ok());
  EXPECT_NE(subscriber.create_offer().find(kDependencyDescriptorUri), std::string::npos);
}

}  // namespace
}  // namespace parley::media
