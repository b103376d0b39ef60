// DatabaseSync of `node:sqlite`: one connection, used on the thread that made it.
#pragma once

#include <node_api.h>
#include <sqlite3.h>

#include <string>
#include <unordered_set>

namespace parley::sqlite {

class Statement;

class Database {
 public:
  static napi_value define(napi_env env);
  // The Database behind a JavaScript object; null with an exception thrown when it is none.
  static Database* unwrap(napi_env env, napi_callback_info info, size_t* argc, napi_value* argv,
                          napi_value* self = nullptr);

  ~Database();

  sqlite3* connection() const { return connection_; }
  bool is_open() const { return connection_ != nullptr; }
  // Statements are finalised with their connection, whichever is collected first.
  void add(Statement* statement) { statements_.insert(statement); }
  void remove(Statement* statement) { statements_.erase(statement); }

 private:
  struct Options {
    bool open = true;
    bool read_only = false;
    bool foreign_keys = true;
    bool double_quoted_strings = false;
    int timeout_ms = 0;
  };

  static napi_value construct(napi_env env, napi_callback_info info);
  static napi_value open(napi_env env, napi_callback_info info);
  static napi_value close(napi_env env, napi_callback_info info);
  static napi_value exec(napi_env env, napi_callback_info info);
  static napi_value prepare(napi_env env, napi_callback_info info);
  static napi_value location(napi_env env, napi_callback_info info);
  static napi_value get_is_open(napi_env env, napi_callback_info info);
  static napi_value get_in_transaction(napi_env env, napi_callback_info info);

  bool open_file(napi_env env);
  void close_file();

  std::string path_;
  Options options_;
  sqlite3* connection_ = nullptr;
  std::unordered_set<Statement*> statements_;
};

// What one environment (one instance of the addon) keeps: the class of statements, and Object.create's
// argument for rows.
struct Instance {
  napi_ref statement_class = nullptr;
  napi_ref object_create = nullptr;
};

// Fills `exports`: DatabaseSync, StatementSync, constants.
napi_value initialize(napi_env env, napi_value exports);

}  // namespace parley::sqlite
