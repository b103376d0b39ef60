#include "runtime/messaging/message.h"

#include <algorithm>

#include "runtime/messaging/port.h"

namespace parley {

using v8::Array;
using v8::ArrayBuffer;
using v8::Context;
using v8::Isolate;
using v8::Just;
using v8::Local;
using v8::Maybe;
using v8::MaybeLocal;
using v8::Nothing;
using v8::Object;
using v8::SharedArrayBuffer;
using v8::String;
using v8::Value;

namespace {

constexpr char kUnsupported[] = "Cannot transfer object of unsupported type.";

// How an object that V8 does not know is written: a number, then what it takes to make one.
enum HostKind : uint32_t { kHostPort, kHostScript, kHostPlain };

bool IsCarrier(Environment* env, Local<Value> value) {
  return MessagingState::From(env)->carrier_template.Get(env->isolate())->HasInstance(value);
}

Local<v8::Private> PlainKey(Isolate* isolate) {
  return v8::Private::ForApi(isolate, OneByte(isolate, "parley:plain"));
}

template <typename T>
int IndexOf(const std::vector<T>& list, T item) {
  auto found = std::find(list.begin(), list.end(), item);
  return found == list.end() ? -1 : static_cast<int>(found - list.begin());
}

}  // namespace

void ThrowDataCloneError(Environment* env, Local<String> message) {
  Isolate* isolate = env->isolate();
  Local<Value> argument = message;
  Local<Value> error;
  Local<v8::Function> make = MessagingState::From(env)->handler(isolate, MessagingState::kDataCloneError);
  if (make->Call(env->context(), v8::Undefined(isolate), 1, &argument).ToLocal(&error)) {
    isolate->ThrowException(error);
  }
}

void ThrowDataCloneError(Environment* env, const char* message) {
  ThrowDataCloneError(env, ToV8(env->isolate(), message));
}

Local<v8::Private> UntransferableKey(Isolate* isolate) {
  return v8::Private::ForApi(isolate, OneByte(isolate, "parley:untransferable"));
}

void MarkUntransferable(Isolate* isolate, Local<Object> object) {
  object->SetPrivate(isolate->GetCurrentContext(), UntransferableKey(isolate), v8::True(isolate)).Check();
}

bool IsUntransferable(Isolate* isolate, Local<Object> object) {
  return object->HasPrivate(isolate->GetCurrentContext(), UntransferableKey(isolate)).FromMaybe(false);
}

void MarkPlain(Isolate* isolate, Local<Object> object) {
  object->SetPrivate(isolate->GetCurrentContext(), PlainKey(isolate), v8::True(isolate)).Check();
}

// What is in a transfer list, by kind.
struct Transfer {
  std::vector<Local<ArrayBuffer>> buffers;
  std::vector<MessagePort*> ports;
  std::vector<Local<Object>> carriers;

  bool Read(Environment* env, const std::vector<Local<Value>>& list, MessagePort* source) {
    for (Local<Value> item : list) {
      if (!Add(env, item, source)) return false;
    }
    return true;
  }

 private:
  bool Add(Environment* env, Local<Value> item, MessagePort* source) {
    if (item->IsObject() && IsUntransferable(env->isolate(), item.As<Object>())) return true;
    if (item->IsArrayBuffer()) return AddBuffer(env, item.As<ArrayBuffer>());
    if (MessagePort* port = MessagePort::FromValue(env, item)) return AddPort(env, port, source);
    if (IsCarrier(env, item)) return AddCarrier(env, item.As<Object>(), source);
    // A port that was closed and whose native half is gone.
    if (MessagePort::IsPort(env, item)) {
      ThrowDataCloneError(env, "MessagePort in transfer list is already detached");
      return false;
    }
    env->ThrowError("ERR_INVALID_TRANSFER_OBJECT", "Found invalid object in transferList",
                    Environment::ErrorType::kTypeError);
    return false;
  }

  bool AddBuffer(Environment* env, Local<ArrayBuffer> buffer) {
    if (!buffer->IsDetachable()) return true;
    if (std::find(buffers.begin(), buffers.end(), buffer) != buffers.end()) {
      ThrowDataCloneError(env, "Transfer list contains duplicate ArrayBuffer");
      return false;
    }
    buffers.push_back(buffer);
    return true;
  }

  // It may consist of things that are transferred themselves.
  bool AddCarrier(Environment* env, Local<Object> carrier, MessagePort* source) {
    if (std::find(carriers.begin(), carriers.end(), carrier) != carriers.end()) return true;
    carriers.push_back(carrier);
    Local<Context> context = env->context();
    Local<Value> argument = carrier;
    Local<Value> parts;
    Local<v8::Function> list = MessagingState::From(env)->handler(env->isolate(), MessagingState::kPartsOf);
    if (!list->Call(context, v8::Undefined(env->isolate()), 1, &argument).ToLocal(&parts)) return false;
    if (!parts->IsArray()) return true;
    for (uint32_t i = 0; i < parts.As<Array>()->Length(); i++) {
      Local<Value> part;
      if (!parts.As<Array>()->Get(context, i).ToLocal(&part) || !Add(env, part, source)) return false;
    }
    return true;
  }

  bool AddPort(Environment* env, MessagePort* port, MessagePort* source) {
    const char* problem = nullptr;
    if (port == source) problem = "Transfer list contains source port";
    if (port->is_detached()) problem = "MessagePort in transfer list is already detached";
    if (IndexOf(ports, port) != -1) problem = "Transfer list contains duplicate MessagePort";
    if (problem) {
      ThrowDataCloneError(env, problem);
      return false;
    }
    ports.push_back(port);
    return true;
  }
};

class Writer : public v8::ValueSerializer::Delegate {
 public:
  Writer(Environment* env, Local<Context> context, Message* message, const Transfer& transfer)
      : env_(env),
        context_(context),
        message_(message),
        transfer_(transfer),
        serializer_(env->isolate(), this) {}

  bool Write(Local<Value> value) {
    serializer_.WriteHeader();
    for (size_t i = 0; i < transfer_.buffers.size(); i++) {
      serializer_.TransferArrayBuffer(static_cast<uint32_t>(i), transfer_.buffers[i]);
    }
    if (serializer_.WriteValue(context_, value).IsNothing()) return false;
    std::pair<uint8_t*, size_t> bytes = serializer_.Release();
    message_->data_.reset(bytes.first);
    message_->size_ = bytes.second;
    return true;
  }

  void ThrowDataCloneError(Local<String> text) override { parley::ThrowDataCloneError(env_, text); }

  Maybe<bool> WriteHostObject(Isolate* isolate, Local<Object> object) override {
    if (MessagePort::IsPort(env_, object)) return WritePort(object);
    if (object->HasPrivate(context_, PlainKey(isolate)).FromMaybe(false)) return WritePlain(object);
    if (!IsCarrier(env_, object)) {
      parley::ThrowDataCloneError(env_, kUnsupported);
      return Nothing<bool>();
    }
    const auto& carriers = transfer_.carriers;
    bool transferred = std::find(carriers.begin(), carriers.end(), object) != carriers.end();
    Local<Value> arguments[] = {object, v8::Boolean::New(isolate, transferred)};
    Local<Value> record;
    Local<v8::Function> write = MessagingState::From(env_)->handler(isolate, MessagingState::kWriteHost);
    if (!write->Call(env_->context(), v8::Undefined(isolate), 2, arguments).ToLocal(&record)) {
      return Nothing<bool>();
    }
    if (!record->IsObject()) {
      parley::ThrowDataCloneError(env_, kUnsupported);
      return Nothing<bool>();
    }
    serializer_.WriteUint32(kHostScript);
    return serializer_.WriteValue(context_, record);
  }

  Maybe<uint32_t> GetSharedArrayBufferId(Isolate*, Local<SharedArrayBuffer> buffer) override {
    for (size_t i = 0; i < shared_.size(); i++) {
      if (shared_[i] == buffer) return Just(static_cast<uint32_t>(i));
    }
    shared_.emplace_back(env_->isolate(), buffer);
    message_->shared_array_buffers_.push_back(buffer->GetBackingStore());
    return Just(static_cast<uint32_t>(shared_.size() - 1));
  }

  Maybe<uint32_t> GetWasmModuleTransferId(Isolate*, Local<v8::WasmModuleObject> module) override {
    message_->wasm_modules_.push_back(module->GetCompiledModule());
    return Just(static_cast<uint32_t>(message_->wasm_modules_.size() - 1));
  }

 private:
  // process.env and its like: native only in how properties are looked up.
  Maybe<bool> WritePlain(Local<Object> object) {
    Local<v8::Array> names;
    if (!object->GetOwnPropertyNames(context_).ToLocal(&names)) return Nothing<bool>();
    Local<Object> plain = Object::New(env_->isolate());
    for (uint32_t i = 0; i < names->Length(); i++) {
      Local<Value> name, value;
      if (!names->Get(context_, i).ToLocal(&name) || !object->Get(context_, name).ToLocal(&value) ||
          plain->Set(context_, name, value).IsNothing()) {
        return Nothing<bool>();
      }
    }
    serializer_.WriteUint32(kHostPlain);
    return serializer_.WriteValue(context_, plain);
  }

  Maybe<bool> WritePort(Local<Object> object) {
    MessagePort* port = MessagePort::FromValue(env_, object);
    int index = port == nullptr ? -1 : IndexOf(transfer_.ports, port);
    if (index == -1) {
      env_->ThrowError("ERR_MISSING_TRANSFERABLE_IN_TRANSFER_LIST",
                       "Object that needs transfer was found in message but not listed in transferList",
                       Environment::ErrorType::kTypeError);
      return Nothing<bool>();
    }
    serializer_.WriteUint32(kHostPort);
    serializer_.WriteUint32(static_cast<uint32_t>(index));
    return Just(true);
  }

  Environment* env_;
  Local<Context> context_;
  Message* message_;
  const Transfer& transfer_;
  std::vector<v8::Global<SharedArrayBuffer>> shared_;  // V8's handles last for one call
  v8::ValueSerializer serializer_;
};

class Reader : public v8::ValueDeserializer::Delegate {
 public:
  Reader(Environment* env, Local<Context> context, Message* message, const std::vector<Local<Object>>& ports)
      : env_(env),
        context_(context),
        message_(message),
        ports_(ports),
        deserializer_(env->isolate(), message->data_.get(), message->size_, this) {}

  // With what a builtin class's own reading threw pending, where V8 would say that the data are bad.
  MaybeLocal<Value> Read() {
    Isolate* isolate = env_->isolate();
    Local<Value> value;
    {
      v8::TryCatch try_catch(isolate);
      if (ReadAll().ToLocal(&value)) return value;
      if (error_.IsEmpty() || try_catch.HasTerminated()) {
        try_catch.ReThrow();
        return {};
      }
    }
    isolate->ThrowException(error_.Get(isolate));
    return {};
  }

 private:
  MaybeLocal<Value> ReadAll() {
    if (deserializer_.ReadHeader(context_).IsNothing()) return {};
    const auto& buffers = message_->array_buffers_;
    for (size_t i = 0; i < buffers.size(); i++) {
      deserializer_.TransferArrayBuffer(static_cast<uint32_t>(i),
                                        ArrayBuffer::New(env_->isolate(), buffers[i]));
    }
    return deserializer_.ReadValue(context_);
  }

 public:
  MaybeLocal<Object> ReadHostObject(Isolate* isolate) override {
    uint32_t kind;
    if (!deserializer_.ReadUint32(&kind)) return {};
    if (kind == kHostPort) {
      uint32_t index;
      if (!deserializer_.ReadUint32(&index) || index >= ports_.size()) return {};
      return ports_[index];
    }
    Local<Value> record;
    if (!deserializer_.ReadValue(context_).ToLocal(&record) || !record->IsObject()) return {};
    if (kind == kHostPlain) return record.As<Object>();
    // V8 forbids JavaScript while it reads a value, but for this.
    Isolate::AllowJavascriptExecutionScope allow(isolate);
    v8::TryCatch try_catch(isolate);
    Local<Value> object;
    if (context_ != env_->context()) {
      env_->ThrowError("ERR_MESSAGE_TARGET_CONTEXT_UNAVAILABLE",
                       "A message object could not be deserialized successfully in the target vm.Context");
      error_.Reset(isolate, try_catch.Exception());
      return {};
    }
    Local<v8::Function> read = MessagingState::From(env_)->handler(isolate, MessagingState::kReadHost);
    if (!read->Call(env_->context(), v8::Undefined(isolate), 1, &record).ToLocal(&object)) {
      if (try_catch.HasCaught() && !try_catch.HasTerminated()) error_.Reset(isolate, try_catch.Exception());
      return {};
    }
    return object->IsObject() ? object.As<Object>() : MaybeLocal<Object>();
  }

  MaybeLocal<SharedArrayBuffer> GetSharedArrayBufferFromId(Isolate* isolate, uint32_t id) override {
    const auto& stores = message_->shared_array_buffers_;
    if (id >= stores.size()) return {};
    if (shared_.size() < stores.size()) shared_.resize(stores.size());
    if (shared_[id].IsEmpty()) shared_[id].Reset(isolate, SharedArrayBuffer::New(isolate, stores[id]));
    return shared_[id].Get(isolate);
  }

  MaybeLocal<v8::WasmModuleObject> GetWasmModuleFromId(Isolate* isolate, uint32_t id) override {
    if (id >= message_->wasm_modules_.size()) return {};
    return v8::WasmModuleObject::FromCompiledModule(isolate, message_->wasm_modules_[id]);
  }

 private:
  Environment* env_;
  Local<Context> context_;
  Message* message_;
  const std::vector<Local<Object>>& ports_;
  std::vector<v8::Global<SharedArrayBuffer>> shared_;
  v8::Global<Value> error_;
  v8::ValueDeserializer deserializer_;
};

Message::Message() = default;
Message::~Message() = default;

Maybe<bool> Message::Serialize(Environment* env, Local<Context> context, Local<Value> value,
                               const std::vector<Local<Value>>& list, MessagePort* source) {
  v8::HandleScope handles(env->isolate());
  Context::Scope scope(context);
  Transfer transfer;
  if (!transfer.Read(env, list, source)) return Nothing<bool>();
  Writer writer(env, context, this, transfer);
  if (!writer.Write(value)) return Nothing<bool>();
  for (Local<ArrayBuffer> buffer : transfer.buffers) {
    array_buffers_.push_back(buffer->GetBackingStore());
    buffer->Detach();
  }
  for (MessagePort* port : transfer.ports) ports_.push_back(port->TakeData());
  return Just(true);
}

MaybeLocal<Value> Message::Deserialize(Environment* env, Local<Context> context, Local<Value>* ports) {
  Context::Scope scope(context);
  std::vector<Local<Object>> objects;
  std::vector<Local<Value>> values;
  for (std::unique_ptr<PortData>& data : ports_) {
    MessagePort* port = MessagePort::Create(env, context, std::move(data));
    if (port == nullptr) return {};
    objects.push_back(port->object());
    values.push_back(port->object());
  }
  ports_.clear();
  Reader reader(env, context, this, objects);
  MaybeLocal<Value> value = reader.Read();
  if (value.IsEmpty()) {
    for (Local<Object> object : objects) MessagePort::FromValue(env, object)->ClosePort();
    return {};
  }
  array_buffers_.clear();  // now the new ones'
  if (ports != nullptr) *ports = Array::New(env->isolate(), values.data(), values.size());
  return value;
}

}  // namespace parley
