// Values between JavaScript and SQLite, and the errors of `node:sqlite` (https://nodejs.org/api/sqlite.html).
#pragma once

#include <node_api.h>
#include <sqlite3.h>

#include <string>

namespace parley::sqlite {

// Throws an Error with `code`; always returns null, for `return`.
napi_value throw_error(napi_env env, const char* code, const std::string& message);
// An Error, code ERR_SQLITE_ERROR, with SQLite's own code and what it says of it.
napi_value make_sqlite_error(napi_env env, int code, const char* message);
// Throws what the connection last complained of: code ERR_SQLITE_ERROR, errcode, errstr.
napi_value throw_sqlite(napi_env env, sqlite3* db);

bool is_exception_pending(napi_env env);
napi_value undefined(napi_env env);
// Throws a TypeError, code ERR_INVALID_ARG_TYPE: `The "name" argument <complaint>`; always returns null.
napi_value throw_argument(napi_env env, const std::string& name, const char* complaint);

// A string argument; false with a TypeError thrown when it is none.
bool read_string(napi_env env, napi_value value, const char* name, std::string* out);
// options[name] when it is a boolean, else `fallback`.
bool read_flag(napi_env env, napi_value options, const char* name, bool fallback);
// options[name] when it is there; false with a TypeError thrown when it is no boolean.
bool read_strict_flag(napi_env env, napi_value options, const char* name, bool* out);
// options[name] when it is there; false with a TypeError thrown when it is no string.
bool read_optional_string(napi_env env, napi_value options, const char* name, std::string* out);
// A file: a string, the bytes of one, or a file: URL (which SQLite reads itself); false with an exception
// pending.
bool read_path(napi_env env, napi_value value, std::string* out);
// The bytes of a view of memory; false when it is none.
bool view_of(napi_env env, napi_value value, const void** data, size_t* size);
napi_value make_bytes(napi_env env, const void* data, size_t size);

// Binds one JavaScript value to a parameter; false with an exception pending.
bool bind_value(napi_env env, sqlite3* db, sqlite3_stmt* statement, int index, napi_value value);
// A column of the current row. An integer beyond what a number holds exactly is an error unless `big_ints`.
napi_value column_value(napi_env env, sqlite3_stmt* statement, int column, bool big_ints);
// An argument of a function that SQL calls.
napi_value sql_value(napi_env env, sqlite3_value* value, bool big_ints);
// What such a function gives; a message when it cannot be given.
const char* set_result(napi_env env, sqlite3_context* context, napi_value value);
napi_value integer_value(napi_env env, sqlite3_int64 value, bool big_ints);

// An object with something native behind it, which only methods of its own class may reach.
bool wrap_tagged(napi_env env, napi_value object, const napi_type_tag& tag, void* data,
                 napi_finalize destroy);
bool unwrap_tagged(napi_env env, napi_value object, const napi_type_tag& tag, void** data);

// Members of a class for napi_define_class.
napi_property_descriptor method(const char* name, napi_callback call);
napi_property_descriptor getter(const char* name, napi_callback call);

}  // namespace parley::sqlite
