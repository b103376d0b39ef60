// Node-API: work on the thread pool, callbacks from the event loop, and cleanup hooks
// ("Simple asynchronous operations", "Custom asynchronous operations", "Cleanup on exit of the current
// environment").
#include <uv.h>

#include <memory>

#include "runtime/node_api/env.h"

using parley::napi::CallFromLoop;
using parley::napi::FromLocal;
using parley::napi::HasText;
using parley::napi::Ok;
using parley::napi::SetLastError;
using parley::napi::ToLocal;
using v8::Local;

// An asynchronous operation's place among async contexts (AsyncLocalStorage): the one current when it was
// made.
struct napi_async_context__ {
  v8::Global<v8::Value> context;
};

struct napi_callback_scope__ {
  parley::CallbackScope scope;
};

struct napi_async_work__ {
  uv_work_t request{};
  napi_env env;
  napi_async_execute_callback execute;
  napi_async_complete_callback complete;
  void* data;
  v8::Global<v8::Value> context;
  v8::Global<v8::Value> resource;
};

// Removed through its handle; once it has run, the addon's removal tells that its asynchronous end is
// reached.
struct napi_async_cleanup_hook_handle__ {
  napi_env env;
  napi_async_cleanup_hook hook;
  void* arg;
  bool running = false;
  bool removed = false;
};

namespace {

Local<v8::Value> CurrentContext(napi_env env) { return env->environment->async().context_value(); }

void Execute(uv_work_t* request) {
  auto* work = static_cast<napi_async_work__*>(request->data);
  work->execute(work->env, work->data);
}

void Complete(uv_work_t* request, int status) {
  auto* work = static_cast<napi_async_work__*>(request->data);
  if (work->complete == nullptr) return;
  napi_env env = work->env;
  napi_status result = status == UV_ECANCELED ? napi_cancelled : status == 0 ? napi_ok : napi_generic_failure;
  v8::HandleScope handles(env->isolate());
  v8::Context::Scope in_context(env->context());
  parley::CallbackScope scope(env->environment, work->context.Get(env->isolate()));
  // The addon may delete `work` in its callback.
  CallFromLoop(env, [&] { work->complete(env, result, work->data); });
}

constexpr uint64_t kAsyncCleanupDeadlineMs = 2000;

// Runs at the environment's end: gives the hook's asynchronous part the loop until it has removed itself, or
// the deadline.
void RunAsyncHook(void* data) {
  auto* handle = static_cast<napi_async_cleanup_hook_handle__*>(data);
  napi_env env = handle->env;
  handle->running = true;
  handle->hook(handle, handle->arg);
  uv_loop_t* loop = env->environment->loop();
  uv_update_time(loop);
  uint64_t end = uv_now(loop) + kAsyncCleanupDeadlineMs;
  while (!handle->removed && uv_now(loop) < end && uv_run(loop, UV_RUN_ONCE) != 0) {
  }
  delete handle;
}

}  // namespace

napi_status NAPI_CDECL napi_create_async_work(napi_env env, napi_value resource, napi_value resource_name,
                                              napi_async_execute_callback execute,
                                              napi_async_complete_callback complete, void* data,
                                              napi_async_work* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, execute);
  NAPI_CHECK_ARG(env, result);
  NAPI_REQUIRE(env, resource_name == nullptr || HasText(env, resource_name), napi_string_expected);
  auto work = std::make_unique<napi_async_work__>();
  work->env = env;
  work->execute = execute;
  work->complete = complete;
  work->data = data;
  work->request.data = work.get();
  work->context.Reset(env->isolate(), CurrentContext(env));
  if (resource != nullptr) work->resource.Reset(env->isolate(), ToLocal(resource));
  *result = work.release();
  return Ok(env);
}

napi_status NAPI_CDECL napi_delete_async_work(napi_env env, napi_async_work work) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, work);
  delete work;
  return Ok(env);
}

napi_status NAPI_CDECL napi_queue_async_work(napi_env env, napi_async_work work) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, work);
  int error = uv_queue_work(env->environment->loop(), &work->request, Execute, Complete);
  return SetLastError(env, error == 0 ? napi_ok : napi_generic_failure);
}

napi_status NAPI_CDECL napi_cancel_async_work(napi_env env, napi_async_work work) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, work);
  int error = uv_cancel(reinterpret_cast<uv_req_t*>(&work->request));
  return SetLastError(env, error == 0 ? napi_ok : napi_generic_failure);
}

napi_status NAPI_CDECL napi_async_init(napi_env env, napi_value resource, napi_value resource_name,
                                       napi_async_context* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, resource_name);
  NAPI_CHECK_ARG(env, result);
  NAPI_REQUIRE(env, resource == nullptr || ToLocal(resource)->IsObject(), napi_object_expected);
  *result = new napi_async_context__{v8::Global<v8::Value>(env->isolate(), CurrentContext(env))};
  return Ok(env);
}

napi_status NAPI_CDECL napi_async_destroy(napi_env env, napi_async_context async_context) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, async_context);
  delete async_context;
  return Ok(env);
}

static Local<v8::Value> ContextOf(napi_env env, napi_async_context async_context) {
  return async_context == nullptr ? CurrentContext(env) : async_context->context.Get(env->isolate());
}

napi_status NAPI_CDECL napi_make_callback(napi_env env, napi_async_context async_context, napi_value recv,
                                          napi_value func, size_t argc, const napi_value* argv,
                                          napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, recv);
  NAPI_CHECK_ARG(env, func);
  if (argc > 0) NAPI_CHECK_ARG(env, argv);
  NAPI_REQUIRE(env, ToLocal(recv)->IsObject(), napi_object_expected);
  NAPI_REQUIRE(env, ToLocal(func)->IsFunction(), napi_invalid_arg);
  auto* arguments = reinterpret_cast<Local<v8::Value>*>(const_cast<napi_value*>(argv));
  Local<v8::Value> value;
  bool called;
  {
    parley::CallbackScope scope(env->environment, ContextOf(env, async_context));
    called = ToLocal(func)
                 .As<v8::Function>()
                 ->Call(env->context(), ToLocal(recv), static_cast<int>(argc), arguments)
                 .ToLocal(&value);
  }
  NAPI_TRY(env, called, napi_generic_failure);
  if (result != nullptr) *result = FromLocal(value);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_open_callback_scope(napi_env env, napi_value, napi_async_context async_context,
                                                napi_callback_scope* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, result);
  *result = new napi_callback_scope__{parley::CallbackScope(env->environment, ContextOf(env, async_context))};
  env->open_callback_scopes++;
  return Ok(env);
}

napi_status NAPI_CDECL napi_close_callback_scope(napi_env env, napi_callback_scope scope) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, scope);
  if (env->open_callback_scopes == 0) return napi_callback_scope_mismatch;
  env->open_callback_scopes--;
  delete scope;
  return Ok(env);
}

napi_status NAPI_CDECL napi_get_uv_event_loop(napi_env env, uv_loop_s** loop) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, loop);
  *loop = env->environment->loop();
  return Ok(env);
}

napi_status NAPI_CDECL napi_add_env_cleanup_hook(napi_env env, napi_cleanup_hook hook, void* arg) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, hook);
  env->environment->AddCleanupHook(hook, arg);
  return Ok(env);
}

napi_status NAPI_CDECL napi_remove_env_cleanup_hook(napi_env env, napi_cleanup_hook hook, void* arg) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, hook);
  env->environment->RemoveCleanupHook(hook, arg);
  return Ok(env);
}

napi_status NAPI_CDECL napi_add_async_cleanup_hook(napi_env env, napi_async_cleanup_hook hook, void* arg,
                                                   napi_async_cleanup_hook_handle* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, hook);
  auto* handle = new napi_async_cleanup_hook_handle__{env, hook, arg};
  env->environment->AddCleanupHook(RunAsyncHook, handle);
  if (result != nullptr) *result = handle;
  return Ok(env);
}

napi_status NAPI_CDECL napi_remove_async_cleanup_hook(napi_async_cleanup_hook_handle handle) {
  if (handle == nullptr) return napi_invalid_arg;
  if (handle->running) {
    handle->removed = true;  // RunAsyncHook waits for this and deletes the handle
    return napi_ok;
  }
  handle->env->environment->RemoveCleanupHook(RunAsyncHook, handle);
  delete handle;
  return napi_ok;
}
