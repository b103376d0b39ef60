// Heap snapshots and the statistics of garbage collections (Node doc: v8, getHeapSnapshot(),
// writeHeapSnapshot(), setHeapSnapshotNearHeapLimit() and GCProfiler).
#include <unistd.h>
#include <v8-profiler.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"
#include "runtime/main/options.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;

// Hands V8's serialization on in chunks; `write` returns false to stop.
class ChunkStream : public v8::OutputStream {
 public:
  explicit ChunkStream(std::function<bool(const char*, int)> write) : write_(std::move(write)) {}
  int GetChunkSize() override { return 64 * 1024; }
  void EndOfStream() override {}
  WriteResult WriteAsciiChunk(char* data, int size) override {
    return write_(data, size) ? kContinue : kAbort;
  }

 private:
  std::function<bool(const char*, int)> write_;
};

struct SnapshotDeleter {
  void operator()(const v8::HeapSnapshot* snapshot) const {
    const_cast<v8::HeapSnapshot*>(snapshot)->Delete();
  }
};
using Snapshot = std::unique_ptr<const v8::HeapSnapshot, SnapshotDeleter>;

Snapshot Take(v8::Isolate* isolate, bool numeric_values = false) {
  return Snapshot(isolate->GetHeapProfiler()->TakeHeapSnapshot(nullptr, nullptr, true, numeric_values));
}

// 0 or a libuv error.
int WriteTo(const v8::HeapSnapshot* snapshot, const std::string& path) {
  std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "wb"), std::fclose);
  if (!file) return -errno;
  int error = 0;
  ChunkStream stream([&](const char* data, int size) {
    if (std::fwrite(data, 1, static_cast<size_t>(size), file.get()) == static_cast<size_t>(size)) return true;
    error = -errno;
    return false;
  });
  snapshot->Serialize(&stream, v8::HeapSnapshot::kJSON);
  if (error == 0 && std::fflush(file.get()) != 0) error = -errno;
  return error;
}

// takeHeapSnapshot(numeric values) -> the snapshot's JSON as [ArrayBuffer, …]
void TakeHeapSnapshot(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  Snapshot snapshot = Take(isolate, args[0]->IsTrue());
  std::vector<Local<Value>> chunks;
  ChunkStream stream([&](const char* data, int size) {
    Local<v8::ArrayBuffer> chunk = v8::ArrayBuffer::New(isolate, static_cast<size_t>(size));
    std::memcpy(chunk->Data(), data, static_cast<size_t>(size));
    chunks.push_back(chunk);
    return true;
  });
  snapshot->Serialize(&stream, v8::HeapSnapshot::kJSON);
  args.GetReturnValue().Set(v8::Array::New(isolate, chunks.data(), chunks.size()));
}

// writeHeapSnapshot(path, numeric values)
void WriteHeapSnapshot(const Args& args) {
  v8::Isolate* isolate = args.GetIsolate();
  std::string path = ToUtf8(isolate, args[0]);
  int error = WriteTo(Take(isolate, args[1]->IsTrue()).get(), path);
  if (error != 0) Environment::From(args)->ThrowUvException(error, "open", nullptr, path.c_str());
}

// ---- snapshots shortly before the heap is full

struct NearLimit {
  explicit NearLimit(Environment* environment) : env(environment) {}
  Environment* env;
  bool watching = false;
  int left = 0;    // snapshots still to write
  int number = 0;  // of the next
  bool writing = false;
};

// Heap.20240131.235959.<pid>.<thread>.<number>.heapsnapshot, as Node names them
std::string SnapshotName(int number) {
  std::time_t now = std::time(nullptr);
  std::tm local;
  localtime_r(&now, &local);
  char text[128];
  std::snprintf(text, sizeof text, "Heap.%04d%02d%02d.%02d%02d%02d.%d.0.%03d.heapsnapshot",
                local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min,
                local.tm_sec, getpid(), number);
  return text;
}

// Where diagnostic files go.
std::string Folder() {
  std::string folder = ProcessOptions().Text("--diagnostic-dir");
  if (!folder.empty()) return folder;
  char path[4096];
  size_t size = sizeof path;
  return uv_cwd(path, &size) == 0 ? std::string(path, size) : ".";
}

size_t OnNearLimit(void* data, size_t current, size_t initial) {
  auto* state = static_cast<NearLimit*>(data);
  // Serializing needs room; so does what runs until the process ends or the collector catches up.
  size_t raised = current + std::max(initial / 8, size_t{32} << 20);
  if (state->writing) return raised;
  if (state->left == 0) return current;
  state->writing = true;
  state->left--;
  std::string name = Folder() + "/" + SnapshotName(++state->number);
  int error = WriteTo(Take(state->env->isolate()).get(), name);
  if (error == 0) {
    std::fprintf(stderr, "Wrote snapshot to %s\n", name.c_str());
  } else {
    std::fprintf(stderr, "Failed to write %s: %s\n", name.c_str(), uv_strerror(error));
  }
  state->writing = false;
  return raised;
}

// setHeapSnapshotNearHeapLimit(how many)
void SetNearHeapLimit(const Args& args) {
  auto* state = Environment::From(args)->Slot<NearLimit>();
  state->left = static_cast<int>(args[0].As<v8::Number>()->Value());
  if (!std::exchange(state->watching, true)) args.GetIsolate()->AddNearHeapLimitCallback(OnNearLimit, state);
}

// snapshotName(number)
void NameOfSnapshot(const Args& args) {
  args.GetReturnValue().Set(ToV8(args.GetIsolate(), SnapshotName(args[0].As<v8::Int32>()->Value())));
}

constexpr BindingFunction kFunctions[] = {{"takeHeapSnapshot", TakeHeapSnapshot},
                                          {"writeHeapSnapshot", WriteHeapSnapshot},
                                          {"setNearHeapLimit", SetNearHeapLimit},
                                          {"snapshotName", NameOfSnapshot}};
PARLEY_BINDING(heap_snapshot, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
