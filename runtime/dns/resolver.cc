// internalBinding('dns_resolver'): queries to name servers by c-ares, its sockets on the event loop.
//   new Resolver(timeout, tries)            milliseconds, or negative for c-ares's own
//   query(req, name, type)                  req.oncomplete(code, [[type, ttl, texts, numbers], …]); code is
//                                           null or c-ares's, as ENOTFOUND
//   reverse(req, address)                   req.oncomplete(code, [name, …]); a negative number for no address
//   servers()                               [[address, port], …]
//   setServers([[family, address, port]])   0 or a c-ares error
//   setLocalAddress(ipv4 or null, ipv6 or null)
//   cancel()                                what is under way ends with ECANCELLED
#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/dns/dns_message.h"
#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

using v8::FunctionCallbackInfo;
using v8::HandleScope;
using v8::Local;
using v8::Object;
using v8::Value;

constexpr uint64_t kTimerPeriod = 1000;  // milliseconds, at most; c-ares looks at its own time limits then
constexpr int kClassInternet = 1;

const char* CodeOf(int status) {
  static constexpr const char* kCodes[] = {
      nullptr,     "ENODATA",   "EFORMERR",  "ESERVFAIL",       "ENOTFOUND",     "ENOTIMP",
      "EREFUSED",  "EBADQUERY", "EBADNAME",  "EBADFAMILY",      "EBADRESP",      "ECONNREFUSED",
      "ETIMEOUT",  "EOF",       "EFILE",     "ENOMEM",          "EDESTRUCTION",  "EBADSTR",
      "EBADFLAGS", "ENONAME",   "EBADHINTS", "ENOTINITIALIZED", "ELOADIPHLPAPI", "EADDRGETNETWORKPARAMS",
      "ECANCELLED"};
  return status > 0 && status < static_cast<int>(std::size(kCodes)) ? kCodes[status] : "EBADRESP";
}

class Resolver : public BaseObject {
 public:
  Resolver(Environment* env, Local<Object> object, int timeout, int tries);
  ~Resolver() override;

  ares_channel channel() const { return channel_; }

 private:
  struct Watcher {
    uv_poll_t poll;
    Resolver* resolver;
    ares_socket_t socket;
  };
  static void OnSocketState(void* data, ares_socket_t socket, int readable, int writable);
  static void OnPoll(uv_poll_t* poll, int status, int events);
  void StartTimer();
  void CloseTimer();
  static void End(void* data);

  ares_channel channel_ = nullptr;
  int timeout_;
  std::unordered_map<ares_socket_t, Watcher*> watchers_;
  uv_timer_t* timer_ = nullptr;  // while there are sockets
};

void InitializeLibrary() {
  static const int status = ares_library_init(ARES_LIB_INIT_ALL);
  (void)status;
}

Resolver::Resolver(Environment* env, Local<Object> object, int timeout, int tries)
    : BaseObject(env, object), timeout_(timeout) {
  InitializeLibrary();
  MakeWeak();
  ares_options options = {};
  options.flags = ARES_FLAG_NOCHECKRESP;
  options.sock_state_cb = OnSocketState;
  options.sock_state_cb_data = this;
  int mask = ARES_OPT_FLAGS | ARES_OPT_SOCK_STATE_CB | ARES_OPT_TRIES;
  options.tries = tries;
  if (timeout >= 0) {
    options.timeout = timeout == 0 ? 1 : timeout;
    mask |= ARES_OPT_TIMEOUTMS;
  }
  if (ares_init_options(&channel_, &options, mask) != ARES_SUCCESS) channel_ = nullptr;
  env->AddCleanupHook(End, this);
}

Resolver::~Resolver() {
  env()->RemoveCleanupHook(End, this);
  End(this);
}

// With the object, or before it with its environment, which then closes all handles of the loop.
void Resolver::End(void* data) {
  auto* self = static_cast<Resolver*>(data);
  if (self->channel_ != nullptr) ares_destroy(std::exchange(self->channel_, nullptr));
  self->CloseTimer();
}

void Resolver::CloseTimer() {
  if (timer_ == nullptr) return;
  uv_close(reinterpret_cast<uv_handle_t*>(timer_),
           [](uv_handle_t* handle) { delete reinterpret_cast<uv_timer_t*>(handle); });
  timer_ = nullptr;
}

void Resolver::StartTimer() {
  if (timer_ == nullptr) {
    timer_ = new uv_timer_t;  // deleted by its close callback
    uv_timer_init(env()->loop(), timer_);
    timer_->data = this;
  } else if (uv_is_active(reinterpret_cast<uv_handle_t*>(timer_))) {
    return;
  }
  uint64_t period = kTimerPeriod;
  if (timeout_ >= 0) period = std::min(period, static_cast<uint64_t>(std::max(timeout_, 1)));
  auto tick = [](uv_timer_t* timer) {
    auto* self = static_cast<Resolver*>(timer->data);
    uv_timer_again(timer);
    ares_process_fd(self->channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  };
  uv_timer_start(timer_, tick, period, period);
}

void Resolver::OnSocketState(void* data, ares_socket_t socket, int readable, int writable) {
  auto* self = static_cast<Resolver*>(data);
  auto at = self->watchers_.find(socket);
  if (readable == 0 && writable == 0) {  // c-ares closes it
    if (at == self->watchers_.end()) return;
    Watcher* watcher = at->second;
    self->watchers_.erase(at);
    uv_close(reinterpret_cast<uv_handle_t*>(&watcher->poll),
             [](uv_handle_t* handle) { delete static_cast<Watcher*>(handle->data); });
    if (self->watchers_.empty()) self->CloseTimer();
    return;
  }
  Watcher* watcher;
  if (at != self->watchers_.end()) {
    watcher = at->second;
  } else {
    self->StartTimer();
    watcher = new Watcher{{}, self, socket};  // deleted by its close callback
    if (uv_poll_init_socket(self->env()->loop(), &watcher->poll, socket) != 0) {
      delete watcher;
      return;
    }
    watcher->poll.data = watcher;
    self->watchers_.emplace(socket, watcher);
  }
  uv_poll_start(&watcher->poll, (readable != 0 ? UV_READABLE : 0) | (writable != 0 ? UV_WRITABLE : 0),
                OnPoll);
}

void Resolver::OnPoll(uv_poll_t* poll, int status, int events) {
  auto* watcher = static_cast<Watcher*>(poll->data);
  Resolver* self = watcher->resolver;
  if (self->timer_ != nullptr) uv_timer_again(self->timer_);
  const ares_socket_t socket = watcher->socket;
  const bool readable = status < 0 || (events & UV_READABLE) != 0;
  const bool writable = status < 0 || (events & UV_WRITABLE) != 0;
  ares_process_fd(self->channel_, readable ? socket : ARES_SOCKET_BAD, writable ? socket : ARES_SOCKET_BAD);
}

// One query: the request object, told in a turn of the loop of its own, since c-ares may answer before its
// function returns.
struct Query {
  Resolver* resolver;
  v8::Global<Object> owner;  // keeps the resolver alive
  v8::Global<Object> req;
  AsyncOperation operation;
  int status = ARES_SUCCESS;
  std::vector<DnsRecord> records;
  std::vector<std::string> names;
};

Local<Value> RecordToArray(v8::Isolate* isolate, const DnsRecord& record) {
  std::vector<Local<Value>> texts;
  std::vector<Local<Value>> numbers;
  for (const std::string& text : record.texts) texts.push_back(ToV8(isolate, text));
  for (uint32_t number : record.numbers) numbers.push_back(v8::Number::New(isolate, number));
  Local<Value> parts[] = {v8::Integer::New(isolate, static_cast<int>(record.type)),
                          v8::Number::New(isolate, record.ttl),
                          v8::Array::New(isolate, texts.data(), texts.size()),
                          v8::Array::New(isolate, numbers.data(), numbers.size())};
  return v8::Array::New(isolate, parts, std::size(parts));
}

void Tell(Query* raw) {
  std::unique_ptr<Query> query(raw);
  Environment* env = query->resolver->env();
  if (env->is_stopping()) return;
  v8::Isolate* isolate = env->isolate();
  HandleScope scope(isolate);
  Local<v8::Context> context = env->context();
  v8::Context::Scope context_scope(context);
  Local<Object> req = query->req.Get(isolate);
  Local<Value> callback;
  if (!req->Get(context, OneByte(isolate, "oncomplete")).ToLocal(&callback) || !callback->IsFunction())
    return;
  std::vector<Local<Value>> results;
  for (const DnsRecord& record : query->records) results.push_back(RecordToArray(isolate, record));
  for (const std::string& name : query->names) results.push_back(ToV8(isolate, name));
  Local<Value> code = v8::Null(isolate);
  if (query->status != ARES_SUCCESS) code = OneByte(isolate, CodeOf(query->status));
  Local<Value> argv[] = {code, v8::Array::New(isolate, results.data(), results.size())};
  (void)query->operation.MakeCallback(req, callback.As<v8::Function>(), 2, argv);
}

void TellLater(Query* query) {
  auto* timer = new uv_timer_t;  // deleted by its close callback
  timer->data = query;
  uv_timer_init(query->resolver->env()->loop(), timer);
  uv_timer_start(
      timer,
      [](uv_timer_t* handle) {
        Tell(static_cast<Query*>(handle->data));
        uv_close(reinterpret_cast<uv_handle_t*>(handle),
                 [](uv_handle_t* closed) { delete reinterpret_cast<uv_timer_t*>(closed); });
      },
      0, 0);
}

void OnAnswer(void* data, int status, int, unsigned char* bytes, int size) {
  auto* query = static_cast<Query*>(data);
  query->status = status;
  if (status == ARES_EDESTRUCTION) {  // with the environment
    delete query;
    return;
  }
  if (status == ARES_SUCCESS && !ParseDnsAnswers({bytes, static_cast<size_t>(size)}, &query->records)) {
    query->records.clear();
    query->status = ARES_EBADRESP;
  }
  TellLater(query);
}

void OnHost(void* data, int status, int, hostent* host) {
  auto* query = static_cast<Query*>(data);
  query->status = status;
  if (status == ARES_EDESTRUCTION) {
    delete query;
    return;
  }
  if (status == ARES_SUCCESS) {
    query->names.emplace_back(host->h_name);
    for (char** alias = host->h_aliases; *alias != nullptr; alias++) {
      if (query->names[0] != *alias) query->names.emplace_back(*alias);
    }
  }
  TellLater(query);
}

Query* NewQuery(const FunctionCallbackInfo<Value>& args, Resolver* self, const char* type) {
  auto* query = new Query;  // OnAnswer's or OnHost's
  query->resolver = self;
  query->owner.Reset(args.GetIsolate(), args.This());
  query->req.Reset(args.GetIsolate(), args[0].As<Object>());
  query->operation.Start(self->env(), type, args[0].As<Object>());
  return query;
}

Resolver* This(const FunctionCallbackInfo<Value>& args) {
  auto* self = BaseObject::Unwrap<Resolver>(args.This());
  return self != nullptr && self->channel() != nullptr ? self : nullptr;
}

void New(const FunctionCallbackInfo<Value>& args) {
  new Resolver(Environment::From(args), args.This(), ToInt(args[0]), ToInt(args[1]));
}

void DoQuery(const FunctionCallbackInfo<Value>& args) {
  Resolver* self = This(args);
  if (self == nullptr || !args[0]->IsObject()) return;
  std::string name = ToUtf8(args.GetIsolate(), args[1]);
  ares_query(self->channel(), name.c_str(), kClassInternet, ToInt(args[2]), OnAnswer,
             NewQuery(args, self, "QUERYWRAP"));
}

void Reverse(const FunctionCallbackInfo<Value>& args) {
  Resolver* self = This(args);
  if (self == nullptr || !args[0]->IsObject()) return;
  std::string text = ToUtf8(args.GetIsolate(), args[1]);
  unsigned char address[sizeof(in6_addr)];
  int family = AF_INET;
  int size = sizeof(in_addr);
  if (uv_inet_pton(AF_INET, text.c_str(), address) != 0) {
    if (uv_inet_pton(AF_INET6, text.c_str(), address) != 0) return args.GetReturnValue().Set(UV_EINVAL);
    family = AF_INET6;
    size = sizeof(in6_addr);
  }
  ares_gethostbyaddr(self->channel(), address, size, family, OnHost, NewQuery(args, self, "QUERYWRAP"));
  args.GetReturnValue().Set(0);
}

void Servers(const FunctionCallbackInfo<Value>& args) {
  Resolver* self = This(args);
  if (self == nullptr) return;
  v8::Isolate* isolate = args.GetIsolate();
  ares_addr_port_node* first = nullptr;
  if (ares_get_servers_ports(self->channel(), &first) != ARES_SUCCESS) first = nullptr;
  std::vector<Local<Value>> servers;
  for (ares_addr_port_node* at = first; at != nullptr; at = at->next) {
    char text[INET6_ADDRSTRLEN] = "";
    uv_inet_ntop(at->family, &at->addr, text, sizeof text);
    Local<Value> pair[] = {ToV8(isolate, text), v8::Integer::New(isolate, at->udp_port)};
    servers.push_back(v8::Array::New(isolate, pair, 2));
  }
  if (first != nullptr) ares_free_data(first);
  args.GetReturnValue().Set(v8::Array::New(isolate, servers.data(), servers.size()));
}

void SetServers(const FunctionCallbackInfo<Value>& args) {
  Resolver* self = This(args);
  if (self == nullptr || !args[0]->IsArray()) return;
  v8::Isolate* isolate = args.GetIsolate();
  Local<v8::Context> context = self->env()->context();
  Local<v8::Array> list = args[0].As<v8::Array>();
  std::vector<ares_addr_port_node> nodes(list->Length());
  for (uint32_t i = 0; i < list->Length(); i++) {
    Local<Value> entry;
    Local<Value> parts[3];
    if (!list->Get(context, i).ToLocal(&entry) || !entry->IsArray()) return;
    for (uint32_t k = 0; k < 3; k++) {
      if (!entry.As<v8::Array>()->Get(context, k).ToLocal(&parts[k])) return;
    }
    ares_addr_port_node& node = nodes[i];
    node.family = ToInt(parts[0]) == 6 ? AF_INET6 : AF_INET;
    node.udp_port = node.tcp_port = ToInt(parts[2]);
    node.next = i + 1 < nodes.size() ? &nodes[i + 1] : nullptr;
    if (uv_inet_pton(node.family, ToUtf8(isolate, parts[1]).c_str(), &node.addr) != 0)
      return args.GetReturnValue().Set(ARES_EBADSTR);
  }
  args.GetReturnValue().Set(ares_set_servers_ports(self->channel(), nodes.empty() ? nullptr : nodes.data()));
}

void SetLocalAddress(const FunctionCallbackInfo<Value>& args) {
  Resolver* self = This(args);
  if (self == nullptr) return;
  if (args[0]->IsString()) {
    in_addr address;
    if (uv_inet_pton(AF_INET, ToUtf8(args.GetIsolate(), args[0]).c_str(), &address) == 0)
      ares_set_local_ip4(self->channel(), ntohl(address.s_addr));
  }
  if (args[1]->IsString()) {
    unsigned char address[sizeof(in6_addr)];
    if (uv_inet_pton(AF_INET6, ToUtf8(args.GetIsolate(), args[1]).c_str(), address) == 0)
      ares_set_local_ip6(self->channel(), address);
  }
}

void Cancel(const FunctionCallbackInfo<Value>& args) {
  if (Resolver* self = This(args)) ares_cancel(self->channel());
}

void Initialize(Environment* env, Local<Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "Resolver", New);
  BaseObject::SetMethod(isolate, t, "query", DoQuery);
  BaseObject::SetMethod(isolate, t, "reverse", Reverse);
  BaseObject::SetMethod(isolate, t, "servers", Servers);
  BaseObject::SetMethod(isolate, t, "setServers", SetServers);
  BaseObject::SetMethod(isolate, t, "setLocalAddress", SetLocalAddress);
  BaseObject::SetMethod(isolate, t, "cancel", Cancel);
  BaseObject::Export(isolate, target, "Resolver", t);
}

}  // namespace

PARLEY_BINDING(dns_resolver, BindingKind::kInternal, {}, Initialize, {});

}  // namespace parley
