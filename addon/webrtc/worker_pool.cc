#include "addon/webrtc/worker_pool.h"

#include <algorithm>
#include <condition_variable>
#include <thread>
#include <utility>
#include <vector>

namespace parley::addon {

class WorkerPool {
 public:
  static WorkerPool& shared() {
    static WorkerPool pool;
    return pool;
  }
  void schedule(std::shared_ptr<Strand> strand) {
    {
      const std::lock_guard lock(mutex_);
      ready_.push_back(std::move(strand));
      // Threads are made as there is work for them: most programs never encode anything.
      if (idle_ == 0 && threads_.size() < most_) threads_.emplace_back([this] { run(); });
    }
    wake_.notify_one();
  }

 private:
  ~WorkerPool() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      ready_.clear();
    }
    wake_.notify_all();
    for (std::thread& each : threads_) each.join();
  }
  void run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      if (ready_.empty()) {
        ++idle_;
        wake_.wait(lock);
        --idle_;
        continue;
      }
      const std::shared_ptr<Strand> strand = std::move(ready_.front());
      ready_.pop_front();
      lock.unlock();
      strand->run_one();
      lock.lock();
    }
  }

  const size_t most_ = std::clamp(std::thread::hardware_concurrency(), 2u, 8u);
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Strand>> ready_;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool stopping_ = false;
};

bool Strand::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (tasks_.size() >= limit_) return false;
    tasks_.push_back(std::move(task));
    if (std::exchange(scheduled_, true)) return true;
  }
  WorkerPool::shared().schedule(shared_from_this());
  return true;
}

void Strand::run_one() {
  Task task;
  {
    const std::lock_guard lock(mutex_);
    task = std::move(tasks_.front());
    tasks_.pop_front();
  }
  task();
  {
    const std::lock_guard lock(mutex_);
    if (tasks_.empty()) {
      scheduled_ = false;
      return;
    }
  }
  WorkerPool::shared().schedule(shared_from_this());
}

}  // namespace parley::addon
