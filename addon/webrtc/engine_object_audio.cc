// The Engine's methods and events of audio groups. See engine_object.h.
#include "addon/webrtc/engine_object.h"
#include "addon/webrtc/napi_support.h"

namespace parley::addon {
namespace {

constexpr char kGroupPrefix = 'g';

std::string group_name(uint32_t id) { return kGroupPrefix + std::to_string(id); }

}  // namespace

napi_value EngineObject::create_audio_group(napi_env env, napi_callback_info info) {
  Arguments<EngineObject, 1> arguments(env, info, kEngineTag);
  if (!arguments.self) return nullptr;
  uint32_t forwarded = 0;
  if (is_type(env, arguments.values[0], napi_object)) {
    const napi_value given = get(env, arguments.values[0], "forwarded");
    const auto read = is_type(env, given, napi_undefined) ? 0 : read_uint32(env, given);
    if (!read) return throw_type_error(env, "options.forwarded must be a number of tracks");
    forwarded = *read;
  }
  const auto group = arguments.self->engine_->create_audio_group(forwarded);
  return group ? make_string(env, group_name(*group)) : throw_failure(env, group.error());
}

napi_value EngineObject::add_to_audio_group(napi_env env, napi_callback_info info) {
  Arguments<EngineObject, 2> arguments(env, info, kEngineTag);
  if (!arguments.self) return nullptr;
  const auto group = parse_name(kGroupPrefix, read_string(env, arguments.values[0]).value_or(""));
  const auto track = parse_name('t', read_string(env, arguments.values[1]).value_or(""));
  if (!group || !track) return throw_type_error(env, "an audio group's and a track's id are needed");
  return finish(env, arguments.self->engine_->add_to_audio_group(*group, *track));
}

napi_value EngineObject::remove_from_audio_group(napi_env env, napi_callback_info info) {
  Arguments<EngineObject, 2> arguments(env, info, kEngineTag);
  if (!arguments.self) return nullptr;
  const auto group = parse_name(kGroupPrefix, read_string(env, arguments.values[0]).value_or(""));
  const auto track = parse_name('t', read_string(env, arguments.values[1]).value_or(""));
  if (!group || !track) return throw_type_error(env, "an audio group's and a track's id are needed");
  return finish(env, arguments.self->engine_->remove_from_audio_group(*group, *track));
}

napi_value EngineObject::close_audio_group(napi_env env, napi_callback_info info) {
  Arguments<EngineObject, 1> arguments(env, info, kEngineTag);
  if (!arguments.self) return nullptr;
  const auto group = parse_name(kGroupPrefix, read_string(env, arguments.values[0]).value_or(""));
  if (!group) return throw_type_error(env, "groupId must be an audio group's id");
  return finish(env, arguments.self->engine_->close_audio_group(*group));
}

// True when the event was of this kind.
bool EngineObject::emit_speakers(const media::HubEvent& event) {
  const bool dominant = event.type == media::HubEvent::Type::kDominantSpeaker;
  if (!dominant && event.type != media::HubEvent::Type::kActiveSpeakers) return false;
  if (on_event_ == nullptr) return true;  // closed meanwhile
  const napi_value payload = make_object(env_);
  if (dominant) {
    set(env_, payload, "trackId", make_string(env_, track_name(event.track)));
  } else {
    const napi_value tracks = make_array(env_);
    for (const uint32_t track : event.speakers) append(env_, tracks, make_string(env_, track_name(track)));
    set(env_, payload, "trackIds", tracks);
  }
  tell_of(group_name(event.group), dominant ? "dominant-speaker" : "active-speakers", payload, "");
  return true;
}

}  // namespace parley::addon
