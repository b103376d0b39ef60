// Node-API: handle scopes, promises, scripts, versions, memory accounting.
#include <new>

#include "runtime/node_api/env.h"

using parley::napi::FromLocal;
using parley::napi::Ok;
using parley::napi::SetLastError;
using parley::napi::ToLocal;
using v8::Local;

namespace {

// v8's scopes live on the stack; these own one on the heap, opened and closed in order by the addon.
struct HandleScopeBox {
  explicit HandleScopeBox(v8::Isolate* isolate) : scope(isolate) {}
  v8::HandleScope scope;
};
struct EscapableBox {
  explicit EscapableBox(v8::Isolate* isolate) : scope(isolate) {}
  v8::EscapableHandleScope scope;
  bool escaped = false;
};

constexpr uint32_t kApiVersion = 9;
constexpr napi_node_version kNodeVersion{20, 11, 1, "node"};

napi_status Conclude(napi_env env, napi_deferred deferred, napi_value value, bool resolve) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_CHECK_ARG(env, deferred);
  auto* held = reinterpret_cast<v8::Global<v8::Promise::Resolver>*>(deferred);
  Local<v8::Promise::Resolver> resolver = held->Get(env->isolate());
  bool done = (resolve ? resolver->Resolve(env->context(), ToLocal(value))
                       : resolver->Reject(env->context(), ToLocal(value)))
                  .FromMaybe(false);
  delete held;
  NAPI_TRY(env, done, napi_generic_failure);
  NAPI_END(env);
}

}  // namespace

napi_status NAPI_CDECL napi_open_handle_scope(napi_env env, napi_handle_scope* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  *result = reinterpret_cast<napi_handle_scope>(new HandleScopeBox(env->isolate()));
  env->open_handle_scopes++;
  return Ok(env);
}

napi_status NAPI_CDECL napi_close_handle_scope(napi_env env, napi_handle_scope scope) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, scope);
  if (env->open_handle_scopes == 0) return napi_handle_scope_mismatch;
  env->open_handle_scopes--;
  delete reinterpret_cast<HandleScopeBox*>(scope);
  return Ok(env);
}

napi_status NAPI_CDECL napi_open_escapable_handle_scope(napi_env env, napi_escapable_handle_scope* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  *result = reinterpret_cast<napi_escapable_handle_scope>(new EscapableBox(env->isolate()));
  env->open_handle_scopes++;
  return Ok(env);
}

napi_status NAPI_CDECL napi_close_escapable_handle_scope(napi_env env, napi_escapable_handle_scope scope) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, scope);
  if (env->open_handle_scopes == 0) return napi_handle_scope_mismatch;
  env->open_handle_scopes--;
  delete reinterpret_cast<EscapableBox*>(scope);
  return Ok(env);
}

napi_status NAPI_CDECL napi_escape_handle(napi_env env, napi_escapable_handle_scope scope, napi_value escapee,
                                          napi_value* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, scope);
  NAPI_CHECK_ARG(env, escapee);
  NAPI_CHECK_ARG(env, result);
  auto* box = reinterpret_cast<EscapableBox*>(scope);
  NAPI_REQUIRE(env, !box->escaped, napi_escape_called_twice);
  box->escaped = true;
  *result = FromLocal(box->scope.Escape(ToLocal(escapee)));
  return Ok(env);
}

napi_status NAPI_CDECL napi_create_promise(napi_env env, napi_deferred* deferred, napi_value* promise) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, deferred);
  NAPI_CHECK_ARG(env, promise);
  Local<v8::Promise::Resolver> resolver;
  NAPI_TRY(env, v8::Promise::Resolver::New(env->context()).ToLocal(&resolver), napi_generic_failure);
  *deferred =
      reinterpret_cast<napi_deferred>(new v8::Global<v8::Promise::Resolver>(env->isolate(), resolver));
  *promise = FromLocal(resolver->GetPromise());
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_resolve_deferred(napi_env env, napi_deferred deferred, napi_value resolution) {
  return Conclude(env, deferred, resolution, true);
}

napi_status NAPI_CDECL napi_reject_deferred(napi_env env, napi_deferred deferred, napi_value rejection) {
  return Conclude(env, deferred, rejection, false);
}

napi_status NAPI_CDECL napi_run_script(napi_env env, napi_value script, napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, script);
  NAPI_CHECK_ARG(env, result);
  NAPI_REQUIRE(env, ToLocal(script)->IsString(), napi_string_expected);
  Local<v8::Script> compiled;
  Local<v8::Value> value;
  NAPI_TRY(env, v8::Script::Compile(env->context(), ToLocal(script).As<v8::String>()).ToLocal(&compiled),
           napi_generic_failure);
  NAPI_TRY(env, compiled->Run(env->context()).ToLocal(&value), napi_generic_failure);
  *result = FromLocal(value);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_get_version(napi_env env, uint32_t* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  *result = kApiVersion;
  return Ok(env);
}

napi_status NAPI_CDECL napi_get_node_version(napi_env env, const napi_node_version** result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  *result = &kNodeVersion;
  return Ok(env);
}

napi_status NAPI_CDECL napi_adjust_external_memory(napi_env env, int64_t change, int64_t* adjusted) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, adjusted);
  *adjusted = env->isolate()->AdjustAmountOfExternalAllocatedMemory(change);
  return Ok(env);
}
