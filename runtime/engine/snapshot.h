// The start-up snapshot: the heap after builtin JavaScript has prepared the world, made when the program is
// built and part of it; and V8's code cache for the builtin modules that are not in it.
//
// Two programs are linked from the same objects: `mksnapshot` has no snapshot and writes one; `parley` has
// it. Addresses in the snapshot are indices into ExternalReferences(), which both compute in the same order.
#ifndef RUNTIME_ENGINE_SNAPSHOT_H_
#define RUNTIME_ENGINE_SNAPSHOT_H_

#include <v8.h>

#include <string>

namespace parley {

class Environment;

// Zero-terminated; lives as long as the process.
const intptr_t* ExternalReferences();

// The snapshot in this program, or null in one that has none.
const v8::StartupData* EmbeddedSnapshot();

// The code cache of builtin number `index` (order of Builtins()), or an empty one.
struct CodeCache {
  const uint8_t* data;
  size_t size;
};
CodeCache EmbeddedCodeCache(size_t index);

// Flags that hold for every isolate of the program; before V8 is initialized.
void SetEngineFlags();

// Makes the main context, from the snapshot where there is one, and its hooks. Empty when that failed.
v8::MaybeLocal<v8::Context> MakeMainContext(Environment* env);

// Writes the assembler file that gives a program its snapshot and code caches (binary parts beside it).
// Returns what went wrong, or an empty string.
std::string WriteSnapshot(const std::string& assembler_path);

}  // namespace parley

#endif  // RUNTIME_ENGINE_SNAPSHOT_H_
