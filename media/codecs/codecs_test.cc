// Each codec through its encoder, packets and decoder; pictures and sound out of packets that are lost, late
// and in disorder.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "media/codecs/audio_buffer.h"
#include "media/codecs/audio_codec.h"
#include "media/codecs/packetizer.h"
#include "media/codecs/picture_buffer.h"
#include "media/codecs/video_codec.h"
#include "media/core/random.h"
#include "media/core/shared_library.h"

namespace parley::media::codecs {
namespace {

using namespace std::chrono_literals;

// A gradient with a bright square that moves.
Picture picture_at(uint32_t width, uint32_t height, uint32_t n) {
  Picture p{width, height, {}};
  p.bytes.assign(Picture::size_of(width, height), 128);
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t x = 0; x < width; ++x) {
      const bool square = x / 16 == n % (width / 16) && y / 16 == 1;
      p.plane(0)[y * width + x] = static_cast<uint8_t>(square ? 235 : 40 + (x + y) % 128);
    }
  }
  return p;
}

double psnr(const Picture& a, const Picture& b) {
  double error = 0;
  const size_t n = size_t{a.width} * a.height;
  for (size_t i = 0; i < n; ++i) error += std::pow(int{a.plane(0)[i]} - int{b.plane(0)[i]}, 2);
  return error == 0 ? 99 : 10 * std::log10(255.0 * 255.0 * static_cast<double>(n) / error);
}

rtp::Packet packet_of(const std::vector<uint8_t>& payload, uint32_t timestamp, bool marker) {
  rtp::Packet p;
  p.payload = payload;
  p.timestamp = {timestamp};
  p.marker = marker;
  return p;
}

class VideoCodecTest : public ::testing::TestWithParam<CodecKind> {};

TEST_P(VideoCodecTest, ShowsWhatWasEncodedThroughPackets) {
  auto encoder = make_video_encoder(GetParam(), {320, 180, 600'000, 30});
  auto decoder = make_video_decoder(GetParam());
  ASSERT_TRUE(encoder && decoder);
  Packetizer packetizer(GetParam(), 0x7FFE);
  PictureBuffer buffer(GetParam());
  int64_t seq = 100;
  int shown = 0, keys = 0;
  for (uint32_t n = 0; n < 30; ++n) {
    const Picture in = picture_at(320, 180, n);
    const auto encoded = encoder->encode(in, n * 3000, n == 0 || n == 20);
    if (!encoded) continue;
    keys += encoded->key;
    const auto payloads = packetizer.split(*encoded);
    ASSERT_FALSE(payloads.empty());
    std::vector<EncodedPicture> out;
    for (size_t i = 0; i < payloads.size(); ++i) {
      EXPECT_LE(payloads[i].size(), Packetizer::kMaxPayload);
      buffer.on_packet(packet_of(payloads[i], n * 3000, i + 1 == payloads.size()), seq++, time_from_us(0),
                       &out);
    }
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(out[0].bytes, encoded->bytes);
    EXPECT_EQ(out[0].key, encoded->key);
    const auto decoded = decoder->decode(out[0]);
    ASSERT_TRUE(decoded);
    ASSERT_EQ(decoded->width, 320u);
    ASSERT_EQ(decoded->height, 180u);
    EXPECT_GT(psnr(in, *decoded), 26) << n;
    ++shown;
  }
  EXPECT_GE(shown, 20);
  EXPECT_EQ(keys, 2);
}

TEST_P(VideoCodecTest, FollowsTheBitrateItIsGiven) {
  auto encoder = make_video_encoder(GetParam(), {160, 96, 300'000, 30});
  ASSERT_TRUE(encoder);
  SeededRandom random(5);
  const auto bytes_of_a_second = [&] {
    size_t bytes = 0;
    for (uint32_t n = 0; n < 30; ++n) {
      Picture noisy = picture_at(160, 96, n);
      for (size_t i = 0; i < noisy.bytes.size(); i += 3)
        noisy.bytes[i] ^= static_cast<uint8_t>(random.below(24));
      if (const auto encoded = encoder->encode(noisy, n * 3000, false)) bytes += encoded->bytes.size();
    }
    return bytes;
  };
  bytes_of_a_second();
  const size_t high = bytes_of_a_second();
  encoder->set_bitrate(60'000);
  bytes_of_a_second();
  const size_t low = bytes_of_a_second();
  EXPECT_LT(low, high * 6 / 10);
}

TEST_P(VideoCodecTest, RefusesWhatItCannotDo) {
  EXPECT_FALSE(make_video_encoder(GetParam(), {0, 180, 1, 1}));
  EXPECT_FALSE(make_video_encoder(GetParam(), {20000, 180, 1, 1}));
  auto encoder = make_video_encoder(GetParam(), {320, 180, 600'000, 30});
  EXPECT_FALSE(encoder->encode(picture_at(160, 96, 0), 0, true));
  EXPECT_FALSE(encoder->encode(Picture{320, 180, {1, 2}}, 0, true));
  auto decoder = make_video_decoder(GetParam());
  SeededRandom random(9);
  const auto good = encoder->encode(picture_at(320, 180, 0), 0, true);
  ASSERT_TRUE(good);
  for (int i = 0; i < 50; ++i) {
    EncodedPicture bad = *good;
    for (int n = 0; n < 8; ++n)
      bad.bytes[random.below(static_cast<uint32_t>(bad.bytes.size()))] =
          static_cast<uint8_t>(random.next_u32());
    decoder->decode(bad);
  }
  decoder->decode(EncodedPicture{});
  EXPECT_TRUE(make_video_decoder(GetParam())->decode(*good));
}

std::string name_of(const ::testing::TestParamInfo<CodecKind>& each) {
  if (each.param == CodecKind::kVp8) return "Vp8";
  return each.param == CodecKind::kVp9 ? "Vp9" : "H264";
}

INSTANTIATE_TEST_SUITE_P(All, VideoCodecTest,
                         ::testing::Values(CodecKind::kVp8, CodecKind::kVp9, CodecKind::kH264), name_of);

TEST(VideoCodec, KnowsNoOthers) {
  EXPECT_FALSE(make_video_encoder(CodecKind::kAv1, {320, 180, 1, 1}));
  EXPECT_FALSE(make_video_decoder(CodecKind::kOther));
  EXPECT_FALSE(make_video_encoder(CodecKind::kH264, {321, 181, 100'000, 30}));
  EXPECT_FALSE(SharedLibrary("libthat-nobody-has.so").loaded());
}

TEST(VideoCodec, Scales) {
  const auto half = scaled(picture_at(320, 180, 0), 160, 90);
  ASSERT_TRUE(half);
  EXPECT_TRUE(half->valid());
  EXPECT_NEAR(half->plane(0)[0], 41, 3);
  EXPECT_FALSE(scaled(picture_at(320, 180, 0), 0, 90));
  EXPECT_FALSE(scaled(Picture{}, 10, 10));
}

TEST(Packetizer, UnpacksWhatOthersSend) {
  std::vector<uint8_t> out;
  const std::vector<uint8_t> vp8 = {0x90, 0xF0, 0x81, 0x02, 7, 9, 42, 43};  // X; I (long), L, T, K
  EXPECT_TRUE(unpack(CodecKind::kVp8, vp8, &out));
  EXPECT_EQ(out, (std::vector<uint8_t>{42, 43}));
  out.clear();
  // I (short), L, F, P with two references, V: two layers with sizes, one picture with one reference.
  const std::vector<uint8_t> vp9 = {0xFA, 5, 0, 3, 2, 0x38, 0, 1, 0, 1, 0, 2, 0, 2, 1, 4, 9, 77};
  EXPECT_TRUE(unpack(CodecKind::kVp9, vp9, &out));
  EXPECT_EQ(out, (std::vector<uint8_t>{77}));
  out.clear();
  const std::vector<uint8_t> stap = {24, 0, 2, 0x67, 1, 0, 1, 0x68};
  EXPECT_TRUE(unpack(CodecKind::kH264, stap, &out));
  EXPECT_EQ(out, (std::vector<uint8_t>{0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68}));
  const std::vector<uint8_t> cut_stap = {24, 0, 9, 1}, other = {30, 1, 2, 3}, short_fu = {28, 0x80};
  for (const auto& bad : {cut_stap, other, short_fu, std::vector<uint8_t>()})
    EXPECT_FALSE(unpack(CodecKind::kH264, bad, &out));
  EXPECT_FALSE(unpack(CodecKind::kVp8, std::vector<uint8_t>{0x90, 0xF0}, &out));
  EXPECT_FALSE(unpack(CodecKind::kVp9, std::vector<uint8_t>{0x82, 5}, &out));
  EXPECT_FALSE(unpack(CodecKind::kAv1, vp8, &out));
  EXPECT_TRUE(Packetizer(CodecKind::kAv1, 0).split({{1, 2, 3}, 0, true}).empty());
}

TEST(Packetizer, SurvivesNoise) {
  SeededRandom random(20261121);
  for (int i = 0; i < 20000; ++i) {
    std::vector<uint8_t> noise(random.below(40)), out;
    random.fill(noise);
    for (const CodecKind kind : {CodecKind::kVp8, CodecKind::kVp9, CodecKind::kH264})
      unpack(kind, noise, &out);
  }
}

// VP8 pictures of three packets each; the first is a key frame.
class PictureBufferTest : public ::testing::Test {
 protected:
  struct Sent {
    std::vector<uint8_t> payload;
    uint32_t timestamp;
    bool marker;
  };
  void make(uint32_t n, bool key) {
    Packetizer packetizer(CodecKind::kVp8, 0);
    EncodedPicture picture;
    picture.bytes.assign(3000, static_cast<uint8_t>(n));
    picture.bytes[0] = key ? 0 : 1;  // P: inverse key frame
    const auto payloads = packetizer.split(picture);
    ASSERT_EQ(payloads.size(), 3u);
    for (size_t i = 0; i < 3; ++i) sent_.push_back({payloads[i], n * 3000, i == 2});
  }
  void receive(size_t i) {
    buffer_.on_packet(packet_of(sent_[i].payload, sent_[i].timestamp, sent_[i].marker),
                      static_cast<int64_t>(i), now_, &out_);
  }
  std::vector<Sent> sent_;
  PictureBuffer buffer_{CodecKind::kVp8};
  std::vector<EncodedPicture> out_;
  TimePoint now_ = time_from_us(1'000'000);
};

TEST_F(PictureBufferTest, OrdersPacketsAndWaitsForTheMissing) {
  for (uint32_t n = 0; n < 4; ++n) make(n, n == 0);
  for (const size_t i : {2, 0, 1, 0}) receive(i);
  ASSERT_EQ(out_.size(), 1u);
  EXPECT_TRUE(out_[0].key);
  EXPECT_EQ(out_[0].bytes.size(), 3000u);
  for (const size_t i : {3, 5, 6, 7, 8, 9, 10, 11}) receive(i);
  EXPECT_EQ(out_.size(), 1u);
  EXPECT_NE(buffer_.next_deadline(), kNever);
  receive(4);  // by retransmission
  EXPECT_EQ(out_.size(), 4u);
  EXPECT_EQ(buffer_.next_deadline(), kNever);
  EXPECT_EQ(buffer_.pictures(), 4u);
}

TEST_F(PictureBufferTest, GivesUpAndGoesOnAtAKeyFrame) {
  for (uint32_t n = 0; n < 5; ++n) make(n, n == 0 || n == 4);
  for (const size_t i : {0, 1, 2, 3, 5, 6, 7, 8}) receive(i);
  EXPECT_FALSE(buffer_.on_deadline(now_ + 10ms, &out_));
  EXPECT_TRUE(buffer_.on_deadline(now_ + PictureBuffer::kPatience, &out_));
  EXPECT_EQ(buffer_.given_up(), 1u);
  for (const size_t i : {9, 10, 11}) receive(i);
  EXPECT_EQ(out_.size(), 1u);
  EXPECT_TRUE(buffer_.on_deadline(now_ + 2s, &out_));  // asks again
  for (const size_t i : {12, 13, 14}) receive(i);
  EXPECT_EQ(out_.size(), 2u);
  EXPECT_TRUE(out_[1].key);
  receive(4);  // much too late
  EXPECT_EQ(out_.size(), 2u);
}

TEST_F(PictureBufferTest, StartsOnlyAtAKeyFrame) {
  make(0, false);
  make(1, true);
  for (size_t i = 0; i < 3; ++i) receive(i);
  EXPECT_TRUE(out_.empty());
  EXPECT_TRUE(buffer_.on_deadline(now_ + PictureBuffer::kAskAgain, &out_));
  for (size_t i = 3; i < 6; ++i) receive(i);
  EXPECT_EQ(out_.size(), 1u);
  buffer_.on_decoding_failed(now_);
  EXPECT_TRUE(buffer_.on_deadline(now_, &out_));
}

TEST_F(PictureBufferTest, HasAnEndToWhatItKeeps) {
  make(0, false);
  for (int64_t seq = 0; seq < 5000; ++seq)
    buffer_.on_packet(packet_of(sent_[1].payload, static_cast<uint32_t>(seq), false), seq * 2, now_, &out_);
  EXPECT_TRUE(out_.empty());
  EXPECT_TRUE(buffer_.on_deadline(now_ + 1s, &out_));
}

std::vector<int16_t> tone(size_t samples, unsigned channels, double* phase) {
  std::vector<int16_t> out;
  for (size_t i = 0; i < samples; ++i) {
    *phase += 2 * 3.14159265358979 * 440 / kAudioRate;
    out.insert(out.end(), channels, static_cast<int16_t>(8000 * std::sin(*phase)));
  }
  return out;
}

double loudness(const std::vector<int16_t>& samples) {
  double sum = 0;
  for (const int16_t s : samples) sum += double{static_cast<double>(s)} * s;
  return samples.empty() ? 0 : std::sqrt(sum / static_cast<double>(samples.size()));
}

class AudioCodecTest : public ::testing::TestWithParam<const char*> {};

TEST_P(AudioCodecTest, SoundsAsItWas) {
  for (const unsigned channels : {1u, 2u}) {
    auto encoder = make_audio_encoder(GetParam(), channels, 32000);
    auto decoder = make_audio_decoder(GetParam(), channels);
    ASSERT_TRUE(encoder && decoder);
    double phase = 0;
    for (int n = 0; n < 10; ++n) {
      const auto samples = tone(kPacketSamples, channels, &phase);
      const auto packet = encoder->encode(samples);
      ASSERT_FALSE(packet.empty());
      const auto heard = n == 6 ? decoder->conceal(packet) : decoder->decode(packet);
      ASSERT_EQ(heard.size(), samples.size());
      if (n > 1 && n != 6) {
        EXPECT_NEAR(loudness(heard), loudness(samples), 1500) << n;
      }
    }
    EXPECT_EQ(decoder->conceal({}).size(), kPacketSamples * channels);
  }
  EXPECT_FALSE(make_audio_encoder(GetParam(), 3, 32000));
  EXPECT_FALSE(make_audio_decoder(GetParam(), 0));
}

INSTANTIATE_TEST_SUITE_P(All, AudioCodecTest, ::testing::Values("opus", "PCMU", "PCMA"));

TEST(AudioCodec, KnowsNoOthers) {
  EXPECT_FALSE(make_audio_encoder("G722", 1, 64000));
  EXPECT_FALSE(make_audio_decoder("G722", 1));
  EXPECT_TRUE(make_audio_encoder("opus", 1, 32000)->encode(std::vector<int16_t>(5)).empty());
  EXPECT_TRUE(make_audio_decoder("opus", 1)->decode(std::vector<uint8_t>{0xFF, 0xFF, 0xFF}).empty());
}

// RFC 3551 by way of ITU-T G.711: the ends and the middle of both scales.
TEST(AudioCodec, SpeaksG711) {
  const auto code_of = [](const char* law, int16_t sample) {
    return make_audio_encoder(law, 1, 0)->encode(std::vector<int16_t>(6, sample))[0];
  };
  EXPECT_EQ(code_of("PCMU", 0), 0xFF);
  EXPECT_EQ(code_of("PCMU", 32767), 0x80);
  EXPECT_EQ(code_of("PCMU", -32768), 0x00);
  EXPECT_EQ(code_of("PCMA", 0), 0xD5);
  EXPECT_EQ(code_of("PCMA", 32767), 0xAA);
  EXPECT_EQ(code_of("PCMA", -32768), 0x2A);
  for (const char* law : {"PCMU", "PCMA"}) {
    for (int sample = -32000; sample <= 32000; sample += 777) {
      const uint8_t code[] = {code_of(law, static_cast<int16_t>(sample))};
      const int back = make_audio_decoder(law, 1)->decode(code).back();
      EXPECT_NEAR(back, sample, std::max(16, std::abs(sample) / 28)) << law;
    }
  }
}

TEST(AudioBuffer, PlaysAtAnEvenPaceWhateverTheNetworkDoes) {
  constexpr uint64_t kSeed = 11;
  SeededRandom random(kSeed);
  AudioBuffer buffer(48000);
  std::multimap<TimePoint, int64_t> arriving;
  const std::vector<uint8_t> payload(50, 1);
  for (int64_t n = 0; n < 500; ++n) {
    if (random.below(100) < 3) continue;
    arriving.emplace(time_from_us(n * 20000 + 50000 + random.below(60000)), n);
  }
  std::vector<TimePoint> played;
  int lost = 0;
  uint32_t last = 0;
  for (TimePoint now = time_from_us(0); now < time_from_us(10'200'000); now += 1ms) {
    while (!arriving.empty() && arriving.begin()->first <= now) {
      const int64_t n = arriving.begin()->second;
      buffer.on_packet(packet_of(payload, static_cast<uint32_t>(n * 960), false), n, now);
      arriving.erase(arriving.begin());
    }
    if (buffer.next_deadline() > now) continue;
    const auto step = buffer.on_deadline(now);
    if (!step) continue;
    played.push_back(now);
    if (step->kind == AudioBuffer::Step::Kind::kLost) {
      ++lost;
    } else {
      EXPECT_TRUE(step->timestamp > last || last == 0);
      last = step->timestamp;
    }
  }
  EXPECT_GT(played.size(), 470u);
  EXPECT_LT(lost, 60) << "seed " << kSeed;
  EXPECT_GT(buffer.delay(), 50ms);
  EXPECT_LE(buffer.delay(), AudioBuffer::kMostDelay);
}

TEST(AudioBuffer, FallsSilentAndStartsAgain) {
  AudioBuffer buffer(48000);
  const std::vector<uint8_t> payload(50, 1);
  TimePoint now = time_from_us(5'000'000);
  buffer.on_packet(packet_of(payload, 0, false), 7, now);
  buffer.on_packet(packet_of({}, 960, false), 8, now);  // comfort noise of nothing
  int steps = 0;
  for (int i = 0; i < 50; ++i) {
    now += 20ms;
    if (buffer.next_deadline() <= now) steps += buffer.on_deadline(now).has_value();
  }
  EXPECT_EQ(steps, 1 + AudioBuffer::kMostConcealed);
  EXPECT_EQ(buffer.next_deadline(), kNever);
  buffer.on_packet(packet_of(payload, 96000, false), 20, now);
  buffer.on_packet(packet_of(payload, 0, false), 7, now);  // from before
  EXPECT_EQ(buffer.discarded(), 1u);
  now = buffer.next_deadline();
  const auto step = buffer.on_deadline(now);
  ASSERT_TRUE(step);
  EXPECT_EQ(step->timestamp, 96000u);
}

TEST(AudioBuffer, KeepsUpWithABurst) {
  AudioBuffer buffer(48000);
  const std::vector<uint8_t> payload(50, 1);
  const TimePoint now = time_from_us(5'000'000);
  for (int64_t n = 0; n < 150; ++n)
    buffer.on_packet(packet_of(payload, static_cast<uint32_t>(n * 960), false), n, now);
  EXPECT_GT(buffer.discarded(), 40u);
  EXPECT_TRUE(buffer.on_deadline(buffer.next_deadline()));
}

}  // namespace
}  // namespace parley::media::codecs
