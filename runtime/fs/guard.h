// The permission model over the functions of the `fs` binding (Node doc: permissions): each is registered as
// Guarded<function, what it needs, where its `req` is>, so that none can be reached without.
#ifndef RUNTIME_FS_GUARD_H_
#define RUNTIME_FS_GUARD_H_

#include <v8.h>

#include "runtime/process/permission.h"

namespace parley {

// What an operation needs of the paths in its arguments 0 and 1. A descriptor in place of a path was opened
// before.
enum class FsNeeds {
  kRead,
  kWrite,
  kWriteOrThrow,  // kWrite, which calls with a callback throw of, as in Node
  kByFlags,       // what open(2)'s flags in argument 1 say
  kMakeName,      // kWrite; the path is the beginning of a name
  kMove,          // reads and writes the first, writes the second
  kCopy,          // reads the first, writes the second
  kOwnership,     // of a descriptor that may have been opened for reading: all writing
  kEverything,    // links may lead anywhere
};

// False when that is denied: the error has gone where `req`, argument `req_index`, says.
bool FsPermitted(const v8::FunctionCallbackInfo<v8::Value>& args, FsNeeds needs, int req_index);

template <auto kFunction, FsNeeds kNeeds, int kReqIndex>
void Guarded(const v8::FunctionCallbackInfo<v8::Value>& args) {
  if (!IsRestricted() || FsPermitted(args, kNeeds, kReqIndex)) kFunction(args);
}

}  // namespace parley

#endif  // RUNTIME_FS_GUARD_H_
