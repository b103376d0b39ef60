// A publisher of simulcast for scenarios: encodings of real bit rates, 30 frames a second, key frames when
// they are asked for, retransmissions. Every packet names its encoding and its place in the frame.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "media/core/datagram_handler.h"
#include "media/session/fake_client_for_tests.h"

namespace parley::media::testing {

// What a packet of video carries, after the VP8 descriptor and the first byte of VP8 (which says whether it
// is a key frame).
struct FrameMark {
  static constexpr size_t kAt = 2, kSize = 8;
  bool key = false;
  uint8_t encoding = 0;
  uint8_t index = 0, count = 1;  // of the packet in the frame
  uint32_t frame = 0;

  void write(std::span<uint8_t> payload) const {
    payload[0] = index == 0 ? 0x10 : 0x00;
    payload[1] = key ? 0 : 1;
    payload[2] = key;
    payload[3] = encoding;
    payload[4] = index;
    payload[5] = count;
    store_be32(&payload[6], frame);
  }
  static FrameMark read(std::span<const uint8_t> payload) {
    return {payload[2] != 0, payload[3], payload[4], payload[5], load_be32(&payload[6])};
  }
};

class LayeredPublisher final : public FakeClient, public DatagramHandler {
 public:
  static constexpr uint8_t kAudioPayloadType = 111;
  static constexpr Ssrc kAudioSsrc{900};
  static Ssrc ssrc(size_t encoding) { return {1000 + static_cast<uint32_t>(encoding)}; }
  static Ssrc rtx_ssrc(size_t encoding) { return {2000 + static_cast<uint32_t>(encoding)}; }

  using FakeClient::FakeClient;

  void publish_layers(std::vector<int64_t> bits_per_second, TimePoint now) {
    for (int64_t bps : bits_per_second) encodings_.push_back({bps});
    next_frame_ = next_audio_ = now;
  }

  void on_datagrams(std::span<const Datagram> datagrams, TimePoint now, SendSlab& out) override {
    for (const Datagram& d : datagrams) on_datagram(d.bytes, now, out);
  }
  TimePoint next_deadline() const override {
    return std::min({FakeClient::next_deadline(), next_frame_, next_audio_, next_report_});
  }
  void on_deadline(TimePoint now, SendSlab& out) override {
    if (FakeClient::next_deadline() <= now) FakeClient::on_deadline(now, out);
    if (next_audio_ <= now) {
      next_audio_ = now + std::chrono::milliseconds(20);
      if (connected()) send_audio(out);
    }
    if (next_report_ <= now) {
      next_report_ = now + std::chrono::seconds(1);
      for (size_t i = 0; connected() && i < encodings_.size(); ++i) send_report(i, now, out);
    }
    if (next_frame_ > now) return;
    next_frame_ = now + std::chrono::microseconds(33'333);
    if (!connected()) return;
    for (size_t i = 0; i < encodings_.size(); ++i) send_frame(i, now, out);
  }
  // Sender reports each second, by which subscribers can be told how far away they are.
  void report_from(TimePoint now) { next_report_ = now; }
  int key_frames() const { return key_frames_; }

 protected:
  void on_rtp(std::span<const uint8_t>, TimePoint, SendSlab&) override {}
  void on_rtcp(std::span<const uint8_t> compound, TimePoint, SendSlab& out) override {
    rtcp::Reader reader(compound);
    while (const auto h = reader.next()) {
      const auto target = rtcp::read_feedback_target(*h);
      if (!target) continue;
      for (size_t i = 0; i < encodings_.size(); ++i) {
        if (target->media != ssrc(i)) continue;
        if (h->type == rtcp::kPayloadFeedback && h->count == rtcp::kPli) encodings_[i].key_asked = true;
        if (h->type == rtcp::kTransportFeedback && h->count == rtcp::kNack) {
          rtcp::for_each_nack(*h, [&](SeqNumber seq) { resend(i, seq, out); });
        }
      }
    }
  }

 private:
  struct EncodingState {
    int64_t bps = 0;
    bool key_asked = true;
    SeqNumber seq{100};
    SeqNumber rtx_seq{100};
    uint32_t frame = 0;
    std::array<std::vector<uint8_t>, 1024> sent = {};
    std::array<uint32_t, 1024> timestamps = {};
  };

  void send_audio(SendSlab& out) {
    const std::vector<uint8_t> payload(80, 0x55);
    rtp::HeaderWriter header({kAudioPayloadType, false, audio_seq_, {audio_seq_.value * 960u}, kAudioSsrc});
    ++audio_seq_;
    send(header.finish(), {}, payload, out);
  }

  static uint32_t timestamp_of(TimePoint now) { return static_cast<uint32_t>(to_us(now) * 9 / 100); }

  void send_report(size_t index, TimePoint now, SendSlab& out) {
    std::array<uint8_t, 64> bytes;
    ByteWriter writer(bytes);
    const auto us = static_cast<uint64_t>(to_us(now));
    rtcp::write_sender_report(writer, {ssrc(index),
                                       us / 1'000'000 << 32 | ((us % 1'000'000) << 32) / 1'000'000,
                                       {timestamp_of(now)},
                                       0,
                                       0});
    send_rtcp(writer.written(), out);
  }

  void send_frame(size_t index, TimePoint now, SendSlab& out) {
    EncodingState& e = encodings_[index];
    const bool key = std::exchange(e.key_asked, false);
    key_frames_ += key;
    // Frames differ; a key frame is four times as large.
    const int64_t percent = (key ? 400 : 80) + (e.frame * 7919 + index * 31) % 41;
    const auto size = static_cast<size_t>(std::max<int64_t>(e.bps / 8 / 30 * percent / 100, 60));
    const size_t count = (size + 1099) / 1100;
    const uint32_t timestamp = timestamp_of(now);
    for (size_t i = 0; i < count; ++i) {
      std::vector<uint8_t> payload(std::max<size_t>(size / count, FrameMark::kAt + FrameMark::kSize));
      FrameMark{key, static_cast<uint8_t>(index), static_cast<uint8_t>(i), static_cast<uint8_t>(count),
                e.frame}
          .write(payload);
      rtp::HeaderWriter header({kPayloadType, i + 1 == count, e.seq, {timestamp}, ssrc(index)});
      e.timestamps[e.seq.value % e.sent.size()] = timestamp;
      e.sent[e.seq.value % e.sent.size()] = payload;
      ++e.seq;
      send(header.finish(), {}, payload, out);
    }
    ++e.frame;
  }

  void resend(size_t index, SeqNumber seq, SendSlab& out) {
    EncodingState& e = encodings_[index];
    const auto& payload = e.sent[seq.value % e.sent.size()];
    if (payload.empty() || e.seq.distance_from(seq) > 1000) return;
    uint8_t original[2];
    store_be16(original, seq.value);
    rtp::HeaderWriter header(
        {kRtxPayloadType, false, e.rtx_seq, {e.timestamps[seq.value % e.sent.size()]}, rtx_ssrc(index)});
    ++e.rtx_seq;
    send(header.finish(), original, payload, out);
  }

  std::vector<EncodingState> encodings_;
  SeqNumber audio_seq_{1};
  TimePoint next_frame_ = kNever, next_audio_ = kNever, next_report_ = kNever;
  int key_frames_ = 0;
};

}  // namespace parley::media::testing
