// The few conveniences over Node-API's C functions that the addon's classes share.
#pragma once

#include <node_api.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "addon/webrtc/engine.h"

namespace parley::addon {

// Makes JavaScript values.
napi_value make_string(napi_env env, std::string_view text);
napi_value make_number(napi_env env, double value);
napi_value make_boolean(napi_env env, bool value);
napi_value make_undefined(napi_env env);
napi_value make_null(napi_env env);
napi_value make_object(napi_env env);
napi_value make_array(napi_env env);
void append(napi_env env, napi_value array, napi_value value);
void set(napi_env env, napi_value object, const char* name, napi_value value);

// Reads them; nothing when the value is of another type.
std::optional<std::string> read_string(napi_env env, napi_value value);
std::optional<uint32_t> read_uint32(napi_env env, napi_value value);
std::optional<bool> read_boolean(napi_env env, napi_value value);
bool is_type(napi_env env, napi_value value, napi_valuetype type);
// Undefined when there is none.
napi_value get(napi_env env, napi_value object, const char* name);
// 0 for what is no array.
uint32_t array_length(napi_env env, napi_value value);
napi_value element(napi_env env, napi_value array, uint32_t index);

// Throws; returns null for the callback to return.
napi_value throw_failure(napi_env env, const Failure& failure);
napi_value throw_type_error(napi_env env, const char* message);
// What a method that returns nothing returns: undefined, or a throw.
napi_value finish(napi_env env, const Outcome<bool>& outcome);
// What a callback of the program threw, if it did, as an uncaught exception: it is nobody else's.
void report_exception(napi_env env);

// Names in JavaScript: tracks are "t7", subscriptions "s7", so that one is never taken for the other.
std::string track_name(uint32_t id);
std::string subscription_name(uint32_t id);
// What the program is told of a track.
napi_value make_track(napi_env env, const TrackInfo& track);
std::optional<uint32_t> parse_name(char prefix, std::string_view name);

// Each class's objects carry its tag, so that a method called on a foreign object is refused, not run.
extern const napi_type_tag kEngineTag;
extern const napi_type_tag kPeerTag;
extern const napi_type_tag kConnectionTag;
extern const napi_type_tag kDataChannelTag;
extern const napi_type_tag kPipeTag;
extern const napi_type_tag kCertificateTag;

// A callback's `this` and arguments, the native object behind `this` checked by its tag.
template <class T, size_t N>
struct Arguments {
  T* self = nullptr;
  napi_value receiver = nullptr;
  napi_value values[N > 0 ? N : 1] = {};

  // Throws a TypeError and leaves `self` null when `this` is something else.
  Arguments(napi_env env, napi_callback_info info, const napi_type_tag& tag) {
    size_t count = N;
    napi_get_cb_info(env, info, &count, values, &receiver, nullptr);
    bool matches = false;
    if (napi_check_object_type_tag(env, receiver, &tag, &matches) == napi_ok && matches) {
      void* data = nullptr;
      if (napi_unwrap(env, receiver, &data) == napi_ok) self = static_cast<T*>(data);
    }
    if (self == nullptr) throw_type_error(env, "called on an object of another class");
  }
};

}  // namespace parley::addon
