#include "runtime/engine/object_shape.h"

#include <array>

#include "runtime/engine/environment.h"
#include "runtime/engine/layout.h"

namespace parley {
namespace {

using layout::Address;
using layout::Field;
using layout::Internals;
using layout::Read;

constexpr int kArrayType = 0x838;
constexpr int kFirstTypeOfNoString = 0x80;
constexpr size_t kMap = Field(0), kElements = Field(16), kArrayLength = Field(24);
constexpr size_t kFixedArrayLength = Field(8), kFixedArrayItems = Field(16);
constexpr size_t kMapBits2 = Field(15), kMapBits3 = Field(16), kMapDescriptors = Field(40);
constexpr int kElementsKindShift = 2;  // of kMapBits2
constexpr int kFirstSlowElementsKind = 12;
constexpr int kDescriptorCountShift = 10, kDescriptorCountMask = 0x3ff;  // of kMapBits3
constexpr uint32_t kIsDictionary = 1U << 21;                             // of kMapBits3
constexpr size_t kDescriptorKey = Field(24), kDescriptorDetails = Field(32), kDescriptorSize = 24;
constexpr int kIsAccessor = 1, kIsHidden = 1 << 3;  // of a descriptor's details

// Of those that are the object's own; a hidden class may share the list with longer ones.
bool AllPlain(Address map, uint32_t count) {
  const auto descriptors = Read<Address>(map, kMapDescriptors);
  for (uint32_t i = 0; i < count; i++) {
    const size_t offset = i * kDescriptorSize;
    const int details = Internals::SmiValue(Read<Address>(descriptors, kDescriptorDetails + offset));
    if ((details & (kIsAccessor | kIsHidden)) != 0) return false;
    if (Internals::GetInstanceType(Read<Address>(descriptors, kDescriptorKey + offset)) >=
        kFirstTypeOfNoString) {
      return false;
    }
  }
  return true;
}

}  // namespace

ObjectShape ShapeOf(v8::Local<v8::Value> value) {
  if constexpr (!layout::kKnown) return ObjectShape::kOther;
  const Address at = layout::AddressOf(value);
  if (!Internals::HasHeapObjectTag(at)) return ObjectShape::kOther;
  const int type = Internals::GetInstanceType(at);
  if (type != Internals::kJSObjectType && type != kArrayType) return ObjectShape::kOther;
  const auto map = Read<Address>(at, kMap);
  const auto bits = Read<uint32_t>(map, kMapBits3);
  if ((bits & kIsDictionary) != 0) return ObjectShape::kOther;
  const uint32_t count = (bits >> kDescriptorCountShift) & kDescriptorCountMask;
  if (type == kArrayType) {
    const int kind = Read<uint8_t>(map, kMapBits2) >> kElementsKindShift;
    if (count != 1 || kind >= kFirstSlowElementsKind) return ObjectShape::kOther;
    return (kind & 1) == 0 ? ObjectShape::kPackedArray : ObjectShape::kHoleyArray;
  }
  const auto elements = Read<Address>(at, kElements);
  if (Internals::SmiValue(Read<Address>(elements, kFixedArrayLength)) != 0) return ObjectShape::kOther;
  return AllPlain(map, count) ? ObjectShape::kFields : ObjectShape::kOther;
}

std::span<const Address> SmallIntegers(v8::Local<v8::Value> value) {
  constexpr int kLastSmallIntegersKind = 1;
  if constexpr (!layout::kKnown) return {};
  const Address at = layout::AddressOf(value);
  if (!Internals::HasHeapObjectTag(at) || Internals::GetInstanceType(at) != kArrayType) return {};
  if ((Read<uint8_t>(Read<Address>(at, kMap), kMapBits2) >> kElementsKindShift) > kLastSmallIntegersKind)
    return {};
  const int length = Internals::SmiValue(Read<Address>(at, kArrayLength));
  return {reinterpret_cast<const Address*>(Read<Address>(at, kElements) + kFixedArrayItems),
          static_cast<size_t>(length)};
}

namespace {

bool CheckSmallIntegers(v8::Isolate* isolate, v8::Local<v8::Context> context) {
  v8::Local<v8::Script> script;
  v8::Local<v8::Value> value;
  if (!v8::Script::Compile(context, OneByte(isolate, "Array.from({length: 3}, (_, i) => 5 - i * 9)"))
           .ToLocal(&script) ||
      !script->Run(context).ToLocal(&value)) {
    return false;
  }
  const auto found = SmallIntegers(value);
  return found.size() == 3 && Internals::SmiValue(found[0]) == 5 && Internals::SmiValue(found[2]) == -13;
}

}  // namespace

bool CheckObjectShapes(v8::Isolate* isolate) {
  if (!layout::kKnown) return true;
  v8::HandleScope handles(isolate);
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  struct Case {
    const char* source;
    ObjectShape shape;
  };
  using enum ObjectShape;
  constexpr std::array kCases = {
      Case{"({})", kFields},
      Case{"({a: 1, b: {}, c: 1.5})", kFields},
      Case{"new (class A { x = 1 })", kFields},
      Case{"Object.freeze({a: 1})", kFields},
      Case{"({a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 9, j: 10, k: 11, l: 12, m: 13})", kFields},
      Case{"({a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, get i() { return 1 }})", kOther},
      Case{"({a: 1, 0: 1})", kOther},
      Case{"({a: 1, get b() { return 1 }})", kOther},
      Case{"({a: 1, [Symbol()]: 1})", kOther},
      Case{"new (class A { #x = 1 })", kOther},
      Case{"({__proto__: null, a: 1})", kOther},
      Case{"Object.defineProperty({a: 1}, 'b', {value: 1, enumerable: false})", kOther},
      Case{"new Proxy({}, {})", kOther},
      Case{"new Error('')", kOther},
      Case{"new Date()", kOther},
      Case{"new Map()", kOther},
      Case{"(function() { return arguments })()", kOther},
      Case{"(() => 1)", kOther},
      Case{"new Number(1)", kOther},
      Case{"'text'", kOther},
      Case{"[]", kPackedArray},
      Case{"[1, 2]", kPackedArray},
      Case{"[1.5, 2]", kPackedArray},
      Case{"['', {}]", kPackedArray},
      Case{"Object.freeze([1, 2])", kPackedArray},
      Case{"new (class A extends Array {})(1, 2)", kPackedArray},
      Case{"[1, , 2]", kHoleyArray},
      Case{"new Array(3)", kHoleyArray},
      Case{"Object.assign([1], {a: 1})", kOther},
      Case{"Object.assign([1], {[Symbol()]: 1})", kOther},
      Case{"Object.defineProperty([1], 0, {get() { return 1 }})", kOther},
      Case{"var a = []; a[1e6] = 1; a", kOther},
      Case{"new Uint8Array(2)", kOther},
  };
  for (const Case& c : kCases) {
    v8::Local<v8::Script> script;
    v8::Local<v8::Value> value;
    if (!v8::Script::Compile(context, OneByte(isolate, c.source)).ToLocal(&script) ||
        !script->Run(context).ToLocal(&value) || ShapeOf(value) != c.shape) {
      return false;
    }
  }
  return CheckSmallIntegers(isolate, context);
}

}  // namespace parley
