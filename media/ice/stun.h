// STUN messages: RFC 8489 (codec, both credential mechanisms, fingerprint), ICE's attributes (RFC 8445
// section 7.1) and TURN's (RFC 8656 section 18). Parsing gives views into the input and allocates nothing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "media/core/random.h"
#include "media/core/result.h"
#include "media/core/socket_address.h"

namespace parley::media::stun {

inline constexpr size_t kHeaderSize = 20;
inline constexpr uint32_t kMagicCookie = 0x2112A442;
inline constexpr uint16_t kBinding = 0x001;
// TURN's methods, RFC 8656 section 17.
inline constexpr uint16_t kAllocate = 0x003;
inline constexpr uint16_t kRefresh = 0x004;
inline constexpr uint16_t kSend = 0x006;
inline constexpr uint16_t kData = 0x007;
inline constexpr uint16_t kCreatePermission = 0x008;
inline constexpr uint16_t kChannelBind = 0x009;
// No message this codec writes is longer.
inline constexpr size_t kMaxMessageSize = 548;

using TransactionId = std::array<uint8_t, 12>;
// Unpredictable; the first byte is `mark`, where there is one: by it an answer finds who asked.
TransactionId fresh_id(Random& random, std::optional<uint8_t> mark);

enum class Class : uint8_t { kRequest = 0, kIndication = 1, kSuccess = 2, kError = 3 };

// MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256 (RFC 8489 sections 14.5 and 14.6).
enum class Integrity : uint8_t { kSha1, kSha256 };
// What a long-term password is hashed with (section 18.5).
enum class PasswordAlgorithm : uint16_t { kMd5 = 1, kSha256 = 2 };

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
  bool verify_integrity(std::string_view password, Integrity kind = Integrity::kSha1) const;
  // The size of the whole message.
  size_t size() const { return raw_.size(); }
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
  std::optional<SocketAddress> mapped_address;  // of servers older than RFC 5389
  std::optional<SocketAddress> relayed_address;
  std::optional<SocketAddress> peer_address;
  std::optional<SocketAddress> alternate_server;
  std::optional<uint32_t> lifetime;  // seconds
  std::optional<uint16_t> channel_number;
  std::optional<std::span<const uint8_t>> data;
  std::optional<std::string_view> realm;
  std::optional<std::string_view> nonce;
  std::optional<std::span<const uint8_t>> password_algorithms;  // as sent
  std::optional<ErrorCode> error;
  bool use_candidate = false;
  bool has_integrity = false;
  bool has_integrity_sha256 = false;
  bool has_fingerprint = false;
  // The first comprehension-required attributes we do not know (RFC 8489 section 6.3.1: answer 420).
  std::array<uint16_t, 4> unknown{};
  uint8_t unknown_count = 0;

 private:
  // What is wrong with the attribute, or null.
  const char* read(uint16_t attribute, std::span<const uint8_t> value);
  const char* read_integrity(uint16_t attribute, size_t at, size_t size);

  std::span<const uint8_t> raw_;
  // Of the attributes' headers.
  size_t integrity_at_ = 0;
  size_t integrity_sha256_at_ = 0;
};

// The key of the long-term mechanism: a hash of username, realm and password (RFC 8489 section 9.2.2), as
// bytes to hand to Writer::finish and Message::verify_integrity.
std::string long_term_key(PasswordAlgorithm algorithm, std::string_view username, std::string_view realm,
                          std::string_view password);
// The value of USERHASH (section 14.4).
std::array<uint8_t, 32> user_hash(std::string_view username, std::string_view realm);

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
  void realm(std::string_view value);
  void nonce(std::string_view value);
  void user_hash(std::span<const uint8_t, 32> value);
  void password_algorithms(std::span<const uint8_t> as_received);
  void password_algorithm(PasswordAlgorithm algorithm);
  // TURN's.
  void requested_transport_udp();
  void requested_address_family(SocketAddress::Family family);
  void lifetime(uint32_t seconds);
  void channel_number(uint16_t number);
  void peer_address(const SocketAddress& address);
  void relayed_address(const SocketAddress& address);
  void alternate_server(const SocketAddress& address);  // not masked
  void data(std::span<const uint8_t> bytes);

  // Adds an integrity attribute when there is a password, then FINGERPRINT. The message's size, or 0.
  size_t finish(std::string_view password, Integrity kind = Integrity::kSha1);

 private:
  void text(uint16_t type, std::string_view value);
  void number(uint16_t type, uint32_t value);
  void masked_address(uint16_t type, const SocketAddress& address);
  std::span<uint8_t> attribute(uint16_t type, size_t size);
  void set_length(size_t end);

  std::span<uint8_t> out_;
  size_t at_ = 0;
  bool ok_ = false;
};

}  // namespace parley::media::stun
