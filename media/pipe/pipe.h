// A pipe between two engines (threads, processes, machines): one UDP 5-tuple that carries many tracks,
// encrypted with keys that the program hands over its own signalling, so that a room may be larger than one
// engine. Each side makes the key of what it sends.
//
// What comes out of a pipe is a track like a publisher's: it asks for lost packets and key frames, reports
// loss, and its subscribers see no difference. Encodings that nobody there is to get stay where they are, and
// those that the way has no room for (pipe_sender.h). Sans-IO.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "media/core/packet_pool.h"
#include "media/core/random.h"
#include "media/core/route.h"
#include "media/core/send_slab.h"
#include "media/core/time.h"
#include "media/pipe/description.h"
#include "media/pipe/layer_messages.h"
#include "media/pipe/pipe_sender.h"
#include "media/pipe/piped_track.h"
#include "media/routing/egress.h"
#include "media/routing/track.h"
#include "media/rtcp/transport_feedback.h"
#include "media/srtp/session.h"

namespace parley::media::pipe {

inline constexpr srtp::Profile kProfile = srtp::Profile::kAeadAes256Gcm;

enum class PipeState : uint8_t { kNew, kConnected, kDisconnected };

struct PipeStats {
  PipeState state = PipeState::kNew;
  uint64_t packets_received = 0;
  uint64_t packets_refused = 0;
  uint64_t packets_sent = 0;
  uint64_t bytes_sent = 0;
  int64_t target_bps = 0;     // that the way to the other side carries
  int64_t allocated_bps = 0;  // that the tracks into it take
};

class Pipe {
 public:
  static constexpr size_t kMaxTracks =
      64;  // in each direction: with all their SSRCs what SRTP keeps state for
  static constexpr Duration kReportInterval = std::chrono::seconds(1);
  static constexpr Duration kSilentAfter = std::chrono::seconds(5);
  static constexpr Duration kLookInterval = std::chrono::milliseconds(50);

  // `local` is the key of what we send; the other side must be told. The pool and the list
  // outlive the pipe.
  Pipe(const srtp::MasterKey& local, Random& random, PacketPool& pool, congestion::PaceList& pacing,
       TimePoint now);
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  // Once. False when it is connected already, or the keys cannot be used.
  bool connect(const SocketAddress& remote, const srtp::MasterKey& remote_key);
  const SocketAddress& remote() const { return remote_; }

  // A track of ours goes to the other side. False when it does already, or there is no room.
  bool send_track(Track& track, const PipedTrack& description, TimePoint now, SendSlab& out);
  void stop_sending(uint32_t track);
  // A track of the other side's; null when there is no room. It lives until it is stopped, or the pipe ends.
  Track* receive_track(const TrackConfig& config);
  bool stop_receiving(uint32_t track);
  std::vector<std::unique_ptr<Track>>& received() { return received_; }

  // A datagram from the remote address, opened in place.
  void on_datagram(std::span<uint8_t> datagram, TimePoint now, SendSlab& out);
  TimePoint next_deadline() const;
  void on_deadline(TimePoint now, SendSlab& out);

  // Connected while the other side is heard.
  PipeState state() const { return state_; }
  PipeStats stats() const;

 private:
  void on_rtcp(std::span<const uint8_t> bytes, TimePoint now, SendSlab& out);
  void on_feedback(const rtcp::Header& header, TimePoint now, SendSlab& out);
  void on_layers(const rtcp::Header& header, TimePoint now, SendSlab& out);
  void report(TimePoint now, SendSlab& out);
  // What is wanted and what there is; `all`: also what has not changed.
  void tell_layers(bool all, TimePoint now, SendSlab& out);
  TrackIntoPipe* find_sent(Ssrc ssrc);
  Track* find_received(Ssrc ssrc);
  void drop_ended();
  void forget_ended();
  void forget(const TrackIntoPipe& sent);

  srtp::MasterKey local_key_;
  PacketPool& pool_;
  Ssrc reporter_;
  SocketAddress remote_;
  std::optional<srtp::Receiver> receiver_;
  Egress egress_;
  std::vector<std::unique_ptr<TrackIntoPipe>> sent_;
  std::vector<std::unique_ptr<Track>> received_;
  // Of tracks received until just now. What is on its way has arrived all the same: the other side's estimate
  // is told so.
  struct Ended {
    Ssrc ssrc;
    int reports_left = 3;
  };
  static constexpr size_t kMaxEnded = 4 * kMaxTracks;
  std::vector<Ended> ended_;
  PipeSender sender_;
  rtcp::TransportFeedback feedback_;
  std::vector<std::pair<uint32_t, uint8_t>> told_wishes_;  // by track
  std::vector<std::pair<uint32_t, uint8_t>> told_offers_;  // what of each is sendable
  PipeState state_ = PipeState::kNew;
  TimePoint last_heard_;
  TimePoint next_report_;
  TimePoint next_look_;
  PipeStats stats_;
};

}  // namespace parley::media::pipe
