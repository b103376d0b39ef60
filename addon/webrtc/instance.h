// What the addon keeps for each environment it is loaded into (the main thread's and each Worker's).
#pragma once

#include <node_api.h>

namespace parley::addon {

class Instance {
 public:
  // Makes it and gives it to the environment, which ends it.
  static void install(napi_env env);
  static Instance* of(napi_env env);

  napi_value peer_class(napi_env env) const;
  napi_value connection_class(napi_env env) const;
  napi_value data_channel_class(napi_env env) const;
  napi_value pipe_class(napi_env env) const;

 private:
  napi_ref peer_class_ = nullptr;
  napi_ref connection_class_ = nullptr;
  napi_ref data_channel_class_ = nullptr;
  napi_ref pipe_class_ = nullptr;
};

// Fills `exports` with the module's classes.
napi_value initialize(napi_env env, napi_value exports);

}  // namespace parley::addon
