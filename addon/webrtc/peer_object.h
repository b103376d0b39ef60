// The JavaScript class Peer (docs/webrtc-api.md): one WebRTC connection, made by Engine.createPeer().
#pragma once

#include <node_api.h>

#include <string>

#include "addon/webrtc/engine_child.h"

namespace parley::addon {

class PeerObject final : public EngineChild {
 public:
  // The class is defined once an environment.
  static napi_value make(napi_env env, napi_value engine_value, EngineObject& owner, Engine::PeerId id,
                         const std::string& name);
  static napi_value define(napi_env env);

 private:
  using EngineChild::EngineChild;

  static napi_value accept_offer(napi_env env, napi_callback_info info);
  static napi_value create_offer(napi_env env, napi_callback_info info);
  static napi_value accept_answer(napi_env env, napi_callback_info info);
  static napi_value add_remote_candidate(napi_env env, napi_callback_info info);
  static napi_value subscribe(napi_env env, napi_callback_info info);
  static napi_value unsubscribe(napi_env env, napi_callback_info info);
  static napi_value pause(napi_env env, napi_callback_info info);
  static napi_value set_preferred_layers(napi_env env, napi_callback_info info);
  static napi_value set_priority(napi_env env, napi_callback_info info);
  static napi_value request_key_frame(napi_env env, napi_callback_info info);
  static napi_value restart_ice(napi_env env, napi_callback_info info);
  static napi_value create_data_channel(napi_env env, napi_callback_info info);
  static napi_value get_stats(napi_env env, napi_callback_info info);
  static napi_value close(napi_env env, napi_callback_info info);
};

}  // namespace parley::addon
