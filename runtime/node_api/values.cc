// Node-API: primitive values, strings, numbers, BigInt, dates, comparisons and conversions
// ("Working with JavaScript values").
#include <cmath>
#include <limits>

#include "runtime/node_api/env.h"

using parley::napi::FromLocal;
using parley::napi::Ok;
using parley::napi::SetLastError;
using parley::napi::ToLocal;
using v8::Local;

namespace {

// The length an addon gave; SIZE_MAX means "up to the NUL".
template <typename Char>
bool StringLength(const Char* text, size_t length, int* out) {
  if (length != NAPI_AUTO_LENGTH && length > static_cast<size_t>(INT_MAX)) return false;
  if (text == nullptr && length != 0) return false;
  if (length == NAPI_AUTO_LENGTH) {
    length = std::char_traits<Char>::length(text);
    if (length > static_cast<size_t>(INT_MAX)) return false;
  }
  *out = static_cast<int>(length);
  return true;
}

// Node-API leaves values outside ±2^63 and NaN to us as 0 or the nearest representable.
int64_t SaturatingInt64(double value) {
  if (std::isnan(value) || std::isinf(value)) return 0;
  constexpr double kLimit = 9223372036854775808.0;
  if (value >= kLimit) return std::numeric_limits<int64_t>::max();
  if (value <= -kLimit) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(value);
}

napi_status Give(napi_env env, Local<v8::Value> value, napi_value* result) {
  *result = FromLocal(value);
  return Ok(env);
}

napi_status GiveString(napi_env env, v8::MaybeLocal<v8::String> maybe, napi_value* result) {
  Local<v8::String> string;
  if (!maybe.ToLocal(&string)) return SetLastError(env, napi_generic_failure);
  return Give(env, string, result);
}

}  // namespace

#define CREATE_PRIMITIVE(function, type, expression)                              \
  napi_status NAPI_CDECL function(napi_env env, type value, napi_value* result) { \
    NAPI_CHECK_ENV(env);                                                          \
    NAPI_CHECK_ARG(env, result);                                                  \
    return Give(env, expression, result);                                         \
  }
CREATE_PRIMITIVE(napi_create_double, double, v8::Number::New(env->isolate(), value))
CREATE_PRIMITIVE(napi_create_int32, int32_t, v8::Integer::New(env->isolate(), value))
CREATE_PRIMITIVE(napi_create_uint32, uint32_t, v8::Integer::NewFromUnsigned(env->isolate(), value))
CREATE_PRIMITIVE(napi_create_int64, int64_t, v8::Number::New(env->isolate(), static_cast<double>(value)))
CREATE_PRIMITIVE(napi_create_bigint_int64, int64_t, v8::BigInt::New(env->isolate(), value))
CREATE_PRIMITIVE(napi_create_bigint_uint64, uint64_t, v8::BigInt::NewFromUnsigned(env->isolate(), value))
CREATE_PRIMITIVE(napi_get_boolean, bool, v8::Boolean::New(env->isolate(), value))
#undef CREATE_PRIMITIVE

napi_status NAPI_CDECL napi_get_undefined(napi_env env, napi_value* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  return Give(env, v8::Undefined(env->isolate()), result);
}

napi_status NAPI_CDECL napi_get_null(napi_env env, napi_value* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  return Give(env, v8::Null(env->isolate()), result);
}

napi_status NAPI_CDECL napi_get_global(napi_env env, napi_value* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  return Give(env, env->context()->Global(), result);
}

napi_status NAPI_CDECL napi_create_string_latin1(napi_env env, const char* str, size_t length,
                                                 napi_value* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  int size;
  NAPI_REQUIRE(env, StringLength(str, length, &size), napi_invalid_arg);
  return GiveString(env,
                    v8::String::NewFromOneByte(env->isolate(), reinterpret_cast<const uint8_t*>(str),
                                               v8::NewStringType::kNormal, size),
                    result);
}

napi_status NAPI_CDECL napi_create_string_utf8(napi_env env, const char* str, size_t length,
                                               napi_value* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  int size;
  NAPI_REQUIRE(env, StringLength(str, length, &size), napi_invalid_arg);
  return GiveString(env, v8::String::NewFromUtf8(env->isolate(), str, v8::NewStringType::kNormal, size),
                    result);
}

napi_status NAPI_CDECL napi_create_string_utf16(napi_env env, const char16_t* str, size_t length,
                                                napi_value* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  int size;
  NAPI_REQUIRE(env, StringLength(str, length, &size), napi_invalid_arg);
  return GiveString(env,
                    v8::String::NewFromTwoByte(env->isolate(), reinterpret_cast<const uint16_t*>(str),
                                               v8::NewStringType::kNormal, size),
                    result);
}

napi_status NAPI_CDECL napi_create_symbol(napi_env env, napi_value description, napi_value* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  if (description == nullptr) return Give(env, v8::Symbol::New(env->isolate()), result);
  Local<v8::Value> text = ToLocal(description);
  NAPI_REQUIRE(env, text->IsString(), napi_string_expected);
  return Give(env, v8::Symbol::New(env->isolate(), text.As<v8::String>()), result);
}

napi_status NAPI_CDECL node_api_symbol_for(napi_env env, const char* description, size_t length,
                                           napi_value* result) {
  napi_value text;
  napi_status status = napi_create_string_utf8(env, description, length, &text);
  if (status != napi_ok) return status;
  NAPI_CHECK_ARG(env, result);
  return Give(env, v8::Symbol::For(env->isolate(), ToLocal(text).As<v8::String>()), result);
}

napi_status NAPI_CDECL napi_create_bigint_words(napi_env env, int sign_bit, size_t word_count,
                                                const uint64_t* words, napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, words);
  NAPI_CHECK_ARG(env, result);
  NAPI_REQUIRE(env, word_count <= static_cast<size_t>(INT_MAX), napi_invalid_arg);
  Local<v8::BigInt> value;
  NAPI_TRY(
      env,
      v8::BigInt::NewFromWords(env->context(), sign_bit, static_cast<int>(word_count), words).ToLocal(&value),
      napi_generic_failure);
  *result = FromLocal(value);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_create_date(napi_env env, double time, napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, result);
  Local<v8::Value> date;
  NAPI_TRY(env, v8::Date::New(env->context(), time).ToLocal(&date), napi_generic_failure);
  *result = FromLocal(date);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_typeof(napi_env env, napi_value value, napi_valuetype* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_CHECK_ARG(env, result);
  Local<v8::Value> v = ToLocal(value);
  if (v->IsNumber()) {
    *result = napi_number;
  } else if (v->IsBigInt()) {
    *result = napi_bigint;
  } else if (v->IsString()) {
    *result = napi_string;
  } else if (v->IsFunction()) {  // before object: a function is one
    *result = napi_function;
  } else if (v->IsExternal()) {
    *result = napi_external;
  } else if (v->IsObject()) {
    *result = napi_object;
  } else if (v->IsBoolean()) {
    *result = napi_boolean;
  } else if (v->IsUndefined()) {
    *result = napi_undefined;
  } else if (v->IsSymbol()) {
    *result = napi_symbol;
  } else if (v->IsNull()) {
    *result = napi_null;
  } else {
    return SetLastError(env, napi_invalid_arg);
  }
  return Ok(env);
}

#define GET_VALUE(function, type, is, status, expression)                         \
  napi_status NAPI_CDECL function(napi_env env, napi_value value, type* result) { \
    NAPI_CHECK_ENV(env);                                                          \
    NAPI_CHECK_ARG(env, value);                                                   \
    NAPI_CHECK_ARG(env, result);                                                  \
    Local<v8::Value> v = ToLocal(value);                                          \
    NAPI_REQUIRE(env, v->is(), status);                                           \
    *result = expression;                                                         \
    return Ok(env);                                                               \
  }
GET_VALUE(napi_get_value_double, double, IsNumber, napi_number_expected, v.As<v8::Number>()->Value())
GET_VALUE(napi_get_value_bool, bool, IsBoolean, napi_boolean_expected, v.As<v8::Boolean>()->Value())
GET_VALUE(napi_get_date_value, double, IsDate, napi_date_expected, v.As<v8::Date>()->ValueOf())
GET_VALUE(napi_get_value_int32, int32_t, IsNumber, napi_number_expected,
          v->IsInt32() ? v.As<v8::Int32>()->Value() : v->Int32Value(env->context()).FromMaybe(0))
GET_VALUE(napi_get_value_uint32, uint32_t, IsNumber, napi_number_expected,
          v->IsUint32() ? v.As<v8::Uint32>()->Value() : v->Uint32Value(env->context()).FromMaybe(0))
GET_VALUE(napi_get_value_int64, int64_t, IsNumber, napi_number_expected,
          v->IsInt32() ? v.As<v8::Int32>()->Value() : SaturatingInt64(v.As<v8::Number>()->Value()))
#undef GET_VALUE

napi_status NAPI_CDECL napi_get_value_bigint_int64(napi_env env, napi_value value, int64_t* result,
                                                   bool* lossless) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_CHECK_ARG(env, result);
  NAPI_CHECK_ARG(env, lossless);
  NAPI_REQUIRE(env, ToLocal(value)->IsBigInt(), napi_bigint_expected);
  *result = ToLocal(value).As<v8::BigInt>()->Int64Value(lossless);
  return Ok(env);
}

napi_status NAPI_CDECL napi_get_value_bigint_uint64(napi_env env, napi_value value, uint64_t* result,
                                                    bool* lossless) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_CHECK_ARG(env, result);
  NAPI_CHECK_ARG(env, lossless);
  NAPI_REQUIRE(env, ToLocal(value)->IsBigInt(), napi_bigint_expected);
  *result = ToLocal(value).As<v8::BigInt>()->Uint64Value(lossless);
  return Ok(env);
}

napi_status NAPI_CDECL napi_get_value_bigint_words(napi_env env, napi_value value, int* sign_bit,
                                                   size_t* word_count, uint64_t* words) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_CHECK_ARG(env, word_count);
  NAPI_REQUIRE(env, ToLocal(value)->IsBigInt(), napi_bigint_expected);
  Local<v8::BigInt> big = ToLocal(value).As<v8::BigInt>();
  if (sign_bit == nullptr && words == nullptr) {
    *word_count = static_cast<size_t>(big->WordCount());
    return Ok(env);
  }
  NAPI_CHECK_ARG(env, sign_bit);
  NAPI_CHECK_ARG(env, words);
  int count = static_cast<int>(std::min<size_t>(*word_count, INT_MAX));
  big->ToWordsArray(sign_bit, &count, words);
  *word_count = static_cast<size_t>(count);
  return Ok(env);
}

// Strings out: with no buffer the length in units is the answer; otherwise the copy is cut to fit and
// NUL-terminated.
napi_status NAPI_CDECL napi_get_value_string_latin1(napi_env env, napi_value value, char* buf, size_t size,
                                                    size_t* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_REQUIRE(env, ToLocal(value)->IsString(), napi_string_expected);
  Local<v8::String> string = ToLocal(value).As<v8::String>();
  size_t copied = 0;
  if (buf == nullptr) {
    NAPI_CHECK_ARG(env, result);
    copied = static_cast<size_t>(string->Length());
  } else if (size != 0) {
    int room = static_cast<int>(std::min<size_t>(size - 1, INT_MAX));
    copied = static_cast<size_t>(string->WriteOneByte(env->isolate(), reinterpret_cast<uint8_t*>(buf), 0,
                                                      room, v8::String::NO_NULL_TERMINATION));
    buf[copied] = '\0';
  }
  if (result != nullptr) *result = copied;
  return Ok(env);
}

napi_status NAPI_CDECL napi_get_value_string_utf8(napi_env env, napi_value value, char* buf, size_t size,
                                                  size_t* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_REQUIRE(env, ToLocal(value)->IsString(), napi_string_expected);
  Local<v8::String> string = ToLocal(value).As<v8::String>();
  size_t copied = 0;
  if (buf == nullptr) {
    NAPI_CHECK_ARG(env, result);
    copied = static_cast<size_t>(string->Utf8Length(env->isolate()));
  } else if (size != 0) {
    int room = static_cast<int>(std::min<size_t>(size - 1, INT_MAX));
    copied = static_cast<size_t>(
        string->WriteUtf8(env->isolate(), buf, room, nullptr,
                          v8::String::REPLACE_INVALID_UTF8 | v8::String::NO_NULL_TERMINATION));
    buf[copied] = '\0';
  }
  if (result != nullptr) *result = copied;
  return Ok(env);
}

napi_status NAPI_CDECL napi_get_value_string_utf16(napi_env env, napi_value value, char16_t* buf, size_t size,
                                                   size_t* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_REQUIRE(env, ToLocal(value)->IsString(), napi_string_expected);
  Local<v8::String> string = ToLocal(value).As<v8::String>();
  size_t copied = 0;
  if (buf == nullptr) {
    NAPI_CHECK_ARG(env, result);
    copied = static_cast<size_t>(string->Length());
  } else if (size != 0) {
    int room = static_cast<int>(std::min<size_t>(size - 1, INT_MAX));
    copied = static_cast<size_t>(string->Write(env->isolate(), reinterpret_cast<uint16_t*>(buf), 0, room,
                                               v8::String::NO_NULL_TERMINATION));
    buf[copied] = u'\0';
  }
  if (result != nullptr) *result = copied;
  return Ok(env);
}

napi_status NAPI_CDECL napi_coerce_to_bool(napi_env env, napi_value value, napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_CHECK_ARG(env, result);
  *result = FromLocal(v8::Boolean::New(env->isolate(), ToLocal(value)->BooleanValue(env->isolate())));
  NAPI_END(env);
}

#define COERCE(function, type, method, status)                                          \
  napi_status NAPI_CDECL function(napi_env env, napi_value value, napi_value* result) { \
    NAPI_BEGIN(env);                                                                    \
    NAPI_CHECK_ARG(env, value);                                                         \
    NAPI_CHECK_ARG(env, result);                                                        \
    Local<type> converted;                                                              \
    NAPI_TRY(env, ToLocal(value)->method(env->context()).ToLocal(&converted), status);  \
    *result = FromLocal(converted);                                                     \
    NAPI_END(env);                                                                      \
  }
COERCE(napi_coerce_to_number, v8::Number, ToNumber, napi_number_expected)
COERCE(napi_coerce_to_object, v8::Object, ToObject, napi_object_expected)
COERCE(napi_coerce_to_string, v8::String, ToString, napi_string_expected)
#undef COERCE

#define IS_TYPE(function, expression)                                             \
  napi_status NAPI_CDECL function(napi_env env, napi_value value, bool* result) { \
    NAPI_CHECK_ENV(env);                                                          \
    NAPI_CHECK_ARG(env, value);                                                   \
    NAPI_CHECK_ARG(env, result);                                                  \
    *result = ToLocal(value)->expression;                                         \
    return Ok(env);                                                               \
  }
IS_TYPE(napi_is_array, IsArray())
IS_TYPE(napi_is_arraybuffer, IsArrayBuffer())
IS_TYPE(napi_is_typedarray, IsTypedArray())
IS_TYPE(napi_is_dataview, IsDataView())
IS_TYPE(napi_is_date, IsDate())
IS_TYPE(napi_is_error, IsNativeError())
IS_TYPE(napi_is_promise, IsPromise())
IS_TYPE(napi_is_buffer, IsArrayBufferView())
#undef IS_TYPE

napi_status NAPI_CDECL napi_strict_equals(napi_env env, napi_value lhs, napi_value rhs, bool* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, lhs);
  NAPI_CHECK_ARG(env, rhs);
  NAPI_CHECK_ARG(env, result);
  *result = ToLocal(lhs)->StrictEquals(ToLocal(rhs));
  NAPI_END(env);
}
