// Finding a module's file: stat, the extensions a request may leave out, and the file's own name behind
// symbolic links. One call answers what the loader asks about one candidate. Document: Node.js "Modules:
// CommonJS modules", LOAD_AS_FILE of the algorithm under "All together".
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

using v8::FunctionCallbackInfo;
using v8::Value;

// Folders whose own names are known already. They are not asked for again: a program that moves folders under
// its modules while it loads them gets what Node gives it, too.
struct RealFolders {
  std::unordered_map<std::string, std::string> names;
};
constexpr size_t kMaxRealFolders = 100'000;

constexpr std::string_view kExtensions[] = {".js", ".json", ".node"};
constexpr size_t kLongestExtension = 5;

enum FindFlags { kTryExtensions = 1, kKeepLinks = 2, kFoldersOnly = 4 };

// 0 for a file (anything but a folder), 1 for a folder, a negative errno when there is nothing.
int KindOf(const char* path) {
  struct stat status;
  if (::stat(path, &status) != 0) return -errno;
  return S_ISDIR(status.st_mode) ? 1 : 0;
}

// The same, and whether the last part of the path is itself no symbolic link.
int KindOf(const char* path, bool* is_link) {
  struct stat status;
  if (::lstat(path, &status) != 0) return -errno;
  *is_link = S_ISLNK(status.st_mode);
  if (*is_link) return KindOf(path);
  return S_ISDIR(status.st_mode) ? 1 : 0;
}

// realpath(3); false with errno set when it fails.
bool RealName(const std::string& path, std::string* out) {
  std::unique_ptr<char, decltype(&std::free)> resolved(::realpath(path.c_str(), nullptr), std::free);
  if (!resolved) return false;
  *out = resolved.get();
  return true;
}

// The own name of an absolute path whose last part is no link: only its folder can differ.
bool RealNameOfPlainFile(RealFolders* folders, const std::string& path, std::string* out) {
  size_t slash = path.rfind('/');
  if (slash == 0) {
    *out = path;
    return true;
  }
  std::string folder = path.substr(0, slash);
  auto known = folders->names.find(folder);
  if (known == folders->names.end()) {
    std::string real;
    if (!RealName(folder, &real)) return false;
    if (folders->names.size() >= kMaxRealFolders) folders->names.clear();
    known = folders->names.emplace(std::move(folder), std::move(real)).first;
  }
  *out = known->second == "/" ? std::string() : known->second;
  out->append(path, slash);
  return true;
}

// An absolute path without ".", ".." and doubled slashes, of a request asked in `folder` (absolute itself).
std::string Resolve(std::string_view folder, std::string_view request) {
  std::string path;
  path.reserve(folder.size() + request.size() + 1 + kLongestExtension);
  auto add = [&path](std::string_view text) {
    for (size_t start = 0; start < text.size();) {
      size_t end = text.find('/', start);
      if (end == std::string_view::npos) end = text.size();
      std::string_view part = text.substr(start, end - start);
      start = end + 1;
      if (part.empty() || part == ".") continue;
      if (part == "..") {
        path.resize(path.empty() ? 0 : path.rfind('/'));
      } else {
        path.append(1, '/').append(part);
      }
    }
  };
  if (request.empty() || request[0] != '/') add(folder);
  add(request);
  if (path.empty()) path = "/";
  return path;
}

// findFile(folder, request, flags) → the file's own name; 1 when there is only a folder of that name; a
// negative number when there is nothing. `folder` is absolute, or the request is.
void FindFile(const FunctionCallbackInfo<Value>& args) {
  Environment* env = Environment::From(args);
  v8::Isolate* isolate = env->isolate();
  int flags = args[2].As<v8::Int32>()->Value();
  std::string path = Resolve(ToUtf8(isolate, args[0]), ToUtf8(isolate, args[1]));
  bool is_link = false;
  int kind = path.find('\0') == std::string::npos ? KindOf(path.c_str(), &is_link) : -ENOENT;
  bool found = kind == 0 && (flags & kFoldersOnly) == 0;
  if (!found && (flags & kTryExtensions) != 0 && (flags & kFoldersOnly) == 0 && kind != -ENOTDIR) {
    size_t base = path.size();
    for (std::string_view extension : kExtensions) {
      path.append(extension);
      found = KindOf(path.c_str(), &is_link) == 0;
      if (found) break;
      path.resize(base);
    }
  }
  if (!found) return args.GetReturnValue().Set(kind == 0 ? -ENOTDIR : kind);
  if ((flags & kKeepLinks) == 0) {
    std::string real;
    bool ok = is_link ? RealName(path, &real) : RealNameOfPlainFile(env->Slot<RealFolders>(), path, &real);
    if (!ok) return env->ThrowUvException(-errno, "lstat", nullptr, path.c_str());
    path = std::move(real);
  }
  args.GetReturnValue().Set(ToV8(isolate, path));
}

void InternalModuleStat(const FunctionCallbackInfo<Value>& args) {
  args.GetReturnValue().Set(KindOf(ToUtf8(args.GetIsolate(), args[0]).c_str()));
}

void RealPath(const FunctionCallbackInfo<Value>& args) {
  std::string path = ToUtf8(args.GetIsolate(), args[0]);
  std::string real;
  if (!RealName(path, &real))
    return Environment::From(args)->ThrowUvException(-errno, "lstat", nullptr, path.c_str());
  args.GetReturnValue().Set(ToV8(args.GetIsolate(), real));
}

constexpr BindingFunction kFunctions[] = {
    {"internalModuleStat", InternalModuleStat}, {"realpath", RealPath}, {"findFile", FindFile}};
PARLEY_BINDING(module_lookup, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
