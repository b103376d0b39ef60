// Subscribers that ask for packets again but take no RTX: they get the very packet that was lost, with the
// bandwidth and for the time that there is.
#include <gtest/gtest.h>

#include "media/routing/routing_for_tests.h"

namespace parley::media {
namespace {

using namespace std::chrono_literals;

class PlainResend : public testing::OneSubscriber {
 protected:
  PlainResend() : OneSubscriber({CodecKind::kVp8, 96, 100, 65530}) {
    bench_.egress(2).keep(kForwarded, bench_.pool);
  }
  // The packets that the subscriber gets.
  std::vector<testing::SentPacket> publish(uint16_t seq) {
    const std::vector<uint8_t> frame = {0x10, static_cast<uint8_t>(seq > 0), 0, 0x9D, 1,
                                        0x2A, static_cast<uint8_t>(seq)};
    bench_.feed(*track_, {96, true, {seq}, {seq * 3000u}, kPublished}, frame);
    return take();
  }
};

TEST_F(PlainResend, IsTheSamePacket) {
  publish(0);
  const std::vector<uint8_t> frame = {0x10, 1, 0, 0x9D, 1, 0x2A, 42};
  bench_.feed(*track_, {96, true, {1}, {3000}, kPublished}, frame);
  std::vector<uint8_t> lost;
  for (size_t i = 0; i < bench_.slab.size(); ++i) {
    if (bench_.slab[i].destination == bench_.egress(2).destination())
      lost.assign(bench_.slab[i].bytes.begin(), bench_.slab[i].bytes.end());
  }
  bench_.slab.clear();
  ASSERT_FALSE(lost.empty());
  publish(2);
  bench_.now += 50ms;
  subscription_->on_nack({65531}, bench_.now, bench_.slab);
  ASSERT_EQ(bench_.slab.size(), 1u);
  EXPECT_EQ(std::vector<uint8_t>(bench_.slab[0].bytes.begin(), bench_.slab[0].bytes.end()), lost)
      << "anything else under its number would give the key away";
  const auto again = take();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].packet().seq.value, 65531);
  EXPECT_EQ(again[0].packet().ssrc.value, 900u);
  EXPECT_EQ(again[0].packet().payload.back(), 42);
  EXPECT_EQ(subscription_->stats().retransmitted, 1u);
}

TEST_F(PlainResend, OfWhatIsNotThereIsNothing) {
  publish(0);
  subscription_->on_nack({65531}, bench_.now, bench_.slab);
  subscription_->on_nack({65400}, bench_.now, bench_.slab);
  EXPECT_EQ(bench_.slab.size(), 0u);
  for (uint16_t n = 1; n < 300; ++n) publish(n);
  subscription_->on_nack({65530}, bench_.now, bench_.slab);
  EXPECT_EQ(bench_.slab.size(), 0u) << "too long ago";
  EXPECT_EQ(subscription_->stats().retransmitted, 0u);
  subscription_.reset();
  EXPECT_FALSE(bench_.egress(2).resend({900}, {100}, bench_.now, bench_.slab)) << "forgotten with it";
}

}  // namespace
}  // namespace parley::media
