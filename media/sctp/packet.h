// SCTP packets and the chunks and parameters in them as type, length and value (RFC 9260 section 3). What the
// values mean is chunks.h's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "media/core/bytes.h"
#include "media/sctp/config.h"

namespace parley::media::sctp {

inline constexpr size_t kCommonHeader = 12;
inline constexpr size_t kChunkHeader = 4;
inline constexpr size_t kLargestPacket = 1200;

constexpr size_t padded(size_t n) { return (n + 3) & ~size_t{3}; }

enum ChunkType : uint8_t {
  kData = 0,
  kInit = 1,
  kInitAck = 2,
  kSack = 3,
  kHeartbeat = 4,
  kHeartbeatAck = 5,
  kAbort = 6,
  kShutdown = 7,
  kShutdownAck = 8,
  kError = 9,
  kCookieEcho = 10,
  kCookieAck = 11,
  kShutdownComplete = 14,
  kIData = 64,         // RFC 8260
  kReconfig = 130,     // RFC 6525
  kForwardTsn = 192,   // RFC 3758
  kIForwardTsn = 194,  // RFC 8260
};

// A chunk inside a packet; the value has no padding.
struct Chunk {
  uint8_t type = 0;
  uint8_t flags = 0;
  std::span<const uint8_t> value;
};

// A parameter or an error cause.
struct Parameter {
  uint16_t type = 0;
  std::span<const uint8_t> value;
};

struct CommonHeader {
  uint16_t source_port = 0;
  uint16_t destination_port = 0;
  uint32_t tag = 0;
};

// Nothing when it is too short or the checksum is wrong.
std::optional<CommonHeader> read_common_header(std::span<const uint8_t> packet);

// Goes through the chunks of a packet. A length that does not fit ends it.
class ChunkReader {
 public:
  // `packet` with its common header.
  explicit ChunkReader(std::span<const uint8_t> packet) : rest_(packet.subspan(kCommonHeader)) {}
  std::optional<Chunk> next();
  bool malformed() const { return malformed_; }

 private:
  std::span<const uint8_t> rest_;
  bool malformed_ = false;
};

class ParameterReader {
 public:
  explicit ParameterReader(std::span<const uint8_t> bytes) : rest_(bytes) {}
  std::optional<Parameter> next();
  bool malformed() const { return malformed_; }

 private:
  std::span<const uint8_t> rest_;
  bool malformed_ = false;
};

// Builds packets one after the other in the same bytes and gives each to the sink.
class PacketBuilder {
 public:
  PacketBuilder(const CommonHeader& header, size_t max_packet, PacketSink& sink);

  // For chunk values of up to this many bytes there is room in this packet; 0: for none at all.
  size_t room() const;
  bool empty() const { return size_ == kCommonHeader; }
  // Starts a chunk; the writer takes its value and must not be written past room(). Then end_chunk().
  ByteWriter begin_chunk(uint8_t type, uint8_t flags);
  void end_chunk(const ByteWriter& value);
  void add(uint8_t type, uint8_t flags, std::span<const uint8_t> value);
  // Gives the packet to the sink, if there is a chunk in it, and starts the next.
  void flush();
  int packets() const { return packets_; }

 private:
  CommonHeader header_;
  size_t max_packet_;
  PacketSink& sink_;
  std::array<uint8_t, kLargestPacket> bytes_;
  size_t size_ = kCommonHeader;
  size_t chunk_ = 0;
  int packets_ = 0;
};

// Writes one parameter, padded.
void write_parameter(ByteWriter& out, uint16_t type, std::span<const uint8_t> value);

}  // namespace parley::media::sctp
