// internalBinding('messaging'): message channels, broadcast channels and structured cloning.
#include "runtime/engine/binding.h"
#include "runtime/messaging/port.h"
#include "runtime/vm/context.h"

namespace parley {
namespace {

using v8::Context;
using v8::Isolate;
using v8::Local;
using v8::Object;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

void ThrowTypeError(Environment* env, const char* code, const char* message) {
  env->ThrowError(code, message, Environment::ErrorType::kTypeError);
}

// What an iterable gives. False when it is none, or with an exception pending, which `threw` tells.
bool ReadIterable(Local<Context> context, Local<Value> iterable, std::vector<Local<Value>>* list,
                  bool* threw) {
  Isolate* isolate = context->GetIsolate();
  *threw = true;
  Local<Value> method;
  Local<Object> object = iterable.As<Object>();
  if (!object->Get(context, v8::Symbol::GetIterator(isolate)).ToLocal(&method)) return false;
  *threw = false;
  if (!method->IsFunction()) return false;
  *threw = true;
  Local<Value> iterator;
  Local<Value> next;
  if (!method.As<v8::Function>()->Call(context, iterable, 0, nullptr).ToLocal(&iterator)) return false;
  *threw = false;
  if (!iterator->IsObject()) return false;
  *threw = true;
  if (!iterator.As<Object>()->Get(context, OneByte(isolate, "next")).ToLocal(&next)) return false;
  *threw = false;
  if (!next->IsFunction()) return false;
  *threw = true;
  while (true) {
    Local<Value> result;
    Local<Value> done;
    Local<Value> value;
    if (!next.As<v8::Function>()->Call(context, iterator, 0, nullptr).ToLocal(&result)) return false;
    if (!result->IsObject()) {
      *threw = false;
      return false;
    }
    if (!result.As<Object>()->Get(context, OneByte(isolate, "done")).ToLocal(&done)) return false;
    if (done->BooleanValue(isolate)) return true;
    if (!result.As<Object>()->Get(context, OneByte(isolate, "value")).ToLocal(&value)) return false;
    list->push_back(value);
  }
}

// The second argument of postMessage(): a list, or options with one. False with an exception pending.
bool ReadTransfer(Environment* env, Local<Context> context, Local<Value> argument,
                  std::vector<Local<Value>>* list) {
  if (argument->IsNullOrUndefined()) return true;
  bool threw = false;
  if (!argument->IsObject()) {
    ThrowTypeError(env, "ERR_INVALID_ARG_TYPE", "Optional transferList argument must be an iterable");
    return false;
  }
  if (ReadIterable(context, argument, list, &threw)) return true;
  if (threw) return false;
  Local<Value> transfer;
  if (!argument.As<Object>()->Get(context, OneByte(env->isolate(), "transfer")).ToLocal(&transfer))
    return false;
  if (transfer->IsUndefined()) return true;
  if (transfer->IsObject()) {
    list->clear();
    if (ReadIterable(context, transfer, list, &threw)) return true;
    if (threw) return false;
  }
  ThrowTypeError(env, "ERR_INVALID_ARG_TYPE", "Optional options.transfer argument must be an iterable");
  return false;
}

// Objects of builtin modules may bring more to transfer: their `transferList` handler is asked in JavaScript,
// before.
void PostMessage(const Args& args) {
  Environment* env = Environment::From(args);
  if (args.Length() == 0) {
    return ThrowTypeError(env, "ERR_MISSING_ARGS", "Not enough arguments to MessagePort.postMessage");
  }
  Local<Context> context = args.This()->GetCreationContext().ToLocalChecked();
  std::vector<Local<Value>> transfer;
  if (!ReadTransfer(env, context, args[1], &transfer)) return;
  if (MessagePort* port = BaseObject::Unwrap<MessagePort>(args.This())) {
    port->Post(context, args[0], transfer);
    return;
  }
  // Closed: what is transferred is gone nevertheless.
  Message message;
  message.Serialize(env, context, args[0], transfer, nullptr).IsNothing();
}

void Start(const Args& args) {
  if (auto* port = BaseObject::Unwrap<MessagePort>(args.This())) port->Start();
}

void ClosePort(const Args& args) {
  if (MessagePort* port = MessagePort::FromValue(Environment::From(args), args[0])) port->ClosePort();
}

void Stop(const Args& args) {
  if (MessagePort* port = MessagePort::FromValue(Environment::From(args), args[0])) port->Stop();
}

void Drain(const Args& args) {
  if (MessagePort* port = MessagePort::FromValue(Environment::From(args), args[0])) port->Deliver(true);
}

// Ports are made by channels.
void NewPort(const Args& args) {
  ThrowTypeError(Environment::From(args), "ERR_CONSTRUCT_CALL_INVALID", "Constructor cannot be called");
}

// createChannel() -> [port, port]
void CreateChannel(const Args& args) {
  Environment* env = Environment::From(args);
  auto a = std::make_unique<PortData>();
  auto b = std::make_unique<PortData>();
  PortData::Entangle(a.get(), b.get());
  MessagePort* first = MessagePort::Create(env, env->context(), std::move(a));
  if (first == nullptr) return;
  MessagePort* second = MessagePort::Create(env, env->context(), std::move(b));
  if (second == nullptr) return;
  Local<Value> ports[] = {first->object(), second->object()};
  args.GetReturnValue().Set(v8::Array::New(args.GetIsolate(), ports, 2));
}

// broadcastChannel(name) -> port
void BroadcastChannel(const Args& args) {
  Environment* env = Environment::From(args);
  auto data = std::make_unique<PortData>();
  data->Join(SiblingGroup::OfName(":" + ToUtf8(args.GetIsolate(), args[0])));
  if (MessagePort* port = MessagePort::Create(env, env->context(), std::move(data))) {
    args.GetReturnValue().Set(port->object());
  }
}

// receive(port) -> [value], undefined when nothing waits, null for what is no port
void Receive(const Args& args) {
  Environment* env = Environment::From(args);
  if (!MessagePort::IsPort(env, args[0])) return args.GetReturnValue().SetNull();
  MessagePort* port = MessagePort::FromValue(env, args[0]);
  bool found = false;
  Local<Value> value;
  if (port == nullptr || !port->Take(env->context(), &found).ToLocal(&value)) return;
  args.GetReturnValue().Set(v8::Array::New(args.GetIsolate(), &value, 1));
}

// moveToContext(port, object of a vm context) -> the port as an object of that context; null for what is no
// port
void MoveToContext(const Args& args) {
  Environment* env = Environment::From(args);
  if (!MessagePort::IsPort(env, args[0])) return args.GetReturnValue().SetNull();
  MessagePort* port = MessagePort::FromValue(env, args[0]);
  if (port == nullptr || port->is_detached()) {
    return env->ThrowError("ERR_CLOSED_MESSAGE_PORT", "Cannot send data on closed MessagePort");
  }
  Local<Context> context;
  if (!ContextOfSandbox(args.GetIsolate(), args[1].As<Object>()).ToLocal(&context)) return;
  if (MessagePort* moved = MessagePort::Create(env, context, port->TakeData())) {
    args.GetReturnValue().Set(moved->object());
  }
}

// structuredClone(value, array of what is transferred)
void StructuredClone(const Args& args) {
  Environment* env = Environment::From(args);
  Local<Context> context = args.GetIsolate()->GetCurrentContext();
  std::vector<Local<Value>> transfer;
  if (args[1]->IsArray()) {
    Local<v8::Array> list = args[1].As<v8::Array>();
    for (uint32_t i = 0; i < list->Length(); i++) {
      Local<Value> item;
      if (!list->Get(context, i).ToLocal(&item)) return;
      transfer.push_back(item);
    }
  }
  Message message;
  Local<Value> result;
  if (message.Serialize(env, context, args[0], transfer, nullptr).IsNothing()) return;
  if (message.Deserialize(env, context).ToLocal(&result)) args.GetReturnValue().Set(result);
}

void MarkAsUntransferable(const Args& args) {
  if (args[0]->IsObject()) MarkUntransferable(args.GetIsolate(), args[0].As<Object>());
}

void NewCarrier(const Args&) {}

// carrierClass() -> a constructor of further carriers, whose prototype the caller sets: objects made so keep
// one shape.
void CarrierClass(const Args& args) {
  Isolate* isolate = args.GetIsolate();
  Local<v8::FunctionTemplate> type = v8::FunctionTemplate::New(isolate, NewCarrier);
  type->Inherit(MessagingState::From(Environment::From(args))->carrier_template.Get(isolate));
  type->InstanceTemplate()->SetInternalFieldCount(1);
  Local<v8::Function> constructor;
  if (type->GetFunction(isolate->GetCurrentContext()).ToLocal(&constructor)) {
    args.GetReturnValue().Set(constructor);
  }
}

// setHandlers(array of functions, in the order of MessagingState::Handler)
void SetHandlers(const Args& args) {
  Local<Context> context = args.GetIsolate()->GetCurrentContext();
  MessagingState* state = MessagingState::From(Environment::From(args));
  for (uint32_t i = 0; i < MessagingState::kHandlerCount; i++) {
    Local<Value> function = args[0].As<Object>()->Get(context, i).ToLocalChecked();
    state->handlers[i].Reset(args.GetIsolate(), function.As<v8::Function>());
  }
}

void Initialize(Environment* env, Local<Object> target) {
  Isolate* isolate = env->isolate();
  MessagingState* state = MessagingState::From(env);
  Local<v8::FunctionTemplate> port = BaseObject::MakeTemplate(env, "MessagePort", NewPort);
  HandleWrap::AddMethods(isolate, port);
  BaseObject::SetMethod(isolate, port, "postMessage", PostMessage);
  BaseObject::SetMethod(isolate, port, "start", Start);
  state->port_template.Reset(isolate, port);
  BaseObject::Export(isolate, target, "MessagePort", port);

  // V8 asks how to write objects with internal fields only: builtin modules put theirs on top of one of
  // these.
  Local<v8::FunctionTemplate> carrier = v8::FunctionTemplate::New(isolate, NewCarrier);
  carrier->SetClassName(OneByte(isolate, "Object"));
  carrier->InstanceTemplate()->SetInternalFieldCount(1);
  state->carrier_template.Reset(isolate, carrier);
  BaseObject::Export(isolate, target, "Carrier", carrier);
}

constexpr BindingFunction kFunctions[] = {{"createChannel", CreateChannel},
                                          {"broadcastChannel", BroadcastChannel},
                                          {"receive", Receive},
                                          {"moveToContext", MoveToContext},
                                          {"structuredClone", StructuredClone},
                                          {"markAsUntransferable", MarkAsUntransferable},
                                          {"carrierClass", CarrierClass},
                                          {"close", ClosePort},
                                          {"stop", Stop},
                                          {"drain", Drain},
                                          {"setHandlers", SetHandlers}};
PARLEY_BINDING(messaging, BindingKind::kInternal, kFunctions, Initialize, {});

}  // namespace
}  // namespace parley
