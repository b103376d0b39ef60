// Header sections of HTTP/1.1 (runtime/http/line_ends.h): how they are cut into packets changes nothing.
#include <cstdint>
#include <cstdlib>

#include "runtime/http/line_ends.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  parley::LineEnds whole;
  const size_t taken = whole.Read(bytes);
  parley::LineEnds cut;
  size_t sum = 0;
  for (size_t at = 0; at < size; at++) sum += cut.Read(bytes.substr(at, 1));
  if (taken > size || sum != taken || whole.fault() != cut.fault() || whole.folded() != cut.folded())
    std::abort();
  return 0;
}
