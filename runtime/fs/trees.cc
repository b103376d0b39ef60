// Making and removing whole trees of folders as one job each (Node doc: fs.mkdir and fs.rm with `recursive`);
// see jobs.h.
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/fs/jobs.h"
#include "runtime/fs/request.h"

namespace parley {
namespace {

using v8::Local;
using v8::MaybeLocal;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

int IntOf(Local<Value> value) { return value->IsInt32() ? value.As<v8::Int32>()->Value() : 0; }

class MakeFoldersJob : public FsJob {
 public:
  explicit MakeFoldersJob(const Args& args) : mode_(static_cast<mode_t>(IntOf(args[1]))) {
    path_.Set(args.GetIsolate(), args[0]);
  }

 protected:
  void Work() override {
    std::vector<std::string> missing = {std::string(path_.view())};
    std::string there;  // the last folder that is known to exist
    while (!missing.empty()) {
      const std::string& next = missing.back();
      if (::mkdir(next.c_str(), mode_) == 0) {
        if (first_.empty()) first_ = next;
      } else if (errno == ENOENT) {
        // (Some file systems, /proc one of them, say ENOENT for what cannot be made in a folder that is
        // there.)
        const size_t slash = next.find_last_of('/');
        std::string parent = slash == std::string::npos ? "" : next.substr(0, slash);
        if (parent.empty() || parent == there) {
          Fail(-ENOENT, "mkdir", path_.view());
          return;
        }
        missing.push_back(std::move(parent));
        continue;
      } else if (!IsFolder(next, -errno, missing.size() > 1)) {
        return;
      }
      there = std::move(missing.back());
      missing.pop_back();
    }
  }

  MaybeLocal<Value> Result(Environment* env) override {
    if (first_.empty()) return v8::Undefined(env->isolate()).As<Value>();
    return ToV8(env->isolate(), first_).As<Value>();
  }

 private:
  // What is in the way must be a folder; where it is not the end of the path, anything else is ENOTDIR.
  bool IsFolder(const std::string& path, int error, bool inside) {
    struct stat status;
    if (error == -ENOTDIR) return Fail(error, "mkdir", path_.view());
    if (error != -EEXIST && error != -EISDIR && error != -EPERM && error != -EROFS && error != -EACCES) {
      return Fail(error, "mkdir", path_.view());
    }
    if (::stat(path.c_str(), &status) != 0) {
      return Fail(error == -EEXIST ? -errno : error, error == -EEXIST ? "stat" : "mkdir", path_.view());
    }
    if (S_ISDIR(status.st_mode)) return true;
    return Fail(inside ? -ENOTDIR : error, "mkdir", path_.view());
  }

  PathText path_;
  mode_t mode_;
  std::string first_;
};

class RemoveJob : public FsJob {
 public:
  explicit RemoveJob(const Args& args) : flags_(IntOf(args[1])) {
    PathText path;
    path.Set(args.GetIsolate(), args[0]);
    path_ = path.view();
  }

 protected:
  void Work() override {
    const bool only_folder = (flags_ & kRemoveFolder) != 0;
    struct stat status;
    if (::lstat(path_.c_str(), &status) != 0) {
      if (errno != ENOENT || (flags_ & kRemoveForce) == 0)
        Fail(-errno, only_folder ? "rmdir" : "lstat", path_);
      return;
    }
    if (S_ISDIR(status.st_mode)) {
      if ((flags_ & kRemoveRecursive) != 0)
        RemoveFolder();
      else
        Fail(-EISDIR, "rm", path_);
    } else if (only_folder) {
      Fail(-ENOTDIR, "rmdir", path_);
    } else {
      Remove(::unlink, "unlink");
    }
  }

 private:
  // Removes path_; that it is gone already is as good.
  bool Remove(int (*call)(const char*), const char* syscall) {
    return call(path_.c_str()) == 0 || errno == ENOENT || Fail(-errno, syscall, path_);
  }

  bool IsFolder(unsigned char type) {
    struct stat status;
    if (type != DT_UNKNOWN) return type == DT_DIR;
    return ::lstat(path_.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  }

  bool RemoveFolder() {
    // The names are read first, so that a deep tree does not hold a descriptor for each level.
    DIR* folder = ::opendir(path_.c_str());
    if (folder == nullptr) return errno == ENOENT || Fail(-errno, "scandir", path_);
    std::vector<std::pair<std::string, unsigned char>> entries;
    while (const dirent* entry = ::readdir(folder)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") entries.emplace_back(name, entry->d_type);
    }
    ::closedir(folder);
    const size_t length = path_.size();
    for (const auto& [name, type] : entries) {
      if (path_.back() != '/') path_ += '/';
      path_ += name;
      if (!(IsFolder(type) ? RemoveFolder() : Remove(::unlink, "unlink"))) return false;
      path_.resize(length);
    }
    return Remove(::rmdir, "rmdir");
  }

  int flags_;
  std::string path_;
};

}  // namespace

void FsMakeFolders(const Args& args) { FsJob::Run(args, args[2], std::make_unique<MakeFoldersJob>(args)); }

void FsRemoveTree(const Args& args) { FsJob::Run(args, args[2], std::make_unique<RemoveJob>(args)); }

}  // namespace parley
