#include "addon/sqlite/database.h"

#include <algorithm>
#include <iterator>
#include <memory>

#include "addon/sqlite/backup.h"
#include "addon/sqlite/functions.h"
#include "addon/sqlite/session.h"
#include "addon/sqlite/statement.h"
#include "addon/sqlite/values.h"

namespace parley::sqlite {
namespace {

constexpr size_t kMaxArguments = 2;
constexpr napi_type_tag kDatabaseTag = {0x1b7f42d8c06e4a93, 0xa4e15d3098bc672f};

napi_value not_open(napi_env env) { return throw_error(env, "ERR_INVALID_STATE", "database is not open"); }

}  // namespace

Database::~Database() { close_file(); }

Database* Database::unwrap(napi_env env, napi_callback_info info, size_t* argc, napi_value* argv,
                           napi_value* self) {
  napi_value object;
  void* database = nullptr;
  napi_get_cb_info(env, info, argc, argv, &object, nullptr);
  if (!unwrap_tagged(env, object, kDatabaseTag, &database)) {
    napi_throw_type_error(env, "ERR_INVALID_THIS", "Value of \"this\" must be of type DatabaseSync");
    return nullptr;
  }
  if (self != nullptr) *self = object;
  return static_cast<Database*>(database);
}

Database* Database::unwrap_open(napi_env env, napi_callback_info info, size_t* argc, napi_value* argv,
                                napi_value* self) {
  Database* database = unwrap(env, info, argc, argv, self);
  if (database == nullptr || database->is_open()) return database;
  not_open(env);
  return nullptr;
}

Database* Database::from_value(napi_env env, napi_value value) {
  napi_valuetype type;
  napi_typeof(env, value, &type);
  void* database = nullptr;
  if (type != napi_object || !unwrap_tagged(env, value, kDatabaseTag, &database)) return nullptr;
  return static_cast<Database*>(database);
}

bool Database::open_file(napi_env env) {
  const int flags = options_.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* connection = nullptr;
  const int result = sqlite3_open_v2(path_.c_str(), &connection, flags | SQLITE_OPEN_URI, nullptr);
  if (result != SQLITE_OK) {
    throw_sqlite(env, connection);
    sqlite3_close_v2(connection);
    return false;
  }
  connection_ = connection;
  sqlite3_extended_result_codes(connection_, 1);
  sqlite3_busy_timeout(connection_, options_.timeout_ms);
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_ENABLE_FKEY, options_.foreign_keys ? 1 : 0, nullptr);
  const int strings = options_.double_quoted_strings ? 1 : 0;
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_DQS_DML, strings, nullptr);
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_DQS_DDL, strings, nullptr);
  if (options_.allow_extension) {
    sqlite3_db_config(connection_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, nullptr);
  }
  return true;
}

void Database::close_file() {
  for (Session* session : sessions_) session->end();
  sessions_.clear();
  for (Statement* statement : statements_) statement->finalize();
  statements_.clear();
  if (connection_ != nullptr) sqlite3_close_v2(connection_);
  connection_ = nullptr;
}

napi_value Database::construct(napi_env env, napi_callback_info info) {
  napi_value target;
  napi_get_new_target(env, info, &target);
  if (target == nullptr) {
    return throw_error(env, "ERR_CONSTRUCT_CALL_REQUIRED", "Cannot call constructor without `new`");
  }
  size_t argc = kMaxArguments;
  napi_value argv[kMaxArguments];
  napi_value self;
  napi_get_cb_info(env, info, &argc, argv, &self, nullptr);
  auto database = std::make_unique<Database>();
  if (!read_path(env, argv[0], &database->path_)) return nullptr;
  napi_valuetype type;
  napi_typeof(env, argv[1], &type);
  if (type == napi_object) {
    Options& options = database->options_;
    options.open = read_flag(env, argv[1], "open", true);
    options.read_only = read_flag(env, argv[1], "readOnly", false);
    options.foreign_keys = read_flag(env, argv[1], "enableForeignKeyConstraints", true);
    options.double_quoted_strings = read_flag(env, argv[1], "enableDoubleQuotedStringLiterals", false);
    options.allow_extension = read_flag(env, argv[1], "allowExtension", false);
    napi_value timeout;
    napi_get_named_property(env, argv[1], "timeout", &timeout);
    napi_get_value_int32(env, timeout, &options.timeout_ms);
  } else if (type != napi_undefined) {
    napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "The \"options\" argument must be an object.");
    return nullptr;
  }
  if (database->options_.open && !database->open_file(env)) return nullptr;
  const auto destroy = [](napi_env, void* data, void*) { delete static_cast<Database*>(data); };
  if (!wrap_tagged(env, self, kDatabaseTag, database.get(), destroy)) return nullptr;
  database.release();  // the JavaScript object owns it now
  return self;
}

napi_value Database::open(napi_env env, napi_callback_info info) {
  Database* database = unwrap(env, info, nullptr, nullptr);
  if (database == nullptr) return nullptr;
  if (database->is_open()) return throw_error(env, "ERR_INVALID_STATE", "database is already open");
  return database->open_file(env) ? undefined(env) : nullptr;
}

napi_value Database::close(napi_env env, napi_callback_info info) {
  Database* database = unwrap_open(env, info, nullptr, nullptr);
  if (database == nullptr) return nullptr;
  if (database->calls_ > 0) {
    return throw_error(env, "ERR_INVALID_STATE", "database cannot be closed by a function that it calls");
  }
  database->close_file();
  return undefined(env);
}

napi_value Database::exec(napi_env env, napi_callback_info info) {
  size_t argc = kMaxArguments;
  napi_value argv[kMaxArguments];
  Database* database = unwrap_open(env, info, &argc, argv);
  if (database == nullptr) return nullptr;
  std::string sql;
  if (!read_string(env, argv[0], "sql", &sql)) return nullptr;
  if (sqlite3_exec(database->connection_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return throw_sqlite(env, database->connection_);
  }
  return undefined(env);
}

napi_value Database::prepare(napi_env env, napi_callback_info info) {
  size_t argc = kMaxArguments;
  napi_value argv[kMaxArguments];
  napi_value self;
  Database* database = unwrap_open(env, info, &argc, argv, &self);
  if (database == nullptr) return nullptr;
  std::string sql;
  if (!read_string(env, argv[0], "sql", &sql)) return nullptr;
  return Statement::create(env, self, database, sql);
}

napi_value Database::get_is_open(napi_env env, napi_callback_info info) {
  Database* database = unwrap(env, info, nullptr, nullptr);
  if (database == nullptr) return nullptr;
  napi_value value;
  napi_get_boolean(env, database->is_open(), &value);
  return value;
}

napi_value Database::get_in_transaction(napi_env env, napi_callback_info info) {
  Database* database = unwrap_open(env, info, nullptr, nullptr);
  if (database == nullptr) return nullptr;
  napi_value value;
  napi_get_boolean(env, sqlite3_get_autocommit(database->connection_) == 0, &value);
  return value;
}

// location([name]): the file of a database of the connection, or null where it has none.
napi_value Database::location(napi_env env, napi_callback_info info) {
  size_t argc = kMaxArguments;
  napi_value argv[kMaxArguments];
  Database* database = unwrap_open(env, info, &argc, argv);
  if (database == nullptr) return nullptr;
  std::string name = "main";
  if (argc > 0 && !read_string(env, argv[0], "dbName", &name)) return nullptr;
  const char* file = sqlite3_db_filename(database->connection_, name.c_str());
  napi_value value;
  if (file == nullptr || *file == '\0')
    napi_get_null(env, &value);
  else
    napi_create_string_utf8(env, file, NAPI_AUTO_LENGTH, &value);
  return value;
}

// enableLoadExtension(allow): only where the constructor allowed extensions at all.
napi_value Database::enable_load_extension(napi_env env, napi_callback_info info) {
  size_t argc = kMaxArguments;
  napi_value argv[kMaxArguments];
  Database* database = unwrap_open(env, info, &argc, argv);
  if (database == nullptr) return nullptr;
  bool allow = false;
  if (napi_get_value_bool(env, argv[0], &allow) != napi_ok) {
    return throw_argument(env, "allow", "must be a boolean.");
  }
  if (allow && !database->options_.allow_extension) {
    return throw_error(env, "ERR_INVALID_STATE",
                       "Cannot enable extension loading because it was disabled at database creation.");
  }
  sqlite3_db_config(database->connection_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, allow ? 1 : 0, nullptr);
  return undefined(env);
}

// loadExtension(path[, entryPoint])
napi_value Database::load_extension(napi_env env, napi_callback_info info) {
  size_t argc = kMaxArguments;
  napi_value argv[kMaxArguments];
  Database* database = unwrap_open(env, info, &argc, argv);
  std::string path, entry;
  if (database == nullptr || !read_string(env, argv[0], "path", &path)) return nullptr;
  if (!database->options_.allow_extension)
    return throw_error(env, "ERR_INVALID_STATE", "extension loading is not allowed");
  if (argc > 1 && !read_string(env, argv[1], "entryPoint", &entry)) return nullptr;
  char* message = nullptr;
  const int result = sqlite3_load_extension(database->connection_, path.c_str(),
                                            entry.empty() ? nullptr : entry.c_str(), &message);
  if (result == SQLITE_OK) return undefined(env);
  const std::unique_ptr<char, void (*)(void*)> text(message, sqlite3_free);
  return throw_error(env, "ERR_LOAD_SQLITE_EXTENSION", text != nullptr ? text.get() : sqlite3_errstr(result));
}

Instance* instance_of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<Instance*>(data);
}

napi_value Database::define(napi_env env) {
  const napi_property_descriptor members[] = {
      method("open", open),
      method("close", close),
      method("exec", exec),
      method("prepare", prepare),
      method("location", location),
      method("function", define_function),
      method("aggregate", define_aggregate),
      method("createSession", Session::create),
      method("applyChangeset", apply_changeset),
      method("enableLoadExtension", enable_load_extension),
      method("loadExtension", load_extension),
      getter("isOpen", get_is_open),
      getter("isTransaction", get_in_transaction),
  };
  napi_value constructor = nullptr;
  napi_define_class(env, "DatabaseSync", NAPI_AUTO_LENGTH, construct, nullptr, std::size(members), members,
                    &constructor);
  return constructor;
}

napi_value initialize(napi_env env, napi_value exports) {
  auto instance = std::make_unique<Instance>();
  napi_value statement = Statement::define(env);
  napi_create_reference(env, statement, 1, &instance->statement_class);
  napi_value session = Session::define(env);
  napi_create_reference(env, session, 1, &instance->session_class);
  napi_value global, object, create;
  napi_get_global(env, &global);
  napi_get_named_property(env, global, "Object", &object);
  napi_get_named_property(env, object, "create", &create);
  napi_create_reference(env, create, 1, &instance->object_create);
  const auto destroy = [](napi_env, void* data, void*) { delete static_cast<Instance*>(data); };
  napi_set_instance_data(env, instance.release(), destroy, nullptr);
  napi_set_named_property(env, exports, "DatabaseSync", Database::define(env));
  napi_set_named_property(env, exports, "StatementSync", statement);
  napi_set_named_property(env, exports, "Session", session);
  napi_set_named_property(env, exports, "constants", make_constants(env));
  napi_value backup = nullptr;
  napi_create_function(env, "backup", NAPI_AUTO_LENGTH, start_backup, nullptr, &backup);
  napi_set_named_property(env, exports, "backup", backup);
  return exports;
}

}  // namespace parley::sqlite
