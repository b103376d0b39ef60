// An IPv4 or IPv6 address with a port: a small value to compare, hash and print. Knows nothing of the
// operating system.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace parley::media {

class SocketAddress {
 public:
  enum class Family : uint8_t { kNone, kIPv4, kIPv6 };

  SocketAddress() = default;
  static SocketAddress ipv4(std::span<const uint8_t, 4> ip, uint16_t port);
  static SocketAddress ipv6(std::span<const uint8_t, 16> ip, uint16_t port);
  // A numeric address without brackets or zone: "192.0.2.1", "2001:db8::1". Names are refused.
  static std::optional<SocketAddress> parse(std::string_view ip, uint16_t port);

  Family family() const { return family_; }
  bool valid() const { return family_ != Family::kNone; }
  bool is_ipv4() const { return family_ == Family::kIPv4; }
  bool is_ipv6() const { return family_ == Family::kIPv6; }
  uint16_t port() const { return port_; }
  void set_port(uint16_t port) { port_ = port; }
  bool is_unspecified() const;
  // 4 or 16 bytes in network order; none for an invalid address.
  std::span<const uint8_t> ip_bytes() const {
    return {ip_.data(), is_ipv4() ? size_t{4} : is_ipv6() ? size_t{16} : size_t{0}};
  }
  std::string ip_string() const;
  std::string to_string() const;  // "192.0.2.1:5000", "[2001:db8::1]:5000"

  bool operator==(const SocketAddress&) const = default;
  size_t hash() const {
    uint64_t a, b;
    std::memcpy(&a, ip_.data(), 8);
    std::memcpy(&b, ip_.data() + 8, 8);
    uint64_t h =
        (a ^ (static_cast<uint64_t>(port_) << 48 | static_cast<uint64_t>(family_))) * 0x9E3779B97F4A7C15ull;
    h = (h ^ (h >> 29) ^ b) * 0xBF58476D1CE4E5B9ull;
    return static_cast<size_t>(h ^ (h >> 32));
  }

 private:
  std::array<uint8_t, 16> ip_{};  // IPv4 in the first four bytes, the rest zero
  uint16_t port_ = 0;
  Family family_ = Family::kNone;
};

}  // namespace parley::media

template <>
struct std::hash<parley::media::SocketAddress> {
  size_t operator()(const parley::media::SocketAddress& a) const noexcept { return a.hash(); }
};
