// The hub's groups of voices: who is forwarded, and who is said to speak. See hub.h.
#include "media/session/hub.h"

namespace parley::media {

bool Hub::add_audio_group(uint32_t group, size_t forwarded, TimePoint now) {
  if (audio_groups_.size() >= kMaxAudioGroups) return false;
  return audio_groups_.try_emplace(group, forwarded, now).second;
}

void Hub::remove_audio_group(uint32_t group, TimePoint now, SendSlab& out) {
  const auto it = audio_groups_.find(group);
  if (it == audio_groups_.end()) return;
  for (auto& [id, track] : tracks_) {
    if (track->audio_group() == &it->second) remove_from_audio_group(group, id, now, out);
  }
  audio_groups_.erase(it);
}

bool Hub::add_to_audio_group(uint32_t group, uint32_t track) {
  const auto it = audio_groups_.find(group);
  const auto found = tracks_.find(track);
  if (it == audio_groups_.end() || found == tracks_.end()) return false;
  if (found->second->config().kind != TrackKind::kAudio || !it->second.add(track)) return false;
  if (audio::AudioGroup* before = found->second->audio_group()) before->remove(track);
  found->second->set_audio_group(&it->second);
  return true;
}

void Hub::remove_from_audio_group(uint32_t group, uint32_t track, TimePoint now, SendSlab& out) {
  const auto it = audio_groups_.find(group);
  const auto found = tracks_.find(track);
  if (it == audio_groups_.end() || found == tracks_.end() || found->second->audio_group() != &it->second)
    return;
  const bool was_held_back = !it->second.forwards(track);
  it->second.remove(track);
  found->second->set_audio_group(nullptr);
  if (was_held_back) found->second->resume_in_group(now, out);
}

void Hub::on_audio_time(TimePoint now, SendSlab& out) {
  for (auto& [id, group] : audio_groups_) {
    if (group.next_deadline() > now) continue;
    const auto changes = group.on_time(now);
    for (const uint32_t track : changes.begun) {
      const auto found = tracks_.find(track);
      if (found != tracks_.end()) found->second->resume_in_group(now, out);
    }
    HubEvent event;
    event.group = id;
    if (changes.dominant) {
      event.type = HubEvent::Type::kDominantSpeaker;
      event.track = group.dominant().value_or(0);
      sink_(event);
    }
    if (!changes.speakers) continue;
    event.type = HubEvent::Type::kActiveSpeakers;
    event.track = 0;
    event.speakers.assign(group.speakers().begin(), group.speakers().end());
    sink_(event);
  }
}

}  // namespace parley::media
