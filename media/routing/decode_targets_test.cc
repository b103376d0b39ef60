// Decode targets: where a subscriber may change them, and what is told of them.
#include "media/routing/decode_targets.h"

#include <gtest/gtest.h>

namespace parley::media {
namespace {

// Three spatial layers with two temporal ones each, as L3T2_KEY: targets s0t0, s0t1, s1t0, s1t1, s2t0, s2t1.
class DecodeTargetsTest : public ::testing::Test {
 protected:
  DecodeTargetsTest() {
    structure_.target_count = 6;
    structure_.target_spatial = {0, 0, 1, 1, 2, 2};
    structure_.target_temporal = {0, 1, 0, 1, 0, 1};
    // The templates that DependencyStructure::contains() compares: one for each layer.
    structure_.template_count = 6;
    for (uint8_t i = 0; i < 6; ++i) {
      structure_.templates[i].spatial = i / 2;
      structure_.templates[i].temporal = i % 2;
      structure_.templates[i].targets.present = (i % 2 == 0 ? 0b11u : 0b10u) << (i / 2 * 2);
    }
  }
  void key(LayerTarget wanted) {
    frame_ = {};
    frame_.frame_number = 100;
    frame_.targets = {0b111111, 0b111111, 0};
    see(wanted, true, true);
    for (const uint16_t number : {100, 101, 102}) targets_.remember_forwarded(number);
  }
  // A frame that needs the one `back` before it, and from which on `switches` can be decoded.
  void delta(LayerTarget wanted, uint16_t number, uint16_t back, uint32_t switches, bool first = true) {
    frame_ = {};
    frame_.frame_number = number;
    frame_.targets.switch_up = switches;
    frame_.references.count = 1;
    frame_.references.back[0] = back;
    see(wanted, false, first);
  }
  void see(LayerTarget wanted, bool key_frame, bool first) {
    rtp::PayloadInfo info;
    info.key_frame = key_frame;
    info.dependency = &frame_;
    info.structure = &structure_;
    info.active_targets = active_;
    targets_.choose(info, wanted, {first, first});
  }
  std::optional<uint32_t> told() { return targets_.active_targets(structure_, targets_.target()); }

  rtp::DependencyStructure structure_;
  rtp::DependencyDescriptor frame_;
  uint32_t active_ = 0b111111;
  DecodeTargets targets_;
};

TEST_F(DecodeTargetsTest, GoesUpWhereWhatTheFrameNeedsWasForwarded) {
  key({0, 0});
  EXPECT_EQ(targets_.target(), 0);
  delta({0, 1}, 107, 2, 0b0010);
  EXPECT_EQ(targets_.target(), 0) << "frame 105 was not forwarded";
  delta({0, 1}, 104, 4, 0b0000);
  EXPECT_EQ(targets_.target(), 0) << "no place to switch";
  delta({0, 1}, 104, 4, 0b0010);
  EXPECT_EQ(targets_.target(), 1);
  EXPECT_FALSE(targets_.needs_key_frame());
}

TEST_F(DecodeTargetsTest, AsksForAKeyFrameBetweenSpatialLayersThatNeedEachOtherThereOnly) {
  key({0, 1});
  delta({1, 1}, 104, 4, 0b0010);
  EXPECT_EQ(targets_.target(), 1);
  EXPECT_TRUE(targets_.needs_key_frame());
  key({1, 1});
  EXPECT_EQ(targets_.target(), 3);
  EXPECT_FALSE(targets_.needs_key_frame());
}

TEST_F(DecodeTargetsTest, ChangesSpatialLayersUpwardsOnlyBeforeAnythingOfThePictureIsForwarded) {
  key({0, 0});
  delta({1, 0}, 104, 3, 0b0100, false);  // its base has had the marker
  EXPECT_EQ(targets_.target(), 0);
  delta({1, 0}, 104, 3, 0b0100, true);
  EXPECT_EQ(targets_.target(), 2);
}

TEST_F(DecodeTargetsTest, NeverStepsBelowWhatIsWantedOnItsWayDown) {
  key({2, 0});
  ASSERT_EQ(targets_.target(), 4);
  delta({1, 1}, 103, 3, 0b000010);  // the base could be begun with, and its frame rate would be right
  EXPECT_EQ(targets_.target(), 4);
  delta({1, 1}, 104, 3, 0b001000, false);
  EXPECT_EQ(targets_.target(), 3) << "wanted, and its key frame was forwarded";
}

TEST_F(DecodeTargetsTest, FollowsAPublisherThatStopsItsUpperLayer) {
  key({1, 1});
  active_ = 0b0011;
  delta({1, 1}, 102, 5, 0b0010);
  EXPECT_TRUE(targets_.needs_key_frame()) << "of the base only the key frame was forwarded";
  key({1, 1});
  EXPECT_EQ(targets_.target(), 1);
  EXPECT_FALSE(targets_.needs_key_frame());
}

TEST_F(DecodeTargetsTest, TellsWhatIsActiveFromWhenOnNotAllIs) {
  // Now upper layers contain the lower ones.
  for (uint8_t i = 0; i < 6; ++i) {
    structure_.templates[i].targets.present = (i % 2 == 0 ? 0b111111u : 0b101010u) & (63u << (i / 2 * 2));
  }
  key({2, 1});
  EXPECT_FALSE(told()) << "all";
  delta({0, 0}, 103, 3, 0);
  EXPECT_EQ(told(), 0b000001u);
  EXPECT_EQ(targets_.active_targets(structure_, 5), 0b111111u) << "of a picture before";
  key({2, 1});
  EXPECT_EQ(told(), 0b111111u) << "their return is told too";
}

}  // namespace
}  // namespace parley::media
