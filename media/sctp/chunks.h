// What the values of SCTP's chunks mean: read into structures and written from them (RFC 9260 section 3.3,
// RFC 3758, RFC 6525, RFC 8260). Readers look at bounds only; whether a value makes sense now is the
// association's question.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "media/sctp/packet.h"

namespace parley::media::sctp {

// Flags of DATA and I-DATA.
inline constexpr uint8_t kFlagEnd = 1, kFlagBegin = 2, kFlagUnordered = 4, kFlagImmediate = 8;
inline constexpr size_t kDataHeader = 12;   // of a DATA chunk's value
inline constexpr size_t kIDataHeader = 16;  // of an I-DATA chunk's value

// Parameters of INIT and INIT ACK.
inline constexpr uint16_t kParamHeartbeatInfo = 1, kParamStateCookie = 7, kParamUnrecognized = 8,
                          kParamSupportedExtensions = 0x8008, kParamForwardTsn = 0xC000;
// Parameters of RE-CONFIG.
inline constexpr uint16_t kParamOutgoingReset = 13, kParamIncomingReset = 14, kParamSsnTsnReset = 15,
                          kParamReconfigResponse = 16, kParamAddOutgoing = 17, kParamAddIncoming = 18;

// Error causes of ABORT and ERROR.
enum ErrorCause : uint16_t {
  kCauseInvalidStream = 1,
  kCauseMissingParameter = 2,
  kCauseStaleCookie = 3,
  kCauseOutOfResource = 4,
  kCauseUnrecognizedChunk = 6,
  kCauseInvalidParameter = 7,
  kCauseUnrecognizedParameter = 8,
  kCauseNoUserData = 9,
  kCauseUserAbort = 12,
  kCauseProtocolViolation = 13,
};

struct DataChunk {
  bool interleaved = false;  // I-DATA
  bool begin = false;
  bool end = false;
  bool unordered = false;
  bool immediate = false;
  uint32_t tsn = 0;
  uint16_t stream = 0;
  uint32_t message = 0;   // SSN (16 bits), or MID
  uint32_t fragment = 0;  // FSN: I-DATA only, 0 for the first
  uint32_t protocol = 0;  // PPID; of I-DATA only the first fragment has it
  std::span<const uint8_t> payload;
};
std::optional<DataChunk> read_data(const Chunk& chunk);
// The value without the payload, which the caller appends.
void write_data_header(ByteWriter& out, const DataChunk& data);
uint8_t data_flags(const DataChunk& data);

struct InitChunk {
  uint32_t tag = 0;
  uint32_t window = 0;
  uint16_t outbound_streams = 0;
  uint16_t inbound_streams = 0;
  uint32_t initial_tsn = 0;
  bool forward_tsn = false;
  bool interleaving = false;
  bool reconfig = false;
  std::span<const uint8_t> cookie;    // of an INIT ACK
  std::vector<uint8_t> unrecognized;  // parameters to report, each as it came
};
// Nothing when it is too short or a parameter's length is wrong.
std::optional<InitChunk> read_init(std::span<const uint8_t> value);
void write_init(ByteWriter& out, const InitChunk& init);

struct GapBlock {
  uint16_t start = 0;  // from the cumulative TSN
  uint16_t end = 0;
};
// Points into the packet.
class SackChunk {
 public:
  static std::optional<SackChunk> read(std::span<const uint8_t> value);
  uint32_t cumulative_tsn() const { return load_be32(value_.data()); }
  uint32_t window() const { return load_be32(&value_[4]); }
  size_t gaps() const { return load_be16(&value_[8]); }
  size_t duplicates() const { return load_be16(&value_[10]); }
  GapBlock gap(size_t i) const { return {load_be16(&value_[12 + 4 * i]), load_be16(&value_[14 + 4 * i])}; }

 private:
  explicit SackChunk(std::span<const uint8_t> value) : value_(value) {}
  std::span<const uint8_t> value_;
};

// A stream that FORWARD-TSN or I-FORWARD-TSN skips messages of.
struct SkippedStream {
  uint16_t stream = 0;
  bool unordered = false;  // I-FORWARD-TSN only
  uint32_t message = 0;    // the last SSN or MID skipped
};
struct ForwardTsnChunk {
  uint32_t cumulative_tsn = 0;
  std::vector<SkippedStream> streams;
};
std::optional<ForwardTsnChunk> read_forward_tsn(const Chunk& chunk);
void write_forward_tsn(ByteWriter& out, const ForwardTsnChunk& forward, bool interleaved);

struct OutgoingResetRequest {
  uint32_t request = 0;  // sequence number
  uint32_t response =
      0;  // of the peer's request that asked for this one, or the one before the next expected
  uint32_t last_tsn = 0;          // the sender's last assigned
  std::vector<uint16_t> streams;  // none: all
};
std::optional<OutgoingResetRequest> read_outgoing_reset(std::span<const uint8_t> value);
void write_outgoing_reset(ByteWriter& out, const OutgoingResetRequest& request);

enum class ReconfigResult : uint32_t {
  kNothingToDo = 0,
  kPerformed = 1,
  kDenied = 2,
  kWrongSsn = 3,
  kAlreadyInProgress = 4,
  kBadSequenceNumber = 5,
  kInProgress = 6,
};
void write_reconfig_response(ByteWriter& out, uint32_t request, ReconfigResult result);

// The first cause in an ABORT or ERROR, as a text for people.
const char* cause_name(std::span<const uint8_t> value);

}  // namespace parley::media::sctp
