// The voices of a room: who speaks, who is the dominant speaker, and which few are forwarded.
//
// The dominant speaker is found in the way of Volfin and Cohen ("Dominant Speaker Identification for
// Multipoint Videoconferencing", 2012): speech is weighed over an immediate, a medium and a long time, and a
// challenger takes over only when it leads in all three, so that neither a cough nor a pause between words
// changes anything. Evidence is the number of active slots: for slots that are active with one probability in
// speech and another in noise, the likelihood ratio grows with that number alone.
//
// Of the group's tracks only the loudest are forwarded; one that is keeps its place until another is clearly
// louder.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "media/audio/speech_history.h"
#include "media/core/time.h"

namespace parley::media::audio {

class AudioGroup {
 public:
  static constexpr size_t kMaxTracks = 4096;
  static constexpr size_t kMaxToldSpeakers = 8;
  static constexpr Duration kTellInterval = std::chrono::milliseconds(300);  // between two lists of speakers

  // At most `forwarded` tracks are forwarded at a time; 0: all.
  AudioGroup(size_t forwarded, TimePoint now)
      : forwarded_(forwarded), slot_end_(now + SpeechHistory::kSlot) {}

  // False when it is there already, or there is no room.
  bool add(uint32_t track);
  void remove(uint32_t track);
  size_t size() const { return members_.size(); }

  void on_level(uint32_t track, uint8_t below_overload);
  // Whether this track's packets are forwarded now.
  bool forwards(uint32_t track) const;

  // What on_time may find new; valid until the next call.
  struct Changes {
    bool dominant = false;            // dominant() is another
    bool speakers = false;            // speakers() are others, or in another order
    std::span<const uint32_t> begun;  // tracks that are forwarded from now on
  };
  TimePoint next_deadline() const { return members_.empty() ? kNever : slot_end_; }
  Changes on_time(TimePoint now);

  std::optional<uint32_t> dominant() const { return dominant_; }
  // Who speaks, the loudest first.
  std::span<const uint32_t> speakers() const { return speakers_; }

 private:
  struct Member {
    SpeechHistory speech;
    bool forwarded = false;
  };
  using Members = std::map<uint32_t, Member>;  // by track
  bool choose_dominant();
  bool list_speakers(TimePoint now);
  void choose_forwarded();

  size_t forwarded_;
  TimePoint slot_end_;
  TimePoint next_tell_{};
  Members members_;
  std::optional<uint32_t> dominant_;
  std::vector<uint32_t> speakers_;
  std::vector<uint32_t> begun_;
};

}  // namespace parley::media::audio
