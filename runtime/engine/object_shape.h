// What V8 10.2 knows of an object by its hidden class: that its properties are plain data, which takes the
// public functions a call for each property, and JavaScript a descriptor. For util.inspect() and deep
// equality, which must not run getters. What is not simple is kOther, and the caller looks closely.
#ifndef RUNTIME_ENGINE_OBJECT_SHAPE_H_
#define RUNTIME_ENGINE_OBJECT_SHAPE_H_

#include <v8.h>

#include <span>

namespace parley {

enum class ObjectShape {
  kOther = 0,
  // No array, function, proxy or other object of V8's own. All its own properties are enumerable data with
  // names that are strings and no array indices.
  kFields = 1,
  // An array with no own properties but its elements, all data, and its length.
  kPackedArray = 2,
  kHoleyArray = 3,  // the same, and elements may be missing
};

ObjectShape ShapeOf(v8::Local<v8::Value> value);

// The elements of an array that V8 keeps for small integers, as tagged values: those that are none are
// missing. Empty for any other array. Holds until the next allocation in V8's heap.
std::span<const v8::internal::Address> SmallIntegers(v8::Local<v8::Value> value);

// False when V8's objects are not as object_shape.cc has them.
bool CheckObjectShapes(v8::Isolate* isolate);

}  // namespace parley

#endif  // RUNTIME_ENGINE_OBJECT_SHAPE_H_
