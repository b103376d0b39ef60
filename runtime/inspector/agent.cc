// Sessions, contexts and the waiting of the inspector. See agent.h.
#include "runtime/inspector/agent.h"

#include <cctype>
#include <cstdio>
#include <string_view>
#include <utility>

#include "runtime/main/options.h"
#include "runtime/vm/context.h"

namespace parley::inspector {
namespace {

using v8::Local;
using v8::Value;
using v8_inspector::StringBuffer;
using v8_inspector::StringView;

// A file's path as a URL: what is no letter, digit or harmless mark is escaped.
std::string FileUrl(const std::string& path) {
  constexpr std::string_view kHarmless = "-_.!~*'()/:@&=+$,;";
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string url = "file://";
  for (char c : path) {
    auto byte = static_cast<unsigned char>(c);
    bool plain = byte < 0x80 && (std::isalnum(byte) != 0 || kHarmless.find(c) != std::string_view::npos);
    if (plain) {
      url += c;
    } else {
      url += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return url;
}

const std::string kMainContext = "{\"isDefault\":true}";
const std::string kOtherContext = "{\"isDefault\":false}";

void TellOfServer(const char* what, const Server& server) {
  const Options& options = ProcessOptions();
  bool quiet = options.Given("--inspect-publish-uid") &&
               options.Text("--inspect-publish-uid").find("stderr") == std::string::npos;
  if (quiet) return;
  std::fprintf(stderr, "Debugger %s on %s\nFor help, see: https://nodejs.org/en/docs/inspector\n", what,
               server.url().c_str());
  std::fflush(stderr);
}

}  // namespace

// A debugger at the other end of a connection.
class Agent::Remote final : public Frontend {
 public:
  Remote(Agent* agent, int id) : agent_(agent), id_(id), session_(agent->Connect(this)) {}
  void Receive(const StringView& message) override {
    if (agent_->server_ && !gone) agent_->server_->Send(id_, Utf8Of(message));
  }
  Session* session() { return session_.get(); }

  int dispatching = 0;  // a pause may be under way in one of its commands
  bool gone = false;

 private:
  Agent* agent_;
  int id_;
  std::unique_ptr<Session> session_;
};

struct Agent::Timer {
  uv_timer_t handle;
  TimerCallback callback;
  void* data;
};

Agent::Agent(Environment* env) : env_(env) {
  v8::HandleScope handles(env->isolate());
  inspector_ = v8_inspector::V8Inspector::create(env->isolate(), this);
  uv_async_init(env->loop(), &wake_, [](uv_async_t* handle) {
    auto* self = static_cast<Agent*>(handle->data);
    if (self->env_->is_stopping()) return;
    v8::HandleScope scope(self->env_->isolate());
    v8::Context::Scope context_scope(self->env_->context());
    CallbackScope callback_scope(self->env_, {});
    self->RunTasks();
  });
  wake_.data = this;
  uv_unref(reinterpret_cast<uv_handle_t*>(&wake_));
  WatchIdleTime();
  Local<v8::Context> main = env->context();
  AddContext(main, ProcessOptions().argv0 + "[" + std::to_string(uv_os_getpid()) + "]", "", true);
  auto add = [this](Local<v8::Context> context) {
    auto [name, origin] = NamesOf(context);
    AddContext(context, name, origin, false);
  };
  for (const auto& weak : env->async().contexts()) {
    if (!weak.IsEmpty() && weak != main) add(weak.Get(env->isolate()));
  }
  env->context_observer = add;
  env->fatal_observer = [this](Local<Value> error, Local<v8::Message> message) { OnFatal(error, message); };
  env->AddCleanupHook([](void* data) { static_cast<Agent*>(data)->WaitForDisconnect(); }, this);
}

Agent::~Agent() {
  env_->context_observer = nullptr;
  env_->fatal_observer = nullptr;
  server_.reset();
}

// Profiles tell the time the loop waits from the time it works.
void Agent::WatchIdleTime() {
  uv_prepare_init(env_->loop(), &before_poll_);
  uv_check_init(env_->loop(), &after_poll_);
  before_poll_.data = after_poll_.data = env_;
  uv_prepare_start(&before_poll_, [](uv_prepare_t* handle) {
    static_cast<Environment*>(handle->data)->isolate()->SetIdle(true);
  });
  uv_check_start(&after_poll_, [](uv_check_t* handle) {
    static_cast<Environment*>(handle->data)->isolate()->SetIdle(false);
  });
  uv_unref(reinterpret_cast<uv_handle_t*>(&before_poll_));
  uv_unref(reinterpret_cast<uv_handle_t*>(&after_poll_));
}

int Agent::StartServer(const std::string& host, int port, const Target& target) {
  server_ = std::make_unique<Server>(target, this);
  int error = server_->Start(host, port);
  if (error == 0) {
    TellOfServer("listening", *server_);
  } else {
    server_.reset();
  }
  return error;
}

void Agent::StopServer() {
  if (!server_) return;
  TellOfServer("ending", *server_);
  server_.reset();
  while (!remotes_.empty()) Retire(remotes_.begin()->first);
}

std::unique_ptr<Session> Agent::Connect(Frontend* frontend) {
  return std::make_unique<Session>(this, frontend);
}

// ---- contexts

void Agent::AddContext(Local<v8::Context> context, const std::string& name, const std::string& origin,
                       bool main) {
  v8_inspector::V8ContextInfo info(context, kGroup, ViewOf(name));
  info.origin = ViewOf(origin);
  info.auxData = ViewOf(main ? kMainContext : kOtherContext);
  info.hasMemoryOnConsole = true;
  inspector_->contextCreated(info);
}

// ---- what arrives from the server's thread

void Agent::OnConnect(int session) {
  std::fprintf(stderr, "Debugger attached.\n");
  std::fflush(stderr);
  Post([this, session] { remotes_[session] = std::make_unique<Remote>(this, session); });
}

void Agent::OnMessage(int session, std::string message) {
  Post([this, session, message = std::move(message)] {
    auto found = remotes_.find(session);
    if (found == remotes_.end()) return;
    Remote* remote = found->second.get();
    remote->dispatching++;
    remote->session()->Dispatch(message);
    remote->dispatching--;
    if (remote->gone && remote->dispatching == 0) {
      std::erase_if(retired_, [&](const auto& each) { return each.get() == remote; });
    }
  });
}

void Agent::OnDisconnect(int session) {
  Post([this, session] { Retire(session); });
}

// A session that waits in a pause is still needed by its caller.
void Agent::Retire(int session) {
  auto found = remotes_.find(session);
  if (found == remotes_.end()) return;
  std::unique_ptr<Remote> remote = std::move(found->second);
  remotes_.erase(found);
  remote->gone = true;
  if (remote->dispatching > 0) {
    retired_.push_back(std::move(remote));
  } else {
    remote.reset();
  }
  if (ending_) EndMainContext();
}

void Agent::Post(std::function<void()> task) {
  std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  posted_.notify_all();
  uv_async_send(&wake_);
  if (std::exchange(interrupt_requested_, true)) return;
  // A program that computes for ever is to be debugged as well.
  env_->isolate()->RequestInterrupt(
      [](v8::Isolate* isolate, void* data) {
        v8::HandleScope handles(isolate);
        static_cast<Agent*>(data)->RunTasks();
      },
      this);
}

void Agent::RunTasks() {
  while (true) {
    std::vector<std::function<void()>> tasks;
    {
      std::lock_guard lock(mutex_);
      interrupt_requested_ = false;
      if (tasks_.empty()) return;
      // One at a time: a task may lead to a pause, whose loop takes the next ones.
      tasks.push_back(std::move(tasks_.front()));
      tasks_.erase(tasks_.begin());
    }
    v8::HandleScope handles(env_->isolate());
    v8::Context::Scope scope(env_->context());
    tasks[0]();
  }
}

// ---- waiting

void Agent::RunWhile(const std::function<bool()>& wanted) {
  if (in_loop_) return;
  in_loop_ = true;
  while (wanted()) {
    {
      std::unique_lock lock(mutex_);
      posted_.wait(lock, [this] { return !tasks_.empty(); });
    }
    RunTasks();
  }
  in_loop_ = false;
}

void Agent::runMessageLoopOnPause(int) {
  paused_ = true;
  // The program itself cannot answer while it is paused.
  RunWhile([this] { return paused_ && !remotes_.empty(); });
}

void Agent::WaitForDebugger() {
  waiting_for_debugger_ = true;
  RunWhile([this] { return waiting_for_debugger_; });
}

void Agent::PauseOnNextStatement(const char* reason) {
  for (auto& [id, remote] : remotes_) {
    remote->session()->v8_session()->schedulePauseOnNextStatement(ViewOf(reason), StringView());
  }
}

void Agent::EndMainContext() {
  if (!main_context_alive_) return;
  for (auto& [id, remote] : remotes_) {
    if (remote->session()->wants_the_end()) return;
  }
  main_context_alive_ = false;
  v8::HandleScope handles(env_->isolate());
  inspector_->contextDestroyed(env_->context());
}

void Agent::WaitForDisconnect() {
  if (std::exchange(ending_, true)) return;
  if (!remotes_.empty()) {
    std::fprintf(stderr, "Waiting for the debugger to disconnect...\n");
    std::fflush(stderr);
  }
  for (auto& [id, remote] : remotes_) remote->session()->TellWaitingForDisconnect();
  EndMainContext();
  if (!server_) return;
  server_->StopListening();
  RunWhile([this] { return !remotes_.empty(); });
}

void Agent::OnFatal(Local<Value> error, Local<v8::Message> message) {
  if (message.IsEmpty()) return;
  v8::Isolate* isolate = env_->isolate();
  v8::HandleScope handles(isolate);
  Local<v8::Context> context = env_->context();
  std::unique_ptr<v8_inspector::V8StackTrace> stack = inspector_->createStackTrace(message->GetStackTrace());
  int script = message->GetScriptOrigin().ScriptId();
  if (stack && !stack->isEmpty() && stack->topScriptId() == script) script = 0;
  std::string text = ToUtf8(isolate, message->Get());
  std::string url = ToUtf8(isolate, message->GetScriptResourceName());
  inspector_->exceptionThrown(context, ViewOf("Uncaught"), error, ViewOf(text), ViewOf(url),
                              static_cast<unsigned>(message->GetLineNumber(context).FromMaybe(0)),
                              static_cast<unsigned>(message->GetStartColumn(context).FromMaybe(0)),
                              std::move(stack), script);
}

// ---- what V8's inspector asks for

double Agent::currentTimeMS() {
  uv_timeval64_t now;
  uv_gettimeofday(&now);
  return static_cast<double>(now.tv_sec) * 1000 + static_cast<double>(now.tv_usec) / 1000;
}

void Agent::installAdditionalCommandLineAPI(Local<v8::Context> context, Local<v8::Object> target) {
  if (extend_command_line.IsEmpty()) return;
  Local<Value> argument = target;
  v8::Isolate* isolate = env_->isolate();
  (void)extend_command_line.Get(isolate)->Call(context, v8::Undefined(isolate), 1, &argument).IsEmpty();
}

void Agent::maxAsyncCallStackDepthChanged(int depth) {
  const v8::Global<v8::Function>& change = depth > 0 ? enable_async : disable_async;
  if (change.IsEmpty() || env_->is_stopping()) return;
  v8::Isolate* isolate = env_->isolate();
  v8::HandleScope handles(isolate);
  v8::TryCatch ignore(isolate);
  (void)change.Get(isolate)->Call(env_->context(), v8::Undefined(isolate), 0, nullptr).IsEmpty();
}

std::unique_ptr<StringBuffer> Agent::resourceNameToUrl(const StringView& name) {
  std::string path = Utf8Of(name);
  if (!path.starts_with("/")) return nullptr;
  return StringBuffer::create(ViewOf(FileUrl(path)));
}

void Agent::startRepeatingTimer(double seconds, TimerCallback callback, void* data) {
  auto timer = std::make_unique<Timer>();
  timer->callback = callback;
  timer->data = data;
  uv_timer_init(env_->loop(), &timer->handle);
  timer->handle.data = timer.get();
  auto every = static_cast<uint64_t>(seconds * 1000);
  uv_timer_start(
      &timer->handle,
      [](uv_timer_t* handle) {
        auto* self = static_cast<Timer*>(handle->data);
        self->callback(self->data);
      },
      every, every);
  uv_unref(reinterpret_cast<uv_handle_t*>(&timer->handle));
  timers_[data] = std::move(timer);
}

void Agent::cancelTimer(void* data) {
  auto found = timers_.find(data);
  if (found == timers_.end()) return;
  uv_close(reinterpret_cast<uv_handle_t*>(&found->second.release()->handle),
           [](uv_handle_t* handle) { delete static_cast<Timer*>(handle->data); });
  timers_.erase(found);
}

}  // namespace parley::inspector
