// A full ICE agent for one component (rtcp-mux and BUNDLE make it the only one): RFC 8445 with trickle (RFC
// 8838), consent (RFC 7675), patience (RFC 8863), TCP (RFC 6544), restarts, and renomination when the
// selected path dies. Sans-IO: the owner hands in local addresses, datagrams and time; it gets datagrams,
// events and the next deadline.
//
//   Agent agent(Credentials::generate(random), Role::kControlling, random, now);
//   agent.add_local(socket_address, Transport::kUdp);        // for each socket
//   agent.start_gathering(now, out);                         // candidates come as events
//   agent.set_remote({credentials_of_the_peer});             // checks begin
//   agent.add_remote_candidate(candidate, now);
//   ... on_datagram(), on_deadline(); send media along selected()
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "media/core/datagram_handler.h"
#include "media/core/random.h"
#include "media/core/route.h"
#include "media/core/send_slab.h"
#include "media/core/time.h"
#include "media/ice/candidate.h"
#include "media/ice/check_list.h"
#include "media/ice/credentials.h"
#include "media/ice/gatherer.h"
#include "media/ice/state.h"
#include "media/ice/stun.h"

namespace parley::media::ice {

struct RemoteParameters {
  Credentials credentials;
  bool lite = false;  // a=ice-lite: then we control
  // a=ice-options:ice2 (RFC 8445 section 10): the peer nominates once, and its latest nomination counts.
  // Others may nominate every pair that works (RFC 5245's aggressive nomination), and the best of those
  // counts.
  bool ice2 = false;
  bool operator==(const RemoteParameters&) const = default;
};

enum class GatheringState : uint8_t { kNew, kGathering, kComplete };

struct AgentEvent {
  enum class Type : uint8_t {
    kCandidate,       // a local candidate to tell the peer
    kGatheringState,  // ask gathering_state(); complete: tell the peer a=end-of-candidates
    kState,           // ask state()
    kSelected,        // ask selected()
    kRole,            // a conflict was resolved: ask role()
    kResolve,         // `name` by mDNS, then on_resolved()
    kConnect,         // a TCP connection from `from` (its port does not count) to `to`, then on_connected()
    kCandidateError,  // a STUN or TURN server (`to`) failed for the socket `from`: `code` and `text`
  };
  Type type = Type::kState;
  Candidate candidate{};
  std::string name{};
  std::string text{};
  int code = 0;
  uint32_t request = 0;  // of kConnect
  // kConnect: to a TURN server, by TCP or by TLS (whose certificate is `name`'s), where messages
  // tell their own lengths. Otherwise to the peer, with RFC 4571's framing.
  std::optional<TurnVia> turn{};
  SocketAddress from{}, to{};
};

// Where media goes: along a route, as it is or as ChannelData of a TURN server at the end of the route.
struct MediaPath {
  Route route;
  uint16_t channel = 0;  // 0: as it is
  bool operator==(const MediaPath&) const = default;
};

struct AgentConfig {
  std::optional<uint8_t> transaction_mark;          // stun::fresh_id
  Duration pacing = std::chrono::milliseconds(50);  // Ta, RFC 8445 section 14.2
  Duration rto = std::chrono::milliseconds(500);    // section 14.3
  uint8_t tries = 7;
  // RFC 7675 section 5.1; each interval is randomised by a fifth.
  Duration consent_interval = std::chrono::seconds(5);
  Duration consent_expires_after = std::chrono::seconds(30);
  Duration keepalive_interval = std::chrono::seconds(15);  // of paths that are kept in reserve
  // A selected path that does not answer for this long is suspected: it and the reserve are probed every
  // second.
  Duration suspect_after = std::chrono::seconds(1);
  Duration disconnected_after = std::chrono::seconds(5);
  // How long a better pair than the one that works already may take.
  Duration nomination_delay = std::chrono::milliseconds(300);
  Duration nomination_delay_for_relays = std::chrono::seconds(1);
  Duration patience = std::chrono::milliseconds(39500);  // RFC 8863
  size_t max_pairs = 100;                                // RFC 8445 section 6.1.2.5
  bool relay_only = false;                               // W3C's iceTransportPolicy "relay"
};

class Agent {
 public:
  static constexpr size_t kMaxLocalCandidates = 64;
  static constexpr size_t kMaxRemoteCandidates = 64;
  static constexpr size_t kMaxPeerReflexive = 16;  // of the remote ones
  static constexpr size_t kMaxNames = 8;           // being resolved at once
  static constexpr size_t kMaxEvents = 256;
  static constexpr size_t kReserve = 3;  // pairs kept alive beside the selected one

  // `random` must be the system's, and must outlive the agent.
  Agent(Credentials local, Role role, Random& random, TimePoint now)
      : Agent(std::move(local), role, random, now, AgentConfig()) {}
  Agent(Credentials local, Role role, Random& random, TimePoint now, AgentConfig config);

  // --- our side. A socket's own address (TCP: of the listener, or of the interface for active candidates).
  void add_local(const SocketAddress& address, Transport transport);
  // The address went away with its interface: what was checked from it is forgotten.
  void remove_local(const SocketAddress& address, TimePoint now, SendSlab& out);
  void add_stun_server(const SocketAddress& address) { gatherer_.add_stun_server(address); }
  void add_turn_server(TurnServer server) { gatherer_.add_turn_server(std::move(server)); }
  // Asks the servers; sockets that are added later ask as well.
  void start_gathering(TimePoint now, SendSlab& out);
  GatheringState gathering_state() const { return gathering_state_; }
  const Credentials& local() const { return current_.local; }
  std::vector<Candidate> local_candidates() const;

  // --- the peer's side, as signalled. Checks start with the credentials and the first candidate.
  void set_remote(RemoteParameters remote, TimePoint now);
  void set_remote(Credentials remote, TimePoint now) { set_remote(RemoteParameters{std::move(remote)}, now); }
  const std::optional<RemoteParameters>& remote() const { return current_.remote; }
  // False: of no use (another generation's, too many). A name that mDNS resolves makes a kResolve event.
  bool add_remote_candidate(const Candidate& candidate, TimePoint now);
  // `ufrag` as in a candidate.
  void end_of_remote_candidates(TimePoint now, std::string_view ufrag = "");
  // No address: it cannot be resolved.
  void on_resolved(std::string_view name, const std::optional<SocketAddress>& address, TimePoint now);
  // RFC 8445 section 9: new local credentials. The old path stays selected until the new session nominates
  // one. Until set_remote() the restart can be taken back with the credentials of before.
  void restart(Credentials local, TimePoint now);
  // The same with a new phase of gathering, and what it is for. Relays that the old path needs live as long
  // as it does.
  void restart(Credentials local, Servers servers, bool relay_only, TimePoint now, SendSlab& out);
  Role role() const { return role_; }
  void set_role(Role role);

  // --- TCP connections of media/io.
  void on_connected(uint32_t request, const Route& route, TimePoint now, SendSlab& out);
  void on_connect_failed(uint32_t request, TimePoint now, SendSlab& out);
  void on_disconnected(uint32_t connection, TimePoint now, SendSlab& out);

  // --- datagrams. Takes what is STUN's or a relay's; what is left comes back, its route as seen by
  // selected(): of a relayed datagram the peer and the relayed address.
  std::optional<Datagram> on_datagram(const Datagram& datagram, TimePoint now, SendSlab& out);
  // Whether on_datagram() must see whatever comes by this route: a relay's server is at its end.
  bool is_from_relay(const Route& route) const { return gatherer_.is_from_relay(route); }
  // The way of media; nothing while there is none, or the relay's channel is not bound yet.
  std::optional<MediaPath> media_path() const;
  // Moves what `from` holds into `out`, by way of a relay where the route is one of its. `from` is cleared.
  void forward(SendSlab& from, TimePoint now, SendSlab& out);
  // Gives relays back.
  void close(SendSlab& out) { gatherer_.close(out); }

  // --- what moves. The one agent's interface (lite_agent.h has the same):
  bool owns_ufrag(std::string_view ufrag) const;
  Verdict on_stun(const stun::Message& message, const Route& source, TimePoint now, SendSlab& out);
  void on_authenticated_traffic(TimePoint now);
  TimePoint next_deadline() const;
  void on_deadline(TimePoint now, SendSlab& out);
  State state() const { return state_; }
  // Where to send: the nominated pair's route; before there is one the old session's, or the best that works.
  const std::optional<Route>& selected() const { return selected_; }
  // Whether a valid check or answer came by `route`.
  bool is_validated(const Route& route) const;

  // All of RFC 8445 is done: a pair is nominated and no check is under way (W3C's "completed").
  bool completed() const;
  std::optional<AgentEvent> poll_event();
  uint64_t tie_breaker() const { return tie_breaker_; }

  // For statistics.
  const std::vector<CandidatePair>& pairs() const { return list_.pairs(); }
  const CandidatePair* selected_pair() const;
  const Candidate& local_of(const CandidatePair& pair) const { return locals_[pair.mapped].candidate; }
  const Candidate& remote_of(const CandidatePair& pair) const {
    return old_ && &pair == &old_->pair ? old_->remote : remotes_[pair.remote];
  }
  uint32_t selected_changes() const { return selected_changes_; }

 private:
  struct LocalCandidate {
    Candidate candidate;
    SocketAddress base;
    bool is_base = false;  // pairs are made with it: host and relayed candidates
    bool alive = true;
    bool retired = false;  // of a server that is none of ours any more: not for the current session
  };
  struct Generation {
    Credentials local;
    std::optional<RemoteParameters> remote;
  };
  // The session before a restart: its selected pair lives on.
  struct OldSession {
    Generation generation;
    CandidatePair pair;
    Candidate remote;  // of the pair
  };

  // What a restart sets aside until the peer has agreed to it.
  struct Suspended {
    Generation generation;
    CheckList list;
    std::vector<Candidate> remotes, unresolved;
    std::vector<Candidate> late;  // signalled since
    size_t peer_reflexive;
    bool end_of_remote;
    TimePoint started, first_valid;
  };

  // agent_gathering.cc
  void take_gathered(TimePoint now, SendSlab& out);
  void take_found(Gatherer::Found found, TimePoint now);
  void drop_local(const SocketAddress& base, TimePoint now);
  std::optional<uint32_t> store_local(LocalCandidate local);
  const LocalCandidate* socket_of(const SocketAddress& base) const;
  void bind_selected(TimePoint now, SendSlab& out);
  void release_retired(SendSlab& out);
  // Room for a message along the route, by a relay where it is one's; `write` fills it and returns the size.
  template <class Write>
  void transmit(const Route& route, TimePoint now, SendSlab& out, Write write) {
    if (turn::Client* relay = gatherer_.relay(route.local)) {
      std::array<uint8_t, stun::kMaxMessageSize> bytes;
      const size_t size = write(std::span<uint8_t>(bytes));
      if (size > 0) relay->send(route.remote, std::span(bytes).first(size), now, out);
    } else if (const std::span<uint8_t> room = out.reserve(route, stun::kMaxMessageSize); !room.empty()) {
      out.commit(write(room));
    }
  }

  // agent.cc
  void emit(AgentEvent event);
  void announce(const Candidate& candidate);
  void set_state(State state);
  void set_gathering_state(GatheringState state);
  void pair_local(uint32_t local);
  void pair_remote(uint32_t remote);
  void make_pair(uint32_t local, uint32_t remote);
  uint64_t priority_of(const CandidatePair& pair) const;
  uint32_t rank_of(SocketAddress::Family family) const;
  std::optional<uint32_t> find_base(const Route& route) const;
  std::optional<uint32_t> find_remote(const SocketAddress& address, bool tcp) const;
  std::optional<uint32_t> add_remote(Candidate candidate);
  bool is_of_suspended(std::string_view ufrag) const;
  void suspend();
  void resume(TimePoint now);
  void update(TimePoint now);
  void update_selected();
  bool is_hopeless(TimePoint now) const;
  CandidatePair* nominated();
  const CandidatePair* nominated() const;

  // agent_checks.cc
  void run_checks(TimePoint now, SendSlab& out);
  void start_check(CandidatePair& pair, TimePoint now, SendSlab& out);
  void retransmit(CandidatePair& pair, TimePoint now, SendSlab& out);
  void run_probes(TimePoint now, SendSlab& out);
  void probe(CandidatePair& pair, const Generation& generation, TimePoint now, SendSlab& out);
  void send_request(CandidatePair& pair, const Generation& generation, const stun::TransactionId& id,
                    bool use_candidate, TimePoint now, SendSlab& out);
  void fail(CandidatePair& pair);
  bool in_reserve(const CandidatePair& pair) const;
  void schedule_probe(CandidatePair& pair, TimePoint now);
  void maybe_nominate(TimePoint now);
  bool better_may_come(const CandidatePair& best, TimePoint now) const;
  bool is_last_resort(const CandidatePair& pair) const;
  void nominate(CandidatePair& pair);
  void replace_dead_path(TimePoint now);
  void set_nominated(CandidatePair& pair);

  // agent_messages.cc
  Verdict on_request(const stun::Message& m, const Route& source, TimePoint now, SendSlab& out);
  Verdict on_response(const stun::Message& m, const Route& source, TimePoint now, SendSlab& out);
  bool resolve_conflict(const stun::Message& m, const Route& source, const Credentials& local, TimePoint now,
                        SendSlab& out);
  void refuse(int code, const stun::Message& m, std::string_view password, const Route& source, TimePoint now,
              SendSlab& out);
  void on_valid_request(const stun::Message& m, const Route& source, TimePoint now);
  CandidatePair* pair_for(const stun::Message& m, const Route& source);
  void on_success(CandidatePair& pair, const stun::Message& m, bool use_candidate, TimePoint now);
  void on_error(CandidatePair& pair, const stun::Message& m, Role sent_as, TimePoint now);
  uint32_t mapped_candidate(const CandidatePair& pair, const SocketAddress& mapped);
  void switch_role(Role role);

  AgentConfig config_;
  Random& random_;
  Generation current_;
  std::optional<OldSession> old_;
  std::optional<Suspended> suspended_;
  Role role_;
  uint64_t tie_breaker_;
  State state_ = State::kNew;
  GatheringState gathering_state_ = GatheringState::kNew;
  std::vector<LocalCandidate> locals_;
  std::vector<Candidate> remotes_;
  size_t peer_reflexive_ = 0;
  std::vector<Candidate> unresolved_;
  bool end_of_remote_ = false;
  bool gathers_ = false;
  bool lost_ = false;  // consent expired on the last path there was
  CheckList list_;
  std::optional<Route> selected_;
  uint32_t selected_changes_ = 0;  // to a path
  std::deque<AgentEvent> events_;
  Gatherer gatherer_;

  TimePoint started_ = kNever;  // checking, for the patience
  TimePoint next_check_;        // Ta
  TimePoint first_valid_ = kNever;
  uint64_t nominations_ = 0;
};

}  // namespace parley::media::ice
