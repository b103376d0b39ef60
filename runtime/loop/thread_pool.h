// Threads for calls that block, for the file system (libuv documentation, "Thread pool work scheduling",
// which this follows: UV_THREADPOOL_SIZE, jobs in order). libuv 1.44's own pool wakes the loop before it is
// done with it: the loop then waits actively until the thread comes to run again, 2 to 5 microseconds of
// computing for each job. Threads are started when there is a job and none of them is idle.
#ifndef RUNTIME_LOOP_THREAD_POOL_H_
#define RUNTIME_LOOP_THREAD_POOL_H_

namespace parley {

class Environment;

class PoolJob {
 public:
  virtual ~PoolJob() = default;
  // Hands the job over: it runs Work() and then Finish(), which ends its life. Keeps the loop alive
  // meanwhile. At the end of a worker jobs that were not begun are finished without having run.
  static void Submit(Environment* env, PoolJob* job);

  virtual void Work() = 0;    // on another thread: no JavaScript
  virtual void Finish() = 0;  // on the environment's thread, from its loop
};

}  // namespace parley

#endif  // RUNTIME_LOOP_THREAD_POOL_H_
