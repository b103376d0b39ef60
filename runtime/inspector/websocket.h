// The server's side of WebSocket (RFC 6455), as far as the inspector's protocol needs it: text messages, no
// extensions.
#ifndef RUNTIME_INSPECTOR_WEBSOCKET_H_
#define RUNTIME_INSPECTOR_WEBSOCKET_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace parley::inspector {

// The answer to a client's Sec-WebSocket-Key (section 4.2.2).
std::string AcceptKey(std::string_view key);

enum class Opcode : uint8_t { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

// A whole frame, unmasked as a server's are (section 5.1).
std::string EncodeFrame(Opcode opcode, std::string_view payload);

// Takes the bytes of a client apart.
class FrameReader {
 public:
  enum class Result {
    kNothing,  // needs more bytes
    kMessage,  // a whole text or binary message, its fragments joined
    kPing,
    kPong,
    kClose,
    kError  // against the protocol, or a message that is too long; the connection is of no more use
  };
  void Add(std::string_view bytes) { buffer_.append(bytes); }
  Result Next(std::string* payload);

 private:
  struct Frame {
    Opcode opcode;
    bool final;
    std::string payload;
  };
  Result Take(Frame* frame);

  std::string buffer_;
  std::string message_;  // the fragments so far
  bool in_message_ = false;
};

}  // namespace parley::inspector

#endif  // RUNTIME_INSPECTOR_WEBSOCKET_H_
