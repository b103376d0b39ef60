// Slabs leave through real sockets on the loopback: whole, in order, and past what the kernel refuses.
#include "media/io/batch_sender.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <map>
#include <vector>

#include "media/core/random.h"

namespace parley::media::io {
namespace {

using Bytes = std::vector<uint8_t>;

struct Receiver {
  explicit Receiver(const char* ip) {
    address = *SocketAddress::parse(ip, 0);
    auto opened = open_udp(address, 4 << 20);
    EXPECT_TRUE(opened.ok());
    if (opened) fd = std::move(*opened);
  }
  // So many datagrams, or those that came before ten seconds without one.
  std::vector<Bytes> take(size_t count) {
    std::vector<Bytes> got;
    std::array<uint8_t, 4096> room;
    while (got.size() < count) {
      pollfd p{fd.get(), POLLIN, 0};
      if (poll(&p, 1, 60'000) != 1) break;
      const ssize_t n = recv(fd.get(), room.data(), room.size(), 0);
      if (n < 0) break;
      got.emplace_back(room.begin(), room.begin() + n);
    }
    return got;
  }

  Fd fd;
  SocketAddress address;
};

class BatchSending : public ::testing::TestWithParam<bool> {
 protected:
  void append(const SocketAddress& to, size_t size) {
    Bytes bytes(size);
    random_.fill(bytes);
    slab_.append(to, bytes);
    sent_[to].push_back(std::move(bytes));
  }
  BatchSender::Tally send() {
    BatchSender::Tally tally;
    sender_.send(slab_, {v4_.fd.get()}, {v6_.fd.get()}, tally);
    slab_.clear();
    return tally;
  }

  SeededRandom random_{20261121};
  SendSlab slab_{1 << 20, 1024};
  BatchSender sender_{1024, GetParam()};
  Receiver v4_{"127.0.0.1"}, v6_{"::1"};  // what is sent leaves by their sockets, too
  std::map<SocketAddress, std::vector<Bytes>, bool (*)(const SocketAddress&, const SocketAddress&)> sent_{
      [](const SocketAddress& a, const SocketAddress& b) { return a.to_string() < b.to_string(); }};
};

INSTANTIATE_TEST_SUITE_P(SegmentationOffAndOn, BatchSending, ::testing::Bool());

TEST_P(BatchSending, EveryDatagramArrivesInTheOrderOfItsDestination) {
  Receiver a("127.0.0.1"), b("127.0.0.1"), c("::1");
  // Runs of one size, a shorter end, sizes that change, and destinations in between.
  for (const size_t size : {1000, 1000, 1000, 400, 1200, 1200, 7, 1000}) {
    append(a.address, size);
    append(b.address, size / 2 + 1);
    append(c.address, 300);
  }
  for (int i = 0; i < 150; ++i) append(c.address, 100);  // more than one message's segments
  const auto tally = send();
  EXPECT_EQ(tally.datagrams, 174u);
  EXPECT_EQ(tally.errors + tally.would_block, 0u);
  EXPECT_LT(tally.calls, 10u);
  for (Receiver* r : {&a, &b, &c}) EXPECT_EQ(r->take(sent_[r->address].size()), sent_[r->address]);
}

TEST_P(BatchSending, WhatTheKernelRefusesIsCountedAndTheRestSent) {
  Receiver a("127.0.0.1");
  const SocketAddress nowhere = *SocketAddress::parse("127.0.0.1", 0);
  append(a.address, 500);
  for (int i = 0; i < 3; ++i) append(nowhere, 500);
  append(a.address, 600);
  append(nowhere, 10);
  append(a.address, 700);
  const auto tally = send();
  EXPECT_EQ(tally.datagrams, 3u);
  EXPECT_EQ(tally.errors, 4u);
  EXPECT_EQ(a.take(3), sent_[a.address]);
}

TEST_P(BatchSending, AFamilyWithoutASocketIsAnError) {
  append(*SocketAddress::parse("::1", 5000), 100);
  append(*SocketAddress::parse("::1", 5000), 100);
  append(v4_.address, 100);
  BatchSender::Tally tally;
  sender_.send(slab_, {v4_.fd.get()}, {}, tally);
  EXPECT_EQ(tally.errors, 2u);
  EXPECT_EQ(tally.datagrams, 1u);
  EXPECT_EQ(v4_.take(1), sent_[v4_.address]);
}

TEST_P(BatchSending, AnEmptySlabAsksNothingOfTheKernel) { EXPECT_EQ(send().calls, 0u); }

}  // namespace
}  // namespace parley::media::io
