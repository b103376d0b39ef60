// Threads for encoding and decoding, so that neither JavaScript nor the media thread waits for them. Tasks of
// one strand run one after the other, in order, on whichever thread is free.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace parley::addon {

class Strand : public std::enable_shared_from_this<Strand> {
 public:
  using Task = std::function<void()>;
  // At most `limit` tasks wait.
  explicit Strand(size_t limit) : limit_(limit) {}
  // False, and nothing is done, when too many wait.
  bool post(Task task);

 private:
  friend class WorkerPool;
  void run_one();

  const size_t limit_;
  std::mutex mutex_;
  std::deque<Task> tasks_;  // under mutex
  bool scheduled_ = false;  // under mutex
};

}  // namespace parley::addon
