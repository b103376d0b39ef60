// Frames and the handshake of WebSocket. See websocket.h; sections are those of RFC 6455.
#include "runtime/inspector/websocket.h"

#include <openssl/evp.h>

#include <array>

namespace parley::inspector {
namespace {

constexpr size_t kMostMessageBytes = 256u << 20;
constexpr size_t kMostControlBytes = 125;  // section 5.5

uint64_t BigEndian(std::string_view bytes) {
  uint64_t number = 0;
  for (char byte : bytes) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

}  // namespace

std::string AcceptKey(std::string_view key) {
  std::string text(key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::array<unsigned char, 2 * EVP_MAX_MD_SIZE> encoded;
  int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return std::string(encoded.begin(), encoded.begin() + length);
}

std::string EncodeFrame(Opcode opcode, std::string_view payload) {
  std::string frame(1, static_cast<char>(0x80 | static_cast<uint8_t>(opcode)));
  size_t length = payload.size();
  int length_bytes = length <= kMostControlBytes ? 0 : length <= 0xffff ? 2 : 8;
  frame += static_cast<char>(length_bytes == 0 ? length : length_bytes == 2 ? 126 : 127);
  for (int i = length_bytes - 1; i >= 0; i--) frame += static_cast<char>(length >> (8 * i));
  frame.append(payload);
  return frame;
}

FrameReader::Result FrameReader::Take(Frame* frame) {
  std::string_view bytes = buffer_;
  if (bytes.size() < 2) return Result::kNothing;
  auto first = static_cast<uint8_t>(bytes[0]);
  auto second = static_cast<uint8_t>(bytes[1]);
  // No extension was agreed on, and a client masks (section 5.1).
  if ((first & 0x70) != 0 || (second & 0x80) == 0) return Result::kError;
  frame->final = (first & 0x80) != 0;
  frame->opcode = static_cast<Opcode>(first & 0x0f);
  uint64_t length = second & 0x7f;
  size_t at = 2;
  size_t length_bytes = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (length_bytes > 0) {
    if (bytes.size() < at + length_bytes) return Result::kNothing;
    length = BigEndian(bytes.substr(at, length_bytes));
    at += length_bytes;
  }
  bool control = (first & 0x08) != 0;
  if (control && (!frame->final || length > kMostControlBytes)) return Result::kError;
  if (length > kMostMessageBytes || message_.size() + length > kMostMessageBytes) return Result::kError;
  if (bytes.size() < at + 4 + length) return Result::kNothing;
  std::string_view mask = bytes.substr(at, 4);
  frame->payload = bytes.substr(at + 4, length);
  for (size_t i = 0; i < frame->payload.size(); i++) frame->payload[i] ^= mask[i % 4];
  buffer_.erase(0, at + 4 + length);
  return Result::kMessage;
}

FrameReader::Result FrameReader::Next(std::string* payload) {
  while (true) {
    Frame frame;
    Result result = Take(&frame);
    if (result != Result::kMessage) return result;
    switch (frame.opcode) {
      case Opcode::kClose:
        return Result::kClose;
      case Opcode::kPing:
        *payload = std::move(frame.payload);
        return Result::kPing;
      case Opcode::kPong:
        return Result::kPong;
      case Opcode::kContinuation:
      case Opcode::kText:
      case Opcode::kBinary:
        break;
      default:
        return Result::kError;
    }
    if (in_message_ != (frame.opcode == Opcode::kContinuation)) return Result::kError;
    in_message_ = !frame.final;
    message_ += frame.payload;
    if (!frame.final) continue;
    *payload = std::move(message_);
    message_.clear();
    return Result::kMessage;
  }
}

}  // namespace parley::inspector
