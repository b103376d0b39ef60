#include "runtime/worker/worker.h"

#include <algorithm>
#include <atomic>

#include "runtime/engine/bootstrap.h"
#include "runtime/engine/platform.h"
#include "runtime/engine/snapshot.h"

namespace parley {
namespace {

constexpr double kMegabyte = 1024.0 * 1024.0;
constexpr double kDefaultStack = 4;                // megabytes
constexpr size_t kStackReserve = 192 * 1024;       // what V8 leaves to native code
constexpr size_t kHeapReserve = 16 * 1024 * 1024;  // for what a worker still does once it is out of memory

std::atomic<uint64_t> last_id = 0;

struct WorkerLink {
  Worker* worker = nullptr;
};

void StopAtEnd(void* worker);

}  // namespace

Worker* Worker::Of(Environment* env) { return env->is_worker() ? env->Slot<WorkerLink>()->worker : nullptr; }

uv_handle_t* Worker::InitAsync(Environment* env, uv_async_t* async) {
  uv_async_init(env->loop(), async, OnThreadEnd);
  uv_unref(reinterpret_cast<uv_handle_t*>(async));  // until the thread runs
  return reinterpret_cast<uv_handle_t*>(async);
}

Worker::Worker(Environment* env, v8::Local<v8::Object> object, Settings settings)
    : HandleWrap(env, object, InitAsync(env, &ended_), "WORKER"),
      id_(++last_id),
      settings_(std::move(settings)),
      parent_(env),
      child_port_(std::make_unique<PortData>()) {
  if (settings_.limits[kStackSize] <= 0) settings_.limits[kStackSize] = kDefaultStack;
  auto own = std::make_unique<PortData>();
  PortData::Entangle(own.get(), child_port_.get());
  env->AddCleanupHook(StopAtEnd, this);
  MessagePort* port = MessagePort::Create(env, env->context(), std::move(own));
  if (port == nullptr) return;
  object->Set(env->context(), OneByte(env->isolate(), "messagePort"), port->object()).Check();
}

Worker::~Worker() {
  parent_->RemoveCleanupHook(StopAtEnd, this);
  Join();
}

namespace {
// The parent's world ends: so does the worker, and nobody waits to hear of it.
void StopAtEnd(void* data) {
  auto* worker = static_cast<Worker*>(data);
  worker->Stop(1);
  worker->Join();
  worker->Close({});
}
}  // namespace

int Worker::StartThread() {
  uv_thread_options_t options;
  options.flags = UV_THREAD_HAS_STACK_SIZE;
  options.stack_size = static_cast<size_t>(settings_.limits[kStackSize] * kMegabyte);
  int error = uv_thread_create_ex(
      &thread_, &options, [](void* self) { static_cast<Worker*>(self)->Run(); }, this);
  if (error != 0) return error;
  joinable_ = true;
  uv_ref(reinterpret_cast<uv_handle_t*>(&ended_));
  return 0;
}

void Worker::Join() {
  if (!joinable_) return;
  joinable_ = false;
  uv_thread_join(&thread_);
}

void Worker::OnThreadEnd(uv_async_t* async) {
  auto* self = static_cast<Worker*>(static_cast<HandleWrap*>(async->data));
  self->Join();
  v8::Isolate* isolate = self->env()->isolate();
  v8::HandleScope handles(isolate);
  v8::Local<v8::Value> arguments[] = {v8::Integer::New(isolate, self->exit_code_), v8::Null(isolate),
                                      v8::Null(isolate)};
  if (self->error_code_ != nullptr) {
    arguments[1] = OneByte(isolate, self->error_code_);
    arguments[2] = OneByte(isolate, self->error_message_);
  }
  static_cast<BaseObject*>(self)->MakeCallback("onexit", std::size(arguments), arguments);
  self->Close({});
}

void Worker::Stop(int exit_code, const char* error_code, const char* error_message) {
  std::lock_guard lock(mutex_);
  if (stopped_) return;
  stopped_ = true;
  exit_code_ = exit_code;
  error_code_ = error_code;
  error_message_ = error_message;
  if (child_ == nullptr) return;
  child_->RequestStop();
  isolate_->TerminateExecution();
  uv_async_send(&stop_);
}

double Worker::IdleTime() {
  std::lock_guard lock(mutex_);
  return child_ == nullptr ? -1 : static_cast<double>(uv_metrics_idle_time(child_->loop()));
}

double Worker::LoopStart() {
  std::lock_guard lock(mutex_);
  if (child_ == nullptr) return -1;
  const uint64_t start = child_->milestone(Environment::Milestone::kLoopStart);
  return start == 0 ? -1 : static_cast<double>(start) / 1e6;
}

size_t Worker::NearHeapLimit(void* self, size_t current, size_t) {
  static_cast<Worker*>(self)->Stop(1, "ERR_WORKER_OUT_OF_MEMORY", "JS heap out of memory");
  return current + kHeapReserve;
}

v8::Isolate* Worker::NewIsolate() {
  v8::Isolate::CreateParams params;
  params.array_buffer_allocator = SharedAllocator();
  params.snapshot_blob = const_cast<v8::StartupData*>(EmbeddedSnapshot());
  params.external_references = ExternalReferences();
  v8::ResourceConstraints& constraints = params.constraints;
  constraints.ConfigureDefaults(uv_get_total_memory(), uv_get_constrained_memory());
  WorkerLimits& limits = settings_.limits;
  const auto bytes = [](double megabytes) { return static_cast<size_t>(megabytes * kMegabyte); };
  if (limits[kMaxYoung] > 0) constraints.set_max_young_generation_size_in_bytes(bytes(limits[kMaxYoung]));
  if (limits[kMaxOld] > 0) constraints.set_max_old_generation_size_in_bytes(bytes(limits[kMaxOld]));
  if (limits[kCodeRange] > 0) constraints.set_code_range_size_in_bytes(bytes(limits[kCodeRange]));
  limits[kMaxYoung] = static_cast<double>(constraints.max_young_generation_size_in_bytes()) / kMegabyte;
  limits[kMaxOld] = static_cast<double>(constraints.max_old_generation_size_in_bytes()) / kMegabyte;
  limits[kCodeRange] = static_cast<double>(constraints.code_range_size_in_bytes()) / kMegabyte;
  return v8::Isolate::New(params);
}

void Worker::Run() {
  char here;
  const auto stack = static_cast<size_t>(settings_.limits[kStackSize] * kMegabyte);
  uv_loop_t loop;
  if (uv_loop_init(&loop) != 0) {
    Stop(1, "ERR_WORKER_INIT_FAILED", "EMFILE");
  } else {
    isolate_ = NewIsolate();
    const uintptr_t limit = reinterpret_cast<uintptr_t>(&here) - stack + std::min(kStackReserve, stack / 2);
    isolate_->SetStackLimit(limit);
    isolate_->AddNearHeapLimitCallback(NearHeapLimit, this);
    {
      v8::Isolate::Scope scope(isolate_);
      v8::HandleScope handles(isolate_);
      RunIsolate(isolate_, &loop);
    }
    isolate_->Dispose();
    parent_->platform->Forget(isolate_);
    uv_loop_close(&loop);
  }
  uv_async_send(&ended_);
}

void Worker::RunIsolate(v8::Isolate* isolate, uv_loop_t* loop) {
  ConfigureIsolate(isolate);
  Environment env(isolate, loop);
  env.Reach(Environment::Milestone::kEnvironment);
  env.platform = parent_->platform;
  env.options = settings_.options != nullptr ? settings_.options.get() : parent_->options;
  env.drain_platform = [platform = env.platform, isolate] { return platform->DrainTasks(isolate); };
  env.on_exit = [this](int code) { Stop(code); };
  env.Slot<WorkerLink>()->worker = this;
  if (settings_.variables) SetVariables(&env, settings_.variables);
  v8::Local<v8::Context> context;
  if (!MakeMainContext(&env).ToLocal(&context)) return Stop(1, "ERR_WORKER_INIT_FAILED", "no context");
  env.StartLoop();
  std::shared_ptr<ForegroundRunner> runner = env.platform->RunnerOf(isolate);
  runner->Attach(&env);
  env.Reach(Environment::Milestone::kBootstrapComplete);
  bool run;
  {
    std::lock_guard lock(mutex_);
    stop_.data = &env;
    uv_async_init(loop, &stop_,
                  [](uv_async_t* async) { uv_stop(static_cast<Environment*>(async->data)->loop()); });
    uv_unref(reinterpret_cast<uv_handle_t*>(&stop_));
    run = !stopped_;
    if (run) child_ = &env;
  }
  if (run) {
    v8::Context::Scope scope(context);
    v8::HandleScope inner(isolate);
    v8::Local<v8::Value> argument = v8::Object::New(isolate);
    env.MakeCallback(v8::Undefined(isolate), env.GetHook(Hook::kStart), 1, &argument, {kMainScriptId, 0});
    const int code = env.RunLoop();
    std::lock_guard lock(mutex_);
    if (!stopped_) exit_code_ = code;
    stopped_ = true;
    child_ = nullptr;
  }
  isolate->CancelTerminateExecution();
  env.RequestStop();
  runner->Detach();
  env.CloseHandles();
}

}  // namespace parley
