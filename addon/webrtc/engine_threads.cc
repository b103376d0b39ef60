// The engine's media threads: made and ended here, peers placed on them, tracks mirrored between them. See
// engine.h, and media/session/hub_threads.cc for what the threads say to each other.
#include <algorithm>
#include <cerrno>
#include <memory>
#include <mutex>
#include <utility>

#include "addon/webrtc/engine.h"

namespace parley::addon {
namespace {

using media::Hub;
using media::SendSlab;
using media::SocketAddress;
using media::TimePoint;

const char* code_of(int error) {
  switch (error) {
    case EADDRINUSE:
      return "EADDRINUSE";
    case EACCES:
      return "EACCES";
    case EADDRNOTAVAIL:
      return "EADDRNOTAVAIL";
    default:
      return "ERR_ENGINE_IO";
  }
}

// The threads' figures, until all of them have added theirs.
struct Sum {
  std::mutex mutex;
  size_t missing = 0;
  media::HubStats hub;
  media::io::UdpCounters io;

  // True when it was the last.
  bool add(const media::HubStats& h, const media::io::UdpCounters& c) {
    const std::lock_guard lock(mutex);
    hub.peers += h.peers;
    hub.tracks += h.tracks;
    hub.datagrams += h.datagrams;
    hub.unknown_source += h.unknown_source;
    hub.refused_checks += h.refused_checks;
    hub.buffered_packets += h.buffered_packets;
    io.received_datagrams += c.received_datagrams;
    io.received_bytes += c.received_bytes;
    io.receive_calls += c.receive_calls;
    io.truncated += c.truncated;
    io.sent_datagrams += c.sent_datagrams;
    io.sent_bytes += c.sent_bytes;
    io.send_calls += c.send_calls;
    io.send_would_block += c.send_would_block;
    io.send_errors += c.send_errors;
    return --missing == 0;
  }
};

}  // namespace

Engine::Engine(media::dtls::Certificate certificate, const EventSink& sink, size_t threads)
    : certificate_(std::move(certificate)), threads_([&] {
        std::vector<std::unique_ptr<MediaThread>> made;
        for (size_t i = 0; i < threads; ++i)
          made.push_back(std::make_unique<MediaThread>(certificate_, random_, sink));
        return made;
      }()) {}

Outcome<std::unique_ptr<Engine>> Engine::create(const EngineOptions& wanted, EventSink sink,
                                                DataSink data_sink) {
  auto certificate = wanted.certificate != nullptr
                         ? media::Result<media::dtls::Certificate>(wanted.certificate->share())
                         : media::dtls::Certificate::generate();
  if (!certificate) return Failure{"ERR_CERTIFICATE", certificate.error().reason};
  const size_t threads = std::clamp<size_t>(wanted.threads, 1, kMaxThreads);
  std::unique_ptr<Engine> engine(new Engine(std::move(certificate).value(), sink, threads));
  for (const auto& thread : engine->threads_)
    thread->hub.set_data(data_settings(wanted.max_message_size, data_sink));
  if (auto failed = engine->open_threads(wanted)) return *failed;
  if (auto failed = engine->announce(wanted)) return *failed;
  for (size_t i = 0; i < threads; ++i) {
    MediaThread& thread = *engine->threads_[i];
    media::io::UdpWorker& worker = engine->workers_->worker(i);
    thread.hub.set_connector(&worker.connector());
    thread.outlet = std::make_shared<Outlet>(thread.hub, worker);
  }
  engine->workers_->start();
  return engine;
}

std::optional<Failure> Engine::open_threads(const EngineOptions& wanted) {
  auto links = media::io::ThreadLinks::create(threads_.size());
  if (!links) return Failure{code_of(links.error().code), links.error().message};
  links_ = std::move(links).value();
  std::vector<media::DatagramHandler*> handlers;
  for (size_t i = 0; i < threads_.size(); ++i) {
    if (threads_.size() > 1) threads_[i]->hub.join(links_->port(i));
    handlers.push_back(&threads_[i]->hub);
  }
  media::io::UdpWorker::Options options;
  options.udp = wanted.udp;
  options.tcp = wanted.tcp;
  for (const Binding& binding : wanted.bindings) options.bindings.push_back(binding.address);
  auto workers = media::io::WorkerGroup::create(std::move(options), *links_, handlers);
  if (!workers) return Failure{code_of(workers.error().code), workers.error().message};
  workers_ = std::move(workers).value();
  bindings_ = workers_->bindings();
  return std::nullopt;
}

std::optional<Failure> Engine::announce(const EngineOptions& wanted) {
  for (size_t i = 0; i < wanted.bindings.size(); i++) {
    const SocketAddress& bound = bindings_[i];
    if (wanted.bindings[i].announced.empty()) announced_.push_back(bound);
    for (const std::string& ip : wanted.bindings[i].announced) {
      const auto address = SocketAddress::parse(ip, bound.port());
      if (!address)
        return Failure{"ERR_INVALID_ARG_VALUE", "announced address \"" + ip + "\" is not numeric"};
      announced_.push_back(*address);
    }
  }
  endpoint_.fingerprint = certificate_.fingerprint();
  endpoint_.max_message_size = wanted.max_message_size;
  if (wanted.udp) endpoint_.candidates = announced_;
  if (wanted.tcp) endpoint_.tcp_candidates = announced_;
  for (size_t i = 0; i < threads_.size(); ++i) {
    threads_[i]->endpoint = endpoint_;
    if (threads_.size() > 1) threads_[i]->endpoint.ufrag_prefix = media::ufrag_prefix(i);
  }
  return std::nullopt;
}

Engine::~Engine() { close(); }

void Engine::close() {
  if (closed_) return;
  closed_ = true;
  if (!workers_) return;
  for (const auto& thread : threads_) {
    if (thread->outlet) thread->outlet->close();
  }
  for (size_t i = 0; i < threads_.size(); ++i) {
    workers_->worker(i).post([hub = &threads_[i]->hub](TimePoint, SendSlab& out) { hub->close_all(out); });
  }
  workers_->stop();  // what was posted still runs, and may ask the workers for their counters
  workers_.reset();  // frees the port
  peers_.clear();
  published_.clear();
}

Outcome<bool> Engine::post_to(size_t thread, media::io::UdpWorker::Command command) {
  if (closed_) return Failure{"ERR_ENGINE_CLOSED", "the engine is closed"};
  if (!workers_->worker(thread).post(std::move(command))) {
    return Failure{"ERR_ENGINE_BUSY", "the media thread has too many commands waiting"};
  }
  return true;
}

size_t Engine::choose_thread(const std::optional<std::string>& affinity) const {
  if (affinity) return std::hash<std::string>()(*affinity) % threads_.size();
  const auto fewer = [](const auto& a, const auto& b) { return a->peers < b->peers; };
  return static_cast<size_t>(std::min_element(threads_.begin(), threads_.end(), fewer) - threads_.begin());
}

// Every other thread learns of the tracks, since anybody there may subscribe to them: its mirror is given
// packets only while somebody does.
Outcome<bool> Engine::mirror(size_t owner, const std::vector<media::TrackConfig>& tracks,
                             const std::vector<uint32_t>& removed) {
  for (size_t i = 0; i < threads_.size(); ++i) {
    if (i == owner) continue;
    auto posted = run_on(i, [owner, tracks, removed](Hub& hub, TimePoint, SendSlab&) {
      for (const uint32_t track : removed) hub.remove_mirror(track);
      for (const media::TrackConfig& track : tracks) hub.add_mirror(track, owner);
    });
    if (!posted) return posted;
  }
  return true;
}

Outcome<bool> Engine::stats(std::function<void(media::HubStats, media::io::UdpCounters)> sink) {
  const auto sum = std::make_shared<Sum>();
  sum->missing = threads_.size();
  for (size_t i = 0; i < threads_.size(); ++i) {
    auto posted = run_on(i, [this, i, sum, sink](Hub& hub, TimePoint, SendSlab&) {
      if (sum->add(hub.stats(), workers_->worker(i).counters())) sink(sum->hub, sum->io);
    });
    if (!posted) return posted;
  }
  return true;
}

}  // namespace parley::addon
