// A subscriber for scenarios: sends transport-wide feedback, reports, NACKs and key frame requests as a
// browser does, and measures what it gets: bytes, which encoding, frames it could decode, how long the
// picture stood still.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "media/core/datagram_handler.h"
#include "media/rtcp/transport_feedback.h"
#include "media/rtp/flexfec.h"
#include "media/testing/layered_publisher.h"

namespace parley::media::testing {

class MeasuringSubscriber final : public FakeClient, public DatagramHandler {
 public:
  static constexpr uint8_t kVideoType = 100, kRtxType = 101, kAudioType = 102, kParityType = 103;
  static constexpr uint8_t kTransportCcId = 3;

  using FakeClient::FakeClient;

  // What happened.
  uint64_t video_bytes = 0, padding_bytes = 0;  // payload
  uint64_t audio_packets = 0;
  uint64_t frames = 0;  // decoded
  uint64_t key_frames_asked = 0;
  uint64_t repeated = 0;  // packets that came twice
  uint64_t parity_packets = 0, recovered = 0;
  uint64_t waited_for = 0;  // packets that a retransmission brought
  // Between two pictures that were shown: gaps of more than 150 ms, and what they last beyond a picture's
  // time.
  uint64_t stalls = 0;
  Duration stalled{0};
  std::optional<uint8_t> encoding;
  std::vector<TimePoint> switches;  // of the encoding
  Duration longest_freeze{0};
  TimePoint last_frame;

  void take_measures() {
    video_bytes = padding_bytes = audio_packets = frames = key_frames_asked = repeated = 0;
    parity_packets = recovered = waited_for = stalls = 0;
    stalled = Duration(0);
    switches.clear();
    longest_freeze = Duration(0);
  }
  // The picture that stands still now counts as well.
  Duration freeze(TimePoint now) const {
    return last_frame == TimePoint() ? longest_freeze : std::max(longest_freeze, Duration(now - last_frame));
  }

  void on_datagrams(std::span<const Datagram> datagrams, TimePoint now, SendSlab& out) override {
    for (const Datagram& d : datagrams) on_datagram(d.bytes, now, out);
  }
  TimePoint next_deadline() const override {
    return std::min({FakeClient::next_deadline(), feedback_.next_deadline(), next_look_});
  }
  void on_deadline(TimePoint now, SendSlab& out) override {
    if (FakeClient::next_deadline() <= now) FakeClient::on_deadline(now, out);
    if (feedback_.next_deadline() <= now) {
      std::array<uint8_t, 1200> bytes;
      ByteWriter writer(bytes);
      if (feedback_.write(writer, {1}, {2}, now)) send_rtcp(writer.written(), out);
    }
    if (next_look_ > now) return;
    next_look_ = now + std::chrono::milliseconds(20);
    if (connected()) look(now, out);
  }

 protected:
  void on_rtp(std::span<const uint8_t> bytes, TimePoint now, SendSlab&) override {
    const auto p = rtp::Packet::parse(bytes);
    ASSERT_TRUE(p);
    const auto number = p->extension(kTransportCcId);
    if (number.size() == 2) feedback_.on_packet({load_be16(number.data())}, now);
    if (p->payload_type == kAudioType) ++audio_packets;
    if (p->payload_type == kVideoType) {
      on_video(*p, p->seq, p->payload, now);
      if (!parity_) parity_ = std::make_unique<Parity>(p->ssrc);
      parity_->decoder.on_media(*p);
    }
    if (p->payload_type == kParityType && parity_) {
      ++parity_packets;
      padding_bytes += bytes.size();
      parity_->decoder.on_repair(*p);
    }
    if (parity_) take_recovered(now);
    if (p->payload_type != kRtxType) return;
    if (p->payload.size() <= 2) {  // bare padding
      padding_bytes += bytes.size();
      return;
    }
    on_video(*p, {load_be16(p->payload.data())}, p->payload.subspan(2), now);
  }
  void on_rtcp(std::span<const uint8_t> compound, TimePoint now, SendSlab&) override {
    rtcp::Reader reader(compound);
    while (const auto h = reader.next()) {
      const auto report = rtcp::read_sender_report(*h);
      if (h->type != rtcp::kSenderReport || !report) continue;
      report_ = {report->sender, static_cast<uint32_t>(report->ntp >> 16), now};
    }
  }

 private:
  struct Frame {
    uint32_t received = 0;  // packets
    bool complete = false, decodable = false;
  };
  struct Reported {
    Ssrc sender;
    uint32_t ntp = 0;
    TimePoint at;
  };

  struct Parity {
    explicit Parity(Ssrc media) : decoder(pool, media, {0, kTransportCcId}) {}
    PacketPool pool{256};
    rtp::FlexFecDecoder decoder;
  };

  void take_recovered(TimePoint now) {
    while (const PacketRef bytes = parity_->decoder.take_recovered()) {
      const auto p = rtp::Packet::parse(bytes.bytes());
      ASSERT_TRUE(p);
      ++recovered;
      on_video(*p, p->seq, p->payload, now);
    }
  }

  void on_video(const rtp::Packet& p, SeqNumber seq16, std::span<const uint8_t> payload, TimePoint now) {
    if (p.payload_type == kVideoType) media_ = p.ssrc;
    const int64_t seq = unwrapper_.unwrap(seq16);
    const auto arrival = nacks_.on_packet(seq, now);
    if (arrival == rtp::NackGenerator::Arrival::kDuplicate) {
      ++repeated;
      padding_bytes += payload.size();
      return;
    }
    video_bytes += payload.size();
    waited_for += p.payload_type == kRtxType;
    const FrameMark mark = FrameMark::read(payload);
    auto& frames_of = frames_[mark.encoding];
    Frame& frame = frames_of[mark.frame];
    if (++frame.received < mark.count || frame.complete) return;
    frame.complete = true;
    complete(mark, now);
    while (frames_of.size() > 300) frames_of.erase(frames_of.begin());
  }

  void complete(const FrameMark& mark, TimePoint now) {
    auto& frames_of = frames_[mark.encoding];
    const auto previous = frames_of.find(mark.frame - 1);
    Frame& frame = frames_of[mark.frame];
    frame.decodable = mark.key || (previous != frames_of.end() && previous->second.decodable);
    if (!frame.decodable) return;
    if (last_frame != TimePoint()) {
      const Duration gap = now - last_frame;
      longest_freeze = std::max(longest_freeze, gap);
      if (gap > std::chrono::milliseconds(150)) {
        ++stalls;
        stalled += gap - std::chrono::milliseconds(33);
      }
    }
    last_frame = now;
    ++frames;
    if (encoding && *encoding != mark.encoding) switches.push_back(now);
    encoding = mark.encoding;
    // A retransmission may have completed what others waited for.
    const auto next = frames_of.find(mark.frame + 1);
    if (next != frames_of.end() && next->second.complete && !next->second.decodable) {
      complete({false, mark.encoding, 0, 1, mark.frame + 1}, now);
    }
  }

  // What a browser's receiver does every so often: asks for what is missing, reports.
  void look(TimePoint now, SendSlab& out) {
    if (!media_) return;
    std::array<uint8_t, 512> bytes;
    std::array<SeqNumber, 64> numbers;
    const auto due = nacks_.due(now, std::chrono::milliseconds(60), numbers);
    if (!due.empty()) {
      ByteWriter writer(bytes);
      rtcp::write_nack(writer, {1}, *media_, due);
      send_rtcp(writer.written(), out);
    }
    const bool stands = last_frame == TimePoint() || now - last_frame > std::chrono::milliseconds(250);
    if ((stands || nacks_.take_gave_up()) && now - last_asked_ > std::chrono::milliseconds(300)) {
      last_asked_ = now;
      ++key_frames_asked;
      ByteWriter writer(bytes);
      rtcp::write_pli(writer, {1}, *media_);
      send_rtcp(writer.written(), out);
    }
    if (now - last_report_ < std::chrono::seconds(1)) return;
    last_report_ = now;
    rtcp::ReportBlock block;
    block.source = *media_;
    if (report_.sender == *media_) {
      block.last_sr = report_.ntp;
      block.delay_since_last_sr = static_cast<uint32_t>((now - report_.at).count() * 65536 / 1'000'000);
    }
    ByteWriter writer(bytes);
    rtcp::write_receiver_report(writer, {1}, {&block, 1});
    send_rtcp(writer.written(), out);
  }

  rtcp::TransportFeedback feedback_;
  std::optional<Ssrc> media_;
  SeqUnwrapper unwrapper_;
  rtp::NackGenerator nacks_;
  std::map<uint8_t, std::map<uint32_t, Frame>> frames_;
  std::unique_ptr<Parity> parity_;
  Reported report_;
  TimePoint last_report_, last_asked_;
  TimePoint next_look_ = time_from_us(1'000'000);
};

}  // namespace parley::media::testing
