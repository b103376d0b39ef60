// A hub and its clients, some of whom publish and subscribe, over a simulated network with seeded loss.
#pragma once

#include <vector>

#include "media/session/hub_clients_for_tests.h"

namespace parley::media::testing {

class HubRoom : public HubClients {
 protected:
  HubRoom()
      : HubClients(20261121),
        hub_(certificate(0), random_, [this](const HubEvent& e) { events_.push_back(e); }) {}

  FakeClient& add_client(uint32_t id) { return add_client(id, certificate(1)); }
  // Its description names certificate(1), whatever it shows.
  FakeClient& add_client(uint32_t id, const dtls::Certificate& shown) {
    return connect(hub_, id, ice::Credentials::generate(random_), shown);
  }

  FakeClient& add_publisher() {
    FakeClient& client = add_client(kPublisher);
    TrackConfig track = camera();
    track.mid = "1";
    track.extensions.transport_cc = 3;
    hub_.set_tracks(kPublisher, {track});
    return client;
  }

  FakeClient& add_subscriber(uint32_t id) {
    FakeClient& client = add_client(id);
    SubscriptionConfig s = subscription_of(id, kTrack);
    s.extensions.mid = 4;
    hub_.set_subscriptions(id, {s}, now_, slab_);
    from_hub();
    return client;
  }

  void from_hub() { send_from(server_); }
  void serve(Flight& flight) override {
    const Datagram d{flight.from, flight.bytes};
    hub_.on_datagrams({&d, 1}, now_, slab_);
    from_hub();
  }
  void tick_server() override {
    if (hub_.next_deadline() <= now_) hub_.on_deadline(now_, slab_);
    from_hub();
  }

  bool saw_state(uint32_t peer, PeerState state) const {
    for (const HubEvent& e : events_) {
      if (e.type == HubEvent::Type::kPeerState && e.peer == peer && e.state == state) return true;
    }
    return false;
  }

  std::vector<HubEvent> events_;
  Hub hub_;
};

}  // namespace parley::media::testing
