// The module: its classes, and how it is found, as webrtc.node or as the linked binding `webrtc` of parley.
#include "addon/webrtc/certificate_value.h"
#include "addon/webrtc/connection_object.h"
#include "addon/webrtc/connection_values.h"
#include "addon/webrtc/data_channel_object.h"
#include "addon/webrtc/engine_object.h"
#include "addon/webrtc/instance.h"
#include "addon/webrtc/napi_support.h"
#include "addon/webrtc/peer_object.h"
#include "addon/webrtc/pipe_object.h"

namespace parley::addon {

void Instance::install(napi_env env) {
  auto* instance = new Instance;
  const auto keep = [&](Class which, napi_value constructor) {
    napi_create_reference(env, constructor, 1, &instance->classes_[static_cast<size_t>(which)]);
  };
  keep(Class::kPeer, PeerObject::define(env));
  keep(Class::kConnection, ConnectionObject::define(env));
  keep(Class::kDataChannel, DataChannelObject::define(env));
  keep(Class::kPipe, PipeObject::define(env));
  napi_set_instance_data(
      env, instance, [](napi_env, void* data, void*) { delete static_cast<Instance*>(data); }, nullptr);
}

Instance* Instance::of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<Instance*>(data);
}

napi_value Instance::class_of(napi_env env, Class which) const {
  napi_value constructor = nullptr;
  napi_get_reference_value(env, classes_[static_cast<size_t>(which)], &constructor);
  return constructor;
}

napi_value initialize(napi_env env, napi_value exports) {
  Instance::install(env);
  set(env, exports, "Engine", EngineObject::define(env));
  set(env, exports, "generateCertificate", make_certificate_function(env));
  set(env, exports, "capabilities", make_capabilities(env));
  return exports;
}

}  // namespace parley::addon

#ifdef PARLEY_LINKED_ADDON
#include "runtime/node_api/linked.h"
[[maybe_unused]] static const int linked =
    parley::RegisterLinkedNapiModule("webrtc", parley::addon::initialize);
#else
NAPI_MODULE_INIT() { return parley::addon::initialize(env, exports); }
#endif
