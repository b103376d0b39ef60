// Fuzzes what a DTLS association lets in before and during its handshake, in both roles. The input is a row
// of datagrams, each after two bytes of length.
#include "media/core/bytes.h"
#include "media/dtls/transport.h"

using namespace parley::media;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const SocketAddress to = *SocketAddress::parse("192.0.2.1", 1000);
  static const dtls::Certificate certificate = std::move(dtls::Certificate::generate()).value();
  for (const dtls::Role role : {dtls::Role::kPassive, dtls::Role::kActive}) {
    dtls::Transport transport(certificate, role);
    transport.set_remote_fingerprint(certificate.fingerprint());
    SendSlab slab(64 << 10, 64);
    TimePoint now = time_from_us(0);
    transport.start(to, now, slab);
    ByteReader r({data, size});
    while (r.remaining() > 2) {
      const std::span<const uint8_t> datagram = r.bytes(std::min<size_t>(r.u16(), r.remaining()));
      transport.on_datagram(datagram, to, now, slab);
      now += std::chrono::milliseconds(50);
      transport.on_deadline(to, now, slab);
      slab.clear();
    }
    if (transport.state() == dtls::State::kConnected) __builtin_trap();
  }
  return 0;
}
