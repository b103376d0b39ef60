// What all native streams of one environment share: the memory of reads, the slab small reads are cut
// from, the classes.
#ifndef RUNTIME_NET_STREAM_STATE_H_
#define RUNTIME_NET_STREAM_STATE_H_

#include <v8.h>

#include <cstddef>

#include "runtime/net/read_buffer.h"

namespace parley {

struct StreamState {
  ReadBuffer read_buffer;
  v8::Global<v8::ArrayBuffer> slab;
  size_t slab_used = 0;
  v8::Global<v8::Function> read_callback;
  v8::Global<v8::FunctionTemplate> tcp;
  v8::Global<v8::FunctionTemplate> pipe;
};

}  // namespace parley

#endif  // RUNTIME_NET_STREAM_STATE_H_
