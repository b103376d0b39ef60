#include "addon/sqlite/backup.h"

#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <string>

#include "addon/sqlite/database.h"
#include "addon/sqlite/values.h"

namespace parley::sqlite {
namespace {

constexpr int kPagesAStep = 100;
constexpr int kRetryMs = 10;
constexpr int kLeastPatienceMs = 5000;  // with a database that others keep locked

struct Backup {
  explicit Backup(napi_env owner) : env(owner) {}
  ~Backup() {
    if (work != nullptr) napi_delete_async_work(env, work);
    for (napi_ref ref : {source_object, progress}) {
      if (ref != nullptr) napi_delete_reference(env, ref);
    }
    finish();
  }
  // Closes the source's connection as well, should the program have done so meanwhile.
  int finish() {
    const int result = handle == nullptr ? SQLITE_OK : sqlite3_backup_finish(handle);
    handle = nullptr;
    sqlite3_close_v2(target);
    target = nullptr;
    return result;
  }

  napi_env env;
  napi_deferred deferred = nullptr;
  napi_async_work work = nullptr;
  napi_ref source_object = nullptr;
  napi_ref progress = nullptr;
  Database* source = nullptr;
  sqlite3* target = nullptr;
  sqlite3_backup* handle = nullptr;
  std::string source_name = "main";
  std::string target_name = "main";
  int pages_a_step = kPagesAStep;
  int patience_ms = kLeastPatienceMs;
  int waited_ms = 0;
  int status = SQLITE_OK;
};

bool is_locked(int status) { return status == SQLITE_BUSY || status == SQLITE_LOCKED; }

// On the thread pool.
void step(napi_env, void* data) {
  auto* backup = static_cast<Backup*>(data);
  backup->status = sqlite3_backup_step(backup->handle, backup->pages_a_step) & 0xff;
  if (!is_locked(backup->status)) {
    backup->waited_ms = 0;
  } else if (backup->waited_ms < backup->patience_ms) {
    sqlite3_sleep(kRetryMs);
    backup->waited_ms += kRetryMs;
  }
}

void reject(Backup* backup, napi_value error) { napi_reject_deferred(backup->env, backup->deferred, error); }

// The error of a state in which `backup` cannot go on.
napi_value state_error(napi_env env, const char* text) {
  napi_value code, message, error;
  napi_create_string_utf8(env, "ERR_INVALID_STATE", NAPI_AUTO_LENGTH, &code);
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &message);
  napi_create_error(env, code, message, &error);
  return error;
}

// False when the callback threw: the promise is rejected with that.
bool tell_progress(Backup* backup) {
  const int remaining = sqlite3_backup_remaining(backup->handle);
  if (backup->progress == nullptr || remaining == 0) return true;
  napi_env env = backup->env;
  napi_value function, report, number, result;
  napi_get_reference_value(env, backup->progress, &function);
  napi_create_object(env, &report);
  napi_create_int32(env, sqlite3_backup_pagecount(backup->handle), &number);
  napi_set_named_property(env, report, "totalPages", number);
  napi_create_int32(env, remaining, &number);
  napi_set_named_property(env, report, "remainingPages", number);
  if (napi_call_function(env, undefined(env), function, 1, &report, &result) == napi_ok) return true;
  napi_value error;
  napi_get_and_clear_last_exception(env, &error);
  reject(backup, error);
  return false;
}

// Back on the program's thread.
void stepped(napi_env env, napi_status, void* data) {
  std::unique_ptr<Backup> backup(static_cast<Backup*>(data));
  const int status = backup->status;
  if (status == SQLITE_OK || (is_locked(status) && backup->waited_ms < backup->patience_ms)) {
    if (status == SQLITE_OK && !tell_progress(backup.get())) return;
    if (!backup->source->is_open()) return reject(backup.get(), state_error(env, "database is not open"));
    if (napi_queue_async_work(env, backup->work) == napi_ok) {
      backup.release();
    } else {
      reject(backup.get(), state_error(env, "backup cannot go on"));
    }
    return;
  }
  const int pages = sqlite3_backup_pagecount(backup->handle);
  const int result = backup->finish();
  if (status != SQLITE_DONE || result != SQLITE_OK) {
    const int code = status != SQLITE_DONE ? status : result;
    return reject(backup.get(), make_sqlite_error(env, code, sqlite3_errstr(code)));
  }
  napi_value total;
  napi_create_int32(env, pages, &total);
  napi_resolve_deferred(env, backup->deferred, total);
}

bool read_options(napi_env env, napi_value options, Backup* backup) {
  napi_valuetype type;
  napi_typeof(env, options, &type);
  if (type != napi_object) {
    throw_argument(env, "options", "must be an object.");
    return false;
  }
  if (!read_optional_string(env, options, "source", &backup->source_name) ||
      !read_optional_string(env, options, "target", &backup->target_name)) {
    return false;
  }
  napi_value value;
  if (napi_get_named_property(env, options, "rate", &value) != napi_ok) return false;
  napi_typeof(env, value, &type);
  if (type != napi_undefined) {
    double number = 0;
    napi_get_value_int32(env, value, &backup->pages_a_step);
    if (napi_get_value_double(env, value, &number) != napi_ok || number != backup->pages_a_step) {
      throw_argument(env, "options.rate", "must be an integer.");
      return false;
    }
  }
  if (napi_get_named_property(env, options, "progress", &value) != napi_ok) return false;
  napi_typeof(env, value, &type);
  if (type == napi_undefined) return true;
  if (type != napi_function) {
    throw_argument(env, "options.progress", "must be a function.");
    return false;
  }
  return napi_create_reference(env, value, 1, &backup->progress) == napi_ok;
}

// Opens the copy and joins the two. False with the promise rejected.
bool begin(Backup* backup, const std::string& path) {
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI;
  int result = sqlite3_open_v2(path.c_str(), &backup->target, kFlags, nullptr);
  if (result == SQLITE_OK) {
    backup->handle = sqlite3_backup_init(backup->target, backup->target_name.c_str(),
                                         backup->source->connection(), backup->source_name.c_str());
    if (backup->handle != nullptr) return true;
  }
  reject(backup, make_sqlite_error(backup->env, sqlite3_extended_errcode(backup->target),
                                   sqlite3_errmsg(backup->target)));
  return false;
}

}  // namespace

napi_value start_backup(napi_env env, napi_callback_info info) {
  size_t argc = 3;
  napi_value argv[3];
  napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr);
  auto backup = std::make_unique<Backup>(env);
  backup->source = Database::from_value(env, argv[0]);
  if (backup->source == nullptr) return throw_argument(env, "sourceDb", "must be an object.");
  if (!backup->source->is_open()) return throw_error(env, "ERR_INVALID_STATE", "database is not open");
  std::string path;
  if (!read_path(env, argv[1], &path)) return nullptr;
  if (argc > 2 && !read_options(env, argv[2], backup.get())) return nullptr;
  backup->patience_ms = std::max(kLeastPatienceMs, backup->source->timeout_ms());
  napi_create_reference(env, argv[0], 1, &backup->source_object);
  napi_value promise, name;
  napi_create_promise(env, &backup->deferred, &promise);
  if (!begin(backup.get(), path)) return promise;
  napi_create_string_utf8(env, "sqlite:backup", NAPI_AUTO_LENGTH, &name);
  if (napi_create_async_work(env, nullptr, name, step, stepped, backup.get(), &backup->work) == napi_ok &&
      napi_queue_async_work(env, backup->work) == napi_ok) {
    backup.release();  // until the last step is over
  } else {
    reject(backup.get(), state_error(env, "backup cannot start"));
  }
  return promise;
}

}  // namespace parley::sqlite
