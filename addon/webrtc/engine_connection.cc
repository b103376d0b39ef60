// The engine's side of RTCPeerConnection: carries what JSEP settles to the media thread, and packets to and
// from it.
#include <utility>

#include "addon/webrtc/engine.h"
#include "media/ice/candidate.h"

namespace parley::addon {
namespace {

using media::Hub;
using media::SendSlab;
using media::TimePoint;
using media::TrackKind;

constexpr size_t kMaxPacket = 1400;  // of an RTP packet that a program hands in

bool same_codec(const media::ChosenCodec& a, const media::ChosenCodec& b) {
  return a.codec.payload_type == b.codec.payload_type && a.codec.name == b.codec.name &&
         a.rtx_payload_type == b.rtx_payload_type && a.red_payload_type == b.red_payload_type &&
         a.red_first == b.red_first;
}

media::TrackConfig local_config(uint32_t id, const media::jsep::Sending& sending) {
  media::TrackConfig c;
  c.id = id;
  c.kind = sending.track.kind;
  c.codec = sending.track.codec.kind;
  c.clock_rate = sending.track.codec.codec.clock_rate;
  c.payload_type = sending.track.codec.codec.payload_type;
  c.extensions.audio_level = sending.track.extensions.audio_level;
  return c;
}

}  // namespace

Outcome<Engine::PeerId> Engine::create_connection(
    media::jsep::Session::Options options,
    std::function<void(uint32_t transceiver, size_t encoding)> key_frame_wanted,
    const std::optional<std::string>& affinity) {
  if (closed_) return Failure{"ERR_ENGINE_CLOSED", "the engine is closed"};
  if (peers_.size() >= kMaxPeers)
    return Failure{"ERR_TOO_MANY_PEERS", "the engine has no room for another peer"};
  const size_t thread = choose_thread(affinity);
  const media::LocalEndpoint& endpoint = threads_[thread]->endpoint;
  options.fingerprint = endpoint.fingerprint;
  options.max_message_size = endpoint.max_message_size;
  options.ufrag_prefix = endpoint.ufrag_prefix;
  const PeerId id = next_peer_++;
  ++threads_[thread]->peers;
  auto peer = std::make_unique<Peer>(
      Peer{Connection{media::jsep::Session(options, random_), std::move(key_frame_wanted)}, {}, {}});
  peer->thread = thread;
  peers_.emplace(id, std::move(peer));
  return id;
}

Connection* Engine::connection(PeerId id) {
  Peer* peer = find(id);
  return peer ? std::get_if<Connection>(&peer->negotiator) : nullptr;
}

Outcome<bool> Engine::apply(PeerId id, const media::jsep::Changes& changes) {
  Connection* c = connection(id);
  if (!c) return Failure{"ERR_NO_PEER", "the connection is closed"};
  if (changes.local_credentials) {
    const bool known = find(id)->on_media_thread;
    const bool offers = c->session.state() == media::jsep::SignalingState::kHaveLocalOffer;
    if (!known) c->ice.role = offers ? media::ice::Role::kControlling : media::ice::Role::kControlled;
    if (auto started = start_peer(id, *changes.local_credentials); !started) return started;
    if (known) {
      auto posted =
          run_on(find(id)->thread, [id, local = *changes.local_credentials, ice = c->ice,
                                    changed = c->ice_changed](Hub& hub, TimePoint now, SendSlab& out) {
            if (changed) return hub.restart_ice(id, local, ice, now, out);
            hub.restart_ice(id, local, now);
          });
      if (!posted) return posted;
    }
    c->ice_changed = false;
  }
  return changes.plan ? apply_plan(id, *c, *changes.plan) : Outcome<bool>(true);
}

Outcome<bool> Engine::apply_plan(PeerId id, Connection& c, const media::jsep::Plan& plan) {
  const size_t thread = find(id)->thread;
  std::vector<media::TrackConfig> tracks, local_tracks;
  std::vector<media::SubscriptionConfig> subscriptions;
  std::vector<uint32_t> ended;
  std::vector<std::pair<uint32_t, std::unique_ptr<media::TrackSink>>> sinks;
  std::vector<Connection::Encoding> feeders;
  std::vector<std::shared_ptr<MediaSender>> senders;

  std::map<uint32_t, Connection::Received> received;
  for (const media::jsep::Receiving& r : plan.receiving) {
    const auto known = c.received.find(r.transceiver);
    const bool same = known != c.received.end() && same_codec(known->second.codec, r.track.codec);
    media::IncomingTrack track = r.track;
    track.id = same ? known->second.track : next_track_++;
    received[r.transceiver] = {track.id, track.codec};
    media::TrackConfig config = media::negotiation::to_config(track);
    for (const std::string& rid : r.rids) config.encodings.push_back({rid, {}, {}});
    tracks.push_back(std::move(config));
    const auto sink = c.sinks.find(r.transceiver);
    if (!same && sink != c.sinks.end()) sinks.emplace_back(track.id, sink->second(track.codec));
  }
  c.received = std::move(received);

  std::map<Connection::Encoding, Connection::Sent> sent;
  for (const media::jsep::Sending& s : plan.sending) {
    const Connection::Encoding key{s.transceiver, s.encoding};
    const auto known = c.sent.find(key);
    const bool same = known != c.sent.end() && same_codec(known->second.codec, s.track.codec) &&
                      known->second.rid == s.track.rid;
    Connection::Sent now =
        same ? known->second
             : Connection::Sent{next_track_++, next_subscription_++, nullptr, s.track.codec, s.track.rid};
    if (!same) {
      local_tracks.push_back(local_config(now.track, s));
      feeders.push_back(key);
      now.sender = std::make_shared<MediaSender>(threads_[thread]->outlet, id, now.track, s.track.codec,
                                                 s.track.extensions.audio_level);
      senders.push_back(now.sender);
      if (c.settings.contains(key)) now.sender->configure(c.settings[key]);
    }
    media::OutgoingTrack out = s.track;
    out.id = now.subscription;
    out.track = now.track;
    subscriptions.push_back(media::negotiation::to_config(out));
    subscriptions.back().red_always = out.codec.red_first;
    sent[key] = std::move(now);
  }
  for (const auto& [key, old] : c.sent) {
    const auto now = sent.find(key);
    if (now == sent.end() || now->second.track != old.track) ended.push_back(old.track);
  }
  c.sent = std::move(sent);

  // The first answer says who controls; later ones change nothing of that (RFC 8445 section 6.1.1).
  const bool new_generation = c.remote_ufrag != plan.remote.credentials.ufrag;
  std::optional<media::ice::Role> role;
  if (c.remote_ufrag.empty())
    role = plan.offerer ? media::ice::Role::kControlling : media::ice::Role::kControlled;
  if (plan.has_transport) c.remote_ufrag = plan.remote.credentials.ufrag;
  if (plan.data) find(id)->data = plan.data;
  auto posted =
      run_on(thread, [id, remote = plan.remote, has_transport = plan.has_transport, role, data = plan.data,
                      tracks = std::move(tracks), local_tracks = std::move(local_tracks),
                      subscriptions = std::move(subscriptions), ended = std::move(ended),
                      sinks = std::move(sinks), feeders = std::move(feeders), senders = std::move(senders),
                      wanted = c.key_frame_wanted](Hub& hub, TimePoint now, SendSlab& out) mutable {
        for (size_t i = 0; i < local_tracks.size(); ++i) {
          hub.add_local_track(local_tracks[i], [wanted, sender = senders[i], key = feeders[i]] {
            sender->force_key_frame();
            wanted(key.first, key.second);
          });
          hub.set_adaptive_source(local_tracks[i].id, senders[i]);
        }
        hub.set_tracks(id, tracks);
        for (auto& [track, sink] : sinks) hub.set_sink(track, std::move(sink));
        if (role) hub.set_ice_role(id, *role);
        if (has_transport) hub.set_remote(id, remote, now, out);
        set_remote_data(hub, id, data, now, out);
        hub.set_subscriptions(id, subscriptions, now, out);
        for (const uint32_t track : ended) hub.remove_local_track(track);
      });
  if (!posted || !plan.has_transport || !new_generation) return posted;
  for (const media::sdp::Candidate& candidate : plan.candidates)
    add_candidate(id, {"", c.remote_ufrag, candidate}).ok();
  if (plan.end_of_candidates) add_candidate(id, {"", c.remote_ufrag, std::nullopt}).ok();
  return posted;
}

Outcome<bool> Engine::add_candidate(PeerId id, const media::jsep::Session::RemoteCandidate& candidate) {
  Connection* c = connection(id);
  if (!c) return Failure{"ERR_NO_PEER", "the connection is closed"};
  if (candidate.ufrag != c->remote_ufrag) return true;
  const size_t thread = find(id)->thread;
  if (!candidate.candidate) {
    return run_on(thread, [id, ufrag = candidate.ufrag](Hub& hub, TimePoint now, SendSlab&) {
      hub.end_of_remote_candidates(id, ufrag, now);
    });
  }
  auto usable = media::ice::from_sdp(*candidate.candidate);
  if (!usable) return true;  // of a transport that we do not speak
  if (usable->ufrag.empty()) usable->ufrag = candidate.ufrag;
  return run_on(thread, [id, usable = std::move(*usable)](Hub& hub, TimePoint now, SendSlab&) {
    hub.add_remote_candidate(id, usable, now);
  });
}

Outcome<bool> Engine::resolve_candidate(PeerId id, std::string name,
                                        std::optional<media::SocketAddress> address) {
  if (!connection(id)) return Failure{"ERR_NO_PEER", "the connection is closed"};
  return run_on(find(id)->thread, [id, name = std::move(name), address](Hub& hub, TimePoint now, SendSlab&) {
    hub.on_resolved(id, name, address, now);
  });
}

void Engine::end_connection(const Connection& c, size_t thread) {
  std::vector<uint32_t> ended;
  for (const auto& [key, sent] : c.sent) ended.push_back(sent.track);
  run_on(thread, [ended = std::move(ended)](Hub& hub, TimePoint, SendSlab&) {
    for (const uint32_t track : ended) hub.remove_local_track(track);
  }).ok();
}

Outcome<bool> Engine::send_rtp(PeerId id, uint32_t transceiver, size_t encoding,
                               std::span<const uint8_t> packet) {
  Connection* c = connection(id);
  if (!c) return Failure{"ERR_NO_PEER", "the connection is closed"};
  const auto sent = c->sent.find({transceiver, encoding});
  if (sent == c->sent.end()) return false;  // not negotiated: as a camera that nobody looks at
  if (packet.size() > kMaxPacket || !media::rtp::Packet::parse(packet))
    return Failure{"ERR_INVALID_ARG_VALUE", "not an RTP packet of at most 1400 bytes"};
  return run_on(find(id)->thread,
                [track = sent->second.track, bytes = std::vector<uint8_t>(packet.begin(), packet.end())](
                    Hub& hub, TimePoint now, SendSlab& out) {
                  const auto parsed = media::rtp::Packet::parse(bytes);
                  hub.send_local(track, {parsed->payload, parsed->timestamp, parsed->marker, {}}, now, out);
                });
}

bool Engine::send_picture(PeerId id, uint32_t transceiver, media::codecs::Picture picture,
                          int64_t timestamp_us) {
  Connection* c = connection(id);
  if (!c) return false;
  const auto shared = std::make_shared<const media::codecs::Picture>(std::move(picture));
  bool sent = false;
  for (auto it = c->sent.lower_bound({transceiver, 0}); it != c->sent.end() && it->first.first == transceiver;
       ++it) {
    sent = it->second.sender->send_picture(shared, timestamp_us) || sent;
  }
  return sent;
}

bool Engine::send_samples(PeerId id, uint32_t transceiver, std::span<const int16_t> samples,
                          unsigned channels) {
  Connection* c = connection(id);
  if (!c) return false;
  const auto sent = c->sent.find({transceiver, 0});
  return sent != c->sent.end() && sent->second.sender->send_samples(samples, channels);
}

void Engine::configure_encoding(PeerId id, uint32_t transceiver, size_t encoding,
                                const EncodingSettings& settings) {
  Connection* c = connection(id);
  if (!c) return;
  c->settings[{transceiver, encoding}] = settings;
  const auto sent = c->sent.find({transceiver, encoding});
  if (sent != c->sent.end()) sent->second.sender->configure(settings);
}

Outcome<bool> Engine::set_sink(PeerId id, uint32_t transceiver, SinkFactory factory) {
  Connection* c = connection(id);
  if (!c) return Failure{"ERR_NO_PEER", "the connection is closed"};
  const auto received = c->received.find(transceiver);
  std::unique_ptr<media::TrackSink> sink;
  if (factory) {
    if (received != c->received.end()) sink = factory(received->second.codec);
    c->sinks[transceiver] = std::move(factory);
  } else {
    c->sinks.erase(transceiver);
  }
  if (received == c->received.end()) return true;
  return run_on(find(id)->thread,
                [track = received->second.track, sink = std::move(sink)](
                    Hub& hub, TimePoint, SendSlab&) mutable { hub.set_sink(track, std::move(sink)); });
}

Outcome<bool> Engine::request_receiver_key_frame(PeerId id, uint32_t transceiver) {
  Connection* c = connection(id);
  if (!c) return Failure{"ERR_NO_PEER", "the connection is closed"};
  const auto received = c->received.find(transceiver);
  if (received == c->received.end()) return false;
  return run_on(find(id)->thread, [track = received->second.track](Hub& hub, TimePoint now, SendSlab& out) {
    hub.request_key_frame(track, now, out);
  });
}

}  // namespace parley::addon
