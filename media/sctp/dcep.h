// The messages of the data channel establishment protocol (RFC 8832) and the payload protocol identifiers of
// data channels (RFC 8831 section 8).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace parley::media::sctp {

inline constexpr uint32_t kPpidControl = 50, kPpidText = 51, kPpidBinary = 53, kPpidEmptyText = 56,
                          kPpidEmptyBinary = 57;

inline constexpr uint8_t kDcepAck = 2, kDcepOpen = 3;
inline constexpr uint16_t kPriorityNormal = 256;

struct ChannelConfig {
  std::string label = {};  // up to 65,535 bytes of UTF-8 each
  std::string protocol = {};
  bool ordered = true;
  // At most one of the two; neither: reliable.
  std::optional<uint16_t> max_retransmits = {};
  std::optional<uint16_t> max_packet_life_time = {};  // milliseconds
  uint16_t priority = kPriorityNormal;
  // Agreed on outside: both sides create it, with the same id.
  bool negotiated = false;
  std::optional<uint16_t> id =
      {};  // of negotiated ones; the others' are chosen by DTLS role (RFC 8832 section 6)
};

// DATA_CHANNEL_OPEN. Nothing when it is malformed.
std::optional<ChannelConfig> read_open(std::span<const uint8_t> message);
std::vector<uint8_t> write_open(const ChannelConfig& config);

}  // namespace parley::media::sctp
