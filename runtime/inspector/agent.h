// V8's inspector of one environment and everybody connected to it: debuggers through the server, and the
// program itself (Node doc: inspector; debugger, "V8 inspector integration").
//
// V8's inspector lives on the environment's thread. What debuggers send arrives in the server's thread, waits
// in a queue and is dispatched on the environment's: by the loop, by an interrupt while JavaScript runs, or
// while execution is paused.
#ifndef RUNTIME_INSPECTOR_AGENT_H_
#define RUNTIME_INSPECTOR_AGENT_H_

#include <uv.h>
#include <v8-inspector.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/engine/environment.h"
#include "runtime/inspector/server.h"
#include "runtime/inspector/session.h"

namespace parley::inspector {

// Every context is in this group: who connects sees them all.
inline constexpr int kGroup = 1;

class Agent final : public v8_inspector::V8InspectorClient, public ServerDelegate {
 public:
  explicit Agent(Environment* env);
  ~Agent() override;
  static Agent* Of(Environment* env) { return env->Slot<Agent>(); }

  Environment* env() { return env_; }
  v8_inspector::V8Inspector* inspector() { return inspector_.get(); }
  Server* server() { return server_.get(); }

  // 0 or a libuv error.
  int StartServer(const std::string& host, int port, const Target& target);
  void StopServer();

  // Blocks until a debugger says "run".
  void WaitForDebugger();
  // The next statement that runs is where a debugger takes over.
  void PauseOnNextStatement(const char* reason);

  std::unique_ptr<Session> Connect(Frontend* frontend);
  int sessions = 0;
  // Whether anybody may want to see what the console is told.
  bool is_active() const { return sessions > 0 || server_; }

  // Functions of builtin JavaScript: `enable` and `disable` switch asynchronous stack traces, `extend` adds
  // to what expressions typed into a debugger can call.
  v8::Global<v8::Function> enable_async, disable_async, extend_command_line;

  // V8InspectorClient
  void runMessageLoopOnPause(int) override;
  void quitMessageLoopOnPause() override { paused_ = false; }
  void runIfWaitingForDebugger(int) override { waiting_for_debugger_ = false; }
  double currentTimeMS() override;
  v8::Local<v8::Context> ensureDefaultContextInGroup(int) override { return env_->context(); }
  void installAdditionalCommandLineAPI(v8::Local<v8::Context> context, v8::Local<v8::Object> target) override;
  void maxAsyncCallStackDepthChanged(int depth) override;
  std::unique_ptr<v8_inspector::StringBuffer> resourceNameToUrl(
      const v8_inspector::StringView& name) override;
  void startRepeatingTimer(double seconds, TimerCallback callback, void* data) override;
  void cancelTimer(void* data) override;

  // ServerDelegate, in the server's thread
  void OnConnect(int session) override;
  void OnMessage(int session, std::string message) override;
  void OnDisconnect(int session) override;

 private:
  class Remote;
  struct Timer;

  void WatchIdleTime();
  void Post(std::function<void()> task);
  void RunTasks();
  void RunWhile(const std::function<bool()>& wanted);
  void WaitForDisconnect();
  void OnFatal(v8::Local<v8::Value> error, v8::Local<v8::Message> message);
  void AddContext(v8::Local<v8::Context> context, const std::string& name, const std::string& origin,
                  bool main);
  void Retire(int session);
  void EndMainContext();

  Environment* env_;
  std::unique_ptr<v8_inspector::V8Inspector> inspector_;
  std::unique_ptr<Server> server_;
  std::map<int, std::unique_ptr<Remote>> remotes_;
  std::vector<std::unique_ptr<Remote>> retired_;  // gone, but one of their commands is still running
  std::map<void*, std::unique_ptr<Timer>> timers_;
  bool main_context_alive_ = true;
  bool paused_ = false;
  bool waiting_for_debugger_ = false;
  bool in_loop_ = false;
  bool ending_ = false;

  std::mutex mutex_;
  std::condition_variable posted_;
  std::vector<std::function<void()>> tasks_;
  bool interrupt_requested_ = false;
  uv_async_t wake_;
  uv_prepare_t before_poll_;
  uv_check_t after_poll_;
};

}  // namespace parley::inspector

#endif  // RUNTIME_INSPECTOR_AGENT_H_
