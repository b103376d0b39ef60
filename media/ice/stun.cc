// Implements media/ice/stun.h.
#include "media/ice/stun.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstring>

#include "media/core/bytes.h"

namespace parley::media::stun {
namespace {

// RFC 8489 section 18.3, RFC 8445 section 20.1.
enum Attribute : uint16_t {
  kMappedAddress = 0x0001,
  kUsername = 0x0006,
  kMessageIntegrity = 0x0008,
  kErrorCode = 0x0009,
  kUnknownAttributes = 0x000A,
  kRealm = 0x0014,
  kNonce = 0x0015,
  kXorMappedAddress = 0x0020,
  kPriority = 0x0024,
  kUseCandidate = 0x0025,
  kSoftware = 0x8022,
  kFingerprint = 0x8028,
  kIceControlled = 0x8029,
  kIceControlling = 0x802A,
};

constexpr size_t kIntegritySize = 20;
constexpr uint32_t kFingerprintXor = 0x5354554E;
constexpr size_t kMaxUsername = 513;

constexpr size_t padded(size_t n) { return (n + 3) & ~size_t{3}; }

// CRC-32 of ISO 3309 (the one of Ethernet and zip), a nibble at a time: messages are short and rare.
uint32_t crc32(std::span<const uint8_t> bytes) {
  static constexpr uint32_t kTable[16] = {
      0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
      0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};
  uint32_t crc = ~0u;
  for (const uint8_t b : bytes) {
    crc = kTable[(crc ^ b) & 15] ^ (crc >> 4);
    crc = kTable[(crc ^ (b >> 4)) & 15] ^ (crc >> 4);
  }
  return ~crc;
}

// HMAC-SHA1 over `message` with its length field as if the message ended after MESSAGE-INTEGRITY at
// `integrity_at`.
bool integrity_of(std::span<const uint8_t> message, size_t integrity_at, std::string_view password,
                  uint8_t (&mac)[kIntegritySize]) {
  uint8_t copy[65536 / 32];
  // Everything before the attribute; a message whose integrity lies further out than 2 KB is nobody's.
  if (integrity_at > sizeof copy) return false;
  std::memcpy(copy, message.data(), integrity_at);
  store_be16(copy + 2, static_cast<uint16_t>(integrity_at + 4 + kIntegritySize - kHeaderSize));
  unsigned size = 0;
  return HMAC(EVP_sha1(), password.data(), static_cast<int>(password.size()), copy, integrity_at, mac,
              &size) != nullptr &&
         size == kIntegritySize;
}

std::optional<SocketAddress> parse_xor_address(std::span<const uint8_t> value,
                                               std::span<const uint8_t> header) {
  ByteReader r(value);
  r.skip(1);
  const uint8_t family = r.u8();
  const uint16_t port = r.u16() ^ static_cast<uint16_t>(kMagicCookie >> 16);
  uint8_t ip[16];
  const size_t size = family == 1 ? 4 : family == 2 ? 16 : 0;
  const std::span<const uint8_t> masked = r.bytes(size);
  if (!r.ok() || size == 0 || r.remaining() != 0) return std::nullopt;
  for (size_t i = 0; i < size; ++i)
    ip[i] = masked[i] ^ header[4 + i];  // the mask: cookie, then transaction id
  return size == 4 ? SocketAddress::ipv4(std::span<const uint8_t, 4>(ip, 4), port)
                   : SocketAddress::ipv6(std::span<const uint8_t, 16>(ip, 16), port);
}

std::optional<ErrorCode> parse_error(std::span<const uint8_t> value) {
  ByteReader r(value);
  r.skip(2);
  const int hundreds = r.u8() & 7;
  const int number = r.u8();
  if (!r.ok() || hundreds < 3 || hundreds > 6 || number > 99) return std::nullopt;
  return ErrorCode{hundreds * 100 + number, as_text(r.rest())};
}

}  // namespace

bool looks_like_stun(std::span<const uint8_t> d) {
  return d.size() >= kHeaderSize && d[0] < 4 && load_be32(d.data() + 4) == kMagicCookie;
}

Result<Message> Message::parse(std::span<const uint8_t> d) {
  if (!looks_like_stun(d)) return Error{"not a STUN message"};
  if (load_be16(d.data() + 2) % 4 != 0 || kHeaderSize + load_be16(d.data() + 2) != d.size()) {
    return Error{"STUN length does not match the datagram"};
  }
  Message m;
  m.raw_ = d;
  const uint16_t type = load_be16(d.data());
  // The class bits sit at 4 and 8, between the method's (RFC 8489 section 5).
  m.cls = static_cast<Class>((type >> 4 & 1) | (type >> 7 & 2));
  m.method = static_cast<uint16_t>((type & 0x000F) | (type >> 1 & 0x0070) | (type >> 2 & 0x0F80));
  std::copy_n(d.begin() + 8, 12, m.id.begin());

  ByteReader r(d);
  r.skip(kHeaderSize);
  while (r.remaining() > 0) {
    const size_t at = r.position();
    const uint16_t attribute = r.u16();
    const uint16_t size = r.u16();
    const std::span<const uint8_t> value = r.bytes(size);
    r.skip(padded(size) - size);
    if (!r.ok()) return Error{"STUN attribute runs over the end"};
    if (m.has_fingerprint) return Error{"STUN attribute after FINGERPRINT"};
    if (attribute == kFingerprint) {
      if (size != 4) return Error{"bad FINGERPRINT"};
      if ((crc32(d.first(at)) ^ kFingerprintXor) != load_be32(value.data()))
        return Error{"wrong FINGERPRINT"};
      m.has_fingerprint = true;
      continue;
    }
    if (m.has_integrity) continue;  // not protected: as if it were not there
    switch (attribute) {
      case kMessageIntegrity:
        if (size != kIntegritySize) return Error{"bad MESSAGE-INTEGRITY"};
        m.has_integrity = true;
        m.integrity_at_ = at;
        break;
      case kUsername:
        if (size > kMaxUsername) return Error{"USERNAME is too long"};
        if (!m.username) m.username = as_text(value);
        break;
      case kPriority:
        if (size != 4) return Error{"bad PRIORITY"};
        m.priority = load_be32(value.data());
        break;
      case kUseCandidate:
        m.use_candidate = true;
        break;
      case kIceControlled:
      case kIceControlling:
        if (size != 8) return Error{"bad ICE role"};
        (attribute == kIceControlled ? m.ice_controlled : m.ice_controlling) = load_be64(value.data());
        break;
      case kXorMappedAddress:
        m.xor_mapped_address = parse_xor_address(value, d);
        if (!m.xor_mapped_address) return Error{"bad XOR-MAPPED-ADDRESS"};
        break;
      case kErrorCode:
        m.error = parse_error(value);
        if (!m.error) return Error{"bad ERROR-CODE"};
        break;
      case kMappedAddress:
      case kUnknownAttributes:
      case kRealm:
      case kNonce:
        break;  // known, and of no use to ICE
      default:
        if (attribute < 0x8000 && m.unknown_count < m.unknown.size())
          m.unknown[m.unknown_count++] = attribute;
    }
  }
  return m;
}

bool Message::verify_integrity(std::string_view password) const {
  if (!has_integrity) return false;
  uint8_t mac[kIntegritySize];
  return integrity_of(raw_, integrity_at_, password, mac) &&
         CRYPTO_memcmp(mac, raw_.data() + integrity_at_ + 4, kIntegritySize) == 0;
}

std::string_view Message::receiver_ufrag() const {
  if (!username) return {};
  const size_t colon = username->find(':');
  return colon == std::string_view::npos ? std::string_view() : username->substr(0, colon);
}

std::string_view Message::sender_ufrag() const {
  if (!username) return {};
  const size_t colon = username->find(':');
  return colon == std::string_view::npos ? std::string_view() : username->substr(colon + 1);
}

Writer::Writer(std::span<uint8_t> out, Class cls, uint16_t method, const TransactionId& id) : out_(out) {
  ok_ = out.size() >= kHeaderSize;
  if (!ok_) return;
  const unsigned c = static_cast<unsigned>(cls);
  const unsigned type =
      (method & 0x000Fu) | (method & 0x0070u) << 1 | (method & 0x0F80u) << 2 | (c & 1) << 4 | (c & 2) << 7;
  store_be16(out_.data(), static_cast<uint16_t>(type));
  store_be16(out_.data() + 2, 0);
  store_be32(out_.data() + 4, kMagicCookie);
  std::copy(id.begin(), id.end(), out_.begin() + 8);
  at_ = kHeaderSize;
}

std::span<uint8_t> Writer::attribute(uint16_t type, size_t size) {
  if (!ok_ || size > 0xFFFF || 4 + padded(size) > out_.size() - at_) {
    ok_ = false;
    return {};
  }
  uint8_t* p = out_.data() + at_;
  store_be16(p, type);
  store_be16(p + 2, static_cast<uint16_t>(size));
  std::memset(p + 4 + size, 0, padded(size) - size);
  at_ += 4 + padded(size);
  return {p + 4, size};
}

void Writer::username(std::string_view value) {
  const std::span<uint8_t> v = attribute(kUsername, value.size());
  std::copy_n(value.begin(), v.size(), v.begin());
}

void Writer::priority(uint32_t value) {
  const std::span<uint8_t> v = attribute(kPriority, 4);
  if (!v.empty()) store_be32(v.data(), value);
}

void Writer::use_candidate() { attribute(kUseCandidate, 0); }

void Writer::ice_controlled(uint64_t tie_breaker) {
  const std::span<uint8_t> v = attribute(kIceControlled, 8);
  if (!v.empty()) store_be64(v.data(), tie_breaker);
}

void Writer::ice_controlling(uint64_t tie_breaker) {
  const std::span<uint8_t> v = attribute(kIceControlling, 8);
  if (!v.empty()) store_be64(v.data(), tie_breaker);
}

void Writer::xor_mapped_address(const SocketAddress& address) {
  const std::span<const uint8_t> ip = address.ip_bytes();
  const std::span<uint8_t> v = attribute(kXorMappedAddress, 4 + ip.size());
  if (v.empty()) return;
  v[0] = 0;
  v[1] = address.is_ipv4() ? 1 : 2;
  store_be16(v.data() + 2, address.port() ^ static_cast<uint16_t>(kMagicCookie >> 16));
  for (size_t i = 0; i < ip.size(); ++i) v[4 + i] = ip[i] ^ out_[4 + i];
}

void Writer::error_code(int code, std::string_view reason) {
  const std::span<uint8_t> v = attribute(kErrorCode, 4 + reason.size());
  if (v.empty()) return;
  store_be16(v.data(), 0);
  v[2] = static_cast<uint8_t>(code / 100);
  v[3] = static_cast<uint8_t>(code % 100);
  std::copy(reason.begin(), reason.end(), v.begin() + 4);
}

void Writer::unknown_attributes(std::span<const uint16_t> types) {
  const std::span<uint8_t> v = attribute(kUnknownAttributes, 2 * types.size());
  for (size_t i = 0; i * 2 < v.size(); ++i) store_be16(v.data() + 2 * i, types[i]);
}

void Writer::software(std::string_view name) {
  const std::span<uint8_t> v = attribute(kSoftware, name.size());
  std::copy_n(name.begin(), v.size(), v.begin());
}

void Writer::set_length(size_t end) { store_be16(out_.data() + 2, static_cast<uint16_t>(end - kHeaderSize)); }

size_t Writer::finish(std::string_view password) {
  if (!password.empty()) {
    const size_t integrity_at = at_;
    const std::span<uint8_t> mac = attribute(kMessageIntegrity, kIntegritySize);
    uint8_t value[kIntegritySize];
    if (!ok_ || !integrity_of(out_, integrity_at, password, value)) return 0;
    std::copy(value, value + kIntegritySize, mac.begin());
  }
  const size_t fingerprint_at = at_;
  const std::span<uint8_t> fingerprint = attribute(kFingerprint, 4);
  if (!ok_) return 0;
  set_length(at_);  // the fingerprint covers a length that counts it
  store_be32(fingerprint.data(), crc32(out_.first(fingerprint_at)) ^ kFingerprintXor);
  ok_ = false;
  return at_;
}

}  // namespace parley::media::stun
