// A pipe between two engines (threads, processes, machines): one UDP 5-tuple that carries many tracks,
// encrypted with keys that the program hands over its own signalling, so that a room may be larger than one
// engine. Each side makes the key of what it sends.
//
// What comes out of a pipe is a track like a publisher's: it asks for lost packets and key frames, reports
// loss, and its subscribers see no difference. Sans-IO.
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
#include "media/pipe/piped_track.h"
#include "media/routing/egress.h"
#include "media/routing/track.h"
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
};

class Pipe final : public PipeOut {
 public:
  static constexpr size_t kMaxTracks =
      64;  // in each direction: with all their SSRCs what SRTP keeps state for
  static constexpr Duration kReportInterval = std::chrono::seconds(1);
  static constexpr Duration kSilentAfter = std::chrono::seconds(5);

  // `local` is the key of what we send; the other side must be told. The pool and the table of the engine's
  // tracks outlive the pipe.
  Pipe(const srtp::MasterKey& local, Random& random, PacketPool& pool, TimePoint now);
  ~Pipe() override;
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

  bool send_rtp(std::span<const uint8_t> header, std::span<const uint8_t> prefix,
                std::span<const uint8_t> payload, SendSlab& out) override;

 private:
  void on_rtcp(std::span<const uint8_t> bytes, TimePoint now, SendSlab& out);
  void report(TimePoint now, SendSlab& out);
  TrackIntoPipe* find_sent(Ssrc ssrc);
  Track* find_received(Ssrc ssrc);
  void drop_ended();
  void forget(const TrackIntoPipe& sent);

  srtp::MasterKey local_key_;
  PacketPool& pool_;
  Ssrc reporter_;
  SocketAddress remote_;
  std::optional<srtp::Sender> media_sender_;  // of RTP only; RTCP is the egress's, under the same key
  std::optional<srtp::Receiver> receiver_;
  Egress egress_;
  std::vector<std::unique_ptr<TrackIntoPipe>> sent_;
  std::vector<std::unique_ptr<Track>> received_;
  PipeState state_ = PipeState::kNew;
  TimePoint last_heard_;
  TimePoint next_report_;
  PipeStats stats_;
};

}  // namespace parley::media::pipe
