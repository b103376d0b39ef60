// See children.h.
#include "runtime/child_process/children.h"

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

namespace parley {
namespace {

// An addon may wait for children of its own making. Ours and its are told from adopted ones by time: a zombie
// that two looks see, with this between them, is nobody's.
constexpr uint64_t kSecondLookMs = 100;

std::mutex& Lock() {
  static std::mutex lock;
  return lock;
}

std::vector<int>& Children() {
  static std::vector<int> children;
  return children;
}

bool IsOurs(int pid) {
  std::lock_guard<std::mutex> guard(Lock());
  const std::vector<int>& children = Children();
  return std::find(children.begin(), children.end(), pid) != children.end();
}

// /proc/<pid>/stat: "pid (name) state parent ...", where the name may hold anything, parentheses too.
bool IsZombieOf(int pid, int parent) {
  FILE* file = std::fopen(("/proc/" + std::to_string(pid) + "/stat").c_str(), "re");
  if (file == nullptr) return false;
  char text[512];
  const size_t length = std::fread(text, 1, sizeof(text) - 1, file);
  std::fclose(file);
  const std::string line(text, length);
  const size_t end = line.rfind(')');
  char state = 0;
  int its_parent = 0;
  if (end == std::string::npos || std::sscanf(line.c_str() + end + 1, " %c %d", &state, &its_parent) != 2)
    return false;
  return state == 'Z' && its_parent == parent;
}

std::vector<int> AdoptedZombies() {
  std::vector<int> found;
  DIR* processes = opendir("/proc");
  if (processes == nullptr) return found;
  while (const dirent* entry = readdir(processes)) {
    const int pid = std::atoi(entry->d_name);
    if (pid > 1 && IsZombieOf(pid, 1) && !IsOurs(pid)) found.push_back(pid);
  }
  closedir(processes);
  return found;
}

class Reaper {
 public:
  void Start(uv_loop_t* loop) {
    uv_timer_init(loop, &timer_);
    uv_signal_init(loop, &signal_);
    timer_.data = signal_.data = this;
    uv_unref(reinterpret_cast<uv_handle_t*>(&timer_));
    uv_signal_start(
        &signal_, [](uv_signal_t* handle, int) { static_cast<Reaper*>(handle->data)->LookSoon(); }, SIGCHLD);
    uv_unref(reinterpret_cast<uv_handle_t*>(&signal_));
  }

 private:
  void LookSoon() {
    if (uv_is_active(reinterpret_cast<uv_handle_t*>(&timer_))) return;
    uv_timer_start(
        &timer_, [](uv_timer_t* handle) { static_cast<Reaper*>(handle->data)->Look(); }, kSecondLookMs, 0);
  }

  void Look() {
    std::vector<int> zombies = AdoptedZombies();
    for (int pid : zombies) {
      if (std::find(seen_.begin(), seen_.end(), pid) != seen_.end()) waitpid(pid, nullptr, WNOHANG);
    }
    seen_ = std::move(zombies);
    if (!seen_.empty()) LookSoon();
  }

  uv_signal_t signal_;
  uv_timer_t timer_;
  std::vector<int> seen_;  // zombies of the last look
};

}  // namespace

int SpawnChild(uv_loop_t* loop, uv_process_t* process, const uv_process_options_t* options) {
  std::lock_guard<std::mutex> guard(Lock());
  const int error = uv_spawn(loop, process, options);
  if (error == 0) Children().push_back(process->pid);
  return error;
}

void ForgetChild(int pid) {
  std::lock_guard<std::mutex> guard(Lock());
  std::erase(Children(), pid);
}

void ReapAdoptedChildren(uv_loop_t* loop) {
  if (getpid() != 1) return;
  static Reaper reaper;
  reaper.Start(loop);
}

}  // namespace parley
