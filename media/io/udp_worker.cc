// Implements media/io/udp_worker.h.
#include "media/io/udp_worker.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <thread>
#include <utility>

#include "media/io/batch_receiver.h"
#include "media/io/batch_sender.h"
#include "media/io/sockets.h"
#include "media/io/system.h"

namespace parley::media::io {
namespace {

// About what a second-level cache holds: what is written is sent while it is still there.
constexpr size_t kSlabBytes = 1 << 20;
constexpr size_t kSlabDatagrams = 1024;
// Batches taken from one socket before timers and commands are looked at again.
constexpr int kBatchesInARow = 4;
constexpr int kBindAttempts = 10;
// A handler whose deadline stays in the past must not make the thread spin.
constexpr Duration kShortestWait = std::chrono::milliseconds(1);

void add(std::atomic<uint64_t>& counter, uint64_t n) {
  // One writer: no need for a locked instruction.
  counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

}  // namespace

struct UdpWorker::Impl final : SendSlab::Sink {
  Impl(Options o, DatagramHandler& h)
      : options(std::move(o)),
        handler(h),
        sender(kSlabDatagrams, options.use_gso),
        slab(kSlabBytes, kSlabDatagrams, this),
        tcp(h, TcpConnections::Limits()) {}

  Result<bool, IoError> bind_all();
  void send(const SendSlab& full) override;
  void run();
  UdpSocket outlet(size_t family) const;
  void receive_from(size_t family);
  void take_messages();
  void run_commands();
  void run_deadline();
  void wait();

  Options options;
  DatagramHandler& handler;
  BatchReceiver receiver;
  BatchSender sender;
  SendSlab slab;
  std::array<Fd, 2> sockets;  // IPv4, IPv6
  std::array<SocketAddress, 2> bound;
  TcpConnections tcp;
  Fd wake;
  std::thread thread;
  TimePoint not_before = TimePoint::min();  // the next on_deadline

  std::mutex mutex;
  std::vector<Command> commands;  // under mutex
  bool stopped = false;           // under mutex
  bool stopping = false;          // the worker thread's copy
  bool tcp_ready = false;
  std::vector<Command> running;

  struct {
    std::atomic<uint64_t> received_datagrams{0}, received_bytes{0}, receive_calls{0}, truncated{0};
    std::atomic<uint64_t> sent_datagrams{0}, sent_bytes{0}, send_calls{0}, send_would_block{0},
        send_errors{0};
  } counters;
};

UdpWorker::UdpWorker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
UdpWorker::~UdpWorker() { stop(); }

Result<std::unique_ptr<UdpWorker>, IoError> UdpWorker::create(Options options, DatagramHandler& handler) {
  if (options.bindings.empty()) return IoError{EINVAL, "no address to bind to"};
  if (!options.udp && !options.tcp && !options.joins_port)
    return IoError{EINVAL, "neither UDP nor TCP is wanted"};
  const std::vector<SocketAddress> asked = options.bindings;
  auto impl = std::make_unique<Impl>(std::move(options), handler);
  if (impl->options.links != nullptr) impl->tcp.join(*impl->options.links);
  // A port that the kernel chose for UDP may be taken for TCP: then it chooses again.
  for (int attempt = 1;; ++attempt) {
    impl->options.bindings = asked;
    if (!impl->tcp.open()) return IoError{errno, "cannot make an epoll set"};
    const auto bound = impl->bind_all();
    if (bound) break;
    const bool chosen = std::all_of(asked.begin(), asked.end(), [](const auto& a) { return a.port() == 0; });
    if (!chosen || bound.error().code != EADDRINUSE || attempt == kBindAttempts) return bound.error();
  }
  impl->wake = Fd(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!impl->wake.valid()) return IoError{errno, "cannot make an eventfd"};
  return std::unique_ptr<UdpWorker>(new UdpWorker(std::move(impl)));
}

Result<bool, IoError> UdpWorker::Impl::bind_all() {
  bound = {};
  uint16_t chosen = 0;
  for (SocketAddress& address : options.bindings) {
    if (!address.valid()) return IoError{EINVAL, "not an IP address to bind to"};
    const size_t family = address.is_ipv4() ? 0 : 1;
    if (bound[family].valid())
      return IoError{EINVAL, "one address of each family at most: " + address.to_string()};
    if (address.port() == 0) address.set_port(chosen);
    if (options.udp) {
      auto fd = open_udp(address, options.socket_buffer_bytes, options.joins_port);
      if (!fd) return fd.error();
      if (options.links != nullptr && options.links->threads() > 1) share_port(fd->get());
      sockets[family] = std::move(*fd);
      if (options.use_gso) join_received(sockets[family].get());
    }
    if (options.tcp) {
      if (auto listening = tcp.listen(address); !listening) return listening.error();
    }
    bound[family] = address;
    chosen = address.port();
  }
  return true;
}

Connector& UdpWorker::connector() { return impl_->tcp; }
TcpCounters UdpWorker::tcp_counters() const { return impl_->tcp.counters(); }

const std::vector<SocketAddress>& UdpWorker::bindings() const { return impl_->options.bindings; }

UdpCounters UdpWorker::counters() const {
  const auto& c = impl_->counters;
  const auto read = [](const std::atomic<uint64_t>& v) { return v.load(std::memory_order_relaxed); };
  return {read(c.received_datagrams), read(c.received_bytes),   read(c.receive_calls),
          read(c.truncated),          read(c.sent_datagrams),   read(c.sent_bytes),
          read(c.send_calls),         read(c.send_would_block), read(c.send_errors)};
}

void UdpWorker::start() {
  if (impl_->thread.joinable()) return;
  // Signals are the program's business: none may land here.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(impl_->thread.native_handle(), impl_->options.thread_name.substr(0, 15).c_str());
}

void UdpWorker::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopped = true;
  }
  const uint64_t one = 1;
  if (write(impl_->wake.get(), &one, sizeof one) < 0) {
    // A full counter wakes as well.
  }
  if (impl_->thread.joinable()) impl_->thread.join();
}

bool UdpWorker::post(Command command) {
  bool first;
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->stopped || impl_->commands.size() >= kMaxCommands) return false;
    first = impl_->commands.empty();
    impl_->commands.push_back(std::move(command));
  }
  const uint64_t one = 1;
  if (first && write(impl_->wake.get(), &one, sizeof one) < 0) {
    // A full counter wakes as well.
  }
  return true;
}

UdpSocket UdpWorker::Impl::outlet(size_t family) const {
  return {sockets[family].get(), bound[family].is_unspecified()};
}

void UdpWorker::Impl::send(const SendSlab& full) {
  BatchSender::Tally t;
  sender.send(full, outlet(0), outlet(1), t);
  if (tcp.size() > 0 || options.links != nullptr) tcp.send(full);
  add(counters.sent_datagrams, t.datagrams);
  add(counters.sent_bytes, t.bytes);
  add(counters.send_calls, t.calls);
  add(counters.send_would_block, t.would_block);
  add(counters.send_errors, t.errors);
}

void UdpWorker::Impl::run() {
  while (!stopping) {
    wait();
    for (size_t family = 0; family < sockets.size(); ++family) {
      if (sockets[family].valid()) receive_from(family);
    }
    if (tcp_ready) {
      tcp.take_events(monotonic_now(), slab);
      slab.flush();
    }
    if (options.links != nullptr) take_messages();
    run_commands();
    run_deadline();
    slab.flush();
    if (options.links != nullptr) options.links->notify();
  }
}

void UdpWorker::Impl::take_messages() {
  options.links->awake();
  const TimePoint now = monotonic_now();
  options.links->take_all([&](size_t from, std::span<uint8_t> message) {
    if (!message.empty() && message[0] < MessageLinks::kFirstType) {
      tcp.on_message(message);
    } else {
      handler.on_message(from, message, now, slab);
    }
  });
  tcp.flush_all();
}

void UdpWorker::Impl::wait() {
  std::array<pollfd, 5> polled{};
  nfds_t n = 0;
  for (const Fd& socket : sockets) {
    if (socket.valid()) polled[n++] = {socket.get(), POLLIN, 0};
  }
  polled[n++] = {wake.get(), POLLIN, 0};
  const pollfd& tcp_events = polled[n];
  polled[n++] = {tcp.events_fd(), POLLIN, 0};
  TimePoint deadline = std::min(handler.next_deadline(), tcp.next_deadline());
  if (options.links != nullptr) {
    polled[n++] = {options.links->wake_fd(), POLLIN, 0};
    if (!options.links->may_sleep()) deadline = TimePoint::min();
  }
  timespec timeout{};
  if (deadline != kNever) {
    const TimePoint until = deadline == TimePoint::min() ? deadline : std::max(deadline, not_before);
    const Duration left = until == TimePoint::min() ? Duration::zero() : until - monotonic_now();
    const int64_t us = std::max<int64_t>(left.count(), 0);
    timeout.tv_sec = us / 1'000'000;
    timeout.tv_nsec = us % 1'000'000 * 1000;
  }
  ppoll(polled.data(), n, deadline == kNever ? nullptr : &timeout, nullptr);
  tcp_ready = tcp_events.revents != 0;
}

void UdpWorker::Impl::receive_from(size_t family) {
  for (int i = 0; i < kBatchesInARow; ++i) {
    const BatchReceiver::Batch batch = receiver.receive(sockets[family].get(), bound[family]);
    add(counters.truncated, batch.too_long);
    if (!batch.datagrams.empty()) {
      add(counters.receive_calls, 1);
      add(counters.received_datagrams, batch.datagrams.size());
      add(counters.received_bytes, batch.bytes);
      handler.on_datagrams(batch.datagrams, monotonic_now(), slab);
      slab.flush();
      if (options.links != nullptr) options.links->notify();
    }
    if (!batch.more) return;
  }
}

void UdpWorker::Impl::run_commands() {
  uint64_t count;
  if (read(wake.get(), &count, sizeof count) < 0) return;  // not woken
  {
    const std::lock_guard lock(mutex);
    running.swap(commands);
    stopping = stopped;
  }
  for (Command& command : running) command(monotonic_now(), slab);
  running.clear();
}

void UdpWorker::Impl::run_deadline() {
  const TimePoint now = monotonic_now();
  if (now < not_before) return;
  if (tcp.next_deadline() <= now) tcp.on_deadline(now, slab);
  if (handler.next_deadline() > now) return;
  handler.on_deadline(now, slab);
  not_before = now + kShortestWait;
}

}  // namespace parley::media::io
