// Environment: callbacks from the loop, ticks, hooks, clean-up and the end of the process.
#include "runtime/engine/environment.h"

#include <cstdio>
#include <cstdlib>

#include "runtime/engine/weak_objects.h"

// V8 exports it, though no header has it.
namespace v8::debug {
void SetContextId(v8::Local<v8::Context> context, int id);
}

namespace parley {
namespace {

// Scripts carry their context's number, which an inspector that is made later gives to the first context it
// is told of: with this it knows the scripts that were there before it.
constexpr int kMainContextId = 1;

}  // namespace

Environment::Environment(v8::Isolate* isolate, uv_loop_t* loop)
    : isolate_(isolate), loop_(loop), fields_(no_fields_) {
  isolate->SetData(0, this);
}

Environment::~Environment() {
  RunCleanup();
  isolate_->SetData(0, nullptr);
}

Environment* Environment::From(v8::Isolate* isolate) {
  return static_cast<Environment*>(isolate->GetData(0));
}
Environment* Environment::From(v8::Local<v8::Context> context) { return From(context->GetIsolate()); }

void Environment::SetMainContext(v8::Local<v8::Context> context) {
  context_.Reset(isolate_, context);
  v8::debug::SetContextId(context, kMainContextId);
  async_.AddContext(context);
}

void Environment::SetHook(Hook hook, v8::Local<v8::Function> function) {
  hooks_[static_cast<size_t>(hook)].Reset(isolate_, function);
}

void Environment::SetFields(v8::Local<v8::Int32Array> fields) {
  fields_array_.Reset(isolate_, fields);
  auto* memory = static_cast<char*>(fields->Buffer()->Data());
  fields_ = reinterpret_cast<int32_t*>(memory);
  async_.set_numbers(reinterpret_cast<double*>(memory + kAsyncNumbersOffset));
}

CallbackScope::CallbackScope(Environment* env, v8::Local<v8::Value> async_context) : env_(env) {
  env->callback_depth_++;
  outer_context_ = env->async().context_value();
  if (async_context.IsEmpty()) async_context = v8::Undefined(env->isolate());
  env->async().set_context_value(async_context);
}

CallbackScope::~CallbackScope() {
  if (--env_->callback_depth_ == 0) env_->DrainTicks();
  env_->async().set_context_value(outer_context_);
}

v8::MaybeLocal<v8::Value> Environment::MakeCallback(v8::Local<v8::Value> receiver,
                                                    v8::Local<v8::Function> function, int argc,
                                                    v8::Local<v8::Value>* argv, AsyncIds ids,
                                                    v8::Local<v8::Object> resource) {
  if (stopping_) return {};
  v8::Local<v8::Context> main_context = context();
  if (callback_depth_ > 0) {
    // Called from JavaScript that a callback runs: an exception is that JavaScript's to catch.
    AsyncScope async_scope(this, ids, resource);
    v8::MaybeLocal<v8::Value> nested = function->Call(main_context, receiver, argc, argv);
    if (nested.IsEmpty()) async_scope.Abandon();
    return nested;
  }
  v8::EscapableHandleScope handles(isolate_);
  v8::Context::Scope context_scope(main_context);
  v8::Local<v8::Value> result;
  CallbackScope scope(this, async_.context_value());
  AsyncScope async_scope(this, ids, resource);
  v8::TryCatch try_catch(isolate_);
  if (!function->Call(main_context, receiver, argc, argv).ToLocal(&result)) {
    async_scope.Abandon();
    if (try_catch.HasCaught() && !try_catch.HasTerminated()) {
      TriggerUncaughtException(try_catch.Exception(), try_catch.Message());
    }
    return {};
  }
  return handles.Escape(result);
}

void Environment::DrainTicks() {
  if (callback_depth_ > 0 || stopping_) return;
  if (!fields_[kHasTick]) isolate_->PerformMicrotaskCheckpoint();
  while (fields_[kHasTick] || fields_[kHasRejection]) {
    if (!HasHook(Hook::kTick) || stopping_) return;
    v8::HandleScope handles(isolate_);
    v8::Local<v8::Context> main_context = context();
    v8::Context::Scope context_scope(main_context);
    v8::TryCatch try_catch(isolate_);
    callback_depth_++;
    bool ok = !GetHook(Hook::kTick)->Call(main_context, v8::Undefined(isolate_), 0, nullptr).IsEmpty();
    callback_depth_--;
    if (ok) continue;
    if (!try_catch.HasCaught() || try_catch.HasTerminated()) return;
    TriggerUncaughtException(try_catch.Exception(), try_catch.Message());
  }
}

void Environment::AddCleanupHook(CleanupHook hook, void* data) { cleanup_.push_back({hook, data}); }

void Environment::RemoveCleanupHook(CleanupHook hook, void* data) {
  for (size_t i = cleanup_.size(); i-- > 0;) {
    if (cleanup_[i].hook == hook && cleanup_[i].data == data) {
      cleanup_.erase(cleanup_.begin() + static_cast<ptrdiff_t>(i));
      return;
    }
  }
}

void Environment::RunCleanupHooks() {
  stopping_ = true;
  v8::HandleScope handles(isolate_);
  while (!cleanup_.empty()) {
    CleanupEntry last = cleanup_.back();
    cleanup_.pop_back();
    last.hook(last.data);
  }
}

void Environment::CloseHandles() {
  RunCleanupHooks();
  v8::HandleScope handles(isolate_);
  v8::Context::Scope context_scope(context());
  for (HandleWrap* handle = first_handle_; handle != nullptr; handle = handle->next_) handle->Close({});
  // Those of others: their owners end after the loop.
  uv_walk(
      loop_,
      [](uv_handle_t* handle, void*) {
        if (!uv_is_closing(handle)) uv_close(handle, nullptr);
      },
      nullptr);
  while (uv_run(loop_, UV_RUN_DEFAULT) != 0) {
  }
  DeleteWeakObjects(isolate_);
  while (uv_run(loop_, UV_RUN_DEFAULT) != 0) {
  }
}

void Environment::RunCleanup() {
  RunCleanupHooks();
  while (!slots_.empty()) {
    SlotEntry last = slots_.back();
    slots_.pop_back();
    last.destroy(last.value);
  }
}

void Environment::Exit(int code) {
  if (on_exit != nullptr) return on_exit(code);
  RunCleanup();
  std::fflush(nullptr);
  // V8's worker threads may still run: static destructors must not race with them.
  std::_Exit(code);
}

}  // namespace parley
