// The TCP connections of one media thread: those that peers open to our passive candidates (RFC 6544) and
// those that we open. Non-blocking; a peer that does not read loses media, one that is not known to the
// handler soon after it came loses its connection.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "media/core/connector.h"
#include "media/core/datagram_handler.h"
#include "media/core/message_links.h"
#include "media/core/time.h"
#include "media/io/framing.h"
#include "media/io/sockets.h"
#include "media/io/tls_stream.h"

namespace parley::media::io {

struct TcpCounters {
  uint64_t accepted = 0;
  uint64_t connected = 0;  // by us
  uint64_t refused = 0;    // no room
  uint64_t unknown = 0;    // closed because nobody knew them in time
  uint64_t broken = 0;     // closed because what they sent made no sense
  uint64_t received = 0;   // messages
  uint64_t sent = 0;
  uint64_t dropped = 0;  // messages to those that do not read
};

class TcpConnections final : public Connector {
 public:
  struct Limits {
    size_t connections = 4096;
    size_t strangers = 512;  // of these, not known yet: the oldest makes room
    Duration known_within = std::chrono::seconds(10);
    Duration open_within = std::chrono::seconds(15);  // ours, TLS and all
    size_t queued_bytes = 256 << 10;                  // of one connection, beside the kernel's own queue
    size_t all_queued_bytes = 64u << 20;
  };

  TcpConnections(DatagramHandler& handler, Limits limits);
  ~TcpConnections() override;

  // Makes the event set, without listeners; nothing works before. False when the system gives none.
  bool open();
  // `address` gets the real port.
  Result<bool, IoError> listen(SocketAddress& address);
  // Readable when take_events() has something to do.
  int events_fd() const { return epoll_.get(); }

  void take_events(TimePoint now, SendSlab& out);
  // The messages of a slab whose routes are connections of ours.
  void send(const SendSlab& slab);
  TimePoint next_deadline() const { return next_sweep_; }
  void on_deadline(TimePoint now, SendSlab& out);

  uint32_t connect(const SocketAddress& remote, Framing framing) override;
  uint32_t connect_tls(const SocketAddress& remote, Framing framing, const std::string& host) override;
  void disconnect(uint32_t connection) override;

  // With several media threads: what another thread's connections are to send is handed to that thread.
  void join(MessageLinks& links);
  // Such a message; flush_all() then sends.
  void on_message(std::span<const uint8_t> message);
  void flush_all();

  size_t size() const { return connections_.size(); }
  size_t queued_bytes() const { return all_queued_; }
  const TcpCounters& counters() const { return counters_; }

 private:
  struct Connection {
    Connection(Fd f, Route r, Framing framing) : fd(std::move(f)), route(r), framing(framing), in(framing) {}
    Fd fd;
    Route route;
    Framing framing;
    Deframer in;
    std::vector<uint8_t> out;  // from `out_at` on: not taken by the kernel yet
    size_t out_at = 0;
    TimePoint check_at = kNever;  // when the handler must know it
    TimePoint open_by = kNever;   // of ours: given up after this
    std::unique_ptr<TlsStream> tls;
    bool known = false;
    bool open = true;  // the handler has been told, or it came to us
    bool connecting = false;
    bool wants_write = false;
    bool dirty = false;
  };
  struct Listener {
    Fd fd;
    bool armed = true;
  };

  static constexpr uint32_t kThreadShift = 27;
  Connection* find(uint32_t id);
  size_t thread_of(uint32_t connection) const { return connection >> kThreadShift; }
  Connection* add(Fd fd, const SocketAddress& remote, Framing framing);
  void accept_from(Listener& listener, TimePoint now, SendSlab& out);
  void make_room(TimePoint now, SendSlab& out);
  void read_from(uint32_t id, TimePoint now, SendSlab& out);
  // False: what came makes no sense.
  bool take_in(Connection& connection, std::span<uint8_t> bytes, TimePoint now, SendSlab& out);
  bool take_in_tls(Connection& connection, std::span<const uint8_t> bytes, TimePoint now, SendSlab& out);
  bool take_messages(Connection& connection, std::span<uint8_t> bytes, TimePoint now, SendSlab& out);
  void tell_open(Connection& connection, TimePoint now, SendSlab& out);
  void give_up_opening(TimePoint now, std::vector<uint32_t>& gone);
  void enqueue(Connection& connection, std::span<const uint8_t> message);
  bool flush(Connection& connection);  // false: it is broken
  void watch(Connection& connection);
  void finish_connecting(Connection& connection, TimePoint now, SendSlab& out);
  void close(uint32_t id, bool tell, TimePoint now, SendSlab& out);

  DatagramHandler& handler_;
  Limits limits_;
  Fd epoll_;
  std::vector<Listener> listeners_;
  std::unordered_map<uint32_t, std::unique_ptr<Connection>> connections_;
  std::deque<uint32_t> strangers_;  // oldest first; those that became known or went are skipped
  size_t stranger_count_ = 0;
  std::vector<uint32_t> dirty_;
  uint32_t reading_ = 0;        // the connection whose messages the handler is given
  bool abandoned_ = false;      // which the handler wants closed
  std::vector<uint32_t> dead_;  // found broken while sending: closed at the next turn
  std::unique_ptr<uint8_t[]> scratch_;
  size_t all_queued_ = 0;
  MessageLinks* links_ = nullptr;
  uint32_t next_id_ = 0;  // of this thread's; the thread's own number stands above kThreadShift
  TimePoint next_sweep_ = kNever;
  TcpCounters counters_;
};

}  // namespace parley::media::io
