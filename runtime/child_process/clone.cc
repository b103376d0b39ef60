// See clone.h. What V8 leaves to its embedder ("host objects") is written the way Node.js does it, so that
// processes of either understand each other: a number tells views of memory (then their type, length and
// bytes) from other objects with internals (then a copy of their properties).
#include "runtime/child_process/clone.h"

#include <arpa/inet.h>

#include <cstring>

#include "runtime/buffer/buffer.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

using v8::Local;
using v8::Maybe;
using v8::MaybeLocal;
using v8::Object;
using v8::Value;

constexpr uint32_t kView = 0;
constexpr uint32_t kOther = 1;
constexpr uint32_t kBufferType = 10;

bool IsBuffer(v8::Isolate* isolate, Local<Object> view) {
  Local<v8::Uint8Array> buffer;
  return NewBuffer(isolate, 0).ToLocal(&buffer) && view->GetPrototype()->StrictEquals(buffer->GetPrototype());
}

// The numbers of v8.DefaultSerializer.
uint32_t TypeOf(v8::Isolate* isolate, Local<Object> view) {
  if (view->IsUint8Array()) return IsBuffer(isolate, view) ? kBufferType : 1;
  if (view->IsInt8Array()) return 0;
  if (view->IsUint8ClampedArray()) return 2;
  if (view->IsInt16Array()) return 3;
  if (view->IsUint16Array()) return 4;
  if (view->IsInt32Array()) return 5;
  if (view->IsUint32Array()) return 6;
  if (view->IsFloat32Array()) return 7;
  if (view->IsFloat64Array()) return 8;
  if (view->IsDataView()) return 9;
  return view->IsBigInt64Array() ? 11 : 12;
}

template <typename View>
Local<Value> Make(Local<v8::ArrayBuffer> memory, size_t element) {
  return View::New(memory, 0, memory->ByteLength() / element);
}

// Null for a type that does not exist, or a length that holds a fraction of an element.
MaybeLocal<Value> MakeView(uint32_t type, Local<v8::ArrayBuffer> memory) {
  constexpr size_t kSizes[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 1, 1, 8, 8};
  if (type >= std::size(kSizes) || memory->ByteLength() % kSizes[type] != 0) return {};
  size_t size = kSizes[type];
  switch (type) {
    case 0:
      return Make<v8::Int8Array>(memory, size);
    case 1:
      return Make<v8::Uint8Array>(memory, size);
    case 2:
      return Make<v8::Uint8ClampedArray>(memory, size);
    case 3:
      return Make<v8::Int16Array>(memory, size);
    case 4:
      return Make<v8::Uint16Array>(memory, size);
    case 5:
      return Make<v8::Int32Array>(memory, size);
    case 6:
      return Make<v8::Uint32Array>(memory, size);
    case 7:
      return Make<v8::Float32Array>(memory, size);
    case 8:
      return Make<v8::Float64Array>(memory, size);
    case 9:
      return Make<v8::DataView>(memory, size);
    case kBufferType: {
      Local<v8::Uint8Array> buffer;
      if (!BufferOver(memory, 0, memory->ByteLength()).ToLocal(&buffer)) return {};
      return buffer;
    }
    case 11:
      return Make<v8::BigInt64Array>(memory, size);
    default:
      return Make<v8::BigUint64Array>(memory, size);
  }
}

class Writer : public v8::ValueSerializer::Delegate {
 public:
  explicit Writer(v8::Isolate* isolate) : isolate_(isolate), serializer_(isolate, this) {
    serializer_.SetTreatArrayBufferViewsAsHostObjects(true);
  }

  ClonedMessage Write(Local<Value> value) {
    uint32_t length = 0;
    serializer_.WriteRawBytes(&length, sizeof length);
    serializer_.WriteHeader();
    bool written;
    if (!serializer_.WriteValue(isolate_->GetCurrentContext(), value).To(&written)) return {};
    auto [bytes, size] = serializer_.Release();
    ClonedMessage message{std::unique_ptr<uint8_t, FreeBytes>(bytes), size};
    length = htonl(static_cast<uint32_t>(size - sizeof length));
    std::memcpy(bytes, &length, sizeof length);
    return message;
  }

  void ThrowDataCloneError(Local<v8::String> text) override {
    isolate_->ThrowException(v8::Exception::Error(text));
  }

  Maybe<bool> WriteHostObject(v8::Isolate* isolate, Local<Object> object) override {
    if (object->IsArrayBufferView()) {
      std::span<uint8_t> bytes = BytesOf(object);
      serializer_.WriteUint32(kView);
      serializer_.WriteUint32(TypeOf(isolate, object));
      serializer_.WriteUint32(static_cast<uint32_t>(bytes.size()));
      serializer_.WriteRawBytes(bytes.data(), bytes.size());
      return v8::Just(true);
    }
    Local<v8::Context> context = isolate->GetCurrentContext();
    Local<Object> copy = Object::New(isolate);
    Local<v8::Array> names;
    if (!object->GetOwnPropertyNames(context).ToLocal(&names)) return v8::Nothing<bool>();
    for (uint32_t i = 0; i < names->Length(); i++) {
      Local<Value> name;
      Local<Value> value;
      if (!names->Get(context, i).ToLocal(&name) || !object->Get(context, name).ToLocal(&value) ||
          copy->Set(context, name, value).IsNothing())
        return v8::Nothing<bool>();
    }
    serializer_.WriteUint32(kOther);
    return serializer_.WriteValue(context, copy);
  }

 private:
  v8::Isolate* isolate_;
  v8::ValueSerializer serializer_;
};

class Reader : public v8::ValueDeserializer::Delegate {
 public:
  Reader(v8::Isolate* isolate, std::span<const uint8_t> bytes)
      : isolate_(isolate), deserializer_(isolate, bytes.data(), bytes.size(), this) {}

  MaybeLocal<Value> Read() {
    Local<v8::Context> context = isolate_->GetCurrentContext();
    if (deserializer_.ReadHeader(context).IsNothing()) return {};
    return deserializer_.ReadValue(context);
  }

  MaybeLocal<Object> ReadHostObject(v8::Isolate* isolate) override {
    uint32_t tag = UINT32_MAX;
    Local<Value> value;
    if (deserializer_.ReadUint32(&tag) && tag == kOther) {
      if (!deserializer_.ReadValue(isolate->GetCurrentContext()).ToLocal(&value)) return {};
    } else if (!ReadView(isolate, tag).ToLocal(&value)) {
      return Refuse(isolate);
    }
    return value->IsObject() ? value.As<Object>() : Refuse(isolate);
  }

 private:
  MaybeLocal<Value> ReadView(v8::Isolate* isolate, uint32_t tag) {
    uint32_t type;
    uint32_t size;
    const void* bytes;
    Local<v8::ArrayBuffer> memory;
    if (tag != kView || !deserializer_.ReadUint32(&type) || !deserializer_.ReadUint32(&size) ||
        !deserializer_.ReadRawBytes(size, &bytes) || !NewMemory(isolate, size).ToLocal(&memory))
      return {};
    if (size > 0) std::memcpy(memory->Data(), bytes, size);
    return MakeView(type, memory);
  }

  MaybeLocal<Object> Refuse(v8::Isolate* isolate) {
    isolate->ThrowException(v8::Exception::Error(OneByte(isolate, "Unable to deserialize cloned data.")));
    return {};
  }

  v8::Isolate* isolate_;
  v8::ValueDeserializer deserializer_;
};

}  // namespace

ClonedMessage WriteClone(v8::Isolate* isolate, Local<Value> value) { return Writer(isolate).Write(value); }

MaybeLocal<Value> ReadClone(v8::Isolate* isolate, std::span<const uint8_t> bytes) {
  return Reader(isolate, bytes).Read();
}

}  // namespace parley
