// See chunks.h.
#include "media/sctp/chunks.h"

namespace parley::media::sctp {
namespace {

constexpr size_t kMaxUnrecognized = 256;  // bytes of parameters reported back

// What to do with a parameter type we do not know, by its two highest bits (RFC 9260 section 3.2.1).
bool stops_reading(uint16_t type) { return (type & 0x8000) == 0; }
bool wants_report(uint16_t type) { return (type & 0x4000) != 0; }

void report(const Parameter& p, InitChunk* init) {
  const size_t size = 4 + padded(p.value.size());
  if (init->unrecognized.size() + size > kMaxUnrecognized) return;
  const size_t at = init->unrecognized.size();
  init->unrecognized.resize(at + size);
  ByteWriter w(std::span(init->unrecognized).subspan(at));
  write_parameter(w, p.type, p.value);
}

void read_extensions(std::span<const uint8_t> types, InitChunk* init) {
  for (const uint8_t type : types) {
    if (type == kReconfig) init->reconfig = true;
    if (type == kForwardTsn) init->forward_tsn = true;
    if (type == kIData) init->interleaving = true;
  }
}

// Addresses (5, 6), a cookie preservative (9), a host name (11) and address types (12) mean nothing inside
// DTLS; ECN (0x8000) and what authentication needs (0x8002..0x8004) are known and not used.
bool is_ignored(uint16_t type) {
  return type == 5 || type == 6 || type == 9 || type == 11 || type == 12 ||
         (type >= 0x8000 && type <= 0x8004) || type == kParamUnrecognized;
}

}  // namespace

std::optional<DataChunk> read_data(const Chunk& chunk) {
  DataChunk d;
  d.interleaved = chunk.type == kIData;
  d.begin = (chunk.flags & kFlagBegin) != 0;
  d.end = (chunk.flags & kFlagEnd) != 0;
  d.unordered = (chunk.flags & kFlagUnordered) != 0;
  d.immediate = (chunk.flags & kFlagImmediate) != 0;
  ByteReader r(chunk.value);
  d.tsn = r.u32();
  d.stream = r.u16();
  if (d.interleaved) {
    r.skip(2);
    d.message = r.u32();
    (d.begin ? d.protocol : d.fragment) = r.u32();
  } else {
    d.message = r.u16();
    d.protocol = r.u32();
  }
  d.payload = r.rest();
  if (!r.ok()) return std::nullopt;
  return d;
}

void write_data_header(ByteWriter& out, const DataChunk& d) {
  out.u32(d.tsn);
  out.u16(d.stream);
  if (d.interleaved) {
    out.u16(0);
    out.u32(d.message);
    out.u32(d.begin ? d.protocol : d.fragment);
  } else {
    out.u16(static_cast<uint16_t>(d.message));
    out.u32(d.protocol);
  }
}

uint8_t data_flags(const DataChunk& d) {
  return static_cast<uint8_t>((d.begin ? kFlagBegin : 0) | (d.end ? kFlagEnd : 0) |
                              (d.unordered ? kFlagUnordered : 0) | (d.immediate ? kFlagImmediate : 0));
}

std::optional<InitChunk> read_init(std::span<const uint8_t> value) {
  InitChunk init;
  ByteReader r(value);
  init.tag = r.u32();
  init.window = r.u32();
  init.outbound_streams = r.u16();
  init.inbound_streams = r.u16();
  init.initial_tsn = r.u32();
  ParameterReader parameters(r.rest());
  if (!r.ok()) return std::nullopt;
  while (const auto p = parameters.next()) {
    if (p->type == kParamStateCookie) {
      init.cookie = p->value;
    } else if (p->type == kParamForwardTsn) {
      init.forward_tsn = true;
    } else if (p->type == kParamSupportedExtensions) {
      read_extensions(p->value, &init);
    } else if (!is_ignored(p->type)) {
      if (wants_report(p->type)) report(*p, &init);
      if (stops_reading(p->type)) return init;
    }
  }
  if (parameters.malformed()) return std::nullopt;
  return init;
}

void write_init(ByteWriter& out, const InitChunk& init) {
  out.u32(init.tag);
  out.u32(init.window);
  out.u16(init.outbound_streams);
  out.u16(init.inbound_streams);
  out.u32(init.initial_tsn);
  if (!init.cookie.empty()) write_parameter(out, kParamStateCookie, init.cookie);
  uint8_t types[4];
  size_t n = 0;
  if (init.reconfig) types[n++] = kReconfig;
  if (init.forward_tsn) types[n++] = kForwardTsn;
  if (init.interleaving) types[n++] = kIData;
  if (init.interleaving && init.forward_tsn) types[n++] = kIForwardTsn;
  write_parameter(out, kParamSupportedExtensions, std::span(types).first(n));
  if (init.forward_tsn) write_parameter(out, kParamForwardTsn, {});
  if (!init.unrecognized.empty()) write_parameter(out, kParamUnrecognized, init.unrecognized);
}

std::optional<SackChunk> SackChunk::read(std::span<const uint8_t> value) {
  if (value.size() < 12) return std::nullopt;
  const SackChunk sack(value);
  if (value.size() < 12 + 4 * (sack.gaps() + sack.duplicates())) return std::nullopt;
  return sack;
}

std::optional<ForwardTsnChunk> read_forward_tsn(const Chunk& chunk) {
  ForwardTsnChunk f;
  ByteReader r(chunk.value);
  f.cumulative_tsn = r.u32();
  if (!r.ok()) return std::nullopt;
  const bool interleaved = chunk.type == kIForwardTsn;
  const size_t item = interleaved ? 8 : 4;
  f.streams.reserve(r.remaining() / item);
  while (r.remaining() >= item) {
    SkippedStream s;
    s.stream = r.u16();
    if (interleaved) s.unordered = (r.u16() & 1) != 0;
    s.message = interleaved ? r.u32() : r.u16();
    f.streams.push_back(s);
  }
  return f;
}

void write_forward_tsn(ByteWriter& out, const ForwardTsnChunk& f, bool interleaved) {
  out.u32(f.cumulative_tsn);
  for (const SkippedStream& s : f.streams) {
    out.u16(s.stream);
    if (interleaved) {
      out.u16(s.unordered ? 1 : 0);
      out.u32(s.message);
    } else {
      out.u16(static_cast<uint16_t>(s.message));
    }
  }
}

std::optional<OutgoingResetRequest> read_outgoing_reset(std::span<const uint8_t> value) {
  OutgoingResetRequest q;
  ByteReader r(value);
  q.request = r.u32();
  q.response = r.u32();
  q.last_tsn = r.u32();
  if (!r.ok()) return std::nullopt;
  q.streams.reserve(r.remaining() / 2);
  while (r.remaining() >= 2) q.streams.push_back(r.u16());
  return q;
}

void write_outgoing_reset(ByteWriter& out, const OutgoingResetRequest& q) {
  out.u16(kParamOutgoingReset);
  out.u16(static_cast<uint16_t>(16 + 2 * q.streams.size()));
  out.u32(q.request);
  out.u32(q.response);
  out.u32(q.last_tsn);
  for (const uint16_t stream : q.streams) out.u16(stream);
  if (q.streams.size() % 2 != 0) out.u16(0);
}

void write_reconfig_response(ByteWriter& out, uint32_t request, ReconfigResult result) {
  uint8_t value[8];
  store_be32(value, request);
  store_be32(value + 4, static_cast<uint32_t>(result));
  write_parameter(out, kParamReconfigResponse, value);
}

const char* cause_name(std::span<const uint8_t> value) {
  ParameterReader causes(value);
  const auto cause = causes.next();
  if (!cause) return "no cause given";
  switch (cause->type) {
    case kCauseInvalidStream:
      return "invalid stream";
    case kCauseMissingParameter:
      return "missing parameter";
    case kCauseStaleCookie:
      return "stale cookie";
    case kCauseOutOfResource:
      return "out of resources";
    case kCauseUnrecognizedChunk:
      return "unrecognized chunk";
    case kCauseInvalidParameter:
      return "invalid parameter";
    case kCauseUnrecognizedParameter:
      return "unrecognized parameters";
    case kCauseNoUserData:
      return "no user data";
    case kCauseUserAbort:
      return "ended by the peer's program";
    case kCauseProtocolViolation:
      return "protocol violation";
    default:
      return "another cause";
  }
}

}  // namespace parley::media::sctp
