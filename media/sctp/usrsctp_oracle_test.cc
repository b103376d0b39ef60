// Our SCTP against libusrsctp, which browsers used for ten years, over the simulated network and in its time:
// both directions, with loss, with and without interleaving, large messages, partial reliability.
// Here alone is libusrsctp linked. Not implemented here: resets of streams, which browsers test end to end.
#include <gtest/gtest.h>
#include <sys/time.h>
#include <usrsctp.h>

#include <cstring>
#include <ctime>
#include <map>
#include <optional>

#include "media/sctp/hosts_for_tests.h"

namespace {
// What time it is for libusrsctp, in microseconds; nothing: what the clock says.
std::optional<int64_t> told_us;
}  // namespace

// It asks this of the C library when its timers go off: how old a chunk is. The program's own comes first for
// every shared library, so that it can be told the time of the simulated network.
extern "C" int gettimeofday(timeval* now, void*) noexcept {
  if (told_us) {
    *now = {told_us.value() / 1'000'000, told_us.value() % 1'000'000};
    return 0;
  }
  timespec clock;
  clock_gettime(CLOCK_REALTIME, &clock);
  *now = {clock.tv_sec, clock.tv_nsec / 1000};
  return 0;
}

namespace parley::media::sctp {
namespace {

using media::testing::LinkConfig;
using media::testing::Network;
using namespace std::chrono_literals;
using testing::AssociationHost;
using testing::pattern;

// An option that the library has and its public header leaves out.
constexpr int kInterleavingSupported = 0x1206;

// libusrsctp has one stack in a process; its timers are driven by hand.
class UsrsctpHost final : public DatagramHandler {
 public:
  static constexpr Duration kTick = std::chrono::milliseconds(10);

  UsrsctpHost(SocketAddress peer, bool interleaving) : peer_(peer) {
    static const bool initialized = [] {
      usrsctp_init_nothreads(0, on_output, nullptr);
      usrsctp_sysctl_set_sctp_sendspace(32 << 20);
      usrsctp_sysctl_set_sctp_recvspace(32 << 20);
      return true;
    }();
    (void)initialized;
    usrsctp_register_address(this);
    socket_ = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, on_receive, nullptr, 0, this);
    EXPECT_NE(socket_, nullptr);
    usrsctp_set_non_blocking(socket_, 1);
    const linger no_linger = {1, 0};
    usrsctp_setsockopt(socket_, SOL_SOCKET, SO_LINGER, &no_linger, sizeof no_linger);
    const int on = 1, two = 2;
    usrsctp_setsockopt(socket_, IPPROTO_SCTP, SCTP_NODELAY, &on, sizeof on);
    usrsctp_setsockopt(socket_, IPPROTO_SCTP, SCTP_FRAGMENT_INTERLEAVE, &two, sizeof two);
    sctp_assoc_value idata = {};
    idata.assoc_value = interleaving ? 1 : 0;
    usrsctp_setsockopt(socket_, IPPROTO_SCTP, kInterleavingSupported, &idata, sizeof idata);
    for (const uint16_t type : {SCTP_ASSOC_CHANGE}) {
      sctp_event event = {};
      event.se_assoc_id = SCTP_ALL_ASSOC;
      event.se_type = type;
      event.se_on = 1;
      usrsctp_setsockopt(socket_, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof event);
    }
    sctp_paddrparams path = {};
    path.spp_flags = SPP_PMTUD_DISABLE;
    path.spp_pathmtu = 1140;
    usrsctp_setsockopt(socket_, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &path, sizeof path);
    sctp_initmsg init = {};
    init.sinit_num_ostreams = init.sinit_max_instreams = 1024;
    usrsctp_setsockopt(socket_, IPPROTO_SCTP, SCTP_INITMSG, &init, sizeof init);
    sockaddr_conn address = own_address();
    EXPECT_EQ(usrsctp_bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~UsrsctpHost() override {
    out_ = nullptr;
    usrsctp_close(socket_);
    usrsctp_deregister_address(this);
    for (int i = 0; i < 100; ++i) usrsctp_handle_timers(100);
  }

  void connect(TimePoint now, SendSlab& out) {
    begin(now, out);
    sockaddr_conn address = own_address();
    const int result = usrsctp_connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    EXPECT_TRUE(result == 0 || errno == EINPROGRESS) << errno;
    end();
  }
  bool send(uint16_t stream, std::span<const uint8_t> bytes, bool unordered, TimePoint now, SendSlab& out) {
    begin(now, out);
    sctp_sendv_spa spa = {};
    spa.sendv_flags = SCTP_SEND_SNDINFO_VALID;
    spa.sendv_sndinfo.snd_sid = stream;
    spa.sendv_sndinfo.snd_ppid = htonl(53);
    spa.sendv_sndinfo.snd_flags = unordered ? SCTP_UNORDERED : 0;
    const auto n =
        usrsctp_sendv(socket_, bytes.data(), bytes.size(), nullptr, 0, &spa, sizeof spa, SCTP_SENDV_SPA, 0);
    end();
    return n == static_cast<ssize_t>(bytes.size());
  }

  void on_datagrams(std::span<const Datagram> datagrams, TimePoint now, SendSlab& out) override {
    begin(now, out);
    for (const Datagram& d : datagrams) usrsctp_conninput(this, d.bytes.data(), d.bytes.size(), 0);
    end();
  }
  TimePoint next_deadline() const override { return next_tick_; }
  void on_deadline(TimePoint now, SendSlab& out) override {
    next_tick_ = now + kTick;
    begin(now, out);
    usrsctp_handle_timers(static_cast<uint32_t>(to_ms(kTick)));
    end();
  }

  bool up = false, down = false;
  std::map<std::pair<uint16_t, bool>, std::vector<uint8_t>> partial;
  std::vector<Message> messages;

 private:
  void begin(TimePoint now, SendSlab& out) {
    out_ = &out;
    told_us = to_us(now);
  }
  void end() {
    out_ = nullptr;
    told_us.reset();
  }
  sockaddr_conn own_address() {
    sockaddr_conn address = {};
    address.sconn_family = AF_CONN;
    address.sconn_port = htons(5000);
    address.sconn_addr = this;
    return address;
  }
  static int on_output(void* self, void* bytes, size_t size, uint8_t, uint8_t) {
    auto* host = static_cast<UsrsctpHost*>(self);
    if (host->out_ != nullptr) host->out_->append(host->peer_, {static_cast<uint8_t*>(bytes), size});
    return 0;
  }
  static int on_receive(struct socket*, union sctp_sockstore, void* data, size_t size,
                        struct sctp_rcvinfo info, int flags, void* self) {
    auto* host = static_cast<UsrsctpHost*>(self);
    if (data == nullptr) return 1;
    if ((flags & MSG_NOTIFICATION) != 0) {
      host->on_notification(*static_cast<sctp_notification*>(data));
    } else {
      const bool unordered = (info.rcv_flags & SCTP_UNORDERED) != 0;
      auto& bytes = host->partial[{info.rcv_sid, unordered}];
      bytes.insert(bytes.end(), static_cast<uint8_t*>(data), static_cast<uint8_t*>(data) + size);
      if ((flags & MSG_EOR) != 0)
        host->messages.push_back({info.rcv_sid, ntohl(info.rcv_ppid), unordered, std::move(bytes)});
      if ((flags & MSG_EOR) != 0) host->partial.erase({info.rcv_sid, unordered});
    }
    free(data);
    return 1;
  }
  void on_notification(const sctp_notification& n) {
    if (n.sn_header.sn_type == SCTP_ASSOC_CHANGE) {
      up = n.sn_assoc_change.sac_state == SCTP_COMM_UP;
      down =
          n.sn_assoc_change.sac_state == SCTP_COMM_LOST || n.sn_assoc_change.sac_state == SCTP_SHUTDOWN_COMP;
    }
  }

  SocketAddress peer_;
  struct socket* socket_ = nullptr;
  SendSlab* out_ = nullptr;
  TimePoint next_tick_ = time_from_us(1'000'000);
};

struct Oracle {
  Oracle(uint64_t seed, const LinkConfig& link, bool interleaving)
      : net(seed),
        to_them(net.add_link(link)),
        to_us(net.add_link(link)),
        us(config(interleaving), net.random(), their_address),
        them(our_address, interleaving) {
    net.attach(our_address, us, &to_them, nullptr);
    net.attach(their_address, them, &to_us, nullptr);
  }
  static Config config(bool interleaving) {
    Config c;
    c.interleaving = interleaving;
    return c;
  }
  void start(bool we_do, bool they_do) {
    if (we_do) net.command(our_address, [&](TimePoint now, SendSlab& out) { us.connect(now, out); });
    if (they_do) net.command(their_address, [&](TimePoint now, SendSlab& out) { them.connect(now, out); });
    ASSERT_TRUE(net.run_until([&] { return us.association.is_established() && them.up; }, 30s));
  }
  void flush() {
    net.command(our_address, [&](TimePoint now, SendSlab& out) { us.flush(now, out); });
  }
  void they_send(uint16_t stream, std::span<const uint8_t> bytes, bool unordered = false) {
    net.command(their_address, [&](TimePoint now, SendSlab& out) {
      ASSERT_TRUE(them.send(stream, bytes, unordered, now, out));
    });
  }

  SocketAddress our_address = *SocketAddress::parse("192.0.2.1", 5000);
  SocketAddress their_address = *SocketAddress::parse("192.0.2.2", 5000);
  Network net;
  media::testing::Link& to_them;
  media::testing::Link& to_us;
  AssociationHost us;
  UsrsctpHost them;
};

constexpr LinkConfig kLossy{
    .bits_per_second = 20'000'000, .delay = 20ms, .loss = 0.05, .reorder = 0.02, .duplicate = 0.01};

class UsrsctpOracle : public ::testing::TestWithParam<std::tuple<bool, bool>> {};

void expect_same(std::span<const Message> got, size_t count, bool unordered) {
  ASSERT_EQ(got.size(), count);
  std::map<uint16_t, uint32_t> next;
  for (const Message& m : got) {
    const uint32_t number = unordered ? load_be32(m.bytes.data()) : m.stream + 4 * next[m.stream]++;
    auto expected = pattern(8 + (number * 977) % 9000, number);
    store_be32(expected.data(), number);
    ASSERT_EQ(m.bytes, expected);
    EXPECT_EQ(m.protocol, 53u);
  }
}

TEST_P(UsrsctpOracle, MessagesGoBothWaysThroughLoss) {
  const auto [interleaving, unordered] = GetParam();
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    Oracle o(seed, kLossy, interleaving);
    o.start(true, true);
    ASSERT_EQ(o.us.association.interleaving(), interleaving);
    constexpr uint32_t kCount = 200;
    SendOptions options;
    options.unordered = unordered;
    for (uint32_t i = 0; i < kCount; ++i) {
      auto bytes = pattern(8 + (i * 977) % 9000, i);
      store_be32(bytes.data(), i);
      ASSERT_TRUE(o.us.association.send(static_cast<uint16_t>(i % 4), 53, bytes, options, o.net.now()).ok());
      o.they_send(static_cast<uint16_t>(i % 4), bytes, unordered);
    }
    o.flush();
    const auto all = [&] { return o.us.messages.size() >= kCount && o.them.messages.size() >= kCount; };
    ASSERT_TRUE(o.net.run_until(all, 120s))
        << o.us.messages.size() << " came to us, " << o.them.messages.size() << " to them";
    o.net.run_for(3s);
    expect_same(o.us.messages, kCount, unordered);
    expect_same(o.them.messages, kCount, unordered);
  }
}

TEST_P(UsrsctpOracle, AMegabyteEachWay) {
  const auto [interleaving, unordered] = GetParam();
  Oracle o(5, kLossy, interleaving);
  o.start(true, true);
  const auto ours = pattern(1 << 20, 1), theirs = pattern(1 << 20, 2);
  SendOptions options;
  options.unordered = unordered;
  ASSERT_TRUE(o.us.association.send(1, 53, ours, options, o.net.now()).ok());
  o.flush();
  o.they_send(1, theirs, unordered);
  ASSERT_TRUE(
      o.net.run_until([&] { return o.us.messages.size() == 1 && o.them.messages.size() == 1; }, 120s));
  EXPECT_EQ(o.us.messages[0].bytes, theirs);
  EXPECT_EQ(o.them.messages[0].bytes, ours);
}
INSTANTIATE_TEST_SUITE_P(Sctp, UsrsctpOracle, ::testing::Combine(::testing::Bool(), ::testing::Bool()));

TEST(UsrsctpOracleSetup, TheyStartOrBothDo) {
  for (const auto& [we, they] : {std::pair(false, true), std::pair(true, true)}) {
    for (uint64_t seed = 1; seed <= 5; ++seed) {
      SCOPED_TRACE(seed);
      Oracle o(seed, {.delay = 20ms, .loss = 0.2}, true);
      o.start(we, they);
      EXPECT_EQ(o.us.established, 1);
    }
  }
}

TEST(UsrsctpOracleReliability, TheySkipWhatWeGiveUp) {
  for (const bool interleaving : {false, true}) {
    SCOPED_TRACE(interleaving);
    Oracle o(7, {.delay = 20ms}, interleaving);
    o.start(true, true);
    o.to_them.config().loss = 0.1;
    SendOptions unreliable;
    unreliable.max_retransmits = 0;
    for (uint32_t i = 0; i < 500; ++i) {
      std::vector<uint8_t> bytes(i % 5 == 0 ? 2500 : 100);
      store_be32(bytes.data(), i);
      ASSERT_TRUE(o.us.association.send(1, 53, bytes, unreliable, o.net.now()).ok());
      if (i % 10 == 0) {
        ASSERT_TRUE(o.us.association.send(2, 53, bytes, {}, o.net.now()).ok());
      }
      o.flush();
      o.net.run_for(5ms);
    }
    o.net.run_for(10s);
    size_t lossy = 0, reliable = 0;
    for (const Message& m : o.them.messages) ++(m.stream == 1 ? lossy : reliable);
    EXPECT_EQ(reliable, 50u);
    EXPECT_GT(lossy, 375u);
    EXPECT_LT(lossy, 480u);
    EXPECT_EQ(o.us.association.stats().unacknowledged, 0u);
  }
}

TEST(UsrsctpOracleShutdown, GoodbyesAreUnderstood) {
  Oracle o(8, kLossy, true);
  o.start(true, true);
  ASSERT_TRUE(o.us.association.send(1, 53, pattern(50'000, 1), {}, o.net.now()).ok());
  o.net.command(o.our_address, [&](TimePoint now, SendSlab& out) {
    testing::SlabSink sink(o.their_address, out);
    o.us.association.shutdown(now, sink);
  });
  ASSERT_TRUE(o.net.run_until([&] { return o.us.closed == 1; }, 60s));
  EXPECT_EQ(o.us.close_reason, "");
  EXPECT_EQ(o.them.messages.size(), 1u);
}

}  // namespace
}  // namespace parley::media::sctp
