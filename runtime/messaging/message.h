// A value on its way between two message ports (HTML standard, "StructuredSerializeWithTransfer"): its bytes
// in V8's wire format and what was transferred with it. Belongs to no isolate: may be handed to another
// thread.
#ifndef RUNTIME_MESSAGING_MESSAGE_H_
#define RUNTIME_MESSAGING_MESSAGE_H_

#include <v8.h>

#include <cstdlib>
#include <memory>
#include <vector>

#include "runtime/engine/environment.h"

namespace parley {

class MessagePort;
class PortData;

class Message {
 public:
  // Without a value: tells a port that the other side has closed.
  Message();
  ~Message();
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;

  // Writes `value`, then takes the memory and the ports in `transfer` from this side. `source`, which may be
  // null, is the port that sends. On failure an exception is pending and nothing was transferred.
  v8::Maybe<bool> Serialize(Environment* env, v8::Local<v8::Context> context, v8::Local<v8::Value> value,
                            const std::vector<v8::Local<v8::Value>>& transfer, MessagePort* source);
  // The value, made anew in `context`; `ports`, when not null, becomes an array of the ports that came along.
  // Needs a HandleScope.
  v8::MaybeLocal<v8::Value> Deserialize(Environment* env, v8::Local<v8::Context> context,
                                        v8::Local<v8::Value>* ports = nullptr);

  bool is_close() const { return data_ == nullptr; }
  bool has_transferred() const { return !array_buffers_.empty() || !ports_.empty(); }
  const std::vector<std::unique_ptr<PortData>>& ports() const { return ports_; }

 private:
  struct Free {
    void operator()(uint8_t* p) const { std::free(p); }
  };
  friend class Writer;
  friend class Reader;

  std::unique_ptr<uint8_t, Free> data_;
  size_t size_ = 0;
  std::vector<std::shared_ptr<v8::BackingStore>> array_buffers_;
  std::vector<std::shared_ptr<v8::BackingStore>> shared_array_buffers_;
  std::vector<std::unique_ptr<PortData>> ports_;
  std::vector<v8::CompiledWasmModule> wasm_modules_;
};

// What the binding keeps for an environment.
struct MessagingState {
  enum Handler {
    kEmitMessage,     // (this: port; payload, ports, type)
    kInitPort,        // (port): makes it an event target
    kPortClosed,      // (this: port)
    kDataCloneError,  // (message) -> DOMException
    kWriteHost,       // (object, is transferred) -> [what revives it, data], or undefined
    kReadHost,        // (what revives it, data) -> object
    kWarn,            // (message)
    kPartsOf,         // (object) -> array of what is transferred with it, or undefined
    kHandlerCount
  };
  v8::Global<v8::Function> handlers[kHandlerCount];
  v8::Global<v8::FunctionTemplate> port_template;
  v8::Global<v8::FunctionTemplate> carrier_template;

  static MessagingState* From(Environment* env) { return env->Slot<MessagingState>(); }
  v8::Local<v8::Function> handler(v8::Isolate* isolate, Handler name) const {
    return handlers[name].Get(isolate);
  }
};

void ThrowDataCloneError(Environment* env, v8::Local<v8::String> message);
void ThrowDataCloneError(Environment* env, const char* message);

// Keeps an ArrayBuffer from being transferred: it is copied instead.
void MarkUntransferable(v8::Isolate* isolate, v8::Local<v8::Object> object);
// The private name that marks them; the pools of Buffer are marked from JavaScript.
v8::Local<v8::Private> UntransferableKey(v8::Isolate* isolate);
bool IsUntransferable(v8::Isolate* isolate, v8::Local<v8::Object> object);

// Has an object of native code written as the plain object that its properties make.
void MarkPlain(v8::Isolate* isolate, v8::Local<v8::Object> object);

}  // namespace parley

#endif  // RUNTIME_MESSAGING_MESSAGE_H_
