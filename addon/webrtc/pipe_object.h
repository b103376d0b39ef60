// The JavaScript class Pipe (docs/webrtc-api.md): one end of a pipe to another engine, made by
// Engine.createPipe().
#pragma once

#include <node_api.h>

#include <string>

#include "addon/webrtc/engine_child.h"

namespace parley::addon {

// "e7": what a pipe is called in events.
std::string pipe_name(uint32_t id);

class PipeObject final : public EngineChild {
 public:
  // The class is defined once an environment.
  static napi_value make(napi_env env, napi_value engine_value, EngineObject& owner, const PipeInfo& info);
  static napi_value define(napi_env env);

 private:
  using EngineChild::EngineChild;

  static napi_value connect(napi_env env, napi_callback_info info);
  static napi_value send(napi_env env, napi_callback_info info);
  static napi_value receive(napi_env env, napi_callback_info info);
  static napi_value stop_sending(napi_env env, napi_callback_info info);
  static napi_value stop_receiving(napi_env env, napi_callback_info info);
  static napi_value get_stats(napi_env env, napi_callback_info info);
  static napi_value close(napi_env env, napi_callback_info info);
};

}  // namespace parley::addon
