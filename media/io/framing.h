// Finds the messages in a TCP stream: with a length before each (RFC 4571), or STUN and ChannelData that tell
// their own (RFC 8489 section 6.2.2, RFC 8656 section 12.5). Sans-IO.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "media/core/connector.h"
#include "media/core/result.h"

namespace parley::media::io {

// Where the message is in the first bytes of a stream; `total` of them belong to it.
struct Frame {
  size_t offset = 0;
  size_t size = 0;
  size_t total = 0;  // 0: not known before there are more bytes
};

struct FramingError {};

class Deframer {
 public:
  // A longer message is nothing that WebRTC sends.
  static constexpr size_t kMaxMessage = 2048;

  explicit Deframer(Framing framing) : framing_(framing) {}

  // Calls `take` with each message that `bytes` complete; it may write into it. False when the stream makes
  // no sense: nothing after that does.
  template <class Take>
  bool push(std::span<uint8_t> bytes, const Take& take) {
    while (!partial_.empty() && !bytes.empty()) {
      if (!complete_partial(bytes, take)) return false;
    }
    while (!bytes.empty()) {
      const auto frame = find(framing_, bytes);
      if (!frame) return false;
      if (frame->total == 0 || frame->total > bytes.size()) break;
      if (frame->size > 0) take(bytes.subspan(frame->offset, frame->size));
      bytes = bytes.subspan(frame->total);
    }
    partial_.insert(partial_.end(), bytes.begin(), bytes.end());
    return true;
  }

  static Result<Frame, FramingError> find(Framing framing, std::span<const uint8_t> bytes);

 private:
  template <class Take>
  bool complete_partial(std::span<uint8_t>& bytes, const Take& take) {
    auto frame = find(framing_, partial_);
    if (!frame) return false;
    const size_t wanted = frame->total == 0 ? partial_.size() + 1 : frame->total;
    const size_t n = std::min(wanted - partial_.size(), bytes.size());
    partial_.insert(partial_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
    bytes = bytes.subspan(n);
    frame = find(framing_, partial_);
    if (!frame) return false;
    if (frame->total != partial_.size()) return true;
    if (frame->size > 0) take(std::span(partial_).subspan(frame->offset, frame->size));
    partial_.clear();
    return true;
  }

  Framing framing_;
  std::vector<uint8_t> partial_;  // shorter than one frame
};

}  // namespace parley::media::io
