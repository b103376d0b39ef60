// The RTCP of a peer: what it says about what it sends and receives, and what we report to it. See peer.h.
#include <array>

#include "media/rtcp/packets.h"
#include "media/rtcp/payload_feedback.h"
#include "media/session/peer.h"

namespace parley::media {

Subscription* Peer::find_subscription(Ssrc ssrc) {
  for (const auto& s : subscriptions_) {
    if (s->owns(ssrc)) return s.get();
  }
  return nullptr;
}

void Peer::on_rtcp(std::span<uint8_t> datagram, TimePoint now, SendSlab& out) {
  rtcp::Reader reader(transport_.open_rtcp(datagram, now));
  while (const auto header = reader.next()) {
    switch (header->type) {
      case rtcp::kSenderReport:
        if (const auto report = rtcp::read_sender_report(*header)) {
          for (const auto& t : tracks_) t->on_sender_report(*report, now);
        }
        [[fallthrough]];
      case rtcp::kReceiverReport:
        rtcp::for_each_report_block(*header, [&](const rtcp::ReportBlock& block) {
          Subscription* s = find_subscription(block.source);
          if (s == nullptr) return;
          s->on_report(block, now);
          send_side_.on_report(block, *s, now);
        });
        break;
      case rtcp::kBye:
        rtcp::for_each_bye(*header, [&](Ssrc source) {
          for (const auto& t : tracks_) t->on_bye(source);
        });
        break;
      case rtcp::kTransportFeedback:
        on_transport_feedback(*header, now, out);
        break;
      case rtcp::kPayloadFeedback:
        on_payload_feedback(*header, now, out);
        break;
      case rtcp::kExtendedReport:
        on_extended_report(*header, now);
        break;
      default:
        break;
    }
  }
}

void Peer::on_transport_feedback(const rtcp::Header& header, TimePoint now, SendSlab& out) {
  if (header.count == rtcp::kTransportCc) send_side_.on_transport_feedback(header, now, out);
  const auto target = rtcp::read_feedback_target(header);
  if (!target || header.count != rtcp::kNack) return;
  Subscription* s = find_subscription(target->media);
  if (s == nullptr) return;
  rtcp::for_each_nack(header, [&](SeqNumber seq) { s->on_nack(seq, now, out); });
}

void Peer::on_payload_feedback(const rtcp::Header& header, TimePoint now, SendSlab& out) {
  const auto target = rtcp::read_feedback_target(header);
  if (!target) return;
  switch (header.count) {
    case rtcp::kPli:
      if (Subscription* s = find_subscription(target->media)) s->on_key_frame_request(now, out);
      break;
    case rtcp::kFir:
      rtcp::for_each_fir(header, [&](const rtcp::FullIntraRequest& request) {
        Subscription* s = find_subscription(request.media);
        if (s != nullptr) s->on_numbered_request(request.command, now, out);
      });
      break;
    case rtcp::kLayerRefresh:
      // A key frame refreshes every layer, and every encoder can make one.
      rtcp::for_each_layer_refresh(header, [&](const rtcp::LayerRefreshRequest& request) {
        Subscription* s = find_subscription(request.media);
        if (s != nullptr) s->on_numbered_request(request.command, now, out);
      });
      break;
    case rtcp::kApplicationLayer:
      if (const auto remb = rtcp::read_remb(header)) {
        remb_ = remb->bits_per_second;
        send_side_.on_remb(remb->bits_per_second, now);
      }
      break;
    default:
      break;
  }
}

void Peer::on_extended_report(const rtcp::Header& header, TimePoint now) {
  rtcp::read_extended_report(
      header,
      [&](Ssrc receiver, uint64_t ntp) {
        if (!subscriptions_.empty()) reference_times_.on_reference_time(receiver, ntp, now);
      },
      [&](const rtcp::LastReceiverReport& answer) {
        if (!asks_round_trip_ || answer.receiver != reporter_) return;
        const auto rtt = round_trip_.on_answer(answer, now);
        if (!rtt) return;
        for (const auto& t : tracks_) t->set_round_trip(*rtt);
      });
}

void Peer::send_transport_feedback(TimePoint now, SendSlab& out) {
  const Ssrc media = sources_.empty() ? Ssrc{0} : sources_.front().first;
  feedback_.write_due(reporter_, media, now, [&](auto bytes) { transport_.egress().send_rtcp(bytes, out); });
}

void Peer::send_remb(TimePoint now, SendSlab& out) {
  std::array<Ssrc, 16> sources;
  size_t n = 0;
  for (const auto& [ssrc, track] : sources_) {
    if (n < sources.size()) sources[n++] = ssrc;
  }
  const int64_t bps = receive_estimator_->take(now);
  std::array<uint8_t, 20 + 4 * sources.size()> bytes;
  ByteWriter writer(bytes);
  rtcp::write_remb(writer, reporter_, static_cast<uint64_t>(bps), std::span(sources).first(n));
  transport_.egress().send_rtcp(writer.written(), out);
}

// RFC 3550 section 6.6. A compound packet begins with a report.
void Peer::say_goodbye(std::span<const Ssrc> sources, SendSlab& out) {
  constexpr size_t kByeBytes = 8;
  std::array<uint8_t, 1200> bytes;
  while (!sources.empty()) {
    ByteWriter writer(bytes);
    rtcp::write_receiver_report(writer, reporter_, {});
    for (; !sources.empty() && writer.room() >= kByeBytes; sources = sources.subspan(1)) {
      rtcp::write_bye(writer, sources.front());
    }
    transport_.egress().send_rtcp(writer.written(), out);
  }
}

void Peer::send_reports(TimePoint now, SendSlab& out) {
  std::array<uint8_t, 1200> bytes;
  if (!tracks_.empty()) {
    std::array<rtcp::ReportBlock, 31> blocks;
    size_t n = 0;
    for (const auto& t : tracks_) n += t->report(std::span(blocks).subspan(n), now);
    ByteWriter writer(bytes);
    rtcp::write_receiver_report(writer, reporter_, std::span(blocks).first(n));
    if (asks_round_trip_) round_trip_.write(writer, reporter_, now);
    transport_.egress().send_rtcp(writer.written(), out);
  }
  for (size_t i = 0; i < subscriptions_.size();) {
    ByteWriter writer(bytes);
    while (i < subscriptions_.size() && subscriptions_[i]->write_report(writer, now)) ++i;
    if (writer.size() == 0) break;
    reference_times_.write(writer, reporter_, now);
    transport_.egress().send_rtcp(writer.written(), out);
  }
}

}  // namespace parley::media
