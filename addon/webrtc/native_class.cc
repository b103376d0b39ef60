// See native_class.h.
#include "addon/webrtc/native_class.h"

#include <algorithm>
#include <array>

#include "addon/webrtc/napi_support.h"

namespace parley::addon {
namespace {

// What the constructor is handed through JavaScript.
struct Making {
  void* native;
  napi_finalize end;
};

// Its arguments: an external, which no program can have, and the properties' values.
napi_value construct(napi_env env, napi_callback_info info) {
  std::array<napi_value, 1 + NativeClass::kMostProperties> values{};
  size_t count = values.size();
  napi_value receiver = nullptr;
  void *data = nullptr, *handed = nullptr;
  napi_get_cb_info(env, info, &count, values.data(), &receiver, &data);
  const auto& known = *static_cast<const NativeClass*>(data);
  if (!is_type(env, values[0], napi_external) ||
      napi_get_value_external(env, values[0], &handed) != napi_ok) {
    return throw_type_error(env, known.refusal);
  }
  auto& making = *static_cast<Making*>(handed);
  napi_type_tag_object(env, receiver, known.tag);
  napi_wrap(env, receiver, making.native, making.end, nullptr, nullptr);
  making.native = nullptr;
  std::array<napi_property_descriptor, NativeClass::kMostProperties> properties;
  for (size_t i = 0; i < known.properties.size(); ++i) {
    const auto& [name, attributes] = known.properties[i];
    properties[i] = {name, nullptr, nullptr, nullptr, nullptr, values[i + 1], attributes, nullptr};
  }
  napi_define_properties(env, receiver, known.properties.size(), properties.data());
  return receiver;
}

}  // namespace

napi_property_descriptor method(const char* name, napi_callback callback) {
  return {name, nullptr, callback, nullptr, nullptr, nullptr, napi_default_method, nullptr};
}

napi_value define_class(napi_env env, const NativeClass& known,
                        std::span<const napi_property_descriptor> members) {
  napi_value constructor = nullptr;
  napi_define_class(env, known.name, NAPI_AUTO_LENGTH, construct, const_cast<NativeClass*>(&known),
                    members.size(), members.data(), &constructor);
  return constructor;
}

napi_value make_object_of(napi_env env, napi_value constructor, void* native, napi_finalize end,
                          std::span<const napi_value> values) {
  Making making{native, end};
  std::array<napi_value, 1 + NativeClass::kMostProperties> arguments{};
  napi_create_external(env, &making, nullptr, nullptr, arguments.data());
  std::copy(values.begin(), values.end(), arguments.begin() + 1);
  napi_value object = nullptr;
  const auto made = napi_new_instance(env, constructor, 1 + values.size(), arguments.data(), &object);
  if (making.native != nullptr) end(env, making.native, nullptr);
  return made == napi_ok ? object : nullptr;
}

}  // namespace parley::addon
