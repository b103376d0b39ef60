// A datagram socket's native handle; what JavaScript sees of it: udp.cc.
#ifndef RUNTIME_DGRAM_UDP_H_
#define RUNTIME_DGRAM_UDP_H_

#include <uv.h>
#include <v8.h>

#include "runtime/engine/environment.h"

namespace parley {

class UdpWrap : public HandleWrap {
 public:
  UdpWrap(Environment* env, v8::Local<v8::Object> object, bool shared);
  uv_udp_t* handle() { return &handle_; }

 private:
  uv_udp_t handle_;
};

// A new handle, for one that arrives over a channel. Empty before anybody asked for the binding.
v8::MaybeLocal<v8::Object> NewUdpObject(Environment* env);

}  // namespace parley

#endif  // RUNTIME_DGRAM_UDP_H_
