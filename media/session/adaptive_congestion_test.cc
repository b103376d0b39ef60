// Encoders of the program that follow the rate they are told (routing/adaptive_source.h), on the simulated
// network: a hub feeds local tracks to a subscriber behind a narrow link.
#include <gtest/gtest.h>

#include <cstdio>

#include "media/testing/room.h"
#include "media/testing/seeds.h"

namespace parley::media::testing {
namespace {

using namespace std::chrono_literals;

// 30 frames a second of the size that the rate allows; key frames when they are asked for.
class Encoder final : public AdaptiveSource {
 public:
  explicit Encoder(Claim claim) : claim_(claim) {}
  Claim claim(TimePoint) const override { return claim_; }
  void set_available(int64_t bps) override { available_ = bps; }
  int64_t available() const { return available_; }
  void ask_for_key_frame() { key_ = true; }

  void encode(Hub& hub, uint32_t track, TimePoint now, SendSlab& out) {
    if (available_ == 0) return;
    const auto bytes = static_cast<size_t>(std::min(available_, claim_.wanted_bps) / 8 / 30);
    FrameMark mark;
    mark.key = std::exchange(key_, false);
    mark.frame = frame_++;
    mark.count = static_cast<uint8_t>(bytes / 1100 + 1);
    for (; mark.index < mark.count; ++mark.index) {
      std::vector<uint8_t> payload(std::max<size_t>(bytes / mark.count, FrameMark::kAt + FrameMark::kSize));
      mark.write(payload);
      hub.send_local(track, {payload, {mark.frame * 3000}, mark.index + 1 == mark.count, {}}, now, out);
    }
  }

 private:
  const Claim claim_;
  int64_t available_ = 100'000;
  uint32_t frame_ = 0;
  bool key_ = true;
};

class AdaptiveEncoder : public Room {
 protected:
  std::shared_ptr<Encoder> add_encoder(AdaptiveSource::Claim claim) {
    auto encoder = std::make_shared<Encoder>(claim);
    TrackConfig video;
    video.id = kVideo;
    video.kind = TrackKind::kVideo;
    video.codec = CodecKind::kVp8;
    video.payload_type = 96;
    net.command(server, [&](TimePoint, SendSlab&) {
      ASSERT_TRUE(hub.add_local_track(video, [encoder] { encoder->ask_for_key_frame(); }));
      hub.set_adaptive_source(kVideo, encoder);
    });
    return encoder;
  }
  void run(Encoder& encoder, Duration duration) {
    for (const TimePoint end = net.now() + duration; net.now() < end; net.run_for(33ms)) {
      net.command(server, [&](TimePoint now, SendSlab& out) { encoder.encode(hub, kVideo, now, out); });
    }
  }
};

TEST_P(AdaptiveEncoder, UsesALinkWithoutAQueueAndFollowsItDownAndUp) {
  auto encoder = add_encoder({2'000'000, 50'000, 0, 1});
  Link& link = make_link({.bits_per_second = 1'000'000, .queue = 1s});
  MeasuringSubscriber& s = add_subscriber(wire, &link);
  run(*encoder, 20s);
  const auto measure = [&](const char* when, double least_bps) {
    s.take_measures();
    link.take_worst_queue_delay();
    run(*encoder, 20s);
    const double rate = bps(s.video_bytes, 20s);
    const Duration queue = link.take_worst_queue_delay();
    std::printf("seed %lu: %s %.0f kbit/s, queue %ld ms, freeze %ld ms\n", GetParam(), when, rate / 1000,
                to_ms(queue), to_ms(s.freeze(net.now())));
    EXPECT_GE(rate, least_bps) << when;
    EXPECT_LT(queue, 300ms) << when;
    EXPECT_LT(s.freeze(net.now()), 1s) << when;
  };
  measure("at 1 Mbit/s:", 700'000);
  link.config().bits_per_second = 400'000;
  run(*encoder, 10s);
  measure("at 0.4 Mbit/s:", 250'000);
  link.config().bits_per_second = 5'000'000;
  run(*encoder, 30s);
  measure("at 5 Mbit/s:", 1'800'000);
}

TEST_P(AdaptiveEncoder, IsToldTheRateThatItsPeerIsSentAt) {
  auto encoder = add_encoder({2'000'000, 50'000, 0, 1});
  Link& link = make_link({.bits_per_second = 600'000, .queue = 1s});
  add_subscriber(wire, &link);
  run(*encoder, 20s);
  const SendSideStats stats = sending(0);
  EXPECT_LE(encoder->available(), stats.estimate.target_bps);
  EXPECT_GT(encoder->available(), 250'000);
  EXPECT_GT(stats.wanted_bps, 2'000'000) << "probes look for what the encoder could use";
}

INSTANTIATE_TEST_SUITE_P(Seeds, AdaptiveEncoder, ::testing::ValuesIn(kSeeds));

}  // namespace
}  // namespace parley::media::testing
