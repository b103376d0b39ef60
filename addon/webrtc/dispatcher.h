// The way from the media thread to JavaScript: a bounded queue of calls, run on the environment's thread in
// order.
#pragma once

#include <node_api.h>

#include <atomic>
#include <functional>

namespace parley::addon {

class Dispatcher {
 public:
  // Runs on JavaScript's thread with a handle scope open.
  using Call = std::function<void(napi_env env)>;
  static constexpr size_t kMaxQueued = 20000;

  // Keeps the process alive until close().
  explicit Dispatcher(napi_env env);
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // From any thread. A full queue drops the call and counts it: JavaScript has stood still for 20,000 events.
  bool dispatch(Call call);
  uint64_t dropped() const { return dropped_; }
  // No call is run from now on. On JavaScript's thread; idempotent.
  void close();

 private:
  static void run(napi_env env, napi_value callback, void* context, void* data);

  napi_threadsafe_function function_ = nullptr;
  std::atomic<uint64_t> dropped_{0};
};

}  // namespace parley::addon
