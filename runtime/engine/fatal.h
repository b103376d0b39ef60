// The end of a process that cannot go on: one line on stderr, then SIGABRT (exit code 134 of a shell).
#pragma once

#include <string_view>

#include "v8.h"

namespace parley {

[[noreturn]] void FatalError(std::string_view location, std::string_view message);

// Has V8 end the process this way when its heap is full or its API is misused.
void InstallFatalHandlers(v8::Isolate* isolate);

}  // namespace parley
