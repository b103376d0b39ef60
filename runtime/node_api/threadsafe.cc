// Node-API: functions that other threads call ("Asynchronous thread-safe function calls").
//
// A queue under a mutex and a uv_async_t: callers push and wake the loop, the loop pops and calls JavaScript.
// The queue may be bounded; then callers wait or are refused. Every thread that uses the function counts as
// one; when all have released it, or one aborted it, the loop closes it and runs its finalizer.
#include <uv.h>

#include <condition_variable>
#include <deque>
#include <mutex>

#include "runtime/node_api/env.h"

using parley::napi::CallFromLoop;
using parley::napi::FromLocal;
using parley::napi::HasText;
using parley::napi::Ok;
using parley::napi::SetLastError;
using parley::napi::ToLocal;

struct napi_threadsafe_function__ {
  // Calls made in one go before other events get their turn.
  static constexpr int kMaxCallsPerTurn = 1000;

  explicit napi_threadsafe_function__(napi_env env) : env(env) {}

  napi_status Call(void* data, napi_threadsafe_function_call_mode mode) {
    std::unique_lock lock(mutex);
    while (max_queue_size > 0 && queue.size() >= max_queue_size && !closing) {
      if (mode == napi_tsfn_nonblocking) return napi_queue_full;
      has_room.wait(lock);
    }
    if (closing) return LeaveWhileClosing(lock);
    queue.push_back(data);
    uv_async_send(&async);
    return napi_ok;
  }

  napi_status Acquire() {
    std::lock_guard lock(mutex);
    if (closing) return napi_closing;
    thread_count++;
    return napi_ok;
  }

  napi_status Release(napi_threadsafe_function_release_mode mode) {
    std::unique_lock lock(mutex);
    if (thread_count == 0) return napi_invalid_arg;
    thread_count--;
    if (closed) {
      DeleteIfUnused(lock);
      return napi_ok;
    }
    if ((thread_count == 0 || mode == napi_tsfn_abort) && !closing) {
      closing = mode == napi_tsfn_abort;
      if (closing) has_room.notify_all();
      uv_async_send(&async);
    }
    return napi_ok;
  }

  // On the loop's thread from here on.

  void Dispatch() {
    for (int i = 0; i < kMaxCallsPerTurn; i++) {
      if (!CallOne()) return;
    }
    uv_async_send(&async);
  }

  // Returns whether more may be waiting.
  bool CallOne() {
    void* data = nullptr;
    bool more;
    {
      std::lock_guard lock(mutex);
      if (closing || (queue.empty() && thread_count == 0)) {
        closing = true;
        has_room.notify_all();
        Close();
        return false;
      }
      if (queue.empty()) return false;
      data = queue.front();
      if (queue.size() == max_queue_size) has_room.notify_one();
      queue.pop_front();
      more = !queue.empty() || thread_count == 0;
    }
    CallFromLoop(env, [&] { CallJs(data); });
    return more && !close_started;
  }

  void CallJs(void* data) {
    v8::Local<v8::Value> function;
    if (!callback.IsEmpty()) function = callback.Get(env->isolate());
    napi_value js = function.IsEmpty() ? nullptr : FromLocal(function);
    if (call_js != nullptr) {
      call_js(env, js, context, data);
      return;
    }
    napi_value receiver = FromLocal(v8::Undefined(env->isolate()));
    if (js != nullptr) napi_call_function(env, receiver, js, 0, nullptr, nullptr);
  }

  // The mutex may be held: closing only starts here.
  void Close() {
    if (close_started) return;
    close_started = true;
    env->environment->RemoveCleanupHook(OnCleanup, this);
    uv_close(reinterpret_cast<uv_handle_t*>(&async),
             [](uv_handle_t* handle) { static_cast<napi_threadsafe_function__*>(handle->data)->OnClosed(); });
  }

  void OnClosed() {
    if (finalize != nullptr) CallFromLoop(env, [&] { finalize(env, finalize_data, context); });
    std::unique_lock lock(mutex);
    std::deque<void*> rest;
    rest.swap(queue);
    // What was never called goes back with a null environment, so that the addon frees it.
    if (call_js != nullptr) {
      for (void* data : rest) call_js(nullptr, nullptr, context, data);
    }
    callback.Reset();
    closed = true;
    DeleteIfUnused(lock);
  }

  static void OnCleanup(void* data) {
    auto* self = static_cast<napi_threadsafe_function__*>(data);
    {
      std::lock_guard lock(self->mutex);
      self->closing = true;
      self->has_room.notify_all();
    }
    self->Close();
  }

  napi_status LeaveWhileClosing(std::unique_lock<std::mutex>& lock) {
    if (thread_count == 0) return napi_invalid_arg;
    thread_count--;
    if (closed) DeleteIfUnused(lock);
    return napi_closing;
  }

  void DeleteIfUnused(std::unique_lock<std::mutex>& lock) {
    if (thread_count > 0) return;
    lock.unlock();
    delete this;
  }

  napi_env env;
  uv_async_t async{};
  std::mutex mutex;
  std::condition_variable has_room;
  // Under the mutex.
  std::deque<void*> queue;
  size_t max_queue_size = 0;  // 0: unbounded
  size_t thread_count = 0;
  bool closing = false;
  bool closed = false;
  // The loop's own.
  bool close_started = false;
  v8::Global<v8::Value> callback;
  napi_threadsafe_function_call_js call_js = nullptr;
  napi_finalize finalize = nullptr;
  void* finalize_data = nullptr;
  void* context = nullptr;
};

napi_status NAPI_CDECL napi_create_threadsafe_function(napi_env env, napi_value func, napi_value resource,
                                                       napi_value resource_name, size_t max_queue_size,
                                                       size_t initial_thread_count, void* finalize_data,
                                                       napi_finalize finalize, void* context,
                                                       napi_threadsafe_function_call_js call_js,
                                                       napi_threadsafe_function* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, resource_name);
  NAPI_REQUIRE(env, initial_thread_count > 0, napi_invalid_arg);
  NAPI_CHECK_ARG(env, result);
  NAPI_REQUIRE(env, func != nullptr || call_js != nullptr, napi_invalid_arg);
  NAPI_REQUIRE(env, func == nullptr || ToLocal(func)->IsFunction(), napi_invalid_arg);
  NAPI_REQUIRE(env, resource == nullptr || ToLocal(resource)->IsObject(), napi_object_expected);
  NAPI_REQUIRE(env, HasText(env, resource_name), napi_string_expected);
  auto self = std::make_unique<napi_threadsafe_function__>(env);
  int error = uv_async_init(env->environment->loop(), &self->async, [](uv_async_t* async) {
    static_cast<napi_threadsafe_function__*>(async->data)->Dispatch();
  });
  NAPI_REQUIRE(env, error == 0, napi_generic_failure);
  self->async.data = self.get();
  self->max_queue_size = max_queue_size;
  self->thread_count = initial_thread_count;
  if (func != nullptr) self->callback.Reset(env->isolate(), ToLocal(func));
  self->call_js = call_js;
  self->finalize = finalize;
  self->finalize_data = finalize_data;
  self->context = context;
  env->environment->AddCleanupHook(napi_threadsafe_function__::OnCleanup, self.get());
  *result = self.release();
  return Ok(env);
}

napi_status NAPI_CDECL napi_get_threadsafe_function_context(napi_threadsafe_function func, void** result) {
  if (func == nullptr || result == nullptr) return napi_invalid_arg;
  *result = func->context;
  return napi_ok;
}

napi_status NAPI_CDECL napi_call_threadsafe_function(napi_threadsafe_function func, void* data,
                                                     napi_threadsafe_function_call_mode mode) {
  return func == nullptr ? napi_invalid_arg : func->Call(data, mode);
}

napi_status NAPI_CDECL napi_acquire_threadsafe_function(napi_threadsafe_function func) {
  return func == nullptr ? napi_invalid_arg : func->Acquire();
}

napi_status NAPI_CDECL napi_release_threadsafe_function(napi_threadsafe_function func,
                                                        napi_threadsafe_function_release_mode mode) {
  return func == nullptr ? napi_invalid_arg : func->Release(mode);
}

napi_status NAPI_CDECL napi_unref_threadsafe_function(napi_env, napi_threadsafe_function func) {
  if (func == nullptr) return napi_invalid_arg;
  uv_unref(reinterpret_cast<uv_handle_t*>(&func->async));
  return napi_ok;
}

napi_status NAPI_CDECL napi_ref_threadsafe_function(napi_env, napi_threadsafe_function func) {
  if (func == nullptr) return napi_invalid_arg;
  uv_ref(reinterpret_cast<uv_handle_t*>(&func->async));
  return napi_ok;
}
