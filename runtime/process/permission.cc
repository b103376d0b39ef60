// The permission model; see permission.h. internalBinding('permission') for builtin JavaScript.
#include "runtime/process/permission.h"

#include <sys/stat.h>
#include <uv.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/main/options.h"

namespace parley {

bool process_is_restricted = false;

namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

// Files and trees that are allowed.
class Paths {
 public:
  void Allow(const std::vector<std::string>& patterns) {
    for (const std::string& pattern : patterns) Allow(pattern);
  }

  bool AllowsAll() const { return all_; }
  bool Allows(std::string_view path) const {
    if (all_) return true;
    for (const Pattern& pattern : patterns_) {
      if (pattern.Matches(path)) return true;
    }
    return false;
  }

 private:
  struct Pattern {
    std::string text;
    bool is_prefix;
    bool Matches(std::string_view path) const {
      if (!is_prefix) return path == text;
      // A tree's root, which is written without its last slash, belongs to it.
      return path.starts_with(text) || (text.ends_with('/') && path.size() + 1 == text.size() &&
                                        std::string_view(text).starts_with(path));
    }
  };

  // "*": everything. A name with "*" in it stands for all that begin with what is before; a folder for all it
  // holds.
  void Allow(const std::string& pattern) {
    if (pattern == "*") {
      all_ = true;
      return;
    }
    const size_t star = pattern.find('*');
    if (star != std::string::npos) {
      patterns_.push_back({pattern.substr(0, star), true});
      return;
    }
    std::string text = pattern;
    while (text.size() > 1 && text.ends_with('/')) text.pop_back();
    struct stat status;
    const bool is_folder = ::stat(text.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    if (is_folder && text != "/") text += '/';
    patterns_.push_back({std::move(text), is_folder || pattern.ends_with('/')});
  }

  bool all_ = false;
  std::vector<Pattern> patterns_;
};

struct Granted {
  Paths read;
  Paths write;
  bool child_process = false;
  bool worker = false;
  bool wasi = false;
  bool addon = false;
};

Granted& ProcessGrants() {
  static Granted granted;
  return granted;
}

struct PermissionName {
  const char* scope;   // as process.permission.has() names it
  const char* name;    // as errors name it
  const char* option;  // what grants it; null: nothing does
};

constexpr std::array<PermissionName, 8> kNames = {{
    {"fs", "FileSystem", "--allow-fs-read"},
    {"fs.read", "FileSystemRead", "--allow-fs-read"},
    {"fs.write", "FileSystemWrite", "--allow-fs-write"},
    {"child", "ChildProcess", "--allow-child-process"},
    {"worker", "WorkerThreads", "--allow-worker"},
    {"inspector", "Inspector", nullptr},
    {"wasi", "WASI", "--allow-wasi"},
    {"addon", "Addon", "--allow-addons"},
}};

std::optional<Permission> PermissionOf(std::string_view scope) {
  for (size_t i = 0; i < kNames.size(); i++) {
    if (scope == kNames[i].scope) return static_cast<Permission>(i);
  }
  return {};
}

// An absolute path without "." and "..", as its text says; links are followed by the system, later.
std::string Resolve(std::string_view path) {
  std::string full;
  if (!path.starts_with('/')) {
    char folder[4096];
    size_t size = sizeof folder;
    if (uv_cwd(folder, &size) == 0) full.assign(folder, size);
    full += '/';
  }
  full += path;
  std::string result;
  for (size_t at = 0; at < full.size();) {
    const size_t end = std::min(full.find('/', at), full.size());
    const std::string_view part = std::string_view(full).substr(at, end - at);
    if (part == "..") {
      result.resize(result.empty() ? 0 : result.rfind('/'));
    } else if (!part.empty() && part != ".") {
      result += '/';
      result += part;
    }
    at = end + 1;
  }
  return result.empty() ? "/" : result;
}

bool AllowsPath(const Paths& paths, std::string_view path) {
  return path.empty() ? paths.AllowsAll() : paths.AllowsAll() || paths.Allows(Resolve(path));
}

}  // namespace

void RestrictProcess(const Options& options) {
  if (!options.Flag("--experimental-permission")) return;
  const auto list = [&](const char* name) {
    return options.At(static_cast<size_t>(FindOption(name))).values;
  };
  Granted& granted = ProcessGrants();
  granted.read.Allow(list("--allow-fs-read"));
  granted.write.Allow(list("--allow-fs-write"));
  granted.child_process = options.Flag("--allow-child-process");
  granted.worker = options.Flag("--allow-worker");
  granted.wasi = options.Flag("--allow-wasi");
  granted.addon = options.Flag("--allow-addons");
  process_is_restricted = true;
}

bool IsPermitted(Permission permission, std::string_view path) {
  if (!IsRestricted()) return true;
  const Granted& granted = ProcessGrants();
  switch (permission) {
    case Permission::kFs:
      return AllowsPath(granted.read, path) && AllowsPath(granted.write, path);
    case Permission::kFsRead:
      return AllowsPath(granted.read, path);
    case Permission::kFsWrite:
      return AllowsPath(granted.write, path);
    case Permission::kChildProcess:
      return granted.child_process;
    case Permission::kWorker:
      return granted.worker;
    case Permission::kInspector:
      return false;
    case Permission::kWasi:
      return granted.wasi;
    case Permission::kAddon:
      return granted.addon;
  }
  return false;
}

Local<Value> AccessDenied(Environment* env, Permission permission, std::string_view resource) {
  const PermissionName& name = kNames[static_cast<size_t>(permission)];
  std::string message = "Access to this API has been restricted.";
  if (name.option != nullptr) message += std::string(" Use ") + name.option + " to manage permissions.";
  v8::Isolate* isolate = env->isolate();
  Local<v8::Context> context = isolate->GetCurrentContext();
  Local<v8::Object> error = v8::Exception::Error(ToV8(isolate, message)).As<v8::Object>();
  const auto set = [&](const char* key, std::string_view value) {
    error->Set(context, OneByte(isolate, key), ToV8(isolate, value)).Check();
  };
  set("code", "ERR_ACCESS_DENIED");
  set("permission", name.name);
  if (!resource.empty()) set("resource", resource);
  return error;
}

bool IsDenied(Environment* env, Permission permission, std::string_view path) {
  if (IsPermitted(permission, path)) return false;
  env->isolate()->ThrowException(AccessDenied(env, permission, path));
  return true;
}

namespace {

// isRestricted()
void IsRestrictedFunction(const Args& args) { args.GetReturnValue().Set(IsRestricted()); }

// has(scope[, path]): false for a scope that there is none of
void Has(const Args& args) {
  const auto permission = PermissionOf(ToUtf8(args.GetIsolate(), args[0]));
  const std::string path = args[1]->IsString() ? ToUtf8(args.GetIsolate(), args[1]) : "";
  args.GetReturnValue().Set(permission.has_value() && IsPermitted(*permission, path));
}

// need(scope[, path]): throws unless it is permitted
void Need(const Args& args) {
  const auto permission = PermissionOf(ToUtf8(args.GetIsolate(), args[0]));
  const std::string path = args[1]->IsString() ? ToUtf8(args.GetIsolate(), args[1]) : "";
  if (permission.has_value()) IsDenied(Environment::From(args), *permission, path);
}

constexpr BindingFunction kFunctions[] = {
    {"isRestricted", IsRestrictedFunction}, {"has", Has}, {"need", Need}};
PARLEY_BINDING(permission, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
