// StatementSync of `node:sqlite`: a prepared statement of one Database.
#pragma once

#include <node_api.h>
#include <sqlite3.h>

#include <string>
#include <vector>

namespace parley::sqlite {

class Database;
struct RowIterator;

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
  static Statement* unwrap(napi_env env, napi_callback_info info, std::vector<napi_value>* arguments,
                           napi_value* self = nullptr);
  static napi_value set_flag(napi_env env, napi_callback_info info, const char* name, bool Statement::*flag);
  static napi_value construct(napi_env env, napi_callback_info info);
  static napi_value run(napi_env env, napi_callback_info info);
  static napi_value get(napi_env env, napi_callback_info info);
  static napi_value all(napi_env env, napi_callback_info info);
  static napi_value iterate(napi_env env, napi_callback_info info);
  static napi_value columns(napi_env env, napi_callback_info info);
  static napi_value set_return_arrays(napi_env env, napi_callback_info info);
  static napi_value set_allow_bare_named_parameters(napi_env env, napi_callback_info info);
  static napi_value set_allow_unknown_named_parameters(napi_env env, napi_callback_info info);
  static Statement* unwrap_iterator(napi_env env, napi_callback_info info, const RowIterator** state);
  static napi_value iterator_next(napi_env env, napi_callback_info info);
  static napi_value iterator_return(napi_env env, napi_callback_info info);
  static napi_value set_read_big_ints(napi_env env, napi_callback_info info);
  static napi_value source_sql(napi_env env, napi_callback_info info);
  static napi_value expanded_sql(napi_env env, napi_callback_info info);

  bool bind(napi_env env, const std::vector<napi_value>& arguments);
  bool bind_named(napi_env env, napi_value names);
  int index_of(const std::string& name) const;
  int step();
  napi_value row(napi_env env);

  Database* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
  bool big_ints_ = false;
  bool arrays_ = false;         // rows as arrays
  bool bare_names_ = true;      // names of parameters may lack their prefix
  bool unknown_names_ = false;  // names that the statement does not have are ignored
  // Counts the runs of the statement: an iterator of an earlier one has ended.
  uint32_t run_ = 0;
  bool stepping_ = false;
};

}  // namespace parley::sqlite
