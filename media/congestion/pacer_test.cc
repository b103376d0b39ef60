// The pacer's limits and order, and what the send controller lets leave.
#include "media/congestion/pacer.h"

#include <gtest/gtest.h>

#include <vector>

#include "media/congestion/send_controller.h"

namespace parley::media::congestion {
namespace {

using namespace std::chrono_literals;
using rtp::SendClass;

class PacerTest : public ::testing::Test {
 protected:
  bool hold(SendClass kind, uint8_t number, size_t size = 1000) {
    uint8_t header[12] = {0x80, number};
    const uint8_t prefix[2] = {1, 2};
    const std::vector<uint8_t> payload(size - 14, number);
    rtp::Outgoing packet;
    packet.header = header;
    packet.prefix = prefix;
    packet.payload = payload;
    packet.kind = kind;
    return pacer.hold(packet, now);
  }
  PacketPool pool{64};
  Pacer pacer{pool};
  TimePoint now = time_from_us(5'000'000);
};

TEST_F(PacerTest, LetsRetransmissionsPassAndKeepsOrderWithinAClass) {
  hold(SendClass::kVideo, 1);
  hold(SendClass::kVideo, 2);
  hold(SendClass::kRetransmission, 3);
  EXPECT_FALSE(pacer.is_empty(SendClass::kRetransmission));
  for (const uint8_t expected : {3, 1, 2}) {
    ASSERT_NE(pacer.front(), nullptr);
    EXPECT_EQ(pacer.front()->bytes.data()[1], expected);
    EXPECT_EQ(pacer.front()->header_size, 12);
    EXPECT_EQ(pacer.front()->prefix_size, 2);
    pacer.pop();
  }
  EXPECT_EQ(pacer.front(), nullptr);
  pacer.pop();
  EXPECT_EQ(pacer.bytes(), 0u);
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST_F(PacerTest, RefusesWhatWouldWaitTooLong) {
  pacer.set_rate(400'000);  // 20 packets in 400 ms
  int taken = 0;
  while (hold(SendClass::kVideo, 1)) ++taken;
  EXPECT_EQ(taken, 20);
  EXPECT_EQ(pacer.refused(), 1u);
  now += 70ms;
  EXPECT_EQ(pacer.longest_wait(now), 70ms);
}

TEST_F(PacerTest, RefusesWhenThePoolIsUsedUpAndWhatIsTooLarge) {
  pacer.set_rate(50'000'000);
  EXPECT_FALSE(hold(SendClass::kVideo, 1, 1600));
  int taken = 0;
  while (hold(SendClass::kVideo, 1)) ++taken;
  EXPECT_EQ(taken, 64);
}

TEST_F(PacerTest, SpendsAtItsRateAndSavesLittle) {
  pacer.set_rate(1'000'000);
  size_t sent = 0;
  for (const TimePoint end = now + 2s; now < end; now += 1ms) {
    while (pacer.has_budget(now)) pacer.spend(1000), sent += 1000;
  }
  EXPECT_NEAR(static_cast<double>(sent), 250'000, 5000);
  now += 10s;
  size_t burst = 0;
  while (pacer.has_budget(now)) pacer.spend(1000), burst += 1000;
  EXPECT_LE(burst, 4000u);
}

TEST(SendController, HoldsVideoButNeverAudio) {
  PacketPool pool(64);
  TimePoint now = time_from_us(5'000'000);
  SendController controller({}, pool, now);
  uint8_t header[24] = {0x80};
  std::vector<uint8_t> payload(1000);
  rtp::Outgoing packet;
  packet.header = header;
  packet.payload = payload;
  packet.transport_cc_at = 14;
  packet.abs_send_time_at = 18;
  int left = 0;
  while (controller.may_leave(SendClass::kVideo, now)) controller.stamp(packet, now), ++left;
  EXPECT_LE(left, 5);
  EXPECT_EQ(load_be16(&header[14]), left);  // numbered from one
  // 5 s in 6.18 bits of fixed point.
  EXPECT_EQ(load_be32(&header[18]) >> 8, 5u << 18);
  EXPECT_TRUE(controller.may_leave(SendClass::kAudio, now));
  EXPECT_TRUE(controller.hold(packet, now));
  EXPECT_FALSE(controller.may_leave(SendClass::kVideo, now + 1s));  // not before what waits
  size_t sent = 0;
  EXPECT_EQ(controller.release(now + 1s, 0, [&](rtp::Outgoing& p) { sent = p.size(); }), 1024u);
  EXPECT_EQ(sent, 1024u);
  EXPECT_FALSE(controller.has_waiting());
}

TEST(SendController, LimitsRetransmissionsToAShareOfTheEstimate) {
  PacketPool pool(8);
  TimePoint now = time_from_us(5'000'000);
  SendController controller({.start_bps = 1'000'000}, pool, now);
  int allowed = 0;
  for (const TimePoint end = now + 10s; now < end; now += 1ms)
    allowed += controller.may_retransmit(1000, now);
  EXPECT_NEAR(allowed, 10 * 250'000 / 8000, 20);
}

TEST(SendEstimator, ObeysTheReceiversEstimate) {
  const TimePoint now = time_from_us(1'000'000);
  SendEstimator estimator({.transport_feedback = false}, now);
  EXPECT_GT(estimator.target_bps(), 10'000'000);  // nothing is known
  estimator.on_remb(750'000, now);
  EXPECT_EQ(estimator.target_bps(), 750'000);
  estimator.on_remb(1, now);
  EXPECT_EQ(estimator.target_bps(), 30'000);
}

TEST(SendEstimator, FallsBackOnReceptionReports) {
  TimePoint now = time_from_us(1'000'000);
  SendEstimator estimator({.transport_feedback = false}, now);
  for (int second = 0; second < 10; ++second) {
    for (int i = 0; i < 100; ++i, now += 10ms) estimator.on_unnumbered(1250, now);
    estimator.on_report(0.3, 100, now);
  }
  const auto cut = estimator.target_bps();
  EXPECT_LT(cut, 700'000);
  for (int second = 0; second < 20; ++second) {
    for (int i = 0; i < 100; ++i, now += 10ms) estimator.on_unnumbered(500, now);
    estimator.on_report(0, 100, now);
  }
  EXPECT_GT(estimator.target_bps(), cut * 3 / 2);
  EXPECT_TRUE(estimator.may_send(now));
  EXPECT_FALSE(estimator.in_outage());
}

TEST(DelayDetector, ForgetsAClockThatJumped) {
  DelayDetector detector;
  int64_t at = 1'000'000;
  for (int i = 0; i < 200; ++i, at += 20'000) detector.on_packet(at, at + 50'000, 1000);
  EXPECT_EQ(detector.usage(), Usage::kNormal);
  for (int i = 0; i < 5; ++i, at += 20'000) detector.on_packet(at, at + 60'000'000, 1000);
  EXPECT_EQ(detector.usage(), Usage::kNormal);
}

TEST(DelayDetector, SeesAQueueGrowAndShrink) {
  DelayDetector detector;
  int64_t at = 1'000'000, queue = 0;
  for (int i = 0; i < 100; ++i, at += 10'000) detector.on_packet(at, at + 50'000, 1000);
  for (int i = 0; i < 40; ++i, at += 10'000) detector.on_packet(at, at + 50'000 + (queue += 5000), 1000);
  EXPECT_EQ(detector.usage(), Usage::kOver);
  for (int i = 0; i < 35; ++i, at += 20'000) detector.on_packet(at, at + 50'000 + (queue -= 5000), 1000);
  EXPECT_EQ(detector.usage(), Usage::kUnder);
}

}  // namespace
}  // namespace parley::media::congestion
