// Implements media/io/worker_group.h.
#include "media/io/worker_group.h"

#include <cerrno>

namespace parley::media::io {

Result<std::unique_ptr<WorkerGroup>, IoError> WorkerGroup::create(
    UdpWorker::Options options, ThreadLinks& links, const std::vector<DatagramHandler*>& handlers) {
  if (handlers.size() != links.threads()) return IoError{EINVAL, "a handler for each thread"};
  auto group = std::make_unique<WorkerGroup>();
  const std::string name = options.thread_name;
  for (size_t i = 0; i < handlers.size(); ++i) {
    if (handlers.size() > 1) {
      options.links = &links.port(i);
      options.thread_name = name + "-" + std::to_string(i);
    }
    auto worker = UdpWorker::create(options, *handlers[i]);
    if (!worker) return worker.error();
    group->workers_.push_back(std::move(*worker));
    // The first had the port for itself; the others join it there.
    options.bindings = group->bindings();
    options.joins_port = true;
    options.tcp = false;
  }
  return group;
}

void WorkerGroup::start() {
  for (const auto& worker : workers_) worker->start();
}

void WorkerGroup::stop() {
  for (const auto& worker : workers_) worker->stop();
}

}  // namespace parley::media::io
