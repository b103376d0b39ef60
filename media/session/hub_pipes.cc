// The hub's pipes to other engines. See hub.h.
#include "media/session/hub.h"

namespace parley::media {

Hub::PipeEntry* Hub::find_pipe(uint32_t pipe) {
  const auto it = pipes_.find(pipe);
  return it == pipes_.end() ? nullptr : &it->second;
}

bool Hub::add_pipe(uint32_t id, const srtp::MasterKey& local, TimePoint now) {
  if (pipes_.size() >= kMaxPipes || pipes_.contains(id)) return false;
  pipes_.emplace(std::piecewise_construct, std::forward_as_tuple(id),
                 std::forward_as_tuple(local, random_, pool_, pacing_, now));
  if (next_tick_ == kNever) next_tick_ = now + kTick;
  return true;
}

bool Hub::connect_pipe(uint32_t id, const SocketAddress& remote, const srtp::MasterKey& remote_key) {
  PipeEntry* entry = find_pipe(id);
  if (entry == nullptr || pipe_by_address_.contains(remote)) return false;
  if (!entry->pipe.connect(remote, remote_key)) return false;
  pipe_by_address_[remote] = id;
  return true;
}

bool Hub::send_into_pipe(uint32_t id, uint32_t track, const pipe::PipedTrack& description, TimePoint now,
                         SendSlab& out) {
  PipeEntry* entry = find_pipe(id);
  const auto found = tracks_.find(track);
  return entry != nullptr && found != tracks_.end() &&
         entry->pipe.send_track(*found->second, description, now, out);
}

void Hub::stop_sending_into_pipe(uint32_t id, uint32_t track) {
  if (PipeEntry* entry = find_pipe(id)) entry->pipe.stop_sending(track);
}

bool Hub::receive_from_pipe(uint32_t id, const TrackConfig& config) {
  PipeEntry* entry = find_pipe(id);
  if (entry == nullptr || tracks_.contains(config.id)) return false;
  Track* track = entry->pipe.receive_track(config);
  if (track != nullptr) tracks_[config.id] = track;
  return track != nullptr;
}

void Hub::stop_receiving_from_pipe(uint32_t id, uint32_t track) {
  PipeEntry* entry = find_pipe(id);
  if (entry != nullptr && entry->pipe.stop_receiving(track)) tracks_.erase(track);
}

void Hub::close_pipe(uint32_t id) {
  PipeEntry* entry = find_pipe(id);
  if (entry == nullptr) return;
  for (const auto& track : entry->pipe.received()) tracks_.erase(track->config().id);
  pipe_by_address_.erase(entry->pipe.remote());
  pipes_.erase(id);
  if (peers_.empty() && mirrors_.empty() && pipes_.empty()) next_tick_ = kNever;
}

std::optional<pipe::PipeStats> Hub::pipe_stats(uint32_t id) const {
  const auto it = pipes_.find(id);
  if (it == pipes_.end()) return std::nullopt;
  return it->second.pipe.stats();
}

bool Hub::on_pipe_datagram(const Datagram& datagram, TimePoint now, SendSlab& out) {
  if (!datagram.route.is_udp()) return false;
  const auto owner = pipe_by_address_.find(datagram.route.remote);
  if (owner == pipe_by_address_.end()) return false;
  PipeEntry& entry = *find_pipe(owner->second);
  entry.pipe.on_datagram(datagram.bytes, now, out);
  tell_pipe_state(owner->second, entry);
  return true;
}

void Hub::on_pipe_time(TimePoint now, SendSlab& out) {
  for (auto& [id, entry] : pipes_) {
    if (entry.pipe.next_deadline() <= now) entry.pipe.on_deadline(now, out);
    tell_pipe_state(id, entry);
  }
}

void Hub::tell_pipe_state(uint32_t id, PipeEntry& entry) {
  if (entry.pipe.state() == entry.told) return;
  entry.told = entry.pipe.state();
  HubEvent event;
  event.type = HubEvent::Type::kPipeState;
  event.pipe = id;
  event.state = entry.told == pipe::PipeState::kConnected ? PeerState::kConnected : PeerState::kDisconnected;
  sink_(event);
}

}  // namespace parley::media
