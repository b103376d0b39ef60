// A TURN client: one allocation on one server from one of our addresses (RFC 8656), with long-term
// credentials (RFC 8489 section 9.2), permissions and channels that it keeps alive, and redirection. Sans-IO.
// What the relay brings looks like a datagram that came to the relayed address.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/core/datagram_handler.h"
#include "media/core/random.h"
#include "media/core/send_slab.h"
#include "media/ice/stun.h"
#include "media/ice/stun_transaction.h"

namespace parley::media::turn {

struct Account {
  std::string username;
  std::string password;
  bool operator==(const Account&) const = default;
};

class Client {
 public:
  enum class State : uint8_t { kNew, kAllocating, kAllocated, kFailed, kClosed };
  static constexpr size_t kMaxPeers = 128;  // permissions, and channels
  static constexpr size_t kMaxTransactions = kMaxPeers + 32;
  static constexpr size_t kMaxQueued = 32;  // datagrams that wait for their permission
  static constexpr size_t kMaxPayload = 1500;
  static constexpr Duration kPermissionRefresh = std::chrono::minutes(4);  // they last for five
  static constexpr Duration kChannelRefresh = std::chrono::minutes(9);     // they last for ten

  struct Options {
    Route server;  // from our base; over a stream when `server.connection` is not 0
    Account account;
    SocketAddress::Family family = SocketAddress::Family::kIPv4;  // of the relayed address
    stun::Timing timing;
    std::optional<uint8_t> transaction_mark = {};  // stun::fresh_id
  };
  // `random` must outlive the client.
  Client(Options options, Random& random) : options_(std::move(options)), random_(random) {
    options_.timing.reliable = !options_.server.is_udp();
  }

  void start(TimePoint now, SendSlab& out);
  // Whether a datagram with this route is from the server.
  bool is_from_server(const Route& route) const;
  // A whole message from the server. What it relays comes back, with the peer as `route.remote` and the
  // relayed address as `route.local`.
  std::optional<Datagram> on_datagram(std::span<uint8_t> bytes, TimePoint now, SendSlab& out);
  // To a peer, by the relay; asks for the permission first where there is none yet.
  void send(const SocketAddress& peer, std::span<const uint8_t> payload, TimePoint now, SendSlab& out);
  // From now on with four bytes of overhead instead of forty.
  void bind_channel(const SocketAddress& peer, TimePoint now, SendSlab& out);
  // Gives the allocation back.
  void close(SendSlab& out);

  TimePoint next_deadline() const;
  void on_deadline(TimePoint now, SendSlab& out);

  State state() const { return state_; }
  const Route& server() const { return options_.server; }
  const SocketAddress& relayed_address() const { return relayed_; }
  const SocketAddress& mapped_address() const { return mapped_; }  // ours, as the server sees it
  int error_code() const { return error_code_; }
  const std::string& error_text() const { return error_text_; }
  // The number of the channel to the peer, 0 while there is none.
  uint16_t channel(const SocketAddress& peer) const;
  uint64_t dropped() const { return dropped_; }

 private:
  struct Transaction {
    stun::TransactionId id{};
    uint16_t method = 0;
    SocketAddress peer;  // of CreatePermission and ChannelBind
    uint16_t channel = 0;
    uint8_t attempts = 0;  // with another nonce or realm
    stun::Retransmission retransmission;
  };
  struct Permission {
    SocketAddress peer;  // the port does not count
    bool granted = false;
    bool refused = false;
    TimePoint refresh = kNever;
  };
  struct Channel {
    SocketAddress peer;
    uint16_t number = 0;
    bool bound = false;
    TimePoint refresh = kNever;
  };
  struct Queued {
    SocketAddress peer;
    std::vector<uint8_t> payload;
  };

  void request(uint16_t method, const SocketAddress& peer, uint16_t channel, TimePoint now, SendSlab& out);
  void transmit(const Transaction& transaction, SendSlab& out);
  void authenticate(stun::Writer& writer) const;
  size_t finish(stun::Writer& writer) const;
  void on_success(const Transaction& transaction, const stun::Message& m, TimePoint now, SendSlab& out);
  void on_error(Transaction transaction, const stun::Message& m, TimePoint now, SendSlab& out);
  bool take_challenge(const stun::Message& m);
  bool redirect(const stun::Message& m, TimePoint now, SendSlab& out);
  void give_up(const Transaction& transaction, int code, std::string_view text);
  void set_lifetime(const stun::Message& m, TimePoint now);
  std::optional<Datagram> on_indication(const stun::Message& m);
  std::optional<Datagram> relayed(const SocketAddress& peer, std::span<uint8_t> payload) const;
  Permission* find_permission(const SocketAddress& peer);
  Channel* find_channel(const SocketAddress& peer);
  void send_now(const SocketAddress& peer, std::span<const uint8_t> payload, SendSlab& out);
  void flush_queue(SendSlab& out);

  Options options_;
  Random& random_;
  State state_ = State::kNew;
  SocketAddress relayed_;
  SocketAddress mapped_;
  std::string realm_;
  std::string nonce_;
  std::string key_;
  bool authenticates_ = false;
  bool uses_sha256_ = false;         // the server offered it: RFC 8489 section 9.2.4
  bool hides_username_ = false;      // USERHASH
  std::vector<uint8_t> algorithms_;  // PASSWORD-ALGORITHMS as received
  TimePoint refresh_ = kNever;
  uint8_t redirections_ = 0;
  uint16_t next_channel_ = 0;
  std::vector<Transaction> transactions_;
  std::vector<Permission> permissions_;
  std::vector<Channel> channels_;
  std::vector<Queued> queue_;
  int error_code_ = 0;
  std::string error_text_;
  uint64_t dropped_ = 0;
};

}  // namespace parley::media::turn
