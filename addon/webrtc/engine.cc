#include "addon/webrtc/engine.h"

#include <algorithm>
#include <utility>

namespace parley::addon {
namespace {

using media::Hub;
using media::PublisherNegotiator;
using media::SendSlab;
using media::SubscriberNegotiator;
using media::TimePoint;
using media::io::UdpWorker;

constexpr size_t kMaxCandidateLength = 1024;

Failure no_peer() { return {"ERR_NO_PEER", "the peer is closed"}; }
Failure wrong_role(const char* wanted) {
  return {"ERR_ROLE", std::string("only a ") + wanted + " can do this"};
}

std::string codec_name(const media::ChosenCodec& chosen) { return chosen.codec.name; }

std::vector<std::string> rids_of(const media::IncomingTrack& track) {
  std::vector<std::string> rids;
  for (const media::EncodingConfig& e : track.encodings) rids.push_back(e.rid);
  if (rids.empty()) rids.emplace_back();
  return rids;
}

}  // namespace

Engine::Peer* Engine::find(PeerId id) {
  const auto it = peers_.find(id);
  return it == peers_.end() ? nullptr : it->second.get();
}

PublisherNegotiator* Engine::publisher(PeerId id) {
  Peer* peer = find(id);
  return peer ? std::get_if<PublisherNegotiator>(&peer->negotiator) : nullptr;
}

SubscriberNegotiator* Engine::subscriber(PeerId id) {
  Peer* peer = find(id);
  return peer ? std::get_if<SubscriberNegotiator>(&peer->negotiator) : nullptr;
}

Outcome<Engine::PeerId> Engine::create_peer(Role role, media::CodecPreferences codecs,
                                            const std::optional<std::string>& affinity, bool parity) {
  if (closed_) return Failure{"ERR_ENGINE_CLOSED", "the engine is closed"};
  if (peers_.size() >= kMaxPeers)
    return Failure{"ERR_TOO_MANY_PEERS", "the engine has no room for another peer"};
  if (codecs.empty()) codecs = media::default_video_codecs();
  const PeerId id = next_peer_++;
  const size_t index = choose_thread(affinity);
  MediaThread& thread = *threads_[index];
  std::unique_ptr<Peer> peer;
  if (role == Role::kPublisher) {
    PublisherNegotiator negotiator(thread.endpoint, random_, next_track_, std::move(codecs));
    peer.reset(new Peer{std::move(negotiator), {}, {}});
  } else {
    peer.reset(new Peer{SubscriberNegotiator(thread.endpoint, random_, parity), {}, {}});
  }
  peer->thread = index;
  ++thread.peers;
  peers_.emplace(id, std::move(peer));
  return id;
}

// The media thread hears of a peer when its credentials are about to be shown to the other side.
Outcome<bool> Engine::start_peer(PeerId id, const media::ice::Credentials& local) {
  Peer* peer = find(id);
  if (peer->on_media_thread) return true;
  std::optional<media::FullIce> full;
  if (const Connection* c = connection(id)) {
    full = c->ice;
    full->addresses = announced_;
  }
  auto posted =
      run_on(peer->thread, [id, local, full = std::move(full)](Hub& hub, TimePoint now, SendSlab& out) {
        if (full) {
          hub.add_peer(id, local, *full, now, out);
        } else {
          hub.add_peer(id, local, now);
        }
      });
  if (!posted) return posted;
  peer->on_media_thread = true;
  for (UdpWorker::Command& command : std::exchange(peer->waiting, {})) {
    if (auto later = post_to(peer->thread, std::move(command)); !later) return later;
  }
  return true;
}

Outcome<Answer> Engine::accept_offer(PeerId id, std::string_view offer) {
  Peer* peer = find(id);
  if (!peer) return no_peer();
  PublisherNegotiator* negotiator = publisher(id);
  if (!negotiator) return wrong_role("publisher");
  auto settled = negotiator->accept_offer(offer);
  if (!settled) return Failure{"ERR_SDP", settled.error().reason};
  PublisherNegotiator::Outcome& outcome = *settled;

  if (auto started = start_peer(id, outcome.local); !started) return started.error();
  if (outcome.data) peer->data = outcome.data;
  std::vector<media::TrackConfig> configs;
  Answer answer{std::move(outcome.answer), {}};
  for (uint32_t removed : outcome.removed) published_.erase(removed);
  peer->tracks.clear();
  for (const media::IncomingTrack& track : outcome.tracks) {
    configs.push_back(media::negotiation::to_config(track));
    peer->tracks.push_back(track.id);
    answer.tracks.push_back({track.id, track.kind, track.mid, codec_name(track.codec)});
    // Tracks of one peer are one stream to its subscribers, so that they play in sync.
    published_[track.id] = {
        id,
        {track.id, track.kind, track.codec, "p" + std::to_string(id), "t" + std::to_string(track.id)},
        rids_of(track),
        peer->thread};
  }
  if (auto mirrored = mirror(peer->thread, configs, outcome.removed); !mirrored) return mirrored.error();
  auto posted = run_on(peer->thread, [id, outcome = std::move(outcome), configs = std::move(configs)](
                                         Hub& hub, TimePoint now, SendSlab& out) {
    if (outcome.ice_restarted) hub.restart_ice(id, outcome.local, now);
    hub.set_tracks(id, configs);
    hub.set_remote(id, outcome.remote, now, out);
    set_remote_data(hub, id, outcome.data, now, out);
  });
  if (!posted) return posted.error();
  return answer;
}

Outcome<std::string> Engine::create_offer(PeerId id) {
  if (!find(id)) return no_peer();
  SubscriberNegotiator* negotiator = subscriber(id);
  if (!negotiator) return wrong_role("subscriber");
  std::string offer = negotiator->create_offer();
  if (auto started = start_peer(id, negotiator->local_credentials()); !started) return started.error();
  return offer;
}

Outcome<std::vector<SubscriberNegotiator::Outcome::Refused>> Engine::accept_answer(PeerId id,
                                                                                   std::string_view answer) {
  Peer* peer = find(id);
  if (!peer) return no_peer();
  SubscriberNegotiator* negotiator = subscriber(id);
  if (!negotiator) return wrong_role("subscriber");
  auto settled = negotiator->accept_answer(answer);
  if (!settled) return Failure{"ERR_SDP", settled.error().reason};
  std::vector<media::SubscriptionConfig> configs;
  for (const media::OutgoingTrack& track : settled->active)
    configs.push_back(media::negotiation::to_config(track));
  if (settled->data) peer->data = settled->data;
  auto refused = std::move(settled->refused);
  for (const auto& one : refused) std::erase(peer->subscriptions, one.subscription);
  auto posted = run_on(peer->thread, [id, outcome = std::move(*settled), configs = std::move(configs)](
                                         Hub& hub, TimePoint now, SendSlab& out) {
    // An answer to an offer without sections describes no transport.
    const bool has_transport = !outcome.remote.credentials.ufrag.empty();
    if (has_transport) hub.set_remote(id, outcome.remote, now, out);
    hub.set_subscriptions(id, configs, now, out);
    set_remote_data(hub, id, outcome.data, now, out);
  });
  if (!posted) return posted.error();
  return refused;
}

Outcome<bool> Engine::add_remote_candidate(PeerId id, std::string_view candidate) {
  if (!find(id)) return no_peer();
  if (candidate.starts_with("a=")) candidate.remove_prefix(2);
  const bool end = candidate.empty();  // end of candidates
  if (!end && (!candidate.starts_with("candidate:") || candidate.size() > kMaxCandidateLength ||
               candidate.find_first_of("\r\n") != std::string_view::npos)) {
    return Failure{"ERR_CANDIDATE", "not an ICE candidate"};
  }
  return true;
}

Outcome<uint32_t> Engine::subscribe(PeerId id, uint32_t track) {
  Peer* peer = find(id);
  if (!peer) return no_peer();
  SubscriberNegotiator* negotiator = subscriber(id);
  if (!negotiator) return wrong_role("subscriber");
  const auto published = published_.find(track);
  if (published == published_.end()) return Failure{"ERR_NO_TRACK", "there is no such track"};
  const uint32_t subscription = next_subscription_++;
  auto mid = negotiator->add(subscription, published->second.source);
  if (!mid) return Failure{"ERR_SUBSCRIBE", mid.error().reason};
  peer->subscriptions.push_back(subscription);
  return subscription;
}

Outcome<bool> Engine::unsubscribe(PeerId id, uint32_t subscription) {
  Peer* peer = find(id);
  if (!peer) return no_peer();
  SubscriberNegotiator* negotiator = subscriber(id);
  if (!negotiator) return wrong_role("subscriber");
  if (!negotiator->remove(subscription))
    return Failure{"ERR_NO_SUBSCRIPTION", "there is no such subscription"};
  std::erase(peer->subscriptions, subscription);
  return run_on(peer->thread, [id, subscription](Hub& hub, TimePoint, SendSlab& out) {
    hub.remove_subscription(id, subscription, out);
  });
}

Outcome<bool> Engine::pause_track(PeerId id, uint32_t track, bool paused) {
  const auto published = published_.find(track);
  if (published == published_.end() || published->second.owner != id) {
    return Failure{"ERR_NO_TRACK", "there is no such track of this peer"};
  }
  return run_on(find(id)->thread, [track, paused](Hub& hub, TimePoint now, SendSlab& out) {
    hub.pause_track(track, paused, now, out);
  });
}

Outcome<bool> Engine::pause_subscription(PeerId id, uint32_t subscription, bool paused) {
  return run_on_subscription(id, subscription, [=](Hub& hub, TimePoint now, SendSlab& out) {
    hub.pause_subscription(id, subscription, paused, now, out);
  });
}

Outcome<bool> Engine::set_preferred_layers(PeerId id, uint32_t subscription, media::LayerTarget layers) {
  return run_on_subscription(id, subscription, [=](Hub& hub, TimePoint now, SendSlab& out) {
    hub.set_preferred_layers(id, subscription, layers, now, out);
  });
}

Outcome<bool> Engine::set_priority(PeerId id, uint32_t subscription, uint8_t priority) {
  return run_on_subscription(id, subscription, [=](Hub& hub, TimePoint, SendSlab&) {
    hub.set_priority(id, subscription, priority);
  });
}

Outcome<bool> Engine::request_key_frame(uint32_t track) {
  const auto published = published_.find(track);
  if (published == published_.end()) return Failure{"ERR_NO_TRACK", "there is no such track"};
  return run_on(published->second.thread,
                [track](Hub& hub, TimePoint now, SendSlab& out) { hub.request_key_frame(track, now, out); });
}

Outcome<bool> Engine::restart_ice(PeerId id) {
  if (!find(id)) return no_peer();
  SubscriberNegotiator* negotiator = subscriber(id);
  if (!negotiator) return wrong_role("subscriber");  // a publisher's ICE is restarted by its next offer
  negotiator->restart_ice();
  if (!find(id)->on_media_thread) return true;
  // Before the offer is made: the client's checks come sooner than its answer.
  return run_on(find(id)->thread,
                [id, local = negotiator->local_credentials()](Hub& hub, TimePoint now, SendSlab&) {
                  hub.restart_ice(id, local, now);
                });
}

void Engine::close_peer(PeerId id) {
  Peer* peer = find(id);
  if (!peer) return;
  for (uint32_t track : peer->tracks) published_.erase(track);
  if (const Connection* c = connection(id)) end_connection(*c, peer->thread);
  const size_t thread = peer->thread;
  --threads_[thread]->peers;
  mirror(thread, {}, peer->tracks).ok();
  peers_.erase(id);
  // A full queue must not keep a peer alive for ever: its consent runs out by itself.
  run_on(thread, [id](Hub& hub, TimePoint, SendSlab& out) { hub.close_peer(id, out); }).ok();
}

Outcome<bool> Engine::peer_stats(PeerId id, StatsSink sink) {
  const Peer* peer = find(id);
  if (!peer) return no_peer();
  return run_on(peer->thread,
                [id, sink = std::move(sink)](Hub& hub, TimePoint, SendSlab&) { sink(hub.peer_stats(id)); });
}

}  // namespace parley::addon
