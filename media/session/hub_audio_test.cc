// Groups of voices in the hub, fed by tracks of the program.
#include <gtest/gtest.h>

#include <vector>

#include "media/session/hub.h"

namespace parley::media {
namespace {

using namespace std::chrono_literals;

class HubAudio : public ::testing::Test {
 protected:
  void SetUp() override {
    // Time passes for a hub with a peer.
    ASSERT_TRUE(hub_.add_peer(1, ice::Credentials::generate(random_), now_));
    for (const uint32_t track : {11, 12, 13}) {
      TrackConfig config;
      config.id = track;
      config.codec = CodecKind::kOpus;
      config.clock_rate = 48000;
      config.payload_type = 111;
      config.extensions.audio_level = 1;
      ASSERT_TRUE(hub_.add_local_track(config, [] {}));
    }
  }
  // Each 20 ms: the speaker's words, the others' rooms.
  void run(Duration duration, uint32_t speaker) {
    for (const TimePoint end = now_ + duration; now_ < end; now_ += 20ms) {
      for (const uint32_t track : {11u, 12u, 13u}) {
        const bool word = track == speaker && to_us(now_) / 20'000 % 5 != 0;
        const std::vector<uint8_t> payload = {1, 2};
        const std::vector<uint8_t> level = {0x10, static_cast<uint8_t>(word ? 30 : 75)};
        hub_.send_local(track, {payload, {static_cast<uint32_t>(to_us(now_) / 1000 * 48)}, false, level},
                        now_, slab_);
      }
      if (hub_.next_deadline() <= now_) hub_.on_deadline(now_, slab_);
      slab_.clear();
    }
  }
  std::vector<uint32_t> dominants() const {
    std::vector<uint32_t> all;
    for (const HubEvent& e : events_) {
      if (e.type == HubEvent::Type::kDominantSpeaker && e.group == 5) all.push_back(e.track);
    }
    return all;
  }

  TimePoint now_ = time_from_us(10'000'000);
  SeededRandom random_{6464};
  dtls::Certificate certificate_ = std::move(*dtls::Certificate::generate());
  SendSlab slab_{1 << 20, 2048};
  std::vector<HubEvent> events_;
  Hub hub_{certificate_, random_, [this](const HubEvent& e) { events_.push_back(e); }};
};

TEST_F(HubAudio, TellsWhoSpeaks) {
  ASSERT_TRUE(hub_.add_audio_group(5, 2, now_));
  EXPECT_FALSE(hub_.add_audio_group(5, 2, now_));
  for (const uint32_t track : {11, 12, 13}) EXPECT_TRUE(hub_.add_to_audio_group(5, track));
  EXPECT_FALSE(hub_.add_to_audio_group(5, 11)) << "it is there";
  EXPECT_FALSE(hub_.add_to_audio_group(5, 99));
  EXPECT_FALSE(hub_.add_to_audio_group(6, 11));
  run(3s, 11);
  run(3s, 13);
  EXPECT_EQ(dominants(), (std::vector<uint32_t>{11, 13}));
  std::vector<uint32_t> speakers;
  for (const HubEvent& e : events_) {
    if (e.type == HubEvent::Type::kActiveSpeakers) speakers = e.speakers;
  }
  EXPECT_EQ(speakers, (std::vector<uint32_t>{13}));
}

TEST_F(HubAudio, TracksAndGroupsMayGoInAnyOrder) {
  ASSERT_TRUE(hub_.add_audio_group(5, 1, now_));
  ASSERT_TRUE(hub_.add_audio_group(6, 1, now_));
  for (const uint32_t track : {11, 12, 13}) ASSERT_TRUE(hub_.add_to_audio_group(5, track));
  EXPECT_TRUE(hub_.add_to_audio_group(6, 12)) << "the latest group counts";
  run(1s, 11);
  hub_.remove_local_track(11);
  hub_.remove_from_audio_group(5, 12, now_, slab_);
  hub_.remove_audio_group(5, now_, slab_);
  hub_.remove_audio_group(5, now_, slab_);
  run(1s, 12);
  hub_.remove_audio_group(6, now_, slab_);
  run(1s, 13);
  EXPECT_EQ(hub_.stats().tracks, 2u);
}

}  // namespace
}  // namespace parley::media
