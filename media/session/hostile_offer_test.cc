// Offers of somebody who wants more than there is, and offers with several or broken ways to say the same.
#include <gtest/gtest.h>

#include "media/sdp/parser.h"
#include "media/sdp/writer.h"
#include "media/session/offers_for_tests.h"
#include "media/session/publisher_negotiator.h"

namespace parley::media {
namespace {

using testing::chromium_offer;
using testing::replaced;

class HostileOffer : public testing::WithEndpoint {
 protected:
  // Chromium's video section so many times, each with sources of its own.
  static std::string with_sections(size_t count, uint32_t first_source) {
    sdp::SessionDescription d = *sdp::parse(chromium_offer());
    const sdp::MediaSection video = d.media.back();
    d.media.clear();
    d.bundle.clear();
    for (size_t i = 0; i < count; ++i) {
      sdp::MediaSection m = video;
      m.mid = std::to_string(i);
      m.sources = {{first_source + static_cast<uint32_t>(i), "c", ""}};
      m.source_groups.clear();
      d.bundle.push_back(m.mid);
      d.media.push_back(std::move(m));
    }
    return sdp::to_string(d);
  }
};

TEST_F(HostileOffer, EndlessRenegotiationHasAnEnd) {
  PublisherNegotiator publisher(endpoint_, random_, next_track_);
  size_t refused = 0, largest_answer = 0;
  for (uint32_t round = 1; round <= 400; ++round) {
    const auto outcome = publisher.accept_offer(with_sections(round, 1000 * round));
    if (!outcome) {
      ++refused;
      continue;
    }
    ASSERT_LE(outcome->tracks.size(), PublisherNegotiator::kMaxTracks);
    ASSERT_TRUE(sdp::parse(outcome->answer).ok());
    largest_answer = std::max(largest_answer, outcome->answer.size());
  }
  EXPECT_GE(refused, 400 - sdp::kMaxMediaSections) << "a description has so many sections at most";
  EXPECT_LE(largest_answer, size_t{256} << 10);
  EXPECT_LE(next_track_, 1 + PublisherNegotiator::kMaxTracks) << "the same sections are the same tracks";
  EXPECT_FALSE(publisher.accept_offer(chromium_offer())) << "sections do not go away";
}

TEST_F(HostileOffer, RestartsIceAsOftenAsItIsAskedTo) {
  PublisherNegotiator publisher(endpoint_, random_, next_track_);
  std::string ufrag;
  for (int round = 0; round < 1000; ++round) {
    const auto outcome =
        publisher.accept_offer(replaced(chromium_offer(), "9Hfb", "ufrag" + std::to_string(round)));
    ASSERT_TRUE(outcome.ok());
    EXPECT_EQ(outcome->ice_restarted, round > 0);
    EXPECT_NE(outcome->local.ufrag, ufrag);
    ufrag = outcome->local.ufrag;
    EXPECT_EQ(outcome->tracks.size(), 2u);
  }
  EXPECT_EQ(next_track_, 3u);
}

TEST_F(HostileOffer, TheFirstSha256FingerprintCountsAndMustBeOne) {
  const auto accept = [&](const std::string& lines) {
    PublisherNegotiator publisher(endpoint_, random_, next_track_);
    return publisher.accept_offer(replaced(chromium_offer(), "a=fingerprint:sha-256 ", lines));
  };
  const auto beside_others = accept(
      "a=fingerprint:sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33\r\n"
      "a=fingerprint:sha-256 ");
  ASSERT_TRUE(beside_others.ok()) << beside_others.error().reason;
  EXPECT_EQ(beside_others->remote.fingerprint.sha256[0], 0x0A);
  EXPECT_FALSE(accept("a=fingerprint:sha-256 0A:1B\r\na=fingerprint:sha-256 ").ok());
  EXPECT_FALSE(accept("a=fingerprint:sha-1 ").ok());
}

TEST_F(HostileOffer, PassiveCandidatesComeBehindThoseOfUdp) {
  endpoint_.tcp_candidates = {*SocketAddress::parse("192.0.2.1", 5000),
                              *SocketAddress::parse("2001:db8::1", 5000)};
  PublisherNegotiator publisher(endpoint_, random_, next_track_);
  const auto outcome = publisher.accept_offer(chromium_offer());
  ASSERT_TRUE(outcome.ok());
  const auto candidates = sdp::parse(outcome->answer)->media.front().candidates;
  ASSERT_EQ(candidates.size(), 3u);
  EXPECT_EQ(candidates[0].transport, "udp");
  for (size_t i = 1; i < 3; ++i) {
    EXPECT_EQ(candidates[i].transport, "tcp");
    EXPECT_EQ(candidates[i].tcp_type, "passive");
    EXPECT_LT(candidates[i].priority, candidates[i - 1].priority);
    EXPECT_NE(candidates[i].foundation, candidates[i - 1].foundation);
  }
}

TEST_F(HostileOffer, ADescriptionThatIsOnlyRejectedSectionsIsRefused) {
  PublisherNegotiator publisher(endpoint_, random_, next_track_);
  EXPECT_FALSE(publisher.accept_offer("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n").ok());
  const auto none = publisher.accept_offer(
      replaced(replaced(chromium_offer(), "m=audio 9", "m=audio 0"), "m=video 9", "m=video 0"));
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.error().reason.find("no section"), std::string::npos);
}

}  // namespace
}  // namespace parley::media
