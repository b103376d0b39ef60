// One published track on its way in, in one encoding or several (encoding.h): finds the encoding of each
// packet and hands it to all subscribers. Asks its publisher for key frames, at most a few a second.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "media/audio/audio_group.h"
#include "media/core/packet_pool.h"
#include "media/core/send_slab.h"
#include "media/core/time.h"
#include "media/routing/adaptive_source.h"
#include "media/routing/config.h"
#include "media/routing/egress.h"
#include "media/routing/encoding.h"
#include "media/routing/layers.h"
#include "media/routing/packet_tap.h"
#include "media/routing/sink_feed.h"
#include "media/routing/track_sink.h"
#include "media/routing/track_tap.h"
#include "media/rtcp/packets.h"
#include "media/rtp/flexfec.h"
#include "media/rtp/packet.h"
#include "media/rtp/red.h"

namespace parley::media {

class Subscription;

struct TrackStats {
  uint32_t id = 0;
  TrackKind kind = TrackKind::kAudio;
  uint64_t packets = 0;
  uint64_t bytes = 0;  // payload
  uint64_t duplicates = 0;
  uint64_t recovered = 0;  // arrived late or again, filling a gap
  int64_t lost = 0;
  double jitter_seconds = 0;
  double rtt_seconds = 0;  // to the publisher, the latest; 0: not known
  double total_rtt_seconds = 0;
  uint64_t rtt_measurements = 0;
  uint64_t nacks = 0;  // packets asked for again
  uint64_t plis = 0;
  uint64_t key_frames = 0;
  uint64_t frames = 0;
  uint64_t discarded = 0;  // by the program's sink
  size_t subscriptions = 0;
  bool active = false;
  std::vector<EncodingStats> encodings;  // the numbers above are their sums
};

class Track {
 public:
  static constexpr Duration kKeyFrameInterval = std::chrono::milliseconds(300);   // between requests
  static constexpr Duration kSelectionInterval = std::chrono::milliseconds(200);  // of encodings that live
  static constexpr Duration kSilentAfter = std::chrono::seconds(3);

  // `egress` is the publisher's; it and the pool must outlive the track. `reporter` is our SSRC in RTCP.
  Track(const TrackConfig& config, Egress& egress, PacketPool& pool, Ssrc reporter);
  ~Track();
  Track(const Track&) = delete;
  Track& operator=(const Track&) = delete;

  const TrackConfig& config() const { return config_; }
  void update(const TrackConfig& config);
  size_t encodings() const { return encodings_.size(); }
  const Encoding& encoding(size_t i) const { return *encodings_[i]; }
  // A packet by its source number (source_seq.h), for a retransmission.
  std::optional<rtp::RetransmissionBuffer::Found> find(int64_t source_seq, TimePoint now) const;
  // The encoding to be forwarded: the best live one up to `most`, else the lowest live one.
  size_t best_encoding(size_t most, TimePoint now) const;
  // The same of those that its publisher sends: of a track from a pipe not all of them are on their way.
  size_t best_existing(size_t most, TimePoint now) const;
  // Those that somebody is to get, a bit each.
  uint8_t wanted_encodings(TimePoint now) const;
  // Of a track from a pipe: what its other end has.
  void on_told(const ToldEncodings& told, TimePoint now, SendSlab& out);
  ToldEncodings told(TimePoint now) const;
  EncodingSources sources() const;
  void learn(const EncodingSources& sources);
  bool from_pipe(TimePoint now) const { return encodings_[0]->told(now).has_value(); }

  void add(Subscription& subscription, TimePoint now, SendSlab& out);
  void remove(Subscription& subscription);

  // A packet whose SSRC or payload type is this track's, its RTX's included.
  void on_packet(const rtp::Packet& packet, TimePoint now, SendSlab& out);
  void on_sender_report(const rtcp::SenderReport& report, TimePoint now);
  // The source says goodbye: it is inactive from now on.
  void on_bye(Ssrc source);
  // To the publisher and back: how long to wait for what was asked for.
  void set_round_trip(Duration round_trip) {
    round_trip_ = round_trip;
    total_round_trip_ += round_trip;
    ++round_trips_;
  }
  void set_paused(bool paused, TimePoint now, SendSlab& out);
  void request_key_frame(TimePoint now, SendSlab& out);  // of every encoding
  void request_key_frame(size_t encoding, TimePoint now, SendSlab& out);
  // Whoever feeds a track without a publisher is asked instead of one.
  void set_key_frame_handler(std::function<void()> handler) { key_frame_handler_ = std::move(handler); }
  // An encoder that feeds it; null where nobody can be told a rate.
  void set_adaptive_source(std::shared_ptr<AdaptiveSource> source) { adaptive_source_ = std::move(source); }
  AdaptiveSource* adaptive_source() const { return adaptive_source_.get(); }
  // Another media thread that is given what comes, for the encodings that it wants; see track_tap.h.
  void add_tap(TrackTap& tap, size_t thread, uint8_t encodings);
  void remove_tap(size_t thread);
  uint64_t tapping_threads() const { return tapping_threads_; }
  // Whether somebody here listens.
  bool is_used() const {
    return !subscriptions_.empty() || !packet_taps_.empty() || tapping_threads_ != 0 || group_ != nullptr;
  }
  bool paused() const { return paused_; }
  // The group of voices it is one of; null: none. The group must outlive the track, or be taken away before.
  void set_audio_group(audio::AudioGroup* group) { group_ = group; }
  audio::AudioGroup* audio_group() const { return group_; }
  // Subscribers hear it again after the group held it back.
  void resume_in_group(TimePoint now, SendSlab& out);
  // Must be removed before it ends; told when the track ends first.
  void add_packet_tap(PacketTap& tap) { packet_taps_.push_back(&tap); }
  void remove_packet_tap(PacketTap& tap) { std::erase(packet_taps_, &tap); }
  // The program's ear, of the best encoding that arrives; null takes it away.
  void set_sink(std::unique_ptr<TrackSink> sink) { sink_.set(std::move(sink)); }

  // Requests for missing packets and key frames that are due.
  TimePoint next_deadline() const;
  void on_deadline(TimePoint now, SendSlab& out);
  // One block for each encoding that has sent; returns how many fit into `out`.
  size_t report(std::span<rtcp::ReportBlock> out, TimePoint now);

  // The layers that are arriving, and what they take; at most 100 ms old.
  std::span<const LayerOption> layer_options(TimePoint now);

  // Whether packets have been arriving lately; `take_activity_change` is true once after each change.
  bool active() const { return active_; }
  bool take_activity_change(TimePoint now);
  TrackStats stats() const;

 private:
  void make_encodings();
  template <typename Is>
  size_t best_of(size_t most, Is&& is) const;
  size_t find_encoding(const rtp::Packet& packet, bool rtx);
  // `red` is the packet as it came in RFC 2198's form, for those who take that.
  void on_media(size_t index, const rtp::Packet& packet, const rtp::Packet* red, TimePoint now,
                SendSlab& out);
  void on_red(size_t index, const rtp::Packet& packet, TimePoint now, SendSlab& out);
  void on_parity(const rtp::Packet& packet, TimePoint now, SendSlab& out);
  void remember_for_parity(const rtp::Packet& packet, TimePoint now, SendSlab& out);
  void take_recovered(TimePoint now, SendSlab& out);
  bool held_back(const rtp::Packet& packet);
  void ask_again(Encoding& encoding, TimePoint now, SendSlab& out);
  bool key_frame_needed(size_t encoding) const;

  TrackConfig config_;
  Egress& egress_;
  Ssrc reporter_;
  PacketPool& pool_;
  std::vector<std::unique_ptr<Encoding>> encodings_;  // never empty
  LayerOptions layer_options_;
  std::optional<TimePoint> layer_options_at_;
  std::vector<Subscription*> subscriptions_;
  std::function<void()> key_frame_handler_;
  std::shared_ptr<AdaptiveSource> adaptive_source_;
  SinkFeed sink_;
  TrackTap* tap_ = nullptr;
  uint64_t tapping_threads_ = 0;
  std::vector<uint8_t> tapped_encodings_;  // by thread
  std::vector<PacketTap*> packet_taps_;
  audio::AudioGroup* group_ = nullptr;
  rtp::RedRecovery red_recovery_;
  std::unique_ptr<rtp::FlexFecDecoder> parity_;  // made with the first packet of a source that has it
  bool paused_ = false;
  uint8_t fir_command_ = 0;
  std::optional<Duration> round_trip_;
  Duration total_round_trip_{0};
  uint64_t round_trips_ = 0;
  TimePoint last_packet_;
  TimePoint next_selection_ = kNever;  // simulcast only
  bool active_ = false;
  bool told_active_ = false;
};

}  // namespace parley::media
