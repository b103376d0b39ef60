// See unmanaged_fds.h.
#include "runtime/fs/unmanaged_fds.h"

#include <unistd.h>

#include <string>
#include <tuple>

namespace parley {

UnmanagedFds::~UnmanagedFds() {
  for (int fd : fds_) ::close(fd);
}

void UnmanagedFds::Opened(int fd) {
  if (!warn_.IsEmpty() && !fds_.insert(fd).second) Warn(fd, "opened in unmanaged mode twice");
}

void UnmanagedFds::Closing(int fd) {
  if (!warn_.IsEmpty() && fds_.erase(fd) == 0) Warn(fd, "closed but not opened in unmanaged mode");
}

void UnmanagedFds::Warn(int fd, const char* what) {
  v8::Isolate* isolate = env_->isolate();
  v8::HandleScope handles(isolate);
  v8::Local<v8::Value> text = ToV8(isolate, "File descriptor " + std::to_string(fd) + " " + what);
  v8::Local<v8::Value> ignored;
  std::ignore = warn_.Get(isolate)->Call(env_->context(), v8::Undefined(isolate), 1, &text).ToLocal(&ignored);
}

}  // namespace parley
