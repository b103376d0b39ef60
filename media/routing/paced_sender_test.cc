// Whatever sends at a pace: see paced_sender.h.
#include "media/routing/paced_sender.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <vector>

#include "media/core/bytes.h"
#include "media/routing/routing_for_tests.h"
#include "media/rtcp/transport_feedback.h"
#include "media/rtp/extensions.h"

namespace parley::media::testing {
namespace {

using namespace std::chrono_literals;

constexpr uint8_t kTransportCc = 3;

// Has padding without end, and counts what it is asked for.
class CountingSender final : public PacedSender {
 public:
  CountingSender(Egress& egress, PacketPool& pool, congestion::PaceList& pacing)
      : PacedSender(egress, pool, pacing), egress_(egress) {}
  void start(TimePoint now) { start_pacing({}, now); }
  bool in_outage() { return estimator().in_outage(); }
  int64_t target_bps() { return estimator().target_bps(); }
  TimePoint ticked() const { return last_tick(); }

  bool send(rtp::SendClass kind, size_t size, TimePoint now, SendSlab& out) {
    rtp::HeaderWriter header({96, false, next_seq_, {0}, {77}}, true);
    rtp::Outgoing packet;
    packet.transport_cc_at = static_cast<uint16_t>(header.add_extension(kTransportCc, kPlace));
    packet.header = header.finish();
    const std::vector<uint8_t> payload(size);
    packet.payload = payload;
    packet.kind = kind;
    ++next_seq_;
    return kind == rtp::SendClass::kPadding ? egress_.send_rtp_now(packet, now, out)
                                            : egress_.send_rtp(packet, now, out);
  }

  size_t padded = 0;
  int begun_anew = 0, allocated = 0;

 private:
  static constexpr std::array<uint8_t, 2> kPlace{};
  void pad(size_t bytes, TimePoint now, SendSlab& out) override {
    padded += bytes;
    send(rtp::SendClass::kPadding, std::min<size_t>(bytes, 1000), now, out);
  }
  void begin_anew(TimePoint, SendSlab&) override { ++begun_anew; }
  void allocate(TimePoint, SendSlab&) override { ++allocated; }

  Egress& egress_;
  SeqNumber next_seq_{1};
};

class PacedSenderTest : public ::testing::Test {
 protected:
  // The peer gets all that was sent; with `answer` it says so.
  size_t deliver(bool answer = true) {
    const auto sent = bench_.sent_to(1);
    for (const SentPacket& p : sent) {
      const auto seq = rtp::read_transport_seq(p.packet().extension(kTransportCc));
      if (seq && answer) arrivals_.on_packet(*seq, bench_.now);
    }
    if (!answer || arrivals_.next_deadline() == kNever) return sent.size();
    bench_.now += 10ms;
    std::array<uint8_t, 1200> bytes;
    ByteWriter writer(bytes);
    EXPECT_TRUE(arrivals_.write(writer, {1}, {77}, bench_.now));
    rtcp::Reader reader(writer.written());
    const auto header = reader.next();
    EXPECT_TRUE(header);
    sender_->on_transport_feedback(*header, bench_.now, bench_.slab);
    return sent.size();
  }
  void tick(Duration after) {
    bench_.now += after;
    sender_->on_deadline(bench_.now, bench_.slab);
  }
  // Until no probe is under way.
  void finish_probes() {
    for (int i = 0; i < 400; ++i) {
      tick(5ms);
      pacing_.on_deadline(bench_.now, bench_.slab);
      if (i % 10 == 9) deliver();
    }
    deliver();
  }
  bool send_video(size_t size = 1000) {
    return sender_->send(rtp::SendClass::kVideo, size, bench_.now, bench_.slab);
  }

  RoutingBench bench_;
  congestion::PaceList pacing_;
  rtcp::TransportFeedback arrivals_;
  std::optional<CountingSender> sender_{std::in_place, bench_.egress(1), bench_.pool, pacing_};
};

TEST_F(PacedSenderTest, SendsAllAtOnceAndNumbersNothingUntilItIsStarted) {
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(send_video());
  tick(100ms);
  EXPECT_FALSE(sender_->on_pace(bench_.now, bench_.slab));
  const auto sent = bench_.sent_to(1);
  ASSERT_EQ(sent.size(), 100u);
  EXPECT_EQ(rtp::read_transport_seq(sent[99].packet().extension(kTransportCc)), SeqNumber{0});
  EXPECT_EQ(sender_->allocated, 0);
  EXPECT_EQ(sender_->padded, 0u);
}

TEST_F(PacedSenderTest, HoldsABurstBackAndLetsItGoInTime) {
  sender_->start(bench_.now);
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(send_video());
  size_t sent = bench_.sent_to(1).size();
  EXPECT_LT(sent, 20u);
  EXPECT_LE(pacing_.next_deadline(), bench_.now + 5ms);
  for (int i = 0; i < 1000 && pacing_.next_deadline() != kNever; ++i) {
    bench_.now += 5ms;
    pacing_.on_deadline(bench_.now, bench_.slab);
    sent += bench_.sent_to(1).size();
  }
  EXPECT_GE(sent, 30u);
  EXPECT_EQ(pacing_.next_deadline(), kNever) << "nothing waits any more";
}

TEST_F(PacedSenderTest, FillsProbesWithPaddingAndBelievesThem) {
  sender_->start(bench_.now);
  const int64_t before = sender_->target_bps();
  send_video();
  finish_probes();
  EXPECT_GT(sender_->padded, 0u);
  EXPECT_GT(sender_->target_bps(), before);
}

TEST_F(PacedSenderTest, DividesTheEstimateEachIntervalAndSoonerWhenAsked) {
  sender_->start(bench_.now);
  for (int i = 0; i < 100; ++i) tick(10ms);
  EXPECT_EQ(sender_->allocated, 10);
  EXPECT_EQ(sender_->ticked(), bench_.now);
  tick(1ms);
  const int before = sender_->allocated;
  sender_->allocate_soon();
  tick(1ms);
  EXPECT_EQ(sender_->allocated, before + 1);
}

TEST_F(PacedSenderTest, DoesNothingWhileTheEgressIsClosed) {
  sender_->start(bench_.now);
  bench_.egress(1).close();
  tick(100ms);
  EXPECT_EQ(sender_->allocated, 0);
}

TEST_F(PacedSenderTest, KeepsATrickleGoingThroughAnOutageAndThenBeginsAnew) {
  sender_->start(bench_.now);
  send_video();
  finish_probes();
  EXPECT_EQ(sender_->begun_anew, 0);
  send_video();
  for (int i = 0; i < 1000 && !sender_->in_outage(); ++i) {
    tick(5ms);
    deliver(false);
  }
  ASSERT_TRUE(sender_->in_outage());
  const int allocated = sender_->allocated;
  const size_t padded = sender_->padded;
  for (int i = 0; i < 200; ++i) {
    tick(5ms);
    deliver(false);
  }
  EXPECT_EQ(sender_->allocated, allocated) << "there is nothing to divide";
  EXPECT_GE(sender_->padded - padded, 4u);
  EXPECT_LE(sender_->padded - padded, 6u);
  // One packet that comes through ends it.
  for (int i = 0; i < 100 && sender_->in_outage(); ++i) {
    tick(5ms);
    deliver();
  }
  EXPECT_FALSE(sender_->in_outage());
  EXPECT_EQ(sender_->begun_anew, 1);
  tick(100ms);
  EXPECT_GT(sender_->allocated, allocated);
}

TEST_F(PacedSenderTest, LeavesTheEgressAndTheListWhenItEnds) {
  sender_->start(bench_.now);
  for (int i = 0; i < 30; ++i) send_video();
  ASSERT_NE(pacing_.next_deadline(), kNever);
  sender_.reset();
  EXPECT_EQ(pacing_.next_deadline(), kNever);
  EXPECT_TRUE(bench_.egress(1).may_retransmit(1'000'000, bench_.now));
}

TEST_F(PacedSenderTest, IgnoresFeedbackOfOtherKinds) {
  sender_->start(bench_.now);
  std::array<uint8_t, 100> bytes;
  ByteWriter writer(bytes);
  rtcp::write_receiver_report(writer, {1}, {});
  rtcp::Reader reader(writer.written());
  sender_->on_transport_feedback(*reader.next(), bench_.now, bench_.slab);
  EXPECT_EQ(sender_->allocated, 0);
}

}  // namespace
}  // namespace parley::media::testing
