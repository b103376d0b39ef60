// The descriptors that a worker's program opened with fs.open() and has not closed: closed with the worker,
// which may end at any time (Node doc: worker_threads, `trackUnmanagedFds`). A FileHandle closes its own.
#ifndef RUNTIME_FS_UNMANAGED_FDS_H_
#define RUNTIME_FS_UNMANAGED_FDS_H_

#include <v8.h>

#include <set>

#include "runtime/engine/environment.h"

namespace parley {

class UnmanagedFds {
 public:
  explicit UnmanagedFds(Environment* env) : env_(env) {}
  ~UnmanagedFds();
  // `warn` is told of descriptors that others opened or closed meanwhile.
  void Track(v8::Local<v8::Function> warn) { warn_.Reset(env_->isolate(), warn); }
  void Opened(int fd);
  void Closing(int fd);

 private:
  void Warn(int fd, const char* what);
  Environment* env_;
  v8::Global<v8::Function> warn_;  // empty: nothing is tracked
  std::set<int> fds_;
};

}  // namespace parley

#endif  // RUNTIME_FS_UNMANAGED_FDS_H_
