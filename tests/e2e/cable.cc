// A cable with weather between two network namespaces, for the end-to-end tests: a TUN device in each, and
// between them the links of the simulated network (media/testing) driven by the real clock. Does what
// `tc netem` does, on kernels without it, from a seed.
//
//   cable SERVER_PID SEED
//
// The device `up0` appears in the namespace of the caller, `down0` in that of the process SERVER_PID; then
// "ready" is said. Lines on stdin change a direction, and are answered by "ok":
//   up loss 0.05 delay 50 jitter 20 rate 1000 queue 300     a share, milliseconds, kbit/s (0: no limit)
//   down only-tcp 1                                         nothing but TCP passes
// What a line does not name is as on a perfect cable. The program ends when its stdin does.
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <sstream>
#include <string>

#include "media/testing/network.h"

namespace parley::media::testing {
namespace {

constexpr size_t kMaxPacket = 2048;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

int open_tun(const char* name) {
  const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) fail("/dev/net/tun");
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  std::strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (ioctl(fd, TUNSETIFF, &request) != 0) fail(name);
  return fd;
}

void enter_network_of(const char* pid) {
  const int fd = open(("/proc/" + std::string(pid) + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 || setns(fd, CLONE_NEWNET) != 0) fail("the server's network namespace");
  close(fd);
}

// One end: what comes out of the link goes into the device.
class End final : public DatagramHandler {
 public:
  End(int fd, const SocketAddress& here, const SocketAddress& there, Link& outgoing)
      : fd_(fd), here_(here), there_(there), outgoing_(outgoing) {}

  void on_datagrams(std::span<const Datagram> datagrams, TimePoint, SendSlab&) override {
    for (const Datagram& d : datagrams) {
      // A device that is not up yet, or whose queue is full, loses the packet, as a cable would.
      if (write(fd_, d.bytes.data(), d.bytes.size()) < 0) continue;
    }
  }
  TimePoint next_deadline() const override { return kNever; }
  void on_deadline(TimePoint, SendSlab&) override {}

  void read_device(Network& network) {
    std::array<uint8_t, kMaxPacket> packet;
    for (;;) {
      const ssize_t size = read(fd_, packet.data(), packet.size());
      if (size <= 0) return;
      const std::span bytes(packet.data(), static_cast<size_t>(size));
      if (only_tcp_ && !is_tcp(bytes)) continue;
      network.command(here_, [&](TimePoint, SendSlab& out) { out.append(there_, bytes); });
    }
  }

  void set_weather(std::istringstream& words) {
    LinkConfig weather;
    only_tcp_ = false;
    std::string name;
    double value = 0;
    while (words >> name >> value) {
      const Duration time =
          std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(value));
      if (name == "loss") weather.loss = value;
      if (name == "delay") weather.delay = time;
      if (name == "jitter") weather.jitter = time;
      if (name == "queue") weather.queue = time;
      if (name == "rate") weather.bits_per_second = static_cast<int64_t>(value * 1000);
      if (name == "only-tcp") only_tcp_ = value != 0;
    }
    outgoing_.config() = weather;
  }

  int fd() const { return fd_; }

 private:
  static bool is_tcp(std::span<const uint8_t> ip) {
    return ip.size() >= 20 && ip[0] >> 4 == 4 && ip[9] == IPPROTO_TCP;
  }

  int fd_;
  SocketAddress here_;
  SocketAddress there_;
  Link& outgoing_;
  bool only_tcp_ = false;
};

TimePoint real_now() {
  return time_from_us(std::chrono::duration_cast<std::chrono::microseconds>(
                          std::chrono::steady_clock::now().time_since_epoch())
                          .count());
}

// One line of stdin; false at its end.
bool obey(End& up, End& down) {
  std::string line;
  if (!std::getline(std::cin, line)) return false;
  std::istringstream words(line);
  std::string direction;
  words >> direction;
  (direction == "up" ? up : down).set_weather(words);
  std::cout << "ok" << std::endl;
  return true;
}

int run(const char* pid, uint64_t seed) {
  const int near = open_tun("up0");
  enter_network_of(pid);
  const int far = open_tun("down0");

  Network network(seed);
  const SocketAddress browser = *SocketAddress::parse("10.99.0.1", 1);
  const SocketAddress server = *SocketAddress::parse("10.99.0.2", 1);
  Link& to_server = network.add_link({});
  Link& to_browser = network.add_link({});
  End up(near, browser, server, to_server);
  End down(far, server, browser, to_browser);
  network.attach(browser, up, &to_server, nullptr);
  network.attach(server, down, &to_browser, nullptr);
  std::cout << "ready" << std::endl;

  TimePoint before = real_now();
  pollfd watched[] = {{near, POLLIN, 0}, {far, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
  for (;;) {
    if (poll(watched, 3, 1) < 0) fail("poll");
    const TimePoint now = real_now();
    network.run_for(now - before);
    before = now;
    if (watched[0].revents != 0) up.read_device(network);
    if (watched[1].revents != 0) down.read_device(network);
    network.run_for(Duration(0));  // what has no delay to wait for
    if (watched[2].revents != 0 && !obey(up, down)) return 0;
  }
}

}  // namespace
}  // namespace parley::media::testing

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: cable SERVER_PID SEED\n", stderr);
    return 2;
  }
  std::cin.sync_with_stdio(false);
  return parley::media::testing::run(argv[1], std::strtoull(argv[2], nullptr, 10));
}
