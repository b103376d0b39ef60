// What all native streams of one environment share: the read scratch buffer, the slab small reads are cut
// from, the classes.
#ifndef RUNTIME_NET_STREAM_STATE_H_
#define RUNTIME_NET_STREAM_STATE_H_

#include <v8.h>

#include <cstddef>
#include <memory>

namespace parley {

struct StreamState {
  std::unique_ptr<char[]> scratch;
  v8::Global<v8::ArrayBuffer> slab;
  size_t slab_used = 0;
  v8::Global<v8::Function> read_callback;
  v8::Global<v8::FunctionTemplate> tcp;
  v8::Global<v8::FunctionTemplate> pipe;
};

}  // namespace parley

#endif  // RUNTIME_NET_STREAM_STATE_H_
