// What protects media in offers and answers of programs: redundant audio (RFC 2198) and retransmissions
// (RFC 4588), wished for in the codec preferences.
#include <gtest/gtest.h>

#include "media/session/jsep_for_tests.h"

namespace parley::media::jsep {
namespace {

sdp::Codec named(const char* name, uint32_t clock_rate, uint8_t channels = 1) {
  sdp::Codec codec;
  codec.name = name;
  codec.clock_rate = clock_rate;
  codec.channels = channels;
  return codec;
}
const sdp::Codec kOpus = named("opus", 48000, 2), kRed = named("red", 48000, 2);
const sdp::Codec kPcmu = named("PCMU", 8000), kPcma = named("PCMA", 8000);

TEST_F(JsepTest, OffersRedundantAudioBehindOpus) {
  ASSERT_TRUE(a_.add_track(TrackKind::kAudio, "mic", {}));
  const auto offer = parsed(offer_of(a_));
  ASSERT_GE(offer.media[0].codecs.size(), 2u);
  EXPECT_EQ(offer.media[0].codecs[0].name, "opus");
  EXPECT_EQ(offer.media[0].codecs[1].name, "red");
  EXPECT_EQ(offer.media[0].codecs[1].parameters, "111/111");
  const Round r = negotiate(a_, b_);
  const ChosenCodec& sent = r.offerer.plan->sending[0].track.codec;
  EXPECT_EQ(sent.kind, CodecKind::kOpus);
  EXPECT_EQ(sent.red_payload_type, 63);
  EXPECT_FALSE(sent.red_first);
  EXPECT_EQ(r.answerer.plan->receiving[0].track.codec.red_payload_type, 63);
}

TEST_F(JsepTest, PrefersRedundantAudioOfEitherSide) {
  for (const bool offerer_wishes : {true, false}) {
    Session from(options(1), random_), to(options(2), random_);
    const uint32_t id = *from.add_transceiver(TrackKind::kAudio, {});
    if (offerer_wishes) {
      ASSERT_TRUE(from.set_codec_preferences(id, {kRed, kOpus}).ok());
    }
    must(from.set_local({}, ""));
    const Changes met = must(to.set_remote(SdpType::kOffer, local_text(from)));
    to.set_direction(met.created[0], sdp::Direction::kSendRecv);
    if (!offerer_wishes) {
      ASSERT_TRUE(to.set_codec_preferences(met.created[0], {kRed, kOpus}).ok());
    }
    const Changes answerer = must(to.set_local({}, ""));
    const Changes offerer = must(from.set_remote(SdpType::kAnswer, local_text(to)));
    EXPECT_EQ(parsed(local_text(to)).media[0].codecs[0].name, "red");
    EXPECT_TRUE(offerer.plan->sending[0].track.codec.red_first);
    EXPECT_TRUE(answerer.plan->sending[0].track.codec.red_first);
    EXPECT_EQ(answerer.plan->sending[0].track.codec.kind, CodecKind::kOpus);
  }
}

TEST_F(JsepTest, LeavesRedundantAudioOutWhereOneSideDoes) {
  const uint32_t id = *a_.add_transceiver(TrackKind::kAudio, {});
  ASSERT_TRUE(a_.set_codec_preferences(id, {kOpus, kPcmu}).ok());
  const Round r = negotiate(a_, b_);
  EXPECT_FALSE(r.offerer.plan->sending[0].track.codec.red_payload_type);
  EXPECT_FALSE(r.answerer.plan->receiving[0].track.codec.red_payload_type);
  EXPECT_EQ(local_text(b_).find("red/"), std::string::npos);
}

TEST_F(JsepTest, KnowsRedundantAudioWithOpusOnly) {
  const uint32_t id = *a_.add_transceiver(TrackKind::kAudio, {});
  EXPECT_EQ(error_of(a_.set_codec_preferences(id, {kRed})), ErrorName::kInvalidModification);
  ASSERT_TRUE(a_.set_codec_preferences(id, {kRed, kPcma}).ok());
  const Round r = negotiate(a_, b_);
  EXPECT_EQ(local_text(a_).find("red/"), std::string::npos) << "there is no Opus that it could repeat";
  EXPECT_EQ(r.offerer.plan->sending[0].track.codec.codec.name, "PCMA");
}

TEST_F(JsepTest, AgreesOnG711) {
  const uint32_t id = *a_.add_transceiver(TrackKind::kAudio, {});
  ASSERT_TRUE(a_.set_codec_preferences(id, {kPcmu, kPcma}).ok());
  const Round r = negotiate(a_, b_);
  EXPECT_EQ(r.offerer.plan->sending[0].track.codec.codec.name, "PCMU");
  EXPECT_EQ(r.offerer.plan->sending[0].track.codec.codec.payload_type, 0);
  EXPECT_EQ(r.answerer.plan->receiving[0].track.codec.codec.clock_rate, 8000u);
}

TEST_F(JsepTest, LeavesRetransmissionsOutWhereTheyAreNotNamed) {
  const uint32_t id = *a_.add_transceiver(TrackKind::kVideo, {});
  const sdp::Codec vp8 = named("VP8", 90000), rtx = named("rtx", 90000);
  ASSERT_TRUE(a_.set_codec_preferences(id, {vp8, rtx}).ok());
  EXPECT_NE(offer_of(a_).find("rtx/90000"), std::string::npos);
  ASSERT_TRUE(a_.set_codec_preferences(id, {vp8}).ok());
  EXPECT_EQ(offer_of(a_).find("rtx/90000"), std::string::npos);
  const Round r = negotiate(a_, b_);
  EXPECT_FALSE(r.offerer.plan->sending[0].track.codec.rtx_payload_type);
  EXPECT_EQ(local_text(b_).find("rtx/90000"), std::string::npos);
}

TEST_F(JsepTest, ReadsForeignNumbersOfRedundantAudio) {
  ASSERT_TRUE(a_.add_track(TrackKind::kAudio, "mic", {}));
  must(a_.set_local({}, ""));
  std::string offer = local_text(a_);
  for (const auto& [ours, theirs] :
       {std::pair("111", "96"), std::pair(" 63 ", " 97 "), std::pair(":63 ", ":97 ")})
    for (size_t at; (at = offer.find(ours)) != std::string::npos;)
      offer.replace(at, std::string(ours).size(), theirs);
  const Changes met = must(b_.set_remote(SdpType::kOffer, offer));
  b_.set_direction(met.created[0], sdp::Direction::kSendRecv);
  const Changes answered = must(b_.set_local({}, ""));
  EXPECT_EQ(answered.plan->sending[0].track.codec.codec.payload_type, 96);
  EXPECT_EQ(answered.plan->sending[0].track.codec.red_payload_type, 97);
  // Their numbers hold in our own offers.
  const auto again = parsed(offer_of(b_));
  EXPECT_EQ(again.media[0].codecs[1].payload_type, 97);
  EXPECT_EQ(again.media[0].codecs[1].parameters, "96/96");
}

}  // namespace
}  // namespace parley::media::jsep
