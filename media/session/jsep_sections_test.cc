// What sections of offers and answers carry: data channels, ICE, simulcast, bundling and candidates.
#include <gtest/gtest.h>

#include "media/sdp/writer.h"
#include "media/session/jsep_for_tests.h"

namespace parley::media::jsep {
namespace {

using sdp::Direction;

TEST_F(JsepTest, NegotiatesDataChannels) {
  EXPECT_FALSE(a_.negotiation_needed());
  a_.want_data_channels();
  EXPECT_TRUE(a_.negotiation_needed());
  const Round r = negotiate(a_, b_);
  ASSERT_TRUE(r.offerer.plan->data && r.answerer.plan->data);
  EXPECT_EQ(r.offerer.plan->data->port, 5000);
  EXPECT_EQ(r.offerer.plan->data->max_message_size, 262144u);
  EXPECT_FALSE(a_.negotiation_needed());
  ASSERT_TRUE(a_.add_track(TrackKind::kAudio, "mic", {}));
  const Round again = negotiate(a_, b_);
  EXPECT_TRUE(again.answerer.plan->data);
  EXPECT_EQ(parsed(a_.current_local()->sdp).media.size(), 2u);
}

TEST_F(JsepTest, RestartsIceOnBothSides) {
  a_.want_data_channels();
  negotiate(a_, b_);
  const auto old_a = a_.local_credentials(), old_b = b_.local_credentials();
  a_.restart_ice();
  EXPECT_TRUE(a_.negotiation_needed());
  const Round r = negotiate(a_, b_);
  EXPECT_NE(a_.local_credentials(), old_a);
  EXPECT_NE(b_.local_credentials(), old_b);
  ASSERT_TRUE(r.answerer.local_credentials);
  EXPECT_EQ(r.offerer.plan->remote.credentials, b_.local_credentials());
  EXPECT_FALSE(a_.negotiation_needed());
  // Taken back, the old credentials hold.
  const auto kept = a_.local_credentials();
  const Changes offered = must(a_.set_local(SdpType::kOffer, offer_of(a_, true)));
  EXPECT_TRUE(offered.local_credentials);
  const Changes back = must(a_.set_local(SdpType::kRollback, ""));
  EXPECT_EQ(back.local_credentials, kept);
}

TEST_F(JsepTest, OffersSimulcastAndSendsWhatIsTaken) {
  Session::TransceiverInit init;
  init.direction = Direction::kSendOnly;
  init.track_id = "cam";
  init.rids = {"q", "h", "f"};
  ASSERT_TRUE(a_.add_transceiver(TrackKind::kVideo, init));
  const auto offer = parsed(offer_of(a_));
  EXPECT_EQ(offer.media[0].simulcast, "send q;h;f");
  EXPECT_EQ(offer.media[0].rids.size(), 3u);
  EXPECT_TRUE(offer.media[0].sources.empty());
  const Round r = negotiate(a_, b_);
  EXPECT_EQ(parsed(b_.current_local()->sdp).media[0].simulcast, "recv q;h;f");
  ASSERT_EQ(r.offerer.plan->sending.size(), 3u);
  EXPECT_EQ(r.offerer.plan->sending[2].track.rid, "f");
  EXPECT_NE(r.offerer.plan->sending[1].track.ssrc, r.offerer.plan->sending[2].track.ssrc);
  EXPECT_EQ(r.answerer.plan->receiving[0].rids, init.rids);
}

TEST_F(JsepTest, SendsOneLayerToWhomDoesNotTakeSimulcast) {
  Session::TransceiverInit init;
  init.track_id = "cam";
  init.rids = {"q", "h"};
  const uint32_t id = *a_.add_transceiver(TrackKind::kVideo, init);
  must(a_.set_local({}, ""));
  must(b_.set_remote(SdpType::kOffer, local_text(a_)));
  must(b_.set_local({}, ""));
  auto answer = parsed(local_text(b_));
  answer.media[0].simulcast.clear();
  answer.media[0].rids.clear();
  const Changes settled = must(a_.set_remote(SdpType::kAnswer, sdp::to_string(answer)));
  EXPECT_EQ(settled.plan->sending.size(), 1u);
  EXPECT_EQ(a_.find(id)->rids.size(), 1u);
}

TEST_F(JsepTest, BundlesAllOrRejectsTheRest) {
  ASSERT_TRUE(a_.add_track(TrackKind::kAudio, "mic", {}));
  ASSERT_TRUE(a_.add_track(TrackKind::kVideo, "cam", {}));
  must(a_.set_local({}, ""));
  auto offer = parsed(local_text(a_));
  EXPECT_EQ(offer.bundle, (std::vector<std::string>{"0", "1"}));
  offer.bundle.clear();
  must(b_.set_remote(SdpType::kOffer, sdp::to_string(offer)));
  must(b_.set_local({}, ""));
  const auto answer = parsed(local_text(b_));
  EXPECT_NE(answer.media[0].port, 0);
  EXPECT_EQ(answer.media[1].port, 0);
}

TEST_F(JsepTest, OffersBundleOnlySectionsUnderMaxBundle) {
  auto o = options(3);
  o.bundle_policy = BundlePolicy::kMaxBundle;
  Session c(o, random_);
  ASSERT_TRUE(c.add_track(TrackKind::kAudio, "mic", {}));
  ASSERT_TRUE(c.add_track(TrackKind::kVideo, "cam", {}));
  const auto offer = parsed(offer_of(c));
  EXPECT_FALSE(offer.media[0].bundle_only);
  EXPECT_TRUE(offer.media[1].bundle_only);
  EXPECT_EQ(offer.media[1].port, 0);
  const Round r = negotiate(c, b_);
  EXPECT_EQ(r.offerer.plan->sending.size(), 2u);
}

TEST_F(JsepTest, TakesAndShowsCandidates) {
  EXPECT_EQ(error_of(a_.add_remote_candidate("", {}, {}, "")), ErrorName::kInvalidState);
  a_.want_data_channels();
  must(a_.set_local({}, ""));
  sdp::Candidate host;
  host.foundation = "1";
  host.transport = "udp";
  host.address = "192.0.2.1";
  host.port = 1234;
  host.type = "host";
  a_.add_local_candidate(host);
  a_.add_local_candidate(std::nullopt);
  const auto shown = parsed(local_text(a_));
  ASSERT_EQ(shown.media[0].candidates.size(), 1u);
  EXPECT_TRUE(shown.media[0].end_of_candidates);
  must(b_.set_remote(SdpType::kOffer, local_text(a_)));
  const std::string line = "candidate:1 1 udp 1 192.0.2.7 99 typ host";
  const auto taken = b_.add_remote_candidate(line, "0", {}, "");
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(taken->candidate->port, 99);
  EXPECT_TRUE(b_.add_remote_candidate("a=" + line, {}, 0, a_.local_credentials().ufrag).ok());
  EXPECT_TRUE(b_.add_remote_candidate("", {}, {}, "").ok());
  EXPECT_EQ(error_of(b_.add_remote_candidate(line, "7", {}, "")), ErrorName::kOperation);
  EXPECT_EQ(error_of(b_.add_remote_candidate(line, "0", {}, "old")), ErrorName::kOperation);
  EXPECT_EQ(error_of(b_.add_remote_candidate("nonsense", "0", {}, "")), ErrorName::kOperation);
  EXPECT_EQ(parsed(b_.pending_remote()->sdp).media[0].candidates.size(), 3u);
}

// RFC 8838 section 12: a candidate is of the generation that its ufrag names, whether or not that is about
// to end.
TEST_F(JsepTest, TakesCandidatesOfTheGenerationInUseWhileARestartIsPending) {
  a_.want_data_channels();
  negotiate(a_, b_);
  const std::string used = a_.local_credentials().ufrag;
  a_.restart_ice();
  must(a_.set_local({}, ""));
  must(b_.set_remote(SdpType::kOffer, local_text(a_)));
  const std::string next = a_.local_credentials().ufrag;
  ASSERT_NE(used, next);
  const std::string line = "candidate:1 1 udp 1 192.0.2.7 99 typ host";
  const auto candidates = [](const std::optional<Session::Text>& text) {
    return parsed(text->sdp).media[0].candidates.size();
  };
  const auto old = b_.add_remote_candidate(line, "0", {}, used);
  ASSERT_TRUE(old.ok());
  EXPECT_EQ(old->ufrag, used);
  EXPECT_EQ(b_.add_remote_candidate(line + " ufrag " + used, "0", {}, "")->ufrag, used);
  EXPECT_EQ(candidates(b_.current_remote()), 2u);
  EXPECT_EQ(candidates(b_.pending_remote()), 0u);
  EXPECT_EQ(b_.add_remote_candidate(line, "0", {}, next)->ufrag, next);
  EXPECT_EQ(b_.add_remote_candidate(line, "0", {}, "")->ufrag, next) << "none named: the newest";
  EXPECT_EQ(candidates(b_.pending_remote()), 2u);
  EXPECT_EQ(error_of(b_.add_remote_candidate(line, "0", {}, "other")), ErrorName::kOperation);
  ASSERT_TRUE(b_.add_remote_candidate("", {}, {}, used).ok());
  EXPECT_TRUE(parsed(b_.current_remote()->sdp).media[0].end_of_candidates);
  EXPECT_FALSE(parsed(b_.pending_remote()->sdp).media[0].end_of_candidates);
  // The one that has offered goes on with what it has, too.
  EXPECT_EQ(a_.add_remote_candidate(line, "0", {}, b_.local_credentials().ufrag)->ufrag,
            b_.local_credentials().ufrag);
}

// RFC 8829 section 4.1.18: other servers or another policy ask for no negotiation, but change the next offer.
TEST_F(JsepTest, AnOfferRestartsIceWhenItIsNeeded) {
  a_.want_data_channels();
  a_.need_restart();
  negotiate(a_, b_);
  std::string used = a_.local_credentials().ufrag;
  negotiate(a_, b_);
  EXPECT_EQ(a_.local_credentials().ufrag, used) << "it was the first gathering";
  a_.need_restart();
  EXPECT_FALSE(a_.negotiation_needed());
  must(a_.set_local({}, ""));
  EXPECT_NE(a_.local_credentials().ufrag, used);
  must(a_.set_local(SdpType::kRollback, ""));
  EXPECT_EQ(a_.local_credentials().ufrag, used);
  negotiate(a_, b_);
  EXPECT_NE(a_.local_credentials().ufrag, used) << "a rollback takes nothing of that back";
  used = a_.local_credentials().ufrag;
  negotiate(a_, b_);
  EXPECT_EQ(a_.local_credentials().ufrag, used) << "done";
  a_.need_restart();
  b_.restart_ice();
  negotiate(b_, a_);
  used = a_.local_credentials().ufrag;
  negotiate(a_, b_);
  EXPECT_EQ(a_.local_credentials().ufrag, used) << "the other side has restarted";
}

TEST_F(JsepTest, ARestartThatIsAskedForDuringAnOfferIsKept) {
  a_.want_data_channels();
  negotiate(a_, b_);
  must(a_.set_local({}, ""));
  a_.restart_ice();
  must(a_.set_local(SdpType::kRollback, ""));
  EXPECT_TRUE(a_.negotiation_needed());
}

TEST_F(JsepTest, ShowsCandidatesInEachDescriptionOfTheirGeneration) {
  a_.want_data_channels();
  negotiate(a_, b_);
  must(a_.set_local({}, ""));
  must(b_.set_remote(SdpType::kOffer, local_text(a_)));
  ASSERT_TRUE(b_.add_remote_candidate("candidate:1 1 udp 1 192.0.2.7 99 typ host", "0", {}, "").ok());
  EXPECT_EQ(parsed(b_.pending_remote()->sdp).media[0].candidates.size(), 1u);
  must(b_.set_remote(SdpType::kRollback, ""));
  EXPECT_EQ(parsed(b_.current_remote()->sdp).media[0].candidates.size(), 1u);
}

}  // namespace
}  // namespace parley::media::jsep
