// See engine.h: pipes to other engines. What a pipe carries is described on this side of the engine, so that
// a program can hand descriptions on before the media thread has seen the track.
#include <algorithm>
#include <utility>

#include "addon/webrtc/engine.h"
#include "media/session/g711.h"

namespace parley::addon {
namespace {

using media::SendSlab;
using media::TimePoint;
using media::pipe::Pipe;

Failure no_pipe() { return {"ERR_NO_PIPE", "the pipe is closed"}; }

}  // namespace

Outcome<PipeInfo> Engine::create_pipe() {
  if (endpoint_.candidates.empty()) return Failure{"ERR_NO_UDP", "a pipe needs UDP"};
  if (threads_.size() > 1) {
    return Failure{"ERR_NOT_IMPLEMENTED", "not implemented: pipes of an engine with several media threads"};
  }
  if (pipes_.size() >= media::Hub::kMaxPipes)
    return Failure{"ERR_TOO_MANY_PIPES", "the engine has no room for another pipe"};
  PipeEntry entry;
  random_.fill(entry.key.key);
  random_.fill(entry.key.salt);
  const uint32_t id = next_pipe_++;
  auto posted = post([this, id, key = entry.key](TimePoint now, SendSlab&) { hub_.add_pipe(id, key, now); });
  if (!posted) return posted.error();
  const PipeInfo info{id, entry.key};
  pipes_.emplace(id, std::move(entry));
  return info;
}

Outcome<bool> Engine::connect_pipe(uint32_t id, const media::SocketAddress& remote,
                                   const media::srtp::MasterKey& remote_key) {
  const auto it = pipes_.find(id);
  if (it == pipes_.end()) return no_pipe();
  PipeEntry& pipe = it->second;
  if (pipe.remote) return Failure{"ERR_PIPE_CONNECTED", "the pipe is connected already"};
  if (remote.port() == 0) return Failure{"ERR_INVALID_ARG_VALUE", "the remote end needs a port"};
  if (remote_key.key == pipe.key.key)
    return Failure{"ERR_INVALID_ARG_VALUE", "this is the key of our own end"};
  // An address is what a datagram's pipe is found by.
  const bool taken = std::any_of(pipes_.begin(), pipes_.end(),
                                 [&](const auto& other) { return other.second.remote == remote; });
  if (taken) return Failure{"ERR_PIPE_EXISTS", "there is a pipe to " + remote.to_string() + " already"};
  auto posted = post(
      [this, id, remote, remote_key](TimePoint, SendSlab&) { hub_.connect_pipe(id, remote, remote_key); });
  if (posted) pipe.remote = remote;
  return posted;
}

Outcome<std::string> Engine::send_into_pipe(uint32_t id, uint32_t track) {
  const auto it = pipes_.find(id);
  if (it == pipes_.end()) return no_pipe();
  PipeEntry& pipe = it->second;
  const auto published = published_.find(track);
  if (published == published_.end()) return Failure{"ERR_NO_TRACK", "there is no such track"};
  std::erase_if(pipe.sent, [&](uint32_t sent) { return !published_.contains(sent); });
  if (pipe.sent.contains(track)) return Failure{"ERR_TRACK_PIPED", "the track goes into this pipe already"};
  if (pipe.sent.size() >= Pipe::kMaxTracks)
    return Failure{"ERR_TOO_MANY_TRACKS", "the pipe has no room for another track"};
  const auto& source = published->second.source;
  media::pipe::PipedTrack description{source.kind, source.codec, source.stream, source.track_name, {}};
  for (const std::string& rid : published->second.rids) {
    const media::Ssrc ssrc{pipe.next_ssrc++}, rtx{pipe.next_ssrc++};
    description.encodings.push_back({rid, ssrc, rtx});
  }
  std::string text = media::pipe::describe(description);
  auto posted = post([this, id, track, description = std::move(description)](TimePoint now, SendSlab& out) {
    hub_.send_into_pipe(id, track, description, now, out);
  });
  if (!posted) return posted.error();
  pipe.sent.insert(track);
  return text;
}

Outcome<TrackInfo> Engine::receive_from_pipe(uint32_t id, std::string_view text) {
  const auto it = pipes_.find(id);
  if (it == pipes_.end()) return no_pipe();
  if (it->second.received.size() >= Pipe::kMaxTracks)
    return Failure{"ERR_TOO_MANY_TRACKS", "the pipe has no room for another track"};
  const auto described = media::pipe::parse_description(text);
  if (!described) return Failure{"ERR_SDP", described.error().reason};
  if (described->codec.kind == media::CodecKind::kOther && !media::is_g711(described->codec.codec))
    return Failure{"ERR_SDP", "the piped track's codec is not known"};
  const uint32_t track = next_track_++;
  auto posted = post([this, id, config = media::pipe::to_config(*described, track)](TimePoint, SendSlab&) {
    hub_.receive_from_pipe(id, config);
  });
  if (!posted) return posted.error();
  it->second.received.insert(track);
  Published published{0, {track, described->kind, described->codec, {}, "t" + std::to_string(track)}, {}};
  // Two engines may have given two publishers the same name.
  published.source.stream = "e" + std::to_string(id) + described->stream;
  for (const media::EncodingConfig& e : described->encodings) published.rids.push_back(e.rid);
  published_[track] = std::move(published);
  return TrackInfo{track, described->kind, "", described->codec.codec.name};
}

Outcome<bool> Engine::stop_sending_into_pipe(uint32_t id, uint32_t track) {
  const auto it = pipes_.find(id);
  if (it == pipes_.end()) return no_pipe();
  if (it->second.sent.erase(track) == 0)
    return Failure{"ERR_NO_TRACK", "the track does not go into this pipe"};
  return post([this, id, track](TimePoint, SendSlab&) { hub_.stop_sending_into_pipe(id, track); });
}

Outcome<bool> Engine::stop_receiving_from_pipe(uint32_t id, uint32_t track) {
  const auto it = pipes_.find(id);
  if (it == pipes_.end()) return no_pipe();
  if (it->second.received.erase(track) == 0)
    return Failure{"ERR_NO_TRACK", "the track does not come out of this pipe"};
  published_.erase(track);
  return post([this, id, track](TimePoint, SendSlab&) { hub_.stop_receiving_from_pipe(id, track); });
}

Outcome<bool> Engine::pipe_stats(uint32_t id,
                                 std::function<void(std::optional<media::pipe::PipeStats>)> sink) {
  if (!pipes_.contains(id)) return no_pipe();
  return post([this, id, sink = std::move(sink)](TimePoint, SendSlab&) { sink(hub_.pipe_stats(id)); });
}

void Engine::close_pipe(uint32_t id) {
  const auto it = pipes_.find(id);
  if (it == pipes_.end()) return;
  for (const uint32_t track : it->second.received) published_.erase(track);
  pipes_.erase(it);
  // With a full queue the pipe stays, unused, until the engine ends.
  post([this, id](TimePoint, SendSlab&) { hub_.close_pipe(id); }).ok();
}

}  // namespace parley::addon
