// internalBinding('inspector'): the program's own conversations with V8's inspector, the server for others,
// and what builtin JavaScript tells the inspector (Node doc: inspector).
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/inspector/agent.h"
#include "runtime/process/permission.h"

namespace parley::inspector {
namespace {

using v8::Local;
using v8::Value;
using v8_inspector::StringView;
using Args = v8::FunctionCallbackInfo<Value>;

// class Connection(callback): what comes in goes to callback(message).
class ConnectionWrap : public BaseObject {
 public:
  ConnectionWrap(Environment* env, Local<v8::Object> object, Local<v8::Function> callback)
      : BaseObject(env, object), callback_(env->isolate(), callback) {
    session_ = Agent::Of(env)->Connect(&listener_);
  }

  void Receive(const StringView& message) {
    v8::Isolate* isolate = env()->isolate();
    v8::HandleScope handles(isolate);
    v8::Context::Scope scope(env()->context());
    auto length = static_cast<int>(message.length());
    Local<v8::String> text;
    bool made = (message.is8Bit() ? v8::String::NewFromOneByte(isolate, message.characters8(),
                                                               v8::NewStringType::kNormal, length)
                                  : v8::String::NewFromTwoByte(isolate, message.characters16(),
                                                               v8::NewStringType::kNormal, length))
                    .ToLocal(&text);
    Local<Value> argument = text;
    if (!made || env()->is_stopping()) return;
    // A call in the middle of JavaScript is not one from the loop: ticks wait for that JavaScript's end.
    if (v8::StackTrace::CurrentStackTrace(isolate, 1)->GetFrameCount() > 0) {
      (void)callback_.Get(isolate)->Call(env()->context(), object(), 1, &argument).IsEmpty();
    } else {
      MakeCallback(callback_.Get(isolate), 1, &argument);
    }
  }

  static void New(const Args& args) {
    if (IsDenied(Environment::From(args), Permission::kInspector)) return;
    if (args.IsConstructCall() && args[0]->IsFunction())
      new ConnectionWrap(Environment::From(args), args.This(), args[0].As<v8::Function>());
  }

  // dispatch(message)
  static void Dispatch(const Args& args) {
    auto* self = Unwrap<ConnectionWrap>(args.This());
    if (self == nullptr || !self->session_) return;
    v8::String::Value text(args.GetIsolate(), args[0]);
    self->dispatching_++;
    self->session_->Dispatch(StringView(*text, static_cast<size_t>(text.length())));
    self->dispatching_--;
    if (self->over_ && self->dispatching_ == 0) self->End();
  }

  // disconnect()
  static void Disconnect(const Args& args) {
    auto* self = Unwrap<ConnectionWrap>(args.This());
    if (self == nullptr) return;
    self->over_ = true;
    if (self->dispatching_ == 0) self->End();
  }

 private:
  void End() {
    session_.reset();
    MakeWeak();
  }

  struct Listener : public Frontend {
    explicit Listener(ConnectionWrap* to) : owner(to) {}
    void Receive(const StringView& message) override { owner->Receive(message); }
    ConnectionWrap* owner;
  };

  v8::Global<v8::Function> callback_;
  Listener listener_{this};
  std::unique_ptr<Session> session_;
  int dispatching_ = 0;
  bool over_ = false;
};

std::string NewId() {
  uint8_t bytes[16];
  uv_random(nullptr, nullptr, bytes, sizeof bytes, 0, nullptr);
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | 0x40);  // a random UUID, RFC 9562
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
  std::string id;
  for (int i = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) id += '-';
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", bytes[i]);
    id += digits;
  }
  return id;
}

// open(host, port, title, url of the program) -> 0 or a libuv error
void Open(const Args& args) {
  if (IsDenied(Environment::From(args), Permission::kInspector)) return;
  v8::Isolate* isolate = args.GetIsolate();
  Agent* agent = Agent::Of(Environment::From(args));
  Target target = {NewId(), ToUtf8(isolate, args[2]), ToUtf8(isolate, args[3])};
  args.GetReturnValue().Set(
      agent->StartServer(ToUtf8(isolate, args[0]), args[1].As<v8::Int32>()->Value(), target));
}

void Close(const Args& args) { Agent::Of(Environment::From(args))->StopServer(); }

// url() -> where a debugger can connect, or undefined
void Url(const Args& args) {
  Server* server = Agent::Of(Environment::From(args))->server();
  if (server != nullptr) args.GetReturnValue().Set(ToV8(args.GetIsolate(), server->url()));
}

void Port(const Args& args) {
  Server* server = Agent::Of(Environment::From(args))->server();
  args.GetReturnValue().Set(server == nullptr ? 0 : server->port());
}

void IsEnabled(const Args& args) {
  args.GetReturnValue().Set(Agent::Of(Environment::From(args))->server() != nullptr);
}

void WaitForDebugger(const Args& args) { Agent::Of(Environment::From(args))->WaitForDebugger(); }

void PauseOnNextStatement(const Args& args) {
  Agent::Of(Environment::From(args))->PauseOnNextStatement("Break on start");
}

// callAndPauseOnStart(function, receiver, ...arguments)
void CallAndPauseOnStart(const Args& args) {
  if (!args[0]->IsFunction()) return;
  Agent::Of(Environment::From(args))->PauseOnNextStatement("Break on start");
  std::vector<Local<Value>> argv;
  for (int i = 2; i < args.Length(); i++) argv.push_back(args[i]);
  Local<Value> result;
  if (args[0]
          .As<v8::Function>()
          ->Call(args.GetIsolate()->GetCurrentContext(), args[1], static_cast<int>(argv.size()), argv.data())
          .ToLocal(&result)) {
    args.GetReturnValue().Set(result);
  }
}

struct ConsoleState {
  bool in_call = false;
};

// consoleCall(the inspector's method, ours, ...arguments): both. Native, so that the inspector sees who
// called.
void ConsoleCall(const Args& args) {
  if (!args[0]->IsFunction() || !args[1]->IsFunction()) return;
  Local<v8::Context> context = args.GetIsolate()->GetCurrentContext();
  auto* state = Environment::From(args)->Slot<ConsoleState>();
  std::vector<Local<Value>> argv;
  for (int i = 2; i < args.Length(); i++) argv.push_back(args[i]);
  auto count = static_cast<int>(argv.size());
  // What the inspector does may write to the console, too.
  if (!state->in_call && Agent::Of(Environment::From(args))->is_active()) {
    state->in_call = true;
    bool fine = !args[0].As<v8::Function>()->Call(context, args.This(), count, argv.data()).IsEmpty();
    state->in_call = false;
    if (!fine) return;
  }
  Local<Value> result;
  if (args[1].As<v8::Function>()->Call(context, args.This(), count, argv.data()).ToLocal(&result))
    args.GetReturnValue().Set(result);
}

// setHooks(enable asynchronous stack traces, disable them, extend the command line)
void SetHooks(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  Agent* agent = Agent::Of(Environment::From(args));
  agent->enable_async.Reset(isolate, args[0].As<v8::Function>());
  agent->disable_async.Reset(isolate, args[1].As<v8::Function>());
  agent->extend_command_line.Reset(isolate, args[2].As<v8::Function>());
}

// Async tasks are told apart by odd addresses, which nothing else has.
void* TaskOf(Local<Value> id) {
  auto number = static_cast<uintptr_t>(id.As<v8::Number>()->Value());
  return reinterpret_cast<void*>((number << 1) + 1);
}

// taskScheduled(type, id, recurring)
void TaskScheduled(const Args& args) {
  std::string type = ToUtf8(args.GetIsolate(), args[0]);
  Agent::Of(Environment::From(args))
      ->inspector()
      ->asyncTaskScheduled(ViewOf(type), TaskOf(args[1]), args[2]->IsTrue());
}
void TaskCanceled(const Args& args) {
  Agent::Of(Environment::From(args))->inspector()->asyncTaskCanceled(TaskOf(args[0]));
}
void TaskStarted(const Args& args) {
  Agent::Of(Environment::From(args))->inspector()->asyncTaskStarted(TaskOf(args[0]));
}
void TaskFinished(const Args& args) {
  Agent::Of(Environment::From(args))->inspector()->asyncTaskFinished(TaskOf(args[0]));
}

void Initialize(Environment* env, Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "Connection", ConnectionWrap::New);
  BaseObject::SetMethod(isolate, t, "dispatch", ConnectionWrap::Dispatch);
  BaseObject::SetMethod(isolate, t, "disconnect", ConnectionWrap::Disconnect);
  BaseObject::Export(isolate, target, "Connection", t);
}

constexpr BindingFunction kFunctions[] = {{"open", Open},
                                          {"close", Close},
                                          {"url", Url},
                                          {"port", Port},
                                          {"isEnabled", IsEnabled},
                                          {"waitForDebugger", WaitForDebugger},
                                          {"pauseOnNextStatement", PauseOnNextStatement},
                                          {"callAndPauseOnStart", CallAndPauseOnStart},
                                          {"consoleCall", ConsoleCall},
                                          {"setHooks", SetHooks},
                                          {"taskScheduled", TaskScheduled},
                                          {"taskCanceled", TaskCanceled},
                                          {"taskStarted", TaskStarted},
                                          {"taskFinished", TaskFinished}};
PARLEY_BINDING(inspector, BindingKind::kBuiltin, kFunctions, Initialize, {});

}  // namespace
}  // namespace parley::inspector
