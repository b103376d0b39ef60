// One JavaScript world: an isolate, its main context, its libuv loop, and the state native code keeps for
// them. The contract native bindings are written against; implemented in runtime/engine/.
#ifndef RUNTIME_ENGINE_ENVIRONMENT_H_
#define RUNTIME_ENGINE_ENVIRONMENT_H_

#include <uv.h>
#include <v8.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "runtime/engine/async_state.h"

namespace parley {

class HandleWrap;
class Options;
class Platform;

// Numbers that JavaScript and C++ share through one Int32Array (internalBinding('engine').fields), so that
// neither calls the other only to learn a number.
enum Field : int {
  kHasTick,               // the nextTick queue is not empty
  kHasRejection,          // promise rejections wait to be reported
  kImmediates,            // immediates queued
  kReferencedImmediates,  // those among them that keep the loop alive
  kTracking,              // asynchronous resources get ids
  kInitHooks,             // how many async hooks have each kind of callback
  kBeforeHooks,
  kAfterHooks,
  kDestroyHooks,
  kPromiseResolveHooks,
  kNativeResource,  // 1: the running resource is native code's (AsyncScope), not JavaScript's
  kMayAbort,        // --abort-on-uncaught-exception holds: no capture callback is set
  kUninitialized,   // memory of new ArrayBuffers need not be zero
  kFieldCount
};
// Where the ids (enum AsyncNumber) lie in the memory of the fields, in bytes.
inline constexpr size_t kAsyncNumbersOffset = 64;
static_assert(kFieldCount * sizeof(int32_t) <= kAsyncNumbersOffset);

// Functions that builtin JavaScript gives the engine (internalBinding('engine').setHook(index, function)).
enum class Hook : int {
  kTick,    // (): runs the nextTick queue and the microtasks until both are empty
  kTimers,  // (now): runs the timers that are due; returns the next expiry, negative when unreferenced, or 0
  kImmediates,     // (): runs the immediates
  kUncaught,       // (error, fromPromise): true when somebody handled it
  kPromiseReject,  // (type, promise, value)
  kStart,          // (options): makes `process` this process's own and runs the program
  kBeforeExit,     // ()
  kExit,           // (): emits 'exit'; returns the exit code
  kImport,         // (specifier, referrer's name, attributes, key): promise of a module namespace
  kDescribe,       // (error): how an uncaught error is printed
  kAsyncInit,      // (id, type, trigger, resource): a resource begins
  kAsyncBefore,    // (id): its callback is about to run
  kAsyncAfter,     // (id): has run
  kAsyncDestroy,   // (id): it has ended
  kInspect,        // (): opens the inspector's server, because of SIGUSR1
  kCount
};

class Environment {
 public:
  Environment(v8::Isolate* isolate, uv_loop_t* loop);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  static Environment* From(v8::Local<v8::Context> context);
  static Environment* From(v8::Isolate* isolate);
  template <typename T>
  static Environment* From(const v8::FunctionCallbackInfo<T>& args) {
    return From(args.GetIsolate());
  }

  v8::Isolate* isolate() const { return isolate_; }
  v8::Local<v8::Context> context() const { return context_.Get(isolate_); }
  uv_loop_t* loop() const { return loop_; }

  // Calls into JavaScript from the event loop. When the outermost such call returns, the nextTick queue and
  // the microtasks run until both are empty; an exception nobody caught goes to process 'uncaughtException'.
  // Returns an empty handle when the call threw. Needs a HandleScope. `ids` and `resource` say on whose
  // behalf.
  v8::MaybeLocal<v8::Value> MakeCallback(v8::Local<v8::Value> receiver, v8::Local<v8::Function> function,
                                         int argc, v8::Local<v8::Value>* argv, AsyncIds ids = {},
                                         v8::Local<v8::Object> resource = {});

  // The ids of asynchronous resources and their hooks.
  AsyncState& async() { return async_; }

  // Runs the nextTick queue and the microtasks now, unless a callback from C++ is still running (its end
  // will).
  void DrainTicks();

  // Reports an exception nobody caught as Node does: the capture callback, 'uncaughtException', or the
  // message on stderr and the end of the process.
  void TriggerUncaughtException(v8::Local<v8::Value> error, v8::Local<v8::Message> message,
                                bool from_promise = false);

  // While it lives an exception is no reason for --abort-on-uncaught-exception: JavaScript may yet catch it.
  class NoAbortScope {
   public:
    explicit NoAbortScope(Environment* env) : env_(env) { env_->no_abort_depth_++; }
    ~NoAbortScope() { env_->no_abort_depth_--; }
    NoAbortScope(const NoAbortScope&) = delete;
    NoAbortScope& operator=(const NoAbortScope&) = delete;

   private:
    Environment* env_;
  };
  bool may_abort() const { return no_abort_depth_ == 0 && fields_[kMayAbort] != 0; }

  // Writes to stderr where it was thrown and what it is.
  void PrintException(v8::Local<v8::Value> error, v8::Local<v8::Message> message);

  // The private property of an error that says where in its original source it was thrown ("file:line\n…").
  v8::Local<v8::Private> ArrowSymbol();

  // Ends the process: cleanup hooks, then exit(). In a worker it ends the thread's JavaScript and returns.
  void Exit(int code);
  bool is_worker() const { return on_exit != nullptr; }
  std::function<void(int code)> on_exit;  // a worker's

  // From any thread: no JavaScript is called any more.
  void RequestStop() { stopping_ = true; }
  // The end of a worker's world: cleanup hooks run, then everything on the loop is closed and let end.
  void CloseHandles();

  // True from the start of the process's exit: no JavaScript may be called any more.
  bool is_stopping() const { return stopping_; }

  // Throws Node's system error shape: message "ENOENT: no such file or directory, open 'path' -> 'dest'",
  // properties errno (negative), code, syscall, path, dest.
  void ThrowUvException(int error, const char* syscall, const char* message = nullptr,
                        const char* path = nullptr, const char* dest = nullptr);
  v8::Local<v8::Value> UvException(int error, const char* syscall, const char* message = nullptr,
                                   const char* path = nullptr, const char* dest = nullptr);
  // Throws a TypeError / Error / RangeError with a Node error code, e.g. ThrowError("ERR_DLOPEN_FAILED",
  // "...").
  enum class ErrorType { kError, kTypeError, kRangeError };
  void ThrowError(const char* code, std::string_view message, ErrorType type = ErrorType::kError);

  // Runs `hook` when the environment ends, last added first. For native objects that outlive a callback.
  using CleanupHook = void (*)(void* data);
  void AddCleanupHook(CleanupHook hook, void* data);
  void RemoveCleanupHook(CleanupHook hook, void* data);

  // Private state of a binding, one slot per type: env->Slot<MyState>() default-constructs on first use and
  // destroys it with the environment.
  template <typename T>
  T* Slot();

  // Runs `task` (native code that may call JavaScript) in the loop's next turn; does not keep the loop alive.
  void RunSoon(std::function<void()> task) { soon_.push_back(std::move(task)); }

  // When the process reached each stage of its life, in nanoseconds of uv_hrtime(); 0: not yet.
  enum class Milestone {
    kNodeStart,
    kV8Start,
    kEnvironment,
    kBootstrapComplete,
    kLoopStart,
    kLoopExit,
    kCount
  };
  void Reach(Milestone milestone, uint64_t time = uv_hrtime()) {
    milestones_[static_cast<size_t>(milestone)] = time;
  }
  uint64_t milestone(Milestone milestone) const { return milestones_[static_cast<size_t>(milestone)]; }
  // Nanoseconds the loop has waited for events.
  uint64_t IdleTime();

  // --- the engine's own side ---
  // Makes `context` the main context; callable once.
  void SetMainContext(v8::Local<v8::Context> context);
  void SetHook(Hook hook, v8::Local<v8::Function> function);
  v8::Local<v8::Function> GetHook(Hook hook) const { return hooks_[static_cast<size_t>(hook)].Get(isolate_); }
  bool HasHook(Hook hook) const { return !hooks_[static_cast<size_t>(hook)].IsEmpty(); }
  void SetFields(v8::Local<v8::Int32Array> fields);
  v8::Local<v8::Int32Array> fields_array() const { return fields_array_.Get(isolate_); }
  int32_t field(Field f) const { return fields_[f]; }
  void set_field(Field f, int32_t value) { fields_[f] = value; }
  // Timers and immediates on the loop (runtime/timers).
  void StartLoop();
  void ScheduleTimer(uint64_t milliseconds);
  void RefTimer(bool referenced);
  void RefImmediates(bool referenced);
  // Runs the loop until nothing keeps it alive, 'beforeExit' included. Returns the exit code.
  int RunLoop();

  Platform* platform = nullptr;
  const Options* options = nullptr;  // a worker's own; else the process's hold

  // Waits for V8's background work and runs what comes of it; true when there was any. Set by whoever owns
  // the platform.
  std::function<bool()> drain_platform;
  // What the inspector wants to know: of contexts vm makes, and of an exception that ends the process.
  std::function<void(v8::Local<v8::Context>)> context_observer;
  std::function<void(v8::Local<v8::Value> error, v8::Local<v8::Message>)> fatal_observer;

 private:
  friend class CallbackScope;
  struct CleanupEntry {
    CleanupHook hook;
    void* data;
  };
  struct SlotEntry {
    const void* tag;
    void* value;
    void (*destroy)(void*);
  };
  friend class HandleWrap;
  void RunCleanup();
  void RunCleanupHooks();
  void RunTimers();
  void RunImmediates();
  void RunSoonTasks();

  v8::Isolate* isolate_ = nullptr;
  uv_loop_t* loop_ = nullptr;
  std::atomic<bool> stopping_ = false;
  HandleWrap* first_handle_ = nullptr;
  int callback_depth_ = 0;
  int no_abort_depth_ = 0;
  std::vector<std::function<void()>> soon_;
  std::array<uint64_t, static_cast<size_t>(Milestone::kCount)> milestones_ = {};
  int32_t* fields_ = nullptr;  // the memory of fields_array_
  int32_t no_fields_[kFieldCount] = {};
  AsyncState async_{this};
  v8::Global<v8::Context> context_;
  v8::Global<v8::Int32Array> fields_array_;
  std::array<v8::Global<v8::Function>, static_cast<size_t>(Hook::kCount)> hooks_;
  std::vector<CleanupEntry> cleanup_;
  std::vector<SlotEntry> slots_;
  bool loop_started_ = false;
  bool measures_idle_time_ = false;
  uint64_t idle_before_ = 0;      // nanoseconds, before it was measured
  uint64_t loop_start_work_ = 0;  // of the thread, when the loop started
  uv_timer_t timer_;
  uv_check_t immediate_check_;
  uv_idle_t immediate_idle_;
};

// The time JavaScript runs in on behalf of the event loop. The outermost scope's end runs the nextTick queue
// and the microtasks. `async_context` (may be empty) is current meanwhile.
class CallbackScope {
 public:
  CallbackScope(Environment* env, v8::Local<v8::Value> async_context);
  ~CallbackScope();
  CallbackScope(const CallbackScope&) = delete;
  CallbackScope& operator=(const CallbackScope&) = delete;

 private:
  Environment* env_;
  v8::Local<v8::Value> outer_context_;
};

template <typename T>
inline constexpr char kSlotTag = 0;

template <typename T>
T* Environment::Slot() {
  const void* tag = &kSlotTag<T>;
  for (const SlotEntry& entry : slots_) {
    if (entry.tag == tag) return static_cast<T*>(entry.value);
  }
  T* value;
  // An aggregate would take the pointer for its first member.
  if constexpr (std::is_constructible_v<T, Environment*> && !std::is_aggregate_v<T>) {
    value = new T(this);
  } else {
    value = new T();
  }
  slots_.push_back({tag, value, [](void* p) { delete static_cast<T*>(p); }});
  return value;
}

// The C++ counterpart of a JavaScript object made from MakeTemplate. `Unwrap` returns null for foreign
// objects. Strong by default (lives until deleted); MakeWeak() hands its life to the garbage collector.
class BaseObject {
 public:
  static constexpr int kInternalFieldCount = 2;  // a tag that tells ours from others' objects; the BaseObject
  BaseObject(Environment* env, v8::Local<v8::Object> object);
  virtual ~BaseObject();
  BaseObject(const BaseObject&) = delete;
  BaseObject& operator=(const BaseObject&) = delete;

  Environment* env() const { return env_; }
  v8::Local<v8::Object> object() const { return object_.Get(env_->isolate()); }
  void MakeWeak();
  void ClearWeak();

  template <typename T>
  static T* Unwrap(v8::Local<v8::Value> value) {
    return static_cast<T*>(FromJs(value));
  }

  // A constructor template with kInternalFieldCount internal fields; `constructor` runs on `new`.
  static v8::Local<v8::FunctionTemplate> MakeTemplate(Environment* env, const char* class_name,
                                                      v8::FunctionCallback constructor);
  static void SetMethod(v8::Isolate* isolate, v8::Local<v8::FunctionTemplate> t, const char* name,
                        v8::FunctionCallback callback);
  // Makes the class a member of what a binding gives JavaScript.
  static void Export(v8::Isolate* isolate, v8::Local<v8::Object> target, const char* name,
                     v8::Local<v8::FunctionTemplate> t);

  // Calls this object's own JavaScript function `name` (for example "onread") through
  // Environment::MakeCallback, in the async context (AsyncLocalStorage) that was current when the object was
  // made. Does nothing when it is no function.
  v8::MaybeLocal<v8::Value> MakeCallback(const char* name, int argc = 0,
                                         v8::Local<v8::Value>* argv = nullptr);
  v8::MaybeLocal<v8::Value> MakeCallback(v8::Local<v8::Function> function, int argc,
                                         v8::Local<v8::Value>* argv);

  // Makes the object an asynchronous resource of the kind Node calls `type`; once more when it is used anew.
  // Its callbacks run on behalf of it, or of `resource`.
  void StartAsync(const char* type, v8::Local<v8::Object> resource = {});
  void EndAsync();
  AsyncIds async_ids() const { return async_ids_; }

 private:
  static BaseObject* FromJs(v8::Local<v8::Value> value);
  Environment* env_;
  v8::Global<v8::Object> object_;
  v8::Global<v8::Value> async_context_;
  v8::Global<v8::Object> async_resource_;  // when it is not the object itself
  AsyncIds async_ids_;
};

// A BaseObject around a libuv handle: close([callback]), ref(), unref(), hasRef(), getAsyncId() for
// JavaScript; deleted after the close callback. Subclasses own the uv handle as a member and pass its
// address, and the kind of asynchronous resource it is.
class HandleWrap : public BaseObject {
 public:
  HandleWrap(Environment* env, v8::Local<v8::Object> object, uv_handle_t* handle, const char* type);
  ~HandleWrap() override;
  static void AddMethods(v8::Isolate* isolate,
                         v8::Local<v8::FunctionTemplate> t);  // close, ref, unref, hasRef, getAsyncId
  void Close(v8::Local<v8::Value> callback);
  bool is_alive() const { return state_ == State::kOpen; }
  bool is_closed() const { return state_ == State::kClosed; }
  uv_handle_t* uv_handle() const { return handle_; }
  // The open handle that a method was called on. Null, and the method returns UV_EBADF, when it is none of
  // ours or closed.
  template <typename T>
  static T* OpenOrError(const v8::FunctionCallbackInfo<v8::Value>& args) {
    T* self = Unwrap<T>(args.This());
    if (self != nullptr && self->is_alive()) return self;
    args.GetReturnValue().Set(UV_EBADF);
    return nullptr;
  }
  const char* type() const { return type_; }

 private:
  enum class State { kOpen, kClosing, kClosed };
  static void OnClose(uv_handle_t* handle);
  uv_handle_t* handle_;
  const char* type_;
  v8::Global<v8::Function> on_close_;
  State state_ = State::kOpen;
  friend class Environment;
  HandleWrap* previous_ = nullptr;  // in the environment's list
  HandleWrap* next_ = nullptr;
};

// A number as an int: `otherwise` for what is no number or beyond an int.
int ToInt(v8::Local<v8::Value> value, int otherwise = 0);

// Strings between the two worlds.
std::string ToUtf8(v8::Isolate* isolate, v8::Local<v8::Value> value);
v8::Local<v8::String> ToV8(v8::Isolate* isolate, std::string_view utf8);
v8::Local<v8::String> OneByte(v8::Isolate* isolate, const char* ascii);  // internalized: for property names

}  // namespace parley

#endif  // RUNTIME_ENGINE_ENVIRONMENT_H_
