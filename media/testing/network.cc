// See network.h.
#include "media/testing/network.h"

#include <algorithm>
#include <utility>

namespace parley::media::testing {
namespace {

double uniform(Random& random) { return random.next_u32() / 4294967296.0; }

// Time on the wire at a rate in bit/s.
Duration transmission(size_t bytes, int64_t bits_per_second) {
  return Duration(static_cast<int64_t>(bytes) * 8 * 1'000'000 / bits_per_second);
}

}  // namespace

bool Link::loses() {
  const GilbertElliott& g = config_.bursts;
  if (g.good_to_bad > 0) {
    const double dice = uniform(network_.random_);
    bad_ = bad_ ? dice >= g.bad_to_good : dice < g.good_to_bad;
    if (bad_ && uniform(network_.random_) < g.loss_when_bad) return true;
  }
  return config_.loss > 0 && uniform(network_.random_) < config_.loss;
}

void Link::send(Packet packet, TimePoint now) {
  packet.entered = now;
  if (config_.bits_per_second == 0) return leave(std::move(packet), now);
  const size_t size = packet.bytes.size() + Network::kWireOverhead;
  const size_t room = config_.queue_bytes != 0
                          ? config_.queue_bytes
                          : static_cast<size_t>(config_.bits_per_second * config_.queue.count() / 8'000'000);
  // The packet on the wire does not wait: an idle link takes any.
  if (!queue_.empty() && queued_bytes_ + size > room) {
    ++stats_.overflowed;
    return;
  }
  queued_bytes_ += size;
  queue_.push_back(std::move(packet));
  if (queue_.size() == 1) start(now);
}

void Link::start(TimePoint now) {
  const size_t size = queue_.front().bytes.size() + Network::kWireOverhead;
  const int64_t rate = std::max<int64_t>(config_.bits_per_second, 1000);
  network_.schedule(now + transmission(size, rate), [this] { on_transmitted(network_.now_); });
}

void Link::on_transmitted(TimePoint now) {
  Packet packet = std::move(queue_.front());
  queue_.pop_front();
  queued_bytes_ -= packet.bytes.size() + Network::kWireOverhead;
  if (!queue_.empty()) start(now);
  stats_.queue_delay = now - packet.entered;
  stats_.worst_queue_delay = std::max(stats_.worst_queue_delay, stats_.queue_delay);
  leave(std::move(packet), now);
}

void Link::leave(Packet packet, TimePoint now) {
  if (loses()) {
    ++stats_.lost;
    return;
  }
  Random& random = network_.random_;
  TimePoint at = now + config_.delay;
  if (config_.jitter.count() > 0) at += Duration(random.below(static_cast<uint32_t>(config_.jitter.count())));
  at = latest_arrival_ = std::max(at, latest_arrival_);
  if (config_.reorder > 0 && uniform(random) < config_.reorder) at += config_.reorder_by;
  ++stats_.packets;
  stats_.bytes += packet.bytes.size() + Network::kWireOverhead;
  if (config_.duplicate > 0 && uniform(random) < config_.duplicate) {
    network_.schedule(at, [this, copy = packet]() mutable { network_.arrive(this, std::move(copy)); });
  }
  network_.schedule(at, [this, p = std::move(packet)]() mutable { network_.arrive(this, std::move(p)); });
}

Link& Network::add_link(const LinkConfig& config) {
  return *links_.emplace_back(std::make_unique<Link>(*this, config));
}

void Network::attach(const SocketAddress& address, DatagramHandler& handler, Link* up, Link* down) {
  hosts_.push_back(std::make_unique<Host>(Host{address, &handler, up, down, handler.next_deadline()}));
}

void Network::detach(const SocketAddress& address) {
  std::erase_if(hosts_, [&](const auto& h) { return h->address == address; });
}

Network::Host* Network::find(const SocketAddress& address) {
  for (const auto& h : hosts_) {
    if (h->address == address) return h.get();
  }
  return nullptr;
}

void Network::command(const SocketAddress& host, const std::function<void(TimePoint, SendSlab&)>& what) {
  what(now_, slab_);
  if (Host* h = find(host)) {
    collect(*h);
  } else {
    slab_.clear();
  }
}

void Network::at(Duration after, std::function<void()> what) { schedule(now_ + after, std::move(what)); }

void Network::every(Duration interval, std::function<void()> what) {
  schedule(now_ + interval, [this, interval, what = std::move(what)]() mutable {
    what();
    every(interval, std::move(what));
  });
}

void Network::collect(Host& host) {
  for (size_t i = 0; i < slab_.size(); ++i) {
    const auto view = slab_[i];
    Link::Packet packet{host.address, view.destination, {view.bytes.begin(), view.bytes.end()}, now_};
    if (host.up != nullptr) {
      host.up->send(std::move(packet), now_);
    } else {
      arrive(nullptr, std::move(packet));
    }
  }
  slab_.clear();
  host.deadline = host.handler->next_deadline();
}

void Network::arrive(Link* after, Link::Packet packet) {
  Host* host = find(packet.to);
  if (host == nullptr) {
    ++undeliverable_;
    return;
  }
  if (host->down != nullptr && host->down != after) return host->down->send(std::move(packet), now_);
  // In an event of its own: a host is never called from within another's turn.
  schedule(now_, [this, p = std::move(packet)]() mutable {
    Host* receiver = find(p.to);
    if (receiver == nullptr) return;
    const Datagram datagram{p.from, p.bytes};
    receiver->handler->on_datagrams({&datagram, 1}, now_, slab_);
    collect(*receiver);
  });
}

bool Network::step(TimePoint end) {
  TimePoint next = events_.empty() ? kNever : events_.top().at;
  Host* due = nullptr;
  for (const auto& h : hosts_) {
    if (h->deadline >= next) continue;
    next = h->deadline;
    due = h.get();
  }
  if (next > end) return false;
  now_ = std::max(now_, next);
  if (due != nullptr) {
    due->handler->on_deadline(now_, slab_);
    collect(*due);
    // A deadline that stays in the past would stop the clock.
    due->deadline = std::max(due->deadline, now_ + Duration(1));
    return true;
  }
  // The queue gives const access only; the event is gone right after.
  auto what = std::move(const_cast<Event&>(events_.top()).what);
  events_.pop();
  what();
  return true;
}

void Network::run_for(Duration duration) {
  const TimePoint end = now_ + duration;
  while (step(end)) {
  }
  now_ = end;
}

bool Network::run_until(const std::function<bool()>& condition, Duration at_most) {
  const TimePoint end = now_ + at_most;
  while (!condition()) {
    if (step(end)) continue;
    now_ = end;
    return condition();
  }
  return true;
}

}  // namespace parley::media::testing
