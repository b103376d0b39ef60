#include "runtime/messaging/port.h"

#include <algorithm>
#include <map>

namespace parley {

using v8::Context;
using v8::Isolate;
using v8::Local;
using v8::MaybeLocal;
using v8::Object;
using v8::Value;

namespace {

// One turn of the loop delivers at least so many messages, and those that waited when it began: a port that
// is sent to without end leaves time for others.
constexpr size_t kMessagesATurn = 1000;

struct Names {
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<SiblingGroup>> groups;
};
Names& AllNames() {
  static Names* names = new Names();  // threads may outlive static objects
  return *names;
}

// The other side learns that a port's thread has ended.
void CloseAtEnd(void* port) { static_cast<MessagePort*>(port)->TakeData().reset(); }

}  // namespace

// ---- Groups

std::shared_ptr<SiblingGroup> SiblingGroup::OfName(const std::string& name) {
  Names& names = AllNames();
  std::lock_guard lock(names.mutex);
  std::weak_ptr<SiblingGroup>& known = names.groups[name];
  std::shared_ptr<SiblingGroup> group = known.lock();
  if (!group) {
    group = std::make_shared<SiblingGroup>(name);
    known = group;
  }
  return group;
}

SiblingGroup::~SiblingGroup() {
  if (name_.empty()) return;
  Names& names = AllNames();
  std::lock_guard lock(names.mutex);
  auto found = names.groups.find(name_);
  if (found != names.groups.end() && found->second.expired()) names.groups.erase(found);
}

void SiblingGroup::Entangle(PortData* port) {
  std::lock_guard lock(mutex_);
  ports_.push_back(port);
}

void SiblingGroup::Disentangle(PortData* port) {
  std::lock_guard lock(mutex_);
  ports_.erase(std::remove(ports_.begin(), ports_.end(), port), ports_.end());
  if (!name_.empty()) return;
  for (PortData* other : ports_) other->Add(std::make_shared<Message>());
}

bool SiblingGroup::Dispatch(const PortData* source, std::shared_ptr<Message> message) {
  std::lock_guard lock(mutex_);
  bool any = false;
  for (PortData* port : ports_) {
    if (port == source) continue;
    port->Add(message);
    any = true;
  }
  return any;
}

// ---- A port's queue

PortData::~PortData() {
  if (group_) group_->Disentangle(this);
}

void PortData::Entangle(PortData* a, PortData* b) {
  auto group = std::make_shared<SiblingGroup>();
  a->Join(group);
  b->Join(std::move(group));
}

void PortData::Join(std::shared_ptr<SiblingGroup> group) {
  group_ = std::move(group);
  group_->Entangle(this);
}

void PortData::Add(std::shared_ptr<Message> message) {
  std::lock_guard lock(mutex_);
  incoming_.push_back(std::move(message));
  if (owner_ != nullptr) uv_async_send(&owner_->async_);
}

bool PortData::Dispatch(std::shared_ptr<Message> message) {
  return group_ && group_->Dispatch(this, std::move(message));
}

// ---- The object

// Hooks see the port as soon as it is a handle: that has to be whole by then.
uv_handle_t* MessagePort::InitAsync(Environment* env, uv_async_t* async) {
  uv_async_init(env->loop(), async, [](uv_async_t* handle) {
    static_cast<MessagePort*>(static_cast<HandleWrap*>(handle->data))->Deliver(false);
  });
  // Only a listener for messages keeps the program alive.
  uv_unref(reinterpret_cast<uv_handle_t*>(async));
  return reinterpret_cast<uv_handle_t*>(async);
}

MessagePort::MessagePort(Environment* env, Local<Object> object, std::unique_ptr<PortData> data)
    : HandleWrap(env, object, InitAsync(env, &async_), "MESSAGEPORT"), data_(std::move(data)) {
  env->AddCleanupHook(CloseAtEnd, this);
  std::lock_guard lock(data_->mutex_);
  data_->owner_ = this;
  if (!data_->incoming_.empty()) uv_async_send(&async_);
}

MessagePort::~MessagePort() {
  env()->RemoveCleanupHook(CloseAtEnd, this);
  if (data_) {
    std::lock_guard lock(data_->mutex_);
    data_->owner_ = nullptr;
  }
}

MessagePort* MessagePort::Create(Environment* env, Local<Context> context, std::unique_ptr<PortData> data) {
  Isolate* isolate = env->isolate();
  Context::Scope scope(context);
  MessagingState* state = MessagingState::From(env);
  Local<v8::Function> constructor;
  Local<Object> object;
  if (!state->port_template.Get(isolate)->GetFunction(context).ToLocal(&constructor) ||
      !state->port_template.Get(isolate)->InstanceTemplate()->NewInstance(context).ToLocal(&object)) {
    return nullptr;
  }
  auto* port = new MessagePort(env, object, std::move(data));
  if (context == env->context()) {
    Local<Value> argument = object;
    Local<v8::Function> init = state->handler(isolate, MessagingState::kInitPort);
    if (init->Call(context, v8::Undefined(isolate), 1, &argument).IsEmpty()) {
      port->ClosePort();
      return nullptr;
    }
  }
  return port;
}

bool MessagePort::IsPort(Environment* env, Local<Value> value) {
  return MessagingState::From(env)->port_template.Get(env->isolate())->HasInstance(value);
}

MessagePort* MessagePort::FromValue(Environment* env, Local<Value> value) {
  return IsPort(env, value) ? Unwrap<MessagePort>(value) : nullptr;
}

bool MessagePort::Post(Local<Context> context, Local<Value> value,
                       const std::vector<Local<Value>>& transfer) {
  auto message = std::make_shared<Message>();
  if (message->Serialize(env(), context, value, transfer, this).IsNothing()) return false;
  if (is_detached()) return true;
  for (const std::unique_ptr<PortData>& port : message->ports()) {
    if (!port->IsSiblingOf(*data_)) continue;
    // The message would carry the only port that could receive it.
    Isolate* isolate = env()->isolate();
    Local<Value> text =
        ToV8(isolate, "The target port was posted to itself, and the communication channel was lost");
    Local<v8::Function> warn = MessagingState::From(env())->handler(isolate, MessagingState::kWarn);
    if (warn->Call(context, v8::Undefined(isolate), 1, &text).IsEmpty()) return false;
    ClosePort();
    return true;
  }
  data_->Dispatch(std::move(message));
  return true;
}

void MessagePort::Start() {
  if (is_detached()) return;
  receiving_ = true;
  std::lock_guard lock(data_->mutex_);
  if (!data_->incoming_.empty()) uv_async_send(&async_);
}

// `more` tells whether others wait behind the one returned.
std::shared_ptr<Message> MessagePort::Next(bool all, bool* more) {
  std::lock_guard lock(data_->mutex_);
  auto& queue = data_->incoming_;
  if (queue.empty() || (!receiving_ && !all && !queue.front()->is_close())) return nullptr;
  std::shared_ptr<Message> message = std::move(queue.front());
  queue.pop_front();
  *more = !queue.empty();
  return message;
}

void MessagePort::Deliver(bool all) {
  if (is_detached()) return;
  Isolate* isolate = env()->isolate();
  v8::HandleScope handles(isolate);
  Local<Context> context = object()->GetCreationContext().ToLocalChecked();
  size_t limit;
  {
    std::lock_guard lock(data_->mutex_);
    limit = std::max(data_->incoming_.size(), kMessagesATurn);
  }
  bool more = true;
  for (; limit > 0 && more; limit--) {
    std::shared_ptr<Message> message = Next(all, &more);
    if (!message) return;
    if (message->is_close()) {
      ClosePort();
      return;
    }
    v8::HandleScope inner(isolate);
    Emit(context, message.get());
    // The listener may have sent the port away, or the process may be ending.
    if (env()->is_stopping() || !data_) return;
  }
  if (more && is_alive()) uv_async_send(&async_);
}

void MessagePort::Emit(Local<Context> context, Message* message) {
  Isolate* isolate = env()->isolate();
  Local<Value> arguments[] = {v8::Undefined(isolate), v8::Undefined(isolate), OneByte(isolate, "message")};
  {
    v8::TryCatch try_catch(isolate);
    Local<Value> ports;
    if (message->Deserialize(env(), context, &ports).ToLocal(&arguments[0])) {
      arguments[1] = ports;
    } else {
      if (!try_catch.HasCaught() || try_catch.HasTerminated()) return;
      arguments[0] = try_catch.Exception();
      arguments[1] = v8::Array::New(isolate);
      arguments[2] = OneByte(isolate, "messageerror");
    }
  }
  MakeCallback(MessagingState::From(env())->handler(isolate, MessagingState::kEmitMessage), 3, arguments);
}

MaybeLocal<Value> MessagePort::Take(Local<Context> context, bool* found) {
  *found = false;
  if (is_detached()) return {};
  bool more;
  std::shared_ptr<Message> message = Next(true, &more);
  if (!message) return {};
  if (message->is_close()) {
    ClosePort();
    return {};
  }
  *found = true;
  return message->Deserialize(env(), context);
}

std::unique_ptr<PortData> MessagePort::TakeData() {
  if (!data_) return nullptr;
  {
    std::lock_guard lock(data_->mutex_);
    data_->owner_ = nullptr;
  }
  std::unique_ptr<PortData> data = std::move(data_);
  Close(MessagingState::From(env())->handler(env()->isolate(), MessagingState::kPortClosed));
  return data;
}

// What has arrived is still delivered when a listener closes its port, so the queue goes with the object.
void MessagePort::ClosePort() {
  if (is_detached()) return;
  {
    std::lock_guard lock(data_->mutex_);
    data_->owner_ = nullptr;
  }
  Close(MessagingState::From(env())->handler(env()->isolate(), MessagingState::kPortClosed));
}

}  // namespace parley
