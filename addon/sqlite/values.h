// Values between JavaScript and SQLite, and the errors of `node:sqlite` (https://nodejs.org/api/sqlite.html).
#pragma once

#include <node_api.h>
#include <sqlite3.h>

#include <string>

namespace parley::sqlite {

// Throws an Error with `code`; always returns null, for `return`.
napi_value throw_error(napi_env env, const char* code, const std::string& message);
// Throws what the connection last complained of: code ERR_SQLITE_ERROR, errcode, errstr.
napi_value throw_sqlite(napi_env env, sqlite3* db);

// A string argument; false with a TypeError thrown when it is none.
bool read_string(napi_env env, napi_value value, const char* name, std::string* out);
// options[name] when it is a boolean, else `fallback`.
bool read_flag(napi_env env, napi_value options, const char* name, bool fallback);

// Binds one JavaScript value to a parameter; false with an exception pending.
bool bind_value(napi_env env, sqlite3* db, sqlite3_stmt* statement, int index, napi_value value);
// A column of the current row. An integer beyond what a number holds exactly is an error unless `big_ints`.
napi_value column_value(napi_env env, sqlite3_stmt* statement, int column, bool big_ints);
napi_value integer_value(napi_env env, sqlite3_int64 value, bool big_ints);

// Members of a class for napi_define_class.
napi_property_descriptor method(const char* name, napi_callback call);
napi_property_descriptor getter(const char* name, napi_callback call);

}  // namespace parley::sqlite
