// Frames of an inspector's client (runtime/inspector/websocket.h): in pieces they are what they are as a
// whole.
#include <cstdlib>

#include "runtime/inspector/websocket.h"

using parley::inspector::FrameReader;

namespace {

// What a reader makes of bytes that come `step` at a time.
std::string Read(std::string_view bytes, size_t step) {
  FrameReader reader;
  std::string log;
  while (!bytes.empty()) {
    const size_t size = std::min(step, bytes.size());
    reader.Add(bytes.substr(0, size));
    bytes.remove_prefix(size);
    for (;;) {
      std::string payload;
      const FrameReader::Result result = reader.Next(&payload);
      if (result == FrameReader::Result::kNothing) break;
      log += std::to_string(static_cast<int>(result)) + payload + '\n';
      if (result == FrameReader::Result::kError || result == FrameReader::Result::kClose) return log;
    }
  }
  return log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (Read(bytes, size + 1) != Read(bytes, 1)) std::abort();
  parley::inspector::AcceptKey(bytes);
  return 0;
}
