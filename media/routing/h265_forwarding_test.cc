// H.265 (RFC 7798) passes through: a subscriber gets it from a picture on that it can begin with, unchanged,
// and of its temporal layers those that it is to get.
#include <gtest/gtest.h>

#include "media/routing/routing_for_tests.h"
#include "media/rtcp/packets.h"

namespace parley::media {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<uint8_t>;

constexpr uint8_t kTrailN = 0, kTrailR = 1, kTsaN = 2, kIdr = 19, kVps = 32, kAggregation = 48,
                  kFragment = 49;

// A NAL unit's two bytes, or a fragment's, and something after them.
Bytes nal(uint8_t type, uint8_t temporal) {
  return {static_cast<uint8_t>(type << 1), static_cast<uint8_t>(temporal + 1), 0xAB, 0xCD};
}
Bytes fragment(uint8_t of, bool first, bool last) {
  const auto flags = static_cast<uint8_t>((first ? 0x80 : 0) | (last ? 0x40 : 0) | of);
  return {kFragment << 1, 1, flags, 0x11, 0x22};
}

class H265Forwarding : public testing::OneSubscriber {
 protected:
  H265Forwarding() : OneSubscriber({CodecKind::kH265, 49, 104, 500}) {}
  // What the subscriber gets of it.
  std::vector<Bytes> publish(const Bytes& payload, bool ends_picture = true) {
    bench_.feed(*track_, {49, ends_picture, seq_, {pictures_ * 3000}, kPublished}, payload);
    ++seq_;
    pictures_ += ends_picture;
    bench_.now += 10ms;
    std::vector<Bytes> forwarded;
    for (const auto& sent : take()) {
      const auto packet = sent.packet();
      EXPECT_EQ(packet.payload_type, 104);
      EXPECT_EQ(packet.marker, ends_picture);
      EXPECT_EQ(packet.seq.value, next_out_++) << "no gap";
      forwarded.emplace_back(packet.payload.begin(), packet.payload.end());
    }
    return forwarded;
  }

  SeqNumber seq_{65533};
  uint16_t next_out_ = 500;
  uint32_t pictures_ = 0;
};

TEST_F(H265Forwarding, BeginsWhereADecoderCan) {
  EXPECT_TRUE(publish(nal(kTrailR, 0)).empty());
  EXPECT_TRUE(publish(fragment(kTrailR, true, false), false).empty());
  EXPECT_TRUE(publish(fragment(kTrailR, false, true)).empty());
  EXPECT_GE(track_->stats().plis, 1u) << "such a picture is asked for";
  const Bytes parameter_sets = {kAggregation << 1, 1, 0, 2, kVps << 1, 1, 0, 2, 33 << 1, 1, 0, 2, 34 << 1, 1};
  const Bytes first = fragment(kIdr, true, false), last = fragment(kIdr, false, true);
  EXPECT_EQ(publish(parameter_sets, false), std::vector<Bytes>{parameter_sets});
  EXPECT_EQ(publish(first, false), std::vector<Bytes>{first});
  EXPECT_EQ(publish(last), std::vector<Bytes>{last});
  EXPECT_FALSE(subscription_->stats().waiting_for_key_frame);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(publish(nal(kTrailR, 0)), std::vector<Bytes>{nal(kTrailR, 0)});
}

TEST_F(H265Forwarding, LeavesOutTemporalLayersThatAreNotWanted) {
  ASSERT_EQ(publish(nal(kIdr, 0)).size(), 1u);
  EXPECT_EQ(publish(nal(kTsaN, 1)).size(), 1u);
  EXPECT_EQ(publish(nal(kTrailR, 0)).size(), 1u);
  subscription_->set_preferred_layers({3, 0}, bench_.now, bench_.slab);
  size_t forwarded = 0;
  for (int i = 0; i < 10; ++i) {
    forwarded += publish(nal(kTsaN, 1)).size();
    EXPECT_EQ(publish(nal(kTrailR, 0)).size(), 1u);
  }
  EXPECT_LE(forwarded, 1u) << "from the next picture on";
  subscription_->set_preferred_layers({}, bench_.now, bench_.slab);
  publish(nal(kTrailR, 0));
  EXPECT_EQ(publish(nal(kTsaN, 1)).size(), 1u) << "a picture where one can come up";
  EXPECT_EQ(publish(nal(kTrailN, 1)).size(), 1u);
}

}  // namespace
}  // namespace parley::media
