// The `fs` binding: libuv's file operations one to one, and a few synchronous short cuts (Node doc: fs).
// Arguments are already checked by JavaScript. `req` says which of the three ways is meant (request.h).
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/engine/binding.h"
#include "runtime/fs/guard.h"
#include "runtime/fs/jobs.h"
#include "runtime/fs/request.h"
#include "runtime/fs/unmanaged_fds.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

int IntArg(const Args& args, int index) {
  return args[index]->IsInt32()
             ? args[index].As<v8::Int32>()->Value()
             : static_cast<int>(
                   args[index]->IntegerValue(args.GetIsolate()->GetCurrentContext()).FromMaybe(0));
}

// A number or a bigint; anything else is -1, "the current position".
int64_t OffsetArg(const Args& args, int index) {
  if (args[index]->IsNumber()) return static_cast<int64_t>(args[index].As<v8::Number>()->Value());
  if (args[index]->IsBigInt()) return args[index].As<v8::BigInt>()->Int64Value();
  return -1;
}

double DoubleArg(const Args& args, int index) { return args[index].As<v8::Number>()->Value(); }

// What most operations need: nothing, one path (argument 0), or two (arguments 0 and 1).
constexpr auto kNothing = [](FsRequest&) { return true; };

auto OnePath(const Args& args) {
  return [&args](FsRequest& request) {
    request.path.Set(args.GetIsolate(), args[0]);
    return true;
  };
}

auto TwoPaths(const Args& args) {
  return [&args](FsRequest& request) {
    request.path.Set(args.GetIsolate(), args[0]);
    request.dest.Set(args.GetIsolate(), args[1]);
    return true;
  };
}

// Runs an operation that gives nothing; `req` is argument `index`.
template <typename Fill, typename Operation>
void RunPlain(const Args& args, int index, const char* syscall, Fill fill, Operation operation) {
  FsRequest::Run(args, args[index], v8::Undefined(args.GetIsolate()), syscall, FsUndefined, fill, operation);
}

// The same with a result; the argument after `req` may be a function that converts it.
template <typename Fill, typename Operation>
void RunFor(const Args& args, int index, const char* syscall, FsRequest::ToResult to_result, Fill fill,
            Operation operation) {
  FsRequest::Run(args, args[index], args[index + 1], syscall, to_result, fill, operation);
}

// Descriptors that the program gets as numbers; what comes as a promise is a FileHandle's.
bool IsUnmanaged(Local<Value> req) { return req->IsUndefined() || req->IsFunction(); }

v8::MaybeLocal<Value> FsOpened(FsRequest& request) {
  request.env()->Slot<UnmanagedFds>()->Opened(static_cast<int>(request.uv.result));
  return FsNumber(request);
}

// trackUnmanagedFds(warn)
void TrackUnmanagedFds(const Args& args) {
  if (args[0]->IsFunction()) Environment::From(args)->Slot<UnmanagedFds>()->Track(args[0].As<v8::Function>());
}

// open(path, flags, mode, req, convert)
void Open(const Args& args) {
  const int flags = IntArg(args, 1);
  const int mode = IntArg(args, 2);
  RunFor(args, 3, "open", IsUnmanaged(args[3]) ? FsOpened : FsNumber, OnePath(args), [=](FsRequest& r) {
    return uv_fs_open(nullptr, &r.uv, r.path.c_str(), flags | O_CLOEXEC, mode, nullptr);
  });
}

// Operations on one path or one descriptor that give nothing: name(path or fd, req).
template <auto kCall>
void OnPath(const Args& args, const char* syscall) {
  RunPlain(args, 1, syscall, OnePath(args),
           [](FsRequest& r) { return kCall(nullptr, &r.uv, r.path.c_str(), nullptr); });
}

template <auto kCall>
void OnFd(const Args& args, const char* syscall) {
  const int fd = IntArg(args, 0);
  RunPlain(args, 1, syscall, kNothing, [fd](FsRequest& r) { return kCall(nullptr, &r.uv, fd, nullptr); });
}

void Close(const Args& args) {
  if (IsUnmanaged(args[1])) Environment::From(args)->Slot<UnmanagedFds>()->Closing(IntArg(args, 0));
  OnFd<uv_fs_close>(args, "close");
}
void Fsync(const Args& args) { OnFd<uv_fs_fsync>(args, "fsync"); }
void Fdatasync(const Args& args) { OnFd<uv_fs_fdatasync>(args, "fdatasync"); }
void Unlink(const Args& args) { OnPath<uv_fs_unlink>(args, "unlink"); }
void Rmdir(const Args& args) { OnPath<uv_fs_rmdir>(args, "rmdir"); }

// Reading and writing: (fd, buffer, offset, length, position, req) and (fd, buffers, position, req).
template <auto kCall>
void Transfer(const Args& args, const char* syscall) {
  const int fd = IntArg(args, 0);
  const auto offset = static_cast<size_t>(OffsetArg(args, 2));
  const auto length = static_cast<size_t>(OffsetArg(args, 3));
  const int64_t position = OffsetArg(args, 4);
  const auto fill = [&](FsRequest& request) {
    std::span<uint8_t> bytes = args[5]->IsUndefined() ? BytesOf(args[1]) : request.Hold(args[1]);
    if (offset > bytes.size() || length > bytes.size() - offset) {
      request.env()->ThrowError("ERR_OUT_OF_RANGE", "The buffer is smaller than offset + length",
                                Environment::ErrorType::kRangeError);
      return false;
    }
    request.buffer =
        uv_buf_init(reinterpret_cast<char*>(bytes.data() + offset), static_cast<unsigned>(length));
    return true;
  };
  RunFor(args, 5, syscall, FsNumber, fill,
         [=](FsRequest& r) { return kCall(nullptr, &r.uv, fd, &r.buffer, 1, position, nullptr); });
}

template <auto kCall>
void TransferMany(const Args& args, const char* syscall) {
  const int fd = IntArg(args, 0);
  const int64_t position = OffsetArg(args, 2);
  const auto fill = [&](FsRequest& request) {
    Local<v8::Context> context = request.env()->context();
    Local<v8::Array> views = args[1].As<v8::Array>();
    for (uint32_t i = 0; i < views->Length(); ++i) {
      Local<Value> view;
      if (!views->Get(context, i).ToLocal(&view)) return false;
      std::span<uint8_t> bytes = request.Hold(view);
      request.buffers.push_back(
          uv_buf_init(reinterpret_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size())));
    }
    return true;
  };
  RunFor(args, 3, syscall, FsNumber, fill, [=](FsRequest& r) {
    return kCall(nullptr, &r.uv, fd, r.buffers.data(), static_cast<unsigned>(r.buffers.size()), position,
                 nullptr);
  });
}

void Read(const Args& args) { Transfer<uv_fs_read>(args, "read"); }
void WriteBuffer(const Args& args) { Transfer<uv_fs_write>(args, "write"); }
void ReadBuffers(const Args& args) { TransferMany<uv_fs_read>(args, "read"); }
void WriteBuffers(const Args& args) { TransferMany<uv_fs_write>(args, "write"); }

// stat(path, bigint, req, convert, quiet), lstat likewise, fstat(fd, bigint, req, convert), statfs(path,
// bigint, req, convert)
template <auto kCall>
void OnPathForNumbers(const Args& args, const char* syscall, FsRequest::ToResult to_result) {
  const auto fill = [&](FsRequest& request) {
    request.flag = args[1]->IsTrue();
    request.quiet = args[4]->IsTrue();
    return OnePath(args)(request);
  };
  RunFor(args, 2, syscall, to_result, fill,
         [](FsRequest& r) { return kCall(nullptr, &r.uv, r.path.c_str(), nullptr); });
}

void Stat(const Args& args) { OnPathForNumbers<uv_fs_stat>(args, "stat", FsStat); }
void Lstat(const Args& args) { OnPathForNumbers<uv_fs_lstat>(args, "lstat", FsStat); }
void Statfs(const Args& args) { OnPathForNumbers<uv_fs_statfs>(args, "statfs", FsStatFs); }

void Fstat(const Args& args) {
  const int fd = IntArg(args, 0);
  const auto fill = [&](FsRequest& request) {
    request.flag = args[1]->IsTrue();
    return true;
  };
  RunFor(args, 2, "fstat", FsStat, fill,
         [fd](FsRequest& r) { return uv_fs_fstat(nullptr, &r.uv, fd, nullptr); });
}

// statInto(path, numbers, quiet): the synchronous stat, into an array that is used again and again, true when
// there is something. lstatInto likewise, fstatInto(fd, numbers).
FsRequest::ToResult const kStatInto = [](FsRequest& r) -> v8::MaybeLocal<Value> {
  return v8::True(r.isolate()).As<Value>();
};

template <typename Fill, typename Operation>
void RunStatInto(const Args& args, const char* syscall, Fill fill, Operation operation) {
  Local<Value> none = v8::Undefined(args.GetIsolate());
  FsRequest::Run(args, none, none, syscall, kStatInto, fill, [&](FsRequest& r) {
    const int error = operation(r);
    if (error < 0) return error;
    void* numbers = BytesOf(args[1]).data();
    if (args[1]->IsFloat64Array()) WriteStat(r.uv.statbuf, static_cast<double*>(numbers));
    if (args[1]->IsBigInt64Array()) WriteStat(r.uv.statbuf, static_cast<int64_t*>(numbers));
    return error;
  });
}

template <auto kCall>
void StatPathInto(const Args& args, const char* syscall) {
  const auto fill = [&](FsRequest& request) {
    request.quiet = args[2]->IsTrue();
    return OnePath(args)(request);
  };
  RunStatInto(args, syscall, fill,
              [](FsRequest& r) { return kCall(nullptr, &r.uv, r.path.c_str(), nullptr); });
}

void StatInto(const Args& args) { StatPathInto<uv_fs_stat>(args, "stat"); }
void LstatInto(const Args& args) { StatPathInto<uv_fs_lstat>(args, "lstat"); }

void FstatInto(const Args& args) {
  const int fd = IntArg(args, 0);
  RunStatInto(args, "fstat", kNothing,
              [fd](FsRequest& r) { return uv_fs_fstat(nullptr, &r.uv, fd, nullptr); });
}

// Operations with a path and a number: name(path, number, req).
template <auto kCall>
void OnPathNumber(const Args& args, const char* syscall) {
  const int number = IntArg(args, 1);
  RunPlain(args, 2, syscall, OnePath(args),
           [number](FsRequest& r) { return kCall(nullptr, &r.uv, r.path.c_str(), number, nullptr); });
}

void Access(const Args& args) { OnPathNumber<uv_fs_access>(args, "access"); }
void Chmod(const Args& args) { OnPathNumber<uv_fs_chmod>(args, "chmod"); }
void Mkdir(const Args& args) { OnPathNumber<uv_fs_mkdir>(args, "mkdir"); }

void Fchmod(const Args& args) {
  const int fd = IntArg(args, 0);
  const int mode = IntArg(args, 1);
  RunPlain(args, 2, "fchmod", kNothing,
           [=](FsRequest& r) { return uv_fs_fchmod(nullptr, &r.uv, fd, mode, nullptr); });
}

void Ftruncate(const Args& args) {
  const int fd = IntArg(args, 0);
  const int64_t length = OffsetArg(args, 1);
  RunPlain(args, 2, "ftruncate", kNothing,
           [=](FsRequest& r) { return uv_fs_ftruncate(nullptr, &r.uv, fd, length, nullptr); });
}

// chown(path, uid, gid, req), lchown likewise, fchown(fd, uid, gid, req)
template <auto kCall>
void ChownPath(const Args& args, const char* syscall) {
  const auto uid = static_cast<uv_uid_t>(OffsetArg(args, 1));
  const auto gid = static_cast<uv_gid_t>(OffsetArg(args, 2));
  RunPlain(args, 3, syscall, OnePath(args),
           [=](FsRequest& r) { return kCall(nullptr, &r.uv, r.path.c_str(), uid, gid, nullptr); });
}

void Chown(const Args& args) { ChownPath<uv_fs_chown>(args, "chown"); }
void Lchown(const Args& args) { ChownPath<uv_fs_lchown>(args, "lchown"); }

void Fchown(const Args& args) {
  const int fd = IntArg(args, 0);
  const auto uid = static_cast<uv_uid_t>(OffsetArg(args, 1));
  const auto gid = static_cast<uv_gid_t>(OffsetArg(args, 2));
  RunPlain(args, 3, "fchown", kNothing,
           [=](FsRequest& r) { return uv_fs_fchown(nullptr, &r.uv, fd, uid, gid, nullptr); });
}

// utimes(path, atime, mtime, req), lutimes likewise, futimes(fd, atime, mtime, req); times in seconds
template <auto kCall>
void UtimesPath(const Args& args, const char* syscall) {
  const double atime = DoubleArg(args, 1);
  const double mtime = DoubleArg(args, 2);
  RunPlain(args, 3, syscall, OnePath(args),
           [=](FsRequest& r) { return kCall(nullptr, &r.uv, r.path.c_str(), atime, mtime, nullptr); });
}

void Utimes(const Args& args) { UtimesPath<uv_fs_utime>(args, "utime"); }
void Lutimes(const Args& args) { UtimesPath<uv_fs_lutime>(args, "lutime"); }

void Futimes(const Args& args) {
  const int fd = IntArg(args, 0);
  const double atime = DoubleArg(args, 1);
  const double mtime = DoubleArg(args, 2);
  RunPlain(args, 3, "futime", kNothing,
           [=](FsRequest& r) { return uv_fs_futime(nullptr, &r.uv, fd, atime, mtime, nullptr); });
}

// rename(from, to, req), link(from, to, req), copyFile(from, to, mode, req), symlink(target, path, flags,
// req)
template <auto kCall>
void OnTwoPaths(const Args& args, const char* syscall) {
  RunPlain(args, 2, syscall, TwoPaths(args),
           [](FsRequest& r) { return kCall(nullptr, &r.uv, r.path.c_str(), r.dest.c_str(), nullptr); });
}

template <auto kCall>
void OnTwoPathsNumber(const Args& args, const char* syscall) {
  const int number = IntArg(args, 2);
  RunPlain(args, 3, syscall, TwoPaths(args), [number](FsRequest& r) {
    return kCall(nullptr, &r.uv, r.path.c_str(), r.dest.c_str(), number, nullptr);
  });
}

void Rename(const Args& args) { OnTwoPaths<uv_fs_rename>(args, "rename"); }
void Link(const Args& args) { OnTwoPaths<uv_fs_link>(args, "link"); }
void CopyFile(const Args& args) { OnTwoPathsNumber<uv_fs_copyfile>(args, "copyfile"); }
void Symlink(const Args& args) { OnTwoPathsNumber<uv_fs_symlink>(args, "symlink"); }

// name(path, encoding, req), giving a path
template <auto kCall>
void PathToPath(const Args& args, const char* syscall, FsRequest::ToResult to_result,
                std::string_view suffix = {}) {
  const auto fill = [&](FsRequest& request) {
    request.encoding = ParseEncoding(args.GetIsolate(), args[1]);
    request.path.Set(args.GetIsolate(), args[0]);
    request.path.Append(suffix);
    return true;
  };
  RunFor(args, 2, syscall, to_result, fill,
         [](FsRequest& r) { return kCall(nullptr, &r.uv, r.path.c_str(), nullptr); });
}

void Readlink(const Args& args) { PathToPath<uv_fs_readlink>(args, "readlink", FsPointer); }
void Realpath(const Args& args) { PathToPath<uv_fs_realpath>(args, "realpath", FsPointer); }
void Mkdtemp(const Args& args) { PathToPath<uv_fs_mkdtemp>(args, "mkdtemp", FsPath, "XXXXXX"); }

// ---- synchronous short cuts ----

// internalModuleStat(path): 0 a file, 1 a folder, negative nothing.
void InternalModuleStat(const Args& args) {
  struct stat status;
  PathText path;
  path.Set(args.GetIsolate(), args[0]);
  int result = ::stat(path.c_str(), &status) != 0 ? -errno : S_ISDIR(status.st_mode) ? 1 : 0;
  args.GetReturnValue().Set(result);
}

// exists(path)
void Exists(const Args& args) {
  PathText path;
  path.Set(args.GetIsolate(), args[0]);
  if (IsDenied(Environment::From(args), Permission::kFsRead, path.view())) return;
  args.GetReturnValue().Set(::access(path.c_str(), F_OK) == 0);
}

constexpr int kNoReq = 99;  // an argument that is never there: synchronous

constexpr BindingFunction kFunctions[] = {
    {"open", Guarded<Open, FsNeeds::kByFlags, 3>},
    {"close", Close},
    {"trackUnmanagedFds", TrackUnmanagedFds},
    {"fsync", Fsync},
    {"fdatasync", Fdatasync},
    {"unlink", Guarded<Unlink, FsNeeds::kWrite, 1>},
    {"rmdir", Guarded<Rmdir, FsNeeds::kWrite, 1>},
    {"read", Read},
    {"writeBuffer", WriteBuffer},
    {"readBuffers", ReadBuffers},
    {"writeBuffers", WriteBuffers},
    {"stat", Guarded<Stat, FsNeeds::kRead, 2>},
    {"lstat", Guarded<Lstat, FsNeeds::kRead, 2>},
    {"fstat", Fstat},
    {"statInto", Guarded<StatInto, FsNeeds::kRead, kNoReq>},
    {"lstatInto", Guarded<LstatInto, FsNeeds::kRead, kNoReq>},
    {"fstatInto", FstatInto},
    {"statfs", Guarded<Statfs, FsNeeds::kRead, 2>},
    {"access", Guarded<Access, FsNeeds::kRead, 2>},
    {"chmod", Guarded<Chmod, FsNeeds::kWriteOrThrow, 2>},
    {"fchmod", Guarded<Fchmod, FsNeeds::kOwnership, 2>},
    {"chown", Guarded<Chown, FsNeeds::kWrite, 3>},
    {"fchown", Guarded<Fchown, FsNeeds::kOwnership, 3>},
    {"lchown", Guarded<Lchown, FsNeeds::kWrite, 3>},
    {"mkdir", Guarded<Mkdir, FsNeeds::kWriteOrThrow, 2>},
    {"mkdtemp", Guarded<Mkdtemp, FsNeeds::kMakeName, 2>},
    {"ftruncate", Ftruncate},
    {"utimes", Guarded<Utimes, FsNeeds::kWriteOrThrow, 3>},
    {"futimes", Futimes},
    {"lutimes", Guarded<Lutimes, FsNeeds::kWriteOrThrow, 3>},
    {"rename", Guarded<Rename, FsNeeds::kMove, 2>},
    {"link", Guarded<Link, FsNeeds::kMove, 2>},
    {"copyFile", Guarded<CopyFile, FsNeeds::kCopy, 3>},
    {"symlink", Guarded<Symlink, FsNeeds::kEverything, 3>},
    {"readlink", Guarded<Readlink, FsNeeds::kRead, 2>},
    {"realpath", Realpath},
    {"readdir", Guarded<FsReaddir, FsNeeds::kRead, 3>},
    {"internalModuleStat", InternalModuleStat},
    {"exists", Exists},
    {"readFile", Guarded<FsReadFile, FsNeeds::kByFlags, 3>},
    {"writeFile", Guarded<FsWriteFile, FsNeeds::kWrite, 5>},
    {"makeFolders", Guarded<FsMakeFolders, FsNeeds::kWriteOrThrow, 2>},
    {"removeTree", Guarded<FsRemoveTree, FsNeeds::kWrite, 2>},
};

void Initialize(Environment* env, Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  target->Set(isolate->GetCurrentContext(), OneByte(isolate, "kUsePromises"), v8::Boolean::New(isolate, true))
      .Check();
}

PARLEY_BINDING(fs, BindingKind::kInternal, kFunctions, Initialize, {});

}  // namespace
}  // namespace parley
