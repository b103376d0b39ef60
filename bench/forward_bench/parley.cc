// Parley: session::Hub on UdpWorkers, with real ICE, DTLS and SRTP to publishers and subscribers.
#include <malloc.h>

#include <atomic>
#include <future>

#include "bench/forward_bench/contender.h"
#include "bench/forward_bench/fleet.h"
#include "media/io/system.h"
#include "media/io/worker_group.h"
#include "media/session/hub.h"

namespace parley::bench {
namespace {

using namespace parley::media;  // NOLINT: nearly everything here is

// Ids of tracks and of publishers' peers are their numbers from here; subscribers' peers follow.
constexpr uint32_t kFirst = 1;

size_t heap_in_use() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

class Parley final : public Contender {
 public:
  Parley(const Settings& settings, std::vector<Endpoint>& publishers, std::vector<Endpoint>& subscribers)
      : settings_(settings), fleet_(random_), threads_(static_cast<size_t>(settings.threads)) {
    auto links = io::ThreadLinks::create(threads_);
    if (!links) die(links.error().message);
    links_ = std::move(*links);
    std::vector<DatagramHandler*> handlers;
    for (size_t i = 0; i < threads_; ++i) {
      hubs_.push_back(std::make_unique<Hub>(fleet_.certificate(), random_, [](const HubEvent&) {}));
      if (threads_ > 1) hubs_[i]->join(links_->port(i));
      handlers.push_back(hubs_[i].get());
    }
    io::UdpWorker::Options options;
    options.bindings = {*SocketAddress::parse("127.0.0.1", 0)};
    options.use_gso = settings.contender != "parley-plain";
    auto group = io::WorkerGroup::create(options, *links_, handlers);
    if (!group) die(group.error().message);
    group_ = std::move(*group);
    group_->start();
    for (size_t i = 0; i < publishers.size(); ++i) add_publisher(i, publishers[i]);
    fleet_.connect();
    for (size_t i = 0; i < subscribers.size(); ++i) add_subscriber(i, subscribers[i]);
    fleet_.connect();
    if (settings_.measure != "memory") first_packets_ = received_packets();
  }
  ~Parley() override { group_->stop(); }

  void launch() override {
    // The first frames are key frames: subscriptions begin with one.
    for (size_t i = 0; i < settings_.publishers(); ++i)
      fleet_.publish(i, settings_.burst, settings_.payload, launched_ < 20);
    ++launched_;
  }
  int outstanding() const override {
    const uint64_t each = static_cast<uint64_t>(settings_.burst) * settings_.publishers();
    return static_cast<int>(launched_ - (received_packets() - first_packets_) / each);
  }
  uint64_t collect(const std::vector<Endpoint>&) override { return fleet_.listen(settings_.publishers()); }
  Figures figures() override;
  double memory_for_each_subscriber() override;

 private:
  // What the threads have received. Reports and checks are among it, few beside the packets.
  uint64_t received_packets() const {
    uint64_t n = 0;
    for (size_t i = 0; i < threads_; ++i) n += group_->worker(i).counters().received_datagrams;
    return n;
  }
  template <class Work>
  void on_thread(size_t thread, Work work) {
    std::promise<void> done;
    const bool posted = group_->worker(thread).post([&](TimePoint now, SendSlab& out) {
      work(*hubs_[thread], now, out);
      done.set_value();
    });
    if (!posted) die("a media thread takes no command");
    done.get_future().wait();
  }
  size_t thread_of(size_t i) const { return i % threads_; }
  // A peer on `thread` and its client.
  void add_peer(uint32_t id, size_t thread, Endpoint& endpoint);
  void add_publisher(size_t i, Endpoint& endpoint);
  void add_subscriber(size_t i, Endpoint& endpoint);

  Settings settings_;
  io::SystemRandom random_;
  Fleet fleet_;
  size_t threads_;
  std::unique_ptr<io::ThreadLinks> links_;
  std::vector<std::unique_ptr<Hub>> hubs_;
  std::unique_ptr<io::WorkerGroup> group_;
  std::vector<TrackConfig> tracks_;
  std::vector<std::pair<uint32_t, size_t>> subscribers_;  // peer, thread
  uint64_t launched_ = 0;
  uint64_t first_packets_ = 0;
};

void Parley::add_peer(uint32_t id, size_t thread, Endpoint& endpoint) {
  const auto ours = ice::Credentials::generate(random_, threads_ > 1 ? ufrag_prefix(thread) : "");
  const auto theirs = ice::Credentials::generate(random_);
  on_thread(thread, [&](Hub& hub, TimePoint now, SendSlab& out) {
    if (!hub.add_peer(id, ours, now)) die("the hub refused a peer");
    hub.set_remote(id, {theirs, fleet_.certificate().fingerprint(), dtls::Role::kPassive}, now, out);
  });
  fleet_.add(endpoint, theirs, ours, fleet_.certificate().fingerprint(), group_->bindings().front());
}

void Parley::add_publisher(size_t i, Endpoint& endpoint) {
  const uint32_t id = kFirst + static_cast<uint32_t>(i);
  add_peer(id, thread_of(i), endpoint);
  TrackConfig track;
  track.id = id;
  track.kind = TrackKind::kVideo;
  track.codec = CodecKind::kVp8;
  track.payload_type = kVp8;
  track.rtx_payload_type = kVp8 + 1;
  track.ssrc = source_of(i);
  track.nack = true;
  track.extensions.transport_cc = kTransportCcId;
  tracks_.push_back(track);
  on_thread(thread_of(i), [&](Hub& hub, TimePoint, SendSlab&) { hub.set_tracks(id, {track}); });
  for (size_t other = 0; other < threads_; ++other) {
    if (other == thread_of(i)) continue;
    on_thread(other, [&](Hub& hub, TimePoint, SendSlab&) { hub.add_mirror(track, thread_of(i)); });
  }
}

void Parley::add_subscriber(size_t i, Endpoint& endpoint) {
  const uint32_t id = kFirst + static_cast<uint32_t>(tracks_.size() + i);
  // A person's two peers are on one thread.
  const size_t thread = thread_of(settings_.room ? i : i + 1);
  add_peer(id, thread, endpoint);
  std::vector<SubscriptionConfig> configs;
  for (size_t k = 0; k < tracks_.size(); ++k) {
    if (settings_.room && k == i) continue;
    SubscriptionConfig& s = configs.emplace_back();
    s.id = id * 1000 + static_cast<uint32_t>(k);
    s.track = tracks_[k].id;
    s.mid = std::to_string(k);
    s.payload_type = kVp8;
    s.rtx_payload_type = kVp8 + 1;
    s.ssrc = {100000 + 2 * s.id};
    s.rtx_ssrc = {100001 + 2 * s.id};
    s.cname = "bench";
    s.extensions.mid = 4;
    // Nobody gives feedback where the forwarder is to do what it can, and the pacing that comes with feedback
    // would hold packets back.
    if (settings_.measure == "memory" || settings_.measure == "paced")
      s.extensions.transport_cc = kTransportCcId;
  }
  on_thread(thread,
            [&](Hub& hub, TimePoint now, SendSlab& out) { hub.set_subscriptions(id, configs, now, out); });
  subscribers_.emplace_back(id, thread);
}

Figures Parley::figures() {
  Figures f;
  for (size_t i = 0; i < threads_; ++i) {
    on_thread(i, [&](Hub&, TimePoint, SendSlab&) { f.cpu_seconds += thread_cpu_seconds(); });
    const io::UdpCounters c = group_->worker(i).counters();
    f.datagrams += c.sent_datagrams;
    f.send_calls += c.send_calls;
  }
  return f;
}

double Parley::memory_for_each_subscriber() {
  const size_t before = heap_in_use();
  for (const auto& [id, thread] : subscribers_) {
    on_thread(thread, [&](Hub& hub, TimePoint, SendSlab& out) { hub.close_peer(id, out); });
  }
  return static_cast<double>(before - heap_in_use()) / static_cast<double>(subscribers_.size());
}

}  // namespace

std::unique_ptr<Contender> make_parley(const Settings& settings, std::vector<Endpoint>& publishers,
                                       std::vector<Endpoint>& subscribers) {
  return std::make_unique<Parley>(settings, publishers, subscribers);
}

}  // namespace parley::bench
