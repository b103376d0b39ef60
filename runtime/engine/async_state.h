// Which asynchronous resource runs, and who is told of it (Node doc: async_hooks). Ids are numbers that
// JavaScript and C++ share; hooks are JavaScript. Nothing is counted before a program asks for the module
// (Field kTracking): then all of this costs a look at one number.
#ifndef RUNTIME_ENGINE_ASYNC_STATE_H_
#define RUNTIME_ENGINE_ASYNC_STATE_H_

#include <v8.h>

#include <vector>

namespace parley {

class Environment;
class AsyncOperation;
class AsyncScope;

// The shared Float64Array behind the fields (runtime/engine/hooks.js).
enum AsyncNumber : int {
  kExecutionId,
  kTriggerId,
  kLastId,          // the last id given
  kDefaultTrigger,  // what a new resource has as its trigger instead of the running one; negative: none
  kAsyncNumberCount
};

// Of one resource. Id 0: made before anybody wanted to know.
struct AsyncIds {
  double id = 0;
  double trigger = 0;
};

// The main script's; no hook can have been told of it.
inline constexpr double kMainScriptId = 1;

class AsyncState {
 public:
  explicit AsyncState(Environment* env) : env_(env) {}

  void set_numbers(double* numbers) { numbers_ = numbers; }
  double& number(AsyncNumber n) { return numbers_[n]; }

  // A resource begins: its ids; 'init' hooks are told. `type` is what Node calls its kind.
  AsyncIds Start(const char* type, v8::Local<v8::Object> resource);
  // A resource has ended: 'destroy' hooks are told in this turn of the loop. May be called while collecting
  // garbage.
  void QueueDestroy(double id);
  void FlushDestroyed();

  // V8's promise hooks, of every context this environment has made. Each may be null.
  void SetPromiseHooks(v8::Local<v8::Value> init, v8::Local<v8::Value> before, v8::Local<v8::Value> after,
                       v8::Local<v8::Value> settled);
  void AddContext(v8::Local<v8::Context> context);
  // All contexts there are, weak.
  const std::vector<v8::Global<v8::Context>>& contexts() const { return contexts_; }

  // The async context (AsyncLocalStorage), which V8 carries through promises. V8 keeps one for every context;
  // what runs in one context of the environment runs for all.
  v8::Local<v8::Value> context_value() const;
  void set_context_value(v8::Local<v8::Value> value);

  AsyncScope* innermost() const { return innermost_; }
  // The first of the operations under way, newest first.
  AsyncOperation* operations() const { return operations_; }

 private:
  friend class AsyncScope;
  friend class AsyncOperation;
  void ApplyPromiseHooks(v8::Local<v8::Context> context);

  Environment* env_;
  double no_numbers_[kAsyncNumberCount] = {};
  double* numbers_ = no_numbers_;
  AsyncScope* innermost_ = nullptr;
  AsyncOperation* operations_ = nullptr;
  std::vector<double> destroyed_;
  v8::Global<v8::Function> promise_hooks_[4];
  std::vector<v8::Global<v8::Context>> contexts_;  // weak
  bool has_context_values_ = false;                // there was one: until then nobody pays for them
};

// While it lives, native code runs JavaScript on behalf of a resource: 'before' and 'after' are told.
class AsyncScope {
 public:
  AsyncScope(Environment* env, AsyncIds ids, v8::Local<v8::Object> resource);
  ~AsyncScope();
  AsyncScope(const AsyncScope&) = delete;
  AsyncScope& operator=(const AsyncScope&) = delete;
  // The callback threw: nobody is told that it has run.
  void Abandon() { abandoned_ = true; }
  v8::Local<v8::Object> resource() const { return resource_; }

 private:
  Environment* env_;
  AsyncIds ids_;
  AsyncIds outer_;
  AsyncScope* outer_scope_ = nullptr;
  int outer_owner_ = 0;
  bool abandoned_ = false;
  v8::Local<v8::Object> resource_;
};

// One native operation (a request) as a resource: its ids and the async context it was started in. For what
// is no BaseObject.
class AsyncOperation {
 public:
  AsyncOperation() = default;
  ~AsyncOperation();
  AsyncOperation(const AsyncOperation&) = delete;
  AsyncOperation& operator=(const AsyncOperation&) = delete;

  // `resource` may be empty: hooks then see an object made for them.
  void Start(Environment* env, const char* type, v8::Local<v8::Object> resource = {});
  // Calls `function` as Environment::MakeCallback does, in the operation's async context. The callback must
  // not delete the operation.
  v8::MaybeLocal<v8::Value> MakeCallback(v8::Local<v8::Value> receiver, v8::Local<v8::Function> function,
                                         int argc, v8::Local<v8::Value>* argv);

  AsyncIds ids() const { return ids_; }
  v8::Local<v8::Object> resource() const;
  v8::Local<v8::Value> context() const;
  const char* type() const { return type_; }
  AsyncOperation* next() const { return next_; }

 private:
  Environment* env_ = nullptr;
  const char* type_ = nullptr;
  AsyncOperation* next_ = nullptr;  // of those under way
  AsyncOperation* previous_ = nullptr;
  AsyncIds ids_;
  v8::Global<v8::Object> resource_;
  v8::Global<v8::Value> context_;
};

}  // namespace parley

#endif  // RUNTIME_ENGINE_ASYNC_STATE_H_
