// See audio_group.h.
#include "media/audio/audio_group.h"

#include <array>

namespace parley::media::audio {
namespace {

// By how many active slots a challenger must lead, and what it must have said at all.
constexpr int kImmediateLead = 3;
constexpr int kMediumLead = 12;
constexpr int kLongLeast = 15;  // 300 ms

constexpr int kSpeaking = 5;           // of the medium time's slots
constexpr Loudness kPlaceMargin = 6;   // dB that a place among the forwarded costs
constexpr int kMostSlotsAtOnce = 100;  // after a standstill: the whole history

}  // namespace

bool AudioGroup::add(uint32_t track) {
  if (members_.size() >= kMaxTracks || members_.contains(track)) return false;
  const auto taken =
      std::count_if(members_.begin(), members_.end(), [](const auto& m) { return m.second.forwarded; });
  members_[track].forwarded = forwarded_ == 0 || static_cast<size_t>(taken) < forwarded_;
  return true;
}

void AudioGroup::remove(uint32_t track) {
  members_.erase(track);
  if (dominant_ == track) dominant_.reset();
  std::erase(speakers_, track);
}

void AudioGroup::on_level(uint32_t track, uint8_t below_overload) {
  const auto m = members_.find(track);
  if (m != members_.end()) m->second.speech.on_level(below_overload);
}

bool AudioGroup::forwards(uint32_t track) const {
  const auto m = members_.find(track);
  return m == members_.end() || m->second.forwarded;
}

AudioGroup::Changes AudioGroup::on_time(TimePoint now) {
  begun_.clear();
  Changes changes;
  int slots = 0;
  for (; slot_end_ <= now && slots < kMostSlotsAtOnce; ++slots) {
    for (auto& [track, m] : members_) m.speech.end_slot();
    slot_end_ += SpeechHistory::kSlot;
  }
  if (slot_end_ <= now) slot_end_ = now + SpeechHistory::kSlot;
  if (slots == 0) return changes;
  changes.dominant = choose_dominant();
  changes.speakers = list_speakers(now);
  choose_forwarded();
  changes.begun = begun_;
  return changes;
}

bool AudioGroup::choose_dominant() {
  const auto current = dominant_ ? members_.find(*dominant_) : members_.end();
  const SpeechHistory silence;
  const SpeechHistory& now = current != members_.end() ? current->second.speech : silence;
  const int in_long = std::max(now.in_long(), kLongLeast);
  const Members::value_type* best = nullptr;
  for (const auto& m : members_) {
    const SpeechHistory& s = m.second.speech;
    const bool leads = s.immediate() >= now.immediate() + kImmediateLead &&
                       s.medium() >= now.medium() + kMediumLead && s.in_long() >= in_long;
    if (leads && (best == nullptr || s.medium() > best->second.speech.medium())) best = &m;
  }
  if (best == nullptr) return false;
  dominant_ = best->first;
  return true;
}

bool AudioGroup::list_speakers(TimePoint now) {
  if (now < next_tell_) return false;
  std::array<const Members::value_type*, kMaxToldSpeakers> loudest{};
  size_t n = 0;
  for (const auto& m : members_) {
    const SpeechHistory& s = m.second.speech;
    if (s.medium() < kSpeaking) continue;
    size_t at = n;
    while (at > 0 && loudest[at - 1]->second.speech.loudness() < s.loudness()) --at;
    if (at == kMaxToldSpeakers) continue;
    n = std::min(n + 1, kMaxToldSpeakers);
    for (size_t i = n - 1; i > at; --i) loudest[i] = loudest[i - 1];
    loudest[at] = &m;
  }
  const auto is = [](uint32_t track, const auto* m) { return track == m->first; };
  if (n == speakers_.size() && std::equal(speakers_.begin(), speakers_.end(), loudest.begin(), is))
    return false;
  speakers_.clear();
  for (size_t i = 0; i < n; ++i) speakers_.push_back(loudest[i]->first);
  next_tell_ = now + kTellInterval;
  return true;
}

// One exchange at a time: the loudest that is not forwarded for the quietest that is.
void AudioGroup::choose_forwarded() {
  if (forwarded_ == 0) return;
  for (size_t exchanges = 0; exchanges <= forwarded_; ++exchanges) {
    Members::value_type *loudest = nullptr, *quietest = nullptr;
    size_t taken = 0;
    for (auto& m : members_) {
      const Loudness loudness = m.second.speech.loudness();
      if (m.second.forwarded) {
        ++taken;
        if (quietest == nullptr || loudness < quietest->second.speech.loudness()) quietest = &m;
      } else if (loudest == nullptr || loudness > loudest->second.speech.loudness()) {
        loudest = &m;
      }
    }
    if (loudest == nullptr) return;
    if (taken >= forwarded_) {
      const SpeechHistory& s = loudest->second.speech;
      if (s.immediate() == 0 || s.loudness() <= quietest->second.speech.loudness() + kPlaceMargin) return;
      quietest->second.forwarded = false;
      std::erase(begun_, quietest->first);
    }
    loudest->second.forwarded = true;
    begun_.push_back(loudest->first);
  }
}

}  // namespace parley::media::audio
