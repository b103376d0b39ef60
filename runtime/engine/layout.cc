#include "runtime/engine/layout.h"

#include <string_view>

#include "runtime/engine/environment.h"
#include "runtime/engine/object_shape.h"

namespace parley::layout {
namespace {

bool Holds(v8::Local<v8::String> string, std::string_view expected) {
  const auto found = OneByteCharacters(string);
  return std::string_view(reinterpret_cast<const char*>(found.data()), found.size()) == expected;
}

bool CheckStrings(v8::Isolate* isolate) {
  v8::Local<v8::String> first = OneByte(isolate, "sequential, ");
  v8::Local<v8::String> cons = v8::String::Concat(isolate, first, OneByte(isolate, "long enough"));
  if (!Holds(first, "sequential, ") || OneByteCharacters(cons).data() != nullptr ||
      OneByteCharacters(isolate, cons).empty()) {
    return false;
  }
  constexpr uint16_t kWide[] = {0x20ac, 0x61};
  v8::Local<v8::String> wide;
  return v8::String::NewFromTwoByte(isolate, kWide, v8::NewStringType::kNormal, 2).ToLocal(&wide) &&
         Holds(cons, "sequential, long enough") && OneByteCharacters(wide).data() == nullptr;
}

bool CheckTypedArrays(v8::Isolate* isolate) {
  v8::Local<v8::ArrayBuffer> memory = v8::ArrayBuffer::New(isolate, 100);
  v8::Local<v8::Value> view = v8::Uint16Array::New(memory, 10, 7);
  const auto bytes = TypedArrayBytes(view);
  if (bytes.data() != static_cast<uint8_t*>(memory->Data()) + 10 || bytes.size() != 14) return false;
  if (TypedArrayBytes(v8::DataView::New(memory, 0, 9)).data() != nullptr) return false;
  memory->Detach();
  return TypedArrayBytes(view).data() == nullptr;
}

bool CheckArrays(v8::Isolate* isolate) {
  v8::Local<v8::ArrayBuffer> memory = v8::ArrayBuffer::New(isolate, 16);
  v8::Local<v8::Value> bytes = v8::Uint8Array::New(memory, 0, 16);
  v8::Local<v8::Value> items[] = {v8::Integer::New(isolate, 7), bytes};
  v8::Local<v8::Array> array = v8::Array::New(isolate, items, 2);
  const auto elements = TaggedElements(array);
  return elements.size() == 2 && Internals::SmiValue(elements[0]) == 7 && elements[1] == AddressOf(bytes) &&
         IsUint8Array(elements[1]) && !IsUint8Array(elements[0]) && !IsUint8Array(AddressOf(array)) &&
         !IsUint8Array(AddressOf(v8::Int8Array::New(memory, 0, 16))) &&
         !IsUint8Array(AddressOf(v8::Uint8ClampedArray::New(memory, 0, 16))) &&
         TaggedElements(memory).data() == nullptr;
}

// V8 makes arrays of fractions of another kind.
bool CheckDoubles(v8::Isolate* isolate, v8::Local<v8::Context> context) {
  v8::Local<v8::Value> array;
  v8::Local<v8::Script> script;
  return v8::Script::Compile(context, OneByte(isolate, "[1.5, 2]")).ToLocal(&script) &&
         script->Run(context).ToLocal(&array) && TaggedElements(array).data() == nullptr;
}

}  // namespace

bool CheckLayout(v8::Isolate* isolate) {
  v8::HandleScope handles(isolate);
  return !kKnown || (CheckStrings(isolate) && CheckTypedArrays(isolate) && CheckArrays(isolate) &&
                     CheckObjectShapes(isolate) && CheckDoubles(isolate, isolate->GetCurrentContext()) &&
                     SmallInteger(v8::Integer::New(isolate, -7)) == -7 &&
                     IsTrue(isolate, v8::True(isolate)) && !IsTrue(isolate, v8::False(isolate)));
}

}  // namespace parley::layout
