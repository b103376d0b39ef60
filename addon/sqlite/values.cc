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

// A JavaScript value in SQLite's terms. Bytes are the JavaScript object's own.
struct Scalar {
  enum class Kind { kNull, kInteger, kReal, kText, kBlob, kTooLarge, kOther } kind = Kind::kOther;
  sqlite3_int64 integer = 0;
  double real = 0;
  std::string text;
  const void* data = nullptr;
  size_t size = 0;
};

Scalar number_of(double number) {
  Scalar scalar;
  if (std::trunc(number) == number && std::fabs(number) <= static_cast<double>(kMaxSafeInteger)) {
    scalar.kind = Scalar::Kind::kInteger;
    scalar.integer = static_cast<sqlite3_int64>(number);
  } else {
    scalar.kind = Scalar::Kind::kReal;
    scalar.real = number;
  }
  return scalar;
}

Scalar scalar_of(napi_env env, napi_value value) {
  Scalar scalar;
  napi_valuetype type;
  napi_typeof(env, value, &type);
  if (type == napi_null) {
    scalar.kind = Scalar::Kind::kNull;
  } else if (type == napi_number) {
    double number = 0;
    napi_get_value_double(env, value, &number);
    return number_of(number);
  } else if (type == napi_bigint) {
    int64_t number = 0;
    bool lossless = false;
    napi_get_value_bigint_int64(env, value, &number, &lossless);
    scalar.kind = lossless ? Scalar::Kind::kInteger : Scalar::Kind::kTooLarge;
    scalar.integer = number;
  } else if (type == napi_string) {
    scalar.kind = Scalar::Kind::kText;
    read_string(env, value, "value", &scalar.text);
  } else if (type == napi_object && view_of(env, value, &scalar.data, &scalar.size)) {
    scalar.kind = Scalar::Kind::kBlob;
    if (scalar.size == 0) scalar.data = "";  // a null pointer would be NULL instead of an empty blob
  }
  return scalar;
}

// Where a value is read from: a column of a row, or an argument of a function.
struct Column {
  sqlite3_stmt* statement;
  int index;
  int type() const { return sqlite3_column_type(statement, index); }
  sqlite3_int64 integer() const { return sqlite3_column_int64(statement, index); }
  double real() const { return sqlite3_column_double(statement, index); }
  const unsigned char* text() const { return sqlite3_column_text(statement, index); }
  const void* blob() const { return sqlite3_column_blob(statement, index); }
  size_t size() const { return static_cast<size_t>(sqlite3_column_bytes(statement, index)); }
};
struct Argument {
  sqlite3_value* value;
  int type() const { return sqlite3_value_type(value); }
  sqlite3_int64 integer() const { return sqlite3_value_int64(value); }
  double real() const { return sqlite3_value_double(value); }
  const unsigned char* text() const { return sqlite3_value_text(value); }
  const void* blob() const { return sqlite3_value_blob(value); }
  size_t size() const { return static_cast<size_t>(sqlite3_value_bytes(value)); }
};

template <class Source>
napi_value read_value(napi_env env, const Source& source, bool big_ints) {
  napi_value result = nullptr;
  switch (source.type()) {
    case SQLITE_INTEGER:
      return integer_value(env, source.integer(), big_ints);
    case SQLITE_FLOAT:
      napi_create_double(env, source.real(), &result);
      return result;
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(source.text());
      napi_create_string_utf8(env, text, source.size(), &result);
      return result;
    }
    case SQLITE_BLOB: {
      const void* blob = source.blob();
      return make_bytes(env, blob, source.size());
    }
    default:
      napi_get_null(env, &result);
      return result;
  }
}

}  // namespace

napi_value throw_error(napi_env env, const char* code, const std::string& message) {
  napi_throw_error(env, code, message.c_str());
  return nullptr;
}

bool is_exception_pending(napi_env env) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  return pending;
}

napi_value undefined(napi_env env) {
  napi_value value;
  napi_get_undefined(env, &value);
  return value;
}

napi_value throw_argument(napi_env env, const std::string& name, const char* complaint) {
  const std::string message = "The \"" + name + "\" argument " + complaint;
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message.c_str());
  return nullptr;
}

napi_value make_sqlite_error(napi_env env, int code, const char* message) {
  napi_value error;
  napi_create_error(env, make_string(env, "ERR_SQLITE_ERROR"), make_string(env, message), &error);
  napi_value number;
  napi_create_int32(env, code, &number);
  napi_set_named_property(env, error, "errcode", number);
  napi_set_named_property(env, error, "errstr", make_string(env, sqlite3_errstr(code)));
  return error;
}

napi_value throw_sqlite(napi_env env, sqlite3* db) {
  // A function that SQL called threw: that is the error the program wants to see.
  if (is_exception_pending(env)) return nullptr;
  napi_throw(env, make_sqlite_error(env, sqlite3_extended_errcode(db), sqlite3_errmsg(db)));
  return nullptr;
}

bool read_string(napi_env env, napi_value value, const char* name, std::string* out) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) {
    throw_argument(env, name, "must be a string.");
    return false;
  }
  out->resize(length);
  napi_get_value_string_utf8(env, value, out->data(), length + 1, &length);
  return true;
}

bool read_strict_flag(napi_env env, napi_value options, const char* name, bool* out) {
  napi_value value;
  napi_valuetype type;
  if (napi_get_named_property(env, options, name, &value) != napi_ok) return false;
  napi_typeof(env, value, &type);
  if (type == napi_undefined || napi_get_value_bool(env, value, out) == napi_ok) return true;
  throw_argument(env, std::string("options.") + name, "must be a boolean.");
  return false;
}

bool read_optional_string(napi_env env, napi_value options, const char* name, std::string* out) {
  napi_value value;
  napi_valuetype type;
  if (napi_get_named_property(env, options, name, &value) != napi_ok) return false;
  napi_typeof(env, value, &type);
  return type == napi_undefined || read_string(env, value, (std::string("options.") + name).c_str(), out);
}

bool read_path(napi_env env, napi_value value, std::string* out) {
  napi_valuetype type;
  napi_typeof(env, value, &type);
  const void* data = nullptr;
  size_t size = 0;
  bool given = false;
  if (type == napi_string) {
    given = read_string(env, value, "path", out);
  } else if (type == napi_object && view_of(env, value, &data, &size)) {
    out->assign(static_cast<const char*>(data), size);
    given = true;
  } else if (type == napi_object) {
    napi_value href;
    if (napi_get_named_property(env, value, "href", &href) != napi_ok) return false;
    napi_typeof(env, href, &type);
    given = type == napi_string && read_string(env, href, "path", out);
    if (given && !out->starts_with("file:")) {
      napi_throw_type_error(env, "ERR_INVALID_URL_SCHEME", "The URL must be of scheme file:");
      return false;
    }
  }
  if (given && out->find('\0') == std::string::npos) return true;
  throw_argument(env, "path", "must be a string, Uint8Array, or URL without null bytes.");
  return false;
}

bool read_flag(napi_env env, napi_value options, const char* name, bool fallback) {
  napi_value value;
  bool flag = fallback;
  if (napi_get_named_property(env, options, name, &value) != napi_ok) return fallback;
  if (napi_get_value_bool(env, value, &flag) != napi_ok) return fallback;
  return flag;
}

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

bool bind_value(napi_env env, sqlite3* db, sqlite3_stmt* statement, int index, napi_value value) {
  const Scalar scalar = scalar_of(env, value);
  switch (scalar.kind) {
    case Scalar::Kind::kNull:
      return bound(env, db, sqlite3_bind_null(statement, index));
    case Scalar::Kind::kInteger:
      return bound(env, db, sqlite3_bind_int64(statement, index, scalar.integer));
    case Scalar::Kind::kReal:
      return bound(env, db, sqlite3_bind_double(statement, index, scalar.real));
    case Scalar::Kind::kText:
      return bound(env, db,
                   sqlite3_bind_text64(statement, index, scalar.text.data(), scalar.text.size(),
                                       SQLITE_TRANSIENT, SQLITE_UTF8));
    case Scalar::Kind::kBlob:
      return bound(env, db,
                   sqlite3_bind_blob64(statement, index, scalar.data, scalar.size, SQLITE_TRANSIENT));
    case Scalar::Kind::kTooLarge:
      throw_error(env, "ERR_INVALID_ARG_VALUE", "BigInt value is too large to bind.");
      return false;
    case Scalar::Kind::kOther:
      break;
  }
  const std::string message =
      "Provided value cannot be bound to SQLite parameter " + std::to_string(index) + ".";
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message.c_str());
  return false;
}

const char* set_result(napi_env env, sqlite3_context* context, napi_value value) {
  const Scalar scalar = scalar_of(env, value);
  switch (scalar.kind) {
    case Scalar::Kind::kNull:
      sqlite3_result_null(context);
      return nullptr;
    case Scalar::Kind::kInteger:
      sqlite3_result_int64(context, scalar.integer);
      return nullptr;
    case Scalar::Kind::kReal:
      sqlite3_result_double(context, scalar.real);
      return nullptr;
    case Scalar::Kind::kText:
      sqlite3_result_text64(context, scalar.text.data(), scalar.text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
      return nullptr;
    case Scalar::Kind::kBlob:
      sqlite3_result_blob64(context, scalar.data, scalar.size, SQLITE_TRANSIENT);
      return nullptr;
    case Scalar::Kind::kTooLarge:
      return "BigInt value is too large for SQLite";
    case Scalar::Kind::kOther:
      break;
  }
  napi_valuetype type;
  napi_typeof(env, value, &type);
  bool promise = false;
  napi_is_promise(env, value, &promise);
  if (promise) return "Asynchronous user-defined functions are not supported";
  if (type != napi_undefined) return "Returned JavaScript value cannot be converted to a SQLite value";
  sqlite3_result_null(context);
  return nullptr;
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

napi_value make_bytes(napi_env env, const void* bytes, size_t size) {
  void* data = nullptr;
  napi_value buffer, result = nullptr;
  if (napi_create_arraybuffer(env, size, &data, &buffer) != napi_ok) return nullptr;
  if (size > 0) std::memcpy(data, bytes, size);
  napi_create_typedarray(env, napi_uint8_array, size, buffer, 0, &result);
  return result;
}

napi_value column_value(napi_env env, sqlite3_stmt* statement, int column, bool big_ints) {
  return read_value(env, Column{statement, column}, big_ints);
}

napi_value sql_value(napi_env env, sqlite3_value* value, bool big_ints) {
  return read_value(env, Argument{value}, big_ints);
}

bool wrap_tagged(napi_env env, napi_value object, const napi_type_tag& tag, void* data,
                 napi_finalize destroy) {
  return napi_type_tag_object(env, object, &tag) == napi_ok &&
         napi_wrap(env, object, data, destroy, nullptr, nullptr) == napi_ok;
}

bool unwrap_tagged(napi_env env, napi_value object, const napi_type_tag& tag, void** data) {
  bool same = false;
  return napi_check_object_type_tag(env, object, &tag, &same) == napi_ok && same &&
         napi_unwrap(env, object, data) == napi_ok;
}

napi_property_descriptor method(const char* name, napi_callback call) {
  return {name, nullptr, call, nullptr, nullptr, nullptr, napi_default_method, nullptr};
}

napi_property_descriptor getter(const char* name, napi_callback call) {
  return {name, nullptr, nullptr, call, nullptr, nullptr, napi_enumerable, nullptr};
}

}  // namespace parley::sqlite
