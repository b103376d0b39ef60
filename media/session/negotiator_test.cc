// Offer/answer with a publisher and a subscriber.
#include <gtest/gtest.h>

#include "media/sdp/parser.h"
#include "media/sdp/writer.h"
#include "media/session/offers_for_tests.h"
#include "media/session/publisher_negotiator.h"
#include "media/session/subscriber_negotiator.h"

namespace parley::media {
namespace {

using testing::chromium_offer;
using testing::replaced;

class Negotiation : public testing::WithEndpoint {
 protected:
  static sdp::SessionDescription parsed(const std::string& text) {
    auto result = sdp::parse(text);
    EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message());
    return result.ok() ? *result : sdp::SessionDescription();
  }

  // What a browser would answer to `offer`: everything, as the receiving side.
  static std::string answer_to(const std::string& offer) {
    sdp::SessionDescription d = parsed(offer);
    d.ice_lite = false;
    for (sdp::MediaSection& m : d.media) {
      if (m.direction == sdp::Direction::kSendOnly) m.direction = sdp::Direction::kRecvOnly;
      m.setup = sdp::Setup::kActive;
      m.ice_ufrag = "peer";
      m.ice_pwd = "0123456789012345678901";
      m.sources.clear();
      m.source_groups.clear();
      m.msids.clear();
    }
    return sdp::to_string(d);
  }
};

TEST_F(Negotiation, AnswersAPublisherWithOneCodecASection) {
  PublisherNegotiator publisher(endpoint_, random_, next_track_);
  const auto outcome = publisher.accept_offer(chromium_offer());
  ASSERT_TRUE(outcome.ok()) << outcome.error().reason;
  ASSERT_EQ(outcome->tracks.size(), 2u);
  EXPECT_EQ(outcome->tracks[0].codec.kind, CodecKind::kOpus);
  EXPECT_EQ(outcome->tracks[0].extensions.audio_level, 1);
  EXPECT_EQ(outcome->tracks[1].codec.kind, CodecKind::kVp8);
  EXPECT_EQ(outcome->tracks[1].codec.rtx_payload_type, 97);
  EXPECT_EQ(outcome->tracks[1].ssrc, Ssrc{2222222222u});
  EXPECT_EQ(outcome->tracks[1].rtx_ssrc, Ssrc{3333333333u});
  EXPECT_EQ(outcome->remote.credentials.ufrag, "9Hfb");
  EXPECT_EQ(outcome->remote.local_role, dtls::Role::kPassive);
  EXPECT_FALSE(outcome->ice_restarted);

  const auto answer = parsed(outcome->answer);
  EXPECT_TRUE(answer.ice_lite);
  EXPECT_EQ(answer.bundle, (std::vector<std::string>{"0", "1"}));
  ASSERT_EQ(answer.media.size(), 2u);
  EXPECT_EQ(answer.media[1].direction, sdp::Direction::kRecvOnly);
  EXPECT_EQ(answer.media[1].setup, sdp::Setup::kPassive);
  EXPECT_EQ(answer.media[1].formats, (std::vector<std::string>{"96", "97"}));
  EXPECT_TRUE(answer.media[1].codec(96)->has_feedback("transport-cc"));
  EXPECT_FALSE(answer.media[1].codec(96)->has_feedback("goog-remb"));
  ASSERT_EQ(answer.media[0].candidates.size(), 1u);
  EXPECT_EQ(answer.media[0].candidates[0].address, "192.0.2.1");
  EXPECT_TRUE(answer.media[0].end_of_candidates);
}

TEST_F(Negotiation, GivesRembToPublishersThatKnowNothingElse) {
  PublisherNegotiator publisher(endpoint_, random_, next_track_);
  const auto modern = publisher.accept_offer(chromium_offer());
  ASSERT_TRUE(modern.ok());
  EXPECT_FALSE(negotiation::to_config(modern->tracks[1]).remb);
  const std::string old = replaced(chromium_offer(), "a=rtcp-fb:96 transport-cc\r\n", "");
  const auto outcome = publisher.accept_offer(old);
  ASSERT_TRUE(outcome.ok()) << outcome.error().reason;
  EXPECT_TRUE(parsed(outcome->answer).media[1].codec(96)->has_feedback("goog-remb"));
  EXPECT_TRUE(negotiation::to_config(outcome->tracks[1]).remb);
  const auto timeless = publisher.accept_offer(
      replaced(old, "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n", ""));
  ASSERT_TRUE(timeless.ok());
  EXPECT_FALSE(parsed(timeless->answer).media[1].codec(96)->has_feedback("goog-remb")) << "nothing to go by";
}

TEST_F(Negotiation, AgreesOnEachKnownExtensionUnderThePublishersIds) {
  PublisherNegotiator publisher(endpoint_, random_, next_track_);
  const std::string offer =
      replaced(chromium_offer(), "a=extmap:14 urn:ietf:params:rtp-hdrext:toffset",
               "a=extmap:20 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay");
  const auto mixed = publisher.accept_offer(offer);
  ASSERT_TRUE(mixed.ok());
  EXPECT_TRUE(mixed->tracks[1].extensions.two_byte);
  EXPECT_EQ(mixed->tracks[1].extensions.video_orientation, 13);
  EXPECT_EQ(mixed->tracks[1].extensions.playout_delay, 20);
  EXPECT_EQ(mixed->tracks[0].extensions.video_orientation, 0);
  EXPECT_NE(parsed(mixed->answer).media[1].extension(kPlayoutDelayUri), nullptr);
  const auto plain = publisher.accept_offer(replaced(offer, "a=extmap-allow-mixed\r\n", ""));
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->tracks[1].extensions.playout_delay, 0) << "20 needs the two-byte form";
  EXPECT_EQ(plain->tracks[1].extensions.video_orientation, 13);
}

TEST_F(Negotiation, AgreesOnRedundantAudioAndParityWithEachSide) {
  PublisherNegotiator publisher(endpoint_, random_, next_track_);
  const std::string fec = "a=rtpmap:35 flexfec-03/90000\r\n";
  const auto as_it_is = publisher.accept_offer(chromium_offer());
  ASSERT_TRUE(as_it_is.ok());
  EXPECT_EQ(parsed(as_it_is->answer).media[0].formats, (std::vector<std::string>{"111", "63"}));
  std::string offer = replaced(chromium_offer(), " 111 63 ", " 63 111 ");
  offer = replaced(offer, "a=rtpmap:96 VP8",
                   fec + "a=ssrc-group:FEC-FR 2222222222 4044444444\r\na=rtpmap:96 VP8");
  offer = replaced(offer, " 96 97", " 96 97 35");
  const auto published = publisher.accept_offer(offer);
  ASSERT_TRUE(published.ok()) << published.error().reason;
  EXPECT_EQ(published->tracks[0].codec.red_payload_type, 63);
  EXPECT_EQ(published->tracks[1].codec.fec_payload_type, 35);
  EXPECT_EQ(published->tracks[1].fec_ssrc, Ssrc{4044444444u});
  const auto answer = parsed(published->answer);
  EXPECT_EQ(answer.media[0].formats, (std::vector<std::string>{"63", "111"})) << "in the offer's order";
  EXPECT_EQ(answer.media[0].codec(63)->parameters, "111/111");
  EXPECT_EQ(answer.media[1].formats, (std::vector<std::string>{"96", "97", "35"}));

  SubscriberNegotiator subscriber(endpoint_, random_);
  uint32_t id = 1;
  for (const IncomingTrack& t : published->tracks) {
    ASSERT_TRUE(subscriber.add(id++, {t.id, t.kind, t.codec, "stream", "track"}).ok());
  }
  const auto offered = parsed(subscriber.create_offer());
  ASSERT_EQ(offered.media[0].codecs.size(), 2u);
  EXPECT_TRUE(offered.media[0].codecs[0].is("red"));
  ASSERT_EQ(offered.media[1].codecs.size(), 3u) << "VP8, its RTX, and parity";
  EXPECT_TRUE(offered.media[1].codecs[2].is("flexfec-03"));
  EXPECT_EQ(offered.media[1].codecs[2].parameters, "repair-window=10000000");
  ASSERT_EQ(offered.media[1].source_groups.size(), 2u);
  EXPECT_EQ(offered.media[1].source_groups[1].semantics, "FEC-FR");
  EXPECT_EQ(offered.media[1].source_groups[1].ssrcs[0], offered.media[1].sources[0].ssrc);
  const auto both = subscriber.accept_answer(answer_to(sdp::to_string(offered)));
  ASSERT_TRUE(both.ok());
  EXPECT_TRUE(both->active[0].codec.red_payload_type);
  const SubscriptionConfig protected_video = negotiation::to_config(both->active[1]);
  EXPECT_EQ(protected_video.fec_payload_type, offered.media[1].codecs[2].payload_type);
  EXPECT_EQ(protected_video.fec_ssrc.value, offered.media[1].source_groups[1].ssrcs[1]);
  auto without = offered;
  std::erase_if(without.media[0].codecs, [](const sdp::Codec& c) { return c.is("red"); });
  std::erase_if(without.media[1].codecs, [](const sdp::Codec& c) { return c.is("flexfec-03"); });
  subscriber.create_offer();
  const auto plain = subscriber.accept_answer(answer_to(sdp::to_string(without)));
  ASSERT_TRUE(plain.ok());
  EXPECT_FALSE(plain->active[0].codec.red_payload_type);
  EXPECT_FALSE(negotiation::to_config(plain->active[1]).fec_payload_type);

  SubscriberNegotiator off(endpoint_, random_, false);
  const IncomingTrack& video = published->tracks[1];
  ASSERT_TRUE(off.add(1, {video.id, video.kind, video.codec, "stream", "track"}).ok());
  EXPECT_EQ(parsed(off.create_offer()).media[0].codecs.size(), 2u) << "the program wants none";
}

TEST_F(Negotiation, TakesReferenceTimesWhereThePublisherAnswersThem) {
  PublisherNegotiator publisher(endpoint_, random_, next_track_);
  const auto without = publisher.accept_offer(chromium_offer());
  ASSERT_TRUE(without.ok());
  EXPECT_FALSE(without->tracks[1].receiver_reference_time);
  const auto with = publisher.accept_offer(
      replaced(chromium_offer(), "a=mid:1\r\n", "a=mid:1\r\na=rtcp-xr:stat-summary rcvr-rtt=all:10000\r\n"));
  ASSERT_TRUE(with.ok());
  EXPECT_TRUE(with->tracks[1].receiver_reference_time);
  EXPECT_EQ(parsed(with->answer).media[1].extended_reports, "rcvr-rtt=all");
}

TEST_F(Negotiation, TellsOfPassiveTcpBelowUdp) {
  endpoint_.tcp_candidates = endpoint_.candidates;
  endpoint_.tcp_candidates.push_back(*SocketAddress::parse("2001:db8::1", 5000));
  PublisherNegotiator publisher(endpoint_, random_, next_track_);
  const auto outcome = publisher.accept_offer(chromium_offer());
  ASSERT_TRUE(outcome.ok());
  const auto candidates = parsed(outcome->answer).media[0].candidates;
  ASSERT_EQ(candidates.size(), 3u);
  EXPECT_EQ(candidates[0].transport, "udp");
  EXPECT_EQ(candidates[1].transport, "tcp");
  EXPECT_EQ(candidates[1].tcp_type, "passive");
  EXPECT_EQ(candidates[2].address, "2001:db8::1");
  EXPECT_GT(candidates[0].priority, candidates[1].priority);
  EXPECT_GT(candidates[1].priority, candidates[2].priority);
  EXPECT_NE(outcome->answer.find(" tcp "), std::string::npos);
  EXPECT_NE(outcome->answer.find(" typ host tcptype passive\r\n"), std::string::npos);
}

TEST_F(Negotiation, RejectsDataChannelsWithPortZero) {
  PublisherNegotiator publisher(endpoint_, random_, next_track_);
  const auto outcome = publisher.accept_offer(chromium_offer() +
                                              "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
                                              "a=mid:2\r\na=sctp-port:5000\r\n");
  ASSERT_TRUE(outcome.ok()) << outcome.error().reason;
  const auto answer = parsed(outcome->answer);
  ASSERT_EQ(answer.media.size(), 3u);
  EXPECT_EQ(answer.media[2].port, 0);
}

TEST_F(Negotiation, KeepsTracksOverRenegotiationAndRestartsIceOnNewCredentials) {
  PublisherNegotiator publisher(endpoint_, random_, next_track_);
  const auto first = publisher.accept_offer(chromium_offer());
  ASSERT_TRUE(first.ok());
  const auto again =
      publisher.accept_offer(replaced(chromium_offer(), "a=ice-ufrag:9Hfb", "a=ice-ufrag:NeWW"));
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->ice_restarted);
  EXPECT_NE(again->local.ufrag, first->local.ufrag);
  EXPECT_EQ(again->tracks[1].id, first->tracks[1].id);
  EXPECT_TRUE(again->removed.empty());
  const auto stopped = publisher.accept_offer(replaced(chromium_offer(), "a=sendonly", "a=inactive"));
  ASSERT_TRUE(stopped.ok());
  EXPECT_TRUE(stopped->tracks.empty());
  EXPECT_EQ(stopped->removed.size(), 2u);
}

TEST_F(Negotiation, RefusesOffersItCannotCarry) {
  PublisherNegotiator publisher(endpoint_, random_, next_track_);
  const std::pair<std::string, std::string> spoilt[] = {{"a=rtcp-mux\r\n", ""},
                                                        {"a=ice-ufrag:9Hfb\r\n", ""},
                                                        {"a=fingerprint:sha-256", "a=fingerprint:sha-512"},
                                                        {"m=audio 9 ", "m=audio 0 "}};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_FALSE(publisher.accept_offer(replaced(chromium_offer(), spoilt[i].first, spoilt[i].second)).ok());
  }
  const auto video_only =
      publisher.accept_offer(replaced(chromium_offer(), spoilt[3].first, spoilt[3].second));
  ASSERT_TRUE(video_only.ok());
  EXPECT_EQ(video_only->tracks.size(), 1u);
}

TEST_F(Negotiation, TakesG711OfThoseWhoHaveNothingBetter) {
  const std::string opus = "a=rtpmap:111 opus/48000/2";
  ASSERT_NE(chromium_offer().find(opus), std::string::npos);
  PublisherNegotiator publisher(endpoint_, random_, next_track_);
  const auto published = publisher.accept_offer(replaced(chromium_offer(), opus, "a=rtpmap:111 PCMU/8000"));
  ASSERT_TRUE(published.ok());
  const IncomingTrack& voice = published->tracks[0];
  EXPECT_EQ(voice.codec.codec.name, "PCMU");
  EXPECT_EQ(negotiation::to_config(voice).clock_rate, 8000u);
  EXPECT_FALSE(voice.codec.rtx_payload_type);

  SubscriberNegotiator subscriber(endpoint_, random_);
  ChosenCodec fixed = voice.codec;
  fixed.codec.payload_type = 0;
  ASSERT_TRUE(subscriber.add(1, {voice.id, voice.kind, fixed, "stream", "track"}).ok());
  const std::string offer = subscriber.create_offer();
  EXPECT_EQ(parsed(offer).media[0].formats, (std::vector<std::string>{"0"}));
  const auto other = subscriber.accept_answer(replaced(answer_to(offer), "PCMU", "PCMA"));
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(other->refused.size(), 1u) << "another law is another codec";
  ASSERT_TRUE(subscriber.add(2, {voice.id, voice.kind, fixed, "stream", "track"}).ok());
  const auto taken = subscriber.accept_answer(answer_to(subscriber.create_offer()));
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(taken->active.size(), 1u);
}

TEST_F(Negotiation, OffersASubscriberItsSubscriptionsAndReusesEndedSections) {
  PublisherNegotiator publisher(endpoint_, random_, next_track_);
  const auto published = publisher.accept_offer(chromium_offer());
  ASSERT_TRUE(published.ok());
  SubscriberNegotiator subscriber(endpoint_, random_);
  uint32_t id = 1;
  for (const IncomingTrack& t : published->tracks) {
    ASSERT_TRUE(subscriber.add(id++, {t.id, t.kind, t.codec, "stream", "track"}).ok());
  }
  const std::string offer = subscriber.create_offer();
  const auto described = parsed(offer);
  ASSERT_EQ(described.media.size(), 2u);
  EXPECT_EQ(described.media[0].setup, sdp::Setup::kActPass);
  EXPECT_EQ(described.media[0].direction, sdp::Direction::kSendOnly);
  EXPECT_EQ(described.media[1].msids, (std::vector<std::string>{"stream track"}));
  EXPECT_EQ(described.media[1].source_groups.size(), 2u) << "with RTX, with parity";
  const auto outcome = subscriber.accept_answer(answer_to(offer));
  ASSERT_TRUE(outcome.ok()) << outcome.error().reason;
  ASSERT_EQ(outcome->active.size(), 2u);
  EXPECT_EQ(outcome->active[1].mid, "1");
  EXPECT_EQ(outcome->active[1].extensions.mid, 4);
  EXPECT_TRUE(outcome->active[1].codec.rtx_payload_type);
  EXPECT_EQ(outcome->remote.local_role, dtls::Role::kPassive);

  ASSERT_TRUE(subscriber.remove(2));
  const auto without = subscriber.create_offer();
  EXPECT_EQ(parsed(without).media[1].direction, sdp::Direction::kInactive);
  // A subscription that comes between offer and answer waits for the next offer.
  ASSERT_TRUE(subscriber.add(3, {2, TrackKind::kVideo, published->tracks[1].codec, "other", "t"}).ok());
  const auto before = subscriber.accept_answer(answer_to(without));
  ASSERT_TRUE(before.ok());
  EXPECT_EQ(before->active.size(), 1u);
  EXPECT_TRUE(before->refused.empty());
  const auto with = subscriber.create_offer();
  EXPECT_EQ(parsed(with).media.size(), 2u);
  EXPECT_EQ(subscriber.accept_answer(answer_to(with))->active.size(), 2u);
}

TEST_F(Negotiation, RefusesAnswersThatAreNotTheOffers) {
  SubscriberNegotiator subscriber(endpoint_, random_);
  EXPECT_FALSE(subscriber.accept_answer(chromium_offer()).ok());
  ChosenCodec opus{CodecKind::kOpus, {}, {}};
  opus.codec.name = "opus";
  opus.codec.clock_rate = 48000;
  ASSERT_TRUE(subscriber.add(1, {1, TrackKind::kAudio, opus, "s", "t"}).ok());
  const std::string offer = subscriber.create_offer();
  EXPECT_FALSE(subscriber.accept_answer("v=0\r\n").ok());
  EXPECT_FALSE(subscriber.accept_answer(chromium_offer()).ok());
  EXPECT_FALSE(
      subscriber.accept_answer(replaced(answer_to(offer), "a=setup:active", "a=setup:actpass")).ok());
  const auto refused = subscriber.accept_answer(replaced(answer_to(offer), "a=recvonly", "a=inactive"));
  ASSERT_TRUE(refused.ok());
  ASSERT_EQ(refused->refused.size(), 1u);
  EXPECT_EQ(refused->refused[0].subscription, 1u);
  EXPECT_NE(refused->refused[0].reason.find("does not receive"), std::string::npos);
  EXPECT_FALSE(subscriber.accept_answer(answer_to(offer)).ok()) << "answered twice";
}

}  // namespace
}  // namespace parley::media
