// Redundant audio and parity packets on their way through a track, and its place in a group of voices.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "media/audio/audio_group.h"
#include "media/routing/routing_for_tests.h"
#include "media/rtp/flexfec_encoder.h"
#include "media/rtp/red.h"

namespace parley::media {
namespace {

using namespace std::chrono_literals;
using testing::RoutingBench;
using testing::SentPacket;

class Redundancy : public ::testing::Test {
 protected:
  static TrackConfig audio() {
    TrackConfig config;
    config.id = 1;
    config.codec = CodecKind::kOpus;
    config.clock_rate = 48000;
    config.payload_type = 111;
    config.red_payload_type = 63;
    config.extensions.audio_level = 1;
    return config;
  }
  static SubscriptionConfig to(uint32_t ssrc, bool red) {
    SubscriptionConfig config;
    config.id = ssrc;
    config.payload_type = 96;
    config.ssrc = {ssrc};
    if (red) config.red_payload_type = 97;
    return config;
  }
  // Packet n, with its forerunner where there is one.
  static std::vector<uint8_t> red_payload(uint8_t n) {
    const std::vector<uint8_t> now = {n, 1, 2}, before = {static_cast<uint8_t>(n - 1), 1, 2};
    std::vector<uint8_t> bytes(64);
    ByteWriter w(bytes);
    const rtp::RedBlock both[] = {{111, 960, before}, {111, 0, now}};
    EXPECT_TRUE(rtp::write_red(w, n == 0 ? std::span(both).last(1) : std::span(both)));
    bytes.resize(w.size());
    return bytes;
  }
  void feed(Track& track, uint8_t n) {
    bench_.feed(track, {63, false, {static_cast<uint16_t>(65530 + n)}, {n * 960u}, {77}}, red_payload(n));
  }
  // First byte of what arrived, by sequence number.
  static std::map<uint16_t, int> numbers(const std::vector<SentPacket>& packets) {
    std::map<uint16_t, int> all;
    for (const auto& p : packets) all[p.packet().seq.value] = p.packet().payload[0];
    return all;
  }

  RoutingBench bench_;
};

TEST_F(Redundancy, GoesOnToThoseWhoTookItAndIsTakenOffForOthers) {
  Track track(audio(), bench_.egress(1), bench_.pool, {5});
  Subscription red(to(900, true), bench_.egress(2), 10, 1), plain(to(901, false), bench_.egress(3), 10, 1);
  track.add(red, bench_.now, bench_.slab);
  track.add(plain, bench_.now, bench_.slab);
  for (const uint8_t n : {0, 1, 3, 4}) feed(track, n);
  const auto with = bench_.sent_to(2), without = bench_.sent_to(3);
  ASSERT_EQ(with.size(), 4u);
  EXPECT_EQ(with[3].packet().payload_type, 97);
  const auto inside = rtp::RedPayload::parse(with[3].packet().payload);
  ASSERT_TRUE(inside);
  EXPECT_EQ(inside->primary().payload[0], 4);
  EXPECT_EQ(inside->primary().payload_type, 96) << "the subscriber's, not the publisher's";
  EXPECT_EQ(inside->redundant()[0].payload_type, 96);
  EXPECT_EQ(with[2].packet().seq, with[1].packet().seq + 2) << "it sees the loss, and mends it itself";
  EXPECT_EQ(numbers(without), (std::map<uint16_t, int>{{10, 0}, {11, 1}, {12, 2}, {13, 3}, {14, 4}}));
  EXPECT_EQ(without[2].packet().timestamp.value, 2 * 960u);
  EXPECT_EQ(without[2].packet().payload_type, 96);
  rtcp::ReportBlock report[1];
  ASSERT_EQ(track.report(report, bench_.now), 1u);
  EXPECT_EQ(report[0].cumulative_lost, 1) << "the publisher hears of the loss";
}

TEST_F(Redundancy, IsDroppedWhenMalformedOrOfAnotherFormat) {
  Track track(audio(), bench_.egress(1), bench_.pool, {5});
  Subscription plain(to(901, false), bench_.egress(3), 10, 1);
  track.add(plain, bench_.now, bench_.slab);
  bench_.feed(track, {63, false, {1}, {0}, {77}}, std::vector<uint8_t>{0x80 | 111, 0, 0});
  bench_.feed(track, {63, false, {2}, {960}, {77}}, std::vector<uint8_t>{9, 1, 2});
  EXPECT_TRUE(bench_.sent_to(3).empty());
  bench_.feed(track, {111, false, {3}, {1920}, {77}}, std::vector<uint8_t>{1, 2});
  EXPECT_EQ(bench_.sent_to(3).size(), 1u) << "plain packets of the same source are as good";
}

TEST_F(Redundancy, IsMadeForWhoeverLosesPacketsOfAPlainSource) {
  Track track(audio(), bench_.egress(1), bench_.pool, {5});
  Subscription takes(to(900, true), bench_.egress(2), 10, 1), plain(to(901, false), bench_.egress(3), 10, 1);
  track.add(takes, bench_.now, bench_.slab);
  track.add(plain, bench_.now, bench_.slab);
  const auto speak = [&](uint8_t n) {
    bench_.slab.clear();
    bench_.feed(track, {111, false, {n}, {n * 960u}, {77}}, std::vector<uint8_t>{n, 1, 2});
  };
  const auto report = [&](uint32_t ssrc, uint8_t lost_of_256) {
    rtcp::ReportBlock block;
    block.source = {ssrc};
    block.fraction_lost = lost_of_256;
    (ssrc == 900 ? takes : plain).on_report(block, bench_.now);
  };
  speak(0);
  report(900, 26);
  report(901, 26);
  speak(1);
  speak(2);
  auto sent = bench_.sent_to(2);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].packet().payload_type, 97);
  const auto red = rtp::RedPayload::parse(sent[0].packet().payload);
  ASSERT_TRUE(red);
  ASSERT_EQ(red->redundant().size(), 1u);
  EXPECT_EQ(red->redundant()[0].payload[0], 1);
  EXPECT_EQ(red->redundant()[0].timestamp_offset, 960);
  EXPECT_EQ(red->primary().payload[0], 2);
  EXPECT_EQ(takes.stats().redundant, 1u);
  sent = bench_.sent_to(3);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].packet().payload_type, 96) << "it did not take the format";
  report(900, 0);
  speak(3);
  sent = bench_.sent_to(2);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].packet().payload_type, 96) << "nothing is lost any more";
}

TEST_F(Redundancy, ParityBringsALostPacketBack) {
  TrackConfig config;
  config.kind = TrackKind::kVideo;
  config.codec = CodecKind::kOther;
  config.payload_type = 96;
  config.fec_payload_type = 118;
  config.extensions.transport_cc = 3;
  Track track(config, bench_.egress(1), bench_.pool, {5});
  Subscription plain(to(901, false), bench_.egress(3), 10, 1);
  track.add(plain, bench_.now, bench_.slab);
  rtp::FlexFecEncoder encoder({77}, {0, 3});
  encoder.set_group_size(3);
  bench_.feed(track, {118, false, {1}, {0}, {88}}, std::vector<uint8_t>(30)) /* before there is anything */;
  for (uint8_t n = 0; n < 3; ++n) {
    const rtp::HeaderFields fields{96, n == 2, {n}, {n * 3000u}, {77}};
    const std::vector<uint8_t> payload(10u + n, n);
    rtp::HeaderWriter header(fields, true);
    const uint8_t number[] = {7, n};
    header.add_extension(3, number);
    encoder.on_media(header.finish(), {}, payload);
    if (n != 1) bench_.feed(track, fields, payload, {{3, {7, n}}});
  }
  std::vector<uint8_t> parity(200);
  ASSERT_TRUE(encoder.ready());
  parity.resize(encoder.take(parity));
  bench_.feed(track, {118, false, {2}, {0}, {88}}, parity);
  EXPECT_EQ(numbers(bench_.sent_to(3)), (std::map<uint16_t, int>{{10, 0}, {11, 1}, {12, 2}}));
}

TEST_F(Redundancy, AHeldBackVoiceComesBackWithoutAGap) {
  audio::AudioGroup group(1, bench_.now);  // outlives its tracks
  Track track(audio(), bench_.egress(1), bench_.pool, {5});
  Subscription plain(to(901, false), bench_.egress(3), 10, 1);
  track.add(plain, bench_.now, bench_.slab);
  group.add(99);
  group.add(1);
  track.set_audio_group(&group);
  const auto speak = [&](uint8_t n) {
    bench_.feed(track, {111, false, {n}, {n * 960u}, {77}}, std::vector<uint8_t>{n, 0}, {{1, {30}}});
  };
  for (uint8_t n = 0; n < 5; ++n) speak(n);
  EXPECT_TRUE(bench_.sent_to(3).empty());
  group.remove(99);
  bench_.now += 20ms;
  ASSERT_EQ(group.on_time(bench_.now).begun.size(), 1u);
  track.resume_in_group(bench_.now, bench_.slab);
  for (uint8_t n = 5; n < 8; ++n) speak(n);
  const auto first = bench_.sent_to(3);
  group.add(99);
  for (int i = 0; i < 40; ++i) {
    bench_.now += 20ms;
    group.on_level(99, static_cast<uint8_t>(i % 4 == 0 ? 60 : 0));
    group.on_time(bench_.now);
  }
  EXPECT_FALSE(group.forwards(1));
  speak(8);
  group.remove(99);
  bench_.now += 20ms;
  group.on_time(bench_.now);
  track.resume_in_group(bench_.now, bench_.slab);
  speak(9);
  auto all = numbers(first);
  for (const auto& [seq, n] : numbers(bench_.sent_to(3))) all[seq] = n;
  const uint16_t begin = all.begin()->first;
  uint16_t expected = begin;
  for (const auto& entry : all) EXPECT_EQ(entry.first, expected++);
  EXPECT_EQ(all[begin], 5);
  EXPECT_EQ(all[static_cast<uint16_t>(begin + 3)], 9) << "8 was held back";
}

// What another media thread is given of a track.
struct Told final : TrackTap {
  void on_tapped_packet(uint32_t, uint64_t, const rtp::Packet& packet) override {
    said.push_back(static_cast<char>('0' + packet.payload[0]));
  }
  void on_tapped_report(uint32_t, uint64_t, const rtcp::SenderReport&) override {}
  void on_tapped_bye(uint32_t, uint64_t, Ssrc) override {}
  void on_tapped_pause(uint32_t, uint64_t, bool paused) override { said.push_back(paused ? 'p' : 'r'); }
  void on_tapped_layers(uint32_t, uint64_t, const ToldEncodings&) override {}
  std::string said;
};

TEST_F(Redundancy, AVoiceIsHeldBackFromOtherThreadsToo) {
  audio::AudioGroup group(1, bench_.now);
  Told told;
  Track track(audio(), bench_.egress(1), bench_.pool, {5});
  track.add_tap(told, 1, 1);
  group.add(99);
  group.add(1);
  track.set_audio_group(&group);
  const auto speak = [&](uint8_t n) {
    bench_.feed(track, {111, false, {n}, {n * 960u}, {77}}, std::vector<uint8_t>{n, 0}, {{1, {30}}});
  };
  const auto let_in = [&] {
    group.remove(99);
    bench_.now += 20ms;
    ASSERT_EQ(group.on_time(bench_.now).begun.size(), 1u);
    track.resume_in_group(bench_.now, bench_.slab);
  };
  speak(0);
  speak(1);
  let_in();
  speak(2);
  EXPECT_EQ(told.said, "pr2");
}

TEST_F(Redundancy, AMutedVoiceIsNotHeardBecauseItsGroupLetsItIn) {
  audio::AudioGroup group(1, bench_.now);
  Told told;
  Track track(audio(), bench_.egress(1), bench_.pool, {5});
  track.add_tap(told, 1, 1);
  track.set_audio_group(&group);
  track.set_paused(true, bench_.now, bench_.slab);
  track.resume_in_group(bench_.now, bench_.slab);
  EXPECT_EQ(told.said, "pp");
}

}  // namespace
}  // namespace parley::media
