// The way to the media thread for encoders, which may still be at work when their engine closes.
#pragma once

#include <functional>
#include <mutex>
#include <utility>

#include "media/io/udp_worker.h"
#include "media/session/hub.h"

namespace parley::addon {

class Outlet {
 public:
  using Command = std::function<void(media::Hub& hub, media::TimePoint now, media::SendSlab& out)>;

  Outlet(media::Hub& hub, media::io::UdpWorker& worker) : hub_(hub), worker_(&worker) {}
  // From any thread. False when the engine is closed or has too much to do.
  bool post(Command command) {
    const std::lock_guard lock(mutex_);
    if (worker_ == nullptr) return false;
    return worker_->post([hub = &hub_, command = std::move(command)](
                             media::TimePoint now, media::SendSlab& out) { command(*hub, now, out); });
  }
  void close() {
    const std::lock_guard lock(mutex_);
    worker_ = nullptr;
  }

 private:
  std::mutex mutex_;
  media::Hub& hub_;
  media::io::UdpWorker* worker_;
};

}  // namespace parley::addon
