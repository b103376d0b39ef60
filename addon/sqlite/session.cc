#include "addon/sqlite/session.h"

#include <iterator>
#include <memory>
#include <string>

#include "addon/sqlite/database.h"
#include "addon/sqlite/values.h"

namespace parley::sqlite {
namespace {

constexpr napi_type_tag kSessionTag = {0x5c93e0a7f14b4d68, 0x8a207bd6c5e9134f};

bool is_object(napi_env env, napi_value value) {
  napi_valuetype type;
  napi_typeof(env, value, &type);
  return type == napi_object;
}

}  // namespace

Session::~Session() {
  if (session_ == nullptr) return;
  database_->remove(this);
  end();
}

void Session::end() {
  sqlite3session_delete(session_);
  session_ = nullptr;
}

napi_value Session::create(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value options, database_object;
  Database* database = Database::unwrap_open(env, info, &argc, &options, &database_object);
  if (database == nullptr) return nullptr;
  std::string table, name = "main";
  if (argc > 0) {
    if (!is_object(env, options)) return throw_argument(env, "options", "must be an object.");
    if (!read_optional_string(env, options, "table", &table) ||
        !read_optional_string(env, options, "db", &name)) {
      return nullptr;
    }
  }
  auto session = std::make_unique<Session>();
  if (sqlite3session_create(database->connection(), name.c_str(), &session->session_) != SQLITE_OK) {
    return throw_sqlite(env, database->connection());
  }
  session->database_ = database;
  database->add(session.get());
  if (sqlite3session_attach(session->session_, table.empty() ? nullptr : table.c_str()) != SQLITE_OK) {
    return throw_sqlite(env, database->connection());
  }
  napi_value constructor, arguments[2], object = nullptr;
  napi_get_reference_value(env, instance_of(env)->session_class, &constructor);
  napi_create_external(env, session.get(), nullptr, nullptr, &arguments[0]);
  arguments[1] = database_object;
  if (napi_new_instance(env, constructor, 2, arguments, &object) != napi_ok) return nullptr;
  session.release();  // the JavaScript object owns it now
  return object;
}

napi_value Session::construct(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value arguments[2], self;
  napi_get_cb_info(env, info, &argc, arguments, &self, nullptr);
  void* session = nullptr;
  if (napi_get_value_external(env, arguments[0], &session) != napi_ok) {
    napi_throw_type_error(env, "ERR_ILLEGAL_CONSTRUCTOR", "Illegal constructor");
    return nullptr;
  }
  const auto destroy = [](napi_env, void* data, void*) { delete static_cast<Session*>(data); };
  wrap_tagged(env, self, kSessionTag, session, destroy);
  // A recorded database stays.
  const napi_property_descriptor keep = {"__database", nullptr,      nullptr,      nullptr,
                                         nullptr,      arguments[1], napi_default, nullptr};
  napi_define_properties(env, self, 1, &keep);
  return self;
}

Session* Session::unwrap(napi_env env, napi_callback_info info) {
  napi_value object;
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, &object, nullptr);
  if (!unwrap_tagged(env, object, kSessionTag, &data)) {
    napi_throw_type_error(env, "ERR_INVALID_THIS", "Value of \"this\" must be of type Session");
    return nullptr;
  }
  auto* session = static_cast<Session*>(data);
  if (session->session_ != nullptr) return session;
  const bool open = session->database_ != nullptr && session->database_->is_open();
  throw_error(env, "ERR_INVALID_STATE", open ? "session is not open" : "database is not open");
  return nullptr;
}

napi_value Session::read(napi_env env, napi_callback_info info, Reader reader) {
  Session* session = unwrap(env, info);
  if (session == nullptr) return nullptr;
  int size = 0;
  void* data = nullptr;
  const int result = reader(session->session_, &size, &data);
  const std::unique_ptr<void, void (*)(void*)> owner(data, sqlite3_free);
  if (result != SQLITE_OK) return throw_sqlite(env, session->database_->connection());
  return make_bytes(env, data, static_cast<size_t>(size));
}

napi_value Session::changeset(napi_env env, napi_callback_info info) {
  return read(env, info, sqlite3session_changeset);
}

napi_value Session::patchset(napi_env env, napi_callback_info info) {
  return read(env, info, sqlite3session_patchset);
}

napi_value Session::close(napi_env env, napi_callback_info info) {
  Session* session = unwrap(env, info);
  if (session == nullptr) return nullptr;
  session->database_->remove(session);
  session->end();
  return undefined(env);
}

napi_value Session::define(napi_env env) {
  const napi_property_descriptor members[] = {
      method("changeset", changeset),
      method("patchset", patchset),
      method("close", close),
  };
  napi_value constructor = nullptr;
  napi_define_class(env, "Session", NAPI_AUTO_LENGTH, construct, nullptr, std::size(members), members,
                    &constructor);
  return constructor;
}

// ---- Changesets applied

namespace {

struct Applying {
  napi_env env;
  napi_value filter = nullptr;
  napi_value on_conflict = nullptr;
};

napi_value call(Applying* applying, napi_value function, napi_value argument) {
  napi_env env = applying->env;
  if (is_exception_pending(env)) return nullptr;
  napi_value result = nullptr;
  napi_call_function(env, undefined(env), function, 1, &argument, &result);
  return result;
}

int filter_table(void* data, const char* table) {
  auto* applying = static_cast<Applying*>(data);
  napi_value name, result;
  bool wanted = false;
  napi_create_string_utf8(applying->env, table, NAPI_AUTO_LENGTH, &name);
  result = call(applying, applying->filter, name);
  if (result == nullptr) return 0;
  napi_coerce_to_bool(applying->env, result, &result);
  napi_get_value_bool(applying->env, result, &wanted);
  return wanted ? 1 : 0;
}

int resolve_conflict(void* data, int type, sqlite3_changeset_iter*) {
  auto* applying = static_cast<Applying*>(data);
  if (applying->on_conflict == nullptr) return SQLITE_CHANGESET_ABORT;
  napi_value number, result;
  napi_create_int32(applying->env, type, &number);
  result = call(applying, applying->on_conflict, number);
  if (result == nullptr) return SQLITE_CHANGESET_ABORT;
  int32_t choice = -1;  // what is no choice makes SQLite complain of misuse
  napi_valuetype kind;
  napi_typeof(applying->env, result, &kind);
  if (kind == napi_number) napi_get_value_int32(applying->env, result, &choice);
  return choice;
}

bool read_callback(napi_env env, napi_value options, const char* name, napi_value* out) {
  napi_value value;
  napi_valuetype type;
  if (napi_get_named_property(env, options, name, &value) != napi_ok) return false;
  napi_typeof(env, value, &type);
  if (type == napi_function) *out = value;
  if (type == napi_function || type == napi_undefined) return true;
  throw_argument(env, std::string("options.") + name, "must be a function.");
  return false;
}

}  // namespace

napi_value apply_changeset(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value argv[2];
  Database* database = Database::unwrap_open(env, info, &argc, argv);
  if (database == nullptr) return nullptr;
  const void* data = nullptr;
  size_t size = 0;
  if (!is_object(env, argv[0]) || !view_of(env, argv[0], &data, &size)) {
    return throw_argument(env, "changeset", "must be a Uint8Array.");
  }
  Applying applying{env};
  if (argc > 1) {
    if (!is_object(env, argv[1])) return throw_argument(env, "options", "must be an object.");
    if (!read_callback(env, argv[1], "filter", &applying.filter) ||
        !read_callback(env, argv[1], "onConflict", &applying.on_conflict)) {
      return nullptr;
    }
  }
  std::string copy(static_cast<const char*>(data), size);  // the callbacks may change the program's own bytes
  database->enter();
  const int result = sqlite3changeset_apply(database->connection(), static_cast<int>(copy.size()),
                                            copy.data(), applying.filter != nullptr ? filter_table : nullptr,
                                            resolve_conflict, &applying);
  database->leave();
  if (is_exception_pending(env)) return nullptr;
  if (result != SQLITE_OK && result != SQLITE_ABORT) {
    napi_throw(env, make_sqlite_error(env, result, sqlite3_errstr(result)));
    return nullptr;
  }
  napi_value applied;
  napi_get_boolean(env, result == SQLITE_OK, &applied);
  return applied;
}

napi_value make_constants(napi_env env) {
  constexpr struct {
    const char* name;
    int value;
  } kConstants[] = {
      {"SQLITE_CHANGESET_OMIT", SQLITE_CHANGESET_OMIT},
      {"SQLITE_CHANGESET_REPLACE", SQLITE_CHANGESET_REPLACE},
      {"SQLITE_CHANGESET_ABORT", SQLITE_CHANGESET_ABORT},
      {"SQLITE_CHANGESET_DATA", SQLITE_CHANGESET_DATA},
      {"SQLITE_CHANGESET_NOTFOUND", SQLITE_CHANGESET_NOTFOUND},
      {"SQLITE_CHANGESET_CONFLICT", SQLITE_CHANGESET_CONFLICT},
      {"SQLITE_CHANGESET_CONSTRAINT", SQLITE_CHANGESET_CONSTRAINT},
      {"SQLITE_CHANGESET_FOREIGN_KEY", SQLITE_CHANGESET_FOREIGN_KEY},
  };
  napi_value constants;
  napi_create_object(env, &constants);
  for (const auto& [name, number] : kConstants) {
    napi_value value;
    napi_create_int32(env, number, &value);
    const napi_property_descriptor constant = {name,    nullptr, nullptr,         nullptr,
                                               nullptr, value,   napi_enumerable, nullptr};
    napi_define_properties(env, constants, 1, &constant);
  }
  return constants;
}

}  // namespace parley::sqlite
