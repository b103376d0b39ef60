// Header extensions: both forms on the wire, and each known value.
#include "media/rtp/extensions.h"

#include <gtest/gtest.h>

#include <vector>

#include "media/core/random.h"
#include "media/rtp/packet.h"

namespace parley::media::rtp {
namespace {

using namespace std::chrono_literals;

std::optional<Packet> with_payload(std::span<const uint8_t> header, std::vector<uint8_t>& bytes) {
  bytes.assign(header.begin(), header.end());
  bytes.push_back(42);
  return Packet::parse(bytes);
}

TEST(HeaderExtensions, ChangeToTheTwoByteFormWhenAnElementNeedsIt) {
  const std::vector<uint8_t> mid = {'a', 'b'}, descriptor(40, 7);
  HeaderWriter header({96, false, {1}, {2}, {3}}, true);
  header.add_extension(4, mid);
  header.add_extension(8, descriptor);
  header.add_extension(200, mid);
  std::vector<uint8_t> bytes;
  const auto p = with_payload(header.finish(), bytes);
  ASSERT_TRUE(p);
  EXPECT_EQ(p->extension_profile, kTwoByteProfile);
  EXPECT_EQ(as_text(p->extension(4)), "ab");
  EXPECT_EQ(p->extension(8).size(), 40u);
  EXPECT_EQ(as_text(p->extension(200)), "ab");
  EXPECT_EQ(p->payload.size(), 1u);
}

TEST(HeaderExtensions, StayInTheOneByteFormWhereTheOtherWasNotAgreedOn) {
  const std::vector<uint8_t> small = {1}, sixteen(16, 2), large(17, 3);
  HeaderWriter header({96, false, {1}, {2}, {3}});
  header.add_extension(1, small);
  header.add_extension(2, large);
  header.add_extension(15, small);
  header.add_extension(3, sixteen);
  std::vector<uint8_t> bytes;
  const auto p = with_payload(header.finish(), bytes);
  ASSERT_TRUE(p);
  EXPECT_EQ(p->extension_profile, kOneByteProfile);
  EXPECT_EQ(p->extension(1).size(), 1u);
  EXPECT_EQ(p->extension(3).size(), 16u);
  EXPECT_TRUE(p->extension(2).empty());
}

TEST(HeaderExtensions, NeverOverflowTheirBlock) {
  SeededRandom random(8285);
  for (int i = 0; i < 2000; ++i) {
    HeaderWriter header({96, false, {1}, {2}, {3}}, random.below(2) == 0);
    for (int n = 0; n < 12; ++n) {
      std::vector<uint8_t> value(random.below(random.below(2) == 0 ? 17 : 256));
      random.fill(value);
      header.add_extension(static_cast<uint8_t>(1 + random.below(20)), value);
    }
    const auto written = header.finish();
    ASSERT_EQ(written.size() % 4, 0u);
    ASSERT_LE(written.size(), kFixedHeaderSize + 4 + HeaderWriter::kMaxExtensionBytes);
    std::vector<uint8_t> bytes;
    const auto p = with_payload(written, bytes);
    ASSERT_TRUE(p);
    ASSERT_EQ(p->payload.size(), 1u);
  }
}

TEST(HeaderExtensions, WalkEndsAtTheReservedIdAndAtBrokenLengths) {
  const auto count = [](uint16_t profile, std::vector<uint8_t> block) {
    Packet p;
    p.extension_profile = profile;
    p.extensions = block;
    int n = 0;
    p.for_each_extension([&](uint8_t, std::span<const uint8_t>) {
      ++n;
      return false;
    });
    return n;
  };
  EXPECT_EQ(count(kOneByteProfile, {0x10, 1, 0xF0, 1, 0x20, 2}), 1);
  EXPECT_EQ(count(kOneByteProfile, {0x10, 1, 0, 0, 0x2F, 2}), 1);
  EXPECT_EQ(count(kTwoByteProfile | 5, {1, 1, 9, 2, 0, 3}), 2) << "an empty element counts, half of one not";
  EXPECT_EQ(count(kTwoByteProfile, {1, 4, 9}), 0);
  EXPECT_EQ(count(0x4444, {0x10, 1}), 0) << "another profile's";
}

TEST(HeaderExtensions, ReadAndWriteEachValue) {
  const AudioLevel loud{23, true};
  EXPECT_EQ(write_audio_level(loud)[0], 0x97);
  EXPECT_EQ(read_audio_level(write_audio_level(loud)), loud);
  EXPECT_FALSE(read_audio_level({}));
  const uint8_t levels[] = {0x05, 0xFF, 0x7F};
  EXPECT_FALSE(read_audio_level(levels));
  EXPECT_EQ(read_mixer_level(levels, 1), 127);
  EXPECT_FALSE(read_mixer_level(levels, 3));

  for (const uint16_t rotation : {0, 90, 180, 270}) {
    const VideoOrientation o{true, rotation == 90, rotation};
    EXPECT_EQ(read_video_orientation(write_video_orientation(o)), o);
  }
  EXPECT_FALSE(read_video_orientation(levels));

  EXPECT_EQ(read_abs_send_time(write_abs_send_time(time_from_us(65'500'000))), Duration(1'500'000))
      << "modulo 64 s";
  EXPECT_FALSE(read_abs_send_time({}));
  EXPECT_EQ(read_transport_seq(write_transport_seq({65535})), SeqNumber{65535});
  EXPECT_FALSE(read_transport_seq(levels));

  const AbsCaptureTime here{0x0123456789ABCDEF, std::nullopt}, there{5, -7};
  EXPECT_EQ(read_abs_capture_time(write_abs_capture_time(here).value()), here);
  EXPECT_EQ(read_abs_capture_time(write_abs_capture_time(there).value()), there);
  EXPECT_FALSE(read_abs_capture_time(levels));

  const PlayoutDelay delay{20ms, 400ms};
  EXPECT_EQ(write_playout_delay(delay), (std::array<uint8_t, 3>{0x00, 0x20, 0x28}));
  EXPECT_EQ(read_playout_delay(write_playout_delay(delay)), delay);
  EXPECT_EQ(read_playout_delay(write_playout_delay({0ms, 100s}))->max, PlayoutDelay::kMost);
  const uint8_t reversed[] = {0x02, 0x00, 0x01};
  EXPECT_FALSE(read_playout_delay(reversed));

  EXPECT_EQ(read_stream_id(as_bytes("hi")), "hi");
  EXPECT_EQ(read_stream_id(as_bytes("with space")), "");
  EXPECT_EQ(read_stream_id(as_bytes("12345678901234567")), "");
}

}  // namespace
}  // namespace parley::media::rtp
