// The children this process has made and has not yet waited for, and, where it is the first process of a
// container (process id 1), the ones it is given: processes whose parent ended. Nobody but process 1 can wait
// for those (wait(2), "NOTES"); left alone they stay as zombies for as long as the container runs, and
// kill(pid, 0) takes them for alive.
#ifndef RUNTIME_CHILD_PROCESS_CHILDREN_H_
#define RUNTIME_CHILD_PROCESS_CHILDREN_H_

#include <uv.h>

namespace parley {

// uv_spawn(), remembering the child. ForgetChild() is for its exit callback. Both from any thread.
int SpawnChild(uv_loop_t* loop, uv_process_t* process, const uv_process_options_t* options);
void ForgetChild(int pid);

// For the main loop: waits for adopted processes when this process is number 1, and does nothing otherwise.
void ReapAdoptedChildren(uv_loop_t* loop);

}  // namespace parley

#endif  // RUNTIME_CHILD_PROCESS_CHILDREN_H_
