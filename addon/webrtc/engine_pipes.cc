// See engine.h: pipes to other engines. What a pipe carries is described on this side of the engine, so that
// a program can hand descriptions on before the media thread has seen the track.
#include <algorithm>
#include <utility>

#include "addon/webrtc/engine.h"
#include "media/session/g711.h"

namespace parley::addon {
namespace {

using media::Hub;
using media::SendSlab;
using media::TimePoint;
using media::pipe::Pipe;

Failure no_pipe() { return {"ERR_NO_PIPE", "the pipe is closed"}; }

}  // namespace

Outcome<PipeInfo> Engine::create_pipe() {
  if (endpoint_.candidates.empty()) return Failure{"ERR_NO_UDP", "a pipe needs UDP"};
  if (pipes_.size() >= media::Hub::kMaxPipes)
    return Failure{"ERR_TOO_MANY_PIPES", "the engine has no room for another pipe"};
  PipeEntry entry;
  random_.fill(entry.key.key);
  random_.fill(entry.key.salt);
  const uint32_t id = next_pipe_++;
  entry.thread = choose_thread({});
  auto posted = run_on(entry.thread, [id, key = entry.key](Hub& hub, TimePoint now, SendSlab&) {
    hub.add_pipe(id, key, now);
  });
  if (!posted) return posted.error();
  ++threads_[entry.thread]->peers;
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
  for (size_t i = 0; i < threads_.size(); ++i) {
    auto posted = run_on(i, [id, remote, remote_key, thread = pipe.thread](Hub& hub, TimePoint, SendSlab&) {
      hub.route_pipe(remote, thread);
      hub.connect_pipe(id, remote, remote_key);  // where it is
    });
    if (!posted) return posted;
  }
  pipe.remote = remote;
  return true;
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
  auto posted = run_on(
      pipe.thread, [id, track, description = std::move(description)](Hub& hub, TimePoint now, SendSlab& out) {
        hub.send_into_pipe(id, track, description, now, out);
      });
  if (!posted) return posted.error();
  pipe.sent.insert(track);
  return text;
}

// On the thread of its affinity the track is a mirror of what comes out of the pipe, and there it has its
// subscribers, its group of voices, and mirrors on all the others.
Outcome<TrackInfo> Engine::receive_from_pipe(uint32_t id, std::string_view text,
                                             const std::optional<std::string>& affinity) {
  const auto it = pipes_.find(id);
  if (it == pipes_.end()) return no_pipe();
  PipeEntry& pipe = it->second;
  if (pipe.received.size() >= Pipe::kMaxTracks)
    return Failure{"ERR_TOO_MANY_TRACKS", "the pipe has no room for another track"};
  const auto described = media::pipe::parse_description(text);
  if (!described) return Failure{"ERR_SDP", described.error().reason};
  if (described->codec.kind == media::CodecKind::kOther && !media::is_g711(described->codec.codec))
    return Failure{"ERR_SDP", "the piped track's codec is not known"};
  const uint32_t track = next_track_++;
  const size_t thread = affinity ? choose_thread(affinity) : pipe.thread;
  const uint32_t raw = thread == pipe.thread ? track : next_track_++;
  auto posted =
      run_on(pipe.thread, [id, config = media::pipe::to_config(*described, raw)](
                              Hub& hub, TimePoint, SendSlab&) { hub.receive_from_pipe(id, config); });
  const media::TrackConfig config = media::pipe::to_config(*described, track);
  if (posted && raw != track) {
    posted = run_on(thread, [config, raw, owner = pipe.thread](Hub& hub, TimePoint, SendSlab&) {
      hub.add_mirror(config, owner, raw);
    });
  }
  if (posted) posted = mirror(thread, {config}, {});
  if (!posted) return posted.error();
  pipe.received.emplace(track, raw);
  Published published{
      0, {track, described->kind, described->codec, {}, "t" + std::to_string(track)}, {}, thread};
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
  return run_on(it->second.thread,
                [id, track](Hub& hub, TimePoint, SendSlab&) { hub.stop_sending_into_pipe(id, track); });
}

Outcome<bool> Engine::stop_receiving_from_pipe(uint32_t id, uint32_t track) {
  const auto it = pipes_.find(id);
  if (it == pipes_.end()) return no_pipe();
  PipeEntry& pipe = it->second;
  const auto known = pipe.received.find(track);
  if (known == pipe.received.end())
    return Failure{"ERR_NO_TRACK", "the track does not come out of this pipe"};
  const uint32_t raw = known->second;
  end_received(pipe, track, raw);
  pipe.received.erase(known);
  return run_on(pipe.thread,
                [id, raw](Hub& hub, TimePoint, SendSlab&) { hub.stop_receiving_from_pipe(id, raw); });
}

void Engine::end_received(const PipeEntry& pipe, uint32_t track, uint32_t raw) {
  const auto published = published_.find(track);
  if (published == published_.end()) return;
  const size_t thread = published->second.thread;
  mirror(thread, {}, {track}).ok();
  if (thread != pipe.thread) {
    run_on(thread, [raw](Hub& hub, TimePoint, SendSlab&) { hub.remove_mirror(raw); }).ok();
  }
  published_.erase(published);
}

Outcome<bool> Engine::pipe_stats(uint32_t id,
                                 std::function<void(std::optional<media::pipe::PipeStats>)> sink) {
  if (!pipes_.contains(id)) return no_pipe();
  return run_on(pipes_.at(id).thread,
                [id, sink = std::move(sink)](Hub& hub, TimePoint, SendSlab&) { sink(hub.pipe_stats(id)); });
}

void Engine::close_pipe(uint32_t id) {
  const auto it = pipes_.find(id);
  if (it == pipes_.end()) return;
  const PipeEntry pipe = std::move(it->second);
  pipes_.erase(it);
  for (const auto& [track, raw] : pipe.received) end_received(pipe, track, raw);
  --threads_[pipe.thread]->peers;
  // With a full queue the pipe stays, unused, until the engine ends.
  for (size_t i = 0; i < threads_.size(); ++i) {
    run_on(i, [id, remote = pipe.remote](Hub& hub, TimePoint, SendSlab&) {
      hub.close_pipe(id);
      if (remote) hub.route_pipe(*remote, std::nullopt);
    }).ok();
  }
}

}  // namespace parley::addon
