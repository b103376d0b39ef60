// A simulated network for scenario tests: hosts that are DatagramHandlers, links with a rate, a queue, delay,
// loss, reordering and duplicates, and a clock that jumps from event to event. Everything random comes from
// one seed: the same seed gives the same run. An hour of it takes seconds.
//
//   Network net(seed);
//   Link& down = net.add_link({.bits_per_second = 5'000'000, .delay = 20ms});
//   net.attach(server_address, hub, nullptr, nullptr);
//   net.attach(client_address, client, nullptr, &down);
//   net.at(10s, [&] { down.config().bits_per_second = 600'000; });
//   net.run_for(60s);
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <utility>
#include <vector>

#include "media/core/datagram_handler.h"
#include "media/core/random.h"
#include "media/core/send_slab.h"
#include "media/core/socket_address.h"
#include "media/core/time.h"

namespace parley::media::testing {

// Two states with their own loss (Gilbert 1960, Elliott 1963), changed at each packet.
struct GilbertElliott {
  double good_to_bad = 0;
  double bad_to_good = 1;
  double loss_when_bad = 1;
};

struct LinkConfig {
  int64_t bits_per_second = 0;                      // 0: no limit, and no queue
  Duration delay = Duration(0);                     // propagation
  Duration jitter = Duration(0);                    // uniform, on top of the delay; order is kept
  Duration queue = std::chrono::milliseconds(300);  // drop-tail: at most this much waits, at the present rate
  size_t queue_bytes = 0;                           // or this much, when it is not 0
  double loss = 0;
  GilbertElliott bursts = {};
  double reorder = 0;  // share of packets that are late by `reorder_by`
  Duration reorder_by = std::chrono::milliseconds(15);
  double duplicate = 0;
};

struct LinkStats {
  uint64_t packets = 0, bytes = 0;  // that came out
  uint64_t lost = 0;                // at random
  uint64_t overflowed = 0;          // found the queue full
  Duration queue_delay{0};          // of the latest packet that came out
  Duration worst_queue_delay{0};    // since take_worst_queue_delay()
};

class Network;

// One direction of a wire, first in, first out; may be shared by many hosts.
class Link {
 public:
  Link(Network& network, const LinkConfig& config) : network_(network), config_(config) {}

  // Changes count for what is sent or leaves the queue from now on.
  LinkConfig& config() { return config_; }
  const LinkStats& stats() const { return stats_; }
  Duration take_worst_queue_delay() { return std::exchange(stats_.worst_queue_delay, Duration(0)); }

 private:
  friend class Network;
  struct Packet {
    SocketAddress from, to;
    std::vector<uint8_t> bytes;
    TimePoint entered;
  };
  void send(Packet packet, TimePoint now);
  void on_transmitted(TimePoint now);  // the head of the queue has left
  void start(TimePoint now);
  void leave(Packet packet, TimePoint now);
  bool loses();

  Network& network_;
  LinkConfig config_;
  LinkStats stats_;
  std::deque<Packet> queue_;
  size_t queued_bytes_ = 0;
  bool bad_ = false;
  TimePoint latest_arrival_;
};

class Network {
 public:
  // What is on the wire costs this more for each datagram: IPv4 and UDP.
  static constexpr size_t kWireOverhead = 28;

  explicit Network(uint64_t seed) : random_(seed) {}

  TimePoint now() const { return now_; }
  SeededRandom& random() { return random_; }
  Link& add_link(const LinkConfig& config);
  // `up` carries what the host sends, `down` what it gets, one after the other; null: at once. The handler
  // must outlive the network's last run.
  void attach(const SocketAddress& address, DatagramHandler& handler, Link* up, Link* down);
  void detach(const SocketAddress& address);
  // Calls a host from outside, as a posted command would; what it writes to the slab is sent.
  void command(const SocketAddress& host, const std::function<void(TimePoint, SendSlab&)>& what);
  // Runs `what` once, `after` from now.
  void at(Duration after, std::function<void()> what);
  void every(Duration interval, std::function<void()> what);

  void run_for(Duration duration);
  // True as soon as the condition holds, false when it did not within the time.
  bool run_until(const std::function<bool()>& condition, Duration at_most);
  uint64_t undeliverable() const { return undeliverable_; }  // to an address nobody has

 private:
  friend class Link;
  struct Host {
    SocketAddress address;
    DatagramHandler* handler = nullptr;
    Link* up = nullptr;
    Link* down = nullptr;
    TimePoint deadline = kNever;
  };
  struct Event {
    TimePoint at;
    uint64_t order = 0;  // events of one instant happen in the order they were made
    std::function<void()> what;
    bool operator>(const Event& o) const { return at != o.at ? at > o.at : order > o.order; }
  };

  void schedule(TimePoint at, std::function<void()> what) {
    events_.push({at, next_order_++, std::move(what)});
  }
  void arrive(Link* after, Link::Packet packet);  // came out of a link (or of none)
  void collect(Host& host);
  Host* find(const SocketAddress& address);
  bool step(TimePoint end);

  SeededRandom random_;
  TimePoint now_ = time_from_us(1'000'000);
  std::vector<std::unique_ptr<Link>> links_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  uint64_t next_order_ = 0;
  uint64_t undeliverable_ = 0;
  SendSlab slab_{4 << 20, 8192};
};

}  // namespace parley::media::testing
