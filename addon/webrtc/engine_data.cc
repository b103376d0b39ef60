// See engine.h: the data channels of its peers.
#include <utility>

#include "addon/webrtc/engine.h"

namespace parley::addon {

using media::SendSlab;
using media::TimePoint;

media::DataSettings Engine::data_settings(size_t max_message_size, DataSink sink) {
  media::DataSettings settings;
  settings.config.max_message_size = max_message_size;
  // Whole messages wait here while they grow, and those that the program has not dealt with.
  settings.config.receive_buffer = max_message_size + (size_t{1} << 20);
  settings.config.send_buffer = 4 * kMaxBufferedAmount;
  settings.sink = std::move(sink);
  return settings;
}

Outcome<ChannelInfo> Engine::create_channel(PeerId id, const media::sctp::ChannelConfig& config) {
  Peer* peer = find(id);
  if (!peer) return Failure{"ERR_NO_PEER", "the peer is closed"};
  if (media::SubscriberNegotiator* negotiator = subscriber(id)) negotiator->add_data();
  ChannelInfo info{next_channel_++, std::make_shared<media::DataGauge>()};
  auto command = [hub = &threads_[peer->thread]->hub, id, info, config](TimePoint now, SendSlab& out) {
    if (media::PeerData* data = hub->data(id)) data->create(info.id, config, info.gauge, now, out);
  };
  if (!peer->on_media_thread) {
    if (peer->waiting.size() >= kMaxWaitingChannels)
      return Failure{"ERR_TOO_MANY_CHANNELS", "too many data channels"};
    peer->waiting.emplace_back(std::move(command));
    return info;
  }
  if (auto posted = post_to(peer->thread, std::move(command)); !posted) return posted.error();
  return info;
}

Outcome<bool> Engine::send_data(PeerId id, const ChannelInfo& channel, bool text,
                                std::vector<uint8_t> bytes) {
  const Peer* peer = find(id);
  if (!peer) return Failure{"ERR_NO_PEER", "the peer is closed"};
  if (closed_) return Failure{"ERR_ENGINE_CLOSED", "the engine is closed"};
  const size_t most = peer->data ? peer->data->max_message_size : 0;
  if (most != 0 && bytes.size() > most) {
    return Failure{"ERR_MESSAGE_TOO_LARGE",
                   "the peer takes messages of up to " + std::to_string(most) + " bytes"};
  }
  if (channel.gauge->bytes() + bytes.size() > kMaxBufferedAmount) {
    return Failure{"ERR_BUFFER_FULL", "too much waits to be sent: see bufferedAmount"};
  }
  channel.gauge->add(bytes.size());
  MediaThread& thread = *threads_[peer->thread];
  if (!thread.outbox.put({id, channel.id, text, std::move(bytes)})) return true;
  auto posted =
      post_to(peer->thread, [&thread](TimePoint now, SendSlab& out) { send_outbox(thread, now, out); });
  if (!posted) thread.outbox.not_called();  // what is in it goes with the next one
  return posted;
}

void Engine::set_remote_data(media::Hub& hub, PeerId id, const std::optional<media::RemoteData>& remote,
                             TimePoint now, SendSlab& out) {
  media::PeerData* data = remote ? hub.data(id) : nullptr;
  if (data != nullptr) data->set_remote(*remote, now, out);
}

void Engine::send_outbox(MediaThread& thread, TimePoint now, SendSlab& out) {
  uint32_t last = 0;
  media::PeerData* data = nullptr;
  for (const OutgoingData& d : thread.outbox.take()) {
    if (d.peer != last) {
      if (data != nullptr) data->poll(now, out);
      data = thread.hub.data(d.peer);
      last = d.peer;
    }
    if (data != nullptr) data->send(d.channel, d.text, d.bytes, now);
  }
  if (data != nullptr) data->poll(now, out);
}

Outcome<bool> Engine::close_channel(PeerId id, uint32_t channel) {
  return on_data(
      id, [channel](media::PeerData& data, TimePoint now, SendSlab& out) { data.close(channel, now, out); });
}

void Engine::release_data(PeerId id, size_t cost) {
  // A closed peer has no window left to open.
  (void)on_data(
      id, [cost](media::PeerData& data, TimePoint now, SendSlab& out) { data.release(cost, now, out); });
}

Outcome<bool> Engine::on_data(PeerId id, std::function<void(media::PeerData&, TimePoint, SendSlab&)> what) {
  Peer* peer = find(id);
  if (!peer) return Failure{"ERR_NO_PEER", "the peer is closed"};
  auto command = [hub = &threads_[peer->thread]->hub, id, what = std::move(what)](TimePoint now,
                                                                                  SendSlab& out) {
    if (media::PeerData* data = hub->data(id)) what(*data, now, out);
  };
  if (peer->on_media_thread) return post_to(peer->thread, std::move(command));
  if (peer->waiting.size() >= kMaxWaitingChannels)
    return Failure{"ERR_ENGINE_BUSY", "too much waits for the peer to begin"};
  peer->waiting.emplace_back(std::move(command));
  return true;
}

}  // namespace parley::addon
