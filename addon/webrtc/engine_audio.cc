// Groups of voices. See engine.h.
#include "addon/webrtc/engine.h"

namespace parley::addon {
namespace {

using media::Hub;
using media::SendSlab;
using media::TimePoint;

Failure no_group() { return {"ERR_NO_AUDIO_GROUP", "there is no such audio group"}; }

}  // namespace

Outcome<uint32_t> Engine::create_audio_group(uint32_t forwarded) {
  if (closed_) return Failure{"ERR_ENGINE_CLOSED", "the engine is closed"};
  if (audio_groups_.size() >= media::Hub::kMaxAudioGroups)
    return Failure{"ERR_TOO_MANY_AUDIO_GROUPS", "the engine has no room for another audio group"};
  const uint32_t group = next_audio_group_++;
  audio_groups_[group] = {forwarded};
  return group;
}

Outcome<bool> Engine::add_to_audio_group(uint32_t group, uint32_t track) {
  const auto known = audio_groups_.find(group);
  if (known == audio_groups_.end()) return no_group();
  const auto published = published_.find(track);
  if (published == published_.end() || published->second.source.kind != media::TrackKind::kAudio)
    return Failure{"ERR_NO_TRACK", "there is no such audio track"};
  AudioGroup& g = known->second;
  const size_t thread = published->second.thread;
  if (g.thread && *g.thread != thread) {
    return Failure{"ERR_OTHER_THREAD",
                   "the group's tracks are on another media thread: give their publishers one affinity"};
  }
  const bool begins = !g.thread;
  auto posted =
      run_on(thread, [group, track, begins, forwarded = g.forwarded](Hub& hub, TimePoint now, SendSlab&) {
        if (begins) hub.add_audio_group(group, forwarded, now);
        hub.add_to_audio_group(group, track);
      });
  if (posted) g.thread = thread;
  return posted;
}

Outcome<bool> Engine::remove_from_audio_group(uint32_t group, uint32_t track) {
  const auto known = audio_groups_.find(group);
  if (known == audio_groups_.end()) return no_group();
  if (!known->second.thread) return true;
  return run_on(*known->second.thread, [group, track](Hub& hub, TimePoint now, SendSlab& out) {
    hub.remove_from_audio_group(group, track, now, out);
  });
}

Outcome<bool> Engine::close_audio_group(uint32_t group) {
  const auto known = audio_groups_.find(group);
  if (known == audio_groups_.end()) return no_group();
  const std::optional<size_t> thread = known->second.thread;
  audio_groups_.erase(known);
  if (!thread) return true;
  return run_on(*thread,
                [group](Hub& hub, TimePoint now, SendSlab& out) { hub.remove_audio_group(group, now, out); });
}

}  // namespace parley::addon
