// A call of one of Connection's methods: its object and its arguments. `connection` is null when something
// has been thrown.
#pragma once

#include <string>

#include "addon/webrtc/connection_object.h"
#include "addon/webrtc/napi_support.h"

namespace parley::addon {

template <size_t N>
struct ConnectionCall : Arguments<ConnectionObject, N> {
  ConnectionCall(napi_env e, napi_callback_info info)
      : Arguments<ConnectionObject, N>(e, info, kConnectionTag), env(e) {
    if (this->self) connection = this->self->open(e);
  }
  media::jsep::Session& session() { return connection->session; }
  uint32_t transceiver() { return read_uint32(env, this->values[0]).value_or(0); }
  std::string text(size_t i) { return read_string(env, this->values[i]).value_or(""); }
  napi_value nothing() { return make_undefined(env); }

  napi_env env;
  Connection* connection = nullptr;
};

}  // namespace parley::addon
