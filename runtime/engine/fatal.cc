// See fatal.h.
#include "runtime/engine/fatal.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace parley {

void FatalError(std::string_view location, std::string_view message) {
  std::string line = "FATAL ERROR: ";
  if (!location.empty()) line.append(location).append(" ");
  line.append(message).append("\n");
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
  std::abort();
}

void InstallFatalHandlers(v8::Isolate* isolate) {
  isolate->SetFatalErrorHandler([](const char* location, const char* message) {
    FatalError(location != nullptr ? location : "", message != nullptr ? message : "");
  });
  isolate->SetOOMErrorHandler([](const char* location, bool is_heap) {
    FatalError(location != nullptr ? location : "", is_heap
                                                        ? "Allocation failed - JavaScript heap out of memory"
                                                        : "Allocation failed - process out of memory");
  });
}

}  // namespace parley
