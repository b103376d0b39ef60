// Fuzzes a full ICE agent with a peer that knows the passwords and does anything: the input is a program of
// checks, answers, candidates, restarts and time.
#include <string>
#include <vector>

#include "media/core/bytes.h"
#include "media/ice/agent.h"

using namespace parley::media;  // NOLINT: a program of one function

namespace {

struct Program {
  explicit Program(std::span<const uint8_t> bytes) : r(bytes) {
    agent.add_local(us, ice::Transport::kUdp);
    agent.add_local(us, ice::Transport::kTcpActive);
    agent.add_stun_server(server);
    agent.add_turn_server({server, {"", ""}, ice::TurnVia::kUdp, ""});
    agent.start_gathering(now, slab);
  }

  SocketAddress address() {
    const uint8_t ip[] = {203, 0, 113, r.u8()};
    return SocketAddress::ipv4(ip, 1000 + r.u8() % 4);
  }
  void message(stun::Class cls, const stun::TransactionId& id, const Route& from) {
    uint8_t buffer[600];
    const uint8_t flags = r.u8();
    stun::Writer w(buffer, cls, flags & 0x80 ? stun::kAllocate : stun::kBinding, id);
    if (cls == stun::Class::kRequest) w.username(agent.local().ufrag + ":" + theirs.ufrag);
    if (flags & 1) w.use_candidate();
    if (flags & 2) w.ice_controlling(r.u64());
    if (flags & 4) w.ice_controlled(r.u64());
    if (flags & 8) w.xor_mapped_address(address());
    if (flags & 16) w.error_code(300 + r.u16() % 400, "x");
    if (flags & 32) w.relayed_address(address());
    const std::string& password = cls == stun::Class::kRequest ? agent.local().password : theirs.password;
    const size_t n = w.finish(flags & 64 ? "" : password);
    const Datagram d{from, {buffer, n}};
    agent.on_datagram(d, now, slab);
  }
  void step() {
    for (size_t i = 0; i < slab.size(); ++i) {
      const auto m = stun::Message::parse(slab[i].bytes);
      if (m && m->cls == stun::Class::kRequest) latest = {slab[i].route, m->id};
    }
    slab.clear();
    switch (r.u8() % 10) {
      case 0:
        return message(stun::Class::kRequest, {r.u8()}, Route(address(), us));
      case 1:
        return message(stun::Class::kSuccess, latest.second, latest.first);
      case 2:
        return message(stun::Class::kError, latest.second, latest.first);
      case 3: {
        ice::Candidate c;
        c.foundation = "f";
        c.transport = static_cast<ice::Transport>(r.u8() % 4);
        c.priority = r.u32();
        c.address = address();
        agent.add_remote_candidate(c, now);
        return;
      }
      case 4:
        now += std::chrono::milliseconds(r.u16());
        if (agent.next_deadline() <= now) agent.on_deadline(now, slab);
        return;
      case 5:
        agent.restart(ice::Credentials::generate(random), now);
        return;
      case 6:
        return agent.set_remote({theirs, (r.u8() & 1) != 0, true}, now);
      case 7:
        while (auto event = agent.poll_event()) {
          if (event->type != ice::AgentEvent::Type::kConnect) continue;
          agent.on_connected(event->request, Route(event->to, us, ++connection), now, slab);
        }
        return;
      case 8:
        return agent.on_disconnected(r.u8(), now, slab);
      default:
        agent.remove_local(us, now, slab);
        agent.add_local(us, ice::Transport::kUdp);
    }
  }

  ByteReader r;
  SocketAddress us = *SocketAddress::parse("198.51.100.1", 40000);
  SocketAddress server = *SocketAddress::parse("192.0.2.10", 3478);
  SeededRandom random{1};
  TimePoint now = time_from_us(0);
  ice::Agent agent{ice::Credentials::generate(random), ice::Role::kControlling, random, now};
  ice::Credentials theirs = ice::Credentials::generate(random);
  SendSlab slab{256 << 10, 512};
  std::pair<Route, stun::TransactionId> latest;
  uint32_t connection = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Program program({data, size});
  for (int steps = 0; program.r.remaining() > 0 && steps < 500; ++steps) {
    program.step();
    if (program.agent.pairs().size() > 100) __builtin_trap();
    if (program.agent.selected() && !program.agent.is_validated(*program.agent.selected())) __builtin_trap();
  }
  return 0;
}
