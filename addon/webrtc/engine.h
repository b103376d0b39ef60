// The media engine as a program holds it, without a word of JavaScript: one UDP port, one media thread or
// several, the peers on them, and the signalling side of each. Calls come from one thread (JavaScript's);
// what they decide is posted to the media thread of the peer. A track has a mirror on every other thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "addon/webrtc/connection.h"
#include "addon/webrtc/data_mail.h"
#include "media/io/system.h"
#include "media/io/worker_group.h"
#include "media/session/hub.h"
#include "media/session/publisher_negotiator.h"
#include "media/session/subscriber_negotiator.h"

namespace parley::addon {

// Why a call failed: a code for programs and a text for people.
struct Failure {
  std::string code;  // "ERR_SDP", "EADDRINUSE", …
  std::string message;
};

template <class T>
using Outcome = media::Result<T, Failure>;

// One address to bind; the candidates shown to peers are `announced`, or the bound address where it is empty.
struct Binding {
  media::SocketAddress address;
  std::vector<std::string> announced;
};

struct EngineOptions {
  std::vector<Binding> bindings;
  bool udp = true;
  bool tcp = false;  // listens on the same port numbers (RFC 6544, passive)
  size_t max_message_size = media::LocalEndpoint{}.max_message_size;  // of data channels, what peers may send
  size_t threads = 1;                                                 // media threads, up to kMaxThreads
  const media::dtls::Certificate* certificate = nullptr;  // instead of a new one; used by create() only
};

struct TrackInfo {
  uint32_t id = 0;
  media::TrackKind kind = media::TrackKind::kAudio;
  std::string mid;
  std::string codec;
};

// An end of a pipe to another engine: `key` is what the other end must be told.
struct PipeInfo {
  uint32_t id = 0;
  media::srtp::MasterKey key;
};

struct Answer {
  std::string sdp;
  std::vector<TrackInfo> tracks;
};

// A data channel as the program knows it.
struct ChannelInfo {
  uint32_t id = 0;
  std::shared_ptr<media::DataGauge> gauge;
};

enum class Role { kPublisher, kSubscriber };

class Engine {
 public:
  using PeerId = uint32_t;
  using EventSink = std::function<void(const media::HubEvent&)>;
  using StatsSink = std::function<void(std::optional<media::PeerStats>)>;
  using DataSink = std::function<void(media::DataEvent&&)>;
  static constexpr size_t kMaxPeers = media::Hub::kMaxPeers;
  static constexpr size_t kMaxBufferedAmount = size_t{16} << 20;  // of one data channel
  static constexpr size_t kMaxWaitingChannels = 4096;             // commands for a peer that has not begun
  static constexpr size_t kMaxThreads = media::MessageLinks::kMaxThreads;

  // The sinks are called on the media threads.
  static Outcome<std::unique_ptr<Engine>> create(const EngineOptions& options, EventSink sink,
                                                 DataSink data_sink);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // As bound, with real ports.
  const std::vector<media::SocketAddress>& bindings() const { return bindings_; }
  // What peers are told.
  const std::vector<media::SocketAddress>& candidates() const { return announced_; }
  // Of DTLS, its DER.
  std::string certificate_base64() const { return certificate_.base64(); }
  // Says goodbye to all peers and ends the thread. Idempotent; every later call fails.
  void close();

  // A publisher's video codecs are `codecs`, the preferred one first; empty: the engine's own order. Peers of
  // one affinity are on one media thread; those without go where there are the fewest.
  // A subscriber is offered parity packets (FlexFEC) when `parity`.
  Outcome<PeerId> create_peer(Role role, media::CodecPreferences codecs = {},
                              const std::optional<std::string>& affinity = {}, bool parity = true);
  Outcome<Answer> accept_offer(PeerId peer, std::string_view offer);
  Outcome<std::string> create_offer(PeerId peer);
  // Gives what the answer does not take: these subscriptions are gone.
  Outcome<std::vector<media::SubscriberNegotiator::Outcome::Refused>> accept_answer(PeerId peer,
                                                                                    std::string_view answer);
  // ICE-lite learns addresses from checks: a candidate is only looked at.
  Outcome<bool> add_remote_candidate(PeerId peer, std::string_view candidate);
  Outcome<uint32_t> subscribe(PeerId peer, uint32_t track);
  Outcome<bool> unsubscribe(PeerId peer, uint32_t subscription);
  Outcome<bool> pause_track(PeerId peer, uint32_t track, bool paused);
  Outcome<bool> pause_subscription(PeerId peer, uint32_t subscription, bool paused);
  Outcome<bool> set_preferred_layers(PeerId peer, uint32_t subscription, media::LayerTarget layers);
  Outcome<bool> set_priority(PeerId peer, uint32_t subscription, uint8_t priority);
  Outcome<bool> request_key_frame(uint32_t track);
  Outcome<bool> restart_ice(PeerId peer);
  void close_peer(PeerId peer);
  // Groups of voices (media/audio/audio_group.h); at most `forwarded` of a group's tracks are forwarded, 0:
  // all. The publishers of a group's tracks must be on one media thread.
  Outcome<uint32_t> create_audio_group(uint32_t forwarded);
  Outcome<bool> add_to_audio_group(uint32_t group, uint32_t track);
  Outcome<bool> remove_from_audio_group(uint32_t group, uint32_t track);
  Outcome<bool> close_audio_group(uint32_t group);

  // Pipes to other engines (media/pipe/pipe.h; engine_pipes.cc). Each is on one media thread.
  Outcome<PipeInfo> create_pipe();
  // Once. The other end's address, and the key of what it sends.
  Outcome<bool> connect_pipe(uint32_t pipe, const media::SocketAddress& remote,
                             const media::srtp::MasterKey& remote_key);
  // Gives the description that the other end receives the track by.
  Outcome<std::string> send_into_pipe(uint32_t pipe, uint32_t track);
  // With an affinity the track is as if it were published on that affinity's thread.
  Outcome<TrackInfo> receive_from_pipe(uint32_t pipe, std::string_view description,
                                       const std::optional<std::string>& affinity);
  Outcome<bool> stop_sending_into_pipe(uint32_t pipe, uint32_t track);
  Outcome<bool> stop_receiving_from_pipe(uint32_t pipe, uint32_t track);
  Outcome<bool> pipe_stats(uint32_t pipe, std::function<void(std::optional<media::pipe::PipeStats>)> sink);
  void close_pipe(uint32_t pipe);

  // --- RTCPeerConnection (engine_connection.cc). Each is on one media thread, as peers are; the handler is
  // called there.
  Outcome<PeerId> create_connection(
      media::jsep::Session::Options options,
      std::function<void(uint32_t transceiver, size_t encoding)> key_frame_wanted,
      const std::optional<std::string>& affinity = {});
  // Null when it is closed.
  Connection* connection(PeerId id);
  // Candidates that trickle in; those of a generation still to come wait in the session.
  Outcome<bool> add_candidate(PeerId id, const media::jsep::Session::RemoteCandidate& candidate);
  // What became of a name that a candidate had; nothing: nobody knows it.
  Outcome<bool> resolve_candidate(PeerId id, std::string name, std::optional<media::SocketAddress> address);
  // Carries out what setting a description changed.
  Outcome<bool> apply(PeerId id, const media::jsep::Changes& changes);
  // False: not negotiated (yet), nothing was sent.
  Outcome<bool> send_rtp(PeerId id, uint32_t transceiver, size_t encoding, std::span<const uint8_t> packet);
  // An empty factory takes the ear away.
  Outcome<bool> set_sink(PeerId id, uint32_t transceiver, SinkFactory factory);
  Outcome<bool> request_receiver_key_frame(PeerId id, uint32_t transceiver);
  // Raw media for all encodings of a sender. False: left out.
  bool send_picture(PeerId id, uint32_t transceiver, media::codecs::Picture picture, int64_t timestamp_us);
  bool send_samples(PeerId id, uint32_t transceiver, std::span<const int16_t> samples, unsigned channels);
  void configure_encoding(PeerId id, uint32_t transceiver, size_t encoding, const EncodingSettings& settings);

  // Data channels. A subscriber offers them from its next offer on.
  Outcome<ChannelInfo> create_channel(PeerId peer, const media::sctp::ChannelConfig& config);
  Outcome<bool> send_data(PeerId peer, const ChannelInfo& channel, bool text, std::vector<uint8_t> bytes);
  Outcome<bool> close_channel(PeerId peer, uint32_t channel);
  // The program has dealt with received messages of this cost (media/session/peer_data.h).
  void release_data(PeerId peer, size_t cost);

  // The sinks are called once, on the media thread.
  Outcome<bool> peer_stats(PeerId peer, StatsSink sink);
  Outcome<bool> stats(std::function<void(media::HubStats, media::io::UdpCounters)> sink);

 private:
  struct Peer {
    std::variant<media::PublisherNegotiator, media::SubscriberNegotiator, Connection> negotiator;
    std::vector<uint32_t> tracks;         // published
    std::vector<uint32_t> subscriptions;  // subscribed
    bool on_media_thread = false;
    std::vector<media::io::UdpWorker::Command> waiting = {};  // until it is on the media thread
    std::optional<media::RemoteData> data = {};               // as the other side described them
    size_t thread = 0;
  };
  struct AudioGroup {
    uint32_t forwarded = 0;
    std::optional<size_t> thread = {};  // that of its tracks, once it has one
  };
  struct MediaThread {
    MediaThread(const media::dtls::Certificate& certificate, media::Random& random, EventSink sink)
        : hub(certificate, random, std::move(sink)) {}
    media::Hub hub;  // used on this thread only, once it runs
    media::LocalEndpoint endpoint;
    Mailbox<OutgoingData> outbox;
    std::shared_ptr<Outlet> outlet;  // for encoders
    size_t peers = 0;
  };
  struct Published {
    PeerId owner;  // 0: it comes out of a pipe
    media::SubscriberNegotiator::Source source;
    std::vector<std::string> rids;  // one for each encoding
    size_t thread = 0;
  };
  struct PipeEntry {
    media::srtp::MasterKey key;
    std::optional<media::SocketAddress> remote = {};
    uint32_t next_ssrc = 1;  // never used again under the same key
    std::unordered_set<uint32_t> sent = {};
    std::unordered_map<uint32_t, uint32_t> received = {};  // track → what it is on the pipe's thread
    size_t thread = 0;
  };
  void end_received(const PipeEntry& pipe, uint32_t track, uint32_t raw);

  Engine(media::dtls::Certificate certificate, const EventSink& sink, size_t threads);
  std::optional<Failure> open_threads(const EngineOptions& wanted);
  std::optional<Failure> announce(const EngineOptions& wanted);
  Outcome<bool> post_to(size_t thread, media::io::UdpWorker::Command command);
  // Calls `task(hub, now, out)` on a media thread.
  template <class Task>
  Outcome<bool> run_on(size_t thread, Task task) {
    return post_to(thread, [hub = &threads_[thread]->hub, task = std::move(task)](
                               media::TimePoint now, media::SendSlab& out) mutable { task(*hub, now, out); });
  }
  size_t choose_thread(const std::optional<std::string>& affinity) const;
  Outcome<bool> mirror(size_t owner, const std::vector<media::TrackConfig>& tracks,
                       const std::vector<uint32_t>& removed);
  Peer* find(PeerId id);
  // Calls `task(hub, now, out)` where the peer is, if the subscription is one of its.
  template <class Task>
  Outcome<bool> run_on_subscription(PeerId id, uint32_t subscription, Task task) {
    Peer* peer = find(id);
    if (!peer) return Failure{"ERR_NO_PEER", "the peer is closed"};
    if (std::find(peer->subscriptions.begin(), peer->subscriptions.end(), subscription) ==
        peer->subscriptions.end()) {
      return Failure{"ERR_NO_SUBSCRIPTION", "there is no such subscription"};
    }
    return run_on(peer->thread, std::move(task));
  }
  media::PublisherNegotiator* publisher(PeerId id);
  media::SubscriberNegotiator* subscriber(PeerId id);
  Outcome<bool> apply_plan(PeerId id, Connection& connection, const media::jsep::Plan& plan);
  void end_connection(const Connection& connection, size_t thread);
  static media::DataSettings data_settings(size_t max_message_size, DataSink sink);
  Outcome<bool> on_data(PeerId id,
                        std::function<void(media::PeerData&, media::TimePoint, media::SendSlab&)> what);
  static void set_remote_data(media::Hub& hub, PeerId id, const std::optional<media::RemoteData>& remote,
                              media::TimePoint now, media::SendSlab& out);
  static void send_outbox(MediaThread& thread, media::TimePoint now, media::SendSlab& out);
  Outcome<bool> start_peer(PeerId id, const media::ice::Credentials& local);

  media::dtls::Certificate certificate_;
  media::io::SystemRandom random_;
  std::unique_ptr<media::io::ThreadLinks> links_;
  std::vector<std::unique_ptr<MediaThread>> threads_;
  media::LocalEndpoint endpoint_;
  std::vector<media::SocketAddress> bindings_;
  std::vector<media::SocketAddress> announced_;
  std::unique_ptr<media::io::WorkerGroup> workers_;  // null when closed
  std::unordered_map<PeerId, std::unique_ptr<Peer>> peers_;
  std::unordered_map<uint32_t, Published> published_;
  std::unordered_map<uint32_t, PipeEntry> pipes_;
  uint32_t next_pipe_ = 1;
  PeerId next_peer_ = 1;
  uint32_t next_track_ = 1;
  uint32_t next_subscription_ = 1;
  uint32_t next_channel_ = 1;
  std::unordered_map<uint32_t, AudioGroup> audio_groups_;
  uint32_t next_audio_group_ = 1;
  bool closed_ = false;
};

}  // namespace parley::addon
