// An addon's environment, its references and their finalizers (Node-API: "Object lifetime management",
// "Environment life cycle APIs").
#include "runtime/node_api/env.h"

#include <uv.h>

#include <algorithm>
#include <memory>

namespace parley::napi {

bool HasText(napi_env env, napi_value value) {
  v8::TryCatch nobody_is_told(env->isolate());
  return !ToLocal(value)->ToString(env->context()).IsEmpty();
}

// Finalizers of collected values wait here until the event loop comes round: none may run inside a garbage
// collection. The idle handle keeps the loop from sleeping on them but does not keep the process alive.
class Finalizers {
 public:
  explicit Finalizers(Environment* env) : idle_(new uv_idle_t) {
    uv_idle_init(env->loop(), idle_);
    idle_->data = this;
    uv_unref(reinterpret_cast<uv_handle_t*>(idle_));
  }
  ~Finalizers() {
    // A worker that ends has closed it already.
    if (uv_is_closing(reinterpret_cast<uv_handle_t*>(idle_))) {
      delete idle_;
      return;
    }
    uv_close(reinterpret_cast<uv_handle_t*>(idle_),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_idle_t*>(handle); });
  }

  void Add(Reference* reference) {
    queue_.push_back(reference);
    reference->queued_ = true;
    if (queue_.size() == 1)
      uv_idle_start(idle_, [](uv_idle_t* idle) { static_cast<Finalizers*>(idle->data)->Run(); });
  }

  void Remove(Reference* reference) {
    std::replace(queue_.begin(), queue_.end(), reference, static_cast<Reference*>(nullptr));
    std::replace(running_.begin(), running_.end(), reference, static_cast<Reference*>(nullptr));
  }

 private:
  void Run() {
    uv_idle_stop(idle_);
    running_.swap(queue_);
    for (size_t i = 0; i < running_.size(); i++) {
      if (Reference* reference = std::exchange(running_[i], nullptr)) {
        reference->queued_ = false;
        reference->Finalize();
      }
    }
    running_.clear();
  }

  uv_idle_t* idle_;
  std::vector<Reference*> queue_;
  std::vector<Reference*> running_;
};

Reference::Reference(napi_env env, v8::Local<v8::Value> value, uint32_t count, Owner owner,
                     napi_finalize finalize, void* data, void* hint)
    : env_(env),
      value_(env->isolate(), value),
      count_(count),
      owner_(owner),
      can_be_weak_(value->IsObject() || value->IsExternal()),
      finalize_(finalize),
      data_(data),
      hint_(hint) {
  env->references.insert(this);
  if (count_ == 0) MakeWeak();
}

Reference::~Reference() {
  if (queued_) env_->environment->Slot<Finalizers>()->Remove(this);
  env_->references.erase(this);
}

void Reference::MakeWeak() {
  if (can_be_weak_) {
    value_.SetWeak(this, OnCollected, v8::WeakCallbackType::kParameter);
  } else {
    value_.Reset();
  }
}

void Reference::OnCollected(const v8::WeakCallbackInfo<Reference>& info) {
  Reference* self = info.GetParameter();
  self->value_.Reset();
  if (self->finalize_ != nullptr || self->owner_ == Owner::kRuntime) {
    self->env_->environment->Slot<Finalizers>()->Add(self);
  }
}

uint32_t Reference::Ref() {
  if (value_.IsEmpty()) return 0;
  if (++count_ == 1 && can_be_weak_) value_.ClearWeak();
  return count_;
}

uint32_t Reference::Unref() {
  if (value_.IsEmpty() || count_ == 0) return 0;
  if (--count_ == 0) MakeWeak();
  return count_;
}

void Reference::Finalize() {
  napi_env env = env_;
  napi_finalize finalize = std::exchange(finalize_, nullptr);
  void* data = data_;
  void* hint = hint_;
  value_.Reset();
  // The addon may delete its own reference in the finalizer: `this` is not touched after the call.
  if (owner_ == Owner::kRuntime) delete this;
  if (finalize != nullptr) CallFromLoop(env, [&] { finalize(env, data, hint); });
}

namespace {

// All addons of one environment; they end with it, the last loaded first.
struct AddonEnvs {
  std::vector<std::unique_ptr<napi_env__>> envs;
  ~AddonEnvs() {
    while (!envs.empty()) envs.pop_back();
  }
};

}  // namespace

v8::MaybeLocal<v8::Value> InitializeModule(Environment* environment, napi_addon_register_func init,
                                           v8::Local<v8::Value> exports, const std::string& filename) {
  environment->Slot<Finalizers>();  // made first, destroyed last
  AddonEnvs* addons = environment->Slot<AddonEnvs>();
  addons->envs.push_back(std::make_unique<napi_env__>(environment, filename));
  napi_env env = addons->envs.back().get();
  v8::EscapableHandleScope scope(environment->isolate());
  napi_value result = init(env, FromLocal(exports));
  if (!env->last_exception.IsEmpty()) {
    v8::Local<v8::Value> error = env->last_exception.Get(environment->isolate());
    env->last_exception.Reset();
    environment->isolate()->ThrowException(error);
    return {};
  }
  return scope.Escape(result == nullptr ? exports : ToLocal(result));
}

}  // namespace parley::napi

using parley::napi::Reference;

napi_env__::napi_env__(parley::Environment* environment, std::string file_url)
    : environment(environment), filename(std::move(file_url)) {}

napi_env__::~napi_env__() {
  v8::HandleScope scope(isolate());
  while (!references.empty()) {
    Reference* reference = *references.begin();
    references.erase(references.begin());
    reference->Finalize();
  }
  if (instance_finalize != nullptr) instance_finalize(this, instance_data, instance_hint);
}

napi_status NAPI_CDECL napi_set_instance_data(napi_env env, void* data, napi_finalize finalize, void* hint) {
  NAPI_CHECK_ENV(env);
  env->instance_data = data;
  env->instance_finalize = finalize;
  env->instance_hint = hint;
  return parley::napi::Ok(env);
}

napi_status NAPI_CDECL napi_get_instance_data(napi_env env, void** data) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, data);
  *data = env->instance_data;
  return parley::napi::Ok(env);
}

napi_status NAPI_CDECL node_api_get_module_file_name(napi_env env, const char** result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  *result = env->filename.c_str();
  return parley::napi::Ok(env);
}
