// Session of `node:sqlite`: records what a connection changes (https://www.sqlite.org/sessionintro.html).
#pragma once

#include <node_api.h>
#include <sqlite3.h>

namespace parley::sqlite {

class Database;

class Session {
 public:
  static napi_value define(napi_env env);
  // createSession([{ table, db }]), a method of the database.
  static napi_value create(napi_env env, napi_callback_info info);

  ~Session();

  // Called by the database when it closes: from now on every method throws.
  void end();

 private:
  using Reader = int (*)(sqlite3_session*, int*, void**);

  static Session* unwrap(napi_env env, napi_callback_info info);
  static napi_value construct(napi_env env, napi_callback_info info);
  static napi_value changeset(napi_env env, napi_callback_info info);
  static napi_value patchset(napi_env env, napi_callback_info info);
  static napi_value close(napi_env env, napi_callback_info info);
  static napi_value read(napi_env env, napi_callback_info info, Reader reader);

  Database* database_ = nullptr;
  sqlite3_session* session_ = nullptr;
};

// applyChangeset(changeset[, { filter, onConflict }]), a method of the database.
napi_value apply_changeset(napi_env env, napi_callback_info info);
// What `onConflict` is called with and gives.
napi_value make_constants(napi_env env);

}  // namespace parley::sqlite
