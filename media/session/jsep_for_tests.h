// Two JSEP sessions and the means to have them talk.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "media/sdp/parser.h"
#include "media/session/jsep.h"

namespace parley::media::jsep {

class JsepTest : public ::testing::Test {
 protected:
  JsepTest() : random_(20261121), a_(options(1), random_), b_(options(2), random_) {}
  static Session::Options options(uint8_t seed) {
    Session::Options o;
    o.fingerprint.sha256.fill(seed);
    return o;
  }
  static std::string offer_of(Session& s, bool restart = false) {
    auto offer = s.create_offer(restart);
    EXPECT_TRUE(offer.ok());
    return *offer;
  }
  static Changes must(Outcome<Changes> outcome) {
    EXPECT_TRUE(outcome.ok()) << (outcome.ok() ? "" : outcome.error().message);
    return outcome.ok() ? *outcome : Changes();
  }
  static std::string local_text(const Session& s) {
    return s.pending_local() ? s.pending_local()->sdp : s.current_local()->sdp;
  }
  // A whole round; gives both sides' last changes.
  struct Round {
    Changes offerer, answerer_offer, answerer;
  };
  static Round negotiate(Session& from, Session& to) {
    Round r;
    must(from.set_local({}, ""));
    r.answerer_offer = must(to.set_remote(SdpType::kOffer, local_text(from)));
    r.answerer = must(to.set_local({}, ""));
    r.offerer = must(from.set_remote(SdpType::kAnswer, local_text(to)));
    EXPECT_EQ(from.state(), SignalingState::kStable);
    EXPECT_EQ(to.state(), SignalingState::kStable);
    return r;
  }
  static sdp::SessionDescription parsed(const std::string& text) {
    auto d = sdp::parse(text);
    EXPECT_TRUE(d.ok());
    return *d;
  }
  template <class T>
  static ErrorName error_of(const Outcome<T>& outcome) {
    EXPECT_FALSE(outcome.ok());
    return outcome.ok() ? ErrorName::kOperation : outcome.error().name;
  }

  SeededRandom random_;
  Session a_, b_;
};

}  // namespace parley::media::jsep
