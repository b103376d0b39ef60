// Two media threads on one port: every datagram is answered, whichever of them the kernel gives it to, and
// what one passes to the other arrives.
#include "media/io/worker_group.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <cstring>

#include "media/io/system.h"

namespace parley::media::io {
namespace {

// Even datagrams are answered by thread 0, odd ones by thread 1: the other one passes them on.
struct Passing final : DatagramHandler {
  explicit Passing(MessageLinks& l) : links(l) {}
  void on_datagrams(std::span<const Datagram> datagrams, TimePoint, SendSlab& out) override {
    for (const Datagram& d : datagrams) {
      ++received;
      const size_t wanted = d.bytes[0] % 2;
      if (wanted == links.self()) {
        out.append(d.route, d.bytes);
        continue;
      }
      Say say{MessageLinks::kFirstType, d.route};
      links.send(wanted, {reinterpret_cast<const uint8_t*>(&say), sizeof say}, d.bytes);
      ++passed;
    }
  }
  void on_message(size_t, std::span<uint8_t> message, TimePoint, SendSlab& out) override {
    Say say;
    std::memcpy(&say, message.data(), sizeof say);
    out.append(say.route, message.subspan(sizeof say));
  }
  TimePoint next_deadline() const override { return kNever; }
  void on_deadline(TimePoint, SendSlab&) override {}

  struct Say {
    uint8_t type = 0;
    Route route;
  };
  MessageLinks& links;
  std::atomic<int> received{0};
  std::atomic<int> passed{0};
};

struct Client {
  Client() : fd(std::move(*open_udp(address, 1 << 20))) {}
  SocketAddress address = *SocketAddress::parse("127.0.0.1", 0);
  Fd fd;
};

std::unique_ptr<WorkerGroup> make(ThreadLinks& links, std::vector<DatagramHandler*> handlers,
                                  bool tcp = false) {
  UdpWorker::Options options;
  options.bindings = {*SocketAddress::parse("127.0.0.1", 0)};
  options.tcp = tcp;
  auto group = WorkerGroup::create(options, links, handlers);
  EXPECT_TRUE(group) << group.error().message;
  return std::move(*group);
}

TEST(WorkerGroup, EveryDatagramIsAnsweredWhereverItLands) {
  auto links = std::move(*ThreadLinks::create(2));
  Passing zero(links->port(0)), one(links->port(1));
  const auto group = make(*links, {&zero, &one});
  group->start();
  KernelAddress there;
  const socklen_t size = to_kernel(group->bindings()[0], there);
  constexpr int kClients = 16, kEach = 200;
  std::vector<Client> clients(kClients);
  for (int i = 0; i < kEach; ++i) {
    for (Client& c : clients) {
      const uint8_t bytes[] = {static_cast<uint8_t>(i), 1, 2, 3};
      ASSERT_EQ(sendto(c.fd.get(), bytes, sizeof bytes, 0, &there.any, size), 4);
    }
    for (Client& c : clients) {
      pollfd p{c.fd.get(), POLLIN, 0};
      ASSERT_EQ(poll(&p, 1, 60'000), 1);
      uint8_t got[8];
      ASSERT_EQ(recv(c.fd.get(), got, sizeof got, 0), 4);
      ASSERT_EQ(got[0], static_cast<uint8_t>(i));
    }
  }
  group->stop();
  EXPECT_EQ(zero.received + one.received, kClients * kEach);
  EXPECT_GT(zero.received, 0) << "the kernel spreads 16 addresses over both";
  EXPECT_GT(one.received, 0);
  EXPECT_EQ(zero.passed + one.passed, kClients * kEach / 2);
}

TEST(WorkerGroup, TcpOfTheFirstThreadIsAnsweredByTheOther) {
  auto links = std::move(*ThreadLinks::create(2));
  Passing zero(links->port(0)), one(links->port(1));
  const auto group = make(*links, {&zero, &one}, true);
  group->start();
  const Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  KernelAddress there;
  const socklen_t size = to_kernel(group->bindings()[0], there);
  ASSERT_EQ(connect(fd.get(), &there.any, size), 0);
  const timeval patience{60, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  for (uint8_t i = 0; i < 50; ++i) {
    const uint8_t framed[] = {0, 2, i, 9};
    ASSERT_EQ(send(fd.get(), framed, sizeof framed, 0), 4);
    uint8_t got[4];
    ASSERT_EQ(recv(fd.get(), got, sizeof got, MSG_WAITALL), 4);
    ASSERT_EQ(got[2], i);
  }
  group->stop();
  EXPECT_EQ(zero.passed, 25);
}

TEST(WorkerGroup, APortThatSomebodyHasIsRefused) {
  auto links = std::move(*ThreadLinks::create(2));
  Passing zero(links->port(0)), one(links->port(1));
  const auto group = make(*links, {&zero, &one});
  auto others = std::move(*ThreadLinks::create(2));
  Passing three(others->port(0)), four(others->port(1));
  UdpWorker::Options options;
  options.bindings = group->bindings();
  const auto second = WorkerGroup::create(options, *others, {&three, &four});
  ASSERT_FALSE(second) << "sharing is among threads, not among programs";
  EXPECT_EQ(second.error().code, EADDRINUSE);
  EXPECT_FALSE(WorkerGroup::create(options, *others, {&three}));
}

}  // namespace
}  // namespace parley::media::io
