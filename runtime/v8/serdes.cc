// internalBinding('serdes'): V8's ValueSerializer and ValueDeserializer as JavaScript classes (Node doc: v8,
// "Serialization API").
#include <cstdlib>
#include <cstring>
#include <memory>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

using Args = v8::FunctionCallbackInfo<v8::Value>;

struct Bytes {
  const uint8_t* data = nullptr;
  size_t size = 0;
};

Bytes BytesOf(v8::Local<v8::Value> value) {
  if (value->IsArrayBufferView()) {
    auto view = value.As<v8::ArrayBufferView>();
    return {static_cast<const uint8_t*>(view->Buffer()->Data()) + view->ByteOffset(), view->ByteLength()};
  }
  if (value->IsArrayBuffer()) {
    auto buffer = value.As<v8::ArrayBuffer>();
    return {static_cast<const uint8_t*>(buffer->Data()), buffer->ByteLength()};
  }
  return {};
}

class SerializerWrap : public BaseObject, public v8::ValueSerializer::Delegate {
 public:
  SerializerWrap(Environment* env, v8::Local<v8::Object> object)
      : BaseObject(env, object), serializer_(env->isolate(), this) {
    MakeWeak();
  }

  static void New(const Args& args) {
    if (!args.IsConstructCall()) {
      return Environment::From(args)->ThrowError(
          "ERR_CONSTRUCT_CALL_REQUIRED", "Class constructor Serializer cannot be invoked without `new`",
          Environment::ErrorType::kTypeError);
    }
    new SerializerWrap(Environment::From(args), args.This());
  }

  // Delegate: a method of the JavaScript object where there is one.
  void ThrowDataCloneError(v8::Local<v8::String> message) override {
    v8::Isolate* isolate = env()->isolate();
    v8::Local<v8::Context> context = isolate->GetCurrentContext();
    v8::Local<v8::Value> make;
    v8::Local<v8::Value> error;
    v8::Local<v8::Value> argument = message;
    if (object()->Get(context, OneByte(isolate, "_getDataCloneError")).ToLocal(&make) && make->IsFunction()) {
      if (make.As<v8::Function>()->Call(context, object(), 1, &argument).ToLocal(&error))
        isolate->ThrowException(error);
      return;
    }
    isolate->ThrowException(v8::Exception::Error(message));
  }

  v8::Maybe<bool> WriteHostObject(v8::Isolate* isolate, v8::Local<v8::Object> host) override {
    v8::Local<v8::Context> context = isolate->GetCurrentContext();
    v8::Local<v8::Value> write;
    if (!object()->Get(context, OneByte(isolate, "_writeHostObject")).ToLocal(&write))
      return v8::Nothing<bool>();
    if (!write->IsFunction()) return v8::ValueSerializer::Delegate::WriteHostObject(isolate, host);
    v8::Local<v8::Value> argument = host;
    if (write.As<v8::Function>()->Call(context, object(), 1, &argument).IsEmpty()) return v8::Nothing<bool>();
    return v8::Just(true);
  }

  static void WriteHeader(const Args& args) {
    if (auto* self = Unwrap<SerializerWrap>(args.This())) self->serializer_.WriteHeader();
  }
  static void WriteValue(const Args& args) {
    auto* self = Unwrap<SerializerWrap>(args.This());
    bool done;
    if (self && self->serializer_.WriteValue(args.GetIsolate()->GetCurrentContext(), args[0]).To(&done)) {
      args.GetReturnValue().Set(done);
    }
  }
  static void WriteUint32(const Args& args) {
    auto* self = Unwrap<SerializerWrap>(args.This());
    uint32_t value;
    if (self && args[0]->Uint32Value(args.GetIsolate()->GetCurrentContext()).To(&value)) {
      self->serializer_.WriteUint32(value);
    }
  }
  static void WriteUint64(const Args& args) {
    auto* self = Unwrap<SerializerWrap>(args.This());
    v8::Local<v8::Context> context = args.GetIsolate()->GetCurrentContext();
    uint32_t high;
    uint32_t low;
    if (self && args[0]->Uint32Value(context).To(&high) && args[1]->Uint32Value(context).To(&low)) {
      self->serializer_.WriteUint64(static_cast<uint64_t>(high) << 32 | low);
    }
  }
  static void WriteDouble(const Args& args) {
    auto* self = Unwrap<SerializerWrap>(args.This());
    double value;
    if (self && args[0]->NumberValue(args.GetIsolate()->GetCurrentContext()).To(&value)) {
      self->serializer_.WriteDouble(value);
    }
  }
  static void WriteRawBytes(const Args& args) {
    auto* self = Unwrap<SerializerWrap>(args.This());
    Bytes bytes = BytesOf(args[0]);
    if (self && bytes.size > 0) self->serializer_.WriteRawBytes(bytes.data, bytes.size);
  }
  static void SetTreatViews(const Args& args) {
    auto* self = Unwrap<SerializerWrap>(args.This());
    if (self)
      self->serializer_.SetTreatArrayBufferViewsAsHostObjects(args[0]->BooleanValue(args.GetIsolate()));
  }
  static void TransferArrayBuffer(const Args& args) {
    auto* self = Unwrap<SerializerWrap>(args.This());
    uint32_t id;
    if (!self || !args[0]->Uint32Value(args.GetIsolate()->GetCurrentContext()).To(&id)) return;
    if (args[1]->IsArrayBuffer()) self->serializer_.TransferArrayBuffer(id, args[1].As<v8::ArrayBuffer>());
  }
  // releaseBuffer() -> ArrayBuffer of what was written.
  static void ReleaseBuffer(const Args& args) {
    auto* self = Unwrap<SerializerWrap>(args.This());
    if (!self) return;
    auto [data, size] = self->serializer_.Release();
    std::unique_ptr<v8::BackingStore> store = v8::ArrayBuffer::NewBackingStore(
        data, size, [](void* p, size_t, void*) { std::free(p); }, nullptr);
    args.GetReturnValue().Set(v8::ArrayBuffer::New(args.GetIsolate(), std::move(store)));
  }

 private:
  v8::ValueSerializer serializer_;
};

class DeserializerWrap : public BaseObject, public v8::ValueDeserializer::Delegate {
 public:
  DeserializerWrap(Environment* env, v8::Local<v8::Object> object, v8::Local<v8::Value> source, Bytes bytes)
      : BaseObject(env, object),
        data_(bytes.data),
        size_(bytes.size),
        deserializer_(env->isolate(), bytes.data, bytes.size, this) {
    object->Set(env->isolate()->GetCurrentContext(), OneByte(env->isolate(), "buffer"), source).Check();
    // The bytes stay where they are only while somebody holds them.
    source_.Reset(env->isolate(), source);
    deserializer_.SetSupportsLegacyWireFormat(true);
    MakeWeak();
  }

  static void New(const Args& args) {
    Environment* env = Environment::From(args);
    if (!args.IsConstructCall()) {
      return env->ThrowError("ERR_CONSTRUCT_CALL_REQUIRED",
                             "Class constructor Deserializer cannot be invoked without `new`",
                             Environment::ErrorType::kTypeError);
    }
    if (!args[0]->IsArrayBufferView()) {
      return env->ThrowError("ERR_INVALID_ARG_TYPE", "buffer must be a TypedArray or a DataView",
                             Environment::ErrorType::kTypeError);
    }
    new DeserializerWrap(env, args.This(), args[0], BytesOf(args[0]));
  }

  v8::MaybeLocal<v8::Object> ReadHostObject(v8::Isolate* isolate) override {
    v8::Local<v8::Context> context = isolate->GetCurrentContext();
    v8::Local<v8::Value> read;
    if (!object()->Get(context, OneByte(isolate, "_readHostObject")).ToLocal(&read)) return {};
    if (!read->IsFunction()) return v8::ValueDeserializer::Delegate::ReadHostObject(isolate);
    // V8 forbids JavaScript while it reads a value, but for this.
    v8::Isolate::AllowJavascriptExecutionScope allow(isolate);
    v8::Local<v8::Value> result;
    if (!read.As<v8::Function>()->Call(context, object(), 0, nullptr).ToLocal(&result)) return {};
    if (result->IsObject()) return result.As<v8::Object>();
    env()->ThrowError(nullptr, "readHostObject must return an object", Environment::ErrorType::kTypeError);
    return {};
  }

  static void ReadHeader(const Args& args) {
    auto* self = Unwrap<DeserializerWrap>(args.This());
    bool ok;
    if (self && self->deserializer_.ReadHeader(args.GetIsolate()->GetCurrentContext()).To(&ok)) {
      args.GetReturnValue().Set(ok);
    }
  }
  static void ReadValue(const Args& args) {
    auto* self = Unwrap<DeserializerWrap>(args.This());
    v8::Local<v8::Value> value;
    if (self && self->deserializer_.ReadValue(args.GetIsolate()->GetCurrentContext()).ToLocal(&value)) {
      args.GetReturnValue().Set(value);
    }
  }
  static void ReadUint32(const Args& args) {
    auto* self = Unwrap<DeserializerWrap>(args.This());
    uint32_t value;
    if (!self) return;
    if (!self->deserializer_.ReadUint32(&value))
      return self->env()->ThrowError(nullptr, "ReadUint32() failed");
    args.GetReturnValue().Set(value);
  }
  static void ReadUint64(const Args& args) {
    auto* self = Unwrap<DeserializerWrap>(args.This());
    uint64_t value;
    if (!self) return;
    if (!self->deserializer_.ReadUint64(&value))
      return self->env()->ThrowError(nullptr, "ReadUint64() failed");
    v8::Isolate* isolate = args.GetIsolate();
    v8::Local<v8::Value> parts[] = {v8::Integer::NewFromUnsigned(isolate, static_cast<uint32_t>(value >> 32)),
                                    v8::Integer::NewFromUnsigned(isolate, static_cast<uint32_t>(value))};
    args.GetReturnValue().Set(v8::Array::New(isolate, parts, 2));
  }
  static void ReadDouble(const Args& args) {
    auto* self = Unwrap<DeserializerWrap>(args.This());
    double value;
    if (!self) return;
    if (!self->deserializer_.ReadDouble(&value))
      return self->env()->ThrowError(nullptr, "ReadDouble() failed");
    args.GetReturnValue().Set(value);
  }
  // _readRawBytes(length) -> offset into the buffer.
  static void ReadRawBytes(const Args& args) {
    auto* self = Unwrap<DeserializerWrap>(args.This());
    int64_t length;
    if (!self || !args[0]->IntegerValue(args.GetIsolate()->GetCurrentContext()).To(&length)) return;
    const void* data;
    if (length < 0 || !self->deserializer_.ReadRawBytes(static_cast<size_t>(length), &data)) {
      return self->env()->ThrowError(nullptr, "ReadRawBytes() failed");
    }
    args.GetReturnValue().Set(static_cast<double>(static_cast<const uint8_t*>(data) - self->data_));
  }
  static void TransferArrayBuffer(const Args& args) {
    auto* self = Unwrap<DeserializerWrap>(args.This());
    uint32_t id;
    if (!self || !args[0]->Uint32Value(args.GetIsolate()->GetCurrentContext()).To(&id)) return;
    if (args[1]->IsArrayBuffer()) self->deserializer_.TransferArrayBuffer(id, args[1].As<v8::ArrayBuffer>());
  }
  static void GetWireFormatVersion(const Args& args) {
    auto* self = Unwrap<DeserializerWrap>(args.This());
    if (self) args.GetReturnValue().Set(self->deserializer_.GetWireFormatVersion());
  }

 private:
  const uint8_t* data_;
  [[maybe_unused]] size_t size_;
  v8::Global<v8::Value> source_;
  v8::ValueDeserializer deserializer_;
};

void Initialize(Environment* env, v8::Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  auto add = [&](const char* name, v8::FunctionCallback constructor,
                 std::span<const BindingFunction> methods) {
    v8::Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, name, constructor);
    for (const BindingFunction& m : methods) BaseObject::SetMethod(isolate, t, m.name, m.callback);
    BaseObject::Export(isolate, target, name, t);
  };
  constexpr BindingFunction kSerializer[] = {
      {"writeHeader", SerializerWrap::WriteHeader},
      {"writeValue", SerializerWrap::WriteValue},
      {"writeUint32", SerializerWrap::WriteUint32},
      {"writeUint64", SerializerWrap::WriteUint64},
      {"writeDouble", SerializerWrap::WriteDouble},
      {"writeRawBytes", SerializerWrap::WriteRawBytes},
      {"_setTreatArrayBufferViewsAsHostObjects", SerializerWrap::SetTreatViews},
      {"transferArrayBuffer", SerializerWrap::TransferArrayBuffer},
      {"_releaseBuffer", SerializerWrap::ReleaseBuffer}};
  constexpr BindingFunction kDeserializer[] = {
      {"readHeader", DeserializerWrap::ReadHeader},
      {"readValue", DeserializerWrap::ReadValue},
      {"readUint32", DeserializerWrap::ReadUint32},
      {"readUint64", DeserializerWrap::ReadUint64},
      {"readDouble", DeserializerWrap::ReadDouble},
      {"_readRawBytes", DeserializerWrap::ReadRawBytes},
      {"transferArrayBuffer", DeserializerWrap::TransferArrayBuffer},
      {"getWireFormatVersion", DeserializerWrap::GetWireFormatVersion}};
  add("Serializer", SerializerWrap::New, kSerializer);
  add("Deserializer", DeserializerWrap::New, kDeserializer);
}

PARLEY_BINDING(serdes, BindingKind::kInternal, {}, Initialize, {});

}  // namespace
}  // namespace parley
