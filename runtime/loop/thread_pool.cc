#include "runtime/loop/thread_pool.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/engine/environment.h"

namespace parley {
namespace {

// Where the threads put an environment's finished jobs. Outlives the environment while one of them has it.
struct Outbox {
  Outbox() : event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~Outbox() {
    if (event >= 0) ::close(event);
  }
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  void Put(PoolJob* job) {
    bool first;
    {
      std::lock_guard lock(mutex);
      first = done.empty();
      done.push_back(job);
    }
    arrived.notify_one();
    const uint64_t one = 1;
    if (first) (void)!::write(event, &one, sizeof(one));
  }

  std::mutex mutex;
  std::condition_variable arrived;
  std::vector<PoolJob*> done;
  int event;
};

class ThreadPool {
 public:
  // Never destroyed: its threads may be in a call that does not return when the process ends.
  static ThreadPool* Get() {
    static auto* pool = new ThreadPool;
    return pool;
  }

  void Add(PoolJob* job, const std::shared_ptr<Outbox>& outbox) {
    bool start = false;
    {
      std::lock_guard lock(mutex_);
      queue_.push_back({job, outbox});
      start = queue_.size() > idle_ && threads_ < most_;
      if (start) threads_++;
    }
    if (!start || !Start()) waiting_.notify_one();
    if (start) RunIfAlone();
  }

  // Takes back what was not begun.
  std::vector<PoolJob*> Remove(const Outbox* outbox) {
    std::vector<PoolJob*> removed;
    std::lock_guard lock(mutex_);
    std::erase_if(queue_, [&](const Item& item) {
      if (item.outbox.get() != outbox) return false;
      removed.push_back(item.job);
      return true;
    });
    return removed;
  }

 private:
  struct Item {
    PoolJob* job;
    std::shared_ptr<Outbox> outbox;
  };

  ThreadPool() {
    constexpr size_t kDefault = 4, kMost = 1024;
    const char* given = std::getenv("UV_THREADPOOL_SIZE");
    const int size = given == nullptr ? static_cast<int>(kDefault) : std::atoi(given);
    most_ = std::clamp<size_t>(size < 0 ? kMost : static_cast<size_t>(size), 1, kMost);
  }

  // Signals are the main thread's. A thread that cannot be had leaves the job to those there are.
  bool Start() {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    uv_thread_t thread;
    uv_thread_options_t options{UV_THREAD_HAS_STACK_SIZE, kStack};
    const bool started =
        uv_thread_create_ex(
            &thread, &options, [](void* pool) { static_cast<ThreadPool*>(pool)->Run(); }, this) == 0;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (started) {
      pthread_detach(thread);
      return true;
    }
    std::lock_guard lock(mutex_);
    threads_--;
    return false;
  }

  void Run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      idle_++;
      waiting_.wait(lock, [this] { return !queue_.empty(); });
      idle_--;
      RunNext(lock);
    }
  }

  void RunNext(std::unique_lock<std::mutex>& lock) {
    Item item = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    item.job->Work();
    item.outbox->Put(item.job);
    item.outbox.reset();
    lock.lock();
  }

  // Where no thread can be had at all the caller's does the work.
  void RunIfAlone() {
    std::unique_lock lock(mutex_);
    while (threads_ == 0 && !queue_.empty()) RunNext(lock);
  }

  static constexpr size_t kStack = 8 << 20;  // of address space
  std::mutex mutex_;
  std::condition_variable waiting_;
  std::deque<Item> queue_;
  size_t idle_ = 0;
  size_t threads_ = 0;
  size_t most_;
};

// An environment's side.
class PoolClient {
 public:
  void Submit(Environment* env, PoolJob* job) {
    if (env_ == nullptr && !Open(env)) return SubmitToLibuv(env, job);
    if (pending_++ == 0) uv_ref(reinterpret_cast<uv_handle_t*>(&poll_));
    ThreadPool::Get()->Add(job, outbox_);
  }

 private:
  // With no descriptor left for an event of our own: libuv has had its own from the start.
  static void SubmitToLibuv(Environment* env, PoolJob* job) {
    auto* work = new uv_work_t;
    work->data = job;
    uv_queue_work(
        env->loop(), work, [](uv_work_t* w) { static_cast<PoolJob*>(w->data)->Work(); },
        [](uv_work_t* w, int) {
          static_cast<PoolJob*>(w->data)->Finish();
          delete w;
        });
  }

  bool Open(Environment* env) {
    auto outbox = std::make_shared<Outbox>();
    if (outbox->event < 0) return false;
    env_ = env;
    outbox_ = std::move(outbox);
    uv_poll_init(env->loop(), &poll_, outbox_->event);
    poll_.data = this;
    uv_poll_start(&poll_, UV_READABLE,
                  [](uv_poll_t* poll, int, int) { static_cast<PoolClient*>(poll->data)->Receive(); });
    uv_unref(reinterpret_cast<uv_handle_t*>(&poll_));
    env->AddCleanupHook([](void* self) { static_cast<PoolClient*>(self)->Stop(); }, this);
    return true;
  }

  void Receive() {
    uint64_t count;
    (void)!::read(outbox_->event, &count, sizeof(count));
    std::vector<PoolJob*> done;
    {
      std::lock_guard lock(outbox_->mutex);
      done.swap(outbox_->done);
    }
    for (PoolJob* job : done) {
      if (--pending_ == 0) uv_unref(reinterpret_cast<uv_handle_t*>(&poll_));
      job->Finish();
    }
  }

  // A worker's jobs end before it does: they hold on to things of its isolate. The process does not wait.
  void Stop() {
    if (!env_->is_worker()) return;
    for (PoolJob* job : ThreadPool::Get()->Remove(outbox_.get())) {
      pending_--;
      job->Finish();
    }
    std::unique_lock lock(outbox_->mutex);
    outbox_->arrived.wait(lock, [this] { return outbox_->done.size() == pending_; });
    for (PoolJob* job : outbox_->done) job->Finish();
    outbox_->done.clear();
    pending_ = 0;
  }

  Environment* env_ = nullptr;
  std::shared_ptr<Outbox> outbox_;
  uv_poll_t poll_;
  size_t pending_ = 0;
};

}  // namespace

void PoolJob::Submit(Environment* env, PoolJob* job) { env->Slot<PoolClient>()->Submit(env, job); }

}  // namespace parley
