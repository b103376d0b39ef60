// A thread that owns one UDP port (IPv4, IPv6 or both), on demand the TCP port of the same number, and drives
// a DatagramHandler: receive a batch (recvmmsg), handle it, send everything it produced (sendmmsg, with UDP
// segmentation where route and size repeat). No locks on that path; other threads reach the handler by
// posting commands to a bounded queue.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "media/core/datagram_handler.h"
#include "media/core/result.h"
#include "media/core/socket_address.h"
#include "media/core/time.h"
#include "media/core/unique_function.h"
#include "media/io/sockets.h"
#include "media/io/tcp_connections.h"
#include "media/io/thread_links.h"

namespace parley::media::io {

// A snapshot; counted by the worker, read from anywhere.
struct UdpCounters {
  uint64_t received_datagrams = 0;
  uint64_t received_bytes = 0;
  uint64_t receive_calls = 0;
  uint64_t truncated = 0;  // longer than a slot: dropped
  uint64_t sent_datagrams = 0;
  uint64_t sent_bytes = 0;
  uint64_t send_calls = 0;
  uint64_t send_would_block = 0;  // datagrams dropped after waiting for the socket in vain (EAGAIN, ENOBUFS)
  uint64_t send_errors = 0;       // datagrams the kernel refused for another reason
};

class UdpWorker {
 public:
  // Runs on the worker's thread. What it writes to the slab is sent with the turn's other datagrams.
  using Command = UniqueFunction<void(TimePoint now, SendSlab& out)>;
  static constexpr size_t kMaxCommands = 4096;

  struct Options {
    // At most one address of each family; port 0 lets the kernel choose, and the second then takes the first
    // one's.
    std::vector<SocketAddress> bindings;
    bool udp = true;
    bool tcp = false;
    int socket_buffer_bytes = 4 << 20;  // asked for; the kernel may give less
    bool use_gso = true;                // and its counterpart on receive
    std::string thread_name = "parley-media";
    ThreadLinks::Port* links = nullptr;  // one of several workers (worker_group.h)
    bool joins_port = false;             // of another worker, which shares it
  };

  // Binds; the thread starts with start(). The handler must outlive the worker and is only ever called on its
  // thread.
  static Result<std::unique_ptr<UdpWorker>, IoError> create(Options options, DatagramHandler& handler);
  ~UdpWorker();  // stop()
  UdpWorker(const UdpWorker&) = delete;
  UdpWorker& operator=(const UdpWorker&) = delete;

  void start();
  // Commands already posted still run, what they send is sent; then the thread ends. Idempotent; not from the
  // worker's own thread.
  void stop();
  // From any thread. False when the queue is full or the worker has stopped.
  bool post(Command command);

  // As bound, with real ports, in the order given; TCP's are the same.
  const std::vector<SocketAddress>& bindings() const;
  UdpCounters counters() const;
  // TCP connections of our own. For the handler, on the worker's thread.
  Connector& connector();
  TcpCounters tcp_counters() const;  // on the worker's thread, or when it has stopped

 private:
  struct Impl;
  explicit UdpWorker(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::media::io
