// Asynchronous resources: ids, scopes, and the calls to JavaScript's hooks.
#include "runtime/engine/async_state.h"

#include <algorithm>

#include "runtime/engine/environment.h"

namespace parley {
namespace {

// More wait for their 'destroy' than this: tell of them without waiting for the loop's next turn.
constexpr size_t kManyDestroyed = 16384;

void Tell(Environment* env, Hook hook, int argc, v8::Local<v8::Value>* argv) {
  if (env->is_stopping() || !env->HasHook(hook)) return;
  // The hook itself ends the process when a program's callback throws.
  (void)env->GetHook(hook)->Call(env->context(), v8::Undefined(env->isolate()), argc, argv).IsEmpty();
}

void Tell(Environment* env, Hook hook, double id) {
  v8::HandleScope handles(env->isolate());
  v8::Local<v8::Value> argument = v8::Number::New(env->isolate(), id);
  Tell(env, hook, 1, &argument);
}

}  // namespace

AsyncIds AsyncState::Start(const char* type, v8::Local<v8::Object> resource) {
  if (env_->field(kTracking) == 0) return {};
  double trigger = numbers_[kDefaultTrigger] >= 0 ? numbers_[kDefaultTrigger] : numbers_[kExecutionId];
  AsyncIds ids{++numbers_[kLastId], trigger};
  if (env_->field(kInitHooks) == 0) return ids;
  v8::Isolate* isolate = env_->isolate();
  v8::HandleScope handles(isolate);
  v8::Local<v8::Value> argv[] = {v8::Number::New(isolate, ids.id), OneByte(isolate, type),
                                 v8::Number::New(isolate, ids.trigger), resource};
  Tell(env_, Hook::kAsyncInit, std::size(argv), argv);
  return ids;
}

void AsyncState::QueueDestroy(double id) {
  if (id == 0 || env_->is_stopping() || env_->field(kDestroyHooks) == 0) return;
  destroyed_.push_back(id);
  if (destroyed_.size() != kManyDestroyed) return;
  env_->isolate()->RequestInterrupt(
      [](v8::Isolate*, void* self) { static_cast<AsyncState*>(self)->FlushDestroyed(); }, this);
}

void AsyncState::FlushDestroyed() {
  if (destroyed_.empty()) return;
  v8::HandleScope handles(env_->isolate());
  v8::Context::Scope context_scope(env_->context());
  CallbackScope scope(env_, {});
  while (!destroyed_.empty() && !env_->is_stopping()) {
    std::vector<double> batch;
    batch.swap(destroyed_);
    for (double id : batch) Tell(env_, Hook::kAsyncDestroy, id);
  }
}

void AsyncState::SetPromiseHooks(v8::Local<v8::Value> init, v8::Local<v8::Value> before,
                                 v8::Local<v8::Value> after, v8::Local<v8::Value> settled) {
  v8::Isolate* isolate = env_->isolate();
  v8::Local<v8::Value> hooks[] = {init, before, after, settled};
  for (size_t i = 0; i < std::size(hooks); i++) {
    promise_hooks_[i].Reset();
    if (hooks[i]->IsFunction()) promise_hooks_[i].Reset(isolate, hooks[i].As<v8::Function>());
  }
  std::erase_if(contexts_, [](const auto& context) { return context.IsEmpty(); });
  for (const auto& context : contexts_) ApplyPromiseHooks(context.Get(isolate));
}

void AsyncState::ApplyPromiseHooks(v8::Local<v8::Context> context) {
  v8::Local<v8::Function> hooks[4];
  for (size_t i = 0; i < std::size(hooks); i++) {
    if (!promise_hooks_[i].IsEmpty()) hooks[i] = promise_hooks_[i].Get(env_->isolate());
  }
  context->SetPromiseHooks(hooks[0], hooks[1], hooks[2], hooks[3]);
}

void AsyncState::AddContext(v8::Local<v8::Context> context) {
  std::erase_if(contexts_, [](const auto& known) { return known.IsEmpty(); });
  contexts_.emplace_back(env_->isolate(), context);
  contexts_.back().SetWeak();
  bool any = std::any_of(std::begin(promise_hooks_), std::end(promise_hooks_),
                         [](const auto& hook) { return !hook.IsEmpty(); });
  if (any) ApplyPromiseHooks(context);
}

v8::Local<v8::Value> AsyncState::context_value() const {
  if (!has_context_values_) return v8::Undefined(env_->isolate());
  v8::Local<v8::Context> context =
      contexts_.size() > 1 ? env_->isolate()->GetEnteredOrMicrotaskContext() : env_->context();
  return context->GetContinuationPreservedEmbedderData();
}

void AsyncState::set_context_value(v8::Local<v8::Value> value) {
  if (!has_context_values_) {
    if (value->IsUndefined()) return;
    has_context_values_ = true;
  }
  for (const auto& weak : contexts_) {
    if (!weak.IsEmpty()) weak.Get(env_->isolate())->SetContinuationPreservedEmbedderData(value);
  }
}

AsyncScope::AsyncScope(Environment* env, AsyncIds ids, v8::Local<v8::Object> resource)
    : env_(env), ids_(ids), abandoned_(ids.id == kMainScriptId), resource_(resource) {
  if (ids_.id == 0) return;
  AsyncState& state = env->async();
  outer_ = {state.number(kExecutionId), state.number(kTriggerId)};
  outer_owner_ = env->field(kNativeResource);
  outer_scope_ = state.innermost_;
  state.number(kExecutionId) = ids.id;
  state.number(kTriggerId) = ids.trigger;
  state.innermost_ = this;
  env->set_field(kNativeResource, 1);
  if (env->field(kBeforeHooks) > 0) Tell(env, Hook::kAsyncBefore, ids.id);
}

AsyncScope::~AsyncScope() {
  if (ids_.id == 0) return;
  AsyncState& state = env_->async();
  // Not so after an exception nobody caught: 'after' has been told then.
  if (!abandoned_ && state.number(kExecutionId) == ids_.id && env_->field(kAfterHooks) > 0) {
    Tell(env_, Hook::kAsyncAfter, ids_.id);
  }
  state.number(kExecutionId) = outer_.id;
  state.number(kTriggerId) = outer_.trigger;
  state.innermost_ = outer_scope_;
  env_->set_field(kNativeResource, outer_owner_);
}

void AsyncOperation::Start(Environment* env, const char* type, v8::Local<v8::Object> resource) {
  v8::Isolate* isolate = env->isolate();
  env_ = env;
  type_ = type;
  next_ = env->async().operations_;
  if (next_ != nullptr) next_->previous_ = this;
  env->async().operations_ = this;
  v8::Local<v8::Value> context = env->async().context_value();
  if (!context->IsUndefined()) context_.Reset(isolate, context);
  if (env->field(kTracking) == 0) return;
  if (resource.IsEmpty()) resource = v8::Object::New(isolate);
  resource_.Reset(isolate, resource);
  ids_ = env->async().Start(type, resource);
}

AsyncOperation::~AsyncOperation() {
  if (env_ == nullptr) return;
  AsyncState& state = env_->async();
  (previous_ != nullptr ? previous_->next_ : state.operations_) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  state.QueueDestroy(ids_.id);
}

v8::Local<v8::Object> AsyncOperation::resource() const {
  return resource_.IsEmpty() ? v8::Local<v8::Object>() : resource_.Get(env_->isolate());
}

v8::Local<v8::Value> AsyncOperation::context() const {
  if (context_.IsEmpty()) return v8::Undefined(env_->isolate());
  return context_.Get(env_->isolate());
}

v8::MaybeLocal<v8::Value> AsyncOperation::MakeCallback(v8::Local<v8::Value> receiver,
                                                       v8::Local<v8::Function> function, int argc,
                                                       v8::Local<v8::Value>* argv) {
  AsyncState& state = env_->async();
  v8::Local<v8::Value> outer = state.context_value();
  state.set_context_value(context());
  v8::MaybeLocal<v8::Value> result = env_->MakeCallback(receiver, function, argc, argv, ids_, resource());
  state.set_context_value(outer);
  return result;
}

}  // namespace parley
