#include "addon/sqlite/functions.h"

#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "addon/sqlite/database.h"
#include "addon/sqlite/values.h"

namespace parley::sqlite {
namespace {

// What SQLite holds of one function or aggregate, until it is replaced or the connection closes.
struct Callbacks {
  Callbacks(napi_env owner, Database* connection) : env(owner), database(connection) {}
  ~Callbacks() {
    for (napi_ref ref : {call, start, step, inverse, result}) {
      if (ref != nullptr) napi_delete_reference(env, ref);
    }
  }

  napi_env env;
  Database* database;
  bool big_ints = false;
  napi_ref call = nullptr;   // of function()
  napi_ref start = nullptr;  // [start]: a reference holds objects only
  napi_ref step = nullptr;
  napi_ref inverse = nullptr;
  napi_ref result = nullptr;
};

// One call from SQL into JavaScript: a scope for its values, and a database that cannot be closed meanwhile.
class Call {
 public:
  explicit Call(Callbacks* callbacks) : callbacks_(callbacks) {
    napi_open_handle_scope(callbacks->env, &scope_);
    callbacks->database->enter();
  }
  ~Call() {
    callbacks_->database->leave();
    napi_close_handle_scope(callbacks_->env, scope_);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

 private:
  Callbacks* callbacks_;
  napi_handle_scope scope_ = nullptr;
};

// Ends the statement; the exception that is pending is what the program sees.
void fail(sqlite3_context* context, const char* message = "") { sqlite3_result_error(context, message, -1); }

// Calls the function behind `ref`; null with an exception pending.
napi_value call_js(Callbacks* callbacks, napi_ref ref, const std::vector<napi_value>& arguments) {
  napi_env env = callbacks->env;
  if (is_exception_pending(env)) return nullptr;
  napi_value function, receiver, result = nullptr;
  napi_get_reference_value(env, ref, &function);
  napi_get_undefined(env, &receiver);
  return napi_call_function(env, receiver, function, arguments.size(), arguments.data(), &result) == napi_ok
             ? result
             : nullptr;
}

bool read_arguments(Callbacks* callbacks, int argc, sqlite3_value** argv, std::vector<napi_value>* out) {
  for (int i = 0; i < argc; i++) {
    napi_value value = sql_value(callbacks->env, argv[i], callbacks->big_ints);
    if (value == nullptr) return false;
    out->push_back(value);
  }
  return true;
}

void give_result(Callbacks* callbacks, sqlite3_context* context, napi_value value) {
  if (value == nullptr) return fail(context);
  if (const char* refusal = set_result(callbacks->env, context, value)) fail(context, refusal);
}

void call_function(sqlite3_context* context, int argc, sqlite3_value** argv) {
  auto* callbacks = static_cast<Callbacks*>(sqlite3_user_data(context));
  const Call call(callbacks);
  std::vector<napi_value> arguments;
  if (!read_arguments(callbacks, argc, argv, &arguments)) return fail(context);
  give_result(callbacks, context, call_js(callbacks, callbacks->call, arguments));
}

// ---- Aggregates: the accumulated value lies in an array of one element, for which SQLite keeps the
// reference.

struct Accumulator {
  napi_ref box;
};

napi_value start_value(Callbacks* callbacks) {
  napi_value box, start;
  napi_valuetype type;
  napi_get_reference_value(callbacks->env, callbacks->start, &box);
  napi_get_element(callbacks->env, box, 0, &start);
  napi_typeof(callbacks->env, start, &type);
  if (type != napi_function) return start;
  napi_value receiver, result = nullptr;
  napi_get_undefined(callbacks->env, &receiver);
  napi_call_function(callbacks->env, receiver, start, 0, nullptr, &result);
  return result;
}

// The box of this group, made when `create`; null where there is none, or with an exception pending.
napi_value box_of(Callbacks* callbacks, sqlite3_context* context, bool create) {
  napi_env env = callbacks->env;
  const int size = create ? static_cast<int>(sizeof(Accumulator)) : 0;
  auto* state = static_cast<Accumulator*>(sqlite3_aggregate_context(context, size));
  if (state == nullptr) return nullptr;
  napi_value box = nullptr;
  if (state->box != nullptr) {
    napi_get_reference_value(env, state->box, &box);
  } else if (create) {
    napi_value start = start_value(callbacks);
    if (start == nullptr) return nullptr;
    napi_create_array_with_length(env, 1, &box);
    napi_set_element(env, box, 0, start);
    napi_create_reference(env, box, 1, &state->box);
  }
  return box;
}

void accumulate(sqlite3_context* context, napi_ref Callbacks::*step, int argc, sqlite3_value** argv) {
  auto* callbacks = static_cast<Callbacks*>(sqlite3_user_data(context));
  const Call call(callbacks);
  if (is_exception_pending(callbacks->env)) return fail(context);
  napi_value box = box_of(callbacks, context, true);
  if (box == nullptr) return fail(context);
  std::vector<napi_value> arguments(1);
  napi_get_element(callbacks->env, box, 0, &arguments[0]);
  if (!read_arguments(callbacks, argc, argv, &arguments)) return fail(context);
  napi_value value = call_js(callbacks, callbacks->*step, arguments);
  if (value == nullptr) return fail(context);
  napi_set_element(callbacks->env, box, 0, value);
}

void step_aggregate(sqlite3_context* context, int argc, sqlite3_value** argv) {
  accumulate(context, &Callbacks::step, argc, argv);
}

void inverse_aggregate(sqlite3_context* context, int argc, sqlite3_value** argv) {
  accumulate(context, &Callbacks::inverse, argc, argv);
}

void give_aggregate(Callbacks* callbacks, sqlite3_context* context) {
  if (is_exception_pending(callbacks->env)) return fail(context);
  napi_value box = box_of(callbacks, context, false);
  napi_value value = nullptr;
  if (box != nullptr)
    napi_get_element(callbacks->env, box, 0, &value);
  else
    value = start_value(callbacks);  // a group without rows
  if (value != nullptr && callbacks->result != nullptr)
    value = call_js(callbacks, callbacks->result, {value});
  give_result(callbacks, context, value);
}

void value_of_aggregate(sqlite3_context* context) {
  auto* callbacks = static_cast<Callbacks*>(sqlite3_user_data(context));
  const Call call(callbacks);
  give_aggregate(callbacks, context);
}

void finish_aggregate(sqlite3_context* context) {
  auto* callbacks = static_cast<Callbacks*>(sqlite3_user_data(context));
  const Call call(callbacks);
  give_aggregate(callbacks, context);
  auto* state = static_cast<Accumulator*>(sqlite3_aggregate_context(context, 0));
  if (state != nullptr && state->box != nullptr) napi_delete_reference(callbacks->env, state->box);
}

void destroy_callbacks(void* data) { delete static_cast<Callbacks*>(data); }

// ---- Options

bool is_function(napi_env env, napi_value value) {
  napi_valuetype type;
  napi_typeof(env, value, &type);
  return type == napi_function;
}

// options[name] as a function, into `ref`; false with an exception pending.
bool read_function(napi_env env, napi_value options, const char* name, bool required, napi_ref* ref,
                   napi_value* out) {
  napi_value value;
  napi_valuetype type;
  if (napi_get_named_property(env, options, name, &value) != napi_ok) return false;
  napi_typeof(env, value, &type);
  if (type == napi_undefined && !required) return true;
  if (type != napi_function) {
    throw_argument(env, std::string("options.") + name, "must be a function.");
    return false;
  }
  napi_create_reference(env, value, 1, ref);
  *out = value;
  return true;
}

int length_of(napi_env env, napi_value function) {
  napi_value length;
  int32_t number = 0;
  napi_get_named_property(env, function, "length", &length);
  napi_get_value_int32(env, length, &number);
  return std::max(number, 0);
}

// What both kinds of functions may say about themselves; false with an exception pending.
bool read_common(napi_env env, napi_value options, Callbacks* callbacks, bool* variadic, int* flags) {
  bool deterministic = false;
  bool direct_only = false;
  if (!read_strict_flag(env, options, "useBigIntArguments", &callbacks->big_ints) ||
      !read_strict_flag(env, options, "varargs", variadic) ||
      !read_strict_flag(env, options, "deterministic", &deterministic) ||
      !read_strict_flag(env, options, "directOnly", &direct_only)) {
    return false;
  }
  *flags = SQLITE_UTF8 | (deterministic ? SQLITE_DETERMINISTIC : 0) | (direct_only ? SQLITE_DIRECTONLY : 0);
  return true;
}

bool is_object(napi_env env, napi_value value) {
  napi_valuetype type;
  napi_typeof(env, value, &type);
  return type == napi_object;
}

// From here on the callbacks are SQLite's, also when it refuses them.
napi_value created(napi_env env, Database* database, int result) {
  return result == SQLITE_OK ? undefined(env) : throw_sqlite(env, database->connection());
}

}  // namespace

napi_value define_function(napi_env env, napi_callback_info info) {
  size_t argc = 3;
  napi_value argv[3];
  Database* database = Database::unwrap_open(env, info, &argc, argv);
  std::string name;
  if (database == nullptr || !read_string(env, argv[0], "name", &name)) return nullptr;
  napi_value function = argc < 3 ? argv[1] : argv[2];
  auto callbacks = std::make_unique<Callbacks>(env, database);
  bool variadic = false;
  int flags = SQLITE_UTF8;
  if (argc >= 3) {
    if (!is_object(env, argv[1])) return throw_argument(env, "options", "must be an object.");
    if (!read_common(env, argv[1], callbacks.get(), &variadic, &flags)) return nullptr;
  }
  if (!is_function(env, function)) return throw_argument(env, "function", "must be a function.");
  napi_create_reference(env, function, 1, &callbacks->call);
  const int count = variadic ? -1 : length_of(env, function);
  return created(
      env, database,
      sqlite3_create_function_v2(database->connection(), name.c_str(), count, flags, callbacks.release(),
                                 call_function, nullptr, nullptr, destroy_callbacks));
}

napi_value define_aggregate(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value argv[2];
  Database* database = Database::unwrap_open(env, info, &argc, argv);
  std::string name;
  if (database == nullptr || !read_string(env, argv[0], "name", &name)) return nullptr;
  if (!is_object(env, argv[1])) return throw_argument(env, "options", "must be an object.");
  napi_value start, box, step = nullptr, inverse = nullptr, result = nullptr;
  napi_valuetype type;
  if (napi_get_named_property(env, argv[1], "start", &start) != napi_ok) return nullptr;
  napi_typeof(env, start, &type);
  if (type == napi_undefined) {
    return throw_argument(env, "options.start", "must be a function or a primitive value.");
  }
  auto callbacks = std::make_unique<Callbacks>(env, database);
  napi_create_array_with_length(env, 1, &box);
  napi_set_element(env, box, 0, start);
  napi_create_reference(env, box, 1, &callbacks->start);
  bool variadic = false;
  int flags = SQLITE_UTF8;
  if (!read_function(env, argv[1], "step", true, &callbacks->step, &step) ||
      !read_function(env, argv[1], "result", false, &callbacks->result, &result) ||
      !read_common(env, argv[1], callbacks.get(), &variadic, &flags) ||
      !read_function(env, argv[1], "inverse", false, &callbacks->inverse, &inverse)) {
    return nullptr;
  }
  int count = length_of(env, step);
  if (inverse != nullptr) count = std::max(count, length_of(env, inverse));
  count = variadic ? -1 : std::max(count - 1, 0);  // the first is the accumulated value
  const bool window = inverse != nullptr;
  return created(
      env, database,
      sqlite3_create_window_function(database->connection(), name.c_str(), count, flags, callbacks.release(),
                                     step_aggregate, finish_aggregate, window ? value_of_aggregate : nullptr,
                                     window ? inverse_aggregate : nullptr, destroy_callbacks));
}

}  // namespace parley::sqlite
