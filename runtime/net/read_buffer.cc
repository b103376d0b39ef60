// Memory for reads of streams. See read_buffer.h.
#include "runtime/net/read_buffer.h"

#include <cstring>

#include "runtime/buffer/buffer.h"

namespace parley {
namespace {

constexpr size_t kSize = 64 * 1024;
constexpr size_t kWorthAll = kSize / 4 * 3;  // bytes for whose sake all of the memory is kept

}  // namespace

uv_buf_t ReadBuffer::Next() {
  lent_.reset();
  if (memory_ == nullptr) memory_.reset(static_cast<char*>(std::malloc(kSize)));
  return uv_buf_init(memory_.get(), memory_ != nullptr ? kSize : 0);
}

v8::MaybeLocal<v8::ArrayBuffer> ReadBuffer::Keep(v8::Isolate* isolate, std::span<const char> bytes,
                                                 size_t* offset) {
  const char* start = memory_.get();
  if (start != nullptr && bytes.size() >= kWorthAll && bytes.data() >= start &&
      bytes.data() < start + kSize) {
    *offset = static_cast<size_t>(bytes.data() - start);
    lent_ = v8::ArrayBuffer::NewBackingStore(
        memory_.release(), kSize, [](void* memory, size_t, void*) { std::free(memory); }, nullptr);
    return v8::ArrayBuffer::New(isolate, lent_);
  }
  *offset = 0;
  v8::Local<v8::ArrayBuffer> copy;
  if (!NewMemory(isolate, bytes.size()).ToLocal(&copy)) return {};
  if (!bytes.empty()) std::memcpy(copy->Data(), bytes.data(), bytes.size());
  return copy;
}

}  // namespace parley
