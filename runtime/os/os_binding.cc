// internalBinding('os'): what libuv tells of the machine (https://nodejs.org/docs/latest-v20.x/api/os.html).
// A function that failed throws Node's system error.
#include <unistd.h>
#include <uv.h>
#include <v8.h>

#include <string>
#include <vector>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

using Args = v8::FunctionCallbackInfo<v8::Value>;

bool Failed(const Args& args, int error, const char* syscall) {
  if (error == 0) return false;
  Environment::From(args)->ThrowUvException(error, syscall);
  return true;
}

void GetHostname(const Args& args) {
  char name[UV_MAXHOSTNAMESIZE];
  size_t size = sizeof(name);
  if (!Failed(args, uv_os_gethostname(name, &size), "uv_os_gethostname"))
    args.GetReturnValue().Set(ToV8(args.GetIsolate(), {name, size}));
}

// [sysname, version, release, machine]
void GetOsInformation(const Args& args) {
  uv_utsname_t info;
  if (Failed(args, uv_os_uname(&info), "uv_os_uname")) return;
  v8::Isolate* isolate = args.GetIsolate();
  v8::Local<v8::Value> parts[] = {ToV8(isolate, info.sysname), ToV8(isolate, info.version),
                                  ToV8(isolate, info.release), ToV8(isolate, info.machine)};
  args.GetReturnValue().Set(v8::Array::New(isolate, parts, 4));
}

void GetLoadAverage(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  double load[3];
  uv_loadavg(load);
  v8::Local<v8::Value> parts[] = {v8::Number::New(isolate, load[0]), v8::Number::New(isolate, load[1]),
                                  v8::Number::New(isolate, load[2])};
  args.GetReturnValue().Set(v8::Array::New(isolate, parts, 3));
}

void GetUptime(const Args& args) {
  double seconds;
  if (!Failed(args, uv_uptime(&seconds), "uv_uptime")) args.GetReturnValue().Set(seconds);
}

void GetTotalMemory(const Args& args) {
  args.GetReturnValue().Set(static_cast<double>(uv_get_total_memory()));
}
void GetFreeMemory(const Args& args) { args.GetReturnValue().Set(static_cast<double>(uv_get_free_memory())); }
void GetAvailableParallelism(const Args& args) { args.GetReturnValue().Set(uv_available_parallelism()); }

// Seven values for each processor: model, MHz, and milliseconds user, nice, sys, idle, irq.
void GetCpus(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  uv_cpu_info_t* cpus = nullptr;
  int count = 0;
  if (uv_cpu_info(&cpus, &count) != 0) return args.GetReturnValue().Set(v8::Array::New(isolate));
  std::vector<v8::Local<v8::Value>> values;
  values.reserve(static_cast<size_t>(count) * 7);
  for (int i = 0; i < count; i++) {
    const uv_cpu_info_t& cpu = cpus[i];
    values.push_back(ToV8(isolate, cpu.model));
    values.push_back(v8::Integer::New(isolate, cpu.speed));
    for (const uint64_t time :
         {cpu.cpu_times.user, cpu.cpu_times.nice, cpu.cpu_times.sys, cpu.cpu_times.idle, cpu.cpu_times.irq}) {
      values.push_back(v8::Number::New(isolate, static_cast<double>(time)));
    }
  }
  uv_free_cpu_info(cpus, count);
  args.GetReturnValue().Set(v8::Array::New(isolate, values.data(), values.size()));
}

// Seven values for each address: interface, address, netmask, family, MAC, internal, scope id (-1: none).
void GetInterfaceAddresses(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  uv_interface_address_t* interfaces = nullptr;
  int count = 0;
  const int error = uv_interface_addresses(&interfaces, &count);
  if (error == UV_ENOSYS) return args.GetReturnValue().Set(v8::Array::New(isolate));
  if (Failed(args, error, "uv_interface_addresses")) return;
  std::vector<v8::Local<v8::Value>> values;
  for (int i = 0; i < count; i++) {
    const uv_interface_address_t& entry = interfaces[i];
    char ip[INET6_ADDRSTRLEN] = "<unknown sa family>";
    char mask[INET6_ADDRSTRLEN] = "<unknown sa family>";
    const char* family = "unknown";
    int scope = -1;
    if (entry.address.address4.sin_family == AF_INET) {
      uv_ip4_name(&entry.address.address4, ip, sizeof(ip));
      uv_ip4_name(&entry.netmask.netmask4, mask, sizeof(mask));
      family = "IPv4";
    } else if (entry.address.address4.sin_family == AF_INET6) {
      uv_ip6_name(&entry.address.address6, ip, sizeof(ip));
      uv_ip6_name(&entry.netmask.netmask6, mask, sizeof(mask));
      family = "IPv6";
      scope = static_cast<int>(entry.address.address6.sin6_scope_id);
    }
    char mac[18];
    const auto* bytes = reinterpret_cast<const unsigned char*>(entry.phys_addr);
    std::snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", bytes[0], bytes[1], bytes[2], bytes[3],
                  bytes[4], bytes[5]);
    values.push_back(ToV8(isolate, entry.name));
    values.push_back(ToV8(isolate, ip));
    values.push_back(ToV8(isolate, mask));
    values.push_back(OneByte(isolate, family));
    values.push_back(ToV8(isolate, mac));
    values.push_back(v8::Boolean::New(isolate, entry.is_internal != 0));
    values.push_back(v8::Integer::New(isolate, scope));
  }
  uv_free_interface_addresses(interfaces, count);
  args.GetReturnValue().Set(v8::Array::New(isolate, values.data(), values.size()));
}

template <int (*Get)(char*, size_t*)>
std::string ReadPath(int* error) {
  std::string path(1024, '\0');
  size_t size = path.size();
  *error = Get(path.data(), &size);
  if (*error == UV_ENOBUFS) {
    path.resize(size);
    *error = Get(path.data(), &size);
  }
  path.resize(*error == 0 ? size : 0);
  return path;
}

void GetHomeDirectory(const Args& args) {
  int error;
  const std::string path = ReadPath<uv_os_homedir>(&error);
  if (!Failed(args, error, "uv_os_homedir")) args.GetReturnValue().Set(ToV8(args.GetIsolate(), path));
}

// [uid, gid, username, homedir, shell]
void GetUserInfo(const Args& args) {
  uv_passwd_t user;
  if (Failed(args, uv_os_get_passwd(&user), "uv_os_get_passwd")) return;
  v8::Isolate* isolate = args.GetIsolate();
  const auto text = [&](const char* value) -> v8::Local<v8::Value> {
    if (value == nullptr) return v8::Null(isolate);
    return ToV8(isolate, value);
  };
  v8::Local<v8::Value> parts[] = {v8::Number::New(isolate, static_cast<double>(user.uid)),
                                  v8::Number::New(isolate, static_cast<double>(user.gid)),
                                  text(user.username), text(user.homedir), text(user.shell)};
  v8::Local<v8::Array> result = v8::Array::New(isolate, parts, 5);
  uv_os_free_passwd(&user);
  args.GetReturnValue().Set(result);
}

void GetPriority(const Args& args) {
  int priority = 0;
  if (!Failed(args, uv_os_getpriority(args[0].As<v8::Int32>()->Value(), &priority), "uv_os_getpriority"))
    args.GetReturnValue().Set(priority);
}

void SetPriority(const Args& args) {
  Failed(args, uv_os_setpriority(args[0].As<v8::Int32>()->Value(), args[1].As<v8::Int32>()->Value()),
         "uv_os_setpriority");
}

constexpr BindingFunction kFunctions[] = {
    {"getHostname", GetHostname},
    {"getOSInformation", GetOsInformation},
    {"getLoadAvg", GetLoadAverage},
    {"getUptime", GetUptime},
    {"getTotalMem", GetTotalMemory},
    {"getFreeMem", GetFreeMemory},
    {"getCPUs", GetCpus},
    {"getInterfaceAddresses", GetInterfaceAddresses},
    {"getHomeDirectory", GetHomeDirectory},
    {"getUserInfo", GetUserInfo},
    {"getPriority", GetPriority},
    {"setPriority", SetPriority},
    {"getAvailableParallelism", GetAvailableParallelism},
};

PARLEY_BINDING(os, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
