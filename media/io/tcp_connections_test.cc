// TCP of a media thread, on loopback: what a browser does, and what somebody does who means harm.
#include "media/io/tcp_connections.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <set>

#include "media/core/bytes.h"
#include "media/io/system.h"
#include "media/io/udp_worker.h"

namespace parley::media::io {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<uint8_t>;

const SocketAddress kAny = *SocketAddress::parse("127.0.0.1", 0);

struct Echo final : DatagramHandler {
  void on_datagrams(std::span<const Datagram> datagrams, TimePoint, SendSlab& out) override {
    for (const Datagram& d : datagrams) {
      route = d.route;
      ++messages;
      if (connector != nullptr && d.bytes[0] == 'X') connector->disconnect(d.route.connection);
      out.append(d.route, d.bytes);
    }
  }
  TimePoint next_deadline() const override { return kNever; }
  void on_deadline(TimePoint, SendSlab&) override {}
  bool knows_route(const Route& r) const override { return known.contains(r.connection); }
  void on_connection_closed(const Route& r, TimePoint, SendSlab&) override { closed.push_back(r); }
  void on_connection_open(const Route& r, TimePoint, SendSlab&) override { opened = r; }

  Connector* connector = nullptr;
  Route opened;
  Route route;
  int messages = 0;
  std::set<uint32_t> known;
  std::vector<Route> closed;
};

// A blocking TCP client with a deadline on everything.
struct Client {
  explicit Client(const SocketAddress& to) : fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    KernelAddress k;
    const socklen_t size = to_kernel(to, k);
    EXPECT_EQ(connect(fd.get(), &k.any, size), 0);
    const timeval patience{60, 0};
    setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  void send(const Bytes& message) {
    Bytes framed(2);
    store_be16(framed.data(), static_cast<uint16_t>(message.size()));
    framed.insert(framed.end(), message.begin(), message.end());
    ASSERT_EQ(::send(fd.get(), framed.data(), framed.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(framed.size()));
  }
  Bytes receive() {
    uint8_t length[2];
    if (recv(fd.get(), length, 2, MSG_WAITALL) != 2) return {};
    Bytes message(load_be16(length));
    if (recv(fd.get(), message.data(), message.size(), MSG_WAITALL) != static_cast<ssize_t>(message.size()))
      return {};
    return message;
  }
  // Whether the other side has closed, whatever it sent before.
  bool at_end() {
    uint8_t byte;
    ssize_t n;
    while ((n = recv(fd.get(), &byte, 1, 0)) > 0) {
    }
    return n == 0 || errno == ECONNRESET;
  }
  Fd fd;
};

// Drives TcpConnections without a thread, in a time of its own.
struct Bench {
  explicit Bench(TcpConnections::Limits limits = {}) : tcp(echo, limits) {
    EXPECT_TRUE(tcp.open());
    echo.connector = &tcp;
  }
  void listen() { EXPECT_TRUE(tcp.listen(address)); }
  void turn() {
    tcp.take_events(now, slab);
    tcp.send(slab);
    slab.clear();
  }
  template <class Done>
  void turn_until(const Done& done) {
    for (const TimePoint end = monotonic_now() + 60s; !done();) {
      ASSERT_LT(monotonic_now(), end);
      pollfd p{tcp.events_fd(), POLLIN, 0};
      poll(&p, 1, 10);
      turn();
    }
  }
  Echo echo;
  TcpConnections tcp;
  SocketAddress address = kAny;
  SendSlab slab{1 << 20, 1024};
  TimePoint now = time_from_us(1'000'000);
};

TEST(TcpConnections, AWorkerServesUdpAndTcpOnOnePort) {
  Echo echo;
  auto worker = std::move(*UdpWorker::create({.bindings = {kAny}, .tcp = true}, echo));
  worker->start();
  Client client(worker->bindings()[0]);
  for (uint8_t i = 1; i < 100; ++i) {
    client.send(Bytes(i * 20u, i));
    ASSERT_EQ(client.receive(), Bytes(i * 20u, i));
  }
  worker->stop();
  EXPECT_EQ(worker->tcp_counters().accepted, 1u);
  EXPECT_EQ(worker->tcp_counters().received, 99u);
  EXPECT_EQ(worker->counters().received_datagrams, 0u);
  EXPECT_EQ(echo.route.local, worker->bindings()[0]);
  EXPECT_NE(echo.route.connection, 0u);
}

TEST(TcpConnections, AWorkerMayServeTcpAlone) {
  Echo echo;
  // Somebody else may have the UDP port of that number.
  std::unique_ptr<UdpWorker> worker;
  bool udp_is_free = false;
  for (int i = 0; i < 20 && !udp_is_free; ++i) {
    worker = std::move(*UdpWorker::create({.bindings = {kAny}, .udp = false, .tcp = true}, echo));
    SocketAddress same = worker->bindings()[0];
    udp_is_free = open_udp(same, 1 << 16).ok();
  }
  EXPECT_TRUE(udp_is_free);
  worker->start();
  Client client(worker->bindings()[0]);
  client.send({1, 2, 3});
  EXPECT_EQ(client.receive(), (Bytes{1, 2, 3}));
  const SocketAddress same = worker->bindings()[0];
  const auto taken = UdpWorker::create({.bindings = {same}, .udp = false, .tcp = true}, echo);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().message, "cannot bind TCP " + same.to_string() + ": Address already in use");
  EXPECT_FALSE(UdpWorker::create({.bindings = {kAny}, .udp = false}, echo));
}

TEST(TcpConnections, AConnectionNobodyKnowsIsClosed) {
  Bench b;
  b.listen();
  Client known(b.address), stranger(b.address);
  known.send({1});
  b.turn_until([&] { return b.echo.messages == 1 && b.tcp.size() == 2; });
  b.echo.known.insert(b.echo.route.connection);
  EXPECT_LE(b.tcp.next_deadline(), b.now + 1s);
  b.now += 9s;
  b.tcp.on_deadline(b.now, b.slab);
  EXPECT_EQ(b.tcp.size(), 2u);
  b.now += 2s;
  b.tcp.on_deadline(b.now, b.slab);
  EXPECT_EQ(b.tcp.size(), 1u);
  EXPECT_TRUE(stranger.at_end());
  EXPECT_EQ(b.tcp.counters().unknown, 1u);
  // The peer goes; what it came by goes with it.
  b.echo.known.clear();
  b.now += 11s;
  b.tcp.on_deadline(b.now, b.slab);
  EXPECT_EQ(b.tcp.size(), 0u);
  EXPECT_EQ(b.tcp.next_deadline(), kNever);
  EXPECT_EQ(b.echo.closed.size(), 2u);
}

TEST(TcpConnections, StrangersMakeRoomForEachOtherAndTheLimitHolds) {
  Bench b({.connections = 6, .strangers = 3});
  b.listen();
  std::vector<std::unique_ptr<Client>> clients;
  const auto join = [&](uint8_t i) {
    clients.push_back(std::make_unique<Client>(b.address));
    const int before = b.echo.messages;
    clients.back()->send({i});
    b.turn_until([&] { return b.echo.messages > before; });
  };
  join(1);
  b.echo.known.insert(b.echo.route.connection);
  for (uint8_t i = 2; i <= 5; ++i) join(i);
  EXPECT_EQ(b.tcp.size(), 4u) << "the known one and three strangers";
  EXPECT_TRUE(clients[1]->at_end());
  EXPECT_EQ(clients[0]->receive(), Bytes{1});
  for (int i = 0; i < 20 && b.tcp.size() < 6; ++i) {
    join(9);
    b.echo.known.insert(b.echo.route.connection);
  }
  Client refused(b.address);
  b.turn_until([&] { return b.tcp.counters().refused == 1; });
  EXPECT_TRUE(refused.at_end());
}

TEST(TcpConnections, WhatMakesNoSenseEndsTheConnection) {
  Bench b;
  b.listen();
  Client client(b.address);
  const uint8_t nonsense[] = {0xFF, 0xFF, 1};
  ASSERT_EQ(send(client.fd.get(), nonsense, sizeof nonsense, 0), 3);
  b.turn_until([&] { return b.tcp.counters().broken == 1; });
  EXPECT_TRUE(client.at_end());
  EXPECT_EQ(b.tcp.size(), 0u);
  ASSERT_EQ(b.echo.closed.size(), 1u);
}

TEST(TcpConnections, APeerThatDoesNotReadLosesMediaAndNothingElseGrows) {
  Bench b({.queued_bytes = 64 << 10});
  b.listen();
  Client client(b.address);
  client.send({1});
  b.turn_until([&] { return b.echo.messages == 1; });
  const Bytes packet(1200, 7);
  for (int i = 0; i < 20000; ++i) {
    b.slab.append(b.echo.route, packet);
    if (i % 20 == 19) b.turn();
    ASSERT_LE(b.tcp.queued_bytes(), 64u << 10);
  }
  EXPECT_GT(b.tcp.counters().dropped, 1000u);
  // What it reads in the end are whole messages.
  EXPECT_EQ(client.receive(), Bytes{1});
  uint64_t got = 0;
  const uint64_t expected = b.tcp.counters().sent - 1;
  for (; got < expected; ++got) {
    b.turn();
    ASSERT_EQ(client.receive(), packet) << got;
  }
  EXPECT_EQ(b.tcp.queued_bytes(), 0u);
}

TEST(TcpConnections, OurOwnConnectionsWaitUntilTheyAreOpen) {
  Bench server, client;
  server.listen();
  const uint32_t id = client.tcp.connect(server.address, Framing::kRfc4571);
  ASSERT_NE(id, 0u);
  client.slab.append(Route(server.address, {}, id), Bytes{1, 2, 3});
  client.turn();
  client.turn_until([&] {
    server.turn();
    return client.echo.messages > 0;
  });
  EXPECT_EQ(client.echo.route.connection, id);
  EXPECT_EQ(client.echo.route.remote, server.address);
  EXPECT_EQ(client.tcp.counters().connected, 1u);
  EXPECT_EQ(client.echo.opened, client.echo.route);
  EXPECT_TRUE(client.echo.opened.local.valid());
  // Never closed for being unknown: whoever opened it closes it.
  client.now += 60s;
  client.tcp.on_deadline(client.now, client.slab);
  EXPECT_EQ(client.tcp.size(), 1u);
  client.tcp.disconnect(id);
  client.tcp.disconnect(id);
  server.turn_until([&] { return server.tcp.size() == 0; });
  EXPECT_TRUE(client.echo.closed.empty());
}

TEST(TcpConnections, AConnectionThatCannotBeIsTold) {
  Bench b;
  SocketAddress nobody = kAny;
  { auto closed_again = listen_tcp(nobody); }
  const uint32_t id = b.tcp.connect(nobody, Framing::kStun);
  if (id != 0) b.turn_until([&] { return !b.echo.closed.empty(); });
  EXPECT_EQ(b.tcp.size(), 0u);
  EXPECT_EQ(b.tcp.connect({}, Framing::kStun), 0u);
}

TEST(TcpConnections, AServerThatNeverTakesAConnectionIsGivenUp) {
  // Somebody whose queue of connections is full: the next ones get no answer at all.
  SocketAddress address = kAny;
  const Fd busy = std::move(*listen_tcp(address));
  ASSERT_EQ(listen(busy.get(), 0), 0);
  const Client first(address);
  Bench b;
  const uint32_t id = b.tcp.connect(address, Framing::kStun);
  ASSERT_NE(id, 0u);
  const TimePoint begun = b.now;
  // What waits for it is given back with it.
  b.slab.append(Route(address, {}, id), Bytes{1, 2, 3});
  b.turn();
  // From the first look at the deadlines on, which is due at once.
  EXPECT_LE(b.tcp.next_deadline(), b.now);
  while (b.now < begun + 14s) {
    b.tcp.on_deadline(b.now, b.slab);
    b.turn();
    ASSERT_EQ(b.tcp.size(), 1u);
    ASSERT_LE(b.tcp.next_deadline(), b.now + 1s);
    b.now += 1s;
  }
  EXPECT_TRUE(b.echo.closed.empty());
  b.now = begun + 15s;
  b.tcp.on_deadline(b.now, b.slab);
  EXPECT_EQ(b.tcp.size(), 0u);
  ASSERT_EQ(b.echo.closed.size(), 1u);
  EXPECT_EQ(b.echo.closed[0].connection, id);
  EXPECT_EQ(b.tcp.counters().connected, 0u);
  EXPECT_EQ(b.tcp.queued_bytes(), 0u);
  EXPECT_EQ(b.tcp.next_deadline(), kNever);
}

TEST(TcpConnections, TheTimeToOpenEndsWithTheOpening) {
  Bench server, client;
  server.listen();
  client.tcp.on_deadline(client.now, client.slab);
  ASSERT_NE(client.tcp.connect(server.address, Framing::kRfc4571), 0u);
  client.tcp.on_deadline(client.now, client.slab);
  client.now += 14s;
  client.turn_until([&] { return client.tcp.counters().connected == 1; });
  client.now += 60s;
  client.tcp.on_deadline(client.now, client.slab);
  EXPECT_EQ(client.tcp.size(), 1u);
  EXPECT_TRUE(client.echo.closed.empty());
}

TEST(TcpConnections, AHandlerMayCloseTheConnectionItIsReading) {
  Bench b;
  b.listen();
  Client client(b.address);
  client.send({'X', 1});
  b.turn_until([&] { return b.echo.messages == 1; });
  EXPECT_TRUE(client.at_end());
  EXPECT_EQ(b.tcp.size(), 0u);
  EXPECT_TRUE(b.echo.closed.empty());
}

TEST(TcpConnections, StunOverAStreamIsPadded) {
  Bench b;
  SocketAddress address = kAny;
  const Fd listener = std::move(*listen_tcp(address));
  const uint32_t id = b.tcp.connect(address, Framing::kStun);
  b.slab.append(Route(address, {}, id), Bytes{0x40, 0, 0, 1, 9});
  b.turn();
  pollfd p{listener.get(), POLLIN, 0};
  ASSERT_EQ(poll(&p, 1, 60'000), 1);
  const Fd accepted(accept(listener.get(), nullptr, nullptr));
  b.turn_until([&] { return b.tcp.queued_bytes() == 0; });
  uint8_t got[8] = {};
  ASSERT_EQ(recv(accepted.get(), got, sizeof got, MSG_WAITALL), 8);
  EXPECT_EQ(Bytes(got, got + 8), (Bytes{0x40, 0, 0, 1, 9, 0, 0, 0}));
}

}  // namespace
}  // namespace parley::media::io
