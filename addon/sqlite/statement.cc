#include "addon/sqlite/statement.h"

#include <iterator>
#include <memory>

#include "addon/sqlite/database.h"
#include "addon/sqlite/values.h"

namespace parley::sqlite {
namespace {

constexpr napi_type_tag kStatementTag = {0x3f0c8e41a5b94d27, 0x9d2b6c7f10e8a354};
constexpr napi_type_tag kIteratorTag = {0x71d4a9c2583e4f06, 0xb86e0d934f2c7a15};
constexpr const char kDatabaseProperty[] = "__database";

// A row has no prototype, so that a column may have any name.
napi_value make_row(napi_env env) {
  napi_value create, global, null, row = nullptr;
  napi_get_reference_value(env, instance_of(env)->object_create, &create);
  napi_get_global(env, &global);
  napi_get_null(env, &null);
  napi_call_function(env, global, create, 1, &null, &row);
  return row;
}

// Returns the statement to its start when a call ends, whichever way, so that it holds no lock.
struct Resetter {
  sqlite3_stmt* statement;
  ~Resetter() { sqlite3_reset(statement); }
};

bool is_named_parameters(napi_env env, napi_value value) {
  napi_valuetype type;
  napi_typeof(env, value, &type);
  bool typed = false, view = false;
  napi_is_typedarray(env, value, &typed);
  napi_is_dataview(env, value, &view);
  return type == napi_object && !typed && !view;
}

}  // namespace

Statement::~Statement() {
  if (statement_ == nullptr) return;
  database_->remove(this);
  finalize();
}

void Statement::finalize() {
  sqlite3_finalize(statement_);
  statement_ = nullptr;
}

napi_value Statement::create(napi_env env, napi_value database_object, Database* database,
                             const std::string& sql) {
  auto statement = std::make_unique<Statement>();
  sqlite3_stmt* compiled = nullptr;
  const int size = static_cast<int>(sql.size() + 1);
  if (sqlite3_prepare_v2(database->connection(), sql.c_str(), size, &compiled, nullptr) != SQLITE_OK) {
    return throw_sqlite(env, database->connection());
  }
  if (compiled == nullptr) {
    return throw_error(env, "ERR_INVALID_STATE", "The supplied SQL string contains no statements");
  }
  statement->database_ = database;
  statement->statement_ = compiled;
  database->add(statement.get());
  napi_value constructor, external, object = nullptr;
  napi_get_reference_value(env, instance_of(env)->statement_class, &constructor);
  napi_create_external(env, statement.get(), nullptr, nullptr, &external);
  if (napi_new_instance(env, constructor, 1, &external, &object) != napi_ok) return nullptr;
  statement.release();  // the JavaScript object owns it now
  const napi_property_descriptor keep = {kDatabaseProperty, nullptr,         nullptr,      nullptr,
                                         nullptr,           database_object, napi_default, nullptr};
  napi_define_properties(env, object, 1, &keep);
  return object;
}

napi_value Statement::construct(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argument, self;
  napi_get_cb_info(env, info, &argc, &argument, &self, nullptr);
  void* statement = nullptr;
  if (napi_get_value_external(env, argument, &statement) != napi_ok) {
    napi_throw_type_error(env, "ERR_ILLEGAL_CONSTRUCTOR", "Illegal constructor");
    return nullptr;
  }
  const auto destroy = [](napi_env, void* data, void*) { delete static_cast<Statement*>(data); };
  wrap_tagged(env, self, kStatementTag, statement, destroy);
  return self;
}

Statement* Statement::unwrap(napi_env env, napi_callback_info info, std::vector<napi_value>* arguments,
                             napi_value* object) {
  napi_value self;
  void* data = nullptr;
  size_t count = 0;
  napi_get_cb_info(env, info, &count, nullptr, &self, nullptr);
  if (arguments != nullptr) {
    arguments->resize(count);
    napi_get_cb_info(env, info, &count, arguments->data(), &self, nullptr);
  }
  if (object != nullptr) *object = self;
  if (!unwrap_tagged(env, self, kStatementTag, &data)) {
    napi_throw_type_error(env, "ERR_INVALID_THIS", "Value of \"this\" must be of type StatementSync");
    return nullptr;
  }
  auto* statement = static_cast<Statement*>(data);
  if (statement->statement_ == nullptr) {
    throw_error(env, "ERR_INVALID_STATE", "statement has been finalized");
    return nullptr;
  }
  if (statement->stepping_) {
    throw_error(env, "ERR_INVALID_STATE", "statement is running");
    return nullptr;
  }
  return statement;
}

// A name as it is written, or without its prefix.
int Statement::index_of(const std::string& name) const {
  if (const int exact = sqlite3_bind_parameter_index(statement_, name.c_str()); exact > 0) return exact;
  if (!bare_names_) return 0;
  for (const char prefix : {':', '$', '@'}) {
    const std::string full = prefix + name;
    if (const int index = sqlite3_bind_parameter_index(statement_, full.c_str()); index > 0) return index;
  }
  return 0;
}

bool Statement::bind_named(napi_env env, napi_value names) {
  napi_value keys;
  uint32_t count = 0;
  if (napi_get_property_names(env, names, &keys) != napi_ok) return false;
  napi_get_array_length(env, keys, &count);
  for (uint32_t i = 0; i < count; i++) {
    napi_value key, value;
    std::string name;
    napi_get_element(env, keys, i, &key);
    if (!read_string(env, key, "name", &name)) return false;
    const int index = index_of(name);
    if (index == 0) {
      if (unknown_names_) continue;
      throw_error(env, "ERR_INVALID_STATE", "Unknown named parameter '" + name + "'");
      return false;
    }
    if (napi_get_property(env, names, key, &value) != napi_ok) return false;
    if (!bind_value(env, database_->connection(), statement_, index, value)) return false;
  }
  return true;
}

bool Statement::bind(napi_env env, const std::vector<napi_value>& arguments) {
  run_++;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  size_t first = 0;
  if (!arguments.empty() && is_named_parameters(env, arguments[0])) {
    if (!bind_named(env, arguments[0])) return false;
    first = 1;
  }
  int index = 1;
  for (size_t i = first; i < arguments.size(); i++, index++) {
    while (sqlite3_bind_parameter_name(statement_, index) != nullptr) index++;
    if (!bind_value(env, database_->connection(), statement_, index, arguments[i])) return false;
  }
  return true;
}

// A function of the program's that SQL calls must not run or reset the statement that calls it.
int Statement::step() {
  stepping_ = true;
  const int result = sqlite3_step(statement_);
  stepping_ = false;
  return result;
}

napi_value Statement::row(napi_env env) {
  const int columns = sqlite3_column_count(statement_);
  if (arrays_) {
    napi_value list;
    napi_create_array_with_length(env, static_cast<size_t>(columns), &list);
    for (int i = 0; i < columns; i++) {
      napi_value value = column_value(env, statement_, i, big_ints_);
      if (value == nullptr) return nullptr;
      napi_set_element(env, list, static_cast<uint32_t>(i), value);
    }
    return list;
  }
  napi_value row = make_row(env);
  for (int i = 0; i < columns; i++) {
    napi_value value = column_value(env, statement_, i, big_ints_);
    if (value == nullptr) return nullptr;
    napi_set_named_property(env, row, sqlite3_column_name(statement_, i), value);
  }
  return row;
}

napi_value Statement::run(napi_env env, napi_callback_info info) {
  std::vector<napi_value> arguments;
  Statement* self = unwrap(env, info, &arguments);
  if (self == nullptr) return nullptr;
  sqlite3* db = self->database_->connection();
  const Resetter resetter{self->statement_};
  if (!self->bind(env, arguments)) return nullptr;
  int result;
  do {
    result = self->step();
  } while (result == SQLITE_ROW);
  if (result != SQLITE_DONE) return throw_sqlite(env, db);
  napi_value summary, changes = integer_value(env, sqlite3_changes64(db), self->big_ints_);
  napi_value row_id = integer_value(env, sqlite3_last_insert_rowid(db), self->big_ints_);
  if (changes == nullptr || row_id == nullptr) return nullptr;
  napi_create_object(env, &summary);
  napi_set_named_property(env, summary, "lastInsertRowid", row_id);
  napi_set_named_property(env, summary, "changes", changes);
  return summary;
}

napi_value Statement::get(napi_env env, napi_callback_info info) {
  std::vector<napi_value> arguments;
  Statement* self = unwrap(env, info, &arguments);
  if (self == nullptr) return nullptr;
  const Resetter resetter{self->statement_};
  if (!self->bind(env, arguments)) return nullptr;
  const int result = self->step();
  if (result == SQLITE_ROW) return self->row(env);
  return result == SQLITE_DONE ? undefined(env) : throw_sqlite(env, self->database_->connection());
}

napi_value Statement::all(napi_env env, napi_callback_info info) {
  std::vector<napi_value> arguments;
  Statement* self = unwrap(env, info, &arguments);
  if (self == nullptr) return nullptr;
  const Resetter resetter{self->statement_};
  if (!self->bind(env, arguments)) return nullptr;
  napi_value rows;
  napi_create_array(env, &rows);
  uint32_t count = 0;
  int result;
  while ((result = self->step()) == SQLITE_ROW) {
    napi_value row = self->row(env);
    if (row == nullptr) return nullptr;
    napi_set_element(env, rows, count++, row);
  }
  return result == SQLITE_DONE ? rows : throw_sqlite(env, self->database_->connection());
}

// What an iterator over a statement's rows holds.
struct RowIterator {
  napi_ref statement = nullptr;
  uint32_t run = 0;
};

namespace {

napi_value iterator_result(napi_env env, napi_value value, bool done) {
  napi_value result, flag;
  napi_create_object(env, &result);
  napi_get_boolean(env, done, &flag);
  if (value == nullptr) napi_get_null(env, &value);
  napi_set_named_property(env, result, "done", flag);
  napi_set_named_property(env, result, "value", value);
  return result;
}

}  // namespace

// iterate(...values): rows one at a time; whatever runs the statement again ends it.
napi_value Statement::iterate(napi_env env, napi_callback_info info) {
  std::vector<napi_value> arguments;
  napi_value object;
  Statement* self = unwrap(env, info, &arguments, &object);
  if (self == nullptr || !self->bind(env, arguments)) return nullptr;
  napi_value iterator, global, iterator_class, prototype;
  napi_get_global(env, &global);
  // Iterator helpers come from the prototype of iterators.
  if (napi_get_named_property(env, global, "Iterator", &iterator_class) != napi_ok) return nullptr;
  napi_create_object(env, &iterator);
  napi_valuetype type;
  napi_typeof(env, iterator_class, &type);
  if (type == napi_function) {
    napi_value constructor, set_prototype, result;
    napi_get_named_property(env, iterator_class, "prototype", &prototype);
    napi_get_named_property(env, global, "Object", &constructor);
    napi_get_named_property(env, constructor, "setPrototypeOf", &set_prototype);
    napi_value pair[] = {iterator, prototype};
    napi_call_function(env, constructor, set_prototype, 2, pair, &result);
  }
  auto* state = new RowIterator{nullptr, self->run_};
  napi_create_reference(env, object, 1, &state->statement);
  const auto destroy = [](napi_env finalizer_env, void* data, void*) {
    auto* gone = static_cast<RowIterator*>(data);
    napi_delete_reference(finalizer_env, gone->statement);
    delete gone;
  };
  wrap_tagged(env, iterator, kIteratorTag, state, destroy);
  const auto itself = [](napi_env call_env, napi_callback_info call) {
    napi_value receiver;
    napi_get_cb_info(call_env, call, nullptr, nullptr, &receiver, nullptr);
    return receiver;
  };
  napi_value symbol, symbol_iterator;
  napi_get_named_property(env, global, "Symbol", &symbol);
  napi_get_named_property(env, symbol, "iterator", &symbol_iterator);
  const napi_property_descriptor members[] = {
      {"next", nullptr, iterator_next, nullptr, nullptr, nullptr, napi_default_method, nullptr},
      {"return", nullptr, iterator_return, nullptr, nullptr, nullptr, napi_default_method, nullptr},
      {nullptr, symbol_iterator, itself, nullptr, nullptr, nullptr, napi_default_method, nullptr},
  };
  napi_define_properties(env, iterator, std::size(members), members);
  return iterator;
}

// The statement an iterator's method was called for, and the iterator's state; null with an error thrown.
Statement* Statement::unwrap_iterator(napi_env env, napi_callback_info info, const RowIterator** state) {
  napi_value receiver, object;
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, &receiver, nullptr);
  if (!unwrap_tagged(env, receiver, kIteratorTag, &data)) {
    throw_error(env, "ERR_INVALID_STATE", "no iterator");
    return nullptr;
  }
  *state = static_cast<const RowIterator*>(data);
  napi_get_reference_value(env, (*state)->statement, &object);
  napi_unwrap(env, object, &data);
  return static_cast<Statement*>(data);
}

napi_value Statement::iterator_next(napi_env env, napi_callback_info info) {
  const RowIterator* state = nullptr;
  Statement* self = unwrap_iterator(env, info, &state);
  if (self == nullptr) return nullptr;
  if (self->statement_ == nullptr)
    return throw_error(env, "ERR_INVALID_STATE", "statement has been finalized");
  if (self->stepping_) return throw_error(env, "ERR_INVALID_STATE", "statement is running");
  if (self->run_ != state->run) return iterator_result(env, nullptr, true);
  const int result = self->step();
  if (result == SQLITE_ROW) {
    napi_value row = self->row(env);
    return row == nullptr ? nullptr : iterator_result(env, row, false);
  }
  self->run_++;
  if (result != SQLITE_DONE) {
    throw_sqlite(env, self->database_->connection());
    sqlite3_reset(self->statement_);
    return nullptr;
  }
  sqlite3_reset(self->statement_);
  return iterator_result(env, nullptr, true);
}

napi_value Statement::iterator_return(napi_env env, napi_callback_info info) {
  const RowIterator* state = nullptr;
  Statement* self = unwrap_iterator(env, info, &state);
  if (self == nullptr) return nullptr;
  if (self->statement_ != nullptr && !self->stepping_ && self->run_ == state->run) {
    self->run_++;
    sqlite3_reset(self->statement_);
  }
  return iterator_result(env, nullptr, true);
}

// columns(): where each column of a row comes from; null where SQLite does not say.
napi_value Statement::columns(napi_env env, napi_callback_info info) {
  Statement* self = unwrap(env, info, nullptr);
  if (self == nullptr) return nullptr;
  napi_value list;
  napi_create_array(env, &list);
  const int count = sqlite3_column_count(self->statement_);
  for (int i = 0; i < count; i++) {
    napi_value column = make_row(env);
    const auto set = [&](const char* name, const char* text) {
      napi_value value;
      if (text == nullptr)
        napi_get_null(env, &value);
      else
        napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
      napi_set_named_property(env, column, name, value);
    };
    set("column", sqlite3_column_origin_name(self->statement_, i));
    set("database", sqlite3_column_database_name(self->statement_, i));
    set("name", sqlite3_column_name(self->statement_, i));
    set("table", sqlite3_column_table_name(self->statement_, i));
    set("type", sqlite3_column_decltype(self->statement_, i));
    napi_set_element(env, list, static_cast<uint32_t>(i), column);
  }
  return list;
}

napi_value Statement::set_flag(napi_env env, napi_callback_info info, const char* name,
                               bool Statement::*flag) {
  std::vector<napi_value> arguments;
  Statement* self = unwrap(env, info, &arguments);
  if (self == nullptr) return nullptr;
  if (arguments.empty() || napi_get_value_bool(env, arguments[0], &(self->*flag)) != napi_ok) {
    return throw_argument(env, name, "must be a boolean.");
  }
  return undefined(env);
}

napi_value Statement::set_read_big_ints(napi_env env, napi_callback_info info) {
  return set_flag(env, info, "readBigInts", &Statement::big_ints_);
}

napi_value Statement::set_return_arrays(napi_env env, napi_callback_info info) {
  return set_flag(env, info, "returnArrays", &Statement::arrays_);
}

napi_value Statement::set_allow_bare_named_parameters(napi_env env, napi_callback_info info) {
  return set_flag(env, info, "allowBareNamedParameters", &Statement::bare_names_);
}

napi_value Statement::set_allow_unknown_named_parameters(napi_env env, napi_callback_info info) {
  return set_flag(env, info, "enabled", &Statement::unknown_names_);
}

napi_value Statement::source_sql(napi_env env, napi_callback_info info) {
  Statement* self = unwrap(env, info, nullptr);
  if (self == nullptr) return nullptr;
  napi_value value;
  napi_create_string_utf8(env, sqlite3_sql(self->statement_), NAPI_AUTO_LENGTH, &value);
  return value;
}

napi_value Statement::expanded_sql(napi_env env, napi_callback_info info) {
  Statement* self = unwrap(env, info, nullptr);
  if (self == nullptr) return nullptr;
  const std::unique_ptr<char, void (*)(void*)> text(sqlite3_expanded_sql(self->statement_), sqlite3_free);
  if (text == nullptr)
    return throw_error(env, "ERR_SQLITE_ERROR", "Expanded SQL text would exceed the limit");
  napi_value value;
  napi_create_string_utf8(env, text.get(), NAPI_AUTO_LENGTH, &value);
  return value;
}

napi_value Statement::define(napi_env env) {
  const napi_property_descriptor members[] = {
      method("run", run),
      method("get", get),
      method("all", all),
      method("iterate", iterate),
      method("columns", columns),
      method("setReadBigInts", set_read_big_ints),
      method("setReturnArrays", set_return_arrays),
      method("setAllowBareNamedParameters", set_allow_bare_named_parameters),
      method("setAllowUnknownNamedParameters", set_allow_unknown_named_parameters),
      getter("sourceSQL", source_sql),
      getter("expandedSQL", expanded_sql),
  };
  napi_value constructor = nullptr;
  napi_define_class(env, "StatementSync", NAPI_AUTO_LENGTH, construct, nullptr, std::size(members), members,
                    &constructor);
  return constructor;
}

}  // namespace parley::sqlite
