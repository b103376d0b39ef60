// Fuzzes the walk through a compound RTCP packet and every reader of its parts.
#include "media/rtcp/packets.h"

using namespace parley::media;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rtcp::Reader reader({data, size});
  volatile uint32_t sum = 0;
  while (const auto header = reader.next()) {
    if (const auto report = rtcp::read_sender_report(*header)) sum = sum + report->packets;
    if (const auto target = rtcp::read_feedback_target(*header)) sum = sum + target->media.value;
    rtcp::for_each_report_block(*header, [&](const rtcp::ReportBlock& b) { sum = sum + b.jitter; });
    rtcp::for_each_nack(*header, [&](SeqNumber s) { sum = sum + s.value; });
    rtcp::for_each_fir(*header, [&](Ssrc s) { sum = sum + s.value; });
    rtcp::for_each_bye(*header, [&](Ssrc s) { sum = sum + s.value; });
  }
  return 0;
}
