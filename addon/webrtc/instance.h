// What the addon keeps for each environment it is loaded into (the main thread's and each Worker's).
#pragma once

#include <node_api.h>

#include <array>
#include <cstdint>

namespace parley::addon {

class Instance {
 public:
  // Makes it and gives it to the environment, which ends it.
  static void install(napi_env env);
  static Instance* of(napi_env env);

  // The classes of which only native code makes objects.
  enum class Class : uint8_t { kPeer, kConnection, kDataChannel, kPipe };
  napi_value class_of(napi_env env, Class which) const;

 private:
  std::array<napi_ref, 4> classes_{};
};

// Fills `exports` with the module's classes.
napi_value initialize(napi_env env, napi_value exports);

}  // namespace parley::addon
