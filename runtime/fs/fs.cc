// The `fs` binding: libuv's file operations one to one, and a few synchronous short cuts (Node doc: fs).
// Arguments are already checked by JavaScript. `req` says which of the three ways is meant (request.h).
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/engine/binding.h"
#include "runtime/fs/request.h"

namespace parley {
namespace {

using v8::Integer;
using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

std::string PathArg(const Args& args, int index) {
  if (args[index]->IsArrayBufferView()) {
    std::span<uint8_t> bytes = BytesOf(args[index]);
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return ToUtf8(args.GetIsolate(), args[index]);
}

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

std::unique_ptr<FsRequest> New(const Args& args, const char* syscall, FsRequest::ToResult to_result) {
  return std::make_unique<FsRequest>(Environment::From(args), syscall, to_result);
}

std::unique_ptr<FsRequest> NewOnPath(const Args& args, const char* syscall, FsRequest::ToResult to_result) {
  auto request = New(args, syscall, to_result);
  request->path = PathArg(args, 0);
  return request;
}

std::unique_ptr<FsRequest> NewOnTwoPaths(const Args& args, const char* syscall) {
  auto request = NewOnPath(args, syscall, FsUndefined);
  request->dest = PathArg(args, 1);
  return request;
}

// open(path, flags, mode, req)
void Open(const Args& args) {
  auto request = NewOnPath(args, "open", FsNumber);
  const std::string path = request->path;
  const int flags = IntArg(args, 1);
  const int mode = IntArg(args, 2);
  FsRequest::Run(args, args[3], std::move(request), [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
    return uv_fs_open(loop, uv, path.c_str(), flags | O_CLOEXEC, mode, done);
  });
}

// Operations on one path or one descriptor that give nothing: name(path or fd, req).
using PathCall = int (*)(uv_loop_t*, uv_fs_t*, const char*, uv_fs_cb);
using FdCall = int (*)(uv_loop_t*, uv_fs_t*, uv_file, uv_fs_cb);

void OnPath(const Args& args, const char* syscall, PathCall call) {
  auto request = NewOnPath(args, syscall, FsUndefined);
  const std::string path = request->path;
  FsRequest::Run(args, args[1], std::move(request), [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
    return call(loop, uv, path.c_str(), done);
  });
}

void OnFd(const Args& args, const char* syscall, FdCall call) {
  const int fd = IntArg(args, 0);
  FsRequest::Run(args, args[1], New(args, syscall, FsUndefined),
                 [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) { return call(loop, uv, fd, done); });
}

void Close(const Args& args) { OnFd(args, "close", uv_fs_close); }
void Fsync(const Args& args) { OnFd(args, "fsync", uv_fs_fsync); }
void Fdatasync(const Args& args) { OnFd(args, "fdatasync", uv_fs_fdatasync); }
void Unlink(const Args& args) { OnPath(args, "unlink", uv_fs_unlink); }
void Rmdir(const Args& args) { OnPath(args, "rmdir", uv_fs_rmdir); }

// Reading and writing: (fd, buffer, offset, length, position, req) and (fd, buffers, position, req).
using TransferCall = int (*)(uv_loop_t*, uv_fs_t*, uv_file, const uv_buf_t[], unsigned int, int64_t,
                             uv_fs_cb);

void Transfer(const Args& args, const char* syscall, TransferCall call) {
  auto request = New(args, syscall, FsNumber);
  const int fd = IntArg(args, 0);
  std::span<uint8_t> bytes = request->Hold(args[1]);
  const auto offset = static_cast<size_t>(OffsetArg(args, 2));
  const auto length = static_cast<size_t>(OffsetArg(args, 3));
  if (offset > bytes.size() || length > bytes.size() - offset) {
    request->env()->ThrowError("ERR_OUT_OF_RANGE", "The buffer is smaller than offset + length",
                               Environment::ErrorType::kRangeError);
    return;
  }
  const int64_t position = OffsetArg(args, 4);
  uv_buf_t buffer =
      uv_buf_init(reinterpret_cast<char*>(bytes.data() + offset), static_cast<unsigned>(length));
  FsRequest::Run(args, args[5], std::move(request), [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
    return call(loop, uv, fd, &buffer, 1, position, done);
  });
}

void TransferMany(const Args& args, const char* syscall, TransferCall call) {
  auto request = New(args, syscall, FsNumber);
  const int fd = IntArg(args, 0);
  Local<v8::Context> context = request->env()->context();
  Local<v8::Array> views = args[1].As<v8::Array>();
  for (uint32_t i = 0; i < views->Length(); ++i) {
    Local<Value> view;
    if (!views->Get(context, i).ToLocal(&view)) return;
    std::span<uint8_t> bytes = request->Hold(view);
    request->buffers.push_back(
        uv_buf_init(reinterpret_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size())));
  }
  const int64_t position = OffsetArg(args, 2);
  const uv_buf_t* buffers = request->buffers.data();
  const auto count = static_cast<unsigned>(request->buffers.size());
  FsRequest::Run(args, args[3], std::move(request), [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
    return call(loop, uv, fd, buffers, count, position, done);
  });
}

void Read(const Args& args) { Transfer(args, "read", uv_fs_read); }
void WriteBuffer(const Args& args) { Transfer(args, "write", uv_fs_write); }
void ReadBuffers(const Args& args) { TransferMany(args, "read", uv_fs_read); }
void WriteBuffers(const Args& args) { TransferMany(args, "write", uv_fs_write); }

// stat(path, bigint, req, quiet), lstat likewise, fstat(fd, bigint, req)
void StatPath(const Args& args, const char* syscall, PathCall call) {
  auto request = NewOnPath(args, syscall, FsStat);
  request->flag = args[1]->IsTrue();
  const std::string path = request->path;
  FsRequest::Run(
      args, args[2], std::move(request),
      [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) { return call(loop, uv, path.c_str(), done); },
      args[3]->IsTrue());
}

void Stat(const Args& args) { StatPath(args, "stat", uv_fs_stat); }
void Lstat(const Args& args) { StatPath(args, "lstat", uv_fs_lstat); }

void Fstat(const Args& args) {
  auto request = New(args, "fstat", FsStat);
  request->flag = args[1]->IsTrue();
  const int fd = IntArg(args, 0);
  FsRequest::Run(args, args[2], std::move(request), [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
    return uv_fs_fstat(loop, uv, fd, done);
  });
}

// statfs(path, bigint, req)
void Statfs(const Args& args) {
  auto request = NewOnPath(args, "statfs", FsStatFs);
  request->flag = args[1]->IsTrue();
  const std::string path = request->path;
  FsRequest::Run(args, args[2], std::move(request), [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
    return uv_fs_statfs(loop, uv, path.c_str(), done);
  });
}

// Operations with a path and a number: name(path, number, req).
using PathNumberCall = int (*)(uv_loop_t*, uv_fs_t*, const char*, int, uv_fs_cb);

void OnPathNumber(const Args& args, const char* syscall, PathNumberCall call) {
  auto request = NewOnPath(args, syscall, FsUndefined);
  const std::string path = request->path;
  const int number = IntArg(args, 1);
  FsRequest::Run(args, args[2], std::move(request), [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
    return call(loop, uv, path.c_str(), number, done);
  });
}

void Access(const Args& args) { OnPathNumber(args, "access", uv_fs_access); }
void Chmod(const Args& args) { OnPathNumber(args, "chmod", uv_fs_chmod); }
void Mkdir(const Args& args) { OnPathNumber(args, "mkdir", uv_fs_mkdir); }

void Fchmod(const Args& args) {
  const int fd = IntArg(args, 0);
  const int mode = IntArg(args, 1);
  FsRequest::Run(
      args, args[2], New(args, "fchmod", FsUndefined),
      [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) { return uv_fs_fchmod(loop, uv, fd, mode, done); });
}

void Ftruncate(const Args& args) {
  const int fd = IntArg(args, 0);
  const int64_t length = OffsetArg(args, 1);
  FsRequest::Run(args, args[2], New(args, "ftruncate", FsUndefined),
                 [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
                   return uv_fs_ftruncate(loop, uv, fd, length, done);
                 });
}

// chown(path, uid, gid, req), lchown likewise, fchown(fd, uid, gid, req)
using ChownCall = int (*)(uv_loop_t*, uv_fs_t*, const char*, uv_uid_t, uv_gid_t, uv_fs_cb);

void ChownPath(const Args& args, const char* syscall, ChownCall call) {
  auto request = NewOnPath(args, syscall, FsUndefined);
  const std::string path = request->path;
  const auto uid = static_cast<uv_uid_t>(OffsetArg(args, 1));
  const auto gid = static_cast<uv_gid_t>(OffsetArg(args, 2));
  FsRequest::Run(args, args[3], std::move(request), [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
    return call(loop, uv, path.c_str(), uid, gid, done);
  });
}

void Chown(const Args& args) { ChownPath(args, "chown", uv_fs_chown); }
void Lchown(const Args& args) { ChownPath(args, "lchown", uv_fs_lchown); }

void Fchown(const Args& args) {
  const int fd = IntArg(args, 0);
  const auto uid = static_cast<uv_uid_t>(OffsetArg(args, 1));
  const auto gid = static_cast<uv_gid_t>(OffsetArg(args, 2));
  FsRequest::Run(args, args[3], New(args, "fchown", FsUndefined),
                 [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
                   return uv_fs_fchown(loop, uv, fd, uid, gid, done);
                 });
}

// utimes(path, atime, mtime, req), lutimes likewise, futimes(fd, atime, mtime, req); times in seconds
using UtimesCall = int (*)(uv_loop_t*, uv_fs_t*, const char*, double, double, uv_fs_cb);

void UtimesPath(const Args& args, const char* syscall, UtimesCall call) {
  auto request = NewOnPath(args, syscall, FsUndefined);
  const std::string path = request->path;
  const double atime = DoubleArg(args, 1);
  const double mtime = DoubleArg(args, 2);
  FsRequest::Run(args, args[3], std::move(request), [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
    return call(loop, uv, path.c_str(), atime, mtime, done);
  });
}

void Utimes(const Args& args) { UtimesPath(args, "utime", uv_fs_utime); }
void Lutimes(const Args& args) { UtimesPath(args, "lutime", uv_fs_lutime); }

void Futimes(const Args& args) {
  const int fd = IntArg(args, 0);
  const double atime = DoubleArg(args, 1);
  const double mtime = DoubleArg(args, 2);
  FsRequest::Run(args, args[3], New(args, "futime", FsUndefined),
                 [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
                   return uv_fs_futime(loop, uv, fd, atime, mtime, done);
                 });
}

// rename(from, to, req), link(from, to, req), copyFile(from, to, mode, req), symlink(target, path, flags,
// req)
void Rename(const Args& args) {
  auto request = NewOnTwoPaths(args, "rename");
  const std::string from = request->path;
  const std::string to = request->dest;
  FsRequest::Run(args, args[2], std::move(request), [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
    return uv_fs_rename(loop, uv, from.c_str(), to.c_str(), done);
  });
}

void Link(const Args& args) {
  auto request = NewOnTwoPaths(args, "link");
  const std::string from = request->path;
  const std::string to = request->dest;
  FsRequest::Run(args, args[2], std::move(request), [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
    return uv_fs_link(loop, uv, from.c_str(), to.c_str(), done);
  });
}

void TwoPathsNumber(const Args& args, const char* syscall,
                    int (*call)(uv_loop_t*, uv_fs_t*, const char*, const char*, int, uv_fs_cb)) {
  auto request = NewOnTwoPaths(args, syscall);
  const std::string from = request->path;
  const std::string to = request->dest;
  const int number = IntArg(args, 2);
  FsRequest::Run(args, args[3], std::move(request), [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
    return call(loop, uv, from.c_str(), to.c_str(), number, done);
  });
}

void CopyFile(const Args& args) { TwoPathsNumber(args, "copyfile", uv_fs_copyfile); }
void Symlink(const Args& args) { TwoPathsNumber(args, "symlink", uv_fs_symlink); }

// name(path, encoding, req), giving a path
void PathToPath(const Args& args, const char* syscall, FsRequest::ToResult to_result, PathCall call) {
  auto request = NewOnPath(args, syscall, to_result);
  request->encoding = ParseEncoding(args.GetIsolate(), args[1]);
  const std::string path = request->path;
  FsRequest::Run(args, args[2], std::move(request), [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
    return call(loop, uv, path.c_str(), done);
  });
}

void Readlink(const Args& args) { PathToPath(args, "readlink", FsPointer, uv_fs_readlink); }
void Realpath(const Args& args) { PathToPath(args, "realpath", FsPointer, uv_fs_realpath); }

// mkdtemp(prefix, encoding, req)
void Mkdtemp(const Args& args) {
  auto request = New(args, "mkdtemp", FsPath);
  request->path = PathArg(args, 0) + "XXXXXX";
  request->encoding = ParseEncoding(args.GetIsolate(), args[1]);
  const std::string path = request->path;
  FsRequest::Run(args, args[2], std::move(request), [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
    return uv_fs_mkdtemp(loop, uv, path.c_str(), done);
  });
}

// readdir(path, encoding, withTypes, req); `syscall` of its errors is scandir, or opendir when args[4] is
// true
void Readdir(const Args& args) {
  auto request = NewOnPath(args, args[4]->IsTrue() ? "opendir" : "scandir", FsEntries);
  request->encoding = ParseEncoding(args.GetIsolate(), args[1]);
  request->flag = args[2]->IsTrue();
  const std::string path = request->path;
  FsRequest::Run(args, args[3], std::move(request), [&](uv_loop_t* loop, uv_fs_t* uv, uv_fs_cb done) {
    return uv_fs_scandir(loop, uv, path.c_str(), 0, done);
  });
}

// ---- synchronous short cuts ----

// internalModuleStat(path): 0 a file, 1 a folder, negative nothing.
void InternalModuleStat(const Args& args) {
  struct stat status;
  const std::string path = PathArg(args, 0);
  int result = ::stat(path.c_str(), &status) != 0 ? -errno : S_ISDIR(status.st_mode) ? 1 : 0;
  args.GetReturnValue().Set(result);
}

// exists(path)
void Exists(const Args& args) { args.GetReturnValue().Set(::access(PathArg(args, 0).c_str(), F_OK) == 0); }

// Reads until the end. Returns 0 or a negative errno, and which call failed.
int ReadToEnd(int fd, std::string* out, const char** syscall) {
  struct stat status;
  *syscall = "fstat";
  if (::fstat(fd, &status) != 0) return -errno;
  *syscall = "read";
  if (S_ISDIR(status.st_mode)) return -EISDIR;
  if (S_ISREG(status.st_mode) && status.st_size > INT32_MAX) return -EFBIG;
  const bool known = S_ISREG(status.st_mode) && status.st_size > 0;
  size_t used = 0;
  out->resize(known ? static_cast<size_t>(status.st_size) : 8192);
  for (;;) {
    // A file that has its promised size is read to its end with no second call.
    if (used == out->size()) {
      if (known && used == static_cast<size_t>(status.st_size)) return 0;
      if (used > static_cast<size_t>(INT32_MAX)) return -EFBIG;
      out->resize(used * 2);
    }
    ssize_t n = ::read(fd, out->data() + used, out->size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -errno;
    if (n == 0) break;
    used += static_cast<size_t>(n);
  }
  out->resize(used);
  return 0;
}

// readFileSync(path or fd, flags, encoding): a string, or a Buffer for the encoding 'buffer'.
void ReadFileSync(const Args& args) {
  Environment* env = Environment::From(args);
  const bool own_fd = !args[0]->IsNumber();
  std::string path;
  int fd;
  if (own_fd) {
    path = PathArg(args, 0);
    do {
      fd = ::open(path.c_str(), IntArg(args, 1) | O_CLOEXEC, 0666);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
      env->ThrowUvException(-errno, "open", nullptr, path.c_str());
      return;
    }
  } else {
    fd = IntArg(args, 0);
  }
  std::string content;
  const char* syscall = nullptr;
  const int error = ReadToEnd(fd, &content, &syscall);
  if (own_fd) ::close(fd);
  if (error == -EFBIG) {
    env->ThrowError("ERR_FS_FILE_TOO_LARGE", "File size is greater than 2 GiB",
                    Environment::ErrorType::kRangeError);
    return;
  }
  if (error != 0) {
    env->ThrowUvException(error, syscall);
    return;
  }
  std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(content.data()), content.size());
  Local<Value> result;
  if (EncodeBytes(args.GetIsolate(), bytes, ParseEncoding(args.GetIsolate(), args[2])).ToLocal(&result)) {
    args.GetReturnValue().Set(result);
  }
}

constexpr BindingFunction kFunctions[] = {
    {"open", Open},
    {"close", Close},
    {"fsync", Fsync},
    {"fdatasync", Fdatasync},
    {"unlink", Unlink},
    {"rmdir", Rmdir},
    {"read", Read},
    {"writeBuffer", WriteBuffer},
    {"readBuffers", ReadBuffers},
    {"writeBuffers", WriteBuffers},
    {"stat", Stat},
    {"lstat", Lstat},
    {"fstat", Fstat},
    {"statfs", Statfs},
    {"access", Access},
    {"chmod", Chmod},
    {"fchmod", Fchmod},
    {"chown", Chown},
    {"fchown", Fchown},
    {"lchown", Lchown},
    {"mkdir", Mkdir},
    {"mkdtemp", Mkdtemp},
    {"ftruncate", Ftruncate},
    {"utimes", Utimes},
    {"futimes", Futimes},
    {"lutimes", Lutimes},
    {"rename", Rename},
    {"link", Link},
    {"copyFile", CopyFile},
    {"symlink", Symlink},
    {"readlink", Readlink},
    {"realpath", Realpath},
    {"readdir", Readdir},
    {"internalModuleStat", InternalModuleStat},
    {"exists", Exists},
    {"readFileSync", ReadFileSync},
};

void Initialize(Environment* env, Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  target->Set(isolate->GetCurrentContext(), OneByte(isolate, "kUsePromises"), v8::Boolean::New(isolate, true))
      .Check();
}

PARLEY_BINDING(fs, BindingKind::kInternal, kFunctions, Initialize, {});

}  // namespace
}  // namespace parley
