// When a subscriber's video is protected by parity packets, and that they bring back what is lost.
#include "media/routing/fec_sender.h"

#include <gtest/gtest.h>

#include <map>

#include "media/routing/routing_for_tests.h"

namespace parley::media {
namespace {

using namespace std::chrono_literals;
using testing::RoutingBench;
using testing::SentPacket;

class FecPolicy : public ::testing::Test {
 protected:
  // Five seconds of 1 Mbit/s under these conditions. What parity takes then.
  int64_t live_through(double loss, Duration round_trip, int64_t room_bps = 2'000'000) {
    int64_t taken = 0;
    for (int i = 0; i < 50; ++i) {
      now_ += 100ms;
      sent_ += 12'500;
      taken = sender_.adapt({loss, round_trip, room_bps}, sent_, now_);
    }
    return taken;
  }

  TimePoint now_ = time_from_us(1'000'000);
  uint64_t sent_ = 0;
  FecSender sender_{{900}, {0, 3}};
};

TEST_F(FecPolicy, ProtectsWhoIsFarAwayAndLosesPackets) {
  EXPECT_EQ(live_through(0, 300ms), 0);
  EXPECT_EQ(live_through(0.015, 300ms), 0) << "little";
  EXPECT_EQ(live_through(0.1, 60ms), 0) << "near";
  EXPECT_EQ(live_through(0.1, 0ms), 0) << "who knows how far";
  EXPECT_FALSE(sender_.active());
  const int64_t taken = live_through(0.05, 300ms);
  EXPECT_GE(sender_.group_size(), 5u);
  EXPECT_LE(sender_.group_size(), 6u);
  EXPECT_NEAR(static_cast<double>(taken), 1e6 / static_cast<double>(sender_.group_size()), 20'000);
  live_through(0.4, 300ms);
  EXPECT_EQ(sender_.group_size(), FecSender::kLeastGroup);
  for (int i = 0; i < 4; ++i) live_through(0.015, 90ms);
  EXPECT_GE(sender_.group_size(), 16u) << "goes on in between";
  for (int i = 0; i < 4; ++i) live_through(0.005, 90ms);
  EXPECT_FALSE(sender_.active());
}

TEST_F(FecPolicy, TakesNoMoreThanThereIsRoomFor) {
  EXPECT_LE(live_through(0.1, 300ms, 100'000), 100'000);
  EXPECT_GE(sender_.group_size(), 10u);
  EXPECT_GT(sender_.wanted_bps(), 200'000);
  EXPECT_EQ(live_through(0.1, 300ms, 30'000), 0);
  EXPECT_FALSE(sender_.active());
  EXPECT_EQ(live_through(0.1, 300ms, -5), 0);
  EXPECT_GT(sender_.wanted_bps(), 200'000) << "to be looked for";
  live_through(0.1, 30ms);
  EXPECT_EQ(sender_.wanted_bps(), 0);
}

class ParityToSubscriber : public ::testing::Test {
 protected:
  static constexpr uint8_t kParity = 110;

  ParityToSubscriber() : track_(source(), bench_.egress(1), bench_.pool, {5}) {
    config_.id = 1;
    config_.mid = "0";
    config_.payload_type = 100;
    config_.rtx_payload_type = 101;
    config_.ssrc = {900};
    config_.rtx_ssrc = {901};
    config_.fec_payload_type = kParity;
    config_.fec_ssrc = {902};
    config_.extensions.mid = 4;
    config_.extensions.transport_cc = 3;
  }
  static TrackConfig source() {
    TrackConfig config;
    config.kind = TrackKind::kVideo;
    config.codec = CodecKind::kVp8;
    config.payload_type = 96;
    return config;
  }
  // A picture of one packet, with a picture id that is rewritten on its way.
  void feed(uint16_t n) {
    std::vector<uint8_t> payload(20u + n % 7, static_cast<uint8_t>(n));
    const uint8_t head[] = {0x90, 0x80, static_cast<uint8_t>(0x80 | (n >> 8 & 0x7F)), static_cast<uint8_t>(n),
                            static_cast<uint8_t>(n == 0 ? 0 : 1)};
    std::copy(std::begin(head), std::end(head), payload.begin());
    bench_.feed(track_, {96, true, {static_cast<uint16_t>(65000 + n)}, {n * 3000u}, {77}}, payload);
  }
  void lose(Subscription& to, double loss) {
    // The round trip is learnt from a report about a report.
    std::vector<uint8_t> bytes(400);
    ByteWriter w(bytes);
    track_.on_sender_report({{77}, 0x123400000000, {0}, 0, 0}, bench_.now);
    ASSERT_TRUE(to.write_report(w, bench_.now));
    ASSERT_GT(w.size(), 16u);
    rtcp::ReportBlock block;
    block.source = {900};
    block.last_sr = load_be32(&bytes[10]);
    bench_.now += 300ms;
    to.on_report(block, bench_.now);
    ASSERT_NEAR(to.stats().rtt_seconds, 0.3, 0.01);
    for (int i = 0; i < 100; ++i) {
      bench_.now += 100ms;
      to.adapt_protection(loss, 2'000'000, bench_.now);
    }
    bench_.sent_to(2);
  }

  RoutingBench bench_;
  Track track_;
  SubscriptionConfig config_;
};

TEST_F(ParityToSubscriber, BringsBackOneLostPacketOfEachGroup) {
  Subscription to(config_, bench_.egress(2), 65533, 1);  // the numbers wrap
  track_.add(to, bench_.now, bench_.slab);
  feed(0);
  lose(to, 0.1);
  for (uint16_t n = 1; n <= 40; ++n) feed(n);
  std::map<uint16_t, SentPacket> media;
  std::vector<SentPacket> parity;
  for (const SentPacket& p : bench_.sent_to(2)) {
    if (p.is_rtcp) continue;
    EXPECT_EQ(as_text(p.packet().extension(4)), "0");
    EXPECT_EQ(p.packet().extension(3).size(), 2u) << "every packet counts on the path";
    if (p.packet().payload_type == kParity) {
      EXPECT_EQ(p.packet().ssrc, Ssrc{902});
      if (!parity.empty()) {
        EXPECT_EQ(p.packet().seq, parity.back().packet().seq + 1);
      }
      parity.push_back(p);
    } else {
      media[p.packet().seq.value] = p;
    }
  }
  ASSERT_EQ(media.size(), 40u);
  EXPECT_GE(parity.size(), 8u);
  EXPECT_LE(parity.size(), 14u);
  EXPECT_EQ(to.stats().parity_packets, parity.size());
  size_t recovered = 0;
  for (const SentPacket& repair : parity) {
    const auto header = rtp::FlexFecHeader::parse(repair.packet().payload);
    ASSERT_TRUE(header);
    // Each of the group in turn is the one that is lost.
    for (size_t lost = 0; lost < header->mask.size(); ++lost) {
      if (!header->mask[lost]) continue;
      rtp::FlexFecDecoder decoder(bench_.pool, {900}, {0, 3});
      for (size_t i = 0; i < header->mask.size(); ++i) {
        if (header->mask[i] && i != lost)
          decoder.on_media(media[(header->base + static_cast<int>(i)).value].packet());
      }
      decoder.on_repair(repair.packet());
      const PacketRef back = decoder.take_recovered();
      ASSERT_TRUE(back);
      auto original = media[(header->base + static_cast<int>(lost)).value].bytes;
      rtp::zero_mutable(original, {0, 3});
      EXPECT_EQ(std::vector<uint8_t>(back.bytes().begin(), back.bytes().end()), original);
      ++recovered;
    }
  }
  EXPECT_GE(recovered, 36u) << "all but the last group";
}

TEST_F(ParityToSubscriber, IsNotMadeOfRetransmissionsNorWhereItWasNotNegotiated) {
  SubscriptionConfig bare = config_;
  bare.ssrc = {910};
  bare.fec_payload_type.reset();
  Subscription to(config_, bench_.egress(2), 10, 1), plain(bare, bench_.egress(3), 10, 1);
  track_.add(to, bench_.now, bench_.slab);
  track_.add(plain, bench_.now, bench_.slab);
  feed(0);
  lose(to, 0.3);
  EXPECT_EQ(plain.adapt_protection(0.3, 2'000'000, bench_.now), 0);
  feed(1);
  feed(2);
  for (int i = 0; i < 4; ++i) to.on_nack({11}, bench_.now += 400ms, bench_.slab);
  for (const SentPacket& p : bench_.sent_to(2)) EXPECT_NE(p.packet().payload_type, kParity);
  EXPECT_GE(to.stats().retransmitted, 4u);
  feed(3);
  EXPECT_EQ(to.stats().parity_packets, 1u);
  EXPECT_EQ(plain.stats().parity_packets, 0u);
}

}  // namespace
}  // namespace parley::media
