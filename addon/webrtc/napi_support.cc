#include "addon/webrtc/napi_support.h"

#include <charconv>

namespace parley::addon {

const napi_type_tag kEngineTag = {0x3a1f6e0c52d84b17, 0x9b4c1d2e7f605a31};
const napi_type_tag kDataChannelTag = {0x2f8d40c6e19b4a53, 0xb7e60d938c1f4d05};
const napi_type_tag kPeerTag = {0x71c9ab0f4d2e4e68, 0xa5d3f81b06c94e22};
const napi_type_tag kPipeTag = {0x6b04e1f7d95c4c2a, 0x93d81e70b6a24f5c};
const napi_type_tag kCertificateTag = {0x1f9a63c84e7d4b05, 0xb27d50e3916c48fa};
const napi_type_tag kConnectionTag = {0x52d07fe19c3b4a86, 0x8e61b2d94f7a0c35};

napi_value make_string(napi_env env, std::string_view text) {
  napi_value value = nullptr;
  napi_create_string_utf8(env, text.data(), text.size(), &value);
  return value;
}

napi_value make_number(napi_env env, double number) {
  napi_value value = nullptr;
  napi_create_double(env, number, &value);
  return value;
}

napi_value make_boolean(napi_env env, bool flag) {
  napi_value value = nullptr;
  napi_get_boolean(env, flag, &value);
  return value;
}

napi_value make_undefined(napi_env env) {
  napi_value value = nullptr;
  napi_get_undefined(env, &value);
  return value;
}

napi_value make_null(napi_env env) {
  napi_value value = nullptr;
  napi_get_null(env, &value);
  return value;
}

napi_value make_object(napi_env env) {
  napi_value value = nullptr;
  napi_create_object(env, &value);
  return value;
}

napi_value make_array(napi_env env) {
  napi_value value = nullptr;
  napi_create_array(env, &value);
  return value;
}

void append(napi_env env, napi_value array, napi_value value) {
  napi_set_element(env, array, array_length(env, array), value);
}

uint32_t array_length(napi_env env, napi_value value) {
  bool is_array = false;
  uint32_t length = 0;
  if (value == nullptr || napi_is_array(env, value, &is_array) != napi_ok || !is_array) return 0;
  return napi_get_array_length(env, value, &length) == napi_ok ? length : 0;
}

napi_value element(napi_env env, napi_value array, uint32_t index) {
  napi_value value = nullptr;
  napi_get_element(env, array, index, &value);
  return value;
}

void set(napi_env env, napi_value object, const char* name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

bool is_type(napi_env env, napi_value value, napi_valuetype type) {
  napi_valuetype actual;
  return value != nullptr && napi_typeof(env, value, &actual) == napi_ok && actual == type;
}

std::optional<std::string> read_string(napi_env env, napi_value value) {
  if (!is_type(env, value, napi_string)) return {};
  size_t length = 0;
  napi_get_value_string_utf8(env, value, nullptr, 0, &length);
  std::string text(length, '\0');
  napi_get_value_string_utf8(env, value, text.data(), length + 1, &length);
  return text;
}

std::optional<uint32_t> read_uint32(napi_env env, napi_value value) {
  double number = 0;
  if (!is_type(env, value, napi_number) || napi_get_value_double(env, value, &number) != napi_ok) return {};
  if (!(number >= 0 && number <= UINT32_MAX) || number != static_cast<uint32_t>(number)) return {};
  return static_cast<uint32_t>(number);
}

std::optional<bool> read_boolean(napi_env env, napi_value value) {
  bool flag = false;
  if (!is_type(env, value, napi_boolean) || napi_get_value_bool(env, value, &flag) != napi_ok) return {};
  return flag;
}

napi_value get(napi_env env, napi_value object, const char* name) {
  napi_value value = nullptr;
  if (napi_get_named_property(env, object, name, &value) != napi_ok) return make_undefined(env);
  return value;
}

napi_value throw_failure(napi_env env, const Failure& failure) {
  napi_throw_error(env, failure.code.c_str(), failure.message.c_str());
  return nullptr;
}

napi_value throw_type_error(napi_env env, const char* message) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message);
  return nullptr;
}

napi_value finish(napi_env env, const Outcome<bool>& outcome) {
  return outcome ? make_undefined(env) : throw_failure(env, outcome.error());
}

void report_exception(napi_env env) {
  bool pending = false;
  if (napi_is_exception_pending(env, &pending) != napi_ok || !pending) return;
  napi_value error = nullptr;
  napi_get_and_clear_last_exception(env, &error);
  napi_fatal_exception(env, error);
}

std::string track_name(uint32_t id) { return "t" + std::to_string(id); }
std::string subscription_name(uint32_t id) { return "s" + std::to_string(id); }

napi_value make_track(napi_env env, const TrackInfo& track) {
  const napi_value object = make_object(env);
  set(env, object, "id", make_string(env, track_name(track.id)));
  set(env, object, "kind", make_string(env, media::negotiation::kind_name(track.kind)));
  set(env, object, "mid", make_string(env, track.mid));
  set(env, object, "codec", make_string(env, track.codec));
  return object;
}

std::optional<uint32_t> parse_name(char prefix, std::string_view name) {
  if (name.size() < 2 || name[0] != prefix) return {};
  uint32_t id = 0;
  const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), id);
  if (error != std::errc{} || end != name.data() + name.size()) return {};
  return id;
}

}  // namespace parley::addon
