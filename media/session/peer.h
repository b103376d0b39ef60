// One peer on the media thread: its transport, the tracks it publishes, its subscriptions to others'. Reads
// what the transport opens; reports back over RTCP.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "media/congestion/receive_estimator.h"
#include "media/core/packet_pool.h"
#include "media/core/random.h"
#include "media/routing/subscription.h"
#include "media/routing/track.h"
#include "media/rtcp/extended_report.h"
#include "media/rtcp/transport_feedback.h"
#include "media/session/peer_data.h"
#include "media/session/send_side.h"
#include "media/session/transport.h"

namespace parley::media {

// The pair of candidates that media goes by, of a peer with full ICE.
struct PathStats {
  ice::Candidate local;
  ice::Candidate remote;
  bool nominated = false;
  Duration round_trip{0};  // 0: not known yet
  Duration total_round_trip{0};
  uint64_t requests_sent = 0, responses_received = 0, requests_received = 0, responses_sent = 0;
  uint32_t changes = 0;  // of the selected path, this one among them
};

struct PeerStats {
  PeerState state = PeerState::kNew;
  std::string remote_address;
  std::string failure;
  uint64_t packets_received = 0;
  uint64_t bytes_received = 0;
  uint64_t packets_refused = 0;
  uint64_t packets_sent = 0;
  uint64_t bytes_sent = 0;
  std::optional<uint64_t> estimated_by_receiver;  // bit/s that its way in carries, should it say so (REMB)
  std::optional<int64_t> estimated_by_us;         // likewise of the way from it, when it goes by our REMB
  std::optional<SendSideStats> sending;           // of a peer that gives feedback
  std::vector<TrackStats> tracks;
  std::vector<SubscriptionStats> subscriptions;
  std::optional<PathStats> path;
  std::string remote_certificate;  // DER in base64, once it was shown; of a peer with full ICE
  dtls::Transport::Suite suite;    // likewise
};

// All tracks of one media thread, by id.
using TrackTable = std::unordered_map<uint32_t, Track*>;

class Peer {
 public:
  static constexpr Duration kReportInterval = std::chrono::seconds(1);
  static constexpr size_t kMaxEarlyWishes = 256;  // about subscriptions not agreed on yet
  static constexpr size_t kMaxSources = 64;       // SSRCs remembered of one peer

  struct Shared {  // of the hub; outlives its peers
    const dtls::Certificate& certificate;
    PacketPool& pool;
    Random& random;
    TrackTable& tracks;
    congestion::PaceList& pacing;
    const DataSettings& data;
    congestion::PaceList& data_bursts;
  };

  Peer(uint32_t id, IceTransport ice, Shared shared, TimePoint now);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  uint32_t id() const { return id_; }
  PeerTransport& transport() { return transport_; }
  const PeerTransport& transport() const { return transport_; }

  // The tracks sent from now on; those not named are gone.
  void set_tracks(const std::vector<TrackConfig>& tracks);
  // The subscriptions agreed on from now on; those not named are gone.
  void set_subscriptions(const std::vector<SubscriptionConfig>& subscriptions, TimePoint now, SendSlab& out);
  bool remove_subscription(uint32_t id, SendSlab& out);
  // Before the subscription is agreed on, too.
  void set_preferred_layers(uint32_t id, LayerTarget layers, TimePoint now, SendSlab& out);
  // Likewise; see Subscription::set_priority.
  void set_priority(uint32_t id, uint8_t priority);
  // Calls `fn` with each subscription whose layers are others than when it was last asked.
  template <typename Fn>
  void for_each_layers_change(Fn&& fn) {
    for (const auto& s : subscriptions_) {
      if (s->take_layers_change()) fn(*s);
    }
  }
  bool set_subscription_paused(uint32_t id, bool paused, TimePoint now, SendSlab& out);

  void on_dtls(std::span<const uint8_t> datagram, const Route& source, TimePoint now, SendSlab& out);
  void on_rtp(std::span<uint8_t> datagram, TimePoint now, SendSlab& out);
  void on_rtcp(std::span<uint8_t> datagram, TimePoint now, SendSlab& out);
  void on_deadline(TimePoint now, SendSlab& out);

  // Its data channels; made when they are first asked for.
  PeerData& data();
  // Says goodbye, on data channels and off them.
  void close(SendSlab& out);

  std::vector<std::unique_ptr<Track>>& tracks() { return tracks_; }
  PeerStats stats() const;

 private:
  Track* find_track(const rtp::Packet& packet);
  Track* identify(const rtp::Packet& packet);
  Subscription* find_subscription(Ssrc ssrc);
  void on_transport_feedback(const rtcp::Header& header, TimePoint now, SendSlab& out);
  void on_payload_feedback(const rtcp::Header& header, TimePoint now, SendSlab& out);
  void on_extended_report(const rtcp::Header& header, TimePoint now);
  void send_reports(TimePoint now, SendSlab& out);
  void send_transport_feedback(TimePoint now, SendSlab& out);
  void send_remb(TimePoint now, SendSlab& out);
  void say_goodbye(std::span<const Ssrc> sources, SendSlab& out);

  uint32_t id_;
  Shared shared_;
  PeerTransport transport_;
  Ssrc reporter_;  // ours in RTCP about what it publishes
  std::vector<std::unique_ptr<Track>> tracks_;
  std::vector<std::pair<Ssrc, Track*>> sources_;
  uint8_t mid_extension_ = 0;
  uint8_t transport_cc_extension_ = 0;
  uint8_t abs_send_time_extension_ = 0;
  rtcp::TransportFeedback feedback_;
  std::unique_ptr<congestion::ReceiveEstimator> receive_estimator_;  // of publishers that go by REMB
  bool asks_round_trip_ = false;  // the peer answers reference times (RFC 3611)
  rtcp::RoundTripByReferenceTime round_trip_;
  rtcp::ReferenceTimes reference_times_;
  std::optional<uint64_t> remb_;
  std::vector<std::unique_ptr<Subscription>> subscriptions_;
  SendSide send_side_;
  std::vector<uint32_t> paused_;  // subscriptions paused before they were agreed on
  std::vector<std::pair<uint32_t, LayerTarget>> preferred_;  // likewise, what they are to get
  std::vector<std::pair<uint32_t, uint8_t>> priorities_;     // likewise
  TimePoint next_report_;
  std::unique_ptr<PeerData> data_;
};

}  // namespace parley::media
