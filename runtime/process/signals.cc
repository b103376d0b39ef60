// internalBinding('signals'): class Signal over uv_signal_t, and the numbers of the signals.
#include <csignal>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

using Args = v8::FunctionCallbackInfo<v8::Value>;

class SignalWrap : public HandleWrap {
 public:
  SignalWrap(Environment* env, v8::Local<v8::Object> object)
      : HandleWrap(env, object, reinterpret_cast<uv_handle_t*>(&handle_), "SIGNALWRAP") {
    uv_signal_init(env->loop(), &handle_);
  }

  static void New(const Args& args) { new SignalWrap(Environment::From(args), args.This()); }

  // start(number) -> 0 or a negative error. Calls onsignal(number).
  static void Start(const Args& args) {
    auto* self = Unwrap<SignalWrap>(args.This());
    if (self == nullptr || !self->is_alive() || !args[0]->IsInt32()) return;
    args.GetReturnValue().Set(uv_signal_start(&self->handle_, OnSignal, args[0].As<v8::Int32>()->Value()));
  }

 private:
  static void OnSignal(uv_signal_t* handle, int number) {
    auto* self = static_cast<SignalWrap*>(static_cast<HandleWrap*>(handle->data));
    v8::HandleScope handles(self->env()->isolate());
    v8::Local<v8::Value> argument = v8::Integer::New(self->env()->isolate(), number);
    self->MakeCallback("onsignal", 1, &argument);
  }

  uv_signal_t handle_;
};

struct NamedSignal {
  const char* name;
  int number;
};
constexpr NamedSignal kSignals[] = {
    {"SIGHUP", SIGHUP},     {"SIGINT", SIGINT},       {"SIGQUIT", SIGQUIT},     {"SIGILL", SIGILL},
    {"SIGTRAP", SIGTRAP},   {"SIGABRT", SIGABRT},     {"SIGIOT", SIGIOT},       {"SIGBUS", SIGBUS},
    {"SIGFPE", SIGFPE},     {"SIGKILL", SIGKILL},     {"SIGUSR1", SIGUSR1},     {"SIGSEGV", SIGSEGV},
    {"SIGUSR2", SIGUSR2},   {"SIGPIPE", SIGPIPE},     {"SIGALRM", SIGALRM},     {"SIGTERM", SIGTERM},
    {"SIGCHLD", SIGCHLD},   {"SIGSTKFLT", SIGSTKFLT}, {"SIGCONT", SIGCONT},     {"SIGSTOP", SIGSTOP},
    {"SIGTSTP", SIGTSTP},   {"SIGTTIN", SIGTTIN},     {"SIGTTOU", SIGTTOU},     {"SIGURG", SIGURG},
    {"SIGXCPU", SIGXCPU},   {"SIGXFSZ", SIGXFSZ},     {"SIGVTALRM", SIGVTALRM}, {"SIGPROF", SIGPROF},
    {"SIGWINCH", SIGWINCH}, {"SIGIO", SIGIO},         {"SIGPOLL", SIGPOLL},     {"SIGPWR", SIGPWR},
    {"SIGSYS", SIGSYS}};

void Initialize(Environment* env, v8::Local<v8::Object> target) {
  v8::Isolate* isolate = env->isolate();
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  v8::Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "Signal", SignalWrap::New);
  HandleWrap::AddMethods(isolate, t);
  BaseObject::SetMethod(isolate, t, "start", SignalWrap::Start);
  BaseObject::Export(isolate, target, "Signal", t);
  v8::Local<v8::Object> signals = v8::Object::New(isolate, v8::Null(isolate), nullptr, nullptr, 0);
  for (const NamedSignal& s : kSignals) {
    signals->Set(context, OneByte(isolate, s.name), v8::Integer::New(isolate, s.number)).Check();
  }
  target->Set(context, OneByte(isolate, "signals"), signals).Check();
}

PARLEY_BINDING(signals, BindingKind::kInternal, {}, Initialize, {});

}  // namespace
}  // namespace parley
