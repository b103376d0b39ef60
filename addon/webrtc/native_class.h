// JavaScript classes of which only native code makes objects, as createPeer() does: `new Peer()` of a program
// is refused. One constructor serves them all; what differs is in a NativeClass.
#pragma once

#include <node_api.h>

#include <memory>
#include <span>

namespace parley::addon {

struct NativeClass {
  // A property that the object holds from the beginning, read-only: of what make_native() is given.
  struct Property {
    const char* name;
    napi_property_attributes attributes;
  };
  static constexpr size_t kMostProperties = 3;

  const char* name;  // in JavaScript
  const napi_type_tag* tag;
  const char* refusal;  // of a program's `new`
  std::span<const Property> properties;
};

// A method, for the list of a class's members.
napi_property_descriptor method(const char* name, napi_callback callback);

// The class's constructor function. `known` must live for good.
napi_value define_class(napi_env env, const NativeClass& known,
                        std::span<const napi_property_descriptor> members);

// An object of the class, which owns `native` from now on; `end` deletes it. The values are its properties'.
// Null when JavaScript could not make it: then `native` has been deleted.
napi_value make_object_of(napi_env env, napi_value constructor, void* native, napi_finalize end,
                          std::span<const napi_value> values);

template <class T>
napi_value make_native(napi_env env, napi_value constructor, std::unique_ptr<T> native,
                       std::span<const napi_value> values) {
  const auto end = [](napi_env, void* object, void*) { delete static_cast<T*>(object); };
  return make_object_of(env, constructor, native.release(), end, values);
}

}  // namespace parley::addon
