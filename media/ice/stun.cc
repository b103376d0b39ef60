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

// RFC 8489 section 18.3, RFC 8445 section 20.1, RFC 8656 section 18.
enum Attribute : uint16_t {
  kMappedAddress = 0x0001,
  kUsername = 0x0006,
  kMessageIntegrity = 0x0008,
  kErrorCode = 0x0009,
  kUnknownAttributes = 0x000A,
  kChannelNumber = 0x000C,
  kLifetime = 0x000D,
  kXorPeerAddress = 0x0012,
  kDataAttribute = 0x0013,
  kRealm = 0x0014,
  kNonce = 0x0015,
  kXorRelayedAddress = 0x0016,
  kRequestedAddressFamily = 0x0017,
  kRequestedTransport = 0x0019,
  kMessageIntegritySha256 = 0x001C,
  kPasswordAlgorithm = 0x001D,
  kUserHash = 0x001E,
  kXorMappedAddress = 0x0020,
  kPriority = 0x0024,
  kUseCandidate = 0x0025,
  kPasswordAlgorithms = 0x8002,
  kSoftware = 0x8022,
  kAlternateServer = 0x8023,
  kFingerprint = 0x8028,
  kIceControlled = 0x8029,
  kIceControlling = 0x802A,
};

constexpr size_t kIntegritySize = 20;
constexpr uint32_t kFingerprintXor = 0x5354554E;
constexpr size_t kIntegritySha256Size = 32;
constexpr size_t kMaxIntegritySize = kIntegritySha256Size;
constexpr size_t kMaxUsername = 513;
constexpr size_t kMaxRealm = 763;
constexpr uint8_t kUdpProtocol = 17;  // IANA's, in REQUESTED-TRANSPORT

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

constexpr size_t integrity_size(Integrity kind) {
  return kind == Integrity::kSha1 ? kIntegritySize : kIntegritySha256Size;
}

// HMAC over `message` with its length field as if the message ended after the integrity attribute at
// `integrity_at`.
bool integrity_of(std::span<const uint8_t> message, size_t integrity_at, std::string_view password,
                  Integrity kind, uint8_t (&mac)[kMaxIntegritySize]) {
  uint8_t copy[65536 / 32];
  // Everything before the attribute; a message whose integrity lies further out than 2 KB is nobody's.
  if (integrity_at > sizeof copy) return false;
  const size_t mac_size = integrity_size(kind);
  std::memcpy(copy, message.data(), integrity_at);
  store_be16(copy + 2, static_cast<uint16_t>(integrity_at + 4 + mac_size - kHeaderSize));
  unsigned size = 0;
  return HMAC(kind == Integrity::kSha1 ? EVP_sha1() : EVP_sha256(), password.data(),
              static_cast<int>(password.size()), copy, integrity_at, mac, &size) != nullptr &&
         size == mac_size;
}

// `mask`: what the address is XORed with: cookie, then transaction id; all zero for a plain address.
std::optional<SocketAddress> parse_address(std::span<const uint8_t> value,
                                           std::span<const uint8_t, 16> mask) {
  ByteReader r(value);
  r.skip(1);
  const uint8_t family = r.u8();
  const uint16_t port = r.u16() ^ load_be16(mask.data());
  uint8_t ip[16];
  const size_t size = family == 1 ? 4 : family == 2 ? 16 : 0;
  const std::span<const uint8_t> masked = r.bytes(size);
  if (!r.ok() || size == 0 || r.remaining() != 0) return std::nullopt;
  for (size_t i = 0; i < size; ++i) ip[i] = masked[i] ^ mask[i];
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

TransactionId fresh_id(Random& random, std::optional<uint8_t> mark) {
  TransactionId id;
  random.fill(id);
  if (mark) id.front() = *mark;
  return id;
}

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
    const bool is_integrity = attribute == kMessageIntegrity || attribute == kMessageIntegritySha256;
    // What comes after an integrity attribute is not protected: as if it were not there.
    const bool is_protected = !m.has_integrity && !m.has_integrity_sha256;
    const char* wrong = nullptr;
    if (is_integrity) {
      wrong = m.read_integrity(attribute, at, size);
    } else if (is_protected) {
      wrong = m.read(attribute, value);
    }
    if (wrong != nullptr) return Error{wrong};
  }
  return m;
}

const char* Message::read_integrity(uint16_t attribute, size_t at, size_t size) {
  if (has_integrity_sha256) return nullptr;  // the last of the two
  if (attribute == kMessageIntegritySha256) {
    // Shorter ones (RFC 8489 section 14.6) belong to usages that are not ours.
    if (size != kIntegritySha256Size) return "bad MESSAGE-INTEGRITY-SHA256";
    has_integrity_sha256 = true;
    integrity_sha256_at_ = at;
  } else if (!has_integrity) {
    if (size != kIntegritySize) return "bad MESSAGE-INTEGRITY";
    has_integrity = true;
    integrity_at_ = at;
  }
  return nullptr;
}

const char* Message::read(uint16_t attribute, std::span<const uint8_t> value) {
  static constexpr std::array<uint8_t, 16> kNoMask{};
  const auto address = [&](std::optional<SocketAddress>* out, std::span<const uint8_t, 16> mask) {
    *out = parse_address(value, mask);
    return *out ? nullptr : "bad address attribute";
  };
  const auto masked = [&](std::optional<SocketAddress>* out) {
    return address(out, std::span<const uint8_t, 16>(raw_.subspan(4, 16)));
  };
  const auto number = [&](std::optional<uint32_t>* out) {
    if (value.size() != 4) return "bad attribute of four bytes";
    *out = load_be32(value.data());
    return static_cast<const char*>(nullptr);
  };
  const auto text = [&](std::optional<std::string_view>* out, size_t most) {
    if (value.size() > most) return "text attribute is too long";
    if (!*out) *out = as_text(value);
    return static_cast<const char*>(nullptr);
  };
  switch (attribute) {
    case kUsername:
      return text(&username, kMaxUsername);
    case kRealm:
      return text(&realm, kMaxRealm);
    case kNonce:
      return text(&nonce, kMaxRealm);
    case kPriority:
      return number(&priority);
    case kLifetime:
      return number(&lifetime);
    case kUseCandidate:
      use_candidate = true;
      return nullptr;
    case kIceControlled:
    case kIceControlling:
      if (value.size() != 8) return "bad ICE role";
      (attribute == kIceControlled ? ice_controlled : ice_controlling) = load_be64(value.data());
      return nullptr;
    case kMappedAddress:
      return address(&mapped_address, kNoMask);
    case kAlternateServer:
      return address(&alternate_server, kNoMask);
    case kXorMappedAddress:
      return masked(&xor_mapped_address);
    case kXorRelayedAddress:
      return masked(&relayed_address);
    case kXorPeerAddress:
      return masked(&peer_address);
    case kChannelNumber:
      if (value.size() != 4) return "bad CHANNEL-NUMBER";
      channel_number = load_be16(value.data());
      return nullptr;
    case kDataAttribute:
      data = value;
      return nullptr;
    case kPasswordAlgorithms:
      password_algorithms = value;
      return nullptr;
    case kErrorCode:
      error = parse_error(value);
      return error ? nullptr : "bad ERROR-CODE";
    case kUnknownAttributes:
    case kRequestedAddressFamily:
    case kRequestedTransport:
    case kPasswordAlgorithm:
    case kUserHash:
      return nullptr;  // known, and only servers need them
    default:
      if (attribute < 0x8000 && unknown_count < unknown.size()) unknown[unknown_count++] = attribute;
      return nullptr;
  }
}

bool Message::verify_integrity(std::string_view password, Integrity kind) const {
  const bool sha1 = kind == Integrity::kSha1;
  if (sha1 ? !has_integrity : !has_integrity_sha256) return false;
  const size_t at = sha1 ? integrity_at_ : integrity_sha256_at_;
  uint8_t mac[kMaxIntegritySize];
  return integrity_of(raw_, at, password, kind, mac) &&
         CRYPTO_memcmp(mac, raw_.data() + at + 4, integrity_size(kind)) == 0;
}

std::string long_term_key(PasswordAlgorithm algorithm, std::string_view username, std::string_view realm,
                          std::string_view password) {
  std::string text(username);
  text.append(":").append(realm).append(":").append(password);
  uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  const EVP_MD* hash = algorithm == PasswordAlgorithm::kMd5 ? EVP_md5() : EVP_sha256();
  if (EVP_Digest(text.data(), text.size(), digest, &size, hash, nullptr) != 1) return {};
  return std::string(as_text({digest, size}));
}

std::array<uint8_t, 32> user_hash(std::string_view username, std::string_view realm) {
  std::string text(username);
  text.append(":").append(realm);
  std::array<uint8_t, 32> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
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

void Writer::text(uint16_t type, std::string_view value) {
  const std::span<uint8_t> v = attribute(type, value.size());
  std::copy_n(value.begin(), v.size(), v.begin());
}

void Writer::number(uint16_t type, uint32_t value) {
  const std::span<uint8_t> v = attribute(type, 4);
  if (!v.empty()) store_be32(v.data(), value);
}

void Writer::username(std::string_view value) { text(kUsername, value); }
void Writer::software(std::string_view name) { text(kSoftware, name); }
void Writer::realm(std::string_view value) { text(kRealm, value); }
void Writer::nonce(std::string_view value) { text(kNonce, value); }
void Writer::user_hash(std::span<const uint8_t, 32> value) { text(kUserHash, as_text(value)); }
void Writer::password_algorithms(std::span<const uint8_t> as_received) {
  text(kPasswordAlgorithms, as_text(as_received));
}
void Writer::password_algorithm(PasswordAlgorithm algorithm) {
  number(kPasswordAlgorithm, static_cast<uint32_t>(algorithm) << 16);  // and no parameters
}

void Writer::priority(uint32_t value) { number(kPriority, value); }
void Writer::lifetime(uint32_t seconds) { number(kLifetime, seconds); }
void Writer::requested_transport_udp() { number(kRequestedTransport, uint32_t{kUdpProtocol} << 24); }
void Writer::requested_address_family(SocketAddress::Family family) {
  number(kRequestedAddressFamily, (family == SocketAddress::Family::kIPv6 ? 2u : 1u) << 24);
}
void Writer::channel_number(uint16_t value) { number(kChannelNumber, uint32_t{value} << 16); }
void Writer::data(std::span<const uint8_t> bytes) { text(kDataAttribute, as_text(bytes)); }

void Writer::use_candidate() { attribute(kUseCandidate, 0); }

void Writer::ice_controlled(uint64_t tie_breaker) {
  const std::span<uint8_t> v = attribute(kIceControlled, 8);
  if (!v.empty()) store_be64(v.data(), tie_breaker);
}

void Writer::ice_controlling(uint64_t tie_breaker) {
  const std::span<uint8_t> v = attribute(kIceControlling, 8);
  if (!v.empty()) store_be64(v.data(), tie_breaker);
}

void Writer::masked_address(uint16_t type, const SocketAddress& address) {
  const std::span<const uint8_t> ip = address.ip_bytes();
  const std::span<uint8_t> v = attribute(type, 4 + ip.size());
  if (v.empty()) return;
  v[0] = 0;
  v[1] = address.is_ipv4() ? 1 : 2;
  store_be16(v.data() + 2, address.port() ^ static_cast<uint16_t>(kMagicCookie >> 16));
  for (size_t i = 0; i < ip.size(); ++i) v[4 + i] = ip[i] ^ out_[4 + i];
}

void Writer::xor_mapped_address(const SocketAddress& address) { masked_address(kXorMappedAddress, address); }
void Writer::peer_address(const SocketAddress& address) { masked_address(kXorPeerAddress, address); }
void Writer::relayed_address(const SocketAddress& address) { masked_address(kXorRelayedAddress, address); }

void Writer::alternate_server(const SocketAddress& address) {
  const std::span<const uint8_t> ip = address.ip_bytes();
  const std::span<uint8_t> v = attribute(kAlternateServer, 4 + ip.size());
  if (v.empty()) return;
  v[0] = 0;
  v[1] = address.is_ipv4() ? 1 : 2;
  store_be16(v.data() + 2, address.port());
  std::copy(ip.begin(), ip.end(), v.begin() + 4);
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

void Writer::set_length(size_t end) { store_be16(out_.data() + 2, static_cast<uint16_t>(end - kHeaderSize)); }

size_t Writer::finish(std::string_view password, Integrity kind) {
  if (!password.empty()) {
    const size_t integrity_at = at_;
    const std::span<uint8_t> mac = attribute(
        kind == Integrity::kSha1 ? kMessageIntegrity : kMessageIntegritySha256, integrity_size(kind));
    uint8_t value[kMaxIntegritySize];
    if (!ok_ || !integrity_of(out_, integrity_at, password, kind, value)) return 0;
    std::copy_n(value, mac.size(), mac.begin());
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
