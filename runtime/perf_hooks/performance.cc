// internalBinding('performance'): the stages of the process, the loop's idle time, and garbage collections as
// they happen (Node doc: perf_hooks).
#include <vector>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

// Collections that nobody has been told of yet; more are dropped.
constexpr size_t kMostCollections = 10000;

struct Collection {
  double start;
  double end;
  int kind;
  int flags;
};

struct GcObserver {
  explicit GcObserver(Environment* environment) : env(environment) {}
  Environment* env;
  v8::Global<v8::Function> callback;  // (kind, flags, start, end), times in milliseconds of hrtime
  double started = 0;
  std::vector<Collection> done;
};

double Now() { return static_cast<double>(uv_hrtime()) / 1e6; }

void BeforeGc(v8::Isolate* isolate, v8::GCType, v8::GCCallbackFlags) {
  Environment::From(isolate)->Slot<GcObserver>()->started = Now();
}

void TellCollections(GcObserver* observer) {
  std::vector<Collection> batch;
  batch.swap(observer->done);
  if (observer->callback.IsEmpty()) return;
  v8::Isolate* isolate = observer->env->isolate();
  for (const Collection& c : batch) {
    v8::HandleScope handles(isolate);
    Local<Value> argv[] = {v8::Integer::New(isolate, c.kind), v8::Integer::New(isolate, c.flags),
                           v8::Number::New(isolate, c.start), v8::Number::New(isolate, c.end)};
    (void)observer->env->MakeCallback(v8::Undefined(isolate), observer->callback.Get(isolate), 4, argv);
  }
}

// No JavaScript may run while V8 collects.
void AfterGc(v8::Isolate* isolate, v8::GCType kind, v8::GCCallbackFlags flags) {
  auto* observer = Environment::From(isolate)->Slot<GcObserver>();
  if (observer->done.size() >= kMostCollections) return;
  observer->done.push_back({observer->started, Now(), static_cast<int>(kind), static_cast<int>(flags)});
  if (observer->done.size() == 1) observer->env->RunSoon([observer] { TellCollections(observer); });
}

// observeGc(callback): undefined ends it
void ObserveGc(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  auto* observer = Environment::From(args)->Slot<GcObserver>();
  bool before = !observer->callback.IsEmpty();
  observer->callback.Reset();
  if (args[0]->IsFunction()) observer->callback.Reset(isolate, args[0].As<v8::Function>());
  bool after = !observer->callback.IsEmpty();
  if (after && !before) {
    isolate->AddGCPrologueCallback(BeforeGc);
    isolate->AddGCEpilogueCallback(AfterGc);
  } else if (before && !after) {
    isolate->RemoveGCPrologueCallback(BeforeGc);
    isolate->RemoveGCEpilogueCallback(AfterGc);
  }
}

// milestones() -> [nodeStart, v8Start, environment, bootstrapComplete, loopStart, loopExit] in milliseconds
// of hrtime; 0: not reached
void Milestones(const Args& args) {
  Environment* env = Environment::From(args);
  std::vector<Local<Value>> values;
  for (size_t i = 0; i < static_cast<size_t>(Environment::Milestone::kCount); i++) {
    double time = static_cast<double>(env->milestone(static_cast<Environment::Milestone>(i))) / 1e6;
    values.push_back(v8::Number::New(env->isolate(), time));
  }
  args.GetReturnValue().Set(v8::Array::New(env->isolate(), values.data(), values.size()));
}

// idleTime() -> milliseconds the loop has waited for events
void IdleTime(const Args& args) {
  Environment* env = Environment::From(args);
  args.GetReturnValue().Set(static_cast<double>(env->IdleTime()) / 1e6);
}

constexpr BindingFunction kFunctions[] = {
    {"observeGc", ObserveGc}, {"milestones", Milestones}, {"idleTime", IdleTime}};
PARLEY_BINDING(performance, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
