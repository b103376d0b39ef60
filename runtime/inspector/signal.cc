// Listens for SIGUSR1. See signal.h.
#include "runtime/inspector/signal.h"

#include <uv.h>

#include <csignal>

#include "runtime/engine/environment.h"

namespace parley {
namespace {

// A handler may do little but wake the loop. One process has one such handler.
uv_async_t* Wake() {
  static uv_async_t wake;
  return &wake;
}

}  // namespace

void OpenInspectorOnSignal(Environment* env) {
  uv_async_init(env->loop(), Wake(), [](uv_async_t* handle) {
    auto* self = static_cast<Environment*>(handle->data);
    if (self->is_stopping() || !self->HasHook(Hook::kInspect)) return;
    v8::HandleScope handles(self->isolate());
    v8::Context::Scope scope(self->context());
    self->MakeCallback(v8::Undefined(self->isolate()), self->GetHook(Hook::kInspect), 0, nullptr);
  });
  Wake()->data = env;
  uv_unref(reinterpret_cast<uv_handle_t*>(Wake()));
  struct sigaction action = {};
  action.sa_handler = [](int) { uv_async_send(Wake()); };
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, nullptr);
}

}  // namespace parley
