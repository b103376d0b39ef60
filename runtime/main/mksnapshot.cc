// mksnapshot OUTPUT.S: writes the start-up snapshot of the program that is being built.
#include <v8.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "runtime/engine/platform.h"
#include "runtime/engine/snapshot.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: mksnapshot OUTPUT.S\n");
    return 2;
  }
  parley::SetEngineFlags();
  auto platform = std::make_unique<parley::Platform>();
  v8::V8::InitializePlatform(platform.get());
  v8::V8::Initialize();
  std::string problem = parley::WriteSnapshot(argv[1]);
  if (!problem.empty()) std::fprintf(stderr, "mksnapshot: %s\n", problem.c_str());
  std::fflush(nullptr);
  std::_Exit(problem.empty() ? 0 : 1);
}
