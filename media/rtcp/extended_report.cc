// See extended_report.h.
#include "media/rtcp/extended_report.h"

#include <algorithm>

namespace parley::media::rtcp {
namespace {

uint32_t middle(uint64_t ntp) { return static_cast<uint32_t>(ntp >> 16); }

}  // namespace

void write_receiver_reference_time(ByteWriter& out, Ssrc sender, uint64_t ntp) {
  write_header(out, 0, kExtendedReport, 16);
  out.u32(sender.value);
  out.u8(kReceiverReferenceTime);
  out.u8(0);
  out.u16(2);
  out.u64(ntp);
}

void write_last_receiver_reports(ByteWriter& out, Ssrc sender, std::span<const LastReceiverReport> reports) {
  write_header(out, 0, kExtendedReport, 8 + 12 * reports.size());
  out.u32(sender.value);
  out.u8(kDelaySinceLastReceiverReport);
  out.u8(0);
  out.u16(static_cast<uint16_t>(3 * reports.size()));
  for (const LastReceiverReport& r : reports) {
    out.u32(r.receiver.value);
    out.u32(r.last_rr);
    out.u32(r.delay_since_last_rr);
  }
}

uint64_t ntp_of(TimePoint t) {
  const uint64_t us = static_cast<uint64_t>(to_us(t));
  return (us / 1'000'000 << 32) | ((us % 1'000'000 << 32) / 1'000'000);
}

void RoundTripByReferenceTime::write(ByteWriter& out, Ssrc sender, TimePoint now) {
  const uint64_t ntp = ntp_of(now);
  write_receiver_reference_time(out, sender, ntp);
  asked_[next_] = {middle(ntp), now};
  next_ = (next_ + 1) % asked_.size();
}

std::optional<Duration> RoundTripByReferenceTime::on_answer(const LastReceiverReport& answer,
                                                            TimePoint now) const {
  if (answer.last_rr == 0) return std::nullopt;
  for (const Asked& asked : asked_) {
    if (asked.ntp_middle != answer.last_rr) continue;
    const Duration held(static_cast<int64_t>(answer.delay_since_last_rr) * 1'000'000 / 65536);
    const Duration rtt = now - asked.at - held;
    // The units are 15 microseconds: a little less than nothing is nothing.
    if (rtt < Duration(-100)) return std::nullopt;
    return std::max(rtt, Duration(0));
  }
  return std::nullopt;
}

void ReferenceTimes::on_reference_time(Ssrc receiver, uint64_t ntp, TimePoint now) {
  Entry* entry = std::find_if(entries_.data(), entries_.data() + count_,
                              [&](const Entry& e) { return e.receiver == receiver; });
  if (entry == entries_.data() + count_) {
    if (count_ == entries_.size()) return;
    ++count_;
  }
  *entry = {receiver, middle(ntp), now};
}

bool ReferenceTimes::write(ByteWriter& out, Ssrc sender, TimePoint now) {
  if (count_ == 0 || out.room() < 12 + 12 * count_) return false;
  std::array<LastReceiverReport, kMaxReceivers> reports;
  for (size_t i = 0; i < count_; ++i) {
    const auto held = static_cast<uint64_t>((now - entries_[i].at).count());
    reports[i] = {entries_[i].receiver, entries_[i].ntp_middle,
                  static_cast<uint32_t>(held * 65536 / 1'000'000)};
  }
  write_last_receiver_reports(out, sender, std::span(reports).first(count_));
  count_ = 0;
  return true;
}

}  // namespace parley::media::rtcp
