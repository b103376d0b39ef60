// Who speaks: scenes of a conversation in simulated time, with seeded levels.
#include "media/audio/audio_group.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "media/core/random.h"

namespace parley::media::audio {
namespace {

using namespace std::chrono_literals;

constexpr uint32_t kAnna = 1, kBert = 2, kCleo = 3;

class Conversation : public ::testing::Test {
 protected:
  enum class Sound { kNothing, kRoom, kSpeech, kLoudSpeech, kHum, kBeeps };

  uint8_t level(Sound sound) {
    switch (sound) {
      case Sound::kNothing:
        return 127;
      case Sound::kRoom:
        return static_cast<uint8_t>(72 + random_.below(8));
      case Sound::kSpeech:  // words and the gaps between them
        return static_cast<uint8_t>(random_.below(4) == 0 ? 60 + random_.below(10) : 30 + random_.below(12));
      case Sound::kLoudSpeech:
        return static_cast<uint8_t>(random_.below(4) == 0 ? 50 + random_.below(10) : 12 + random_.below(8));
      case Sound::kHum:
        return 35;
      case Sound::kBeeps:  // nothing at all between them
        return random_.below(4) == 0 ? 127 : 20;
    }
    return 127;
  }

  // Lets time pass; each track sends a level every 20 ms.
  void run(Duration duration, const std::map<uint32_t, Sound>& sounds) {
    for (const TimePoint end = now_ + duration; now_ < end;) {
      now_ += 20ms;
      for (const auto& [track, sound] : sounds) {
        if (sound != Sound::kNothing) group_.on_level(track, level(sound));
      }
      const auto changes = group_.on_time(now_);
      if (changes.dominant) ++dominant_changes_, dominant_since_ = now_;
      if (changes.speakers) ++speaker_changes_;
      for (const uint32_t t : changes.begun) ++begun_[t];
    }
  }

  SeededRandom random_{2012};
  TimePoint now_ = time_from_us(5'000'000);
  AudioGroup group_{2, now_};
  int dominant_changes_ = 0, speaker_changes_ = 0;
  TimePoint dominant_since_;
  std::map<uint32_t, int> begun_;
};

TEST_F(Conversation, TheDominantSpeakerIsWhoSpeaksAndThenWhoAnswers) {
  for (const uint32_t t : {kAnna, kBert, kCleo}) ASSERT_TRUE(group_.add(t));
  run(2s, {{kAnna, Sound::kRoom}, {kBert, Sound::kRoom}, {kCleo, Sound::kRoom}});
  EXPECT_FALSE(group_.dominant());
  run(5s, {{kAnna, Sound::kSpeech}, {kBert, Sound::kRoom}, {kCleo, Sound::kRoom}});
  EXPECT_EQ(group_.dominant(), kAnna);
  const TimePoint answer = now_;
  run(5s, {{kAnna, Sound::kRoom}, {kBert, Sound::kSpeech}, {kCleo, Sound::kRoom}});
  EXPECT_EQ(group_.dominant(), kBert);
  EXPECT_LE(dominant_since_ - answer, 1500ms);
  EXPECT_EQ(dominant_changes_, 2);
  run(10s, {{kAnna, Sound::kRoom}, {kBert, Sound::kRoom}, {kCleo, Sound::kRoom}});
  EXPECT_EQ(group_.dominant(), kBert) << "silence changes nothing";
  group_.remove(kBert);
  EXPECT_FALSE(group_.dominant());
}

TEST_F(Conversation, NeitherACoughNorAHumNorADuetChangesTheDominantSpeaker) {
  for (const uint32_t t : {kAnna, kBert, kCleo}) group_.add(t);
  run(5s, {{kAnna, Sound::kSpeech}, {kBert, Sound::kRoom}, {kCleo, Sound::kHum}});
  ASSERT_EQ(group_.dominant(), kAnna);
  for (int i = 0; i < 5; ++i) {
    run(200ms, {{kAnna, Sound::kRoom}, {kBert, Sound::kLoudSpeech}, {kCleo, Sound::kHum}});
    run(2s, {{kAnna, Sound::kSpeech}, {kBert, Sound::kRoom}, {kCleo, Sound::kHum}});
  }
  run(20s, {{kAnna, Sound::kSpeech}, {kBert, Sound::kSpeech}, {kCleo, Sound::kHum}});
  EXPECT_EQ(dominant_changes_, 1);
  run(30s, {{kAnna, Sound::kRoom}, {kBert, Sound::kRoom}, {kCleo, Sound::kHum}});
  EXPECT_EQ(group_.dominant(), kAnna) << "a hum is not speech";
}

TEST_F(Conversation, DigitalSilenceBetweenSoundsIsTheFloor) {
  for (const uint32_t t : {kAnna, kBert}) group_.add(t);
  run(5s, {{kAnna, Sound::kBeeps}, {kBert, Sound::kRoom}});
  EXPECT_EQ(group_.dominant(), kAnna);
}

TEST_F(Conversation, SpeakersAreListedTheLoudestFirst) {
  for (const uint32_t t : {kAnna, kBert, kCleo}) group_.add(t);
  run(1s, {{kAnna, Sound::kRoom}, {kBert, Sound::kRoom}, {kCleo, Sound::kRoom}});
  EXPECT_TRUE(group_.speakers().empty());
  run(2s, {{kAnna, Sound::kSpeech}, {kBert, Sound::kLoudSpeech}, {kCleo, Sound::kRoom}});
  ASSERT_EQ(group_.speakers().size(), 2u);
  EXPECT_EQ(group_.speakers()[0], kBert);
  EXPECT_EQ(group_.speakers()[1], kAnna);
  run(3s, {{kAnna, Sound::kNothing}, {kBert, Sound::kRoom}, {kCleo, Sound::kNothing}});
  EXPECT_TRUE(group_.speakers().empty());
  EXPECT_LE(speaker_changes_, 8);
}

TEST_F(Conversation, OnlyTheLoudestAreForwarded) {
  for (const uint32_t t : {kAnna, kBert, kCleo}) group_.add(t);
  EXPECT_TRUE(group_.forwards(kAnna) && group_.forwards(kBert));
  EXPECT_FALSE(group_.forwards(kCleo)) << "two places";
  run(2s, {{kAnna, Sound::kSpeech}, {kBert, Sound::kRoom}, {kCleo, Sound::kRoom}});
  EXPECT_TRUE(begun_.empty());
  run(100ms, {{kAnna, Sound::kSpeech}, {kBert, Sound::kRoom}, {kCleo, Sound::kSpeech}});
  EXPECT_TRUE(group_.forwards(kAnna) && group_.forwards(kCleo)) << "within the first word";
  EXPECT_FALSE(group_.forwards(kBert));
  run(10s, {{kAnna, Sound::kSpeech}, {kBert, Sound::kRoom}, {kCleo, Sound::kSpeech}});
  EXPECT_EQ(begun_, (std::map<uint32_t, int>{{kCleo, 1}})) << "no to and fro";
  group_.remove(kAnna);
  run(40ms, {});
  EXPECT_TRUE(group_.forwards(kBert)) << "a free place is taken";
  EXPECT_TRUE(group_.forwards(99)) << "what is not of the group is not held back";
}

TEST(AudioGroup, HasRoomForSoManyAndCatchesUpAfterAStandstill) {
  AudioGroup group(0, time_from_us(0));
  EXPECT_EQ(group.next_deadline(), kNever);
  for (uint32_t t = 0; t < AudioGroup::kMaxTracks; ++t) ASSERT_TRUE(group.add(t));
  EXPECT_FALSE(group.add(0));
  EXPECT_FALSE(group.add(AudioGroup::kMaxTracks));
  EXPECT_TRUE(group.forwards(77)) << "no limit";
  group.on_time(time_from_us(3'600'000'000));
  EXPECT_GT(group.next_deadline(), time_from_us(3'600'000'000));
  EXPECT_EQ(group.size(), AudioGroup::kMaxTracks);
}

}  // namespace
}  // namespace parley::media::audio
