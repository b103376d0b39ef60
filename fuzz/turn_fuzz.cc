// Fuzzes the TURN client (media/turn) with what a server may send. The input is a row of datagrams, each
// after two bytes of length; the top bit of the length gives a message the transaction of our latest request.
#include <algorithm>
#include <vector>

#include "media/core/bytes.h"
#include "media/core/random.h"
#include "media/turn/client.h"

using namespace parley::media;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const SocketAddress server = *SocketAddress::parse("192.0.2.10", 3478);
  static const SocketAddress us = *SocketAddress::parse("198.51.100.1", 40000);
  static const SocketAddress peer = *SocketAddress::parse("203.0.113.5", 5000);
  for (const char* username : {"", "user"}) {  // without one nothing has to be authentic
    SeededRandom random(1);
    turn::Client client({Route(server, us), {username, "secret"}, SocketAddress::Family::kIPv4, {}}, random);
    SendSlab slab(256 << 10, 512);
    TimePoint now = time_from_us(0);
    client.start(now, slab);
    stun::TransactionId latest{};
    ByteReader r({data, size});
    while (r.remaining() > 2) {
      for (size_t i = 0; i < slab.size(); ++i) {
        const auto m = stun::Message::parse(slab[i].bytes);
        if (m && m->cls == stun::Class::kRequest) latest = m->id;
      }
      slab.clear();
      const uint16_t head = r.u16();
      const auto bytes = r.bytes(std::min<size_t>(head & 0x7FFF, r.remaining()));
      std::vector<uint8_t> datagram(bytes.begin(), bytes.end());
      if ((head & 0x8000) != 0 && datagram.size() >= stun::kHeaderSize) {
        std::copy(latest.begin(), latest.end(), datagram.begin() + 8);
      }
      const auto relayed = client.on_datagram(datagram, now, slab);
      if (relayed && client.state() != turn::Client::State::kAllocated) __builtin_trap();
      client.send(peer, datagram, now, slab);
      client.bind_channel(peer, now, slab);
      now += std::chrono::seconds(7);
      if (client.next_deadline() <= now) client.on_deadline(now, slab);
    }
    client.close(slab);
  }
  return 0;
}
