// Packets forwarded a second of processor time, the delay that forwarding adds, or the memory of a
// subscriber: one publisher to many subscribers, or a room in which everybody publishes, over loopback; as
// much as the forwarder can do, or at a video's own rate with congestion control as browsers negotiate it.
// One contender a run (bench/forward runs them in turn); prints the figures, and with --verbose what is
// behind them on stderr.
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>

#include "bench/forward_bench/contender.h"
#include "media/core/bytes.h"

namespace parley::bench {

void die(const std::string& why) {
  std::fprintf(stderr, "forward_bench: %s\n", why.c_str());
  std::_Exit(1);
}

double thread_cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

namespace {

using Clock = std::chrono::steady_clock;
constexpr double kWarmUp = 6;  // seconds in which estimates rise above the video's rate

double wall_us() {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) * 1e-3;
}

// Takes what has arrived at a subscriber, without looking at it.
uint64_t drain(const Endpoint& endpoint) {
  static std::array<mmsghdr, 64> messages;
  static std::array<iovec, 64> iovs;
  static uint8_t byte;
  for (size_t i = 0; i < messages.size(); ++i) {
    iovs[i] = {&byte, 1};
    messages[i] = {};
    messages[i].msg_hdr.msg_iov = &iovs[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  const int n = recvmmsg(endpoint.fd.get(), messages.data(), messages.size(), MSG_DONTWAIT, nullptr);
  return n > 0 ? static_cast<uint64_t>(n) : 0;
}

}  // namespace

uint64_t drain(const std::vector<Endpoint>& endpoints) {
  uint64_t count = 0;
  for (const Endpoint& e : endpoints) count += drain(e);
  return count;
}

namespace {

// Keeps two bursts on their way, so that the forwarder always finds work.
uint64_t drive(Contender& contender, const std::vector<Endpoint>& endpoints, double seconds) {
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  uint64_t arrived = 0;
  while (Clock::now() < end) {
    if (contender.outstanding() < 2) contender.launch();
    const uint64_t drained = drain(endpoints);
    contender.arrived(drained);
    arrived += drained;
  }
  return arrived;
}

// Bursts at the rate of a camera, the processor free in between.
uint64_t drive_paced(Contender& contender, const std::vector<Endpoint>& endpoints, double rate,
                     double seconds) {
  const auto begin = Clock::now();
  uint64_t arrived = 0;
  for (double launched = 0, elapsed = 0; elapsed < seconds;) {
    if (elapsed * rate >= launched) {
      contender.launch();
      ++launched;
    }
    const uint64_t collected = contender.collect(endpoints);
    contender.arrived(collected);
    arrived += collected;
    elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  return arrived;
}

// The delay of each packet at some subscribers, by the kernel's clock (SO_TIMESTAMPNS). Which burst a packet
// is of follows from its RTP timestamp, which every forwarder moves by a constant at most.
class DelayMeter {
 public:
  DelayMeter(const Settings& settings, std::vector<Endpoint>& subscribers)
      : settings_(settings), subscribers_(subscribers), sampled_(subscribers.size(), false) {
    const size_t step = std::max<size_t>(1, subscribers.size() / 8);
    for (size_t i = 0; i < subscribers.size(); i += step) sample(i);
    sample(subscribers.size() - 1);  // the last to be sent to
  }
  void run(Contender& contender, double seconds) {
    learn_offsets(contender);
    const auto begin = Clock::now();
    const auto interval = std::chrono::duration<double>(1 / settings_.rate);
    for (auto now = begin; now < begin + std::chrono::duration<double>(seconds); now = Clock::now()) {
      if (now >= begin + interval * static_cast<double>(launched_us_.size())) {
        launched_us_.push_back(wall_us());
        contender.launch();
      }
      read_all();
    }
    const auto last = Clock::now() + std::chrono::milliseconds(500);
    while (Clock::now() < last) read_all();
  }
  // In milliseconds.
  double percentile(double p) {
    if (delays_us_.empty()) die("no packet of which the delay is known");
    std::sort(delays_us_.begin(), delays_us_.end());
    const auto at = static_cast<size_t>(p * static_cast<double>(delays_us_.size() - 1));
    return delays_us_[at] / 1000;
  }
  size_t count() const { return delays_us_.size(); }
  // Of the packets that were to come to the sampled subscribers, how many did.
  double arrived() const {
    const size_t expected = launched_us_.size() * static_cast<size_t>(settings_.burst) * offsets_.size();
    return static_cast<double>(delays_us_.size()) / static_cast<double>(expected);
  }

 private:
  struct Packet {
    uint32_t timestamp;
    double at_us;
  };
  void sample(size_t subscriber) {
    const int on = 1;
    setsockopt(subscribers_[subscriber].fd.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    sampled_[subscriber] = true;
  }
  // One burst alone tells how far each subscriber's timestamps are from the publisher's.
  void learn_offsets(Contender& contender) {
    contender.launch();
    const auto deadline = Clock::now() + std::chrono::seconds(5);
    const auto wanted = static_cast<size_t>(std::count(sampled_.begin(), sampled_.end(), true));
    while (offsets_.size() < wanted) {
      if (Clock::now() > deadline) die("a subscriber is sent nothing");
      each_packet([&](size_t subscriber, const Packet& p) { offsets_.emplace(subscriber, p.timestamp); });
    }
    const auto quiet = Clock::now() + std::chrono::milliseconds(100);
    while (Clock::now() < quiet) each_packet([](size_t, const Packet&) {});
  }
  void read_all() {
    each_packet([&](size_t subscriber, const Packet& p) {
      const size_t burst = (p.timestamp - offsets_[subscriber]) / kTimestampStep - 1;
      if (burst < launched_us_.size()) delays_us_.push_back(p.at_us - launched_us_[burst]);
    });
  }
  template <class Take>
  void each_packet(Take take) {
    for (size_t i = 0; i < subscribers_.size(); ++i) {
      if (sampled_[i]) {
        while (const auto packet = read(subscribers_[i].fd.get()))
          if (packet->at_us != 0) take(i, *packet);
      } else {
        drain(subscribers_[i]);
      }
    }
  }
  // Nothing when none is there; without a time when it is not a packet of the video.
  std::optional<Packet> read(int fd) {
    std::array<uint8_t, 2048> bytes;
    alignas(cmsghdr) std::array<uint8_t, 128> control;
    iovec v{bytes.data(), bytes.size()};
    msghdr h{};
    h.msg_iov = &v;
    h.msg_iovlen = 1;
    h.msg_control = control.data();
    h.msg_controllen = control.size();
    const ssize_t n = recvmsg(fd, &h, MSG_DONTWAIT);
    if (n <= 0) return std::nullopt;
    const cmsghdr* c = CMSG_FIRSTHDR(&h);
    const bool video = n >= settings_.payload && bytes[0] >> 6 == 2 && (bytes[1] & 0x7F) == kVp8;
    if (!video || c == nullptr || c->cmsg_type != SCM_TIMESTAMPNS) return Packet{0, 0};
    timespec t;
    std::memcpy(&t, CMSG_DATA(c), sizeof t);
    return Packet{media::load_be32(&bytes[4]),
                  static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) * 1e-3};
  }

  const Settings& settings_;
  std::vector<Endpoint>& subscribers_;
  std::vector<bool> sampled_;
  std::map<size_t, uint32_t>
      offsets_;  // of a sampled subscriber: the timestamp of the burst before the first
  std::vector<double> launched_us_;
  std::vector<double> delays_us_;
};

Settings parse(int argc, char** argv, bool& verbose) {
  Settings s;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--verbose") {
      verbose = true;
      continue;
    }
    if (i + 1 == argc) die("no value for " + name);
    const char* value = argv[++i];
    if (name == "--contender") {
      s.contender = value;
    } else if (name == "--measure") {
      s.measure = value;
    } else if (name == "--subscribers") {
      s.subscribers = std::atoi(value);
    } else if (name == "--room") {
      s.subscribers = std::atoi(value);
      s.room = true;
    } else if (name == "--threads") {
      s.threads = std::atoi(value);
    } else if (name == "--payload") {
      s.payload = std::atoi(value);
    } else if (name == "--burst") {
      s.burst = std::atoi(value);
    } else if (name == "--rate") {
      s.rate = std::atof(value);
    } else if (name == "--seconds") {
      s.seconds = std::atof(value);
    } else {
      die("unknown option " + name);
    }
  }
  if (s.subscribers < 1 || s.subscribers > 2000 || s.payload < 10 || s.payload > 1300 || s.burst < 1 ||
      s.burst > 64 || s.threads < 1 || s.threads > 16 || (s.room && s.subscribers < 2)) {
    die("--subscribers 1..2000 or --room 2..., --payload 10..1300, --burst 1..64, --threads 1..16");
  }
  const bool timed = s.measure == "delay" || s.measure == "paced";
  if (timed && (s.rate <= 0 || s.room)) die(s.measure + " wants --rate, and one publisher");
  return s;
}

// Janus never uses the loopback interface's addresses. What this machine sends to another of its own takes
// the same way through the kernel.
media::SocketAddress own_address() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) die("no list of interfaces");
  std::optional<media::SocketAddress> found;
  for (const ifaddrs* i = list; i != nullptr && !found; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || i->ifa_addr->sa_family != AF_INET) continue;
    if ((i->ifa_flags & IFF_LOOPBACK) != 0 || (i->ifa_flags & IFF_UP) == 0) continue;
    media::io::KernelAddress address{};
    std::memcpy(&address.v4, i->ifa_addr, sizeof address.v4);
    found = media::io::from_kernel(address);
  }
  freeifaddrs(list);
  if (!found) die("janus wants an IPv4 address that is not 127.0.0.1");
  return *found;
}

std::vector<Endpoint> open_endpoints(size_t n, const media::SocketAddress& address) {
  std::vector<Endpoint> endpoints(n);
  for (Endpoint& e : endpoints) {
    e.address = address;
    auto fd = media::io::open_udp(e.address, 4 << 20);
    if (!fd) die(fd.error().message);
    e.fd = std::move(*fd);
  }
  return endpoints;
}

void measure_throughput(Contender& contender, const Settings& settings,
                        const std::vector<Endpoint>& subscribers, bool verbose) {
  const auto go = [&](double seconds) {
    return settings.measure == "paced" ? drive_paced(contender, subscribers, settings.rate, seconds)
                                       : drive(contender, subscribers, seconds);
  };
  go(settings.measure == "paced" ? kWarmUp : 0.3);
  const Figures before = contender.figures();
  const auto begin = Clock::now();
  const uint64_t arrived = go(settings.seconds);
  const Figures after = contender.figures();
  const double wall = std::chrono::duration<double>(Clock::now() - begin).count();
  const double cpu = after.cpu_seconds - before.cpu_seconds;
  const auto sent = static_cast<double>(after.datagrams - before.datagrams);
  if (cpu <= 0 || sent <= 0) die("nothing was forwarded");
  // What was sent must also have come: a forwarder that drops is not fast.
  const double wanted = settings.measure == "paced"
                            ? settings.seconds * settings.rate * settings.burst * settings.subscribers
                            : 0;
  if (static_cast<double>(arrived) < 0.9 * std::max(sent, wanted))
    die("more than a tenth of the packets did not arrive");
  std::printf("%.0f %.0f\n", sent / cpu, sent / wall);
  if (verbose) {
    std::fprintf(stderr, "%s: %.0f sent in %lu calls, %lu arrived, %.3f CPU s in %.3f s\n",
                 settings.contender.c_str(), sent,
                 static_cast<unsigned long>(after.send_calls - before.send_calls),
                 static_cast<unsigned long>(arrived), cpu, wall);
  }
}

std::unique_ptr<Contender> make(const Settings& settings, std::vector<Endpoint>& publishers,
                                std::vector<Endpoint>& subscribers) {
  if (settings.contender == "bare") return make_bare(settings, subscribers);
  if (settings.contender == "janus") return make_janus(settings, publishers, subscribers);
  return make_parley(settings, publishers, subscribers);
}

int run(int argc, char** argv) {
  bool verbose = false;
  const Settings settings = parse(argc, argv, verbose);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  const media::SocketAddress address =
      settings.contender == "janus" ? own_address() : *media::SocketAddress::parse("127.0.0.1", 0);
  std::vector<Endpoint> publishers = open_endpoints(settings.publishers(), address);
  std::vector<Endpoint> subscribers = open_endpoints(static_cast<size_t>(settings.subscribers), address);
  const auto contender = make(settings, publishers, subscribers);
  if (settings.measure == "memory") {
    std::printf("%.0f\n", contender->memory_for_each_subscriber());
  } else if (settings.measure == "delay") {
    drive(*contender, subscribers, 0.3);
    const auto quiet = Clock::now() + std::chrono::milliseconds(200);
    while (Clock::now() < quiet) drain(subscribers);
    DelayMeter meter(settings, subscribers);
    meter.run(*contender, settings.seconds);
    std::printf("%.3f %.3f\n", meter.percentile(0.5), meter.percentile(0.99));
    if (verbose)
      std::fprintf(stderr, "%zu delays, %.1f %% of the packets\n", meter.count(), 100 * meter.arrived());
  } else {
    measure_throughput(*contender, settings, subscribers, verbose);
  }
  return 0;
}

}  // namespace
}  // namespace parley::bench

int main(int argc, char** argv) { return parley::bench::run(argc, argv); }
