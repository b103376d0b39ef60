// Waiting for the answer to a message without sleeping, for a moment.
//
// Two processes that talk take turns: one sends and sleeps until the other has answered, a few microseconds
// later. To be put to sleep and woken costs more than that, above all on a virtual machine. So after a
// message was sent the loop polls without blocking for at most kLimit; what happens meanwhile is served as
// always, and whoever else wants this processor gets it. What is wasted, because no answer comes in that time
// or because others have the processor for longer (a sleeper would be woken at once), is paid for by so many
// waits that are ordinary ones: a process whose peer takes its time, or a busy machine, spends next to
// nothing on this.
#ifndef RUNTIME_CHILD_PROCESS_BUSY_WAIT_H_
#define RUNTIME_CHILD_PROCESS_BUSY_WAIT_H_

#include <uv.h>

#include <cstdint>

namespace parley {

class Environment;

// One an environment (Environment::Slot).
class BusyWait {
 public:
  // A message was sent: an answer may follow.
  void Sent(Environment* env);
  // Something was received.
  void Received();

 private:
  static constexpr uint64_t kLimit = 50'000;  // nanoseconds of polling
  static constexpr uint64_t kLost = 40'000;   // nanoseconds between two polls: somebody else was running
  static constexpr uint64_t kPrice = 500;     // nanoseconds that a message may cost in vain, on average

  void Poll();
  void End(uint64_t wasted);

  bool is_ready_ = false;
  bool is_useful_ = false;  // there is a second processor
  bool is_polling_ = false;
  uv_idle_t idle_;      // while it is active the loop does not sleep
  uint64_t since_ = 0;  // of uv_hrtime(); 0: no poll yet
  uint64_t last_poll_ = 0;
  uint64_t to_skip_ = 0;  // waits that will be ordinary ones
};

}  // namespace parley

#endif  // RUNTIME_CHILD_PROCESS_BUSY_WAIT_H_
