// STUN messages as ICE uses them: RFC 8489 (codec, short-term credentials, fingerprint) and RFC 8445
// section 7.1 (ICE's attributes). Parsing gives views into the input and allocates nothing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "media/core/result.h"
#include "media/core/socket_address.h"

namespace parley::media::stun {

inline constexpr size_t kHeaderSize = 20;
inline constexpr uint32_t kMagicCookie = 0x2112A442;
inline constexpr uint16_t kBinding = 0x001;
// No message this codec writes is longer.
inline constexpr size_t kMaxMessageSize = 548;

using TransactionId = std::array<uint8_t, 12>;

enum class Class : uint8_t { kRequest = 0, kIndication = 1, kSuccess = 2, kError = 3 };

struct ErrorCode {
  int code = 0;  // 300..699
  std::string_view reason;
};

// Whether a datagram is STUN by its first bytes (RFC 7983: first byte 0..3, and the cookie).
bool looks_like_stun(std::span<const uint8_t> datagram);

struct Message {
  // Checks the structure, and the FINGERPRINT when there is one. Views into `datagram`, which must outlive
  // the message. What follows MESSAGE-INTEGRITY, other than FINGERPRINT, is ignored (RFC 8489 section 14.5).
  static Result<Message> parse(std::span<const uint8_t> datagram);

  // Whether MESSAGE-INTEGRITY is there and was made with `password` (compared in constant time).
  bool verify_integrity(std::string_view password) const;
  // The part of USERNAME before the colon: the receiver's own fragment (RFC 8445 section 7.2.2). Empty
  // without one.
  std::string_view receiver_ufrag() const;
  std::string_view sender_ufrag() const;

  Class cls = Class::kRequest;
  uint16_t method = 0;
  TransactionId id{};
  std::optional<std::string_view> username;
  std::optional<uint32_t> priority;
  std::optional<uint64_t> ice_controlled;
  std::optional<uint64_t> ice_controlling;
  std::optional<SocketAddress> xor_mapped_address;
  std::optional<ErrorCode> error;
  bool use_candidate = false;
  bool has_integrity = false;
  bool has_fingerprint = false;
  // The first comprehension-required attributes we do not know (RFC 8489 section 6.3.1: answer 420).
  std::array<uint16_t, 4> unknown{};
  uint8_t unknown_count = 0;

 private:
  std::span<const uint8_t> raw_;
  size_t integrity_at_ = 0;  // of the attribute's header
};

// Writes one message into `out`. Too little room makes finish() return 0.
class Writer {
 public:
  Writer(std::span<uint8_t> out, Class cls, uint16_t method, const TransactionId& id);

  void username(std::string_view value);
  void priority(uint32_t value);
  void use_candidate();
  void ice_controlled(uint64_t tie_breaker);
  void ice_controlling(uint64_t tie_breaker);
  void xor_mapped_address(const SocketAddress& address);
  void error_code(int code, std::string_view reason);
  void unknown_attributes(std::span<const uint16_t> types);
  void software(std::string_view name);
  // Adds MESSAGE-INTEGRITY when there is a password, then FINGERPRINT. The message's size, or 0.
  size_t finish(std::string_view password);

 private:
  std::span<uint8_t> attribute(uint16_t type, size_t size);
  void set_length(size_t end);

  std::span<uint8_t> out_;
  size_t at_ = 0;
  bool ok_ = false;
};

}  // namespace parley::media::stun
