// DatabaseSync of `node:sqlite`: one connection, used on the thread that made it.
#pragma once

#include <node_api.h>
#include <sqlite3.h>

#include <string>
#include <unordered_set>

namespace parley::sqlite {

class Session;
class Statement;

class Database {
 public:
  static napi_value define(napi_env env);
  // The Database behind a JavaScript object; null with an exception thrown when it is none.
  static Database* unwrap(napi_env env, napi_callback_info info, size_t* argc, napi_value* argv,
                          napi_value* self = nullptr);

  // The same, for what needs an open connection.
  static Database* unwrap_open(napi_env env, napi_callback_info info, size_t* argc, napi_value* argv,
                               napi_value* self = nullptr);
  // The Database behind a value; null, and nothing thrown, when it is none.
  static Database* from_value(napi_env env, napi_value value);

  ~Database();

  sqlite3* connection() const { return connection_; }
  bool is_open() const { return connection_ != nullptr; }
  // Statements are finalised with their connection, whichever is collected first.
  void add(Statement* statement) { statements_.insert(statement); }
  void remove(Statement* statement) { statements_.erase(statement); }
  void add(Session* session) { sessions_.insert(session); }
  void remove(Session* session) { sessions_.erase(session); }
  // While SQL calls JavaScript, the connection must stay.
  void enter() { calls_++; }
  void leave() { calls_--; }
  int timeout_ms() const { return options_.timeout_ms; }

 private:
  struct Options {
    bool open = true;
    bool read_only = false;
    bool foreign_keys = true;
    bool double_quoted_strings = false;
    bool allow_extension = false;
    int timeout_ms = 0;
  };

  static napi_value construct(napi_env env, napi_callback_info info);
  static napi_value open(napi_env env, napi_callback_info info);
  static napi_value close(napi_env env, napi_callback_info info);
  static napi_value exec(napi_env env, napi_callback_info info);
  static napi_value prepare(napi_env env, napi_callback_info info);
  static napi_value location(napi_env env, napi_callback_info info);
  static napi_value enable_load_extension(napi_env env, napi_callback_info info);
  static napi_value load_extension(napi_env env, napi_callback_info info);
  static napi_value get_is_open(napi_env env, napi_callback_info info);
  static napi_value get_in_transaction(napi_env env, napi_callback_info info);

  bool open_file(napi_env env);
  void close_file();

  std::string path_;
  Options options_;
  sqlite3* connection_ = nullptr;
  std::unordered_set<Statement*> statements_;
  std::unordered_set<Session*> sessions_;
  int calls_ = 0;
};

// What one environment (one instance of the addon) keeps: the class of statements, and Object.create's
// argument for rows.
struct Instance {
  napi_ref statement_class = nullptr;
  napi_ref session_class = nullptr;
  napi_ref object_create = nullptr;
};

Instance* instance_of(napi_env env);

// Fills `exports`: DatabaseSync, StatementSync, Session, backup, constants.
napi_value initialize(napi_env env, napi_value exports);

}  // namespace parley::sqlite
