// Packets forwarded a second of processor time: one publisher to many subscribers over loopback. One
// contender a run (bench/forward runs them in turn); prints the figure, and with --verbose what is behind it
// on stderr.
#include <time.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "bench/forward_bench/contender.h"

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

// Takes what has arrived at the subscribers, without looking at it.
uint64_t drain(const std::vector<Endpoint>& endpoints) {
  static std::array<mmsghdr, 64> messages;
  static std::array<iovec, 64> iovs;
  static uint8_t byte;
  uint64_t count = 0;
  for (size_t i = 0; i < messages.size(); ++i) {
    iovs[i] = {&byte, 1};
    messages[i] = {};
    messages[i].msg_hdr.msg_iov = &iovs[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  for (const Endpoint& e : endpoints) {
    const int n = recvmmsg(e.fd.get(), messages.data(), messages.size(), MSG_DONTWAIT, nullptr);
    if (n > 0) count += static_cast<uint64_t>(n);
  }
  return count;
}

// Keeps two bursts on their way, so that the sending thread always finds work.
uint64_t drive(Contender& contender, const std::vector<Endpoint>& endpoints, double seconds) {
  using clock = std::chrono::steady_clock;
  const auto end = clock::now() + std::chrono::duration<double>(seconds);
  uint64_t arrived = 0;
  while (clock::now() < end) {
    if (contender.outstanding() < 2) contender.launch();
    arrived += drain(endpoints);
  }
  return arrived;
}

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
    } else if (name == "--subscribers") {
      s.subscribers = std::atoi(value);
    } else if (name == "--payload") {
      s.payload = std::atoi(value);
    } else if (name == "--burst") {
      s.burst = std::atoi(value);
    } else if (name == "--seconds") {
      s.seconds = std::atof(value);
    } else {
      die("unknown option " + name);
    }
  }
  if (s.subscribers < 1 || s.subscribers > 500 || s.payload < 10 || s.payload > 1300 || s.burst < 1 ||
      s.burst > 64) {
    die("--subscribers 1..500, --payload 10..1300, --burst 1..64");
  }
  return s;
}

int run(int argc, char** argv) {
  bool verbose = false;
  const Settings settings = parse(argc, argv, verbose);
  std::vector<Endpoint> subscribers(static_cast<size_t>(settings.subscribers));
  for (Endpoint& e : subscribers) {
    e.address = *media::SocketAddress::parse("127.0.0.1", 0);
    auto fd = media::io::open_udp(e.address, 4 << 20);
    if (!fd) die(fd.error().message);
    e.fd = std::move(*fd);
  }
  const auto contender =
      settings.contender == "bare" ? make_bare(settings, subscribers) : make_parley(settings, subscribers);
  drive(*contender, subscribers, 0.3);
  const Figures before = contender->figures();
  const uint64_t arrived = drive(*contender, subscribers, settings.seconds);
  const Figures after = contender->figures();
  const double cpu = after.cpu_seconds - before.cpu_seconds;
  const auto sent = static_cast<double>(after.datagrams - before.datagrams);
  if (cpu <= 0 || sent <= 0) die("nothing was forwarded");
  // What was sent must also have come: a forwarder that drops is not fast.
  if (static_cast<double>(arrived) < 0.9 * sent) die("more than a tenth of the packets did not arrive");
  std::printf("%.0f\n", sent / cpu);
  if (verbose) {
    std::fprintf(stderr, "%s: %.0f sent, %lu arrived, %.3f CPU s, %.1f datagrams a call\n",
                 settings.contender.c_str(), sent, static_cast<unsigned long>(arrived), cpu,
                 sent / static_cast<double>(after.send_calls - before.send_calls));
  }
  return 0;
}

}  // namespace
}  // namespace parley::bench

int main(int argc, char** argv) { return parley::bench::run(argc, argv); }
