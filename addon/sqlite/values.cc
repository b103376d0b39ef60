#include "addon/sqlite/values.h"

#include <cmath>
#include <cstring>

namespace parley::sqlite {
namespace {

constexpr int64_t kMaxSafeInteger = 9007199254740991;

napi_value make_string(napi_env env, const char* text) {
  napi_value value;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  return value;
}

bool bound(napi_env env, sqlite3* db, int result) {
  if (result == SQLITE_OK) return true;
  throw_sqlite(env, db);
  return false;
}

// Bytes of a Uint8Array or Buffer, or of another view; false when it is none.
bool view_of(napi_env env, napi_value value, const void** data, size_t* size) {
  bool is = false;
  napi_is_typedarray(env, value, &is);
  if (is) {
    napi_typedarray_type type;
    size_t length = 0;
    void* bytes = nullptr;
    napi_value buffer;
    size_t offset;
    if (napi_get_typedarray_info(env, value, &type, &length, &bytes, &buffer, &offset) != napi_ok)
      return false;
    if (type != napi_uint8_array && type != napi_uint8_clamped_array && type != napi_int8_array) return false;
    *data = bytes;
    *size = length;
    return true;
  }
  napi_is_dataview(env, value, &is);
  if (!is) return false;
  void* bytes = nullptr;
  napi_value buffer;
  size_t offset;
  if (napi_get_dataview_info(env, value, size, &bytes, &buffer, &offset) != napi_ok) return false;
  *data = bytes;
  return true;
}

}  // namespace

napi_value throw_error(napi_env env, const char* code, const std::string& message) {
  napi_throw_error(env, code, message.c_str());
  return nullptr;
}

napi_value throw_sqlite(napi_env env, sqlite3* db) {
  const int code = sqlite3_extended_errcode(db);
  napi_value error;
  napi_create_error(env, make_string(env, "ERR_SQLITE_ERROR"), make_string(env, sqlite3_errmsg(db)), &error);
  napi_value number;
  napi_create_int32(env, code, &number);
  napi_set_named_property(env, error, "errcode", number);
  napi_set_named_property(env, error, "errstr", make_string(env, sqlite3_errstr(code)));
  napi_throw(env, error);
  return nullptr;
}

bool read_string(napi_env env, napi_value value, const char* name, std::string* out) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) {
    const std::string message = std::string("The \"") + name + "\" argument must be a string.";
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message.c_str());
    return false;
  }
  out->resize(length);
  napi_get_value_string_utf8(env, value, out->data(), length + 1, &length);
  return true;
}

bool read_flag(napi_env env, napi_value options, const char* name, bool fallback) {
  napi_value value;
  bool flag = fallback;
  if (napi_get_named_property(env, options, name, &value) != napi_ok) return fallback;
  if (napi_get_value_bool(env, value, &flag) != napi_ok) return fallback;
  return flag;
}

bool bind_value(napi_env env, sqlite3* db, sqlite3_stmt* statement, int index, napi_value value) {
  napi_valuetype type;
  napi_typeof(env, value, &type);
  switch (type) {
    case napi_null:
      return bound(env, db, sqlite3_bind_null(statement, index));
    case napi_number: {
      double number = 0;
      napi_get_value_double(env, value, &number);
      if (std::trunc(number) == number && std::fabs(number) <= static_cast<double>(kMaxSafeInteger)) {
        return bound(env, db, sqlite3_bind_int64(statement, index, static_cast<sqlite3_int64>(number)));
      }
      return bound(env, db, sqlite3_bind_double(statement, index, number));
    }
    case napi_bigint: {
      int64_t number = 0;
      bool lossless = false;
      napi_get_value_bigint_int64(env, value, &number, &lossless);
      if (!lossless) {
        throw_error(env, "ERR_INVALID_ARG_VALUE", "BigInt value is too large to bind.");
        return false;
      }
      return bound(env, db, sqlite3_bind_int64(statement, index, number));
    }
    case napi_string: {
      std::string text;
      if (!read_string(env, value, "value", &text)) return false;
      return bound(
          env, db,
          sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
    }
    default: {
      const void* data = nullptr;
      size_t size = 0;
      if (type == napi_object && view_of(env, value, &data, &size)) {
        // A null pointer would bind NULL instead of an empty blob.
        return bound(env, db,
                     sqlite3_bind_blob64(statement, index, size > 0 ? data : "", size, SQLITE_TRANSIENT));
      }
      const std::string message =
          "Provided value cannot be bound to SQLite parameter " + std::to_string(index) + ".";
      napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message.c_str());
      return false;
    }
  }
}

napi_value integer_value(napi_env env, sqlite3_int64 value, bool big_ints) {
  napi_value result = nullptr;
  if (big_ints) {
    napi_create_bigint_int64(env, value, &result);
  } else if (value > kMaxSafeInteger || value < -kMaxSafeInteger) {
    const std::string message =
        "Value is too large to be represented as a JavaScript number: " + std::to_string(value);
    napi_throw_range_error(env, "ERR_OUT_OF_RANGE", message.c_str());
  } else {
    napi_create_double(env, static_cast<double>(value), &result);
  }
  return result;
}

napi_value column_value(napi_env env, sqlite3_stmt* statement, int column, bool big_ints) {
  napi_value result = nullptr;
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return integer_value(env, sqlite3_column_int64(statement, column), big_ints);
    case SQLITE_FLOAT:
      napi_create_double(env, sqlite3_column_double(statement, column), &result);
      return result;
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, column));
      napi_create_string_utf8(env, text, size, &result);
      return result;
    }
    case SQLITE_BLOB: {
      const void* blob = sqlite3_column_blob(statement, column);
      const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, column));
      void* data = nullptr;
      napi_value buffer;
      if (napi_create_arraybuffer(env, size, &data, &buffer) != napi_ok) return nullptr;
      if (size > 0) std::memcpy(data, blob, size);
      napi_create_typedarray(env, napi_uint8_array, size, buffer, 0, &result);
      return result;
    }
    default:
      napi_get_null(env, &result);
      return result;
  }
}

napi_property_descriptor method(const char* name, napi_callback call) {
  return {name, nullptr, call, nullptr, nullptr, nullptr, napi_default_method, nullptr};
}

napi_property_descriptor getter(const char* name, napi_callback call) {
  return {name, nullptr, nullptr, call, nullptr, nullptr, napi_enumerable, nullptr};
}

}  // namespace parley::sqlite
