// Implements media/io/framing.h.
#include "media/io/framing.h"

#include "media/core/bytes.h"

namespace parley::media::io {
namespace {

constexpr size_t kStunHeader = 20;
constexpr size_t kChannelHeader = 4;

}  // namespace

Result<Frame, FramingError> Deframer::find(Framing framing, std::span<const uint8_t> bytes) {
  Frame frame;
  if (framing == Framing::kRfc4571) {
    if (bytes.size() < 2) return frame;
    frame.offset = 2;
    frame.size = load_be16(bytes.data());
    frame.total = 2 + frame.size;
  } else {
    if (bytes.size() < kChannelHeader) return frame;
    const size_t length = load_be16(&bytes[2]);
    if (bytes[0] < 0x40) {
      frame.size = kStunHeader + length;
      frame.total = frame.size;
    } else if (bytes[0] < 0x80) {
      frame.size = kChannelHeader + length;
      frame.total = (frame.size + 3) / 4 * 4;  // padded on a stream
    } else {
      return FramingError{};
    }
  }
  if (frame.size > kMaxMessage) return FramingError{};
  return frame;
}

}  // namespace parley::media::io
