// Parley: session::Hub on a UdpWorker, with real ICE, DTLS and SRTP to a publisher and every subscriber.
#include <poll.h>

#include <atomic>
#include <future>

#include "bench/forward_bench/client.h"
#include "bench/forward_bench/contender.h"
#include "media/core/bytes.h"
#include "media/io/batch_sender.h"
#include "media/io/system.h"
#include "media/io/udp_worker.h"
#include "media/session/hub.h"

namespace parley::bench {
namespace {

using namespace parley::media;  // NOLINT: nearly everything here is

constexpr uint32_t kTrack = 1;
constexpr uint32_t kPublisher = 1;
constexpr uint32_t kFirstSubscriber = 2;
constexpr Ssrc kSsrc{0x1234567};
constexpr uint8_t kVp8 = 96;
constexpr uint8_t kTransportCcId = 3;

class Parley final : public Contender {
 public:
  Parley(const Settings& settings, std::vector<Endpoint>& subscribers)
      : settings_(settings), certificate_(generate()), hub_(certificate_, random_, [](const HubEvent&) {}) {
    UdpWorker::Options options;
    options.bindings = {*SocketAddress::parse("127.0.0.1", 0)};
    options.use_gso = settings.contender != "parley-plain";
    auto worker = UdpWorker::create(std::move(options), hub_);
    if (!worker) die(worker.error().message);
    worker_ = std::move(*worker);
    worker_->start();
    publisher_.address = *SocketAddress::parse("127.0.0.1", 0);
    auto fd = open_udp(publisher_.address, 4 << 20);
    if (!fd) die(fd.error().message);
    publisher_.fd = std::move(*fd);
    connect(subscribers);
    first_datagrams_ = worker_->counters().received_datagrams;
  }
  ~Parley() override { worker_->stop(); }

  void launch() override;
  int outstanding() const override {
    const uint64_t received = worker_->counters().received_datagrams - first_datagrams_;
    return static_cast<int>(launched_ - received / static_cast<uint64_t>(settings_.burst));
  }
  Figures figures() override {
    std::promise<Figures> answer;
    worker_->post([&](TimePoint, SendSlab&) {
      const UdpCounters c = worker_->counters();
      answer.set_value({c.sent_datagrams, c.send_calls, thread_cpu_seconds()});
    });
    return answer.get_future().get();
  }

 private:
  using UdpWorker = io::UdpWorker;
  using UdpCounters = io::UdpCounters;
  static Result<io::Fd, io::IoError> open_udp(SocketAddress& a, int bytes) { return io::open_udp(a, bytes); }
  static dtls::Certificate generate() {
    auto made = dtls::Certificate::generate();
    if (!made) die(made.error().reason);
    return std::move(*made);
  }
  void connect(std::vector<Endpoint>& subscribers);
  void add_peer(uint32_t id, const ice::Credentials& ours, const ice::Credentials& theirs);
  void pump(Endpoint& endpoint, Client& client);
  void send(Endpoint& endpoint);

  Settings settings_;
  io::SystemRandom random_;
  dtls::Certificate certificate_;
  Hub hub_;
  std::unique_ptr<UdpWorker> worker_;
  Endpoint publisher_;
  std::vector<std::unique_ptr<Client>> clients_;
  SendSlab slab_{1 << 20, 1024};
  io::BatchSender sender_{1024, false};
  uint16_t seq_ = 0;
  uint32_t frame_ = 0;
  uint64_t launched_ = 0;
  uint64_t first_datagrams_ = 0;
};

void Parley::add_peer(uint32_t id, const ice::Credentials& ours, const ice::Credentials& theirs) {
  worker_->post([this, id, ours, theirs](TimePoint now, SendSlab& out) {
    RemoteTransport remote;
    remote.credentials = theirs;
    remote.fingerprint = certificate_.fingerprint();  // clients show the same one
    remote.local_role = dtls::Role::kPassive;
    if (!hub_.add_peer(id, ours, now)) die("the hub refused a peer");
    hub_.set_remote(id, remote, now, out);
    if (id == kPublisher) {
      TrackConfig track;
      track.id = kTrack;
      track.kind = TrackKind::kVideo;
      track.codec = CodecKind::kVp8;
      track.payload_type = kVp8;
      track.rtx_payload_type = kVp8 + 1;
      track.ssrc = kSsrc;
      track.nack = true;
      track.extensions.transport_cc = kTransportCcId;
      hub_.set_tracks(id, {track});
      return;
    }
    SubscriptionConfig subscription;
    subscription.id = id;
    subscription.track = kTrack;
    subscription.mid = "0";
    subscription.payload_type = kVp8;
    subscription.rtx_payload_type = kVp8 + 1;
    subscription.ssrc = {100000 + 2 * id};
    subscription.rtx_ssrc = {100001 + 2 * id};
    subscription.cname = "bench";
    subscription.extensions.mid = 4;
    hub_.set_subscriptions(id, {subscription}, now, out);
  });
}

void Parley::send(Endpoint& endpoint) {
  io::BatchSender::Tally tally;
  sender_.send(slab_, {endpoint.fd.get()}, {}, tally);
  slab_.clear();
}

void Parley::pump(Endpoint& endpoint, Client& client) {
  uint8_t bytes[2048];
  for (ssize_t n; (n = recv(endpoint.fd.get(), bytes, sizeof bytes, MSG_DONTWAIT)) > 0;) {
    client.on_datagram({bytes, static_cast<size_t>(n)}, io::monotonic_now(), slab_);
  }
  client.on_deadline(io::monotonic_now(), slab_);
  send(endpoint);
}

void Parley::connect(std::vector<Endpoint>& subscribers) {
  std::vector<Endpoint*> endpoints{&publisher_};
  for (Endpoint& s : subscribers) endpoints.push_back(&s);
  const SocketAddress server = worker_->bindings()[0];
  for (size_t i = 0; i < endpoints.size(); ++i) {
    const auto ours = ice::Credentials::generate(random_), theirs = ice::Credentials::generate(random_);
    add_peer(kPublisher + static_cast<uint32_t>(i), ours, theirs);
    clients_.push_back(
        std::make_unique<Client>(certificate_, theirs, ours, certificate_.fingerprint(), server, random_));
    clients_.back()->start(io::monotonic_now(), slab_);
    send(*endpoints[i]);
  }
  const TimePoint deadline = io::monotonic_now() + std::chrono::seconds(20);
  for (bool all = false; !all;) {
    all = true;
    for (size_t i = 0; i < endpoints.size(); ++i) {
      if (clients_[i]->connected()) continue;
      pump(*endpoints[i], *clients_[i]);
      all = all && clients_[i]->connected();
    }
    if (io::monotonic_now() > deadline) die("the peers do not connect");
    pollfd p{publisher_.fd.get(), POLLIN, 0};
    if (!all) poll(&p, 1, 1);
  }
  if (clients_[0]->profile() != srtp::Profile::kAeadAes128Gcm) die("AES-128-GCM was not negotiated");
}

void Parley::launch() {
  // One frame of VP8 (RFC 7741): the first packet starts partition 0; the first frames are key frames.
  const bool key_frame = frame_ < 20;
  std::vector<uint8_t> payload(static_cast<size_t>(settings_.payload), 0x5A);
  for (int k = 0; k < settings_.burst; ++k) {
    uint8_t header[] = {0x90, kVp8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xBE, 0xDE, 0, 1, kTransportCcId << 4 | 1,
                        0,    0,    0};
    if (k == settings_.burst - 1) header[1] |= 0x80;
    store_be16(&header[2], seq_);
    store_be32(&header[4], frame_ * 3000);
    store_be32(&header[8], kSsrc.value);
    store_be16(&header[17], seq_);
    payload[0] = k == 0 ? 0x10 : 0x00;
    payload[1] = key_frame ? 0x10 : 0x11;
    const std::span<uint8_t> out = slab_.reserve(worker_->bindings()[0], sizeof header + payload.size() + 20);
    slab_.commit(clients_[0]->sender().protect_rtp(header, payload, out));
    ++seq_;
  }
  ++frame_;
  ++launched_;
  send(publisher_);
  uint8_t ignored[2048];
  while (recv(publisher_.fd.get(), ignored, sizeof ignored, MSG_DONTWAIT) > 0) {
  }
}

}  // namespace

std::unique_ptr<Contender> make_parley(const Settings& settings, std::vector<Endpoint>& subscribers) {
  return std::make_unique<Parley>(settings, subscribers);
}

}  // namespace parley::bench
