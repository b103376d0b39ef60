// internalBinding('constants'): numbers of the platform
// (https://nodejs.org/docs/latest-v20.x/api/os.html#os-constants and fs.constants).
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>
#include <v8.h>

#include <cerrno>
#include <csignal>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

struct Constant {
  const char* name;
  int value;
};

#define C(name) \
  { #name, name }

constexpr Constant kErrno[] = {
    C(E2BIG),        C(EACCES),          C(EADDRINUSE),  C(EADDRNOTAVAIL), C(EAFNOSUPPORT), C(EAGAIN),
    C(EALREADY),     C(EBADF),           C(EBADMSG),     C(EBUSY),         C(ECANCELED),    C(ECHILD),
    C(ECONNABORTED), C(ECONNREFUSED),    C(ECONNRESET),  C(EDEADLK),       C(EDESTADDRREQ), C(EDOM),
    C(EDQUOT),       C(EEXIST),          C(EFAULT),      C(EFBIG),         C(EHOSTUNREACH), C(EIDRM),
    C(EILSEQ),       C(EINPROGRESS),     C(EINTR),       C(EINVAL),        C(EIO),          C(EISCONN),
    C(EISDIR),       C(ELOOP),           C(EMFILE),      C(EMLINK),        C(EMSGSIZE),     C(EMULTIHOP),
    C(ENAMETOOLONG), C(ENETDOWN),        C(ENETRESET),   C(ENETUNREACH),   C(ENFILE),       C(ENOBUFS),
    C(ENODATA),      C(ENODEV),          C(ENOENT),      C(ENOEXEC),       C(ENOLCK),       C(ENOLINK),
    C(ENOMEM),       C(ENOMSG),          C(ENOPROTOOPT), C(ENOSPC),        C(ENOSR),        C(ENOSTR),
    C(ENOSYS),       C(ENOTCONN),        C(ENOTDIR),     C(ENOTEMPTY),     C(ENOTSOCK),     C(ENOTSUP),
    C(ENOTTY),       C(ENXIO),           C(EOPNOTSUPP),  C(EOVERFLOW),     C(EPERM),        C(EPIPE),
    C(EPROTO),       C(EPROTONOSUPPORT), C(EPROTOTYPE),  C(ERANGE),        C(EROFS),        C(ESPIPE),
    C(ESRCH),        C(ESTALE),          C(ETIME),       C(ETIMEDOUT),     C(ETXTBSY),      C(EWOULDBLOCK),
    C(EXDEV),
};

constexpr Constant kSignals[] = {
    C(SIGHUP),   C(SIGINT),  C(SIGQUIT), C(SIGILL),    C(SIGTRAP), C(SIGABRT),   C(SIGIOT),
    C(SIGBUS),   C(SIGFPE),  C(SIGKILL), C(SIGUSR1),   C(SIGSEGV), C(SIGUSR2),   C(SIGPIPE),
    C(SIGALRM),  C(SIGTERM), C(SIGCHLD), C(SIGSTKFLT), C(SIGCONT), C(SIGSTOP),   C(SIGTSTP),
    C(SIGTTIN),  C(SIGTTOU), C(SIGURG),  C(SIGXCPU),   C(SIGXFSZ), C(SIGVTALRM), C(SIGPROF),
    C(SIGWINCH), C(SIGIO),   C(SIGPOLL), C(SIGPWR),    C(SIGSYS),
};

constexpr Constant kPriority[] = {
    {"PRIORITY_LOW", UV_PRIORITY_LOW},       {"PRIORITY_BELOW_NORMAL", UV_PRIORITY_BELOW_NORMAL},
    {"PRIORITY_NORMAL", UV_PRIORITY_NORMAL}, {"PRIORITY_ABOVE_NORMAL", UV_PRIORITY_ABOVE_NORMAL},
    {"PRIORITY_HIGH", UV_PRIORITY_HIGH},     {"PRIORITY_HIGHEST", UV_PRIORITY_HIGHEST},
};

constexpr Constant kDlopen[] = {C(RTLD_LAZY), C(RTLD_NOW), C(RTLD_GLOBAL), C(RTLD_LOCAL), C(RTLD_DEEPBIND)};

constexpr Constant kFs[] = {
    C(UV_FS_SYMLINK_DIR),
    C(UV_FS_SYMLINK_JUNCTION),
    C(O_RDONLY),
    C(O_WRONLY),
    C(O_RDWR),
    C(UV_DIRENT_UNKNOWN),
    C(UV_DIRENT_FILE),
    C(UV_DIRENT_DIR),
    C(UV_DIRENT_LINK),
    C(UV_DIRENT_FIFO),
    C(UV_DIRENT_SOCKET),
    C(UV_DIRENT_CHAR),
    C(UV_DIRENT_BLOCK),
    {"EXTENSIONLESS_FORMAT_JAVASCRIPT", 0},
    {"EXTENSIONLESS_FORMAT_WASM", 1},
    C(S_IFMT),
    C(S_IFREG),
    C(S_IFDIR),
    C(S_IFCHR),
    C(S_IFBLK),
    C(S_IFIFO),
    C(S_IFLNK),
    C(S_IFSOCK),
    C(O_CREAT),
    C(O_EXCL),
    {"UV_FS_O_FILEMAP", UV_FS_O_FILEMAP},
    C(O_NOCTTY),
    C(O_TRUNC),
    C(O_APPEND),
    C(O_DIRECTORY),
    C(O_NOATIME),
    C(O_NOFOLLOW),
    C(O_SYNC),
    C(O_DSYNC),
    C(O_DIRECT),
    C(O_NONBLOCK),
    C(S_IRWXU),
    C(S_IRUSR),
    C(S_IWUSR),
    C(S_IXUSR),
    C(S_IRWXG),
    C(S_IRGRP),
    C(S_IWGRP),
    C(S_IXGRP),
    C(S_IRWXO),
    C(S_IROTH),
    C(S_IWOTH),
    C(S_IXOTH),
    C(F_OK),
    C(R_OK),
    C(W_OK),
    C(X_OK),
    C(UV_FS_COPYFILE_EXCL),
    {"COPYFILE_EXCL", UV_FS_COPYFILE_EXCL},
    C(UV_FS_COPYFILE_FICLONE),
    {"COPYFILE_FICLONE", UV_FS_COPYFILE_FICLONE},
    C(UV_FS_COPYFILE_FICLONE_FORCE),
    {"COPYFILE_FICLONE_FORCE", UV_FS_COPYFILE_FICLONE_FORCE},
};
#undef C

template <size_t size>
v8::Local<v8::Object> MakeTable(v8::Isolate* isolate, const Constant (&constants)[size]) {
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  v8::Local<v8::Object> table = v8::Object::New(isolate, v8::Null(isolate), nullptr, nullptr, 0);
  for (const Constant& constant : constants) {
    table
        ->DefineOwnProperty(context, OneByte(isolate, constant.name),
                            v8::Integer::New(isolate, constant.value),
                            static_cast<v8::PropertyAttribute>(v8::ReadOnly | v8::DontDelete))
        .Check();
  }
  return table;
}

void Initialize(Environment* env, v8::Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  const auto set = [&](v8::Local<v8::Object> object, const char* name, v8::Local<v8::Value> value) {
    object->Set(context, OneByte(isolate, name), value).Check();
  };
  v8::Local<v8::Object> os = v8::Object::New(isolate, v8::Null(isolate), nullptr, nullptr, 0);
  set(os, "UV_UDP_REUSEADDR", v8::Integer::New(isolate, UV_UDP_REUSEADDR));
  set(os, "dlopen", MakeTable(isolate, kDlopen));
  set(os, "errno", MakeTable(isolate, kErrno));
  set(os, "signals", MakeTable(isolate, kSignals));
  set(os, "priority", MakeTable(isolate, kPriority));
  set(target, "os", os);
  set(target, "fs", MakeTable(isolate, kFs));
}

PARLEY_BINDING(constants, BindingKind::kBuiltin, {}, Initialize, {});

}  // namespace
}  // namespace parley
