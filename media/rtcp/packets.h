// RTCP: walking through a compound or reduced-size packet (RFC 5506) and writing one (RFC 3550 section 6,
// RFC 4585). More kinds: payload_feedback.h, extended_report.h, transport_feedback.h and its reader.
//
// Reading gives views and allocates nothing; a malformed packet ends the walk. What a kind does not know is
// passed over: APP packets, SDES items and XR blocks of others.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "media/core/bytes.h"
#include "media/core/types.h"

namespace parley::media::rtcp {

enum Type : uint8_t {
  kSenderReport = 200,
  kReceiverReport = 201,
  kSourceDescription = 202,
  kBye = 203,
  kApplicationDefined = 204,
  kTransportFeedback = 205,
  kPayloadFeedback = 206,
  kExtendedReport = 207,
};
enum TransportFormat : uint8_t { kNack = 1, kTransportCc = 15 };
enum PayloadFormat : uint8_t { kPli = 1, kFir = 4, kLayerRefresh = 10, kApplicationLayer = 15 /* REMB */ };

struct Header {
  uint8_t count = 0;  // or the feedback format
  uint8_t type = 0;
  std::span<const uint8_t> body;  // after the four bytes of the header, without padding
};

class Reader {
 public:
  explicit Reader(std::span<const uint8_t> compound) : rest_(compound) {}
  // Nothing at the end, or where the packet stops making sense.
  std::optional<Header> next();

 private:
  std::span<const uint8_t> rest_;
};

struct ReportBlock {
  Ssrc source;
  uint8_t fraction_lost = 0;
  int32_t cumulative_lost = 0;
  uint32_t highest_seq = 0;
  uint32_t jitter = 0;
  uint32_t last_sr = 0;
  uint32_t delay_since_last_sr = 0;  // 1/65536 s
};

struct SenderReport {
  Ssrc sender;
  uint64_t ntp = 0;
  RtpTimestamp timestamp;
  uint32_t packets = 0;
  uint32_t octets = 0;
};

std::optional<SenderReport> read_sender_report(const Header& h);

// Report blocks of an SR or RR.
template <typename Fn>
void for_each_report_block(const Header& h, Fn&& fn) {
  ByteReader r(h.body);
  r.skip(h.type == kSenderReport ? 24 : 4);
  for (int i = 0; i < h.count; ++i) {
    ReportBlock b;
    b.source = {r.u32()};
    b.fraction_lost = r.u8();
    const uint32_t lost = r.u24();
    b.cumulative_lost =
        (lost & 0x800000) != 0 ? static_cast<int32_t>(lost | 0xFF000000u) : static_cast<int32_t>(lost);
    b.highest_seq = r.u32();
    b.jitter = r.u32();
    b.last_sr = r.u32();
    b.delay_since_last_sr = r.u32();
    if (!r.ok()) return;
    fn(b);
  }
}

// The common beginning of RFC 4585 feedback: who sends it, and about which source.
struct FeedbackTarget {
  Ssrc sender;
  Ssrc media;
};
std::optional<FeedbackTarget> read_feedback_target(const Header& h);

// Each sequence number of a generic NACK, at most 17 for each of its items.
template <typename Fn>
void for_each_nack(const Header& h, Fn&& fn) {
  ByteReader r(h.body);
  r.skip(8);
  while (r.remaining() >= 4) {
    const SeqNumber first{r.u16()};
    const uint16_t following = r.u16();
    fn(first);
    for (int i = 0; i < 16; ++i) {
      if ((following >> i & 1) != 0) fn(first + (i + 1));
    }
  }
}

// Each source of a BYE.
template <typename Fn>
void for_each_bye(const Header& h, Fn&& fn) {
  ByteReader r(h.body);
  for (int i = 0; i < h.count && r.remaining() >= 4; ++i) fn(Ssrc{r.u32()});
}

// Calls fn(Ssrc, uint8_t type, std::span<const uint8_t> value) for each item of each chunk of an SDES (RFC
// 3550 section 6.5).
template <typename Fn>
void for_each_description(const Header& h, Fn&& fn) {
  ByteReader r(h.body);
  for (int chunk = 0; chunk < h.count && r.remaining() >= 4; ++chunk) {
    const Ssrc source{r.u32()};
    while (r.remaining() > 0) {
      const uint8_t type = r.u8();
      if (type == 0) break;
      const auto value = r.bytes(r.u8());
      if (!r.ok()) return;
      fn(source, type, value);
    }
    // The chunk ends with one to four null bytes, at a word.
    r.skip((4 - r.position() % 4) % 4);
  }
}
inline constexpr uint8_t kCname = 1;

// For writers of further kinds: `count` is the five bits, `body_bytes` what follows the header.
void write_header(ByteWriter& out, uint8_t count, uint8_t type, size_t body_bytes);

// The writers append one packet each; look at out.ok() at the end.
void write_sender_report(ByteWriter& out, const SenderReport& report);
void write_receiver_report(ByteWriter& out, Ssrc sender, std::span<const ReportBlock> blocks);  // at most 31
void write_cname(ByteWriter& out, Ssrc source, std::string_view cname);
void write_bye(ByteWriter& out, Ssrc source);
void write_nack(ByteWriter& out, Ssrc sender, Ssrc media, std::span<const SeqNumber> in_order);
void write_pli(ByteWriter& out, Ssrc sender, Ssrc media);

}  // namespace parley::media::rtcp
