#include "addon/webrtc/dispatcher.h"

#include <memory>

namespace parley::addon {

Dispatcher::Dispatcher(napi_env env) {
  napi_value name;
  napi_create_string_utf8(env, "webrtc.Engine", NAPI_AUTO_LENGTH, &name);
  napi_create_threadsafe_function(env, nullptr, nullptr, name, kMaxQueued, 1, nullptr, nullptr, nullptr, run,
                                  &function_);
}

Dispatcher::~Dispatcher() { close(); }

bool Dispatcher::dispatch(Call call) {
  auto owned = std::make_unique<Call>(std::move(call));
  if (napi_call_threadsafe_function(function_, owned.get(), napi_tsfn_nonblocking) == napi_ok) {
    owned.release();  // run() owns it now
    return true;
  }
  dropped_++;
  return false;
}

void Dispatcher::close() {
  if (function_ == nullptr) return;
  napi_release_threadsafe_function(function_, napi_tsfn_abort);
  function_ = nullptr;
}

void Dispatcher::run(napi_env env, napi_value, void*, void* data) {
  std::unique_ptr<Call> call(static_cast<Call*>(data));
  if (env != nullptr) (*call)(env);  // null: the environment is going down
}

}  // namespace parley::addon
