// Fuzzes the walk through a compound RTCP packet and every reader of its parts.
#include "media/rtcp/extended_report.h"
#include "media/rtcp/packets.h"
#include "media/rtcp/payload_feedback.h"
#include "media/rtcp/transport_feedback_reader.h"

using namespace parley::media;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rtcp::Reader reader({data, size});
  volatile uint32_t sum = 0;
  while (const auto header = reader.next()) {
    if (const auto report = rtcp::read_sender_report(*header)) sum = sum + report->packets;
    if (const auto target = rtcp::read_feedback_target(*header)) sum = sum + target->media.value;
    rtcp::for_each_report_block(*header, [&](const rtcp::ReportBlock& b) { sum = sum + b.jitter; });
    rtcp::for_each_nack(*header, [&](SeqNumber s) { sum = sum + s.value; });
    rtcp::for_each_fir(*header, [&](const rtcp::FullIntraRequest& f) { sum = sum + f.command; });
    rtcp::for_each_layer_refresh(
        *header, [&](const rtcp::LayerRefreshRequest& r) { sum = sum + r.target.spatial + r.payload_type; });
    rtcp::for_each_description(*header, [&](Ssrc, uint8_t type, std::span<const uint8_t> value) {
      for (const uint8_t b : value) sum = sum + b + type;
    });
    if (const auto remb = rtcp::read_remb(*header)) {
      for (const uint8_t b : remb->sources) sum = sum + b;
    }
    rtcp::read_extended_report(
        *header, [&](Ssrc s, uint64_t) { sum = sum + s.value; },
        [&](const rtcp::LastReceiverReport& r) { sum = sum + r.last_rr; });
    if (const auto feedback = rtcp::TransportFeedbackReader::parse(*header)) {
      size_t told = 0;
      feedback->for_each([&](const auto& status) { told += status.received || !status.received; });
      if (told != feedback->packet_count()) __builtin_trap();
    }
    rtcp::for_each_bye(*header, [&](Ssrc s) { sum = sum + s.value; });
  }
  return 0;
}
