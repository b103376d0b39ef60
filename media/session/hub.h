// All peers of one media thread on one UDP port: finds the peer a datagram is for (RFC 7983: STUN by ufrag,
// then everything by the routes that checks came by), moves packets between peers, keeps their time.
// Everything here runs on the thread that drives it; other threads post commands to that thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "media/core/connector.h"
#include "media/core/datagram_handler.h"
#include "media/core/message_links.h"
#include "media/core/packet_pool.h"
#include "media/core/random.h"
#include "media/pipe/pipe.h"
#include "media/routing/local_track.h"
#include "media/session/peer.h"

namespace parley::media {

struct HubEvent {
  enum class Type : uint8_t {
    kPeerState,
    kTrackActive,
    kTrackInactive,
    kLayersChanged,
    kDominantSpeaker,
    kActiveSpeakers,
    kPipeState,
    kIce,  // of a peer with full ICE; never kConnect, which the hub sees to
  };
  Type type = Type::kPeerState;
  uint32_t peer = 0;
  PeerState state = PeerState::kNew;                          // kPeerState
  uint32_t track = 0;                                         // kTrack…
  uint32_t subscription = 0;                                  // kLayersChanged
  LayerTarget layers{0, 0};                                   // kLayersChanged: what is forwarded from now on
  std::string reason;                                         // of a failure
  ice::AgentEvent ice;                                        // kIce
  ice::GatheringState gathering = ice::GatheringState::kNew;  // kIce
  uint32_t group = 0;                                         // k…Speaker…
  uint32_t pipe = 0;               // kPipeState; the state is connected or disconnected
  std::vector<uint32_t> speakers;  // kActiveSpeakers: tracks, the loudest first
};

struct HubStats {
  size_t peers = 0;
  size_t tracks = 0;
  uint64_t datagrams = 0;
  uint64_t unknown_source = 0;  // from nobody we know
  uint64_t refused_checks = 0;  // STUN for no peer, or refused by it
  size_t buffered_packets = 0;
};

// What the local ufrags of a thread's peers begin with.
std::string ufrag_prefix(size_t thread);

class Hub final : public DatagramHandler, private TrackTap {
 public:
  using EventSink = std::function<void(const HubEvent&)>;
  static constexpr size_t kMaxPeers = 10000;
  static constexpr size_t kMaxRoutesPerPeer = 8;
  static constexpr size_t kMaxAudioGroups = 4096;
  static constexpr size_t kMaxPipes = 256;
  static constexpr Duration kTick = std::chrono::milliseconds(10);

  // The certificate and the randomness must outlive the hub. The sink is called on the hub's thread.
  Hub(const dtls::Certificate& certificate, Random& random, EventSink sink);
  ~Hub() override;

  // One of several, each on its own thread; before anything else. Its peers' ufrags then begin with
  // ufrag_prefix(links.self()).
  void join(MessageLinks& links);
  // A track that comes in on thread `owner`: subscriptions here find it under its id. A second call brings a
  // new configuration. `source`: what the owner calls it, should that be something else.
  void add_mirror(const TrackConfig& config, size_t owner, std::optional<uint32_t> source = {});
  void remove_mirror(uint32_t source);
  // There is a pipe to this address on another thread; nothing: no more.
  void route_pipe(const SocketAddress& remote, std::optional<size_t> thread);

  // False when there is such a peer, or no room.
  bool add_peer(uint32_t id, const ice::Credentials& local, TimePoint now);
  // With full ICE (hub_ice.cc): it gathers, checks, and tells of its candidates by events. `addresses` are
  // those of the sockets that drive this hub.
  bool add_peer(uint32_t id, const ice::Credentials& local, const FullIce& ice, TimePoint now, SendSlab& out);
  void add_remote_candidate(uint32_t peer, const ice::Candidate& candidate, TimePoint now);
  void end_of_remote_candidates(uint32_t peer, std::string_view ufrag, TimePoint now);
  void on_resolved(uint32_t peer, const std::string& name, const std::optional<SocketAddress>& address,
                   TimePoint now);
  void set_ice_role(uint32_t peer, ice::Role role);
  // For TCP connections of our own; without one there are none. It must outlive the peers.
  void set_connector(Connector* connector) { connector_ = connector; }
  void restart_ice(uint32_t peer, const ice::Credentials& local, TimePoint now);
  // With the servers and the policy of `ice`, which a full agent gathers for anew.
  void restart_ice(uint32_t peer, const ice::Credentials& local, const FullIce& ice, TimePoint now,
                   SendSlab& out);
  void set_remote(uint32_t peer, const RemoteTransport& remote, TimePoint now, SendSlab& out);
  // Before the first peer: limits of data channels, and who hears of them.
  void set_data(DataSettings settings) { data_ = std::move(settings); }
  // Null when there is no such peer.
  PeerData* data(uint32_t peer);
  void set_tracks(uint32_t peer, const std::vector<TrackConfig>& tracks);
  void set_subscriptions(uint32_t peer, const std::vector<SubscriptionConfig>& subscriptions, TimePoint now,
                         SendSlab& out);
  void remove_subscription(uint32_t peer, uint32_t subscription, SendSlab& out);
  void pause_subscription(uint32_t peer, uint32_t subscription, bool paused, TimePoint now, SendSlab& out);
  void set_preferred_layers(uint32_t peer, uint32_t subscription, LayerTarget layers, TimePoint now,
                            SendSlab& out);
  void set_priority(uint32_t peer, uint32_t subscription, uint8_t priority);
  void pause_track(uint32_t track, bool paused, TimePoint now, SendSlab& out);
  void request_key_frame(uint32_t track, TimePoint now, SendSlab& out);
  // Tracks of the program's own; their ids are of the same space as peers'. False when there is such a track.
  bool add_local_track(const TrackConfig& config, LocalTrack::KeyFrameWanted key_frame_wanted);
  void remove_local_track(uint32_t track);
  void send_local(uint32_t track, const LocalTrack::Payload& payload, TimePoint now, SendSlab& out);
  // Who feeds a local track can follow a rate (routing/adaptive_source.h).
  void set_adaptive_source(uint32_t track, std::shared_ptr<AdaptiveSource> source);
  // False when there is no such track.
  bool set_sink(uint32_t track, std::unique_ptr<TrackSink> sink);
  // Groups of voices (audio/audio_group.h): of a group's tracks only the loudest are forwarded. False when
  // there is such a group, or no room.
  bool add_audio_group(uint32_t group, size_t forwarded, TimePoint now);
  void remove_audio_group(uint32_t group, TimePoint now, SendSlab& out);
  // A track is in one group at most; the latest counts. False when there is no such group or track.
  bool add_to_audio_group(uint32_t group, uint32_t track);
  void remove_from_audio_group(uint32_t group, uint32_t track, TimePoint now, SendSlab& out);
  // Pipes to other engines (pipe/pipe.h). `local` is the key of what we send.
  bool add_pipe(uint32_t pipe, const srtp::MasterKey& local, TimePoint now);
  bool connect_pipe(uint32_t pipe, const SocketAddress& remote, const srtp::MasterKey& remote_key);
  bool send_into_pipe(uint32_t pipe, uint32_t track, const pipe::PipedTrack& description, TimePoint now,
                      SendSlab& out);
  void stop_sending_into_pipe(uint32_t pipe, uint32_t track);
  // The track can be subscribed to like any other. False when there is such a track, or no room.
  bool receive_from_pipe(uint32_t pipe, const TrackConfig& track);
  void stop_receiving_from_pipe(uint32_t pipe, uint32_t track);
  void close_pipe(uint32_t pipe);
  std::optional<pipe::PipeStats> pipe_stats(uint32_t pipe) const;
  void close_peer(uint32_t peer, SendSlab& out);
  void close_all(SendSlab& out);

  std::optional<PeerStats> peer_stats(uint32_t peer) const;
  HubStats stats() const;

  void on_datagrams(std::span<const Datagram> datagrams, TimePoint now, SendSlab& out) override;
  TimePoint next_deadline() const override;
  void on_deadline(TimePoint now, SendSlab& out) override;
  bool knows_route(const Route& route) const override {
    return by_route_.contains(route) || others_routes_.contains(route) ||
           connections_.contains(route.connection);
  }
  void on_message(size_t from, std::span<uint8_t> message, TimePoint now, SendSlab& out) override;
  void on_connection_open(const Route& route, TimePoint now, SendSlab& out) override;
  void on_connection_closed(const Route& route, TimePoint now, SendSlab& out) override;

 private:
  struct Entry {
    std::unique_ptr<Peer> peer;
    std::vector<std::string> ufrags;  // at most two generations
    std::vector<Route> routes;        // the latest, oldest first
    PeerState told = PeerState::kNew;
  };
  // The track of another thread.
  struct Mirror {
    Mirror(const TrackConfig& config, PacketPool& pool, size_t thread);
    size_t owner;
    Egress nowhere;  // what a track tells its publisher: never open
    Track track;
    uint8_t wish = 0;  // as told
    TimePoint say_again;
  };

  Entry* find(uint32_t peer);
  void on_stun(const Datagram& datagram, TimePoint now, SendSlab& out);
  void on_packet(const Datagram& datagram, TimePoint now, SendSlab& out);
  void deliver(Entry& entry, const Datagram& datagram, TimePoint now, SendSlab& out);
  Entry* add(uint32_t id, const ice::Credentials& local, IceTransport ice, TimePoint now);
  // hub_ice.cc: of peers with full ICE.
  bool on_relay(const Datagram& datagram, TimePoint now, SendSlab& out);
  bool on_answer(const stun::Message& message, const Datagram& datagram, TimePoint now, SendSlab& out);
  void on_own_connection_closed(const Route& route, TimePoint now, SendSlab& out);
  void follow_agent(Entry& entry, TimePoint now, SendSlab& out);
  void connect(Entry& entry, const ice::AgentEvent& event, TimePoint now, SendSlab& out);
  void forget_agent(Entry& entry);
  void learn_route(Entry& entry, const Route& route);
  bool is_used_by_another(const Route& route, const Entry* entry) const;
  void add_ufrag(Entry& entry, const std::string& ufrag);
  void forget(Entry& entry);
  void forget_route(const Route& route);
  void tell_state(Entry& entry);
  void tell_activity(Entry& entry, TimePoint now);
  void tell_layers(Entry& entry);
  // hub_threads.cc
  bool pass_on_check(std::string_view ufrag, const Datagram& datagram);
  bool pass_on_answer(const stun::Message& message, const Datagram& datagram);
  bool pass_on_to(uint8_t mark, const Datagram& datagram);
  bool pass_on(const Datagram& datagram);
  void tell_of_route(const Route& route);
  void tell_of_end(const Route& route);
  void tend_mirrors(TimePoint now, SendSlab& out);
  void on_mirrors_wish(size_t from, bool tap, uint32_t id, uint8_t wish, TimePoint now, SendSlab& out);
  void tell_taps(uint64_t threads, std::span<const uint8_t> head, std::span<const uint8_t> body);
  void on_tapped_packet(uint32_t track, uint64_t threads, const rtp::Packet& packet) override;
  void on_tapped_report(uint32_t track, uint64_t threads, const rtcp::SenderReport& report) override;
  void on_tapped_bye(uint32_t track, uint64_t threads, Ssrc source) override;
  void on_tapped_pause(uint32_t track, uint64_t threads, bool paused) override;
  void on_tapped_layers(uint32_t track, uint64_t threads, const ToldEncodings& told) override;
  bool pass_on_to_pipe(const Datagram& datagram);
  void on_audio_time(TimePoint now, SendSlab& out);
  struct PipeEntry {
    PipeEntry(const srtp::MasterKey& local, Random& random, PacketPool& pool, congestion::PaceList& pacing,
              TimePoint now)
        : pipe(local, random, pool, pacing, now) {}
    pipe::Pipe pipe;
    pipe::PipeState told = pipe::PipeState::kNew;
  };
  PipeEntry* find_pipe(uint32_t pipe);
  // False when the datagram comes from no pipe.
  bool on_pipe_datagram(const Datagram& datagram, TimePoint now, SendSlab& out);
  void on_pipe_time(TimePoint now, SendSlab& out);
  void tell_pipe_state(uint32_t id, PipeEntry& entry);

  const dtls::Certificate& certificate_;
  Random& random_;
  EventSink sink_;
  PacketPool pool_;
  std::unordered_map<uint32_t, audio::AudioGroup> audio_groups_;  // outlive the tracks in them
  TrackTable tracks_;
  congestion::PaceList pacing_;
  congestion::PaceList data_bursts_{PeerData::kShortestPause};
  DataSettings data_;
  std::unordered_map<uint32_t, LocalTrack> local_tracks_;
  std::unordered_map<uint32_t, PipeEntry> pipes_;
  std::unordered_map<SocketAddress, uint32_t> pipe_by_address_;
  std::unordered_map<uint32_t, Entry> peers_;
  std::unordered_map<std::string, Entry*> by_ufrag_;
  std::unordered_map<Route, Entry*> by_route_;
  // Of peers with full ICE: they are few, and some datagrams can only be found by asking each.
  std::vector<Entry*> full_;
  struct OwnConnection {
    uint32_t peer = 0;
    uint32_t request = 0;  // the agent's; 0 once it is open
  };
  std::unordered_map<uint32_t, OwnConnection> connections_;
  Connector* connector_ = nullptr;
  MessageLinks* links_ = nullptr;
  std::unordered_map<uint32_t, std::unique_ptr<Mirror>> mirrors_;  // by what the owner calls the track
  std::unordered_map<SocketAddress, size_t> others_pipes_;         // on which thread
  std::unordered_map<Route, uint8_t> others_routes_;               // on which thread their peers are
  std::optional<size_t> passed_on_by_;  // the thread that the datagram at hand came over
  TimePoint next_tick_ = kNever;
  TimePoint next_activity_;
  uint64_t datagrams_ = 0;
  uint64_t unknown_source_ = 0;
  uint64_t refused_checks_ = 0;
};

}  // namespace parley::media
