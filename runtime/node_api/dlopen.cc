// process.dlopen and linked addons (Node.js "C++ addons", "process.dlopen"; Node-API "Module registration").
//
// An addon says how it starts in one of two ways: while its library loads it calls napi_module_register from
// a constructor (remembered in a thread-local), or it exports napi_register_module_v1. A library loaded again
// runs no constructors, so what it registered the first time is kept by library handle.
#include <dlfcn.h>

#include <map>
#include <mutex>
#include <string>

#include "runtime/engine/binding.h"
#include "runtime/node_api/env.h"
#include "runtime/node_api/linked.h"
#include "runtime/process/permission.h"

namespace parley {
namespace {

using v8::FunctionCallbackInfo;
using v8::Local;
using v8::Value;

thread_local napi_module* pending_module = nullptr;

std::mutex registered_mutex;
std::map<void*, napi_addon_register_func>& RegisteredByHandle() {
  static std::map<void*, napi_addon_register_func> map;
  return map;
}

// The symbol V8-ABI addons of this ABI version export; nothing here can start them yet.
constexpr const char* kAbiSymbol = "node_register_module_v108";

std::string FileUrl(const std::string& path) {
  std::string url = "file://";
  for (unsigned char c : path) {
    if (std::isalnum(c) || std::strchr("/-_.~@:+,=!$&'()*;", c) != nullptr) {
      url.push_back(static_cast<char>(c));
    } else {
      char hex[4];
      std::snprintf(hex, sizeof hex, "%%%02X", c);
      url += hex;
    }
  }
  return url;
}

napi_addon_register_func FindInit(void* library, napi_module* pending) {
  std::lock_guard lock(registered_mutex);
  napi_addon_register_func& known = RegisteredByHandle()[library];
  if (pending != nullptr) known = pending->nm_register_func;
  if (known != nullptr) return known;
  return reinterpret_cast<napi_addon_register_func>(::dlsym(library, "napi_register_module_v1"));
}

// dlopen(module, filename, flags)
void DlOpen(const FunctionCallbackInfo<Value>& args) {
  Environment* env = Environment::From(args);
  if (!IsPermitted(Permission::kAddon)) {
    return env->ThrowError("ERR_DLOPEN_DISABLED",
                           "Cannot load native addon because loading addons is disabled.");
  }
  v8::Isolate* isolate = args.GetIsolate();
  Local<v8::Context> context = isolate->GetCurrentContext();
  std::string filename = ToUtf8(isolate, args[1]);
  int flags = args[2]->IsInt32() ? args[2].As<v8::Int32>()->Value() : RTLD_LAZY;

  pending_module = nullptr;
  void* library = ::dlopen(filename.c_str(), flags);
  napi_module* pending = std::exchange(pending_module, nullptr);
  if (library == nullptr) {
    const char* reason = ::dlerror();
    env->ThrowError("ERR_DLOPEN_FAILED", reason != nullptr ? reason : filename + ": cannot be loaded");
    return;
  }
  napi_addon_register_func init = FindInit(library, pending);
  if (init == nullptr) {
    bool v8_abi = ::dlsym(library, kAbiSymbol) != nullptr;
    ::dlclose(library);
    env->ThrowError("ERR_DLOPEN_FAILED",
                    v8_abi
                        ? "Addons of V8's ABI are not implemented, only those of Node-API: '" + filename + "'"
                        : "Module did not self-register: '" + filename + "'.");
    return;
  }
  Local<v8::Object> module = args[0].As<v8::Object>();
  Local<v8::String> exports_key = OneByte(isolate, "exports");
  Local<Value> exports;
  Local<Value> result;
  if (!module->Get(context, exports_key).ToLocal(&exports)) return;
  if (!napi::InitializeModule(env, init, exports, FileUrl(filename)).ToLocal(&result)) return;
  if (result != exports && !result->IsUndefined()) {
    (void)module->Set(context, exports_key, result).FromMaybe(false);
  }
}

constexpr BindingFunction kDlopenFunctions[] = {{"dlopen", DlOpen}};
PARLEY_BINDING(dlopen, BindingKind::kInternal, kDlopenFunctions, nullptr, {});

std::map<std::string, napi_addon_register_func>& LinkedModules() {
  static std::map<std::string, napi_addon_register_func> map;
  return map;
}

// load(name) → exports of the linked addon, undefined when there is none
void LoadLinked(const FunctionCallbackInfo<Value>& args) {
  v8::Isolate* isolate = args.GetIsolate();
  std::string name = ToUtf8(isolate, args[0]);
  auto found = LinkedModules().find(name);
  if (found == LinkedModules().end()) return;
  Local<Value> exports;
  if (napi::InitializeModule(Environment::From(args), found->second, v8::Object::New(isolate), "")
          .ToLocal(&exports)) {
    args.GetReturnValue().Set(exports);
  }
}

constexpr BindingFunction kLinkedFunctions[] = {{"load", LoadLinked}};
PARLEY_BINDING(linked, BindingKind::kInternal, kLinkedFunctions, nullptr, {});

}  // namespace

int RegisterLinkedNapiModule(const char* name, napi_addon_register_func init) {
  LinkedModules()[name] = init;
  return 0;
}

}  // namespace parley

void NAPI_CDECL napi_module_register(napi_module* module) { parley::pending_module = module; }
