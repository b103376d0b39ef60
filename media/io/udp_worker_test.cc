// Tests of media/io: real sockets on loopback.
#include "media/io/udp_worker.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "media/io/batch_receiver.h"
#include "media/io/batch_sender.h"
#include "media/io/sockets.h"
#include "media/io/system.h"

namespace parley::media::io {
namespace {

using namespace std::chrono_literals;

const SocketAddress kAny4 = *SocketAddress::parse("127.0.0.1", 0);
const SocketAddress kAny6 = *SocketAddress::parse("::1", 0);

// Sends back what comes; counts deadlines.
struct Echo final : DatagramHandler {
  void on_datagrams(std::span<const Datagram> datagrams, TimePoint, SendSlab& out) override {
    for (const Datagram& d : datagrams) out.append(d.route, d.bytes);
  }
  TimePoint next_deadline() const override { return deadline; }
  void on_deadline(TimePoint now, SendSlab&) override {
    EXPECT_GE(now, deadline);
    deadline = kNever;
    fired.set_value(now);
  }
  TimePoint deadline = kNever;
  std::promise<TimePoint> fired;
};

// A plain socket with a deadline on everything.
struct Peer {
  explicit Peer(SocketAddress at = kAny4) : address(at), fd(std::move(*open_udp(address, 4 << 20))) {}
  void send(const SocketAddress& to, const std::vector<uint8_t>& bytes) {
    KernelAddress k;
    const socklen_t size = to_kernel(to, k);
    ASSERT_EQ(sendto(fd.get(), bytes.data(), bytes.size(), 0, &k.any, size),
              static_cast<ssize_t>(bytes.size()));
  }
  std::vector<uint8_t> receive() {
    pollfd p{fd.get(), POLLIN, 0};
    if (poll(&p, 1, 60'000) != 1) return {};
    std::vector<uint8_t> bytes(3000);
    bytes.resize(static_cast<size_t>(std::max<ssize_t>(recv(fd.get(), bytes.data(), bytes.size(), 0), 0)));
    return bytes;
  }
  SocketAddress address;
  Fd fd;
};

std::unique_ptr<UdpWorker> make(std::vector<SocketAddress> bindings, DatagramHandler& handler,
                                bool gso = true) {
  UdpWorker::Options options;
  options.bindings = std::move(bindings);
  options.use_gso = gso;
  auto worker = UdpWorker::create(std::move(options), handler);
  EXPECT_TRUE(worker) << worker.error().message;
  return std::move(*worker);
}

bool has_ipv6() {
  SocketAddress address = kAny6;
  return open_udp(address, 1 << 16).ok();
}

TEST(UdpWorker, EchoesOnIPv4) {
  Echo echo;
  const auto worker = make({kAny4}, echo);
  ASSERT_NE(worker->bindings()[0].port(), 0);
  worker->start();
  Peer peer;
  for (uint8_t i = 0; i < 100; ++i) {
    peer.send(worker->bindings()[0], {i, 2, 3});
    ASSERT_EQ(peer.receive(), (std::vector<uint8_t>{i, 2, 3}));
  }
  worker->stop();
  EXPECT_EQ(worker->counters().received_datagrams, 100u);
  EXPECT_EQ(worker->counters().sent_bytes, 300u);
}

TEST(UdpWorker, OnePortServesBothFamilies) {
  if (!has_ipv6()) GTEST_SKIP() << "no IPv6 on this machine";
  Echo echo;
  const auto worker = make({kAny4, kAny6}, echo);
  EXPECT_EQ(worker->bindings()[0].port(), worker->bindings()[1].port());
  worker->start();
  Peer four(kAny4), six(kAny6);
  six.send(worker->bindings()[1], {6});
  EXPECT_EQ(six.receive(), std::vector<uint8_t>{6});
  four.send(worker->bindings()[0], {4});
  EXPECT_EQ(four.receive(), std::vector<uint8_t>{4});
}

TEST(UdpWorker, ABusyPortIsSaidSo) {
  Peer taken;
  Echo echo;
  const auto worker = UdpWorker::create({.bindings = {taken.address}}, echo);
  ASSERT_FALSE(worker);
  EXPECT_EQ(worker.error().code, EADDRINUSE);
  EXPECT_EQ(worker.error().message,
            "cannot bind UDP " + taken.address.to_string() + ": Address already in use");
  EXPECT_FALSE(UdpWorker::create({}, echo));
  EXPECT_FALSE(UdpWorker::create({.bindings = {kAny4, kAny4}}, echo));
}

TEST(UdpWorker, CommandsRunOnTheThreadAndMaySend) {
  Echo echo;
  const auto worker = make({kAny4}, echo);
  worker->start();
  Peer peer;
  auto owned = std::make_unique<int>(7);
  std::promise<std::thread::id> id;
  ASSERT_TRUE(worker->post([&, owned = std::move(owned)](TimePoint, SendSlab& out) {
    out.append(peer.address, std::vector<uint8_t>{static_cast<uint8_t>(*owned)});
    id.set_value(std::this_thread::get_id());
  }));
  EXPECT_NE(id.get_future().get(), std::this_thread::get_id());
  EXPECT_EQ(peer.receive(), std::vector<uint8_t>{7});
}

TEST(UdpWorker, TheCommandQueueIsBoundedAndStopRunsWhatIsQueued) {
  Echo echo;
  const auto worker = make({kAny4}, echo);
  size_t ran = 0, posted = 0;
  while (worker->post([&](TimePoint, SendSlab&) { ++ran; })) ++posted;
  EXPECT_EQ(posted, UdpWorker::kMaxCommands);
  worker->start();
  worker->stop();
  EXPECT_EQ(ran, posted);
  EXPECT_FALSE(worker->post([](TimePoint, SendSlab&) {}));
  worker->stop();
}

TEST(UdpWorker, DeadlinesFire) {
  Echo echo;
  auto fired = echo.fired.get_future();
  const auto worker = make({kAny4}, echo);
  worker->start();
  const TimePoint deadline = monotonic_now() + 20ms;
  worker->post([&](TimePoint, SendSlab&) { echo.deadline = deadline; });
  ASSERT_EQ(fired.wait_for(60s), std::future_status::ready);
  EXPECT_GE(fired.get(), deadline);
}

// On Linux all of 127.0.0.0/8 is ours: a machine with several addresses.
TEST(UdpWorker, AWildcardAnswersFromTheAddressThatWasAsked) {
  Echo echo;
  const auto worker = make({*SocketAddress::parse("0.0.0.0", 0)}, echo);
  worker->start();
  const uint16_t port = worker->bindings()[0].port();
  for (const char* ip : {"127.0.0.1", "127.0.0.2", "127.9.9.9"}) {
    Peer peer;
    KernelAddress there;
    const socklen_t size = to_kernel(*SocketAddress::parse(ip, port), there);
    // Connected: the kernel gives it nothing from another address.
    ASSERT_EQ(connect(peer.fd.get(), &there.any, size), 0);
    for (uint8_t i = 0; i < 3; ++i) ASSERT_EQ(send(peer.fd.get(), &i, 1, 0), 1);
    for (uint8_t i = 0; i < 3; ++i) ASSERT_EQ(peer.receive(), std::vector<uint8_t>{i}) << ip;
  }
}

TEST(UdpWorker, AnIPv6WildcardAnswersFromTheAddressThatWasAsked) {
  if (!has_ipv6()) GTEST_SKIP() << "no IPv6 on this machine";
  struct Keep final : DatagramHandler {
    void on_datagrams(std::span<const Datagram> datagrams, TimePoint, SendSlab& out) override {
      local = datagrams[0].route.local;
      for (const Datagram& d : datagrams) out.append(d.route, d.bytes);
    }
    TimePoint next_deadline() const override { return kNever; }
    void on_deadline(TimePoint, SendSlab&) override {}
    SocketAddress local;
  } keep;
  const auto worker = make({*SocketAddress::parse("::", 0)}, keep);
  worker->start();
  Peer peer(kAny6);
  const SocketAddress there = *SocketAddress::parse("::1", worker->bindings()[0].port());
  peer.send(there, {5});
  EXPECT_EQ(peer.receive(), std::vector<uint8_t>{5});
  worker->stop();
  EXPECT_EQ(keep.local, there);
}

// What one process sends with UDP_SEGMENT the other is given joined, when it asks for that.
TEST(BatchReceiver, TakesApartWhatTheKernelHasJoined) {
  SocketAddress address = kAny4;
  const Fd fd = std::move(*open_udp(address, 4 << 20));
  join_received(fd.get());
  Peer sender;
  SendSlab slab(1 << 20, 1024);
  for (uint8_t i = 0; i < 50; ++i) {
    std::vector<uint8_t> bytes(i % 10 == 9 ? 400 : 1100, i);
    slab.append(address, bytes);
  }
  BatchSender::Tally tally;
  BatchSender(1024, true).send(slab, {sender.fd.get()}, {}, tally);
  ASSERT_EQ(tally.datagrams, 50u);
  BatchReceiver receiver;
  size_t got = 0, calls = 0;
  while (got < 50) {
    pollfd p{fd.get(), POLLIN, 0};
    ASSERT_EQ(poll(&p, 1, 60'000), 1);
    const auto batch = receiver.receive(fd.get(), address);
    ++calls;
    for (const Datagram& d : batch.datagrams) {
      ASSERT_EQ(d.bytes.size(), got % 10 == 9 ? 400u : 1100u);
      EXPECT_EQ(d.bytes[0], got);
      EXPECT_EQ(d.bytes.back(), got++);
      EXPECT_EQ(d.route, Route(sender.address, address));
    }
  }
  EXPECT_EQ(got, 50u);
  EXPECT_EQ(calls, 1u) << "five messages of ten datagrams each";
}

TEST(UdpWorker, ADatagramLongerThanASlotIsDroppedAndCounted) {
  Echo echo;
  const auto worker = make({kAny4}, echo);
  worker->start();
  Peer peer;
  peer.send(worker->bindings()[0], std::vector<uint8_t>(2500, 1));
  peer.send(worker->bindings()[0], {9});
  EXPECT_EQ(peer.receive(), std::vector<uint8_t>{9});
  EXPECT_EQ(worker->counters().truncated, 1u);
}

// A fan-out of many sizes to many destinations arrives whole and in each destination's order.
class FanOut : public testing::TestWithParam<bool> {};

TEST_P(FanOut, KeepsEveryDestinationsOrder) {
  constexpr int kPeers = 5, kPackets = 120;
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < kPeers; ++i) peers.push_back(std::make_unique<Peer>());
  Echo echo;
  const auto worker = make({kAny4}, echo, GetParam());
  worker->start();
  worker->post([&](TimePoint, SendSlab& out) {
    for (int k = 0; k < kPackets; ++k) {
      for (int i = 0; i < kPeers; ++i) {
        const size_t size = k % 7 == 6 ? 300 : k % 11 == 10 ? 1300 : 1100;
        std::vector<uint8_t> bytes(size, static_cast<uint8_t>(i));
        bytes[0] = static_cast<uint8_t>(k);
        ASSERT_TRUE(out.append(peers[static_cast<size_t>(i)]->address, bytes));
      }
    }
  });
  for (int k = 0; k < kPackets; ++k) {
    for (int i = 0; i < kPeers; ++i) {
      const std::vector<uint8_t> got = peers[static_cast<size_t>(i)]->receive();
      ASSERT_EQ(got.size(), k % 7 == 6 ? 300u : k % 11 == 10 ? 1300u : 1100u) << k;
      ASSERT_EQ(got[0], k);
      ASSERT_EQ(got[1], i);
    }
  }
  worker->stop();
  EXPECT_EQ(worker->counters().sent_datagrams, static_cast<uint64_t>(kPeers * kPackets));
  EXPECT_EQ(worker->counters().send_errors, 0u);
  EXPECT_EQ(worker->counters().send_would_block, 0u);
}
INSTANTIATE_TEST_SUITE_P(Gso, FanOut, testing::Bool());

TEST(BatchSender, ADestinationWithoutASocketCountsAsAnError) {
  BatchSender sender(4, true);
  SendSlab slab(100, 4);
  slab.append(*SocketAddress::parse("::1", 9), std::vector<uint8_t>{1});
  BatchSender::Tally tally;
  sender.send(slab, {}, {}, tally);
  EXPECT_EQ(tally.errors, 1u);
}

TEST(SystemRandom, DoesNotRepeat) {
  SystemRandom random;
  EXPECT_NE(random.next_u64(), random.next_u64());
}

}  // namespace
}  // namespace parley::media::io
