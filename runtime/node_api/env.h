// What every part of Node-API shares: the environment of one addon, references, and how a call begins and
// ends. Document: Node.js "Node-API" (version 9). The ABI is that of the headers in npm's node-api-headers.
//
// A napi_value is the address inside a v8::Local, so it costs nothing and lives as long as the handle scope
// around it. An exception a call meets is kept in env->last_exception until the addon's callback returns to
// JavaScript.
#ifndef RUNTIME_NODE_API_ENV_H_
#define RUNTIME_NODE_API_ENV_H_

#ifndef NAPI_VERSION
#define NAPI_VERSION 9
#endif
#include <js_native_api.h>
#include <node_api.h>
#include <v8.h>

#include <cstring>
#include <string>
#include <unordered_set>
#include <vector>

#include "runtime/engine/environment.h"

namespace parley::napi {
class Reference;
class Finalizers;
}  // namespace parley::napi

// One for each addon instance; lives until the environment ends.
struct napi_env__ {
  napi_env__(parley::Environment* environment, std::string file_url);
  ~napi_env__();

  v8::Isolate* isolate() const { return environment->isolate(); }
  v8::Local<v8::Context> context() const { return environment->context(); }
  bool can_call_js() const { return !environment->is_stopping() && !isolate()->IsExecutionTerminating(); }

  parley::Environment* environment;
  std::string filename;  // file: URL of the addon
  v8::Global<v8::Value> last_exception;
  napi_extended_error_info last_error{};
  int open_handle_scopes = 0;
  int open_callback_scopes = 0;
  void* instance_data = nullptr;
  napi_finalize instance_finalize = nullptr;
  void* instance_hint = nullptr;
  std::unordered_set<parley::napi::Reference*> references;
};

namespace parley::napi {

static_assert(sizeof(v8::Local<v8::Value>) == sizeof(napi_value), "a napi_value is a v8::Local");

inline napi_value FromLocal(v8::Local<v8::Value> local) { return reinterpret_cast<napi_value>(*local); }
inline v8::Local<v8::Value> ToLocal(napi_value value) {
  v8::Local<v8::Value> local;
  std::memcpy(static_cast<void*>(&local), &value, sizeof value);
  return local;
}

// Whether `value` can be made text: all that is asked of the name of a resource.
bool HasText(napi_env env, napi_value value);

inline napi_status SetLastError(napi_env env, napi_status status) {
  env->last_error.error_code = status;
  env->last_error.engine_error_code = 0;
  env->last_error.engine_reserved = nullptr;
  env->last_error.error_message = nullptr;
  return status;
}
inline napi_status Ok(napi_env env) { return SetLastError(env, napi_ok); }

// Catches what JavaScript throws during a call and keeps it for the addon.
class TryCatch : public v8::TryCatch {
 public:
  explicit TryCatch(napi_env env) : v8::TryCatch(env->isolate()), env_(env) {}
  ~TryCatch() {
    if (HasCaught()) env_->last_exception.Reset(env_->isolate(), Exception());
  }

 private:
  napi_env env_;
};

// The only macros: a check that returns from the calling function.
#define NAPI_CHECK_ENV(env) \
  if ((env) == nullptr) return napi_invalid_arg
#define NAPI_REQUIRE(env, condition, status) \
  if (!(condition)) return ::parley::napi::SetLastError((env), (status))
#define NAPI_CHECK_ARG(env, arg) NAPI_REQUIRE(env, (arg) != nullptr, napi_invalid_arg)
// Begins a call that can run JavaScript.
#define NAPI_BEGIN(env)                                                       \
  NAPI_CHECK_ENV(env);                                                        \
  NAPI_REQUIRE(env, (env)->last_exception.IsEmpty(), napi_pending_exception); \
  NAPI_REQUIRE(env, (env)->can_call_js(), napi_pending_exception);            \
  ::parley::napi::Ok(env);                                                    \
  ::parley::napi::TryCatch try_catch(env)
#define NAPI_END(env)                                                                        \
  return try_catch.HasCaught() ? ::parley::napi::SetLastError((env), napi_pending_exception) \
                               : ::parley::napi::Ok(env)
// The value of a MaybeLocal/Maybe or `status` (an exception is reported as such).
#define NAPI_TRY(env, expression, status) \
  if (!(expression))                      \
  return ::parley::napi::SetLastError((env), try_catch.HasCaught() ? napi_pending_exception : (status))

// Runs addon code outside any JavaScript: afterwards ticks run, and what it threw is an uncaught exception.
template <typename F>
void CallFromLoop(napi_env env, F&& call) {
  v8::HandleScope handles(env->isolate());
  v8::Context::Scope in_context(env->context());
  CallbackScope scope(env->environment, v8::Local<v8::Value>());
  call();
  if (env->last_exception.IsEmpty()) return;
  v8::Local<v8::Value> error = env->last_exception.Get(env->isolate());
  env->last_exception.Reset();
  env->environment->TriggerUncaughtException(error, v8::Exception::CreateMessage(env->isolate(), error));
}

// A counted hold on a value; with a count of zero it is weak. May carry a finalizer that runs once, from the
// event loop, after the value is gone or when the environment ends.
class Reference {
 public:
  // kRuntime: deletes itself after its finalizer has run. kAddon: lives until napi_delete_reference.
  enum class Owner { kRuntime, kAddon };

  Reference(napi_env env, v8::Local<v8::Value> value, uint32_t count, Owner owner,
            napi_finalize finalize = nullptr, void* data = nullptr, void* hint = nullptr);
  ~Reference();
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;

  uint32_t Ref();
  uint32_t Unref();
  uint32_t count() const { return count_; }
  v8::Local<v8::Value> value() const { return value_.Get(env_->isolate()); }
  void* data() const { return data_; }
  Owner owner() const { return owner_; }
  bool is_wrap = false;
  void DropFinalizer() { finalize_ = nullptr; }
  // Runs the finalizer if it has not run; deletes `this` when the runtime owns it.
  void Finalize();

 private:
  friend class Finalizers;
  static void OnCollected(const v8::WeakCallbackInfo<Reference>& info);
  void MakeWeak();

  napi_env env_;
  v8::Global<v8::Value> value_;
  uint32_t count_;
  Owner owner_;
  bool can_be_weak_;
  bool queued_ = false;
  napi_finalize finalize_;
  void* data_;
  void* hint_;
};

// Registers and initialises an addon; returns its exports, or an empty handle with an exception pending.
v8::MaybeLocal<v8::Value> InitializeModule(Environment* env, napi_addon_register_func init,
                                           v8::Local<v8::Value> exports, const std::string& filename);

// A function that runs `callback`.
v8::MaybeLocal<v8::Function> NewFunction(napi_env env, napi_callback callback, void* data);

}  // namespace parley::napi

#endif  // RUNTIME_NODE_API_ENV_H_
