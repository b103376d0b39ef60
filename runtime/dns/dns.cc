// internalBinding('cares_wrap'): names to addresses by the system's resolver, on libuv's thread pool.
//   getaddrinfo(req, hostname, family, flags, verbatim)   req.oncomplete(error, [addresses])
//   getnameinfo(req, address, port)                       req.oncomplete(error, hostname, service)
//   isIP(text)  0, 4 or 6
#include <memory>
#include <string>
#include <vector>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

using v8::FunctionCallbackInfo;
using v8::Local;
using v8::Object;
using v8::Value;

// The JavaScript side of a request: a BaseObject only for its MakeCallback, which keeps the async context.
class ResolveRequest : public BaseObject {
 public:
  using BaseObject::BaseObject;
  union {
    uv_getaddrinfo_t info;
    uv_getnameinfo_t name;
  } req;
  bool verbatim = true;
};

void OnAddresses(uv_getaddrinfo_t* req, int status, addrinfo* result) {
  std::unique_ptr<ResolveRequest> self(static_cast<ResolveRequest*>(req->data));
  Environment* env = self->env();
  v8::Isolate* isolate = env->isolate();
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> free_result(result, uv_freeaddrinfo);
  if (env->is_stopping()) return;
  v8::HandleScope scope(isolate);
  v8::Context::Scope context_scope(env->context());
  std::vector<Local<Value>> addresses;
  // Not verbatim: IPv4 addresses first.
  for (int pass = self->verbatim ? 1 : 0; status == 0 && pass < 2; pass++) {
    for (addrinfo* at = result; at != nullptr; at = at->ai_next) {
      if (at->ai_socktype != SOCK_STREAM) continue;
      if (!self->verbatim && (at->ai_family == AF_INET) != (pass == 0)) continue;
      char text[INET6_ADDRSTRLEN] = "";
      if (at->ai_family == AF_INET)
        uv_ip4_name(reinterpret_cast<sockaddr_in*>(at->ai_addr), text, sizeof text);
      if (at->ai_family == AF_INET6)
        uv_ip6_name(reinterpret_cast<sockaddr_in6*>(at->ai_addr), text, sizeof text);
      if (text[0] != '\0') addresses.push_back(ToV8(isolate, text));
    }
  }
  if (status == 0 && addresses.empty()) status = UV_EAI_NODATA;
  Local<Value> argv[] = {v8::Integer::New(isolate, status),
                         v8::Array::New(isolate, addresses.data(), addresses.size())};
  self->MakeCallback("oncomplete", 2, argv);
}

void OnName(uv_getnameinfo_t* req, int status, const char* hostname, const char* service) {
  std::unique_ptr<ResolveRequest> self(static_cast<ResolveRequest*>(req->data));
  Environment* env = self->env();
  v8::Isolate* isolate = env->isolate();
  if (env->is_stopping()) return;
  v8::HandleScope scope(isolate);
  v8::Context::Scope context_scope(env->context());
  Local<Value> argv[] = {v8::Integer::New(isolate, status),
                         ToV8(isolate, hostname != nullptr ? hostname : ""),
                         ToV8(isolate, service != nullptr ? service : "")};
  self->MakeCallback("oncomplete", 3, argv);
}

void New(const FunctionCallbackInfo<Value>& args) {
  new ResolveRequest(Environment::From(args), args.This());
}

void GetAddrInfo(const FunctionCallbackInfo<Value>& args) {
  auto* self = BaseObject::Unwrap<ResolveRequest>(args[0]);
  if (self == nullptr) return args.GetReturnValue().Set(UV_EINVAL);
  self->StartAsync("GETADDRINFOREQWRAP");
  addrinfo hints = {};
  int family = ToInt(args[2]);
  hints.ai_family = family == 4 ? AF_INET : family == 6 ? AF_INET6 : AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = ToInt(args[3]);
  self->verbatim = args[4]->IsTrue();
  self->req.info.data = self;
  int error = uv_getaddrinfo(self->env()->loop(), &self->req.info, OnAddresses,
                             ToUtf8(args.GetIsolate(), args[1]).c_str(), nullptr, &hints);
  if (error != 0) delete self;
  args.GetReturnValue().Set(error);
}

void GetNameInfo(const FunctionCallbackInfo<Value>& args) {
  auto* self = BaseObject::Unwrap<ResolveRequest>(args[0]);
  if (self == nullptr) return args.GetReturnValue().Set(UV_EINVAL);
  self->StartAsync("GETNAMEINFOREQWRAP");
  std::string host = ToUtf8(args.GetIsolate(), args[1]);
  sockaddr_storage address;
  int error = uv_ip4_addr(host.c_str(), ToInt(args[2]), reinterpret_cast<sockaddr_in*>(&address));
  if (error != 0)
    error = uv_ip6_addr(host.c_str(), ToInt(args[2]), reinterpret_cast<sockaddr_in6*>(&address));
  self->req.name.data = self;
  if (error == 0) {
    error = uv_getnameinfo(self->env()->loop(), &self->req.name, OnName,
                           reinterpret_cast<sockaddr*>(&address), NI_NAMEREQD);
  }
  if (error != 0) delete self;
  args.GetReturnValue().Set(error);
}

void IsIp(const FunctionCallbackInfo<Value>& args) {
  std::string text = ToUtf8(args.GetIsolate(), args[0]);
  char out[sizeof(in6_addr)];
  int family = 0;
  if (text.find('\0') == std::string::npos && text.size() < INET6_ADDRSTRLEN + UV_IF_NAMESIZE) {
    std::string bare = text.substr(0, text.find('%'));
    if (uv_inet_pton(AF_INET, text.c_str(), out) == 0) {
      family = 4;
    } else if ((bare.size() == text.size() || bare.size() + 1 < text.size()) &&
               uv_inet_pton(AF_INET6, bare.c_str(), out) == 0) {
      family = 6;
    }
  }
  args.GetReturnValue().Set(family);
}

void Initialize(Environment* env, Local<Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::Context> context = env->context();
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "ResolveRequest", New);
  BaseObject::Export(isolate, target, "ResolveRequest", t);
  const std::pair<const char*, int> numbers[] = {
      {"AI_ADDRCONFIG", AI_ADDRCONFIG}, {"AI_ALL", AI_ALL}, {"AI_V4MAPPED", AI_V4MAPPED}};
  for (const auto& [name, number] : numbers) {
    target->Set(context, OneByte(isolate, name), v8::Integer::New(isolate, number)).Check();
  }
}

constexpr BindingFunction kFunctions[] = {
    {"getaddrinfo", GetAddrInfo}, {"getnameinfo", GetNameInfo}, {"isIP", IsIp}};

}  // namespace

PARLEY_BINDING(cares_wrap, BindingKind::kInternal, kFunctions, Initialize, {});

}  // namespace parley
