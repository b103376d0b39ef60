// Offer and answer between two sessions, against descriptions as browsers write them, and against nonsense.
#include "media/session/jsep.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "media/sdp/writer.h"
#include "media/session/jsep_for_tests.h"

namespace parley::media::jsep {
namespace {

using sdp::Direction;

TEST_F(JsepTest, NegotiatesAudioAndVideoBothWays) {
  ASSERT_TRUE(a_.add_track(TrackKind::kAudio, "mic", {"s"}));
  ASSERT_TRUE(a_.add_track(TrackKind::kVideo, "cam", {"s"}));
  ASSERT_TRUE(b_.add_track(TrackKind::kVideo, "back", {"t"}));
  EXPECT_TRUE(a_.negotiation_needed());
  const Round r = negotiate(a_, b_);
  EXPECT_FALSE(a_.negotiation_needed());
  EXPECT_FALSE(b_.negotiation_needed());
  ASSERT_EQ(b_.transceivers().size(), 2u);  // the added track took the offered video section
  EXPECT_EQ(r.answerer_offer.created.size(), 1u);
  EXPECT_EQ(r.answerer_offer.tracks_added.size(), 2u);
  ASSERT_TRUE(r.answerer.plan && r.offerer.plan);
  EXPECT_EQ(r.answerer.plan->receiving.size(), 2u);
  EXPECT_EQ(r.answerer.plan->sending.size(), 1u);
  EXPECT_EQ(r.offerer.plan->sending.size(), 2u);
  ASSERT_EQ(r.offerer.plan->receiving.size(), 1u);
  EXPECT_TRUE(r.offerer.plan->offerer);
  EXPECT_FALSE(r.answerer.plan->offerer);
  EXPECT_EQ(r.offerer.plan->remote.local_role, dtls::Role::kPassive);
  EXPECT_EQ(r.answerer.plan->remote.local_role, dtls::Role::kActive);
  EXPECT_EQ(r.offerer.plan->remote.credentials, b_.local_credentials());
  // What one sends is what the other expects.
  EXPECT_EQ(r.offerer.plan->receiving[0].track.ssrc, r.answerer.plan->sending[0].track.ssrc);
  EXPECT_EQ(r.offerer.plan->receiving[0].track.rtx_ssrc, r.answerer.plan->sending[0].track.rtx_ssrc);
  EXPECT_EQ(r.offerer.plan->receiving[0].track.codec.kind, CodecKind::kVp8);
  EXPECT_EQ(r.offerer.plan->receiving[0].track.codec.codec.payload_type,
            r.answerer.plan->sending[0].track.codec.codec.payload_type);
  EXPECT_NE(r.offerer.plan->receiving[0].track.extensions.mid, 0);
  EXPECT_EQ(a_.transceivers()[0].current_direction, Direction::kSendOnly);
  EXPECT_EQ(a_.transceivers()[1].current_direction, Direction::kSendRecv);
  EXPECT_EQ(b_.transceivers()[1].remote_streams, std::vector<std::string>{"s"});
  EXPECT_EQ(a_.transceivers()[1].remote_track_id, "back");
}

TEST_F(JsepTest, WalksThroughTheSignallingStates) {
  ASSERT_TRUE(a_.add_transceiver(TrackKind::kAudio, {}));
  EXPECT_STREQ(to_string(a_.state()), "stable");
  must(a_.set_local(SdpType::kOffer, offer_of(a_)));
  EXPECT_STREQ(to_string(a_.state()), "have-local-offer");
  EXPECT_TRUE(a_.pending_local());
  EXPECT_FALSE(a_.current_local());
  must(b_.set_remote(SdpType::kOffer, local_text(a_)));
  EXPECT_STREQ(to_string(b_.state()), "have-remote-offer");
  must(b_.set_local(SdpType::kPranswer, ""));
  EXPECT_STREQ(to_string(b_.state()), "have-local-pranswer");
  must(a_.set_remote(SdpType::kPranswer, local_text(b_)));
  EXPECT_STREQ(to_string(a_.state()), "have-remote-pranswer");
  must(b_.set_local(SdpType::kAnswer, ""));
  must(a_.set_remote(SdpType::kAnswer, local_text(b_)));
  EXPECT_STREQ(to_string(a_.state()), "stable");
  EXPECT_FALSE(a_.pending_local());
  EXPECT_EQ(a_.current_local()->type, SdpType::kOffer);
  EXPECT_EQ(a_.current_remote()->type, SdpType::kAnswer);
  a_.close();
  EXPECT_EQ(error_of(a_.create_offer(false)), ErrorName::kInvalidState);
  EXPECT_EQ(error_of(a_.set_local({}, "")), ErrorName::kInvalidState);
  EXPECT_FALSE(a_.negotiation_needed());
}

TEST_F(JsepTest, RefusesWhatDoesNotFitTheState) {
  EXPECT_EQ(error_of(a_.create_answer()), ErrorName::kInvalidState);
  EXPECT_EQ(error_of(a_.set_local(SdpType::kAnswer, "")), ErrorName::kInvalidState);
  EXPECT_EQ(error_of(a_.set_remote(SdpType::kAnswer, "v=0")), ErrorName::kInvalidState);
  EXPECT_EQ(error_of(a_.set_local(SdpType::kRollback, "")), ErrorName::kInvalidState);
  EXPECT_EQ(error_of(a_.set_remote(SdpType::kRollback, "")), ErrorName::kInvalidState);
  ASSERT_TRUE(a_.add_transceiver(TrackKind::kAudio, {}));
  EXPECT_EQ(error_of(a_.set_local(SdpType::kOffer, "v=0\r\n")), ErrorName::kInvalidModification);
  must(a_.set_local({}, ""));
  must(b_.set_remote(SdpType::kOffer, local_text(a_)));
  EXPECT_EQ(error_of(b_.create_offer(false)), ErrorName::kInvalidState);
  EXPECT_EQ(error_of(b_.set_local(SdpType::kOffer, "")), ErrorName::kInvalidState);
}

TEST_F(JsepTest, NamesTheLineOfASyntaxError) {
  const auto outcome = a_.set_remote(SdpType::kOffer, "v=0\r\nm=audio x UDP/TLS/RTP/SAVPF 0\r\n");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().name, ErrorName::kSdpSyntax);
  EXPECT_EQ(outcome.error().line, 2);
}

TEST_F(JsepTest, RollsALocalOfferBack) {
  ASSERT_TRUE(a_.add_track(TrackKind::kAudio, "mic", {}));
  must(a_.set_local({}, ""));
  EXPECT_EQ(a_.transceivers()[0].mid, "0");
  must(a_.set_local(SdpType::kRollback, ""));
  EXPECT_EQ(a_.state(), SignalingState::kStable);
  EXPECT_EQ(a_.transceivers()[0].mid, "");
  EXPECT_FALSE(a_.pending_local());
  EXPECT_TRUE(a_.negotiation_needed());
  negotiate(a_, b_);
}

TEST_F(JsepTest, RollsARemoteOfferBackWithItsTransceivers) {
  ASSERT_TRUE(a_.add_track(TrackKind::kAudio, "mic", {"s"}));
  must(a_.set_local({}, ""));
  const Changes met = must(b_.set_remote(SdpType::kOffer, local_text(a_)));
  ASSERT_EQ(met.created.size(), 1u);
  const Changes back = must(b_.set_remote(SdpType::kRollback, ""));
  EXPECT_EQ(back.removed, met.created);
  EXPECT_EQ(back.tracks_removed, met.created);
  EXPECT_TRUE(b_.transceivers().empty());
}

TEST_F(JsepTest, AnswersGoInOfferedDirections) {
  const uint32_t id = *a_.add_transceiver(TrackKind::kAudio, {});
  using Case = std::pair<Direction, const char*>;
  for (const auto& [ours, theirs] :
       {Case(Direction::kSendOnly, "sendrecv"), Case(Direction::kSendOnly, "sendonly"),
        Case(Direction::kRecvOnly, "recvonly"), Case(Direction::kInactive, "recvonly")}) {
    a_.set_direction(id, ours);
    must(a_.set_local({}, ""));
    Session other(options(3), random_);
    const auto met = must(other.set_remote(SdpType::kOffer, local_text(a_)));
    must(other.set_local({}, ""));
    std::string answer = local_text(other);
    const std::string was = sdp::to_string(parsed(answer).media[0].direction);
    const std::string line = "a=" + was + "\r\n";
    answer.replace(answer.find(line), line.size(), std::string("a=") + theirs + "\r\n");
    EXPECT_EQ(error_of(a_.set_remote(SdpType::kAnswer, answer)), ErrorName::kInvalidAccess) << theirs;
    must(a_.set_local(SdpType::kRollback, ""));
  }
}

TEST_F(JsepTest, StopsWhatARemoteOfferRejects) {
  const uint32_t ours = *a_.add_track(TrackKind::kAudio, "mic", {"s"});
  const Round r = negotiate(a_, b_);
  const uint32_t theirs = r.answerer_offer.created[0];
  a_.stop(ours);
  must(a_.set_local({}, ""));
  const Changes met = must(b_.set_remote(SdpType::kOffer, local_text(a_)));
  EXPECT_EQ(met.rejected, std::vector<uint32_t>{theirs});
  EXPECT_EQ(met.tracks_removed, std::vector<uint32_t>{theirs});
  EXPECT_FALSE(b_.set_direction(theirs, Direction::kSendRecv)) << "it is over";
  const Changes answered = must(b_.set_local({}, ""));
  EXPECT_EQ(answered.stopped, std::vector<uint32_t>{theirs});
  must(a_.set_remote(SdpType::kAnswer, local_text(b_)));
  EXPECT_FALSE(a_.negotiation_needed());
  EXPECT_FALSE(b_.negotiation_needed());
}

TEST_F(JsepTest, GivesWayWhenOffersMeet) {
  ASSERT_TRUE(a_.add_track(TrackKind::kAudio, "mic", {"s"}));
  ASSERT_TRUE(b_.add_track(TrackKind::kAudio, "mic", {"t"}));
  must(a_.set_local({}, ""));
  must(b_.set_local({}, ""));
  // b is polite: a's offer replaces its own.
  const Changes met = must(b_.set_remote(SdpType::kOffer, local_text(a_)));
  EXPECT_TRUE(met.created.empty());  // its own transceiver takes part
  must(b_.set_local({}, ""));
  must(a_.set_remote(SdpType::kAnswer, local_text(b_)));
  EXPECT_FALSE(b_.negotiation_needed());
  EXPECT_EQ(a_.transceivers()[0].current_direction, Direction::kSendRecv);
}

TEST_F(JsepTest, KeepsSectionsAndNumbersOverRenegotiation) {
  ASSERT_TRUE(a_.add_track(TrackKind::kVideo, "cam", {"s"}));
  negotiate(a_, b_);
  const auto before = parsed(a_.current_local()->sdp);
  ASSERT_TRUE(b_.add_track(TrackKind::kAudio, "mic", {"t"}));
  EXPECT_TRUE(b_.negotiation_needed());
  const Round r = negotiate(b_, a_);
  const auto after = parsed(a_.current_local()->sdp);
  ASSERT_EQ(after.media.size(), 2u);
  EXPECT_EQ(after.media[0].mid, before.media[0].mid);
  EXPECT_EQ(after.media[0].ice_ufrag, before.media[0].ice_ufrag);
  EXPECT_EQ(after.media[0].setup, sdp::Setup::kPassive);  // the association's roles stay
  EXPECT_EQ(r.answerer.plan->remote.local_role, dtls::Role::kPassive);
  EXPECT_EQ(r.offerer.plan->remote.local_role, dtls::Role::kActive);
  EXPECT_FALSE(r.answerer.local_credentials);
}

TEST_F(JsepTest, TakesTheOtherSidesPayloadTypes) {
  ASSERT_TRUE(a_.add_track(TrackKind::kVideo, "cam", {"s"}));
  auto offer = parsed(offer_of(a_));
  must(a_.set_local({}, ""));
  auto theirs = parsed(local_text(a_));
  for (sdp::Codec& c : theirs.media[0].codecs) {
    if (c.payload_type == 96) c.payload_type = 120;
    if (c.parameters == "apt=96") c.parameters = "apt=120";
  }
  theirs.media[0].formats[0] = "120";
  theirs.media[0].extensions[0].id = 9;
  const std::string uri = theirs.media[0].extensions[0].uri;
  must(b_.set_remote(SdpType::kOffer, sdp::to_string(theirs)));
  must(b_.set_local({}, ""));
  EXPECT_EQ(parsed(local_text(b_)).media[0].codecs[0].payload_type, 120);
  const auto again = parsed(offer_of(b_));
  EXPECT_EQ(again.media[0].codecs[0].payload_type, 120);
  EXPECT_EQ(again.media[0].extension(uri)->id, 9);
}

TEST_F(JsepTest, PrefersCodecsAsTold) {
  const uint32_t id = *a_.add_transceiver(TrackKind::kVideo, {});
  sdp::Codec vp9;
  vp9.name = "vp9";
  vp9.clock_rate = 90000;
  sdp::Codec av1 = vp9;
  av1.name = "AV1";
  ASSERT_TRUE(a_.set_codec_preferences(id, {vp9, av1}).ok());
  const auto offer = parsed(offer_of(a_));
  ASSERT_EQ(offer.media[0].codecs.size(), 2u);
  EXPECT_EQ(offer.media[0].codecs[0].name, "VP9");
  EXPECT_EQ(offer.media[0].codecs[1].name, "AV1") << "no RTX, as it was not named";
  // The answerer's preference decides the answer's order.
  negotiate(a_, b_);
  sdp::Codec nonsense = vp9;
  nonsense.name = "theora";
  EXPECT_EQ(error_of(a_.set_codec_preferences(id, {nonsense})), ErrorName::kInvalidModification);
  sdp::Codec rtx = vp9;
  rtx.name = "rtx";
  EXPECT_EQ(error_of(a_.set_codec_preferences(id, {rtx})), ErrorName::kInvalidModification);
  EXPECT_TRUE(a_.set_codec_preferences(id, {}).ok());
  EXPECT_EQ(error_of(a_.set_codec_preferences(77, {})), ErrorName::kInvalidState);
}

TEST_F(JsepTest, RejectsASectionWithoutACommonCodec) {
  ASSERT_TRUE(a_.add_track(TrackKind::kVideo, "cam", {"s"}));
  const uint32_t audio = *a_.add_track(TrackKind::kAudio, "mic", {"s"});
  auto offer = parsed(offer_of(a_));
  must(a_.set_local({}, ""));
  sdp::SessionDescription strange = parsed(local_text(a_));
  for (sdp::Codec& c : strange.media[1].codecs) c.name = "theora";
  must(b_.set_remote(SdpType::kOffer, sdp::to_string(strange)));
  const Changes answered = must(b_.set_local({}, ""));
  EXPECT_EQ(answered.stopped.size(), 1u);
  const Changes settled = must(a_.set_remote(SdpType::kAnswer, local_text(b_)));
  EXPECT_EQ(settled.stopped, (std::vector<uint32_t>{audio}));
  EXPECT_EQ(a_.find(audio), nullptr);
  // The section is used again.
  ASSERT_TRUE(a_.add_track(TrackKind::kAudio, "mic2", {"s"}));
  const auto again = parsed(offer_of(a_));
  ASSERT_EQ(again.media.size(), 2u);
  EXPECT_NE(again.media[1].port, 0);
  EXPECT_NE(again.media[1].mid, offer.media[1].mid);
  negotiate(a_, b_);
}

TEST_F(JsepTest, StopsATransceiverAndRecyclesItsSection) {
  const uint32_t audio = *a_.add_track(TrackKind::kAudio, "mic", {"s"});
  ASSERT_TRUE(a_.add_track(TrackKind::kVideo, "cam", {"s"}));
  negotiate(a_, b_);
  const uint32_t unheard = *a_.add_transceiver(TrackKind::kAudio, {});
  a_.stop(unheard);
  EXPECT_EQ(a_.find(unheard), nullptr);
  a_.stop(audio);
  EXPECT_FALSE(a_.set_direction(audio, Direction::kSendRecv));
  EXPECT_TRUE(a_.negotiation_needed());
  const Round r = negotiate(a_, b_);
  EXPECT_EQ(r.offerer.stopped, (std::vector<uint32_t>{audio}));
  EXPECT_EQ(r.answerer.tracks_removed.size() + r.answerer_offer.tracks_removed.size(), 1u);
  EXPECT_EQ(b_.transceivers().size(), 1u);
  EXPECT_FALSE(a_.negotiation_needed());
  ASSERT_TRUE(b_.add_track(TrackKind::kVideo, "screen", {"u"}));
  ASSERT_TRUE(b_.add_transceiver(TrackKind::kVideo, {}));
  negotiate(b_, a_);
  EXPECT_EQ(parsed(a_.current_local()->sdp).media.size(), 2u);
  EXPECT_EQ(parsed(a_.current_local()->sdp).media[0].media, "video");
}

TEST_F(JsepTest, TellsWhenADirectionOrAStreamChanges) {
  const uint32_t id = *a_.add_track(TrackKind::kAudio, "mic", {"s"});
  negotiate(a_, b_);
  a_.remove_track(id);
  EXPECT_TRUE(a_.negotiation_needed());
  const Round r = negotiate(a_, b_);
  EXPECT_EQ(r.answerer_offer.tracks_removed.size(), 1u);
  EXPECT_TRUE(r.offerer.plan->sending.empty());
  ASSERT_TRUE(a_.set_direction(id, Direction::kSendRecv));
  EXPECT_TRUE(a_.negotiation_needed());
  negotiate(a_, b_);
  a_.set_streams(id, {"s", "second"});
  EXPECT_TRUE(a_.negotiation_needed());
  negotiate(a_, b_);
  EXPECT_EQ(b_.transceivers()[0].remote_streams, (std::vector<std::string>{"s", "second"}));
  // The answerer's wish counts as well.
  ASSERT_TRUE(b_.set_direction(b_.transceivers()[0].id, Direction::kInactive));
  EXPECT_TRUE(b_.negotiation_needed());
}

TEST_F(JsepTest, RefusesDescriptionsThatBreakTheRules) {
  ASSERT_TRUE(a_.add_track(TrackKind::kAudio, "mic", {}));
  ASSERT_TRUE(a_.add_track(TrackKind::kVideo, "cam", {}));
  must(a_.set_local({}, ""));
  const auto good = parsed(local_text(a_));
  const auto refused = [&](auto change) {
    auto d = good;
    change(d);
    return error_of(b_.set_remote(SdpType::kOffer, sdp::to_string(d)));
  };
  EXPECT_EQ(refused([](auto& d) { d.media[0].rtcp_mux = false; }), ErrorName::kInvalidAccess);
  EXPECT_EQ(refused([](auto& d) { d.media[0].fingerprints.clear(); }), ErrorName::kInvalidAccess);
  EXPECT_EQ(refused([](auto& d) { d.media[1].ice_pwd.clear(); }), ErrorName::kInvalidAccess);
  EXPECT_EQ(refused([](auto& d) { d.media[1].mid.clear(); }), ErrorName::kInvalidAccess);
  EXPECT_EQ(b_.state(), SignalingState::kStable);
  must(b_.set_remote(SdpType::kOffer, local_text(a_)));
  must(b_.set_local({}, ""));
  const auto answer = parsed(local_text(b_));
  const auto refused_answer = [&](auto change) {
    auto d = answer;
    change(d);
    return error_of(a_.set_remote(SdpType::kAnswer, sdp::to_string(d)));
  };
  EXPECT_EQ(refused_answer([](auto& d) { d.media.pop_back(); }), ErrorName::kInvalidAccess);
  EXPECT_EQ(refused_answer([](auto& d) { d.media[0].mid = "x"; }), ErrorName::kInvalidAccess);
  EXPECT_EQ(refused_answer([](auto& d) { std::swap(d.media[0], d.media[1]); }), ErrorName::kInvalidAccess);
  EXPECT_EQ(refused_answer([](auto& d) { d.media[0].setup = sdp::Setup::kActPass; }),
            ErrorName::kInvalidAccess);
  EXPECT_EQ(a_.state(), SignalingState::kHaveLocalOffer);
  must(a_.set_remote(SdpType::kAnswer, local_text(b_)));
  must(a_.set_local({}, ""));
  auto fewer = good;
  fewer.media.pop_back();
  must(b_.set_remote(SdpType::kOffer, local_text(a_)));
  EXPECT_EQ(error_of(b_.set_remote(SdpType::kOffer, sdp::to_string(fewer))), ErrorName::kInvalidAccess);
}

TEST_F(JsepTest, HasAnEndToTransceivers) {
  for (size_t i = 0; i < Session::kMaxTransceivers; ++i)
    ASSERT_TRUE(a_.add_transceiver(TrackKind::kAudio, {}).ok());
  EXPECT_EQ(error_of(a_.add_transceiver(TrackKind::kAudio, {})), ErrorName::kOperation);
}

// Whatever a peer writes is settled or refused; nothing breaks, and the session can go on.
TEST_F(JsepTest, SurvivesMutatedDescriptions) {
  constexpr uint64_t kSeed = 7;
  SeededRandom random(kSeed);
  ASSERT_TRUE(a_.add_track(TrackKind::kAudio, "mic", {"s"}));
  ASSERT_TRUE(a_.add_track(TrackKind::kVideo, "cam", {"s"}));
  a_.want_data_channels();
  must(a_.set_local({}, ""));
  const std::string offer = local_text(a_);
  int taken = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string text = offer;
    for (uint32_t n = random.below(4) + 1; n > 0; --n) {
      const size_t at = random.below(static_cast<uint32_t>(text.size()));
      if (random.below(2) == 0) {
        text[at] = static_cast<char>(32 + random.below(95));
      } else {
        text.erase(at, random.below(30));
      }
    }
    Session b(options(2), random);
    if (!b.set_remote(SdpType::kOffer, text).ok()) continue;
    ++taken;
    EXPECT_TRUE(b.set_local({}, "").ok()) << "seed " << kSeed << " round " << i;
    EXPECT_EQ(b.state(), SignalingState::kStable);
    b.add_track(TrackKind::kVideo, "more", {}).ok();
    EXPECT_TRUE(b.set_local({}, "").ok());
  }
  EXPECT_GT(taken, 100);
}

}  // namespace
}  // namespace parley::media::jsep
