// See h26x.h.
#include "media/rtp/h26x.h"

#include <algorithm>

#include "media/core/bytes.h"

namespace parley::media::rtp {
namespace {

// --- H.264: RFC 6184 section 5.2, table 1
constexpr uint8_t kIdr = 5, kSps = 7, kPps = 8, kStapA = 24, kStapB = 25, kMtap16 = 26, kMtap24 = 27,
                  kFuA = 28, kFuB = 29;

void add_h264(uint8_t header, NalSummary* s) {
  const uint8_t type = header & 0x1F;
  // Browsers send parameter sets before each IDR picture, so that these begin it.
  if (type == kIdr || type == kSps) s->key_frame = true;
  if (type == kSps || type == kPps) s->parameter_sets = true;
  if ((header & 0x60) != 0) s->discardable = false;  // nal_ref_idc
}

// The NAL units of an aggregation packet, each with `overhead` bytes between its size and itself.
bool add_h264_aggregate(ByteReader& r, size_t overhead, NalSummary* s) {
  do {
    const uint16_t size = r.u16();
    if (size <= overhead) return false;
    r.skip(overhead);
    const auto nal = r.bytes(size - overhead);
    if (!r.ok()) return false;
    add_h264(nal[0], s);
  } while (r.remaining() > 0);
  return true;
}

// --- H.265: RFC 7798 section 4.4 and ITU-T H.265 table 7-1
constexpr uint8_t kFirstSwitch = 2, kLastSwitch = 5, kFirstIrap = 16, kLastIrap = 23, kVps = 32, kSps265 = 33,
                  kPps265 = 34, kAp = 48, kFu = 49, kPaci = 50;

bool is_irap(uint8_t type) { return type >= kFirstIrap && type <= kLastIrap; }

void add_h265(uint8_t type, uint8_t temporal_plus1, NalSummary* s) {
  if (is_irap(type) || type == kVps || type == kSps265) s->key_frame = true;
  if (type >= kVps && type <= kPps265) s->parameter_sets = true;
  if (type >= kFirstSwitch && type <= kLastSwitch) s->switch_up = true;
  // Of the picture types below 16 the even ones are not referenced within their temporal layer.
  if (type >= kFirstIrap || (type & 1) != 0) s->discardable = false;
  if (temporal_plus1 > 0) s->temporal = std::max<uint8_t>(s->temporal, temporal_plus1 - 1);
}

}  // namespace

std::optional<NalSummary> read_h264(std::span<const uint8_t> payload) {
  ByteReader r(payload);
  NalSummary s;
  s.discardable = true;
  const uint8_t header = r.u8();
  const uint8_t type = header & 0x1F;
  bool good = r.ok();
  if (type == kStapA) {
    good = good && add_h264_aggregate(r, 0, &s);
  } else if (type == kStapB || type == kMtap16 || type == kMtap24) {
    r.skip(2);  // the decoding order number
    good = good && add_h264_aggregate(r, type == kStapB ? 0 : (type == kMtap16 ? 3 : 4), &s);
  } else if (type == kFuA || type == kFuB) {
    const uint8_t fragment = r.u8();
    good = r.ok();
    const bool first = (fragment & 0x80) != 0;
    add_h264(static_cast<uint8_t>((header & 0xE0) | (fragment & 0x1F)), &s);
    if (!first) s.key_frame = s.parameter_sets = false;
  } else if (type == 0 || type > kFuB) {
    good = false;
  } else {
    add_h264(header, &s);
  }
  return good ? std::optional(s) : std::nullopt;
}

std::optional<NalSummary> read_h265(std::span<const uint8_t> payload) {
  ByteReader r(payload);
  NalSummary s;
  s.discardable = true;
  const uint16_t header = r.u16();
  if (!r.ok()) return std::nullopt;
  uint8_t type = static_cast<uint8_t>(header >> 9 & 0x3F);
  const uint8_t temporal = header & 0x07;
  if (temporal == 0) return std::nullopt;  // nuh_temporal_id_plus1 is never 0
  if (type == kPaci) {
    const uint16_t paci = r.u16();  // A, cType (6), PHSsize (5), F0..F2, Y
    r.skip(paci >> 4 & 0x1F);
    type = static_cast<uint8_t>(paci >> 9 & 0x3F);
  }
  if (type == kAp) {
    do {
      const auto nal = r.bytes(r.u16());
      if (!r.ok() || nal.size() < 2) return std::nullopt;
      add_h265(nal[0] >> 1 & 0x3F, nal[1] & 0x07, &s);
    } while (r.remaining() > 0);
  } else if (type == kFu) {
    const uint8_t fragment = r.u8();
    add_h265(fragment & 0x3F, temporal, &s);
    if ((fragment & 0x80) == 0) s.key_frame = s.parameter_sets = false;
  } else {
    add_h265(type, temporal, &s);
  }
  return r.ok() ? std::optional(s) : std::nullopt;
}

std::optional<FrameMarking> FrameMarking::parse(std::span<const uint8_t> extension) {
  if (extension.empty() || extension.size() > 3) return std::nullopt;
  const uint8_t flags = extension[0];
  FrameMarking m;
  m.starts_frame = (flags & 0x80) != 0;
  m.ends_frame = (flags & 0x40) != 0;
  m.independent = (flags & 0x20) != 0;
  m.discardable = (flags & 0x10) != 0;
  if (extension.size() >= 2) {  // the long form: B, TID; layer id; TL0PICIDX
    m.base_layer_sync = (flags & 0x08) != 0;
    m.temporal = flags & 0x07;
  }
  return m;
}

}  // namespace parley::media::rtp
