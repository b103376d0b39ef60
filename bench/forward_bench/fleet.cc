// See fleet.h.
#include "bench/forward_bench/fleet.h"

#include <poll.h>

#include <array>

#include "media/core/bytes.h"
#include "media/io/system.h"

namespace parley::bench {
namespace {

using namespace parley::media;  // NOLINT: nearly everything here is

dtls::Certificate generate() {
  auto made = dtls::Certificate::generate();
  if (!made) die(made.error().reason);
  return std::move(*made);
}

}  // namespace

Fleet::Fleet(Random& random) : random_(random), certificate_(generate()) {}

void Fleet::send(const Endpoint& endpoint) {
  io::BatchSender::Tally tally;
  sender_.send(slab_, {endpoint.fd.get()}, {}, tally);
  slab_.clear();
}

void Fleet::add(Endpoint& endpoint, const ice::Credentials& local, const ice::Credentials& remote,
                const dtls::Fingerprint& fingerprint, const SocketAddress& server) {
  members_.push_back({&endpoint,
                      std::make_unique<Client>(certificate_, local, remote, fingerprint, server, random_),
                      server});
  members_.back().client->start(io::monotonic_now(), slab_);
  send(endpoint);
}

void Fleet::pump(Member& m) {
  std::array<uint8_t, 2048> bytes;
  const TimePoint now = io::monotonic_now();
  for (ssize_t n; (n = recv(m.endpoint->fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT)) > 0;) {
    m.client->on_datagram(std::span(bytes).first(static_cast<size_t>(n)), now, slab_);
  }
  m.client->on_deadline(now, slab_);
  send(*m.endpoint);
}

void Fleet::connect() {
  const TimePoint deadline = io::monotonic_now() + std::chrono::seconds(30);
  for (bool all = false; !all;) {
    all = true;
    for (Member& m : members_) {
      if (m.client->connected()) continue;
      pump(m);
      all = all && m.client->connected();
    }
    if (io::monotonic_now() > deadline) die("the peers do not connect");
    if (!all) poll(nullptr, 0, 1);
  }
}

uint64_t Fleet::listen(size_t first) {
  std::array<uint8_t, 2048> bytes;
  uint64_t packets = 0;
  for (size_t i = first; i < members_.size(); ++i) {
    Member& m = members_[i];
    const TimePoint now = io::monotonic_now();
    for (ssize_t n; (n = recv(m.endpoint->fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT)) > 0;) {
      const auto datagram = std::span(bytes).first(static_cast<size_t>(n));
      if (m.client->take_unopened(datagram, kTransportCcId, now)) {
        ++packets;
      } else {
        m.client->on_datagram(datagram, now, slab_);
      }
    }
    m.client->send_feedback(now, slab_);
    if (!slab_.empty()) send(*m.endpoint);
  }
  return packets;
}

void Fleet::keep_alive() {
  for (Member& m : members_) {
    m.client->on_deadline(io::monotonic_now(), slab_);
    send(*m.endpoint);
  }
}

void Fleet::publish(size_t i, int burst, int payload_size, bool key_frame) {
  Member& m = members_[i];
  std::array<uint8_t, 1400> bytes;
  bytes.fill(0x5A);
  const std::span<uint8_t> payload = std::span(bytes).first(static_cast<size_t>(payload_size));
  for (int k = 0; k < burst; ++k, ++m.seq) {
    std::array<uint8_t, 20> header = {0x90, kVp8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xBE, 0xDE, 0, 1};
    header[16] = kTransportCcId << 4 | 1;
    if (k == burst - 1) header[1] |= 0x80;
    store_be16(&header[2], m.seq);
    store_be32(&header[4], m.frame * kTimestampStep);
    store_be32(&header[8], source_of(i).value);
    store_be16(&header[17], m.seq);
    payload[0] = k == 0 ? 0x10 : 0x00;
    payload[1] = key_frame ? 0x10 : 0x11;
    const auto room = slab_.reserve(m.server, header.size() + payload.size() + srtp::kMaxOverhead);
    slab_.commit(m.client->sender().protect_rtp(header, payload, room));
  }
  ++m.frame;
  send(*m.endpoint);
}

}  // namespace parley::bench
