// internalBinding('process'): what `process` asks of the operating system.
#include <grp.h>
#include <nghttp2/nghttp2ver.h>
#include <openssl/opensslv.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "runtime/buffer/buffer.h"
#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/engine/layout.h"
#include "runtime/engine/memory_limit.h"
#include "runtime/engine/version.h"

namespace parley {
namespace {

using Args = v8::FunctionCallbackInfo<v8::Value>;

void Cwd(const Args& args) {
  Environment* env = Environment::From(args);
  char path[4096];
  size_t size = sizeof(path);
  int error = uv_cwd(path, &size);
  if (error != 0) return env->ThrowUvException(error, "uv_cwd");
  args.GetReturnValue().Set(ToV8(env->isolate(), {path, size}));
}

void Chdir(const Args& args) {
  Environment* env = Environment::From(args);
  std::string path = ToUtf8(env->isolate(), args[0]);
  int error = uv_chdir(path.c_str());
  if (error == 0) return;
  char cwd[4096];
  size_t size = sizeof(cwd);
  if (uv_cwd(cwd, &size) != 0) cwd[0] = '\0';
  env->ThrowUvException(error, "chdir", nullptr, cwd, path.c_str());
}

void ReallyExit(const Args& args) {
  Environment::From(args)->Exit(args[0]->IsInt32() ? args[0].As<v8::Int32>()->Value() : 0);
}

void Abort(const Args&) { std::abort(); }

void Hrtime(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  uint64_t now = uv_hrtime();
  v8::Local<v8::Value> parts[] = {
      v8::Number::New(isolate, static_cast<double>(now / 1000000000)),
      v8::Integer::NewFromUnsigned(isolate, static_cast<uint32_t>(now % 1000000000))};
  args.GetReturnValue().Set(v8::Array::New(isolate, parts, std::size(parts)));
}

void HrtimeBigint(const Args& args) {
  args.GetReturnValue().Set(v8::BigInt::NewFromUnsigned(args.GetIsolate(), uv_hrtime()));
}

// Milliseconds with a fraction since an arbitrary point, into a Float64Array of one: the clock under
// performance.now(). A number that is returned would be made on V8's heap first.
void NowMilliseconds(const Args& args) {
  const double now = static_cast<double>(uv_hrtime()) / 1e6;
  std::span<uint8_t> target = layout::TypedArrayBytes(args[0]);
  if (target.data() == nullptr) target = BytesOf(args[0]);
  if (target.size() == sizeof(now)) std::memcpy(target.data(), &now, sizeof(now));
}

uint64_t StartTime() {
  static const uint64_t start = uv_hrtime();
  return start;
}
[[maybe_unused]] const uint64_t start_time = StartTime();

void StartMilliseconds(const Args& args) {
  args.GetReturnValue().Set(static_cast<double>(StartTime()) / 1e6);
}

void Uptime(const Args& args) {
  args.GetReturnValue().Set(static_cast<double>(uv_hrtime() - StartTime()) / 1e9);
}

void Rss(const Args& args) {
  size_t rss = 0;
  int error = uv_resident_set_memory(&rss);
  if (error != 0) return Environment::From(args)->ThrowUvException(error, "uv_resident_set_memory");
  args.GetReturnValue().Set(static_cast<double>(rss));
}

void SetNumber(v8::Isolate* isolate, v8::Local<v8::Object> target, const char* name, double value) {
  target->Set(isolate->GetCurrentContext(), OneByte(isolate, name), v8::Number::New(isolate, value)).Check();
}

void MemoryUsage(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  size_t rss = 0;
  int error = uv_resident_set_memory(&rss);
  if (error != 0) return Environment::From(args)->ThrowUvException(error, "uv_resident_set_memory");
  v8::HeapStatistics heap;
  isolate->GetHeapStatistics(&heap);
  v8::Local<v8::Object> result = v8::Object::New(isolate);
  SetNumber(isolate, result, "rss", static_cast<double>(rss));
  SetNumber(isolate, result, "heapTotal", static_cast<double>(heap.total_heap_size()));
  SetNumber(isolate, result, "heapUsed", static_cast<double>(heap.used_heap_size()));
  SetNumber(isolate, result, "external", static_cast<double>(heap.external_memory()));
  SetNumber(isolate, result, "arrayBuffers", static_cast<double>(heap.external_memory()));
  args.GetReturnValue().Set(result);
}

double Microseconds(const uv_timeval_t& t) {
  return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
}

// resourceUsage() -> the 16 numbers of getrusage, in the order process.resourceUsage() names them.
void ResourceUsage(const Args& args) {
  Environment* env = Environment::From(args);
  uv_rusage_t usage;
  int error = uv_getrusage(&usage);
  if (error != 0) return env->ThrowUvException(error, "uv_getrusage");
  double values[] = {Microseconds(usage.ru_utime),          Microseconds(usage.ru_stime),
                     static_cast<double>(usage.ru_maxrss),  static_cast<double>(usage.ru_ixrss),
                     static_cast<double>(usage.ru_idrss),   static_cast<double>(usage.ru_isrss),
                     static_cast<double>(usage.ru_minflt),  static_cast<double>(usage.ru_majflt),
                     static_cast<double>(usage.ru_nswap),   static_cast<double>(usage.ru_inblock),
                     static_cast<double>(usage.ru_oublock), static_cast<double>(usage.ru_msgsnd),
                     static_cast<double>(usage.ru_msgrcv),  static_cast<double>(usage.ru_nsignals),
                     static_cast<double>(usage.ru_nvcsw),   static_cast<double>(usage.ru_nivcsw)};
  std::array<v8::Local<v8::Value>, std::size(values)> numbers;
  for (size_t i = 0; i < numbers.size(); i++) numbers[i] = v8::Number::New(env->isolate(), values[i]);
  args.GetReturnValue().Set(v8::Array::New(env->isolate(), numbers.data(), numbers.size()));
}

// kill(pid, signal) -> 0 or a negative error.
void Kill(const Args& args) {
  v8::Local<v8::Context> context = args.GetIsolate()->GetCurrentContext();
  int pid = args[0]->Int32Value(context).FromMaybe(0);
  int signal = args[1]->Int32Value(context).FromMaybe(0);
  args.GetReturnValue().Set(uv_kill(pid, signal));
}

void Getuid(const Args& args) { args.GetReturnValue().Set(static_cast<uint32_t>(getuid())); }
void Geteuid(const Args& args) { args.GetReturnValue().Set(static_cast<uint32_t>(geteuid())); }
void Getgid(const Args& args) { args.GetReturnValue().Set(static_cast<uint32_t>(getgid())); }
void Getegid(const Args& args) { args.GetReturnValue().Set(static_cast<uint32_t>(getegid())); }
// umask([mask]) -> the previous mask. Reading it means setting it for a moment.
void Umask(const Args& args) {
  mode_t old;
  if (args[0]->IsUint32()) {
    old = umask(static_cast<mode_t>(args[0].As<v8::Uint32>()->Value()));
  } else {
    old = umask(0);
    umask(old);
  }
  args.GetReturnValue().Set(static_cast<uint32_t>(old));
}

// Finds a user or group by number or name. False: there is none.
bool FindUser(v8::Isolate* isolate, v8::Local<v8::Value> value, uid_t* id) {
  if (value->IsUint32()) {
    *id = value.As<v8::Uint32>()->Value();
    return true;
  }
  passwd entry;
  passwd* found = nullptr;
  std::array<char, 8192> buffer;
  getpwnam_r(ToUtf8(isolate, value).c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found != nullptr) *id = entry.pw_uid;
  return found != nullptr;
}

bool FindGroup(v8::Isolate* isolate, v8::Local<v8::Value> value, gid_t* id) {
  if (value->IsUint32()) {
    *id = value.As<v8::Uint32>()->Value();
    return true;
  }
  group entry;
  group* found = nullptr;
  std::array<char, 8192> buffer;
  getgrnam_r(ToUtf8(isolate, value).c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found != nullptr) *id = entry.gr_gid;
  return found != nullptr;
}

// setuid(id or name) and its like -> 0, 1 for an unknown name, or a negative error.
template <int (*change)(uid_t)>
void ChangeUser(const Args& args) {
  uid_t id;
  int result = 1;
  if (FindUser(args.GetIsolate(), args[0], &id)) result = change(id) == 0 ? 0 : -errno;
  args.GetReturnValue().Set(result);
}

template <int (*change)(gid_t)>
void ChangeGroup(const Args& args) {
  gid_t id;
  int result = 1;
  if (FindGroup(args.GetIsolate(), args[0], &id)) result = change(id) == 0 ? 0 : -errno;
  args.GetReturnValue().Set(result);
}

void Getgroups(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  std::array<gid_t, 65536> groups;  // NGROUPS_MAX of Linux
  int count = getgroups(static_cast<int>(groups.size()), groups.data());
  if (count < 0) return Environment::From(args)->ThrowUvException(-errno, "getgroups");
  std::vector<v8::Local<v8::Value>> ids;
  for (int i = 0; i < count; i++)
    ids.push_back(v8::Integer::NewFromUnsigned(isolate, groups[static_cast<size_t>(i)]));
  args.GetReturnValue().Set(v8::Array::New(isolate, ids.data(), ids.size()));
}

// setgroups(list) -> 0, the number (from 1) of one that is not known, or a negative error.
void Setgroups(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  auto list = args[0].As<v8::Array>();
  std::vector<gid_t> groups(list->Length());
  for (uint32_t i = 0; i < list->Length(); i++) {
    v8::Local<v8::Value> value;
    if (!list->Get(isolate->GetCurrentContext(), i).ToLocal(&value)) return;
    if (!FindGroup(isolate, value, &groups[i])) return args.GetReturnValue().Set(i + 1);
  }
  args.GetReturnValue().Set(setgroups(groups.size(), groups.data()) == 0 ? 0 : -errno);
}

// initgroups(user, group) -> 0, 1: no such user, 2: no such group, or a negative error.
void Initgroups(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  std::string user;
  gid_t group;
  if (args[0]->IsUint32()) {
    passwd entry;
    passwd* found = nullptr;
    std::array<char, 8192> buffer;
    getpwuid_r(args[0].As<v8::Uint32>()->Value(), &entry, buffer.data(), buffer.size(), &found);
    if (found == nullptr) return args.GetReturnValue().Set(1);
    user = entry.pw_name;
  } else {
    user = ToUtf8(isolate, args[0]);
  }
  if (!FindGroup(isolate, args[1], &group)) return args.GetReturnValue().Set(2);
  args.GetReturnValue().Set(initgroups(user.c_str(), group) == 0 ? 0 : -errno);
}

void Title(const Args& args) {
  std::array<char, 1024> title;
  uv_get_process_title(title.data(), title.size());
  args.GetReturnValue().Set(ToV8(args.GetIsolate(), title.data()));
}
void SetTitle(const Args& args) { uv_set_process_title(ToUtf8(args.GetIsolate(), args[0]).c_str()); }

// describeError(number): the text of a negative error as the C library has it.
void DescribeError(const Args& args) {
  args.GetReturnValue().Set(ToV8(args.GetIsolate(), std::strerror(-args[0].As<v8::Int32>()->Value())));
}

void GetConstrainedMemory(const Args& args) {
  args.GetReturnValue().Set(static_cast<double>(ConstrainedMemory()));
}
void GetAvailableMemory(const Args& args) {
  args.GetReturnValue().Set(static_cast<double>(AvailableMemory()));
}

void IsTerminal(const Args& args) {
  args.GetReturnValue().Set(uv_guess_handle(args[0].As<v8::Int32>()->Value()) == UV_TTY);
}

struct Walk {
  v8::Isolate* isolate;
  std::vector<v8::Local<v8::Value>> found;
};

// activeHandles() -> [kind, object, ...] of the handles that keep the loop alive.
void ActiveHandles(const Args& args) {
  Walk walk{args.GetIsolate(), {}};
  uv_walk(
      Environment::From(args)->loop(),
      [](uv_handle_t* handle, void* data) {
        if (!uv_has_ref(handle) || uv_is_closing(handle)) return;
        switch (handle->type) {
          case UV_TCP:
          case UV_NAMED_PIPE:
          case UV_TTY:
          case UV_UDP:
          case UV_PROCESS:
          case UV_FS_EVENT:
          case UV_FS_POLL:
          case UV_SIGNAL:
            break;
          default:
            return;  // the engine's own timer and immediates
        }
        auto* wrap = static_cast<HandleWrap*>(handle->data);
        if (wrap == nullptr) return;
        auto* to = static_cast<Walk*>(data);
        to->found.push_back(OneByte(to->isolate, wrap->type()));
        to->found.push_back(wrap->object());
      },
      &walk);
  args.GetReturnValue().Set(v8::Array::New(walk.isolate, walk.found.data(), walk.found.size()));
}

// activeRequests() -> [kind, object, ...] of the operations under way.
void ActiveRequests(const Args& args) {
  Environment* env = Environment::From(args);
  Walk walk{args.GetIsolate(), {}};
  for (const AsyncOperation* o = env->async().operations(); o != nullptr; o = o->next()) {
    v8::Local<v8::Object> resource = o->resource();
    walk.found.push_back(OneByte(walk.isolate, o->type()));
    walk.found.push_back(resource.IsEmpty() ? v8::Object::New(walk.isolate) : resource);
  }
  args.GetReturnValue().Set(v8::Array::New(walk.isolate, walk.found.data(), walk.found.size()));
}

void Ppid(const Args& args) { args.GetReturnValue().Set(static_cast<int32_t>(uv_os_getppid())); }
void Pid(const Args& args) { args.GetReturnValue().Set(static_cast<int32_t>(uv_os_getpid())); }

// rawWrite(fd, text): writes at once, past every stream; for messages of a process that is in trouble.
void RawWrite(const Args& args) {
  int fd = args[0].As<v8::Int32>()->Value();
  std::string text = ToUtf8(args.GetIsolate(), args[1]);
  size_t done = 0;
  while (done < text.size()) {
    ssize_t n = write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    done += static_cast<size_t>(n);
  }
}

void SetString(v8::Isolate* isolate, v8::Local<v8::Object> target, const char* name, const char* value) {
  target->Set(isolate->GetCurrentContext(), OneByte(isolate, name), ToV8(isolate, value)).Check();
}

void Initialize(Environment* env, v8::Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  SetString(isolate, target, "version", "v" PARLEY_NODE_VERSION);
  SetString(isolate, target, "arch", "x64");
  SetString(isolate, target, "platform", "linux");
  v8::Local<v8::Object> versions = v8::Object::New(isolate);
  SetString(isolate, versions, "node", PARLEY_NODE_VERSION);
  SetString(isolate, versions, "parley", PARLEY_VERSION);
  SetString(isolate, versions, "v8", v8::V8::GetVersion());
  SetString(isolate, versions, "uv", uv_version_string());
  SetString(isolate, versions, "openssl", OPENSSL_VERSION_STR);
  SetString(isolate, versions, "nghttp2", NGHTTP2_VERSION);
  SetString(isolate, versions, "modules", PARLEY_MODULE_ABI);
  SetString(isolate, versions, "napi", PARLEY_NAPI_VERSION);
  target->Set(isolate->GetCurrentContext(), OneByte(isolate, "versions"), versions).Check();
}

constexpr BindingFunction kFunctions[] = {{"cwd", Cwd},
                                          {"chdir", Chdir},
                                          {"reallyExit", ReallyExit},
                                          {"abort", Abort},
                                          {"hrtime", Hrtime},
                                          {"hrtimeBigint", HrtimeBigint},
                                          {"nowMilliseconds", NowMilliseconds},
                                          {"startMilliseconds", StartMilliseconds},
                                          {"uptime", Uptime},
                                          {"rss", Rss},
                                          {"memoryUsage", MemoryUsage},
                                          {"resourceUsage", ResourceUsage},
                                          {"kill", Kill},
                                          {"getuid", Getuid},
                                          {"geteuid", Geteuid},
                                          {"getgid", Getgid},
                                          {"getegid", Getegid},
                                          {"ppid", Ppid},
                                          {"pid", Pid},
                                          {"umask", Umask},
                                          {"setuid", ChangeUser<setuid>},
                                          {"seteuid", ChangeUser<seteuid>},
                                          {"setgid", ChangeGroup<setgid>},
                                          {"setegid", ChangeGroup<setegid>},
                                          {"getgroups", Getgroups},
                                          {"setgroups", Setgroups},
                                          {"initgroups", Initgroups},
                                          {"title", Title},
                                          {"setTitle", SetTitle},
                                          {"describeError", DescribeError},
                                          {"constrainedMemory", GetConstrainedMemory},
                                          {"availableMemory", GetAvailableMemory},
                                          {"isTerminal", IsTerminal},
                                          {"activeHandles", ActiveHandles},
                                          {"activeRequests", ActiveRequests},
                                          {"rawWrite", RawWrite}};
PARLEY_BINDING(process, BindingKind::kInternal, kFunctions, Initialize, {});

}  // namespace
}  // namespace parley
