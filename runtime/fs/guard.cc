// Permissions of file operations; see guard.h.
#include "runtime/fs/guard.h"

#include <fcntl.h>

#include <memory>
#include <string>

#include "runtime/fs/request.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

struct Denial {
  Permission permission;
  std::string path;
  const char* message = nullptr;  // in place of the usual one
};

using Found = std::optional<Denial>;

Found Check(Permission permission, const std::string& path) {
  if (IsPermitted(permission, path)) return {};
  return Denial{permission, path};
}

Found CheckBoth(const std::string& path) {
  Found found = Check(Permission::kFsRead, path);
  return found ? found : Check(Permission::kFsWrite, path);
}

Found CheckFlags(int flags, const std::string& path) {
  const int access = flags & O_ACCMODE;
  Found found;
  if (access != O_WRONLY) found = Check(Permission::kFsRead, path);
  if (!found && (access != O_RDONLY || (flags & (O_CREAT | O_TRUNC | O_APPEND)) != 0)) {
    found = Check(Permission::kFsWrite, path);
  }
  return found;
}

// A link's target may be anywhere, and one that is not absolute elsewhere than it seems.
Found CheckLink(const std::string& target) {
  if (!IsPermitted(Permission::kFs)) {
    return Denial{Permission::kFs, "", "fs.symlink API requires full fs.read and fs.write permissions."};
  }
  if (target.starts_with('/')) return {};
  return Denial{Permission::kFs, target,
                "Access to this API has been restricted: relative symbolic link target"};
}

std::string PathArgument(const Args& args, int index) {
  PathText text;
  text.Set(args.GetIsolate(), args[index]);
  return std::string(text.view());
}

Found Find(const Args& args, FsNeeds needs) {
  const std::string path = PathArgument(args, 0);
  switch (needs) {
    case FsNeeds::kRead:
      return Check(Permission::kFsRead, path);
    case FsNeeds::kWrite:
    case FsNeeds::kWriteOrThrow:
      return Check(Permission::kFsWrite, path);
    case FsNeeds::kByFlags:
      return CheckFlags(args[1]->IsInt32() ? args[1].As<v8::Int32>()->Value() : O_RDONLY, path);
    case FsNeeds::kMakeName:
      return Check(Permission::kFsWrite, path + "XXXXXX");
    case FsNeeds::kMove: {
      Found found = CheckBoth(path);
      return found ? found : Check(Permission::kFsWrite, PathArgument(args, 1));
    }
    case FsNeeds::kCopy: {
      Found found = Check(Permission::kFsRead, path);
      return found ? found : Check(Permission::kFsWrite, PathArgument(args, 1));
    }
    case FsNeeds::kOwnership:
      return Check(Permission::kFsWrite, "");
    case FsNeeds::kEverything:
      return CheckLink(path);
  }
  return {};
}

// Does nothing, and fails.
class DeniedJob : public FsJob {
 public:
  explicit DeniedJob(Denial denial) : denial_(std::move(denial)) {}

 protected:
  void Work() override { Fail(UV_EACCES, "access"); }

  Local<Value> Error(Environment* env) override {
    Local<Value> error = AccessDenied(env, denial_.permission, denial_.path);
    if (denial_.message != nullptr) {
      v8::Isolate* isolate = env->isolate();
      error.As<v8::Object>()
          ->Set(isolate->GetCurrentContext(), OneByte(isolate, "message"), OneByte(isolate, denial_.message))
          .Check();
    }
    return error;
  }

 private:
  Denial denial_;
};

}  // namespace

bool FsPermitted(const Args& args, FsNeeds needs, int req_index) {
  if (args[0]->IsNumber() && needs != FsNeeds::kOwnership) return true;
  Found denial = Find(args, needs);
  if (!denial) return true;
  Local<Value> req = args[req_index];
  if (req->IsNull()) return false;
  if (needs == FsNeeds::kWriteOrThrow && req->IsFunction()) req = v8::Undefined(args.GetIsolate());
  FsJob::Run(args, req, std::make_unique<DeniedJob>(std::move(*denial)));
  return false;
}

}  // namespace parley
