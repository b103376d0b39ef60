// Fuzzes the STUN codec (media/ice/stun) and the lite agent that is fed what it lets through.
#include "media/ice/lite_agent.h"

using namespace parley::media;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const SocketAddress from = *SocketAddress::parse("192.0.2.1", 1000);
  const auto message = stun::Message::parse({data, size});
  if (!message) return 0;
  // The credentials of RFC 5769's samples, so that the corpus' messages are accepted.
  ice::LiteAgent agent({"evtj", "VOkJxbRl1RmTxUk/WvJxBt"}, time_from_us(0));
  SendSlab slab(2048, 4);
  agent.on_stun(*message, from, time_from_us(1), slab);
  for (size_t i = 0; i < slab.size(); ++i) {
    if (!stun::Message::parse(slab[i].bytes)) __builtin_trap();  // what we write, we read
  }
  return 0;
}
