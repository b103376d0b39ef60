// Socket addresses between libuv and JavaScript.
#ifndef RUNTIME_NET_ADDRESS_H_
#define RUNTIME_NET_ADDRESS_H_

#include <uv.h>
#include <v8.h>

#include <cstring>

#include "runtime/engine/environment.h"

namespace parley {

// Sets address, family ('IPv4' | 'IPv6') and port on `target`.
inline void AddressToObject(Environment* env, const sockaddr_storage& address, v8::Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  v8::Local<v8::Context> context = env->context();
  char text[INET6_ADDRSTRLEN + 1 + UV_IF_NAMESIZE] = "";
  int port = 0;
  const char* family = "IPv4";
  if (address.ss_family == AF_INET6) {
    const auto* in6 = reinterpret_cast<const sockaddr_in6*>(&address);
    uv_ip6_name(in6, text, sizeof text);
    // A link-local address means something on its interface only.
    if (IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr) && in6->sin6_scope_id > 0) {
      size_t end = strlen(text);
      size_t room = sizeof text - end - 1;
      text[end] = '%';
      if (uv_if_indextoiid(in6->sin6_scope_id, text + end + 1, &room) != 0) text[end] = '\0';
    }
    port = ntohs(in6->sin6_port);
    family = "IPv6";
  } else {
    const auto* in4 = reinterpret_cast<const sockaddr_in*>(&address);
    uv_ip4_name(in4, text, sizeof text);
    port = ntohs(in4->sin_port);
  }
  target->Set(context, OneByte(isolate, "address"), ToV8(isolate, text)).Check();
  target->Set(context, OneByte(isolate, "family"), OneByte(isolate, family)).Check();
  target->Set(context, OneByte(isolate, "port"), v8::Integer::New(isolate, port)).Check();
}

}  // namespace parley

#endif  // RUNTIME_NET_ADDRESS_H_
