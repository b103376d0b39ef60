// How much memory this process may use (cgroups(7), versions 1 and 2), and how much of it a JavaScript heap
// gets.
#ifndef RUNTIME_ENGINE_MEMORY_LIMIT_H_
#define RUNTIME_ENGINE_MEMORY_LIMIT_H_

#include <v8.h>

#include <cstdint>

namespace parley {

// Bytes that the process' control group allows it; UINT64_MAX without a limit, 0 when there is no telling.
uint64_t ConstrainedMemory();

// Bytes that are still free for the process.
uint64_t AvailableMemory();

// Sizes for the heap of a new isolate.
void ConfigureHeap(v8::ResourceConstraints* constraints);

}  // namespace parley

#endif  // RUNTIME_ENGINE_MEMORY_LIMIT_H_
