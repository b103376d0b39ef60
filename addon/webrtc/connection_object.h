// The JavaScript class Connection: what RTCPeerConnection (lib/) stands on. Not for programs: methods take
// what lib/ has checked, and throw errors whose `code` is a DOMException's name.
#pragma once

#include <node_api.h>

#include "addon/webrtc/engine_child.h"

namespace parley::addon {

class ConnectionObject final : public EngineChild {
 public:
  static napi_value make(napi_env env, napi_value engine_value, EngineObject& owner, Engine::PeerId id);
  static napi_value define(napi_env env);

  // Null, and an InvalidStateError is thrown, when it is closed.
  Connection* open(napi_env env);

 private:
  using EngineChild::EngineChild;
};

}  // namespace parley::addon
