// One JavaScript world: an isolate, its main context, its libuv loop, and the state native code keeps for them.
// The contract native bindings are written against; implemented in runtime/engine/.
#ifndef RUNTIME_ENGINE_ENVIRONMENT_H_
#define RUNTIME_ENGINE_ENVIRONMENT_H_

#include <uv.h>
#include <v8.h>

#include <string>
#include <string_view>

namespace parley {

class Environment {
 public:
  static Environment* From(v8::Local<v8::Context> context);
  static Environment* From(v8::Isolate* isolate);
  template <typename T>
  static Environment* From(const v8::FunctionCallbackInfo<T>& args) {
    return From(args.GetIsolate());
  }

  v8::Isolate* isolate() const { return isolate_; }
  v8::Local<v8::Context> context() const;
  uv_loop_t* loop() const { return loop_; }

  // Calls into JavaScript from the event loop. When the outermost such call returns, the nextTick queue and the
  // microtasks run until both are empty; an exception nobody caught goes to process 'uncaughtException'.
  // Returns an empty handle when the call threw. Needs a HandleScope.
  v8::MaybeLocal<v8::Value> MakeCallback(v8::Local<v8::Value> receiver, v8::Local<v8::Function> function, int argc,
                                         v8::Local<v8::Value>* argv);

  // True from the start of the process's exit: no JavaScript may be called any more.
  bool is_stopping() const { return stopping_; }

  // Throws Node's system error shape: message "ENOENT: no such file or directory, open 'path' -> 'dest'",
  // properties errno (negative), code, syscall, path, dest.
  void ThrowUvException(int error, const char* syscall, const char* message = nullptr, const char* path = nullptr,
                        const char* dest = nullptr);
  v8::Local<v8::Value> UvException(int error, const char* syscall, const char* message = nullptr,
                                   const char* path = nullptr, const char* dest = nullptr);
  // Throws a TypeError / Error / RangeError with a Node error code, e.g. ThrowError("ERR_DLOPEN_FAILED", "...").
  enum class ErrorType { kError, kTypeError, kRangeError };
  void ThrowError(const char* code, std::string_view message, ErrorType type = ErrorType::kError);

  // Runs `hook` when the environment ends, last added first. For native objects that outlive a callback.
  using CleanupHook = void (*)(void* data);
  void AddCleanupHook(CleanupHook hook, void* data);
  void RemoveCleanupHook(CleanupHook hook, void* data);

  // Private state of a binding, one slot per type: env->Slot<MyState>() default-constructs on first use and destroys it
  // with the environment.
  template <typename T>
  T* Slot();

 private:
  v8::Isolate* isolate_ = nullptr;
  uv_loop_t* loop_ = nullptr;
  bool stopping_ = false;
};

// The C++ counterpart of a JavaScript object with one internal field. `Unwrap` returns null for foreign objects.
// Strong by default (lives until deleted); MakeWeak() hands its life to the garbage collector.
class BaseObject {
 public:
  BaseObject(Environment* env, v8::Local<v8::Object> object);
  virtual ~BaseObject();
  BaseObject(const BaseObject&) = delete;
  BaseObject& operator=(const BaseObject&) = delete;

  Environment* env() const { return env_; }
  v8::Local<v8::Object> object() const;
  void MakeWeak();
  void ClearWeak();

  template <typename T>
  static T* Unwrap(v8::Local<v8::Value> value) {
    return static_cast<T*>(FromJs(value));
  }

  // A constructor template with one internal field; `constructor` runs on `new`.
  static v8::Local<v8::FunctionTemplate> MakeTemplate(Environment* env, const char* class_name,
                                                      v8::FunctionCallback constructor);
  static void SetMethod(v8::Isolate* isolate, v8::Local<v8::FunctionTemplate> t, const char* name,
                        v8::FunctionCallback callback);

  // Calls this object's own JavaScript function `name` (for example "onread") through Environment::MakeCallback, in the
  // async context (AsyncLocalStorage) that was current when the object was made. Does nothing when it is no function.
  v8::MaybeLocal<v8::Value> MakeCallback(const char* name, int argc = 0, v8::Local<v8::Value>* argv = nullptr);
  v8::MaybeLocal<v8::Value> MakeCallback(v8::Local<v8::Function> function, int argc, v8::Local<v8::Value>* argv);

 private:
  static BaseObject* FromJs(v8::Local<v8::Value> value);
  Environment* env_;
  v8::Global<v8::Object> object_;
  v8::Global<v8::Value> async_context_;
};

// A BaseObject around a libuv handle: close([callback]), ref(), unref(), hasRef() for JavaScript; deleted after the close
// callback. Subclasses own the uv handle as a member and pass its address.
class HandleWrap : public BaseObject {
 public:
  HandleWrap(Environment* env, v8::Local<v8::Object> object, uv_handle_t* handle);
  static void AddMethods(v8::Isolate* isolate, v8::Local<v8::FunctionTemplate> t);  // close, ref, unref, hasRef
  void Close(v8::Local<v8::Value> callback);
  bool is_alive() const { return state_ == State::kOpen; }
  uv_handle_t* uv_handle() const { return handle_; }

 private:
  enum class State { kOpen, kClosing, kClosed };
  uv_handle_t* handle_;
  State state_ = State::kOpen;
};

// Strings between the two worlds.
std::string ToUtf8(v8::Isolate* isolate, v8::Local<v8::Value> value);
v8::Local<v8::String> ToV8(v8::Isolate* isolate, std::string_view utf8);
v8::Local<v8::String> OneByte(v8::Isolate* isolate, const char* ascii);  // internalized: for property names

}  // namespace parley

#endif  // RUNTIME_ENGINE_ENVIRONMENT_H_
