// Several media threads on one UDP port: a worker each, linked by rings. What the kernel gives to the wrong
// one the handlers pass on; TCP is accepted by the first.
//
// Sockets share the port by SO_REUSEPORT, which keeps each far address on one thread without asking anybody.
// A filter that knew the peers' threads would need eBPF and its privilege, sockets connected to each peer a
// descriptor and a system call each; passing on costs one copy of what a misplaced peer sends us, which is
// little beside what is sent to it.
#pragma once

#include <memory>
#include <vector>

#include "media/io/thread_links.h"
#include "media/io/udp_worker.h"

namespace parley::media::io {

class WorkerGroup {
 public:
  // One worker for each of `links`' threads; the handlers have joined the links, and outlive the group.
  static Result<std::unique_ptr<WorkerGroup>, IoError> create(UdpWorker::Options options, ThreadLinks& links,
                                                              const std::vector<DatagramHandler*>& handlers);
  void start();
  void stop();  // all of them; idempotent

  size_t size() const { return workers_.size(); }
  UdpWorker& worker(size_t thread) { return *workers_[thread]; }
  const std::vector<SocketAddress>& bindings() const { return workers_.front()->bindings(); }

 private:
  std::vector<std::unique_ptr<UdpWorker>> workers_;
};

}  // namespace parley::media::io
