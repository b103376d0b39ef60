// The memory that the reads of one environment's streams land in, one after the other. What a read brought is
// copied by who keeps it; when it is most of the memory, the memory itself is handed out and the next read
// gets another.
#ifndef RUNTIME_NET_READ_BUFFER_H_
#define RUNTIME_NET_READ_BUFFER_H_

#include <uv.h>
#include <v8.h>

#include <cstddef>
#include <memory>
#include <span>

namespace parley {

class Environment;

class ReadBuffer {
 public:
  // Where the next read goes; the bytes of the one before are gone, except for who kept them.
  uv_buf_t Next(Environment* env);

  // `bytes`, of the read under way or of anything else, as memory of JavaScript's: they start at `*offset` of
  // it. Empty, with an exception pending, when there is no memory.
  v8::MaybeLocal<v8::ArrayBuffer> Keep(v8::Isolate* isolate, std::span<const char> bytes, size_t* offset);

 private:
  std::unique_ptr<v8::BackingStore> memory_;
  std::shared_ptr<v8::BackingStore> lent_;  // handed out during this read, whose bytes others still look at
};

}  // namespace parley

#endif  // RUNTIME_NET_READ_BUFFER_H_
