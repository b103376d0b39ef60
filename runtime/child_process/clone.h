// Messages of the advanced serialization between processes: the structured clone algorithm, to and from bytes
// (Node doc: child_process, "Advanced serialization").
#ifndef RUNTIME_CHILD_PROCESS_CLONE_H_
#define RUNTIME_CHILD_PROCESS_CLONE_H_

#include <v8.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>

namespace parley {

struct FreeBytes {
  void operator()(uint8_t* bytes) const { std::free(bytes); }
};

// A message with the four bytes of its length before it.
struct ClonedMessage {
  std::unique_ptr<uint8_t, FreeBytes> bytes;
  size_t size = 0;
};

// Null bytes with an exception pending where the value cannot be cloned.
ClonedMessage WriteClone(v8::Isolate* isolate, v8::Local<v8::Value> value);

// Empty with an exception pending where the bytes (without length) are no message.
v8::MaybeLocal<v8::Value> ReadClone(v8::Isolate* isolate, std::span<const uint8_t> bytes);

}  // namespace parley

#endif  // RUNTIME_CHILD_PROCESS_CLONE_H_
