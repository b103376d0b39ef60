// BaseObject and HandleWrap: JavaScript objects with a C++ half.
#include <cassert>
#include <vector>

#include "runtime/engine/environment.h"
#include "runtime/engine/weak_objects.h"

namespace parley {
namespace {

// Its address marks internal field 0 of our objects.
alignas(8) const char kTag = 0;
void* Tag() { return const_cast<char*>(&kTag); }

constexpr int kTagField = 0;
constexpr int kPointerField = 1;
constexpr uint16_t kWeakClass = 1;  // of the persistent handles of those that were made weak

HandleWrap* HandleOf(const v8::FunctionCallbackInfo<v8::Value>& args) {
  return BaseObject::Unwrap<HandleWrap>(args.This());
}

void CloseMethod(const v8::FunctionCallbackInfo<v8::Value>& args) {
  if (HandleWrap* wrap = HandleOf(args)) wrap->Close(args[0]);
}
void RefMethod(const v8::FunctionCallbackInfo<v8::Value>& args) {
  HandleWrap* wrap = HandleOf(args);
  if (wrap && wrap->is_alive()) uv_ref(wrap->uv_handle());
}
void UnrefMethod(const v8::FunctionCallbackInfo<v8::Value>& args) {
  HandleWrap* wrap = HandleOf(args);
  if (wrap && wrap->is_alive()) uv_unref(wrap->uv_handle());
}
void GetAsyncIdMethod(const v8::FunctionCallbackInfo<v8::Value>& args) {
  HandleWrap* wrap = HandleOf(args);
  args.GetReturnValue().Set(wrap ? wrap->async_ids().id : -1);
}
void HasRefMethod(const v8::FunctionCallbackInfo<v8::Value>& args) {
  HandleWrap* wrap = HandleOf(args);
  args.GetReturnValue().Set(wrap && !wrap->is_closed() && uv_has_ref(wrap->uv_handle()));
}

}  // namespace

BaseObject::BaseObject(Environment* env, v8::Local<v8::Object> object)
    : env_(env), object_(env->isolate(), object) {
  assert(object->InternalFieldCount() >= kInternalFieldCount);
  object->SetAlignedPointerInInternalField(kTagField, Tag());
  object->SetAlignedPointerInInternalField(kPointerField, this);
  v8::Local<v8::Value> async_context = env->async().context_value();
  if (!async_context->IsUndefined()) async_context_.Reset(env->isolate(), async_context);
}

BaseObject::~BaseObject() {
  env_->async().QueueDestroy(async_ids_.id);
  if (object_.IsEmpty()) return;
  v8::HandleScope handles(env_->isolate());
  object()->SetAlignedPointerInInternalField(kPointerField, nullptr);
}

BaseObject* BaseObject::FromJs(v8::Local<v8::Value> value) {
  if (!value->IsObject()) return nullptr;
  v8::Local<v8::Object> object = value.As<v8::Object>();
  if (object->InternalFieldCount() < kInternalFieldCount) return nullptr;
  if (object->GetAlignedPointerFromInternalField(kTagField) != Tag()) return nullptr;
  return static_cast<BaseObject*>(object->GetAlignedPointerFromInternalField(kPointerField));
}

void BaseObject::MakeWeak() {
  object_.SetWrapperClassId(kWeakClass);
  object_.SetWeak(
      this,
      [](const v8::WeakCallbackInfo<BaseObject>& info) {
        BaseObject* self = info.GetParameter();
        self->object_.Reset();  // required here; the rest may run arbitrary C++
        info.SetSecondPassCallback(
            [](const v8::WeakCallbackInfo<BaseObject>& i) { delete i.GetParameter(); });
      },
      v8::WeakCallbackType::kParameter);
}

void BaseObject::ClearWeak() { object_.ClearWeak(); }

v8::Local<v8::FunctionTemplate> BaseObject::MakeTemplate(Environment* env, const char* class_name,
                                                         v8::FunctionCallback constructor) {
  v8::Local<v8::FunctionTemplate> t = v8::FunctionTemplate::New(env->isolate(), constructor);
  t->SetClassName(OneByte(env->isolate(), class_name));
  t->InstanceTemplate()->SetInternalFieldCount(kInternalFieldCount);
  return t;
}

void BaseObject::SetMethod(v8::Isolate* isolate, v8::Local<v8::FunctionTemplate> t, const char* name,
                           v8::FunctionCallback callback) {
  v8::Local<v8::FunctionTemplate> method =
      v8::FunctionTemplate::New(isolate, callback, v8::Local<v8::Value>(), v8::Signature::New(isolate, t), 0,
                                v8::ConstructorBehavior::kThrow);
  v8::Local<v8::String> key = OneByte(isolate, name);
  method->SetClassName(key);
  t->PrototypeTemplate()->Set(key, method);
}

void BaseObject::Export(v8::Isolate* isolate, v8::Local<v8::Object> target, const char* name,
                        v8::Local<v8::FunctionTemplate> t) {
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  target->Set(context, OneByte(isolate, name), t->GetFunction(context).ToLocalChecked()).Check();
}

v8::MaybeLocal<v8::Value> BaseObject::MakeCallback(const char* name, int argc, v8::Local<v8::Value>* argv) {
  if (env_->is_stopping()) return {};
  v8::Local<v8::Value> function;
  v8::Context::Scope context_scope(env_->context());
  if (!object()->Get(env_->context(), OneByte(env_->isolate(), name)).ToLocal(&function) ||
      !function->IsFunction()) {
    return {};
  }
  return MakeCallback(function.As<v8::Function>(), argc, argv);
}

v8::MaybeLocal<v8::Value> BaseObject::MakeCallback(v8::Local<v8::Function> function, int argc,
                                                   v8::Local<v8::Value>* argv) {
  AsyncState& state = env_->async();
  v8::Local<v8::Value> outer = state.context_value();
  v8::Local<v8::Value> own = v8::Undefined(env_->isolate());
  if (!async_context_.IsEmpty()) own = async_context_.Get(env_->isolate());
  state.set_context_value(own);
  Environment* env = env_;  // the callback may delete this object
  v8::Local<v8::Object> resource = async_resource_.IsEmpty() ? object() : async_resource_.Get(env->isolate());
  v8::MaybeLocal<v8::Value> result = env->MakeCallback(object(), function, argc, argv, async_ids_, resource);
  state.set_context_value(outer);
  return result;
}

void BaseObject::EndAsync() {
  env_->async().QueueDestroy(async_ids_.id);
  async_ids_ = {};
  // What it holds may hold this object in turn.
  async_resource_.Reset();
}

void BaseObject::StartAsync(const char* type, v8::Local<v8::Object> resource) {
  EndAsync();
  if (resource.IsEmpty()) {
    resource = object();
  } else {
    async_resource_.Reset(env_->isolate(), resource);
  }
  async_ids_ = env_->async().Start(type, resource);
}

HandleWrap::HandleWrap(Environment* env, v8::Local<v8::Object> object, uv_handle_t* handle, const char* type)
    : BaseObject(env, object), handle_(handle), type_(type) {
  handle->data = this;
  next_ = env->first_handle_;
  if (next_ != nullptr) next_->previous_ = this;
  env->first_handle_ = this;
  StartAsync(type);
}

HandleWrap::~HandleWrap() {
  if (next_ != nullptr) next_->previous_ = previous_;
  (previous_ != nullptr ? previous_->next_ : env()->first_handle_) = next_;
}

void HandleWrap::AddMethods(v8::Isolate* isolate, v8::Local<v8::FunctionTemplate> t) {
  SetMethod(isolate, t, "close", CloseMethod);
  SetMethod(isolate, t, "ref", RefMethod);
  SetMethod(isolate, t, "unref", UnrefMethod);
  SetMethod(isolate, t, "hasRef", HasRefMethod);
  SetMethod(isolate, t, "getAsyncId", GetAsyncIdMethod);
}

void HandleWrap::Close(v8::Local<v8::Value> callback) {
  if (state_ != State::kOpen) return;
  state_ = State::kClosing;
  if (!callback.IsEmpty() && callback->IsFunction())
    on_close_.Reset(env()->isolate(), callback.As<v8::Function>());
  uv_close(handle_, OnClose);
}

void HandleWrap::OnClose(uv_handle_t* handle) {
  // Subclasses keep HandleWrap in `data`; the uv handle dies with it.
  std::unique_ptr<HandleWrap> self(static_cast<HandleWrap*>(handle->data));
  self->state_ = State::kClosed;
  if (self->on_close_.IsEmpty()) return;
  v8::HandleScope handles(self->env()->isolate());
  self->MakeCallback(self->on_close_.Get(self->env()->isolate()), 0, nullptr);
}

void DeleteWeakObjects(v8::Isolate* isolate) {
  struct Collector : v8::PersistentHandleVisitor {
    void VisitPersistentHandle(v8::Persistent<v8::Value>* value, uint16_t class_id) override {
      if (class_id != kWeakClass) return;
      if (BaseObject* object = BaseObject::Unwrap<BaseObject>(v8::Local<v8::Value>::New(isolate, *value)))
        objects.push_back(object);
    }
    v8::Isolate* isolate;
    std::vector<BaseObject*> objects;
  };
  v8::HandleScope handles(isolate);
  Collector collector;
  collector.isolate = isolate;
  isolate->VisitHandlesWithClassIds(&collector);
  for (BaseObject* object : collector.objects) delete object;
}

}  // namespace parley
