// The JavaScript class Connection: what RTCPeerConnection (lib/) stands on. Not for programs: methods take
// what lib/ has checked, and throw errors whose `code` is a DOMException's name.
#pragma once

#include <node_api.h>

#include <string>

#include "addon/webrtc/engine.h"

namespace parley::addon {

class EngineObject;

class ConnectionObject {
 public:
  static napi_value make(napi_env env, napi_value engine_value, EngineObject& owner, Engine::PeerId id);
  static napi_value define(napi_env env);

  EngineObject& owner() { return owner_; }
  Engine& engine();
  Engine::PeerId id() const { return id_; }
  // Null, and an InvalidStateError is thrown, when it is closed.
  Connection* open(napi_env env);

 private:
  ConnectionObject(EngineObject& owner, Engine::PeerId id) : owner_(owner), id_(id) {}
  static napi_value construct(napi_env env, napi_callback_info info);

  EngineObject& owner_;
  Engine::PeerId id_;
};

}  // namespace parley::addon
