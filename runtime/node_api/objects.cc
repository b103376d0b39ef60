// Node-API: objects, arrays and their properties ("Working with JavaScript properties").
#include "runtime/node_api/env.h"

using parley::napi::FromLocal;
using parley::napi::Ok;
using parley::napi::SetLastError;
using parley::napi::ToLocal;
using v8::Local;

namespace {

// The object a value is or converts to; empty when it cannot.
v8::MaybeLocal<v8::Object> ObjectOf(napi_env env, napi_value value) {
  return ToLocal(value)->ToObject(env->context());
}

v8::MaybeLocal<v8::String> NameOf(napi_env env, const char* utf8) {
  return v8::String::NewFromUtf8(env->isolate(), utf8, v8::NewStringType::kInternalized);
}

}  // namespace

napi_status NAPI_CDECL napi_create_object(napi_env env, napi_value* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  *result = FromLocal(v8::Object::New(env->isolate()));
  return Ok(env);
}

napi_status NAPI_CDECL napi_create_array(napi_env env, napi_value* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  *result = FromLocal(v8::Array::New(env->isolate()));
  return Ok(env);
}

napi_status NAPI_CDECL napi_create_array_with_length(napi_env env, size_t length, napi_value* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  *result = FromLocal(v8::Array::New(env->isolate(), static_cast<int>(length)));
  return Ok(env);
}

napi_status NAPI_CDECL napi_get_array_length(napi_env env, napi_value value, uint32_t* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_CHECK_ARG(env, result);
  NAPI_REQUIRE(env, ToLocal(value)->IsArray(), napi_array_expected);
  *result = ToLocal(value).As<v8::Array>()->Length();
  return Ok(env);
}

napi_status NAPI_CDECL napi_get_prototype(napi_env env, napi_value object, napi_value* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, object);
  NAPI_CHECK_ARG(env, result);
  Local<v8::Object> target;
  NAPI_REQUIRE(env, ObjectOf(env, object).ToLocal(&target), napi_object_expected);
  *result = FromLocal(target->GetPrototype());
  return Ok(env);
}

napi_status NAPI_CDECL napi_set_property(napi_env env, napi_value object, napi_value key, napi_value value) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, key);
  NAPI_CHECK_ARG(env, value);
  NAPI_CHECK_ARG(env, object);
  Local<v8::Object> target;
  NAPI_TRY(env, ObjectOf(env, object).ToLocal(&target), napi_object_expected);
  NAPI_TRY(env, target->Set(env->context(), ToLocal(key), ToLocal(value)).FromMaybe(false), napi_invalid_arg);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_has_property(napi_env env, napi_value object, napi_value key, bool* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, object);
  NAPI_CHECK_ARG(env, result);
  NAPI_CHECK_ARG(env, key);
  Local<v8::Object> target;
  NAPI_TRY(env, ObjectOf(env, object).ToLocal(&target), napi_object_expected);
  NAPI_TRY(env, target->Has(env->context(), ToLocal(key)).To(result), napi_generic_failure);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_get_property(napi_env env, napi_value object, napi_value key,
                                         napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, key);
  NAPI_CHECK_ARG(env, result);
  NAPI_CHECK_ARG(env, object);
  Local<v8::Object> target;
  Local<v8::Value> value;
  NAPI_TRY(env, ObjectOf(env, object).ToLocal(&target), napi_object_expected);
  NAPI_TRY(env, target->Get(env->context(), ToLocal(key)).ToLocal(&value), napi_generic_failure);
  *result = FromLocal(value);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_delete_property(napi_env env, napi_value object, napi_value key, bool* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, key);
  NAPI_CHECK_ARG(env, object);
  Local<v8::Object> target;
  bool deleted = false;
  NAPI_TRY(env, ObjectOf(env, object).ToLocal(&target), napi_object_expected);
  NAPI_TRY(env, target->Delete(env->context(), ToLocal(key)).To(&deleted), napi_generic_failure);
  if (result != nullptr) *result = deleted;
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_has_own_property(napi_env env, napi_value object, napi_value key, bool* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, key);
  NAPI_CHECK_ARG(env, object);
  NAPI_CHECK_ARG(env, result);
  Local<v8::Object> target;
  NAPI_TRY(env, ObjectOf(env, object).ToLocal(&target), napi_object_expected);
  NAPI_REQUIRE(env, ToLocal(key)->IsName(), napi_name_expected);
  NAPI_TRY(env, target->HasOwnProperty(env->context(), ToLocal(key).As<v8::Name>()).To(result),
           napi_generic_failure);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_set_named_property(napi_env env, napi_value object, const char* utf8name,
                                               napi_value value) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_CHECK_ARG(env, object);
  NAPI_CHECK_ARG(env, utf8name);
  Local<v8::Object> target;
  Local<v8::String> name;
  NAPI_TRY(env, ObjectOf(env, object).ToLocal(&target), napi_object_expected);
  NAPI_TRY(env, NameOf(env, utf8name).ToLocal(&name), napi_generic_failure);
  NAPI_TRY(env, target->Set(env->context(), name, ToLocal(value)).FromMaybe(false), napi_invalid_arg);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_has_named_property(napi_env env, napi_value object, const char* utf8name,
                                               bool* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, object);
  NAPI_CHECK_ARG(env, result);
  NAPI_CHECK_ARG(env, utf8name);
  Local<v8::Object> target;
  Local<v8::String> name;
  NAPI_TRY(env, ObjectOf(env, object).ToLocal(&target), napi_object_expected);
  NAPI_TRY(env, NameOf(env, utf8name).ToLocal(&name), napi_generic_failure);
  NAPI_TRY(env, target->Has(env->context(), name).To(result), napi_generic_failure);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_get_named_property(napi_env env, napi_value object, const char* utf8name,
                                               napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, object);
  NAPI_CHECK_ARG(env, result);
  NAPI_CHECK_ARG(env, utf8name);
  Local<v8::Object> target;
  Local<v8::String> name;
  Local<v8::Value> value;
  NAPI_TRY(env, ObjectOf(env, object).ToLocal(&target), napi_object_expected);
  NAPI_TRY(env, NameOf(env, utf8name).ToLocal(&name), napi_generic_failure);
  NAPI_TRY(env, target->Get(env->context(), name).ToLocal(&value), napi_generic_failure);
  *result = FromLocal(value);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_set_element(napi_env env, napi_value object, uint32_t index, napi_value value) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_CHECK_ARG(env, object);
  Local<v8::Object> target;
  NAPI_TRY(env, ObjectOf(env, object).ToLocal(&target), napi_object_expected);
  NAPI_TRY(env, target->Set(env->context(), index, ToLocal(value)).FromMaybe(false), napi_invalid_arg);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_has_element(napi_env env, napi_value object, uint32_t index, bool* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, object);
  NAPI_CHECK_ARG(env, result);
  Local<v8::Object> target;
  NAPI_TRY(env, ObjectOf(env, object).ToLocal(&target), napi_object_expected);
  NAPI_TRY(env, target->Has(env->context(), index).To(result), napi_generic_failure);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_get_element(napi_env env, napi_value object, uint32_t index, napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, object);
  NAPI_CHECK_ARG(env, result);
  Local<v8::Object> target;
  Local<v8::Value> value;
  NAPI_TRY(env, ObjectOf(env, object).ToLocal(&target), napi_object_expected);
  NAPI_TRY(env, target->Get(env->context(), index).ToLocal(&value), napi_generic_failure);
  *result = FromLocal(value);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_delete_element(napi_env env, napi_value object, uint32_t index, bool* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, object);
  Local<v8::Object> target;
  bool deleted = false;
  NAPI_TRY(env, ObjectOf(env, object).ToLocal(&target), napi_object_expected);
  NAPI_TRY(env, target->Delete(env->context(), index).To(&deleted), napi_generic_failure);
  if (result != nullptr) *result = deleted;
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_get_all_property_names(napi_env env, napi_value object,
                                                   napi_key_collection_mode mode, napi_key_filter filter,
                                                   napi_key_conversion conversion, napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, object);
  NAPI_CHECK_ARG(env, result);
  Local<v8::Object> target;
  NAPI_TRY(env, ObjectOf(env, object).ToLocal(&target), napi_object_expected);
  int v8_filter = v8::ALL_PROPERTIES;
  if (filter & napi_key_writable) v8_filter |= v8::ONLY_WRITABLE;
  if (filter & napi_key_enumerable) v8_filter |= v8::ONLY_ENUMERABLE;
  if (filter & napi_key_configurable) v8_filter |= v8::ONLY_CONFIGURABLE;
  if (filter & napi_key_skip_strings) v8_filter |= v8::SKIP_STRINGS;
  if (filter & napi_key_skip_symbols) v8_filter |= v8::SKIP_SYMBOLS;
  NAPI_REQUIRE(env, mode == napi_key_include_prototypes || mode == napi_key_own_only, napi_invalid_arg);
  NAPI_REQUIRE(env, conversion == napi_key_keep_numbers || conversion == napi_key_numbers_to_strings,
               napi_invalid_arg);
  Local<v8::Array> names;
  NAPI_TRY(
      env,
      target
          ->GetPropertyNames(env->context(),
                             mode == napi_key_own_only ? v8::KeyCollectionMode::kOwnOnly
                                                       : v8::KeyCollectionMode::kIncludePrototypes,
                             static_cast<v8::PropertyFilter>(v8_filter), v8::IndexFilter::kIncludeIndices,
                             conversion == napi_key_keep_numbers ? v8::KeyConversionMode::kKeepNumbers
                                                                 : v8::KeyConversionMode::kConvertToString)
          .ToLocal(&names),
      napi_generic_failure);
  *result = FromLocal(names);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_get_property_names(napi_env env, napi_value object, napi_value* result) {
  return napi_get_all_property_names(
      env, object, napi_key_include_prototypes,
      static_cast<napi_key_filter>(napi_key_enumerable | napi_key_skip_symbols), napi_key_numbers_to_strings,
      result);
}

napi_status NAPI_CDECL napi_object_freeze(napi_env env, napi_value object) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, object);
  Local<v8::Object> target;
  NAPI_TRY(env, ObjectOf(env, object).ToLocal(&target), napi_object_expected);
  NAPI_TRY(env, target->SetIntegrityLevel(env->context(), v8::IntegrityLevel::kFrozen).FromMaybe(false),
           napi_generic_failure);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_object_seal(napi_env env, napi_value object) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, object);
  Local<v8::Object> target;
  NAPI_TRY(env, ObjectOf(env, object).ToLocal(&target), napi_object_expected);
  NAPI_TRY(env, target->SetIntegrityLevel(env->context(), v8::IntegrityLevel::kSealed).FromMaybe(false),
           napi_generic_failure);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_instanceof(napi_env env, napi_value object, napi_value constructor,
                                       bool* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, object);
  NAPI_CHECK_ARG(env, constructor);
  NAPI_CHECK_ARG(env, result);
  *result = false;
  if (!ToLocal(constructor)->IsFunction()) {
    env->environment->ThrowError("ERR_NAPI_CONS_FUNCTION", "Constructor must be a function",
                                 parley::Environment::ErrorType::kTypeError);
    return SetLastError(env, napi_function_expected);
  }
  NAPI_TRY(env, ToLocal(object)->InstanceOf(env->context(), ToLocal(constructor).As<v8::Object>()).To(result),
           napi_generic_failure);
  NAPI_END(env);
}
