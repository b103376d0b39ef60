// StatementSync of `node:sqlite`: a prepared statement of one Database.
#pragma once

#include <node_api.h>
#include <sqlite3.h>

#include <string>

namespace parley::sqlite {

class Database;

class Statement {
 public:
  static napi_value define(napi_env env);
  // Compiles `sql`; null with an exception thrown when that fails. The result keeps the database's object
  // alive.
  static napi_value create(napi_env env, napi_value database_object, Database* database,
                           const std::string& sql);

  ~Statement();

  // Called by the database when it closes: from now on every method throws.
  void finalize();

 private:
  static Statement* unwrap(napi_env env, napi_callback_info info, size_t* argc, napi_value* argv);
  static napi_value construct(napi_env env, napi_callback_info info);
  static napi_value run(napi_env env, napi_callback_info info);
  static napi_value get(napi_env env, napi_callback_info info);
  static napi_value all(napi_env env, napi_callback_info info);
  static napi_value set_read_big_ints(napi_env env, napi_callback_info info);
  static napi_value source_sql(napi_env env, napi_callback_info info);
  static napi_value expanded_sql(napi_env env, napi_callback_info info);

  bool bind(napi_env env, size_t argc, napi_value* argv);
  bool bind_named(napi_env env, napi_value names);
  int index_of(const std::string& name) const;
  napi_value row(napi_env env);

  Database* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  bool big_ints_ = false;
};

}  // namespace parley::sqlite
