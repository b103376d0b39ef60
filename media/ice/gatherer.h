// Asks STUN and TURN servers for an agent's server-reflexive and relayed addresses (RFC 8445
// section 5.1.1.2), and owns the relays from then on. Sans-IO.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "media/core/datagram_handler.h"
#include "media/core/random.h"
#include "media/ice/stun.h"
#include "media/ice/stun_transaction.h"
#include "media/turn/client.h"

namespace parley::media::ice {

enum class TurnVia : uint8_t { kUdp, kTcp, kTls };

struct TurnServer {
  SocketAddress address;
  turn::Account account;
  TurnVia via = TurnVia::kUdp;
  std::string host;  // for the certificate of kTls
  bool operator==(const TurnServer&) const = default;
};

struct Servers {
  std::vector<SocketAddress> stun;
  std::vector<TurnServer> turn;
};

class Gatherer {
 public:
  static constexpr size_t kMaxServers = 8;  // of each kind
  static constexpr size_t kMaxRelays = 16;
  // Requests of connections to servers start here; an agent's pairs have lower numbers.
  static constexpr uint32_t kFirstRequest = 0x80000000;
  // A quarter of a minute for all tries: a server that is not there must not hold up whoever waits for all
  // candidates.
  static constexpr stun::Timing kTiming{std::chrono::milliseconds(500), 5, 8, false};

  struct Found {
    enum class Type : uint8_t { kReflexive, kRelayed, kRelayLost, kFailure };
    Type type = Type::kReflexive;
    SocketAddress base;     // the socket that asked
    SocketAddress address;  // reflexive or relayed
    SocketAddress mapped;   // kRelayed: the socket as the relay sees it
    SocketAddress server;
    bool over_tcp = false;
    int code = 0;
    std::string text{};
  };
  struct Connection {  // to be opened
    uint32_t request = 0;
    SocketAddress from, to;
    TurnVia via = TurnVia::kTcp;
    std::string host;
  };

  // `mark`: of transactions (stun::fresh_id).
  explicit Gatherer(Random& random, std::optional<uint8_t> mark = {}) : random_(random), mark_(mark) {}

  void add_stun_server(const SocketAddress& address);
  void add_turn_server(TurnServer server);
  bool has_servers() const { return !stun_servers_.empty() || !turn_servers_.empty(); }
  // For a new phase of gathering. Gives the relays whose servers are not among them: they work until
  // forget_relay().
  std::vector<SocketAddress> set_servers(Servers servers, SendSlab& out);
  // From a UDP socket's address; once for each.
  void gather(const SocketAddress& base, bool relay_only, TimePoint now, SendSlab& out);
  void forget(const SocketAddress& base, SendSlab& out);
  void forget_relay(const SocketAddress& relayed, SendSlab& out);
  bool busy() const;
  std::optional<Found> poll_found();
  std::optional<Connection> poll_connection();

  void on_connected(uint32_t request, const Route& route, TimePoint now, SendSlab& out);
  void on_connect_failed(uint32_t request);
  void on_disconnected(uint32_t connection);

  // Whether the datagram is from one of the relays' servers; then to on_datagram().
  bool is_from_relay(const Route& route) const;
  std::optional<Datagram> on_datagram(const Datagram& datagram, TimePoint now, SendSlab& out);
  // An answer of a STUN server; false when it is none of ours.
  bool on_response(const stun::Message& m, const Route& source);

  // The relay that owns the address; null for other addresses.
  turn::Client* relay(const SocketAddress& relayed) const;
  void close(SendSlab& out);

  TimePoint next_deadline() const;
  void on_deadline(TimePoint now, SendSlab& out);

 private:
  struct Question {
    stun::TransactionId id{};
    Route route;
    stun::Retransmission retransmission;
  };
  struct Relay {
    SocketAddress base;
    TurnServer server;
    std::unique_ptr<turn::Client> client;  // null until its connection is there
    uint32_t request = 0;                  // of its connection; 0 for UDP
    bool reported = false;
    bool relays = false;
  };
  template <class Predicate>
  void forget_relays(Predicate is_meant, SendSlab& out) {
    std::erase_if(relays_, [&](const auto& r) {
      if (!is_meant(*r)) return false;
      if (r->client) r->client->close(out);
      return true;
    });
  }
  void ask(const Question& question, SendSlab& out);
  void start(Relay& relay, const Route& route, TimePoint now, SendSlab& out);
  void report(Relay& relay);
  void fail(const SocketAddress& base, const SocketAddress& server, int code, std::string text);

  Random& random_;
  const std::optional<uint8_t> mark_;
  std::vector<SocketAddress> stun_servers_;
  std::vector<TurnServer> turn_servers_;
  std::vector<SocketAddress> asked_;  // bases
  std::vector<Question> questions_;
  std::vector<std::unique_ptr<Relay>> relays_;
  std::deque<Found> found_;
  std::deque<Connection> connections_;
  uint32_t next_request_ = kFirstRequest;
};

}  // namespace parley::media::ice
