// Memory for reads of streams. See read_buffer.h.
#include "runtime/net/read_buffer.h"

#include <cstring>

#include "runtime/buffer/buffer.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

constexpr size_t kSize = 64 * 1024;
constexpr size_t kWorthAll = kSize / 4 * 3;  // bytes for whose sake all of the memory is kept

}  // namespace

// The memory is V8's own, so that V8 knows when the young generation holds enough of it to be worth a (short)
// collection. Of memory that is only lent to it V8 sees the sum, and then collects everything.
uv_buf_t ReadBuffer::Next(Environment* env) {
  lent_.reset();
  if (memory_ == nullptr) {
    env->set_field(kUninitialized, 1);
    memory_ = v8::ArrayBuffer::NewBackingStore(env->isolate(), kSize);
    env->set_field(kUninitialized, 0);
  }
  return uv_buf_init(static_cast<char*>(memory_->Data()), kSize);
}

v8::MaybeLocal<v8::ArrayBuffer> ReadBuffer::Keep(v8::Isolate* isolate, std::span<const char> bytes,
                                                 size_t* offset) {
  const char* start = memory_ != nullptr ? static_cast<const char*>(memory_->Data()) : nullptr;
  if (start != nullptr && bytes.size() >= kWorthAll && bytes.data() >= start &&
      bytes.data() < start + kSize) {
    *offset = static_cast<size_t>(bytes.data() - start);
    lent_ = std::move(memory_);
    return v8::ArrayBuffer::New(isolate, lent_);
  }
  *offset = 0;
  v8::Local<v8::ArrayBuffer> copy;
  if (!NewMemory(isolate, bytes.size()).ToLocal(&copy)) return {};
  if (!bytes.empty()) std::memcpy(copy->Data(), bytes.data(), bytes.size());
  return copy;
}

}  // namespace parley
