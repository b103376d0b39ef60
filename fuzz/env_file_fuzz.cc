// Files of environment variables (runtime/main/env_file.h): names are never empty.
#include <cstdint>
#include <cstdlib>

#include "runtime/main/env_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  parley::Variables variables;
  parley::ParseEnvText({reinterpret_cast<const char*>(data), size}, &variables);
  if (variables.contains("")) std::abort();
  return 0;
}
