// internalBinding('worker'): threads with a JavaScript world of their own.
//   new Worker(words of execArgv or undefined, limits, shares the environment variables, NODE_OPTIONS or
//   undefined)
//     messagePort, threadId, start(), stop(), limits(), idleTime(), loopStart(); onexit(code, error code,
//     message); or only invalidOptions, invalidVariable: the words it does not take
//   takePort(), ownLimits(), threadId(): what a worker asks for itself
#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/process/permission.h"
#include "runtime/worker/worker.h"

namespace parley {
namespace {

using v8::Context;
using v8::Isolate;
using v8::Local;
using v8::Object;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

std::vector<std::string> Words(Local<Context> context, Local<v8::Array> array) {
  std::vector<std::string> words;
  for (uint32_t i = 0; i < array->Length(); i++) {
    Local<Value> word;
    if (array->Get(context, i).ToLocal(&word)) words.push_back(ToUtf8(context->GetIsolate(), word));
  }
  return words;
}

// Options that are the process's, not a thread's.
bool IsOfProcess(const std::string& word) {
  for (const char* name : {"--title", "--v8-pool-size", "--icu-data-dir", "--openssl-config",
                           "--redirect-warnings", "--abort-on-uncaught-exception"}) {
    if (word.starts_with(name)) return true;
  }
  return false;
}

// The words that are no options of a worker.
std::vector<std::string> Parse(std::vector<std::string> words, Options* options) {
  std::vector<std::string> wrong;
  std::vector<char*> pointers = {options->argv0.data()};
  for (std::string& word : words) {
    if (IsOfProcess(word)) wrong.push_back(word);
    pointers.push_back(word.data());
  }
  for (const std::string& message :
       ParseCommandLine(static_cast<int>(pointers.size()), pointers.data(), options))
    wrong.push_back(message.substr(message.rfind(' ') + 1));
  wrong.insert(wrong.end(), options->v8_flags.begin(), options->v8_flags.end());
  return wrong;
}

void New(const Args& args) {
  Environment* env = Environment::From(args);
  if (IsDenied(env, Permission::kWorker)) return;
  Isolate* isolate = args.GetIsolate();
  Local<Context> context = isolate->GetCurrentContext();
  Worker::Settings settings;
  const auto refuse = [&](const char* name, const std::vector<std::string>& words) {
    std::vector<Local<Value>> wrong;
    for (const std::string& word : words) wrong.push_back(ToV8(isolate, word));
    if (wrong.empty()) return false;
    args.This()
        ->Set(context, OneByte(isolate, name), v8::Array::New(isolate, wrong.data(), wrong.size()))
        .Check();
    return true;
  };
  if (args[0]->IsArray() || args[3]->IsString()) settings.options = std::make_unique<Options>();
  if (args[3]->IsString()) {
    std::vector<std::string> wrong =
        ParseEnvironmentOptions(ToUtf8(isolate, args[3]), settings.options.get());
    settings.options->v8_flags.clear();
    if (refuse("invalidVariable", wrong)) return;
  }
  if (args[0]->IsArray()) {
    std::vector<std::string> words = Words(context, args[0].As<v8::Array>());
    if (refuse("invalidOptions", Parse(std::move(words), settings.options.get()))) return;
  }
  Local<v8::Float64Array> limits = args[1].As<v8::Float64Array>();
  limits->CopyContents(settings.limits.data(), sizeof(settings.limits));
  if (args[2]->IsTrue()) settings.variables = VariablesOf(env);
  auto* worker = new Worker(env, args.This(), std::move(settings));
  args.This()
      ->Set(context, OneByte(isolate, "threadId"),
            v8::Number::New(isolate, static_cast<double>(worker->id())))
      .Check();
}

void Start(const Args& args) {
  if (auto* worker = BaseObject::Unwrap<Worker>(args.This()))
    args.GetReturnValue().Set(worker->StartThread());
}

// Undefined once the thread has ended.
void HasRef(const Args& args) {
  auto* worker = BaseObject::Unwrap<Worker>(args.This());
  if (worker != nullptr) args.GetReturnValue().Set(uv_has_ref(worker->uv_handle()) != 0);
}

void Stop(const Args& args) {
  if (auto* worker = BaseObject::Unwrap<Worker>(args.This())) worker->Stop(1);
}

void ReturnLimits(const Args& args, const Worker* worker) {
  if (worker == nullptr) return;
  Local<Value> values[kWorkerLimitCount];
  for (int i = 0; i < kWorkerLimitCount; i++)
    values[i] = v8::Number::New(args.GetIsolate(), worker->limits()[static_cast<size_t>(i)]);
  args.GetReturnValue().Set(v8::Array::New(args.GetIsolate(), values, kWorkerLimitCount));
}

void Limits(const Args& args) { ReturnLimits(args, BaseObject::Unwrap<Worker>(args.This())); }
void OwnLimits(const Args& args) { ReturnLimits(args, Worker::Of(Environment::From(args))); }

void IdleTime(const Args& args) {
  if (auto* worker = BaseObject::Unwrap<Worker>(args.This())) args.GetReturnValue().Set(worker->IdleTime());
}

void LoopStart(const Args& args) {
  if (auto* worker = BaseObject::Unwrap<Worker>(args.This())) args.GetReturnValue().Set(worker->LoopStart());
}

void TakePort(const Args& args) {
  Environment* env = Environment::From(args);
  Worker* worker = Worker::Of(env);
  std::unique_ptr<PortData> data = worker == nullptr ? nullptr : worker->TakePort();
  if (!data) return;
  MessagePort* port = MessagePort::Create(env, env->context(), std::move(data));
  if (port != nullptr) args.GetReturnValue().Set(port->object());
}

void ThreadId(const Args& args) {
  Worker* worker = Worker::Of(Environment::From(args));
  args.GetReturnValue().Set(worker == nullptr ? 0.0 : static_cast<double>(worker->id()));
}

void Initialize(Environment* env, Local<Object> target) {
  Isolate* isolate = env->isolate();
  Local<v8::FunctionTemplate> t = BaseObject::MakeTemplate(env, "Worker", New);
  HandleWrap::AddMethods(isolate, t);
  BaseObject::SetMethod(isolate, t, "hasRef", HasRef);
  BaseObject::SetMethod(isolate, t, "start", Start);
  BaseObject::SetMethod(isolate, t, "stop", Stop);
  BaseObject::SetMethod(isolate, t, "limits", Limits);
  BaseObject::SetMethod(isolate, t, "idleTime", IdleTime);
  BaseObject::SetMethod(isolate, t, "loopStart", LoopStart);
  BaseObject::Export(isolate, target, "Worker", t);
}

constexpr BindingFunction kFunctions[] = {
    {"takePort", TakePort}, {"ownLimits", OwnLimits}, {"threadId", ThreadId}};
PARLEY_BINDING(worker, BindingKind::kInternal, kFunctions, Initialize, {});

}  // namespace
}  // namespace parley
