// Groups of voices. See engine.h.
#include "addon/webrtc/engine.h"

namespace parley::addon {
namespace {

using media::SendSlab;
using media::TimePoint;

Failure no_group() { return {"ERR_NO_AUDIO_GROUP", "there is no such audio group"}; }

}  // namespace

Outcome<uint32_t> Engine::create_audio_group(uint32_t forwarded) {
  if (audio_groups_.size() >= media::Hub::kMaxAudioGroups)
    return Failure{"ERR_TOO_MANY_AUDIO_GROUPS", "the engine has no room for another audio group"};
  const uint32_t group = next_audio_group_++;
  auto posted = post(
      [this, group, forwarded](TimePoint now, SendSlab&) { hub_.add_audio_group(group, forwarded, now); });
  if (!posted) return posted.error();
  audio_groups_.insert(group);
  return group;
}

Outcome<bool> Engine::add_to_audio_group(uint32_t group, uint32_t track) {
  if (!audio_groups_.contains(group)) return no_group();
  const auto published = published_.find(track);
  if (published == published_.end() || published->second.source.kind != media::TrackKind::kAudio)
    return Failure{"ERR_NO_TRACK", "there is no such audio track"};
  return post([this, group, track](TimePoint, SendSlab&) { hub_.add_to_audio_group(group, track); });
}

Outcome<bool> Engine::remove_from_audio_group(uint32_t group, uint32_t track) {
  if (!audio_groups_.contains(group)) return no_group();
  return post([this, group, track](TimePoint now, SendSlab& out) {
    hub_.remove_from_audio_group(group, track, now, out);
  });
}

Outcome<bool> Engine::close_audio_group(uint32_t group) {
  if (audio_groups_.erase(group) == 0) return no_group();
  return post([this, group](TimePoint now, SendSlab& out) { hub_.remove_audio_group(group, now, out); });
}

}  // namespace parley::addon
